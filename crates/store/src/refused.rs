//! `refused`: changes the province did not apply, kept whole for a person to deal with (I4, I10).

use rusqlite::{Connection, params};
use tiexin_domain::Record;
use tiexin_protocol::{Change, Verdict};
use uuid::Uuid;

use crate::audit::Entry;
use crate::book::Book;
use crate::error::{Result, StoreError};
use crate::record::{self, text};

/// A change the province did not apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// Names it in [`Book::settle_refused`].
    pub id: i64,
    /// What the worker wanted.
    pub change: Change,
    pub verdict: Verdict,
    /// The record as it stands, with the other value of a conflict; `None` when nothing stands.
    pub current: Option<Record>,
    /// Milliseconds since 1970 UTC, desk clock.
    pub refused_at: i64,
}

pub(crate) fn put(conn: &Connection, n: i64, change: &Change, verdict: &Verdict, now_ms: i64) -> Result<()> {
    let (word, code) = match verdict {
        Verdict::Conflict { code, .. } => ("conflict", code.clone()),
        Verdict::Parked { code, .. } => ("parked", text(code)?.trim_matches('"').to_owned()),
        Verdict::Applied { .. } => return Ok(()),
    };
    conn.prepare_cached(
        "INSERT INTO refused (record, seq, verdict, code, change, told, refused_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![n, change.id.seq as i64, word, code, text(change)?, text(verdict)?, now_ms])?;
    Ok(())
}

/// The change is on its way again.
pub(crate) fn withdraw(conn: &Connection, seq: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM refused WHERE seq = ?1 AND settled_at IS NULL")?.execute([seq])?;
    Ok(())
}

pub(crate) fn open_count(conn: &Connection, verdict: &str) -> Result<u64> {
    let count: i64 = conn
        .prepare_cached("SELECT count(*) FROM refused WHERE verdict = ?1 AND settled_at IS NULL")?
        .query_row([verdict], |row| row.get(0))?;
    Ok(count as u64)
}

impl Book {
    /// Conflicts not yet settled, oldest first.
    pub fn conflicts(&self) -> Result<Vec<Refused>> {
        self.refused("conflict")
    }

    /// Parked changes not yet settled, oldest first.
    pub fn parked(&self) -> Result<Vec<Refused>> {
        self.refused("parked")
    }

    fn refused(&self, verdict: &str) -> Result<Vec<Refused>> {
        self.read(|conn| {
            let mut select = conn.prepare_cached(
                "SELECT id, record, change, told, refused_at FROM refused
                 WHERE verdict = ?1 AND settled_at IS NULL ORDER BY id",
            )?;
            let mut rows = select.query([verdict])?;
            let mut refused = Vec::new();
            while let Some(row) = rows.next()? {
                let unreadable = |_| StoreError::Unreadable { what: "refused" };
                let change: String = row.get(2)?;
                let told: String = row.get(3)?;
                let current =
                    record::at(conn, row.get(1)?)?.filter(|found| found.hidden != record::hidden::WITHHELD);
                refused.push(Refused {
                    id: row.get(0)?,
                    change: serde_json::from_str(&change).map_err(unreadable)?,
                    verdict: serde_json::from_str(&told).map_err(unreadable)?,
                    current: current.map(|row| row.record),
                    refused_at: row.get(4)?,
                });
            }
            Ok(refused)
        })
    }

    /// A person has dealt with it (saved anew, or let it go). The change itself stays on file.
    pub fn settle_refused(&self, id: i64, by: Uuid, now_ms: i64) -> Result<()> {
        self.write(|w| {
            let record: Option<Uuid> =
                w.tx.prepare_cached(
                    "UPDATE refused SET settled_at = ?2 WHERE id = ?1 AND settled_at IS NULL
                     RETURNING (SELECT record.id FROM record WHERE record.n = refused.record)",
                )?
                .query_row(params![id, now_ms], |row| row.get(0))?;
            w.note(Entry { at: now_ms, actor: by, act: "refusal_settled", about: record, ..Entry::default() })
        })?;
        Ok(())
    }
}
