//! The one shape in which every noun is stored, sent and merged.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::region::RegionCode;

/// Field name → value. Keys are sorted, values are never null: an absent field is absent.
pub type Fields = serde_json::Map<String, Value>;

/// Why a record is hidden. Nothing is ever physically deleted by a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Void {
    /// The reason the worker gave.
    pub reason: String,
}

impl Void {
    /// The mark of what went with an import that was taken back: reading the ledger again brings it back. It stands
    /// in the place of a reason, because a void is hashed and gets no new field (`docs/sync.md`). FROZEN: books and
    /// provinces hold it.
    const UNDONE_IMPORT: &'static str = "撤销导入";

    /// Hidden by a person. Nobody can type the mark of an import that was taken back.
    pub fn by_person(reason: &str) -> Self {
        let reason = if reason == Self::UNDONE_IMPORT { "撤销导入（手工作废）" } else { reason };
        Self { reason: reason.to_owned() }
    }

    /// Hidden because its import was taken back.
    pub fn undone_import() -> Self {
        Self { reason: Self::UNDONE_IMPORT.to_owned() }
    }

    /// Whether it went with an import that was taken back.
    pub fn is_undone_import(&self) -> bool {
        self.reason == Self::UNDONE_IMPORT
    }
}

/// A record as it stands. `version` is the sequence number, in its scope's log, of the last
/// entry that changed it; 0 while no province has seen it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Record {
    pub id: Uuid,
    /// A [`crate::Kind`] code; kinds unknown to this program are kept.
    pub kind: String,
    pub scope: RegionCode,
    pub version: u64,
    /// All fields, `region`, `recorded_by` and `recorded_at` among them.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub fields: Fields,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void: Option<Void>,
}

impl Record {
    /// The region the record belongs to; its scope when none is given.
    pub fn region(&self) -> RegionCode {
        self.text("region").and_then(|code| code.parse().ok()).unwrap_or_else(|| self.scope.clone())
    }

    /// A text field.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(Value::as_str)
    }

    /// A reference to another record.
    pub fn reference(&self, field: &str) -> Option<Uuid> {
        self.text(field).and_then(|id| id.parse().ok())
    }
}

/// How two people's work on one field is brought together (`sync.md`, Merge).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MergeClass {
    /// Later receipt stands, the other value is kept and can be put back.
    Ordinary,
    /// First commit stands, the second is a conflict for a person.
    Sensitive,
    /// Elements are added and removed one by one.
    Set,
    /// Both texts are kept.
    LongNote,
}

/// What changed between two states of a record: field → new value, null where it was removed.
/// Set fields (see [`MergeClass::Set`]) yield `{"+": […], "-": […]}`.
pub fn diff(kind: &str, before: &Fields, after: &Fields) -> Fields {
    let mut set = Fields::new();
    for (field, new) in after {
        let old = before.get(field);
        if old == Some(new) || (new.is_null() && old.is_none()) {
            continue;
        }
        let value = match crate::shape::merge_class(kind, field) {
            MergeClass::Set => set_change(old, new),
            _ => new.clone(),
        };
        set.insert(field.clone(), value);
    }
    for (field, old) in before {
        if !after.contains_key(field) {
            let value = match crate::shape::merge_class(kind, field) {
                MergeClass::Set => set_change(Some(old), &Value::Array(Vec::new())),
                _ => Value::Null,
            };
            set.insert(field.clone(), value);
        }
    }
    set
}

/// Applies a change's `set` to fields: null removes, set changes go element by element.
pub fn apply(fields: &mut Fields, set: &Fields) {
    for (field, value) in set {
        match value {
            Value::Null => {
                fields.remove(field);
            }
            Value::Object(ops) if is_set_change(ops) => {
                let next = apply_set_change(fields.get(field), ops);
                if next.is_empty() {
                    fields.remove(field);
                } else {
                    fields.insert(field.clone(), Value::Array(next));
                }
            }
            value => {
                fields.insert(field.clone(), value.clone());
            }
        }
    }
}

/// Whether an object is the element-wise change of a set.
pub fn is_set_change(ops: &Fields) -> bool {
    !ops.is_empty() && ops.iter().all(|(op, items)| matches!(op.as_str(), "+" | "-") && items.is_array())
}

fn elements(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn set_change(old: Option<&Value>, new: &Value) -> Value {
    let (old, new) = (elements(old), elements(Some(new)));
    let added: Vec<Value> = new.iter().filter(|v| !old.contains(v)).cloned().collect();
    let removed: Vec<Value> = old.iter().filter(|v| !new.contains(v)).cloned().collect();
    let mut ops = Fields::new();
    if !added.is_empty() || removed.is_empty() {
        ops.insert("+".into(), Value::Array(added));
    }
    if !removed.is_empty() {
        ops.insert("-".into(), Value::Array(removed));
    }
    Value::Object(ops)
}

/// Sets are kept sorted so that the order of arrival leaves no trace.
fn apply_set_change(old: Option<&Value>, ops: &Fields) -> Vec<Value> {
    let mut items: Vec<Value> = elements(old).to_vec();
    let removed = elements(ops.get("-"));
    items.retain(|v| !removed.contains(v));
    for v in elements(ops.get("+")) {
        if !items.contains(v) {
            items.push(v.clone());
        }
    }
    items.sort_by_key(Value::to_string);
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_person_types_the_mark_of_an_import_that_was_taken_back() {
        assert!(Void::undone_import().is_undone_import());
        assert!(!Void::by_person("撤销导入").is_undone_import());
        assert_eq!(Void::by_person("重复").reason, "重复");
        // Books of older programs hold the words.
        let old: Void = serde_json::from_str(r#"{"reason": "撤销导入"}"#).unwrap();
        assert!(old.is_undone_import());
    }
    use serde_json::json;

    fn fields(value: Value) -> Fields {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_diff_applied_gives_the_new_state() {
        let before = fields(json!({"phone": "1", "notes": "旧", "kinds": ["a", "b"]}));
        let after = fields(json!({"phone": "2", "kinds": ["b", "c"], "x_new": {"k": 1}}));
        let set = diff("household", &before, &after);
        assert_eq!(set["kinds"], json!({"+": ["c"], "-": ["a"]}));
        assert_eq!(set["notes"], Value::Null);
        let mut now = before.clone();
        apply(&mut now, &set);
        assert_eq!(now, after);
        assert!(diff("household", &after, &after).is_empty());
    }

    #[test]
    fn two_people_add_to_one_set() {
        let start = fields(json!({"tags": ["youth"]}));
        let a = diff("person", &start, &fields(json!({"tags": ["youth", "elder"]})));
        let b = diff("person", &start, &fields(json!({})));
        let (mut ab, mut ba) = (start.clone(), start);
        apply(&mut ab, &a);
        apply(&mut ab, &b);
        apply(&mut ba, &b);
        apply(&mut ba, &a);
        assert_eq!(ab, ba);
        assert_eq!(ab["tags"], json!(["elder"]));
    }
}
