//! `outbox`: changes not yet sent, numbered without gaps; and reading a change back from here or
//! from `sent`.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row as SqlRow, params};
use serde::{Deserialize, Serialize};
use tiexin_domain::RegionCode;
use tiexin_domain::record::Fields;
use tiexin_protocol::{Change, ChangeId, VoidChange, canonical};
use uuid::Uuid;

use crate::book::Book;
use crate::error::{Result, StoreError};
use crate::record::text;
use crate::saving::save::By;
use crate::syncing::base::Step;
use crate::syncing::held_back::{Line, Telling};
use crate::{syncing::device, syncing::held_back};

/// What [`body`] wrote.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    set: Fields,
    #[serde(default)]
    void: Option<VoidChange>,
    /// The scope in which its author saw the record, when that has moved since: `base` is of its log.
    #[serde(default)]
    scope: Option<RegionCode>,
    /// See [`Pending::asks`].
    #[serde(default)]
    asks: bool,
}

/// A change of this desk, sent or not.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pending {
    pub(crate) seq: i64,
    pub(crate) record: i64,
    pub(crate) group: Uuid,
    pub(crate) base: u64,
    /// See [`Body::scope`].
    pub(crate) scope: Option<RegionCode>,
    pub(crate) step: Step,
    pub(crate) author: Uuid,
    pub(crate) noted_at: i64,
    /// Its author proposes it to who may decide: it is told like any change, and shown here only once the province
    /// has applied it.
    pub(crate) asks: bool,
}

impl Pending {
    /// What it does to the record that this desk shows.
    pub(crate) fn shown(self) -> Step {
        if self.asks { Step { set: Fields::new(), void: None } } else { self.step }
    }
}

/// What is stored of a change besides its columns.
pub(crate) fn body(set: &Fields, void: Option<&VoidChange>) -> Result<String> {
    text(&BodyRef { set, void, asks: false })
}

/// The same of a change that asks.
pub(crate) fn asking(set: &Fields) -> Result<String> {
    text(&BodyRef { set, void: None, asks: true })
}

#[derive(Serialize)]
struct BodyRef<'a> {
    #[serde(skip_serializing_if = "Fields::is_empty")]
    set: &'a Fields,
    #[serde(skip_serializing_if = "Option::is_none")]
    void: Option<&'a VoidChange>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    asks: bool,
}

/// What puts changes into the outbox.
pub(crate) struct Putting<'c>(CachedStatement<'c>);

impl<'c> Putting<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Result<Putting<'c>> {
        Ok(Putting(conn.prepare_cached(
            "INSERT INTO outbox (seq, record, grp, base, body, author, noted_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?))
    }

    /// `body` comes from [`body`].
    pub(crate) fn put(&mut self, seq: i64, record: i64, base: u64, body: &str, by: &By) -> Result<()> {
        self.0.execute(params![seq, record, by.group, base as i64, body, by.author, by.now_ms])?;
        Ok(())
    }
}

/// The columns that [`read`] needs, in its order.
pub(crate) const COLUMNS: &str = "seq, record, grp, base, body, author, noted_at";

pub(crate) fn read(row: &SqlRow<'_>) -> Result<Pending> {
    let unreadable = || StoreError::Unreadable { what: "outbox" };
    let body: Body = serde_json::from_str(row.get_ref(4)?.as_str().map_err(|_| unreadable())?)
        .map_err(|_| unreadable())?;
    Ok(Pending {
        seq: row.get(0)?,
        record: row.get(1)?,
        group: row.get(2)?,
        base: row.get::<_, i64>(3)? as u64,
        scope: body.scope,
        step: Step { set: body.set, void: body.void },
        author: row.get(5)?,
        noted_at: row.get(6)?,
        asks: body.asks,
    })
}

/// The change with this number, from the outbox or from what was sent.
pub(crate) fn pending(conn: &Connection, seq: i64) -> Result<Option<Pending>> {
    for table in ["outbox", "sent"] {
        let mut select = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM {table} WHERE seq = ?1"))?;
        let mut rows = select.query([seq])?;
        if let Some(row) = rows.next()? {
            return read(row).map(Some);
        }
    }
    Ok(None)
}

/// The record's row comes to lie in another scope: its changes still are of the one their authors saw.
pub(crate) fn keep_scope(conn: &Connection, record: i64, seen: &RegionCode) -> Result<()> {
    for table in ["outbox", "sent"] {
        conn.prepare_cached(&format!(
            "UPDATE {table} SET body = json_set(body, '$.scope', ?2)
             WHERE record = ?1 AND json_extract(body, '$.scope') IS NULL"
        ))?
        .execute(params![record, seen.as_str()])?;
    }
    Ok(())
}

/// The change as it travels.
pub(crate) fn change(conn: &Connection, pending: Pending, device: Uuid, incarnation: Uuid) -> Result<Change> {
    let (record, kind, scope): (Uuid, String, String) = conn
        .prepare_cached("SELECT id, kind, scope FROM record WHERE n = ?1")?
        .query_row([pending.record], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?
        .ok_or(StoreError::Unreadable { what: "outbox" })?;
    Ok(travelling(pending, (record, kind, place(&scope)?), device, incarnation))
}

fn place(scope: &str) -> Result<RegionCode> {
    scope.parse().map_err(|_| StoreError::Unreadable { what: "record" })
}

/// `about`: id, kind and scope of the record.
pub(crate) fn travelling(
    pending: Pending,
    about: (Uuid, String, RegionCode),
    device: Uuid,
    incarnation: Uuid,
) -> Change {
    let (record, kind, scope) = about;
    Change {
        id: ChangeId { device, incarnation, seq: pending.seq as u64 },
        group: pending.group,
        record,
        kind,
        scope: pending.scope.unwrap_or(scope),
        base: pending.base,
        set: pending.step.set,
        void: pending.step.void,
        author: pending.author,
        noted_at: pending.noted_at,
    }
}

/// By which desk and province see that they mean the same change under a number.
pub(crate) fn print(change: &Change) -> String {
    canonical::short(&canonical::print(change))
}

/// Most bytes of a change's JSON besides its kind and what [`body`] wrote.
const ENVELOPE: usize = 400;

/// Begins a query whose rows are read by [`next_change`].
const WAITING: &str =
    "SELECT seq, outbox.record, grp, base, body, author, noted_at, record.id, record.kind, record.scope
     FROM outbox LEFT JOIN record ON record.n = outbox.record WHERE seq > ?1 ORDER BY seq";

/// The change of a row of [`WAITING`], and how many bytes of JSON it is at most.
fn next_change(row: &SqlRow<'_>, device: Uuid, incarnation: Uuid) -> Result<(Change, usize)> {
    let unreadable = || StoreError::Unreadable { what: "outbox" };
    let body = row.get_ref(4)?.as_str().map_err(|_| unreadable())?.len();
    let id = row.get::<_, Option<Uuid>>(7)?.ok_or_else(unreadable)?;
    let kind: String = row.get(8)?;
    let scope = place(row.get_ref(9)?.as_str().map_err(|_| unreadable())?)?;
    let size = ENVELOPE + kind.len() + body;
    Ok((travelling(read(row)?, (id, kind, scope), device, incarnation), size))
}

impl Book {
    /// Whether any change waits to be told; what is held back does not.
    pub fn waits(&self) -> Result<bool> {
        self.read(|conn| {
            let Line { from, end, .. } = Line::read(conn)?;
            Ok(conn
                .prepare_cached("SELECT 1 FROM outbox WHERE seq < ?1 OR seq >= ?2")?
                .exists([from, end])?)
        })
    }

    /// The oldest unsent changes that may be told: without gaps, whole groups, at most `changes` and `bytes` of JSON (a single
    /// group that is larger is given alone). One short read; nothing is marked. The device id is
    /// nil before enrolment.
    pub fn outbox_batch(&self, changes: usize, bytes: usize) -> Result<Vec<Change>> {
        self.outbox_batch_after(0, changes, bytes)
    }

    /// Whether a change of the record that only asks waits to be told.
    pub fn is_asked(&self, id: Uuid) -> Result<bool> {
        self.read(|conn| {
            let mut select = conn.prepare_cached(
                "SELECT 1 FROM outbox WHERE record = (SELECT n FROM record WHERE id = ?1)
                 AND json_extract(body, '$.asks')",
            )?;
            Ok(select.exists([id])?)
        })
    }

    /// [`print`] of the change that has this number today, if it is still kept.
    pub fn own_print(&self, seq: u64) -> Result<Option<String>> {
        self.read(|conn| {
            let Some(own) = pending(conn, seq as i64)? else { return Ok(None) };
            let (device, incarnation) =
                (device::id(conn)?.unwrap_or(Uuid::nil()), device::incarnation(conn)?);
            Ok(Some(print(&change(conn, own, device, incarnation)?)))
        })
    }

    /// The same for changes behind the one numbered `after`.
    pub fn outbox_batch_after(&self, after: u64, changes: usize, bytes: usize) -> Result<Vec<Change>> {
        self.read(|conn| batch_after(conn, after, (changes, bytes)))
    }

    /// The same, to be told now, over the line or on a stick: from here on the changes keep their numbers. They are read
    /// and marked in one step, for another thread may be sorting the outbox.
    pub fn tell_batch_after(&self, after: u64, changes: usize, bytes: usize) -> Result<Vec<Change>> {
        let most = (changes, bytes);
        let (batch, marked) = self.read(|conn| {
            let batch = batch_after(conn, after, most)?;
            let marked = batch.last().map_or(Ok(true), |last| held_back::is_told(conn, last.id.seq))?;
            Ok((batch, marked))
        })?;
        if marked {
            return Ok(batch);
        }
        let (batch, _) = self.write(|w| {
            let batch = batch_after(&w.tx, after, most)?;
            if let Some(last) = batch.last() {
                held_back::telling(&w.tx, last.id.seq)?;
            }
            Ok(batch)
        })?;
        Ok(batch)
    }
}

fn batch_after(conn: &Connection, after: u64, (changes, bytes): (usize, usize)) -> Result<Vec<Change>> {
    let device = device::id(conn)?.unwrap_or(Uuid::nil());
    let incarnation = device::incarnation(conn)?;
    let telling = Telling::read(conn)?;
    let mut select = conn.prepare_cached(&format!("{WAITING} LIMIT ?2"))?;
    let mut rows = select.query([after as i64, changes as i64 + 1])?;
    let mut batch: Vec<Change> = Vec::new();
    let mut size = 0;
    // Where the last whole group ended.
    let mut whole = 0;
    while let Some(row) = rows.next()? {
        let (next, bytes_of_next) = next_change(row, device, incarnation)?;
        if telling.ends_at(next.id.seq as i64, &next.kind, next.author) {
            // Of a group nothing is told before all of it can be.
            if batch.last().is_some_and(|last| last.group == next.group) {
                batch.truncate(whole);
            }
            return Ok(batch);
        }
        if let Some(last) = batch.last() {
            if last.id.seq + 1 != next.id.seq {
                // What is missing came back as an echo though its verdict was lost: a push
                // has no gaps, so the rest is for the next one.
                return Ok(batch);
            }
            if last.group != next.group {
                whole = batch.len();
            }
        }
        size += bytes_of_next;
        let full = size > bytes || batch.len() >= changes;
        if full && whole > 0 {
            batch.truncate(whole);
            return Ok(batch);
        }
        batch.push(next);
        if full {
            return rest_of_group(conn, batch, &telling);
        }
    }
    Ok(batch)
}

/// The first group alone is over the limit: it goes whole all the same.
fn rest_of_group(conn: &Connection, mut batch: Vec<Change>, telling: &Telling) -> Result<Vec<Change>> {
    let Some((first, last)) = batch.first().zip(batch.last()) else { return Ok(batch) };
    let (group, ChangeId { device, incarnation, .. }, last) = (first.group, first.id, last.id.seq);
    batch.retain(|c| c.group == group);
    let mut select = conn.prepare_cached(WAITING)?;
    let mut rows = select.query([last as i64])?;
    while let Some(row) = rows.next()? {
        let (next, _) = next_change(row, device, incarnation)?;
        if next.group == group && telling.ends_at(next.id.seq as i64, &next.kind, next.author) {
            return Ok(Vec::new());
        }
        if next.group != group || batch.last().is_some_and(|c| c.id.seq + 1 != next.id.seq) {
            break;
        }
        batch.push(next);
    }
    Ok(batch)
}

/// Whether anything stands in it, held back or not.
pub(crate) fn any(conn: &Connection) -> Result<bool> {
    Ok(conn.prepare_cached("SELECT 1 FROM outbox")?.exists([])?)
}
