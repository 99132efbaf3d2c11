//! 双岗联系人: whom the family may turn to.

use crate::components::Sign;
use crate::components::list::{Column, Show};
use crate::record::Noun;
use tiexin_contract::records::Sort;

pub(crate) static CONTACT_PAIR: Noun = Noun {
    kind: "contact_pair",
    label: "双岗联系人",
    add: "登记双岗联系人",
    unit: "对",
    sign: Sign::People,
    empty: ("这里是双岗联系人", "每户一位镇里的、一位村里的。"),
    columns: || {
        vec![
            Column::new("township_leader", "镇联系人"),
            Column::new("village_worker", "村联系人"),
            Column::place(),
            Column::new("from", "开始").show(Show::Date).width(8),
            Column::new("to", "结束").show(Show::Date).width(8),
            Column::gaps(),
            Column::state(),
        ]
    },
    sort: || Some(Sort { field: "from".into(), descending: true }),
    fields: tiexin_forms::kinds::contact_pair,
};
