//! A value of each kind of field, so that what holds for every noun is tried with every noun.

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

/// A record with one of each field, in the stored form: for whoever tries something with every noun. Which of them go
/// together, the noun's rules say.
pub fn samples(fields: &[Field]) -> Fields {
    fields.iter().map(|field| (field.name.to_owned(), sample(field.holds))).collect()
}
