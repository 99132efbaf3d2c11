//! 特殊家庭台账. A list never tells the loss; the form keeps it behind a fold.

use crate::components::list::{Column, Show};
use crate::components::{Sign, options};
use crate::record::{FieldKind, FormField, Noun};
use tiexin_contract::records::Sort;
use tiexin_domain::nouns::support_file::{Assistance, ContactPreference, FileStatus, LossCategory};

pub(crate) static SUPPORT_FILE: Noun = Noun {
    kind: "support_file",
    label: "特殊家庭台账",
    add: "登记家庭",
    unit: "户",
    sign: Sign::Heart,
    empty: ("这里是需要多走动的家庭", "登记一户，或者把现有的特殊家庭台账整本导入。"),
    columns: || {
        vec![
            Column::new("head_name", "户主").width(8),
            Column::new("code", "信息编码").width(12).spare(),
            Column::place(),
            Column::contacts(),
            Column::last_visit(),
            Column::new("preference", "联系意愿").show(Show::Code(options::<ContactPreference>)).width(9),
            Column::new("status", "台账").show(Show::Code(options::<FileStatus>)).width(6).spare(),
            Column::gaps(),
            Column::state(),
        ]
    },
    sort: || Some(Sort { field: "head_name".into(), descending: false }),
    fields: || {
        const LOSS: &str = "孩子的情况";
        const HELP: &str = "扶助和医疗";
        vec![
            FormField::new("code", "信息编码", FieldKind::Text),
            FormField::new("preference", "联系意愿", FieldKind::Code(options::<ContactPreference>)),
            FormField::new("preference_on", "问到意愿的日期", FieldKind::Day),
            FormField::new("emergency_contact", "紧急联系人", FieldKind::Text),
            FormField::new("phone", "紧急联系电话", FieldKind::Text),
            FormField::new("assistance", "享受特别扶助", FieldKind::Code(options::<Assistance>)).folded(HELP),
            FormField::new("assistance_from", "扶助开始", FieldKind::PartialDay).folded(HELP),
            FormField::new("assistance_to", "扶助结束", FieldKind::PartialDay).folded(HELP),
            FormField::new("doctor", "签约家庭医生", FieldKind::Text).folded(HELP),
            FormField::new("doctor_signed_on", "签约日期", FieldKind::PartialDay).folded(HELP),
            FormField::new("hospital", "就医绿色通道医院", FieldKind::Text).folded(HELP),
            FormField::new("policy", "保险单号", FieldKind::Text).folded(HELP),
            FormField::new("category", "家庭类别", FieldKind::Code(options::<LossCategory>))
                .required()
                .folded(LOSS),
            FormField::new("child_name", "孩子的姓名", FieldKind::Text).folded(LOSS),
            FormField::new("loss_date", "时间", FieldKind::PartialDay).folded(LOSS),
            FormField::new("loss_cause", "原因", FieldKind::Text).folded(LOSS),
            FormField::new("disability_grade", "残疾等级", FieldKind::Text).folded(LOSS),
            FormField::new("disability_card", "残疾人证号", FieldKind::Text).folded(LOSS),
            FormField::new("anniversary", "家人愿意在纪念日得到问候", FieldKind::Flag).folded(LOSS),
            FormField::new("status", "台账状态", FieldKind::Code(options::<FileStatus>))
                .required()
                .folded("台账"),
            FormField::new("status_reason", "变动原因", FieldKind::Text).folded("台账"),
            FormField::new("opened_on", "建档日期", FieldKind::Day).folded("台账"),
            FormField::new("notes", "备注", FieldKind::Long).folded("台账"),
        ]
    },
};
