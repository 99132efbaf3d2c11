//! Who last wrote which field, packed: a record has many fields and few authors.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiexin_domain::Record;
use tiexin_protocol::{Arrived, FieldOrigin, Held};
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
struct Packed {
    #[serde(rename = "s")]
    seq: u64,
    #[serde(rename = "d")]
    device: Uuid,
    #[serde(rename = "i")]
    incarnation: Uuid,
    #[serde(rename = "a")]
    author: Uuid,
    #[serde(rename = "f")]
    fields: Vec<String>,
}

/// What is kept of a record beside itself.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Kept {
    Origins(Vec<Packed>),
    Moved {
        #[serde(rename = "o")]
        origins: Vec<Packed>,
        #[serde(rename = "m")]
        arrived: Arrived,
    },
}

/// One item for each log entry that still has a field standing, by its seq (and by whom, for the entry with
/// which a record came from another scope).
pub(crate) fn pack(held: &Held) -> String {
    let mut by_seq: BTreeMap<(u64, Uuid, Uuid, Uuid), Packed> = BTreeMap::new();
    for (field, origin) in &held.field_versions {
        let packed = by_seq
            .entry((origin.seq, origin.device, origin.incarnation, origin.author))
            .or_insert_with(|| Packed {
                seq: origin.seq,
                device: origin.device,
                incarnation: origin.incarnation,
                author: origin.author,
                fields: Vec::new(),
            });
        packed.fields.push(field.clone());
    }
    let origins: Vec<Packed> = by_seq.into_values().collect();
    let kept = match &held.arrived {
        None => Kept::Origins(origins),
        Some(arrived) => Kept::Moved { origins, arrived: arrived.clone() },
    };
    serde_json::to_string(&kept).unwrap_or_default()
}

/// The inverse of [`pack`].
pub(crate) fn unpack(record: Record, text: &str) -> Result<Held, serde_json::Error> {
    let (list, arrived) = match serde_json::from_str(text)? {
        Kept::Origins(origins) => (origins, None),
        Kept::Moved { origins, arrived } => (origins, Some(arrived)),
    };
    let mut field_versions = BTreeMap::new();
    for packed in list {
        let Packed { seq, device, incarnation, author, fields } = packed;
        for field in fields {
            field_versions.insert(field, FieldOrigin { seq, device, incarnation, author });
        }
    }
    Ok(Held { record, field_versions, arrived })
}

/// Field → the entry that wrote it, and by whom.
pub(crate) fn writers(text: &str) -> Result<Vec<(String, u64, Uuid)>, serde_json::Error> {
    let kept: serde_json::Value = serde_json::from_str(text)?;
    let list = kept.get("o").unwrap_or(&kept);
    let list: Vec<Packed> = serde_json::from_value(list.clone())?;
    let each = |p: Packed| p.fields.into_iter().map(move |field| (field, p.seq, p.author));
    Ok(list.into_iter().flat_map(each).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_origins_come_back() {
        let origin = |seq, n| FieldOrigin {
            seq,
            device: Uuid::from_u128(n),
            incarnation: Uuid::from_u128(n + 1),
            author: Uuid::from_u128(n + 2),
        };
        let field_versions: BTreeMap<String, FieldOrigin> = [
            ("a".into(), origin(1, 1)),
            ("b".into(), origin(1, 1)),
            ("c".into(), origin(1, 5)),
            ("@void".into(), origin(7, 9)),
        ]
        .into();
        let record = Record {
            id: Uuid::nil(),
            kind: "household".into(),
            scope: "340323100".parse().unwrap(),
            version: 7,
            fields: Default::default(),
            void: None,
        };
        let stayed = Held { record: record.clone(), field_versions, arrived: None };
        let arrived = Some(Arrived { from: "340323104".parse().unwrap(), version: 12, at: 1 });
        for held in [stayed.clone(), Held { arrived, ..stayed }] {
            assert_eq!(unpack(record.clone(), &pack(&held)).unwrap(), held);
        }
    }
}
