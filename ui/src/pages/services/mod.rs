//! What is done for families beside visits: surveys of needs, insurance claims, counselling.

use crate::components::Sign;
use crate::components::list::{Column, Show};
use crate::record::Noun;
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
    fields: tiexin_forms::kinds::need_survey,
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
    fields: tiexin_forms::kinds::insurance_claim,
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
    fields: tiexin_forms::kinds::counselling,
};
