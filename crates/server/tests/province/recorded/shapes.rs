//! Which fields and variants the messages have, and which of them some recording shows. From the schemas of the
//! OpenAPI document and of what packages hold: a field that is added stands there at once.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use tiexin_protocol::package::{Header, PushBody, ReplyBody};
use tiexin_protocol::rescue::{LeftKey, Rescue, RescueFile};
use tiexin_protocol::statement::{AuditRoot, Lease, OfficeAct, RecordsAs, Standing, WipeOrder};
use utoipa::OpenApi;

use super::tape::messages;

#[derive(OpenApi)]
#[openapi(components(schemas(
    Header, PushBody, ReplyBody, LeftKey, Rescue, RescueFile, AuditRoot, Lease, WipeOrder, Standing,
    RecordsAs, OfficeAct
)))]
struct Carried;

/// What never leaves the province or a desk: this program's word for a reason that it does not know; and where a record
/// went, which stands in the log alone (those who read on there are told no more than that it is gone).
const NEVER_SAID: [&str; 4] = ["ParkCode other", "Moved away", "Moved.away", "Moved.away.to"];

/// Every schema by its name.
fn schemas() -> Map<String, Value> {
    let mut all = Map::new();
    for document in [tiexin_server::openapi(), Carried::openapi()] {
        let document = json!(document);
        let part = document["components"]["schemas"].as_object().expect("schemas").clone();
        all.extend(part);
    }
    all
}

/// Every field and every variant there is.
pub(super) fn all() -> BTreeSet<String> {
    let schemas = schemas();
    let mut all = BTreeSet::new();
    for (name, schema) in &schemas {
        list(schema, name, &mut all);
    }
    all.retain(|one| !NEVER_SAID.contains(&one.as_str()));
    all
}

fn list(schema: &Value, at: &str, all: &mut BTreeSet<String>) {
    for part in each(schema, "allOf") {
        list(part, at, all);
    }
    for option in each(schema, "oneOf") {
        if let Some(name) = variant(option) {
            all.insert(format!("{at} {name}"));
        }
        list(option, at, all);
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        all.extend(words.iter().filter_map(Value::as_str).map(|word| format!("{at} {word}")));
    }
    for (field, inner) in fields(schema) {
        let at = format!("{at}.{field}");
        list(inner, &at, all);
        all.insert(at);
    }
    if let Some(items) = schema.get("items") {
        list(items, at, all);
    }
}

/// Every field and variant that these recordings show.
pub(super) fn shown(recordings: &[PathBuf]) -> BTreeSet<String> {
    let schemas = schemas();
    let mut shown = BTreeSet::new();
    for message in recordings.iter().flat_map(|folder| messages(folder)) {
        let schema = schemas.get(&message.shape);
        let schema = schema.unwrap_or_else(|| panic!("{}: no schema {}", message.name, message.shape));
        see(&schemas, schema, &message.value(), &message.shape, &mut shown);
    }
    shown
}

fn see(schemas: &Map<String, Value>, schema: &Value, value: &Value, at: &str, shown: &mut BTreeSet<String>) {
    if let Some(name) = reference(schema) {
        return see(schemas, &schemas[name], value, name, shown);
    }
    for part in each(schema, "allOf") {
        see(schemas, part, value, at, shown);
    }
    for option in each(schema, "oneOf").filter(|option| fits(schemas, option, value)) {
        if let Some(name) = variant(option) {
            shown.insert(format!("{at} {name}"));
        }
        see(schemas, option, value, at, shown);
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && words.contains(value)
    {
        shown.insert(format!("{at} {}", value.as_str().unwrap_or_default()));
    }
    for (field, inner) in fields(schema) {
        if let Some(value) = value.get(field).filter(|value| !value.is_null()) {
            let at = format!("{at}.{field}");
            see(schemas, inner, value, &at, shown);
            shown.insert(at);
        }
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        values.iter().for_each(|value| see(schemas, items, value, at, shown));
    }
}

/// Whether the value is of this variant.
fn fits(schemas: &Map<String, Value>, option: &Value, value: &Value) -> bool {
    if let Some(name) = reference(option) {
        return fits(schemas, &schemas[name], value);
    }
    if option.get("oneOf").is_some() {
        return each(option, "oneOf").any(|option| fits(schemas, option, value));
    }
    if let Some(words) = option.get("enum").and_then(Value::as_array) {
        return words.contains(value);
    }
    if option.get("type").and_then(Value::as_str) == Some("null") {
        return value.is_null();
    }
    let required = option.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let there = |name: &Value| name.as_str().is_some_and(|name| value.get(name).is_some());
    let tagged = fields(option).all(|(field, inner)| match inner.get("enum").and_then(Value::as_array) {
        Some(words) => value.get(field).is_none_or(|word| words.contains(word)),
        None => true,
    });
    value.is_object() && required.iter().all(there) && tagged
}

/// The name of a variant of an enum: its tag, or its only field.
fn variant(option: &Value) -> Option<String> {
    let mut inner = fields(option);
    let tag = fields(option).find_map(|(_, inner)| match inner.get("enum")?.as_array()?.as_slice() {
        [one] => one.as_str().map(str::to_owned),
        _ => None,
    });
    tag.or_else(|| inner.next().map(|(field, _)| field.clone()))
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)?.rsplit('/').next()
}

fn each<'a>(schema: &'a Value, what: &str) -> impl Iterator<Item = &'a Value> {
    schema.get(what).and_then(Value::as_array).into_iter().flatten()
}

fn fields(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}
