//! What is done for families beside visits: surveys of needs, insurance claims, counselling.

use crate::components::Sign;
use crate::components::list::{Column, Show};
use crate::record::{FieldKind, FormField, Noun, Start};
use tiexin_contract::records::Sort;

fn newest(field: &str) -> Option<Sort> {
    Some(Sort { field: field.into(), descending: true })
}

pub(crate) static NEED_SURVEY: Noun = Noun {
    kind: "need_survey",
    label: "需求调查",
    add: "登记需求调查",
    unit: "次",
    sign: Sign::Pen,
    empty: ("这里会列出需求调查", "问一问家里眼下最需要什么，记下来，月报自己就有数了。"),
    columns: || {
        vec![
            Column::new("date", "日期").show(Show::Date).width(8),
            Column::new("head_name", "户主").width(8),
            Column::place(),
            Column::new("persons", "被调查人").width(12).unsorted(),
            Column::new("needs", "主要需求").width(22).unsorted(),
            Column::gaps(),
            Column::state(),
        ]
    },
    sort: || newest("date"),
    fields: || {
        vec![
            FormField::new("household", "哪一家", FieldKind::Family).required(),
            FormField::new("date", "日期", FieldKind::Day).required().start(Start::Today),
            FormField::new("persons", "被调查人", FieldKind::People).required(),
            FormField::new("needs", "主要需求", FieldKind::Tags).hint("写一项按回车，如 就医、养老、陪伴"),
            FormField::new("notes", "备注", FieldKind::Long),
            FormField::new("region", "所在村（社区）", FieldKind::Region)
                .required()
                .start(Start::Here)
                .folded("更多"),
        ]
    },
};

pub(crate) static INSURANCE_CLAIM: Noun = Noun {
    kind: "insurance_claim",
    label: "保险理赔",
    add: "登记保险理赔",
    unit: "例",
    sign: Sign::Sheet,
    empty: ("这里会列出保险理赔", "理赔到账后登记一例，金额会进到月报里。"),
    columns: || {
        vec![
            Column::new("paid_on", "理赔日期").show(Show::Date).width(8),
            Column::new("head_name", "户主").width(8),
            Column::place(),
            Column::new("insured", "被保险人").width(9).unsorted(),
            Column::new("days", "住院天数").width(7),
            Column::new("amount", "金额（元）").show(Show::Money).width(8),
            Column::new("policy", "保险单号").width(13),
            Column::state(),
        ]
    },
    sort: || newest("paid_on"),
    fields: || {
        vec![
            FormField::new("household", "哪一家", FieldKind::Family).required(),
            FormField::new("insured", "被保险人", FieldKind::Person).required(),
            FormField::new("paid_on", "理赔日期", FieldKind::Day).required().start(Start::Today),
            FormField::new("amount", "理赔金额", FieldKind::Money).required(),
            FormField::new("days", "住院天数", FieldKind::Count),
            FormField::new("policy", "保险单号", FieldKind::Text),
            FormField::new("notes", "备注", FieldKind::Long).folded("更多"),
            FormField::new("region", "所在村（社区）", FieldKind::Region)
                .required()
                .start(Start::Here)
                .folded("更多"),
        ]
    },
};

pub(crate) static COUNSELLING: Noun = Noun {
    kind: "counselling",
    label: "心理健康服务",
    add: "登记心理健康服务",
    unit: "次",
    sign: Sign::Heart,
    empty: ("这里会列出心理健康服务", "谈话内容只有登记人自己看得到。"),
    columns: || {
        vec![
            Column::new("date", "日期").show(Show::Date).width(8),
            Column::new("head_name", "户主").width(8),
            Column::place(),
            Column::new("person", "服务对象").width(9).unsorted(),
            Column::new("counsellor", "咨询师").width(9),
            Column::new("paired", "一对一").show(Show::Flag).width(6),
            Column::new("file_opened", "建档").show(Show::Flag).width(6),
            Column::new("assessed", "测评").show(Show::Flag).width(6),
            Column::state(),
        ]
    },
    sort: || newest("date"),
    fields: || {
        vec![
            FormField::new("household", "哪一家", FieldKind::Family).required(),
            FormField::new("person", "服务对象", FieldKind::Person).required(),
            FormField::new("date", "日期", FieldKind::Day).required().start(Start::Today),
            FormField::new("counsellor", "咨询师", FieldKind::Text).start(Start::Me),
            FormField::new("paired", "一对一结对", FieldKind::Flag),
            FormField::new("file_opened", "已建档", FieldKind::Flag),
            FormField::new("session_note", "谈话记录", FieldKind::Long).hint("只有您自己看得到"),
            FormField::new("assessed", "做了测评", FieldKind::Flag).folded("测评"),
            FormField::new("scale", "量表", FieldKind::Text).folded("测评"),
            FormField::new("score", "得分", FieldKind::Count).folded("测评"),
            FormField::new("region", "所在村（社区）", FieldKind::Region)
                .required()
                .start(Start::Here)
                .folded("更多"),
        ]
    },
};
