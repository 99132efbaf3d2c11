//! Between what a form holds (texts as typed) and what is stored.

use crate::dated::reading;
use crate::{FieldKind, FormField, Start, Today, kinds, read_count, read_minutes};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tiexin_domain::amount::minutes_told;
use tiexin_domain::nouns::tidy;
use tiexin_domain::shape::Field;
use tiexin_domain::{Fen, Fields};

/// What a form holds: texts as typed, lists, yes and no. A draft is this.
pub type Typed = BTreeMap<String, Value>;

/// Anything stored, without the signs of JSON.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            items.iter().map(plain).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("、")
        }
        Value::Object(parts) => {
            parts.get("name").or_else(|| parts.get("item")).map(plain).unwrap_or_default()
        }
    }
}

pub fn text(typed: &Typed, field: &str) -> String {
    typed.get(field).map(plain).unwrap_or_default()
}

pub fn list(typed: &Typed, field: &str) -> Vec<String> {
    let items = typed.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Where the name of a family's head is kept beside the reference to the family.
pub const HEAD_NAME: &str = "head_name";

/// Where a new record begins.
pub struct Beginning<'a> {
    pub today: Today,
    /// Where the worker looks, or is at home. Empty: unknown.
    pub region: &'a str,
    pub me: &'a str,
}

/// A new form's fields.
pub fn fresh(fields: &[FormField], at: &Beginning) -> Typed {
    let village = at.region.len() == 12;
    let start = |field: &FormField| {
        Some(match field.start {
            Start::Empty => return None,
            Start::Today => json!(at.today.begins()),
            Start::Village if !village => return None,
            Start::Here | Start::Village => json!(at.region),
            Start::Me => json!(at.me),
            Start::Code(code) => json!(code),
        })
    };
    fields.iter().filter_map(|field| Some((field.name.to_owned(), start(field)?))).collect()
}

/// A stored record's fields, as a form shows them.
pub fn opened(fields: &[FormField], stored: &Fields) -> Typed {
    let mut typed = Typed::new();
    for field in fields {
        for name in [Some(field.name), beside(field)].into_iter().flatten() {
            if let Some(value) = stored.get(name) {
                let shown = match (field.kind, value) {
                    (FieldKind::Minutes, Value::Number(minutes)) => {
                        json!(minutes.as_u64().map(minutes_told).unwrap_or_default())
                    }
                    (_, Value::Number(number)) => json!(number.to_string()),
                    (FieldKind::Parts(parts), _) => opened_rows(parts, value),
                    _ => value.clone(),
                };
                typed.insert(name.to_owned(), shown);
            }
        }
    }
    typed
}

/// The field that a picker fills beside its own.
fn beside(field: &FormField) -> Option<&'static str> {
    match field.kind {
        FieldKind::Family => Some(HEAD_NAME),
        FieldKind::Record { named_by, .. } => Some(named_by),
        _ => None,
    }
}

/// What is wrong: field → what to do.
pub type Wrong = Vec<(String, String)>;

/// What is stored, or what to mend. Emptied fields become null.
///
/// # Errors
/// Every field that cannot be read or is missing.
pub fn read(fields: &[FormField], typed: &Typed, today: Today) -> Result<Fields, Wrong> {
    let mut stored = Fields::new();
    let mut wrong = Vec::new();
    for field in fields {
        put(field, typed, today, &mut stored, &mut wrong);
    }
    if wrong.is_empty() { Ok(stored) } else { Err(wrong) }
}

fn put(field: &FormField, typed: &Typed, today: Today, stored: &mut Fields, wrong: &mut Wrong) {
    if let Some(name) = beside(field) {
        stored.insert(name.to_owned(), typed.get(name).cloned().unwrap_or(Value::Null));
    }
    match held(field, typed, today) {
        Ok(Value::Null) if field.required && !named_freely(field, typed) => {
            wrong.push((field.name.to_owned(), format!("请填写{}", field.label)));
        }
        Ok(value) => drop(stored.insert(field.name.to_owned(), value)),
        Err(told) => wrong.extend(told),
    }
}

/// Whether a name without a record stands there, and will do.
fn named_freely(field: &FormField, typed: &Typed) -> bool {
    matches!(field.kind, FieldKind::Record { named_by, free: true, .. } if tidy(&text(typed, named_by)).is_some())
}

/// What a form changes of a stored record: only what was touched.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// Null removes.
    pub fields: Fields,
    /// The same fields as the form had them before; one that was not there is not here either.
    pub seen: Fields,
}

/// `seen` is the stored record as the form was opened on it, `typed` what it holds now.
///
/// # Errors
/// Every touched field that cannot be read, or is required and was emptied.
pub fn changes(fields: &[FormField], seen: &Fields, typed: &Typed, today: Today) -> Result<Changes, Wrong> {
    let begun = opened(fields, seen);
    let mut changes = Changes::default();
    let mut wrong = Vec::new();
    for field in fields.iter().filter(|field| touched(field, &begun, typed, today)) {
        put(field, typed, today, &mut changes.fields, &mut wrong);
        // The name beside it may have stayed.
        if let Some(name) = beside(field).filter(|name| begun.get(*name) == typed.get(*name)) {
            changes.fields.remove(name);
        }
    }
    let before = |name: &String| Some((name.clone(), seen.get(name)?.clone()));
    changes.seen = changes.fields.keys().filter_map(before).collect();
    if wrong.is_empty() { Ok(changes) } else { Err(wrong) }
}

/// Whether the field says something else now. `10.5` for `2026-10-05` does not.
fn touched(field: &FormField, begun: &Typed, typed: &Typed, today: Today) -> bool {
    let name = field.name;
    let renamed = beside(field).is_some_and(|name| text(begun, name) != text(typed, name));
    if renamed || begun.get(name) == typed.get(name) {
        return renamed;
    }
    match (held(field, begun, today), held(field, typed, today)) {
        (Ok(before), Ok(now)) => before != now,
        _ => true,
    }
}

fn held(field: &FormField, typed: &Typed, today: Today) -> Result<Value, Wrong> {
    match field.kind {
        FieldKind::Parts(parts) => read_rows(field.name, parts, typed, today),
        _ => one(field, typed, today).map_err(|message| vec![(field.name.to_owned(), message)]),
    }
}

/// The rows that a list of parts has in a form.
pub fn rows(typed: &Typed, field: &str) -> Vec<Typed> {
    let items = typed.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let row = |item: &Value| -> Typed { item.as_object().cloned().unwrap_or_default().into_iter().collect() };
    items.iter().map(row).collect()
}

/// Whether nothing stands in a row.
pub(crate) fn says_nothing(row: &Typed) -> bool {
    row.values().all(|value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    })
}

/// Stored parts as a form shows them; what no row asks for stays beside it.
fn opened_rows(parts: &'static [Field], stored: &Value) -> Value {
    let form = kinds::of_part(parts);
    let shown = |part: &Value| {
        let part = part.as_object().cloned().unwrap_or_default();
        let typed = opened(&form, &part);
        Value::Object(part.into_iter().chain(typed).collect())
    };
    Value::Array(stored.as_array().into_iter().flatten().map(shown).collect())
}

/// The rows as they are stored: no empty ones, and null for none. `name`: of the list.
fn read_rows(name: &str, parts: &'static [Field], typed: &Typed, today: Today) -> Result<Value, Wrong> {
    let form = kinds::of_part(parts);
    let (mut stored, mut wrong) = (Vec::new(), Wrong::new());
    for (nth, row) in rows(typed, name).into_iter().enumerate().filter(|(_, row)| !says_nothing(row)) {
        match read(&form, &row, today) {
            Ok(part) => {
                let asked = |own: &str| form.iter().any(|field| field.name == own);
                let others = row.into_iter().filter(|(own, _)| !asked(own));
                let whole = part.into_iter().filter(|(_, value)| !value.is_null()).chain(others);
                stored.push(Value::Object(whole.collect()));
            }
            Err(of_row) => {
                wrong.extend(of_row.into_iter().map(|(own, told)| (format!("{name}.{nth}.{own}"), told)));
            }
        }
    }
    match (wrong.is_empty(), stored.is_empty()) {
        (false, _) => Err(wrong),
        (true, true) => Ok(Value::Null),
        (true, false) => Ok(Value::Array(stored)),
    }
}

/// What a field holds that is no list of parts.
fn one(field: &FormField, typed: &Typed, today: Today) -> Result<Value, String> {
    let written = tidy(&text(typed, field.name));
    let or_null = |value: Option<Value>| value.unwrap_or(Value::Null);
    let number = |written: Option<String>, read: fn(&str) -> Result<u32, String>| match written {
        Some(written) => read(&written).map(|number| json!(number)),
        None => Ok(Value::Null),
    };
    Ok(match field.kind {
        FieldKind::Text | FieldKind::Long | FieldKind::Code(_) | FieldKind::Region => {
            or_null(written.map(Value::from))
        }
        FieldKind::Family | FieldKind::Record { .. } | FieldKind::Carried => {
            or_null(written.map(Value::from))
        }
        FieldKind::Person | FieldKind::Parts(_) => typed.get(field.name).cloned().unwrap_or(Value::Null),
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
        FieldKind::Day | FieldKind::DayNear | FieldKind::PartialDay | FieldKind::Moment => {
            let date = reading(field).map(|read| read(&text(typed, field.name), today)).transpose()?;
            or_null(date.flatten().map(Value::from))
        }
        FieldKind::Money => match written {
            Some(written) => json!(Fen::parse(&written).map_err(|bad| bad.to_string())?.to_string()),
            None => Value::Null,
        },
        FieldKind::Count => number(written, read_count)?,
        FieldKind::Minutes => number(written, read_minutes)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;

    fn today() -> Today {
        Today { day: chrono::NaiveDate::from_ymd_opt(2026, 11, 29).unwrap(), sure: true }
    }

    fn stored(value: Value) -> Fields {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_form_sends_only_what_was_touched() {
        let fields = kinds::of("household");
        let seen = stored(json!({
            "head_name": "某某", "region": "340323100001", "current_address": "东头一号", "kinds": ["general"],
        }));
        let mut typed = opened(&fields, &seen);
        assert_eq!(changes(&fields, &seen, &typed, today()), Ok(Changes::default()));
        typed.insert("phone".into(), json!("19900002580"));
        typed.insert("current_address".into(), json!(" "));
        let sent = changes(&fields, &seen, &typed, today()).unwrap();
        assert_eq!(sent.fields, stored(json!({"phone": "19900002580", "current_address": null})));
        assert_eq!(sent.seen, stored(json!({"current_address": "东头一号"})));
    }

    #[test]
    fn the_same_said_otherwise_is_no_change() {
        let fields = kinds::of("person");
        let seen = stored(json!({"name": "某", "birth": "2026-10-05", "region": "340323100001"}));
        let mut typed = opened(&fields, &seen);
        typed.insert("birth".into(), json!("10.5"));
        typed.insert("lunar_birthday".into(), json!(false));
        typed.insert("phone".into(), json!(""));
        assert_eq!(changes(&fields, &seen, &typed, today()), Ok(Changes::default()));
        typed.insert("name".into(), json!(""));
        assert_eq!(changes(&fields, &seen, &typed, today()).unwrap_err()[0].0, "name");
    }

    #[test]
    fn a_name_goes_with_the_record_and_will_do_without_one() {
        let of = |free| {
            let kind = FieldKind::Record { kinds: &["volunteer"], named_by: "helper_name", free };
            [FormField::new("helper", "帮扶人", kind).required()]
        };
        let seen = stored(json!({"helper": "01900000-0000-7000-8000-000000000001", "helper_name": "甲"}));
        let mut typed = opened(&of(true), &seen);
        assert_eq!(typed["helper_name"], json!("甲"));
        assert_eq!(changes(&of(true), &seen, &typed, today()), Ok(Changes::default()));
        typed.insert("helper".into(), Value::Null);
        typed.insert("helper_name".into(), json!("爱心超市"));
        let sent = changes(&of(true), &seen, &typed, today()).unwrap();
        assert_eq!(sent.fields, stored(json!({"helper": null, "helper_name": "爱心超市"})));
        assert_eq!(sent.seen, seen);
        assert_eq!(changes(&of(false), &seen, &typed, today()).unwrap_err()[0].0, "helper");
        // From one name without a record to another.
        let seen = stored(json!({"helper_name": "爱心超市"}));
        let mut typed = opened(&of(true), &seen);
        typed.insert("helper_name".into(), json!("乙"));
        let sent = changes(&of(true), &seen, &typed, today()).unwrap();
        assert_eq!(sent.fields["helper_name"], json!("乙"));
        typed.insert("helper_name".into(), Value::Null);
        assert_eq!(changes(&of(true), &seen, &typed, today()).unwrap_err()[0].0, "helper");
    }

    #[test]
    fn what_is_missing_already_does_not_hinder_another_change() {
        let fields = kinds::of("support_file");
        let seen = stored(json!({"region": "340323100001", "head_name": "某"}));
        let mut typed = opened(&fields, &seen);
        typed.insert("doctor".into(), json!("李医生"));
        assert_eq!(
            changes(&fields, &seen, &typed, today()).unwrap().fields,
            stored(json!({"doctor": "李医生"}))
        );
    }

    #[test]
    fn service_time_is_shown_as_it_is_told() {
        let fields = kinds::of("volunteer");
        let seen = stored(json!({"name": "某", "minutes": 150, "approval": "pending"}));
        let typed = opened(&fields, &seen);
        assert_eq!(typed["minutes"], json!("2小时30分钟"));
        assert_eq!(changes(&fields, &seen, &typed, today()), Ok(Changes::default()));
    }
}
