//! What a struct asks for when it is read: by this a test compares a noun with its shape.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Value, json};

use super::{Field, Holds};
use crate::record::Fields;
use crate::stored::NotRead;

/// The names of a struct's fields, as it reads them.
pub(super) fn names<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut names = Names(&[]);
    // It is only asked for its fields.
    let _ = T::deserialize(&mut names);
    names.0
}

/// A value that such a field may hold.
pub(super) fn sample(holds: Holds) -> Value {
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
pub(super) fn samples(fields: &[Field]) -> Fields {
    fields.iter().map(|field| (field.name.to_owned(), sample(field.holds))).collect()
}

/// Hears which fields a struct asks for.
struct Names(&'static [&'static str]);

impl<'de> Deserializer<'de> for &mut Names {
    type Error = NotRead;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotRead> {
        visitor.visit_map(serde::de::value::MapDeserializer::new(BTreeMap::<&str, &str>::new().into_iter()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotRead> {
        self.0 = fields;
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
