//! People of the families.

use crate::components::list::{Column, Show};
use crate::components::{Sign, options};
use crate::record::{FieldKind, FormField, Noun, Start};
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
    fields: || {
        vec![
            FormField::new("household", "家庭", FieldKind::Carried),
            FormField::new("name", "姓名", FieldKind::Text).required(),
            FormField::new("relation", "与户主关系", FieldKind::Code(options::<Relation>)),
            FormField::new("sex", "性别", FieldKind::Code(options::<Sex>)),
            FormField::new("birth", "出生日期", FieldKind::PartialDay),
            FormField::new("id_number", "身份证号", FieldKind::Text).hint("一时没有可以先空着"),
            FormField::new("phone", "联系电话", FieldKind::Text).hint("没有就写“无”"),
            FormField::new("lunar_birthday", "生日按农历过", FieldKind::Flag),
            FormField::new("region", "所在村（社区）", FieldKind::Region).required().start(Start::Here),
            FormField::new("tags", "重点服务对象", FieldKind::Codes(options::<PersonTag>)).folded("更多"),
            FormField::new("marriage", "婚姻", FieldKind::Text).folded("更多"),
            FormField::new("health", "健康状况", FieldKind::Text).folded("更多"),
            FormField::new("politics", "政治面貌", FieldKind::Text).folded("更多"),
            FormField::new("died_on", "离世时间", FieldKind::PartialDay).folded("更多"),
            FormField::new("deceased", "已离世（时间不详）", FieldKind::Flag).folded("更多"),
            FormField::new("notes", "备注", FieldKind::Long).folded("更多"),
        ]
    },
};
