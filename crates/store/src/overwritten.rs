//! `overwritten`: values that gave way to a later one, so that they can be put back (I8).

use rusqlite::{Connection, params};
use serde_json::Value;
use tiexin_protocol::LogEntry;
use uuid::Uuid;

use crate::book::Book;
use crate::error::{Result, StoreError};
use crate::record::{self, text};

/// A value that gave way to a later one.
#[derive(Debug, Clone, PartialEq)]
pub struct OverwrittenValue {
    pub field: String,
    /// Null when the field was absent.
    pub value: Value,
    /// Who had written it.
    pub author: Uuid,
    /// The log entry that replaced it.
    pub seq: u64,
}

pub(crate) fn put(conn: &Connection, n: i64, entry: &LogEntry) -> Result<()> {
    for gone in &entry.overwrote {
        conn.prepare_cached(
            "INSERT OR REPLACE INTO overwritten (record, seq, field, value, author, written_seq)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            n,
            entry.seq as i64,
            gone.field,
            text(&gone.value)?,
            gone.author,
            gone.seq as i64
        ])?;
    }
    Ok(())
}

impl Book {
    /// Values of the record that gave way, newest first.
    pub fn overwritten(&self, id: Uuid) -> Result<Vec<OverwrittenValue>> {
        self.read(|conn| {
            let Some(row) = record::find(conn, id)? else { return Ok(Vec::new()) };
            let mut select = conn.prepare_cached(
                "SELECT field, value, author, seq FROM overwritten WHERE record = ?1 ORDER BY seq DESC, field",
            )?;
            let mut rows = select.query([row.n])?;
            let mut values = Vec::new();
            while let Some(row) = rows.next()? {
                let value: String = row.get(1)?;
                values.push(OverwrittenValue {
                    field: row.get(0)?,
                    value: serde_json::from_str(&value)
                        .map_err(|_| StoreError::Unreadable { what: "overwritten" })?,
                    author: row.get(2)?,
                    seq: row.get::<_, i64>(3)? as u64,
                });
            }
            Ok(values)
        })
    }
}
