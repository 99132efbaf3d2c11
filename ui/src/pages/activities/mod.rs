//! Activities: 5.29 and all others.

use crate::components::list::{Column, Show};
use crate::components::{Button, Look, Page, Sign, options};
use crate::hooks::use_session;
use crate::record::{FieldKind, FormField, Noun, RecordList, Start};
use crate::routes::Route;
use tiexin_contract::records::Sort;
use tiexin_domain::nouns::activity::{KeyTask, ProjectColumn};
use yew::prelude::*;
use yew_router::prelude::*;

pub(crate) static ACTIVITY: Noun = Noun {
    kind: "activity",
    label: "活动",
    add: "登记活动",
    unit: "场",
    sign: Sign::Flag,
    empty: ("这里会列出办过的活动", "讲座、义诊、“5.29”会员活动日，办完登记一场，月报自己就有数了。"),
    columns: || {
        vec![
            Column::new("name", "活动名称").width(18),
            Column::new("start", "时间").show(Show::Moment).width(11),
            Column::new("place", "地点").width(12).spare(),
            Column::new("project", "项目").show(Show::Code(options::<ProjectColumn>)).width(9),
            Column::new("headcount", "人数").width(5),
            Column::new("head", "负责人").width(7),
            Column::place(),
            Column::state(),
        ]
    },
    sort: || Some(Sort { field: "start".into(), descending: true }),
    fields: || {
        vec![
            FormField::new("name", "活动名称", FieldKind::Text).required(),
            FormField::new("start", "开始时间", FieldKind::Moment).required().start(Start::Today),
            FormField::new("project", "所属项目", FieldKind::Code(options::<ProjectColumn>))
                .required()
                .start(Start::Code("publicity")),
            FormField::new("place", "地点", FieldKind::Text),
            FormField::new("headcount", "参加人数", FieldKind::Count),
            FormField::new("head", "负责人", FieldKind::Text).start(Start::Me),
            FormField::new("region", "举办地", FieldKind::Region).required().start(Start::Here),
            FormField::new("summary", "小结", FieldKind::Long).hint("办了什么，大家反映怎样"),
            FormField::new("key_task", "重点任务", FieldKind::Code(options::<KeyTask>)).folded("更多"),
            FormField::new("end", "结束时间", FieldKind::Moment).folded("更多"),
            FormField::new("handouts", "发放资料（份）", FieldKind::Count).folded("更多"),
            FormField::new("money", "经费", FieldKind::Money).folded("更多"),
            FormField::new("approval", "审核", FieldKind::Text).folded("更多"),
            FormField::new("archived", "资料已归档", FieldKind::Flag).folded("更多"),
        ]
    },
};

#[component]
pub(crate) fn ActivitiesPage() -> Html {
    let navigator = use_navigator();
    let can_write = use_session().can_write();
    let onclick = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::RecordNew { kind: "activity".to_owned() });
        }
    });
    let action = match can_write {
        true => html! { <Button label="登记活动" look={Look::Primary} sign={Sign::Plus} {onclick} /> },
        false => Html::default(),
    };
    html! { <Page title="活动" {action} full=true><RecordList noun={&ACTIVITY} /></Page> }
}
