//! Members of the association.

use crate::components::list::{Column, Show};
use crate::components::{Sign, options};
use crate::pages::volunteers::People;
use crate::record::Noun;
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
    fields: tiexin_forms::kinds::member,
};

#[component]
pub(crate) fn MembersPage() -> Html {
    html! { <People noun={&MEMBER} at=0 /> }
}
