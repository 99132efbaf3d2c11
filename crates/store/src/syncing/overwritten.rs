//! `overwritten`: values that gave way to a later one, so that they can be put back (I8).

use rusqlite::{Connection, params};
use serde_json::Value;
use tiexin_domain::{Record, RegionCode};
use tiexin_protocol::LogEntry;
use uuid::Uuid;

use crate::book::Book;
use crate::derive::bounds;
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

/// A value that gave way, with the record as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct GaveWay {
    pub record: Record,
    pub gone: OverwrittenValue,
    /// Who wrote what took its place, and when (milliseconds since 1970 UTC, clock of that desk).
    pub by: Option<Uuid>,
    pub at: Option<i64>,
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

    /// Values of shown records in the region that gave way and do not stand again, newest first; at most
    /// `most` are looked at.
    pub fn gave_way(&self, region: &RegionCode, most: u32) -> Result<Vec<GaveWay>> {
        self.read(|conn| {
            let (first, last) = bounds(region);
            let mut select = conn.prepare_cached(
                "SELECT o.record, o.field, o.value, o.author, o.seq, seen.author, seen.noted_at
                 FROM overwritten o JOIN record ON record.n = o.record
                 LEFT JOIN seen ON seen.record = o.record AND seen.seq = o.seq
                 WHERE record.hidden = 0 AND record.place BETWEEN ?1 AND ?2
                 ORDER BY seen.noted_at DESC, o.record, o.field LIMIT ?3",
            )?;
            let mut rows = select.query(params![first, last, most])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let Some(record) = record::at(conn, row.get(0)?)?.map(|row| row.record) else { continue };
                let (field, value): (String, String) = (row.get(1)?, row.get(2)?);
                let value: Value = serde_json::from_str(&value)
                    .map_err(|_| StoreError::Unreadable { what: "overwritten" })?;
                if record.fields.get(&field).unwrap_or(&Value::Null) == &value {
                    continue;
                }
                let seq = row.get::<_, i64>(4)? as u64;
                let gone = OverwrittenValue { field, value, author: row.get(3)?, seq };
                found.push(GaveWay { record, gone, by: row.get(5)?, at: row.get(6)? });
            }
            Ok(found)
        })
    }
}
