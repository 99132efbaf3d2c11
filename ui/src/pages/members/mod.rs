//! Members of the association.

use crate::components::list::{Column, Show};
use crate::components::{Sign, options};
use crate::pages::volunteers::People;
use crate::record::{FieldKind, FormField, Noun, Start};
use tiexin_contract::records::Sort;
use tiexin_domain::Sex;
use tiexin_domain::nouns::member::{MemberStructure, Residence};
use tiexin_domain::nouns::person::PersonTag;
use yew::prelude::*;

pub(crate) static MEMBER: Noun = Noun {
    kind: "member",
    label: "会员",
    add: "登记会员",
    unit: "名",
    sign: Sign::People,
    empty: ("这里是会员名册", "可以一名一名登记，也可以把现有的会员台账整本导入。"),
    columns: || {
        vec![
            Column::new("name", "姓名（单位）").width(10),
            Column::new("sex", "性别").show(Show::Code(options::<Sex>)).width(6),
            Column::place(),
            Column::new("structure", "会员类型").show(Show::Code(options::<MemberStructure>)).width(8),
            Column::new("residence", "居住").show(Show::Code(options::<Residence>)).width(8).spare(),
            Column::new("group", "会员小组").width(10),
            Column::new("tags", "重点服务对象").show(Show::Codes(options::<PersonTag>)).width(12).unsorted(),
            Column::new("joined", "入会时间").show(Show::Date).width(8),
            Column::state(),
        ]
    },
    sort: || Some(Sort { field: "name".into(), descending: false }),
    fields: || {
        vec![
            FormField::new("name", "姓名或单位名称", FieldKind::Text).required(),
            FormField::new("region", "所在村（社区）", FieldKind::Region).required().start(Start::Here),
            FormField::new("structure", "会员类型", FieldKind::Code(options::<MemberStructure>))
                .start(Start::Code("individual")),
            FormField::new("sex", "性别", FieldKind::Code(options::<Sex>)).hint("团体会员不用填"),
            FormField::new("residence", "居住", FieldKind::Code(options::<Residence>))
                .start(Start::Code("resident")),
            FormField::new("group", "会员小组", FieldKind::Text),
            FormField::new("joined", "入会时间", FieldKind::PartialDay).start(Start::Today),
            FormField::new("wants_notices", "愿意接收活动通知", FieldKind::Flag),
            FormField::new("tags", "重点服务对象", FieldKind::Codes(options::<PersonTag>)).folded("更多"),
            FormField::new("left", "退会时间", FieldKind::PartialDay).folded("更多"),
            FormField::new("notes", "备注", FieldKind::Long).folded("更多"),
        ]
    },
};

#[component]
pub(crate) fn MembersPage() -> Html {
    html! { <People noun={&MEMBER} at=0 /> }
}
