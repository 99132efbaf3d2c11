//! Reading a noun out of stored values, with errors that name the field and nothing else.
//!
//! `serde_json`'s own errors are English sentences that quote the value. Here an error is data: which field,
//! and whether it is missing or cannot be read; never the value.

use std::fmt;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use crate::record::Fields;

/// What keeps stored values from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRead {
    /// Names of fields from the outside in, of an item of a list its number. Empty: the whole.
    pub path: Vec<String>,
    /// A field that must be there is not. Otherwise what is there cannot be read.
    pub missing: bool,
}

impl NotRead {
    /// The field of the record that is to be mended.
    pub fn field(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    fn here() -> NotRead {
        NotRead { path: Vec::new(), missing: false }
    }

    fn inside(mut self, field: &str) -> NotRead {
        self.path.insert(0, field.to_owned());
        self
    }
}

impl fmt::Display for NotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.missing { "缺少内容" } else { "写法不对" })
    }
}

impl std::error::Error for NotRead {}

impl de::Error for NotRead {
    // What a reader says of a value may quote it.
    fn custom<T: fmt::Display>(_: T) -> NotRead {
        NotRead::here()
    }

    fn missing_field(field: &'static str) -> NotRead {
        NotRead { path: vec![field.to_owned()], missing: true }
    }
}

/// Reads a type out of a record's fields.
///
/// # Errors
/// The first field that is missing or cannot be read.
pub fn read<T: DeserializeOwned>(fields: &Fields) -> Result<T, NotRead> {
    T::deserialize(Object(fields))
}

struct Object<'a>(&'a Fields);

impl<'de> Deserializer<'de> for Object<'de> {
    type Error = NotRead;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotRead> {
        visitor.visit_map(Entries { rest: self.0.iter(), value: None })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Entries<'de> {
    rest: serde_json::map::Iter<'de>,
    value: Option<(&'de String, &'de Value)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = NotRead;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, NotRead> {
        self.value = self.rest.next();
        let Some((key, _)) = self.value else { return Ok(None) };
        let key = de::value::BorrowedStrDeserializer::new(key.as_str());
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, NotRead> {
        let (key, value) = self.value.take().ok_or_else(NotRead::here)?;
        seed.deserialize(Stored(value)).map_err(|error| error.inside(key))
    }
}

struct Items<'de> {
    rest: std::iter::Enumerate<std::slice::Iter<'de, Value>>,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = NotRead;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, NotRead> {
        let Some((nth, value)) = self.rest.next() else { return Ok(None) };
        seed.deserialize(Stored(value)).map(Some).map_err(|error| error.inside(&nth.to_string()))
    }
}

#[derive(Clone, Copy)]
struct Stored<'a>(&'a Value);

impl<'de> Deserializer<'de> for Stored<'de> {
    type Error = NotRead;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotRead> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(yes) => visitor.visit_bool(*yes),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(n), _, _) => visitor.visit_u64(n),
                (_, Some(n), _) => visitor.visit_i64(n),
                (_, _, Some(n)) => visitor.visit_f64(n),
                _ => Err(NotRead::here()),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => {
                let mut items = Items { rest: items.iter().enumerate() };
                let value = visitor.visit_seq(&mut items)?;
                if items.rest.next().is_some() { Err(NotRead::here()) } else { Ok(value) }
            }
            Value::Object(fields) => Object(fields).deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotRead> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NotRead> {
        visitor.visit_newtype_struct(self)
    }

    /// Members with contents of their own are not stored anywhere.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotRead> {
        let text = self.0.as_str().ok_or_else(NotRead::here)?;
        visitor.visit_enum(text.into_deserializer())
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::{Noun, Visit};
    use serde_json::json;

    fn fields(value: Value) -> Fields {
        value.as_object().unwrap().clone()
    }

    fn visit() -> Fields {
        fields(json!({
            "region": "340323100001", "household": "01900000-0000-7000-8000-000000000001", "head_name": "某",
            "date": "2026-10-05", "kind": "routine", "met": [{"name": "甲"}], "visitors": ["乙"],
            "gifts": [{"item": "米", "amount": "30.00"}], "unknown": {"a": [1, -2, 0.5, null, true]},
        }))
    }

    #[test]
    fn what_is_missing_or_wrong_is_named_without_its_value() {
        assert_eq!(Visit::from_fields(&visit()).unwrap().to_fields()["met"], json!([{"name": "甲"}]));
        let of = |change: fn(&mut Fields)| {
            let mut fields = visit();
            change(&mut fields);
            read::<Visit>(&fields).unwrap_err()
        };
        let missing = of(|f| drop(f.remove("date")));
        assert_eq!((missing.field(), missing.missing), ("date", true));
        for (field, wrong) in [
            ("date", json!("秘密")),
            ("date", json!(5)),
            ("household", json!("x")),
            ("kind", json!(["routine"])),
            ("visitors", json!("乙")),
            ("region", json!("999")),
        ] {
            let mut fields = visit();
            fields.insert(field.into(), wrong.clone());
            let error = read::<Visit>(&fields).unwrap_err();
            assert_eq!((error.field(), error.missing), (field, false), "{wrong}");
            assert!(!format!("{error} {error:?}").contains("秘密"));
        }
        let inner = of(|f| drop(f.insert("met".into(), json!([{"name": "甲"}, {"nom": "乙"}]))));
        assert_eq!((inner.path.join("."), inner.missing), ("met.1.name".to_owned(), true));
        let amount = of(|f| drop(f.insert("gifts".into(), json!([{"item": "米", "amount": "一百"}]))));
        assert_eq!(amount.path, ["gifts", "0", "amount"]);
        // A problem names the part; of other lists the field alone, as their forms show them.
        let told = |field: &str, value| {
            let mut fields = visit();
            fields.insert(field.into(), value);
            Visit::from_fields(&fields).unwrap_err().field
        };
        assert_eq!(told("gifts", json!([{"item": "米"}, {"amount": "1.00"}])), "gifts.1.item");
        assert_eq!(told("met", json!([{"nom": "乙"}])), "met");
    }

    #[test]
    fn what_can_be_read_is_read_as_serde_json_reads_it() {
        let whole: Visit = serde_json::from_value(Value::Object(visit())).unwrap();
        assert_eq!(Visit::from_fields(&visit()).unwrap(), whole);
    }
}
