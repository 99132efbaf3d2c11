//! `former`: what was sent under an older number of this database and had a verdict there.
//!
//! A desk that was put back from a copy, or has met its own copy, goes on under a new incarnation. What it had
//! told under the old one is the province's, unless that is put back from a backup too: then it is told again.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, params};
use tiexin_protocol::wire::{FormerHeard, FormerNumber, TakenIn};
use tiexin_protocol::{Change, ChangeId, planted};
use uuid::Uuid;

use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::record::{self, hidden};
use crate::saving::save::Changed;
use crate::syncing::base::{self, Base};
use crate::{meta, syncing::device, syncing::outbox};

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
                let (incarnation, seq) = (row.get(0)?, row.get::<_, i64>(1)? as u64);
                numbers.push(FormerNumber { incarnation, seq, after: None });
            }
            Ok(numbers)
        })
    }

    /// What the province says of an older number: what is safe is forgotten; what it lost, or has something else
    /// for, waits to be told under today's number.
    ///
    /// Gives the number after which the prints are to be asked for: not all that the province has under it may be
    /// this book's, for another machine counted with it, too. Nothing is done then.
    pub fn former_heard(&self, heard: &FormerHeard) -> Result<(Option<u64>, Changed)> {
        self.write(|w| {
            let FormerHeard { incarnation, acked, .. } = *heard;
            let mut lost = match (&heard.told, &heard.print) {
                (Some(taken_in), _) => others(&w.tx, incarnation, taken_in)?,
                (None, Some(print)) if !is_sure(&w.tx, heard, print)? => {
                    let first: Option<i64> = w.tx.query_row(
                        "SELECT min(seq) FROM former WHERE incarnation = ?1",
                        [incarnation],
                        |row| row.get(0),
                    )?;
                    return Ok(first.map(|first| first as u64 - 1));
                }
                (None, _) => Vec::new(),
            };
            // A reply that was cut short says nothing of the rest.
            let reach = match &heard.told {
                Some(taken_in) => taken_in.last().map_or(0, |last| last.seq),
                None => acked,
            };
            lost.extend(told(&w.tx, incarnation, acked.saturating_add(1), u64::MAX)?);
            let mut gone = BTreeSet::new();
            for change in &lost {
                gone.insert(again(w, change.id)?);
            }
            let safe: BTreeSet<i64> = w
                .tx
                .prepare_cached("DELETE FROM former WHERE incarnation = ?1 AND seq <= ?2 RETURNING record")?
                .query_map(params![incarnation, number(heard.durable.min(reach))], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            gone.extend(safe);
            if let Some(print) = heard.print.as_ref().filter(|_| reach >= acked) {
                meta::put(&w.tx, &sure(incarnation), &format!("{acked} {print}"))?;
            }
            release(&w.tx, &gone)?;
            Ok(None)
        })
    }
}

/// Where it is kept up to which change the province's number was found to be this book's.
fn sure(incarnation: Uuid) -> String {
    format!("former_sure {incarnation}")
}

/// The prefix of one change is one: whoever has the same change under a number has the same ones before it, since a
/// desk that meets something else under its number takes another before it says more.
fn is_sure(conn: &Connection, heard: &FormerHeard, print: &str) -> Result<bool> {
    let FormerHeard { incarnation, acked, .. } = *heard;
    if meta::get(conn, &sure(incarnation))? == Some(format!("{acked} {print}")) {
        return Ok(true);
    }
    let own = told(conn, incarnation, acked, acked)?;
    Ok(own.first().is_some_and(|own| outbox::print(own) == print) || planted("former_number_is_believed"))
}

/// A number as the database has it; what a province says may lie beyond.
fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// What this book told under the numbers, as it was told.
fn told(conn: &Connection, incarnation: Uuid, from: u64, to: u64) -> Result<Vec<Change>> {
    let mut select = conn.prepare_cached(&format!(
        "SELECT {} FROM former WHERE incarnation = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq",
        outbox::COLUMNS
    ))?;
    let mut rows = select.query(params![incarnation, number(from), number(to)])?;
    let device = device::id(conn)?.unwrap_or(Uuid::nil());
    let mut told = Vec::new();
    while let Some(row) = rows.next()? {
        told.push(outbox::change(conn, outbox::read(row)?, device, incarnation)?);
    }
    Ok(told)
}

/// Changes of this book under whose numbers the province has something else.
fn others(conn: &Connection, incarnation: Uuid, taken_in: &[TakenIn]) -> Result<Vec<Change>> {
    let (Some(first), Some(last)) = (taken_in.first(), taken_in.last()) else { return Ok(Vec::new()) };
    let prints: HashMap<u64, &str> = taken_in.iter().map(|one| (one.seq, one.print.as_str())).collect();
    let mut others = told(conn, incarnation, first.seq, last.seq)?;
    others.retain(|change| prints.get(&change.id.seq) != Some(&outbox::print(change).as_str()));
    Ok(others)
}

/// Tells it under today's number; gives its row.
fn again(w: &mut Write<'_>, ChangeId { incarnation, seq: old, .. }: ChangeId) -> Result<i64> {
    let old = number(old);
    let record: i64 =
        w.tx.prepare_cached("SELECT record FROM former WHERE incarnation = ?1 AND seq = ?2")?
            .query_row(params![incarnation, old], |row| row.get(0))?;
    let row = record::at(&w.tx, record)?.ok_or(StoreError::Unreadable { what: "former" })?;
    w.head.outbox_seq += 1;
    let seq = w.head.outbox_seq;
    w.tx.prepare_cached(
        "INSERT INTO outbox (seq, record, grp, base, body, author, noted_at)
         SELECT ?3, record, grp, base, body, author, noted_at FROM former WHERE incarnation = ?1 AND seq = ?2",
    )?
    .execute(params![incarnation, old, seq])?;
    w.tx.prepare_cached("DELETE FROM former WHERE incarnation = ?1 AND seq = ?2")?
        .execute(params![incarnation, old])?;
    crate::syncing::refused::withdraw_former(&w.tx, incarnation, old)?;
    let mut held = base::get(&w.tx, record)?.unwrap_or_else(|| Base {
        state: (row.hidden != hidden::WITHHELD).then(|| row.record.clone()),
        pending: Vec::new(),
    });
    held.pending.push(seq);
    w.changed.kind(&row.record.kind);
    base::refold(&w.tx, &row, &held)?;
    Ok(record)
}
