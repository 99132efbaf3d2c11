//! A record's history: what this desk's audit says of it, and what came from the province.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::book::Book;
use crate::error::Result;
use crate::was::{FieldChange, Of};
use crate::{audit, record, was};

/// Records that are asked for a name.
const ASKED: i64 = 20_000;

/// Where an event was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventOrigin {
    /// From this desk's audit.
    ThisDesk,
    /// From the province's log; this desk's own changes show there too once they have come back.
    Province,
}

/// One event in a record's history.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub origin: EventOrigin,
    /// Milliseconds since 1970 UTC, clock of the desk where it was noted.
    pub at: i64,
    pub author: Uuid,
    /// `create`, `change`, `void`, `restore`, `unmask`, …
    pub act: String,
    /// Names of fields.
    pub fields: Vec<String>,
    /// What stood there and what was put there, where this book kept it: not for the making of a record, and not
    /// for what an older program wrote.
    pub changes: Vec<FieldChange>,
    /// The import that did it, as the list of imports calls it.
    pub import: Option<String>,
    /// Number in the audit, or in the scope's log.
    pub seq: u64,
}

/// The import whose entry this is.
fn import(conn: &Connection, n: i64, seq: i64) -> Result<Option<String>> {
    let label = conn
        .prepare_cached(
            "SELECT source FROM import_batch WHERE id IN (
               SELECT batch FROM import_record WHERE record = ?1 AND audit = ?2
               UNION ALL SELECT batch FROM import_run WHERE lo <= ?1 AND hi >= ?1 AND audit = ?2) LIMIT 1",
        )?
        .query_row(params![n, seq], |row| row.get(0))
        .optional()?;
    Ok(label)
}

impl Book {
    /// What records say of who recorded them, for authors that this desk has no account of; those of whom nothing
    /// is known are left out. Only the newest records are asked: a book may hold a hundred thousand.
    pub fn named_by_records(&self, authors: &[Uuid]) -> Result<HashMap<Uuid, String>> {
        self.read(|conn| {
            let mut names = HashMap::new();
            let mut select = conn.prepare_cached(
                "SELECT json_extract(fields, '$.recorded_by') FROM
                   (SELECT fields FROM record WHERE hidden <> 3 ORDER BY n DESC LIMIT ?2)
                 WHERE json_extract(fields, '$.recorded_by_id') = ?1
                   AND json_extract(fields, '$.recorded_by') IS NOT NULL LIMIT 1",
            )?;
            for author in authors {
                let name =
                    select.query_row(params![author.to_string(), ASKED], |row| row.get(0)).optional()?;
                names.extend(name.map(|name| (*author, name)));
            }
            Ok(names)
        })
    }

    /// A record's history, newest first.
    pub fn history(&self, id: Uuid) -> Result<Vec<Event>> {
        self.read(|conn| {
            let Some(row) = record::find(conn, id)? else { return Ok(Vec::new()) };
            let mut events = Vec::new();
            let (mut own, mut told) =
                (was::of_record(conn, row.n, Of::Audit)?, was::of_record(conn, row.n, Of::Log)?);
            let mut next = row.audit_head;
            while let Some(seq) = next {
                let Some(entry) = audit::at(conn, seq)?.and_then(|entry| entry.of(id)) else { break };
                // Entries name only earlier ones, so this ends even on a damaged chain.
                next = entry.before.filter(|before| *before < seq);
                events.push(Event {
                    origin: EventOrigin::ThisDesk,
                    at: entry.at,
                    author: entry.actor,
                    act: entry.act,
                    fields: entry.fields,
                    changes: own.remove(&seq).unwrap_or_default(),
                    import: import(conn, row.n, seq)?,
                    seq: seq as u64,
                });
            }
            let mut select =
                conn.prepare_cached("SELECT seq, author, noted_at, fields, act FROM seen WHERE record = ?1")?;
            let mut rows = select.query([row.n])?;
            while let Some(row) = rows.next()? {
                let fields: String = row.get(3)?;
                events.push(Event {
                    origin: EventOrigin::Province,
                    at: row.get(2)?,
                    author: row.get(1)?,
                    act: row.get(4)?,
                    fields: fields.split_whitespace().map(str::to_owned).collect(),
                    changes: told.remove(&row.get(0)?).unwrap_or_default(),
                    import: None,
                    seq: row.get::<_, i64>(0)? as u64,
                });
            }
            events.sort_by_key(|e| std::cmp::Reverse((e.at, e.seq)));
            Ok(events)
        })
    }
}
