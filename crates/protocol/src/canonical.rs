//! Canonical JSON: equal values give equal bytes on every machine. What is hashed is hashed in this form.
//!
//! FROZEN: sorted keys, no white space, absent where the wire leaves a field out.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;
use tiexin_domain::RegionCode;
use tiexin_domain::record::{Fields, Record, Void};
use uuid::Uuid;

use crate::change::{Change, ChangeId, LogEntry, Moved, Overwritten, VoidChange};

/// JSON with sorted keys and no white space.
pub fn canonical(value: &Value) -> Vec<u8> {
    text(&Sorted(value))
}

/// The same of a log entry, without a detour over a [`Value`].
pub fn entry(entry: &LogEntry) -> Vec<u8> {
    let LogEntry { seq, origin, record, kind, set, void, author, noted_at, overwrote, moved, meant } = entry;
    let ChangeId { device, incarnation, seq: own } = origin;
    text(&EntryInOrder {
        author: *author,
        kind,
        meant: *meant,
        // Rare, and made of more than scalars: sorted by way of a value.
        moved: moved.as_ref().map(by_value::<Moved>),
        noted_at: *noted_at,
        origin: OriginInOrder { device: *device, incarnation: *incarnation, seq: *own },
        overwrote: (!overwrote.is_empty()).then(|| by_value::<Vec<Overwritten>>(overwrote)),
        record: *record,
        seq: *seq,
        set: SortedFields(set),
        void,
    })
}

/// The same of a record: a line of a snapshot.
pub fn record(record: &Record) -> Vec<u8> {
    let Record { id, kind, scope, version, fields, void } = record;
    text(&RecordInOrder { fields: SortedFields(fields), id: *id, kind, scope, version: *version, void })
}

/// What makes two changes of one number the same change. What a desk may rewrite before it has an answer
/// (`base`, its clock) does not count.
pub fn print(change: &Change) -> [u8; 32] {
    let Change { group, record, kind, set, void, author, .. } = change;
    let body =
        PrintInOrder { author: *author, group: *group, kind, record: *record, set: SortedFields(set), void };
    *blake3::hash(&text(&body)).as_bytes()
}

/// The beginning of a print, for comparing what is told by mistake and never by malice: 16 hex digits.
pub fn short(print: &[u8; 32]) -> String {
    hex::encode(&print[..8])
}

fn text<T: Serialize>(value: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    // Invariant: writing JSON with text keys to memory cannot fail.
    serde_json::to_writer(&mut out, value).unwrap_or_default();
    out
}

fn by_value<T: Serialize>(value: &T) -> SortedOwned {
    SortedOwned(serde_json::to_value(value).unwrap_or_default())
}

// Fields in the order of their names.

#[derive(Serialize)]
struct EntryInOrder<'a> {
    author: Uuid,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    meant: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved: Option<SortedOwned>,
    noted_at: i64,
    origin: OriginInOrder,
    #[serde(skip_serializing_if = "Option::is_none")]
    overwrote: Option<SortedOwned>,
    record: Uuid,
    seq: u64,
    #[serde(skip_serializing_if = "SortedFields::is_empty")]
    set: SortedFields<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    void: &'a Option<VoidChange>,
}

#[derive(Serialize)]
struct OriginInOrder {
    device: Uuid,
    incarnation: Uuid,
    seq: u64,
}

#[derive(Serialize)]
struct RecordInOrder<'a> {
    fields: SortedFields<'a>,
    id: Uuid,
    kind: &'a str,
    scope: &'a RegionCode,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    void: &'a Option<Void>,
}

#[derive(Serialize)]
struct PrintInOrder<'a> {
    author: Uuid,
    group: Uuid,
    kind: &'a str,
    record: Uuid,
    set: SortedFields<'a>,
    void: &'a Option<VoidChange>,
}

struct SortedOwned(Value);

impl Serialize for SortedOwned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Sorted(&self.0).serialize(serializer)
    }
}

/// A value whose objects are written in the order of their keys.
struct Sorted<'a>(&'a Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => serializer.collect_seq(items.iter().map(Sorted)),
            Value::Object(map) => SortedFields(map).serialize(serializer),
            scalar => scalar.serialize(serializer),
        }
    }
}

struct SortedFields<'a>(&'a Fields);

impl SortedFields<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for SortedFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(Some(self.0.len()))?;
        // Whether a map keeps its keys sorted is for the program's other parts to say (a feature of
        // serde_json): here they are.
        if self.0.keys().is_sorted() {
            for (key, value) in self.0 {
                out.serialize_entry(key, &Sorted(value))?;
            }
        } else {
            let mut entries: Vec<(&String, &Value)> = self.0.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            for (key, value) in entries {
                out.serialize_entry(key, &Sorted(value))?;
            }
        }
        out.end()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// The form as it is defined: everything by way of a value.
    fn defined<T: Serialize>(value: &T) -> String {
        fn write(value: &Value, out: &mut String) {
            match value {
                Value::Array(items) => {
                    let items: Vec<String> = items.iter().map(defined).collect();
                    out.push_str(&format!("[{}]", items.join(",")));
                }
                Value::Object(map) => {
                    let mut keys: Vec<&String> = map.keys().collect();
                    keys.sort_unstable();
                    let pair = |key: &&String| format!("{}:{}", json!(key), defined(&map[key.as_str()]));
                    out.push_str(&format!("{{{}}}", keys.iter().map(pair).collect::<Vec<_>>().join(",")));
                }
                scalar => out.push_str(&scalar.to_string()),
            }
        }
        let mut out = String::new();
        write(&serde_json::to_value(value).unwrap(), &mut out);
        out
    }

    fn utf8(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn canonical_json_is_sorted_and_tight() {
        let value: Value =
            serde_json::from_str(r#"{ "b": [1, {"z": "人", "a": null}], "a": "\n" }"#).unwrap();
        assert_eq!(utf8(canonical(&value)), r#"{"a":"\n","b":[1,{"a":null,"z":"人"}]}"#);
    }

    proptest! {
        #[test]
        fn the_short_way_gives_the_same_bytes(
            seq: u64, own: u64, noted_at: i64, author: u128, keys in prop::collection::btree_map("[a-c人\"]{0,3}", ".{0,4}", 0..4),
            void in 0..3u8, moved in 0..3u8, overwrote: bool, meant: bool,
        ) {
            let fields: Fields = keys.iter().map(|(k, v)| (k.clone(), json!({"z": v, "a": [v, {"y": 1.5, "b": null}]}))).collect();
            let scope: RegionCode = "340323100".parse().unwrap();
            let id = Uuid::from_u128(author);
            let change_void = match void {
                0 => None,
                1 => Some(VoidChange::Restore),
                _ => Some(VoidChange::Hide(Void { reason: "迁出".into() })),
            };
            let one = LogEntry {
                seq,
                origin: ChangeId { device: id, incarnation: Uuid::nil(), seq: own },
                record: id,
                kind: "visit".into(),
                set: fields.clone(),
                void: change_void.clone(),
                author: id,
                noted_at,
                overwrote: if overwrote {
                    vec![Overwritten { field: "f".into(), value: json!({"b": 1, "a": 2}), author: id, seq }]
                } else {
                    Vec::new()
                },
                moved: match moved {
                    0 => None,
                    1 => Some(Moved::Away { to: scope.clone() }),
                    _ => Some(Moved::Here { from: scope.clone(), version: own, wrote: Vec::new() }),
                },
                meant: meant.then_some(id),
            };
            prop_assert_eq!(utf8(entry(&one)), defined(&one));
            let held = Record {
                id,
                kind: "visit".into(),
                scope: scope.clone(),
                version: seq,
                fields: fields.clone(),
                void: (void == 2).then(|| Void { reason: "\"".into() }),
            };
            prop_assert_eq!(utf8(record(&held)), defined(&held));
            let change = Change {
                id: one.origin,
                group: id,
                record: id,
                kind: "visit".into(),
                scope,
                base: own,
                set: fields,
                void: change_void,
                author: id,
                noted_at,
            };
            let body = json!({
                "group": change.group, "record": change.record, "kind": change.kind, "set": change.set,
                "void": change.void, "author": change.author,
            });
            prop_assert_eq!(print(&change), *blake3::hash(defined(&body).as_bytes()).as_bytes());
        }
    }
}
