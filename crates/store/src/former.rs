//! `former`: what was sent under an older number of this database and had a verdict there.
//!
//! A desk that was put back from a copy, or has met its own copy, goes on under a new incarnation. What it had
//! told under the old one is the province's, unless that is put back from a backup too: then it is told again.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use tiexin_protocol::wire::{FormerHeard, FormerNumber};
use uuid::Uuid;

use crate::base::{self, Base};
use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::record::{self, hidden};
use crate::save::Changed;

/// The sent changes that are not told anew are kept under the number they were told by.
pub(crate) fn keep(conn: &Connection, incarnation: Uuid) -> Result<()> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO former (incarnation, seq, record, grp, base, body, author, noted_at)
         SELECT ?1, seq, record, grp, base, body, author, noted_at FROM sent
         WHERE pulled = 1 OR verdict <> 'applied'",
    )?
    .execute([incarnation])?;
    Ok(())
}

/// Whether a row is still needed though nothing shows it: for what was sent, refused, or told before.
pub(crate) fn needed(conn: &Connection, n: i64) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT 1 FROM sent WHERE record = ?1 UNION ALL SELECT 1 FROM refused WHERE record = ?1
             UNION ALL SELECT 1 FROM former WHERE record = ?1",
        )?
        .exists([n])?)
}

/// Hollow rows that were only kept for changes which are safe by now.
pub(crate) fn release(conn: &Connection, rows: &BTreeSet<i64>) -> Result<()> {
    for n in rows {
        // Nearly all are shown: that is seen without reading them.
        let hollow: bool = conn
            .prepare_cached("SELECT 1 FROM record WHERE n = ?1 AND hidden = ?2")?
            .exists(params![n, hidden::WITHHELD])?;
        if !hollow {
            continue;
        }
        let waits: bool = conn.prepare_cached("SELECT 1 FROM outbox WHERE record = ?1")?.exists([n])?;
        if !waits
            && !needed(conn, *n)?
            && let Some(row) = record::at(conn, *n)?
        {
            record::remove(conn, &row)?;
        }
    }
    Ok(())
}

impl Book {
    /// The numbers under which this desk told things before, with the highest of each.
    pub fn former_numbers(&self) -> Result<Vec<FormerNumber>> {
        self.read(|conn| {
            let mut select = conn
                .prepare_cached("SELECT incarnation, max(seq) FROM former GROUP BY incarnation ORDER BY 1")?;
            let mut rows = select.query([])?;
            let mut numbers = Vec::new();
            while let Some(row) = rows.next()? {
                numbers.push(FormerNumber { incarnation: row.get(0)?, seq: row.get::<_, i64>(1)? as u64 });
            }
            Ok(numbers)
        })
    }

    /// What the province says of an older number: what is safe is forgotten, what it lost waits to be told
    /// under today's number.
    pub fn former_heard(&self, heard: &FormerHeard) -> Result<Changed> {
        let ((), changed) = self.write(|w| {
            again(w, heard)?;
            let gone: BTreeSet<i64> =
                w.tx.prepare_cached(
                    "DELETE FROM former WHERE incarnation = ?1 AND (seq <= ?2 OR seq > ?3) RETURNING record",
                )?
                .query_map(params![heard.incarnation, heard.durable as i64, heard.acked as i64], |row| {
                    row.get(0)
                })?
                .collect::<rusqlite::Result<_>>()?;
            release(&w.tx, &gone)
        })?;
        Ok(changed)
    }
}

fn again(w: &mut Write<'_>, heard: &FormerHeard) -> Result<()> {
    let lost: Vec<(i64, i64)> = w
        .tx
        .prepare_cached("SELECT seq, record FROM former WHERE incarnation = ?1 AND seq > ?2 ORDER BY seq")?
        .query_map(params![heard.incarnation, heard.acked as i64], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (old, record) in lost {
        let row = record::at(&w.tx, record)?.ok_or(StoreError::Unreadable { what: "former" })?;
        w.head.outbox_seq += 1;
        let seq = w.head.outbox_seq;
        w.tx.prepare_cached(
            "INSERT INTO outbox (seq, record, grp, base, body, author, noted_at)
             SELECT ?3, record, grp, base, body, author, noted_at FROM former WHERE incarnation = ?1 AND seq = ?2",
        )?
        .execute(params![heard.incarnation, old, seq])?;
        crate::refused::withdraw_former(&w.tx, heard.incarnation, old)?;
        let mut held = base::get(&w.tx, record)?.unwrap_or_else(|| Base {
            state: (row.hidden != hidden::WITHHELD).then(|| row.record.clone()),
            pending: Vec::new(),
        });
        held.pending.push(seq);
        w.changed.kind(&row.record.kind);
        base::refold(&w.tx, &row, &held)?;
    }
    Ok(())
}
