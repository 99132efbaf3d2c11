//! 双岗联系人: whom the family may turn to.

use crate::components::Sign;
use crate::components::list::{Column, Show};
use crate::record::{FieldKind, FormField, Noun, Start};
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
    fields: || {
        vec![
            FormField::new("household", "家庭", FieldKind::Carried),
            FormField::new("file", "台账", FieldKind::Carried),
            FormField::new("region", "所在村（社区）", FieldKind::Carried),
            FormField::new("township_leader", "镇联系人", FieldKind::Text),
            FormField::new("village_worker", "村联系人", FieldKind::Text),
            FormField::new("from", "从哪天起", FieldKind::Day).start(Start::Today),
            FormField::new("to", "到哪天止", FieldKind::Day).hint("换人时填，平时空着"),
            FormField::new("handover_note", "交接说明", FieldKind::Long),
        ]
    },
};
