//! A change, its verdict, and the log entry it becomes.
//!
//! FROZEN WIRE FORMAT (protocol 1): fields may be added as optional, never renamed or removed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiexin_domain::record::{Fields, Record, Void};
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use crate::planted;

/// Names a change for ever: applied once, in order of `seq` (I2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeId {
    pub device: Uuid,
    /// Random number of the desk's database; new after a restore.
    pub incarnation: Uuid,
    /// 1, 2, 3 … without gaps within (device, incarnation).
    pub seq: u64,
}

impl ChangeId {
    /// The id of the record that settles this change, should it not be applied: whoever decides on it
    /// writes to this one record. FROZEN: desks and server derive it alike.
    pub fn settlement(&self) -> Uuid {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"tiexin-settlement-v1");
        hasher.update(self.device.as_bytes());
        hasher.update(self.incarnation.as_bytes());
        hasher.update(&self.seq.to_be_bytes());
        let mut bytes = [0u8; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// The id of the record that says of two others whether they are one: whoever decides on the pair writes to
/// this one record. FROZEN: all desks derive it alike.
pub fn merge_of(one: Uuid, other: Uuid) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"tiexin-merge-v1");
    hasher.update(one.min(other).as_bytes());
    hasher.update(one.max(other).as_bytes());
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Hiding a record, or bringing it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum VoidChange {
    Hide(Void),
    Restore,
}

/// What one save did to one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    #[serde(flatten)]
    pub id: ChangeId,
    /// Changes with the same group stand or fall together. The group's members have adjacent seqs.
    pub group: Uuid,
    pub record: Uuid,
    pub kind: String,
    pub scope: RegionCode,
    /// The record's version that the author saw; 0 for a record no province has seen.
    pub base: u64,
    /// Field → new value, null to remove, `{"+":[],"-":[]}` for sets.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub set: Fields,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void: Option<VoidChange>,
    /// The user who made it.
    pub author: Uuid,
    /// Desk clock, milliseconds since 1970 UTC. Shown to people, never used to decide (I13).
    pub noted_at: i64,
}

/// What the server made of a change. Every acked change has exactly one (I4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It stands. `version` is the record's version that contains it.
    Applied {
        version: u64,
        /// The scope whose log it stands in, when another than the change named: the record had moved there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        elsewhere: Option<RegionCode>,
        /// The record under which it stands, when another than the change named: that was merged into it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<Uuid>,
    },
    /// Two people disagree on something only a person may settle. Nothing of it was applied.
    Conflict { code: String, fields: Vec<String> },
    /// Kept whole in quarantine until a person with the right adopts or declines it.
    Parked { code: ParkCode, message: String },
}

/// Why a change is parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ParkCode {
    /// The author has no right there.
    NoRight,
    /// The author may not use this device.
    AuthorUnknown,
    KindUnknown,
    RuleBroken,
    /// An edit of a record this scope does not hold.
    RecordUnknown,
    /// The record's region lies outside the change's scope.
    ScopeMismatch,
    /// Another change of its group was not applied.
    Group,
    /// What it is about has moved to another township, where it waits for somebody with the right.
    Moved,
    /// What it is about was merged into a record of another place, where it waits for somebody with the right.
    Merged,
    /// A reason that this program does not know yet.
    #[serde(other)]
    Other,
}

/// A value that gave way to a later one; kept so that it can be put back (I8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overwritten {
    pub field: String,
    /// The value that gave way; null when the field was absent.
    pub value: Value,
    /// Who had written it.
    pub author: Uuid,
    /// The log entry that had written it.
    pub seq: u64,
}

/// One entry of a scope's log: the effective outcome of one change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogEntry {
    /// 1, 2, 3 … gapless within (scope, generation), in commit order (I5).
    pub seq: u64,
    pub origin: ChangeId,
    pub record: Uuid,
    pub kind: String,
    /// Final values; null removes. Never a set change. The whole record when it came from another scope.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub set: Fields,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void: Option<VoidChange>,
    pub author: Uuid,
    pub noted_at: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overwrote: Vec<Overwritten>,
    /// The record left this scope with the entry, or came into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
    /// The record that the author had meant: it was merged into this one meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meant: Option<Uuid>,
}

/// A record's change of scope: an entry in the log that it leaves and one in the log that it comes into,
/// in one commit. Its id stays, so whatever refers to it still does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    /// This log no longer holds it. It is not void.
    Away { to: RegionCode },
    /// `set` is the whole record; it stood at `version` in `from` before.
    Here { from: RegionCode, version: u64, wrote: Vec<Wrote> },
}

/// Who had last written these fields before a record moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Wrote {
    pub device: Uuid,
    pub incarnation: Uuid,
    pub author: Uuid,
    pub fields: Vec<String>,
}

impl LogEntry {
    /// Whether the record is in the scope after this entry.
    pub fn stays(&self) -> bool {
        !matches!(self.moved, Some(Moved::Away { .. }))
    }

    /// Folds the entry into a record (or into nothing, creating it).
    pub fn fold(&self, before: Option<Record>, scope: &RegionCode) -> Record {
        let before = before.filter(|_| !matches!(self.moved, Some(Moved::Here { .. })));
        let mut record = before.unwrap_or_else(|| Record {
            id: self.record,
            kind: self.kind.clone(),
            scope: scope.clone(),
            version: 0,
            fields: Fields::new(),
            void: None,
        });
        tiexin_domain::record::apply(&mut record.fields, &self.set);
        match &self.void {
            Some(VoidChange::Hide(void)) => record.void = Some(void.clone()),
            Some(VoidChange::Restore) => record.void = None,
            None => {}
        }
        record.version = self.seq;
        record
    }
}

/// Who last wrote a field, and when in the scope's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldOrigin {
    pub seq: u64,
    pub device: Uuid,
    pub incarnation: Uuid,
    pub author: Uuid,
}

/// A record as the server holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Held {
    pub record: Record,
    /// Field → who last wrote it; [`VOID_FIELD`] for hiding and restoring.
    pub field_versions: BTreeMap<String, FieldOrigin>,
    /// How it came from another scope, the last time it did.
    pub arrived: Option<Arrived>,
}

/// A record's arrival from another scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrived {
    pub from: RegionCode,
    /// The record's version there.
    pub version: u64,
    /// The entry of this scope's log with which it came.
    pub at: u64,
}

/// The name under which [`Held::field_versions`] keeps hiding and restoring.
pub const VOID_FIELD: &str = "@void";

impl Held {
    /// The state after a log entry, field origins included.
    pub fn fold(before: Option<Held>, entry: &LogEntry, scope: &RegionCode) -> Held {
        let (record, mut field_versions, mut arrived) = match before {
            Some(held) => (Some(held.record), held.field_versions, held.arrived),
            None => (None, BTreeMap::new(), None),
        };
        let origin = FieldOrigin {
            seq: entry.seq,
            device: entry.origin.device,
            incarnation: entry.origin.incarnation,
            author: entry.author,
        };
        let here = entry.moved.as_ref().filter(|_| !planted("moved_is_all_rewritten"));
        if let Some(Moved::Here { from, version, wrote }) = here {
            arrived = Some(Arrived { from: from.clone(), version: *version, at: entry.seq });
            field_versions = BTreeMap::new();
            for Wrote { device, incarnation, author, fields } in wrote {
                let origin = FieldOrigin {
                    seq: entry.seq,
                    device: *device,
                    incarnation: *incarnation,
                    author: *author,
                };
                field_versions.extend(fields.iter().map(|field| (field.clone(), origin)));
            }
        } else {
            field_versions.extend(entry.set.keys().map(|field| (field.clone(), origin)));
            if entry.void.is_some() {
                field_versions.insert(VOID_FIELD.into(), origin);
            }
        }
        Held { record: entry.fold(record, scope), field_versions, arrived }
    }

    /// The entry that writes this record, whole, into the log of the scope where it now lies.
    /// `self` is the state after `away`, the last entry of the log it leaves.
    pub fn arrival(&self, away: &LogEntry, from: &RegionCode, version: u64, seq: u64) -> LogEntry {
        let mut wrote: Vec<Wrote> = Vec::new();
        for (field, by) in &self.field_versions {
            let same = |w: &&mut Wrote| {
                (w.device, w.incarnation, w.author) == (by.device, by.incarnation, by.author)
            };
            match wrote.iter_mut().find(same) {
                Some(one) => one.fields.push(field.clone()),
                None => wrote.push(Wrote {
                    device: by.device,
                    incarnation: by.incarnation,
                    author: by.author,
                    fields: vec![field.clone()],
                }),
            }
        }
        LogEntry {
            seq,
            set: self.record.fields.clone(),
            void: self.record.void.clone().map(VoidChange::Hide),
            moved: Some(Moved::Here { from: from.clone(), version, wrote }),
            ..away.clone()
        }
    }
}
