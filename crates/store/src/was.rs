//! `was`: what stood in a field before a change and what the change put there, for a record's history.
//!
//! The audit and `seen` hold names of fields only. These are values: they go with the record.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde_json::Value;
use tiexin_domain::{Fields, Record};
use tiexin_protocol::{LogEntry, VoidChange};

use crate::error::{Result, StoreError};
use crate::record::text;

/// The field under which the reason of a void stands.
pub const VOID: &str = "void";

/// One field of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    pub field: String,
    /// `None`: the field was absent.
    pub old: Option<Value>,
    pub new: Option<Value>,
}

/// Whose number `was.seq` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// An entry of this desk's audit.
    Audit,
    /// A place in the log of the record's scope.
    Log,
}

impl Of {
    fn code(self) -> i64 {
        match self {
            Of::Audit => 1,
            Of::Log => 0,
        }
    }
}

/// What a change of these fields makes of a record. Who recorded it and when stand beside the change anyway.
pub(crate) fn changes(
    old: &Fields,
    new: &Fields,
    set: &Fields,
    void: Option<&VoidChange>,
) -> Vec<FieldChange> {
    let fields = set.keys().filter(|field| !field.starts_with("recorded_"));
    let mut all: Vec<FieldChange> = fields
        .map(|field| FieldChange {
            field: field.clone(),
            old: old.get(field).cloned(),
            new: new.get(field).cloned(),
        })
        .filter(|change| change.old != change.new)
        .collect();
    if let Some(VoidChange::Hide(void)) = void {
        all.push(FieldChange { field: VOID.into(), old: None, new: Some(Value::from(void.reason.clone())) });
    }
    all
}

/// What an entry of the log makes of a record that was there before.
pub(crate) fn of_entry(
    entry: &LogEntry,
    before: Option<&Record>,
    after: Option<&Record>,
) -> Vec<FieldChange> {
    match (before, after) {
        (Some(before), Some(after)) if entry.moved.is_none() => {
            changes(&before.fields, &after.fields, &entry.set, entry.void.as_ref())
        }
        _ => Vec::new(),
    }
}

pub(crate) fn put(conn: &Connection, n: i64, of: Of, seq: i64, changes: &[FieldChange]) -> Result<()> {
    for change in changes {
        let json = |value: &Option<Value>| value.as_ref().map(text).transpose();
        conn.prepare_cached(
            "INSERT OR REPLACE INTO was (record, own, seq, field, old, new) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            n,
            of.code(),
            seq,
            change.field,
            json(&change.old)?,
            json(&change.new)?
        ])?;
    }
    Ok(())
}

/// All that is known of a record, by the number of the change.
pub(crate) fn of_record(conn: &Connection, n: i64, of: Of) -> Result<BTreeMap<i64, Vec<FieldChange>>> {
    let mut select =
        conn.prepare_cached("SELECT seq, field, old, new FROM was WHERE record = ?1 AND own = ?2")?;
    let mut rows = select.query(params![n, of.code()])?;
    let mut all: BTreeMap<i64, Vec<FieldChange>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let value = |at: usize| -> Result<Option<Value>> {
            let text: Option<String> = row.get(at)?;
            let parsed = text.map(|text| serde_json::from_str(&text)).transpose();
            parsed.map_err(|_| StoreError::Unreadable { what: "was" })
        };
        let change = FieldChange { field: row.get(1)?, old: value(2)?, new: value(3)? };
        all.entry(row.get(0)?).or_default().push(change);
    }
    Ok(all)
}

pub(crate) fn remove(conn: &Connection, n: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM was WHERE record = ?1")?.execute([n])?;
    Ok(())
}
