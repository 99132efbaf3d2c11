//! Between what a form holds (texts as typed) and what is stored.

use super::spec::{FieldKind, FormField, Start};
use crate::components::{date_field, read_date, read_day};
use crate::hooks::Today;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tiexin_domain::nouns::tidy;
use tiexin_domain::{Fen, Fields};

/// What a form holds: texts as typed, lists, yes and no. A draft is this.
pub(super) type Typed = BTreeMap<String, Value>;

pub(super) fn text(typed: &Typed, field: &str) -> String {
    typed.get(field).map(crate::text::plain).unwrap_or_default()
}

pub(super) fn list(typed: &Typed, field: &str) -> Vec<String> {
    let items = typed.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Where the name of a family's head is kept beside the reference to the family.
pub(super) const HEAD_NAME: &str = "head_name";

/// Where a new record begins.
pub(super) struct Beginning<'a> {
    pub(super) today: Today,
    pub(super) region: &'a str,
    pub(super) me: &'a str,
}

/// A new form's fields.
pub(super) fn fresh(fields: &[FormField], at: &Beginning) -> Typed {
    let start = |field: &FormField| {
        Some(match field.start {
            Start::Empty => return None,
            Start::Today => json!(at.today.begins()),
            Start::Here => json!(at.region),
            Start::Me => json!(at.me),
            Start::Code(code) => json!(code),
        })
    };
    fields.iter().filter_map(|field| Some((field.name.to_owned(), start(field)?))).collect()
}

/// A stored record's fields, as a form shows them.
pub(super) fn opened(fields: &[FormField], stored: &Fields) -> Typed {
    let mut typed = Typed::new();
    for field in fields {
        for name in [Some(field.name), beside(field)].into_iter().flatten() {
            if let Some(value) = stored.get(name) {
                let number = value.is_number().then(|| json!(crate::text::plain(value)));
                typed.insert(name.to_owned(), number.unwrap_or_else(|| value.clone()));
            }
        }
    }
    typed
}

/// The field that a picker fills beside its own.
fn beside(field: &FormField) -> Option<&'static str> {
    match field.kind {
        FieldKind::Family => Some(HEAD_NAME),
        _ => None,
    }
}

/// What is stored, or field → what to do. Emptied fields become null.
pub(super) fn read(
    fields: &[FormField],
    typed: &Typed,
    today: Today,
) -> Result<Fields, Vec<(String, String)>> {
    let mut stored = Fields::new();
    let mut wrong = Vec::new();
    for field in fields {
        if let Some(name) = beside(field) {
            stored.insert(name.to_owned(), typed.get(name).cloned().unwrap_or(Value::Null));
        }
        match one(field, typed, today) {
            Ok(Value::Null) if field.required => {
                wrong.push((field.name.to_owned(), format!("请填写{}", field.label)));
            }
            Ok(value) => drop(stored.insert(field.name.to_owned(), value)),
            Err(message) => wrong.push((field.name.to_owned(), message)),
        }
    }
    if wrong.is_empty() { Ok(stored) } else { Err(wrong) }
}

fn one(field: &FormField, typed: &Typed, today: Today) -> Result<Value, String> {
    let written = tidy(&text(typed, field.name));
    let or_null = |value: Option<Value>| value.unwrap_or(Value::Null);
    Ok(match field.kind {
        FieldKind::Text | FieldKind::Long | FieldKind::Code(_) | FieldKind::Region => {
            or_null(written.map(Value::from))
        }
        FieldKind::Family | FieldKind::Carried => or_null(written.map(Value::from)),
        FieldKind::Person => typed.get(field.name).cloned().unwrap_or(Value::Null),
        FieldKind::People => match typed.get(field.name) {
            Some(Value::Array(people)) if !people.is_empty() => json!(people),
            _ => Value::Null,
        },
        FieldKind::Flag => {
            if typed.get(field.name) == Some(&json!(true)) {
                json!(true)
            } else {
                Value::Null
            }
        }
        FieldKind::Codes(_) | FieldKind::Tags => {
            let items = list(typed, field.name);
            if items.is_empty() { Value::Null } else { json!(items) }
        }
        FieldKind::Day => {
            or_null(read_day(&text(typed, field.name), today)?.map(|day| json!(day.to_string())))
        }
        FieldKind::PartialDay => {
            or_null(read_date(&text(typed, field.name), today)?.map(|date| json!(date.to_string())))
        }
        FieldKind::Moment => {
            or_null(date_field::read_moment(&text(typed, field.name), today)?.map(Value::from))
        }
        FieldKind::Money => match written {
            Some(written) => json!(Fen::parse(&written).map_err(|bad| bad.to_string())?.to_string()),
            None => Value::Null,
        },
        FieldKind::Count => match written {
            Some(written) => {
                json!(written.parse::<u32>().map_err(|_| "请只填数字，如 35".to_owned())?)
            }
            None => Value::Null,
        },
    })
}
