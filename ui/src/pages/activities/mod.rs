//! Activities: 5.29 and all others.

use crate::components::list::{Column, Show};
use crate::components::{Button, Look, Page, Sign, options};
use crate::hooks::use_session;
use crate::record::{Noun, RecordList};
use crate::routes::Route;
use tiexin_contract::records::Sort;
use tiexin_domain::nouns::activity::ProjectColumn;
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
    fields: tiexin_forms::kinds::activity,
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
