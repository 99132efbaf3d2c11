//! Who last wrote which field, packed: a record has many fields and few authors.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiexin_protocol::FieldOrigin;
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

/// One item for each log entry that still has a field standing, by its seq.
pub(crate) fn pack(origins: &BTreeMap<String, FieldOrigin>) -> String {
    let mut by_seq: BTreeMap<u64, Packed> = BTreeMap::new();
    for (field, origin) in origins {
        let packed = by_seq.entry(origin.seq).or_insert_with(|| Packed {
            seq: origin.seq,
            device: origin.device,
            incarnation: origin.incarnation,
            author: origin.author,
            fields: Vec::new(),
        });
        packed.fields.push(field.clone());
    }
    let list: Vec<Packed> = by_seq.into_values().collect();
    serde_json::to_string(&list).unwrap_or_default()
}

/// The inverse of [`pack`].
pub(crate) fn unpack(text: &str) -> Result<BTreeMap<String, FieldOrigin>, serde_json::Error> {
    let list: Vec<Packed> = serde_json::from_str(text)?;
    let mut origins = BTreeMap::new();
    for packed in list {
        let Packed { seq, device, incarnation, author, fields } = packed;
        for field in fields {
            origins.insert(field, FieldOrigin { seq, device, incarnation, author });
        }
    }
    Ok(origins)
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
        let origins: BTreeMap<String, FieldOrigin> =
            [("a".into(), origin(1, 1)), ("b".into(), origin(1, 1)), ("@void".into(), origin(7, 9))].into();
        assert_eq!(unpack(&pack(&origins)).unwrap(), origins);
    }
}
