//! People of the families.

use crate::components::list::{Column, Show};
use crate::components::{Sign, options};
use crate::record::Noun;
use tiexin_contract::records::Sort;
use tiexin_domain::Sex;
use tiexin_domain::nouns::person::{PersonTag, Relation};

pub(crate) static PERSON: Noun = Noun {
    kind: "person",
    label: "人员",
    add: "登记人员",
    unit: "人",
    sign: Sign::Person,
    empty: ("这里是家庭成员", "登记家庭时一起登记就好。"),
    columns: || {
        vec![
            Column::new("name", "姓名").width(9),
            Column::new("relation", "与户主关系").show(Show::Code(options::<Relation>)).width(8),
            Column::new("sex", "性别").show(Show::Code(options::<Sex>)).width(6),
            Column::place(),
            Column::new("birth", "出生").show(Show::Date).width(8),
            Column::new("tags", "重点服务对象").show(Show::Codes(options::<PersonTag>)).width(12).unsorted(),
            Column::gaps(),
            Column::state(),
        ]
    },
    sort: || Some(Sort { field: "name".into(), descending: false }),
    fields: tiexin_forms::kinds::person,
};
