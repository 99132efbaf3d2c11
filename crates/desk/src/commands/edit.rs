//! Saving what a form changed of a record: field by field, beside what others changed meanwhile.

use serde_json::Value;
use tiexin_contract::records::{EditRecord, Saved};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::record::{self, Fields, Record};
use tiexin_domain::shape::merge_class;
use tiexin_domain::{MergeClass, Problem};

use super::records::find;
use super::save;
use crate::registry::Registry;
use crate::rights::{At, Place, WRITE};
use crate::{place, rows, rules};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, where_it_is, edit);
}

fn where_it_is(at: &At, args: &EditRecord) -> Result<Place, ErrorReply> {
    let mut regions = vec![find(at, args.id)?.region()];
    regions.extend(place::region_of(&args.fields));
    Ok(Place::In(regions))
}

pub(super) fn edit(at: &At, args: EditRecord) -> Result<Saved, ErrorReply> {
    let record = find(at, args.id)?;
    save::refuse_unfit(&record)?;
    let mut sent = args.fields;
    sent.retain(|field, _| !field.starts_with("recorded_"));
    rules::tidy_fields(&record.kind, &mut sent, at.day);
    // What the form was given, masked as it was given.
    let now = rows::opened(at, &record)?.fields;
    let (sent, overtaken) = beside(&record, &now, &args.seen, sent);
    if !overtaken.is_empty() {
        return Err(changed_meanwhile(&overtaken));
    }
    save::edit(at, args.id, None, sent)
}

/// What is to be written, and the fields that somebody else changed since they were seen. Elements of a set
/// are added and taken out one by one, so two people never undo each other there.
fn beside(record: &Record, now: &Fields, seen: &Fields, sent: Fields) -> (Fields, Vec<String>) {
    let (mut write, mut overtaken) = (Fields::new(), Vec::new());
    for (field, value) in sent {
        let (was, is) = (seen.get(&field), now.get(&field));
        if was == is {
            write.insert(field, value);
        } else if is == Some(&value) || (value.is_null() && is.is_none()) {
            // Somebody else wrote the very same.
        } else if merge_class(&record.kind, &field) == MergeClass::Set {
            let only = |value: Option<&Value>| -> Fields {
                let known = value.filter(|value| !value.is_null());
                known.map(|value| (field.clone(), value.clone())).into_iter().collect()
            };
            let change = record::diff(&record.kind, &only(was), &only(Some(&value)));
            let mut merged = only(record.fields.get(&field));
            record::apply(&mut merged, &change);
            let value = merged.remove(&field).unwrap_or(Value::Null);
            write.insert(field, value);
        } else {
            overtaken.push(field);
        }
    }
    (write, overtaken)
}

/// Never the newer value itself: the form shows it, as it shows the record.
fn changed_meanwhile(fields: &[String]) -> ErrorReply {
    let told = |field: &String| {
        let message = "您填写期间，这一项已被改过。要按您写的，请再按一次保存；要留新的，请按“从头填写”";
        Problem::new(field, "changed_meanwhile", message)
    };
    let mut reply = ErrorReply::invalid(fields.iter().map(told).collect());
    reply.code = ErrorCode::ChangedMeanwhile;
    reply
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    fn fields(value: Value) -> Fields {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn two_people_add_to_one_set_and_write_different_fields() {
        let now = fields(json!({"tags": ["elder", "youth"], "phone": "2", "health": "好"}));
        let record = Record {
            id: Uuid::nil(),
            kind: "person".into(),
            scope: "340323100".parse().unwrap(),
            version: 0,
            fields: now.clone(),
            void: None,
        };
        let seen = fields(json!({"tags": ["youth"], "phone": "1"}));
        let sent =
            fields(json!({"tags": ["five_elders", "youth"], "phone": "3", "health": "好", "notes": "写"}));
        let (write, overtaken) = beside(&record, &now, &seen, sent);
        assert_eq!(write, fields(json!({"tags": ["elder", "five_elders", "youth"], "notes": "写"})));
        assert_eq!(overtaken, ["phone"]);
    }
}
