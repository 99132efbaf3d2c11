//! Which facts a measure is about, and the number that it sums.

use std::collections::BTreeMap;

use serde_json::Value;
use tiexin_domain::shape::Role;
use tiexin_domain::{Fen, Fields, Kind, nouns};

use super::Fact;

/// Conditions on a kind's fields, and the number that is summed.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    conditions: Vec<Condition>,
    sum: Option<Summed>,
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Category(Vec<String>),
    AnyFlag(i64),
    NoFlag(i64),
    /// Not in a column: read from the fields.
    Field(String, Vec<Value>),
}

#[derive(Debug, Clone, PartialEq)]
enum Summed {
    Number,
    Field(String),
}

impl Filter {
    /// `wanted`: field → values, any of which will do; a field that holds a list must contain one,
    /// and `false` also means absent. `sum`: the number field that is added up.
    pub fn new(kind: &Kind, wanted: &BTreeMap<String, Vec<Value>>, sum: Option<&str>) -> Filter {
        let conditions = wanted.iter().map(|(field, values)| {
            let derived = derived(kind, field, values);
            derived.unwrap_or_else(|| Condition::Field(field.clone(), values.clone()))
        });
        let number = nouns::shape(kind).and_then(|shape| shape.role(Role::Number));
        let sum = sum.map(|field| match number {
            Some(number) if number.name == field => Summed::Number,
            _ => Summed::Field(field.to_owned()),
        });
        Filter { conditions: conditions.collect(), sum }
    }

    /// Whether the records' fields must be read: slower.
    pub fn needs_fields(&self) -> bool {
        matches!(self.sum, Some(Summed::Field(_)))
            || self.conditions.iter().any(|c| matches!(c, Condition::Field(..)))
    }

    /// Whether a record is meant. `fields` are asked only when [`Filter::needs_fields`].
    pub fn matches(&self, fact: &Fact, fields: Option<&Fields>) -> bool {
        self.conditions.iter().all(|c| c.holds(fact.category.unwrap_or_default(), fact.flags, fields))
    }

    /// The number that is summed; money in fen. None when the record has none.
    pub fn number(&self, fact: &Fact, fields: Option<&Fields>) -> Option<i64> {
        match self.sum.as_ref()? {
            Summed::Number => fact.number,
            Summed::Field(field) => match fields?.get(field)? {
                Value::Number(number) => number.as_i64(),
                Value::String(text) => Fen::parse(text).ok().map(|fen| fen.0),
                _ => None,
            },
        }
    }
}

impl Condition {
    fn holds(&self, category: &str, flags: i64, fields: Option<&Fields>) -> bool {
        match self {
            Condition::Category(codes) => codes.iter().any(|code| code == category),
            Condition::AnyFlag(bits) => flags & bits != 0,
            Condition::NoFlag(bits) => flags & bits == 0,
            Condition::Field(field, values) => fields.is_some_and(|fields| {
                let has = |wanted: &Value| match fields.get(field) {
                    Some(Value::Array(items)) => items.contains(wanted),
                    Some(value) => value == wanted,
                    None => wanted == &Value::Bool(false),
                };
                values.iter().any(has)
            }),
        }
    }
}

/// The column of `derive.rs` that says the same as a condition on a field, if there is one.
fn derived(kind: &Kind, field: &str, values: &[Value]) -> Option<Condition> {
    let field = nouns::shape(kind)?.field(field)?;
    if let [Value::Bool(yes)] = values {
        let (_, bit) = field.bits.iter().find(|(code, _)| *code == "true")?;
        return Some(if *yes { Condition::AnyFlag(*bit) } else { Condition::NoFlag(*bit) });
    }
    let codes: Vec<&str> = values.iter().map(Value::as_str).collect::<Option<_>>()?;
    if field.has(Role::Category) {
        return Some(Condition::Category(codes.into_iter().map(str::to_owned).collect()));
    }
    let bit = |code: &str| field.bits.iter().find(|(one, _)| *one == code).map(|(_, bit)| *bit);
    let bits: Option<Vec<i64>> = codes.into_iter().map(bit).collect();
    Some(Condition::AnyFlag(bits?.iter().fold(0, |all, bit| all | bit)))
}
