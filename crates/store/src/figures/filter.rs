//! Which facts a measure is about, and the number that it sums.

use std::collections::BTreeMap;

use serde_json::Value;
use tiexin_domain::nouns::visit::Presence;
use tiexin_domain::{Fen, Fields, Kind};

use super::Fact;
use crate::derive::{member_flag, visit_flag};

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
        let sum = sum.map(|field| match (kind, field) {
            (Kind::InsuranceClaim, "amount")
            | (Kind::Activity, "headcount")
            | (Kind::Volunteer, "minutes") => Summed::Number,
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
    let texts: Option<Vec<String>> = values.iter().map(|v| v.as_str().map(str::to_owned)).collect();
    let bit = match (kind, field) {
        (Kind::Visit, "kind") | (Kind::Activity, "project") | (Kind::Volunteer, "approval") => {
            return texts.map(Condition::Category);
        }
        (Kind::SupportFile, "category") => return texts.map(Condition::Category),
        (Kind::Visit, "presence") => {
            let presences = texts?.into_iter().map(|code| Presence::from_code(&code));
            let bits: Option<Vec<i64>> = presences.map(|one| visit_flag::of_presence(&one)).collect();
            return Some(Condition::AnyFlag(bits?.iter().fold(0, |all, bit| all | bit)));
        }
        (Kind::Member, _) => {
            let bits: Option<Vec<i64>> = texts?.iter().map(|code| member_bit(field, code)).collect();
            return Some(Condition::AnyFlag(bits?.iter().fold(0, |all, bit| all | bit)));
        }
        (Kind::Counselling, "file_opened") => 1,
        (Kind::Counselling, "assessed") => 2,
        (Kind::Counselling, "paired") => 4,
        (Kind::Activity, "archived") => 1,
        _ => return None,
    };
    match values {
        [Value::Bool(true)] => Some(Condition::AnyFlag(bit)),
        [Value::Bool(false)] => Some(Condition::NoFlag(bit)),
        _ => None,
    }
}

fn member_bit(field: &str, code: &str) -> Option<i64> {
    use member_flag::*;
    Some(match (field, code) {
        ("sex", "male") => MALE,
        ("sex", "female") => FEMALE,
        ("structure", "individual") => INDIVIDUAL,
        ("structure", "unit") => UNIT,
        ("residence", "floating") => FLOATING,
        ("residence", "resident") => RESIDENT,
        ("tags", "lost_child") => LOST_CHILD,
        ("tags", "childbearing") => CHILDBEARING,
        ("tags", "youth") => YOUTH,
        _ => return None,
    })
}
