//! What fields a noun has and what they hold, found by reading: for those who write records by hand.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Value, json};

use crate::record::Fields;
use crate::stored::{self, NotRead};

/// A field as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldShape {
    pub name: &'static str,
    /// A record without it cannot be read.
    pub required: bool,
    pub holds: Holds,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    YesNo,
    Number,
    List,
    /// `{"name": …}`, `{"item": …}`
    Parts,
    /// Also codes: which ones there are is not known here.
    Text,
    /// `2026-10-05`
    Date,
    /// The id of a record.
    Id,
    Region,
    /// `300.00`
    Amount,
    /// Something stricter, such as an ID number.
    Other,
}

/// Values of each kind; the first one that a field takes tells what it holds.
fn tries() -> Vec<(Holds, Value)> {
    vec![
        (Holds::YesNo, json!(true)),
        (Holds::Number, json!(1)),
        (Holds::List, json!([])),
        (Holds::Parts, json!({"name": "甲", "item": "甲"})),
        (Holds::Text, json!("甲")),
        (Holds::Date, json!("2026-10-05")),
        (Holds::Id, json!("00000000-0000-7000-8000-000000000001")),
        (Holds::Amount, json!("300.00")),
        (Holds::Region, json!("340323100001")),
    ]
}

/// The fields of a noun in the order in which it lists them.
pub fn of<T: DeserializeOwned>() -> Vec<FieldShape> {
    let mut names = Names(&[]);
    // It is only asked for its fields.
    let _ = T::deserialize(&mut names);
    let needed = needed::<T>();
    names
        .0
        .iter()
        .copied()
        .map(|name| FieldShape {
            name,
            required: needed.contains_key(name),
            holds: takes::<T>(&needed, name).map_or(Holds::Other, |(holds, _)| holds),
        })
        .collect()
}

/// What must be there, with a value that it takes.
fn needed<T: DeserializeOwned>() -> Fields {
    let mut fields = Fields::new();
    while let Err(NotRead { path, missing: true }) = stored::read::<T>(&fields) {
        let Some(name) = path.first().cloned() else { break };
        if fields.contains_key(&name) {
            break;
        }
        let value = takes::<T>(&fields, &name).map_or(Value::Null, |(_, value)| value);
        fields.insert(name, value);
    }
    fields
}

/// The first kind of value that the field takes, beside the others.
fn takes<T: DeserializeOwned>(others: &Fields, name: &str) -> Option<(Holds, Value)> {
    tries().into_iter().find(|(_, value)| {
        let mut fields = others.clone();
        fields.insert(name.to_owned(), value.clone());
        match stored::read::<T>(&fields) {
            Ok(_) => true,
            Err(wrong) => wrong.path.first().is_some_and(|at| at != name),
        }
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::{Person, Visit};

    fn field(shapes: &[FieldShape], name: &str) -> (bool, Holds) {
        let found =
            shapes.iter().find(|shape| shape.name == name).unwrap_or_else(|| panic!("no field {name}"));
        (found.required, found.holds)
    }

    #[test]
    fn a_noun_tells_its_fields() {
        let visit = of::<Visit>();
        assert_eq!(field(&visit, "household"), (true, Holds::Id));
        assert_eq!(field(&visit, "region"), (true, Holds::Region));
        assert_eq!(field(&visit, "date"), (true, Holds::Date));
        assert_eq!(field(&visit, "kind"), (true, Holds::Text));
        assert_eq!(field(&visit, "note"), (false, Holds::Text));
        assert_eq!(field(&visit, "gifts"), (false, Holds::List));
        let person = of::<Person>();
        assert_eq!(field(&person, "name"), (true, Holds::Text));
        assert_eq!(field(&person, "id_number").0, false);
    }

    #[test]
    fn every_kind_tells_its_fields() {
        for kind in crate::Kind::ALL {
            let shapes = crate::nouns::fields(kind.code());
            assert!(
                shapes.iter().any(|shape| shape.name == "region" && shape.required),
                "{kind:?}: {shapes:?}"
            );
        }
    }
}
