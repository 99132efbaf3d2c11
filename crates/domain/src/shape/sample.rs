//! What fields may hold: one value of each, made from what the shape says.

use serde_json::{Value, json};

use super::{Field, Holds};
use crate::record::Fields;

/// A value that such a field may hold.
pub fn sample(holds: Holds) -> Value {
    match holds {
        Holds::Text | Holds::LongText => json!("甲"),
        Holds::Texts => json!(["甲"]),
        Holds::Code(choices) => json!(choices[0].0),
        Holds::Codes(choices) => json!([choices[0].0]),
        Holds::Day => json!("2026-10-05"),
        Holds::PartialDay => json!("2026-10"),
        Holds::Moment => json!("2026-10-05T09:00:00"),
        Holds::Instant => json!(1_790_000_000_000_i64),
        Holds::Money => json!("300.00"),
        Holds::Count | Holds::Minutes => json!(1),
        Holds::Flag => json!(true),
        Holds::Region => json!("340323100001"),
        Holds::Reference(_) => json!("01900000-0000-7000-8000-000000000001"),
        Holds::References(_) => json!([sample(Holds::Reference(&[]))]),
        Holds::Person => json!({"name": "甲"}),
        Holds::People => json!([{"name": "甲"}]),
        Holds::Parts(fields) => json!([samples(fields)]),
    }
}

/// One of each field.
pub fn samples(fields: &[Field]) -> Fields {
    fields.iter().map(|field| (field.name.to_owned(), sample(field.holds))).collect()
}

/// Every value that a rule may tell from another: each code, both flags, else the sample.
pub(super) fn each(holds: Holds) -> Vec<Value> {
    match holds {
        Holds::Code(choices) => choices.iter().map(|(code, _)| json!(code)).collect(),
        Holds::Codes(choices) => choices.iter().map(|(code, _)| json!([code])).collect(),
        Holds::Flag => vec![json!(true), json!(false)],
        other => vec![sample(other)],
    }
}
