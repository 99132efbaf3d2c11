//! What of a record may be shown where: numbers masked, restricted fields left out.

use serde_json::Value;
use tiexin_domain::nouns::masked_fields;
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::{Kind, Problem, id_number, phone};
use uuid::Uuid;

/// Shown only inside the family's own file, never on a list, in a search, an export, a notice.
pub(crate) const FAMILY_ONLY: [&str; 2] = ["child_name", "loss_cause"];
/// Shown to its author only.
pub(crate) const AUTHOR_ONLY: &str = "session_note";
/// Of a merge: values that were taken over.
const TAKEN_OVER: &str = "took";
/// Who recorded it, by id; [`Record`]s from ledgers and older programs may lack it.
pub(crate) const RECORDED_BY_ID: &str = "recorded_by_id";

/// Where a record is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// A list, a search, a figure's records, an export.
    Listed,
    /// The family's own page, or the one record opened by itself.
    Own,
}

/// What remains to be shown, and the names of masked fields.
pub(crate) fn cover(record: &Record, shown: Shown, viewer: Uuid) -> (Fields, Vec<String>) {
    let mut fields = record.fields.clone();
    for field in withheld(record, shown, viewer) {
        fields.remove(field);
    }
    let mut masked = Vec::new();
    for field in masked_fields(&record.kind) {
        if let Some(Value::String(text)) = fields.get_mut(*field) {
            *text = mask(field, text);
            masked.push((*field).to_owned());
        }
    }
    (fields, masked)
}

/// Fields of the record that the viewer does not see there. A save that lacks them leaves them alone.
pub(crate) fn withheld(record: &Record, shown: Shown, viewer: Uuid) -> Vec<&'static str> {
    let mut fields = Vec::new();
    if record.kind == Kind::SupportFile.code() && shown == Shown::Listed {
        fields.extend(FAMILY_ONLY);
    }
    if record.kind == Kind::Merge.code() {
        // What gave way in a merge may be numbers of people: it lies there to be put back, never to be read.
        fields.push(TAKEN_OVER);
    }
    if record.fields.contains_key(AUTHOR_ONLY) && !is_author(record, viewer) {
        fields.push(AUTHOR_ONLY);
    }
    fields
}

/// Whether lists may be filtered or sorted by the field: what is not shown must not be guessed either.
pub(crate) fn may_be_asked_for(kind: &str, field: &str) -> bool {
    let never = [AUTHOR_ONLY, TAKEN_OVER];
    !FAMILY_ONLY.contains(&field) && !never.contains(&field) && !masked_fields(kind).contains(&field)
}

fn is_author(record: &Record, viewer: Uuid) -> bool {
    record.reference(RECORDED_BY_ID) == Some(viewer)
}

/// The masked form of a field's text.
pub(crate) fn mask(field: &str, text: &str) -> String {
    if field == "phone" { phone::mask(text) } else { id_number::mask(text) }
}

/// A value that cannot be shown whole outside its field: histories and troubles use this.
pub(crate) fn cover_value(record: &Record, field: &str, value: &Value, viewer: Uuid) -> Value {
    if withheld(record, Shown::Listed, viewer).contains(&field) || FAMILY_ONLY.contains(&field) {
        return if value.is_null() { Value::Null } else { Value::String("（不在此显示）".into()) };
    }
    match value {
        Value::String(text) if masked_fields(&record.kind).contains(&field) => {
            Value::String(mask(field, text))
        }
        other => other.clone(),
    }
}

/// A form sends masked values back as it got them: puts the real ones in their place. `known` are the
/// values that a mask may stand for: the current one first, then overwritten ones. Anything else with a
/// star in it is no number.
pub(crate) fn uncover(kind: &str, sent: &mut Fields, known: impl Fn(&str) -> Vec<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for field in masked_fields(kind) {
        let Some(Value::String(text)) = sent.get(*field) else { continue };
        if !text.contains('*') {
            continue;
        }
        match known(field).into_iter().find(|value| mask(field, value) == *text) {
            Some(value) => {
                sent.insert((*field).into(), Value::String(value));
            }
            None => {
                let message = "号码被遮住了一部分，请重新输入完整的号码，没有请留空";
                problems.push(Problem::new(field, "masked_value", message));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(kind: &str, fields: Value) -> Record {
        Record {
            id: Uuid::nil(),
            kind: kind.into(),
            scope: "340323100".parse().unwrap(),
            version: 0,
            fields: fields.as_object().unwrap().clone(),
            void: None,
        }
    }

    #[test]
    fn numbers_are_masked_and_the_loss_stays_in_the_family() {
        let file = record(
            "support_file",
            json!({"phone": "19900002580", "child_name": "某", "loss_cause": "某", "head_name": "甲"}),
        );
        let (listed, masked) = cover(&file, Shown::Listed, Uuid::nil());
        assert_eq!(listed, *json!({"phone": "199****2580", "head_name": "甲"}).as_object().unwrap());
        assert_eq!(masked, ["phone"]);
        assert!(cover(&file, Shown::Own, Uuid::nil()).0.contains_key("child_name"));
        assert!(!may_be_asked_for("support_file", "child_name"));
        assert!(!may_be_asked_for("person", "id_number"));
        assert_ne!(cover_value(&file, "loss_cause", &json!("某"), Uuid::nil()), json!("某"));
    }

    #[test]
    fn a_session_note_is_its_authors() {
        let author = Uuid::from_u128(7);
        let note =
            record("counselling", json!({"session_note": "谈话", "recorded_by_id": author.to_string()}));
        assert!(cover(&note, Shown::Own, author).0.contains_key("session_note"));
        assert!(!cover(&note, Shown::Own, Uuid::nil()).0.contains_key("session_note"));
    }

    #[test]
    fn a_mask_sent_back_means_unchanged() {
        let known = |_: &str| vec!["340399197309166454".to_owned()];
        let mut sent = json!({"id_number": "340399********6454"}).as_object().unwrap().clone();
        assert!(uncover("person", &mut sent, known).is_empty());
        assert_eq!(sent["id_number"], "340399197309166454");
        let mut other = json!({"id_number": "340399********0000"}).as_object().unwrap().clone();
        assert_eq!(uncover("person", &mut other, known)[0].code, "masked_value");
    }
}
