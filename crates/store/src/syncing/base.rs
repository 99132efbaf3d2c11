//! `base`: what the province holds of records that have pending changes here. Without a row here,
//! the record itself is what the province holds.
//!
//! I7: what the screen shows = fold(base, pending).

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use tiexin_domain::record::{self as shape, Fields};
use tiexin_domain::shape::merge_class;
use tiexin_domain::{MergeClass, Record, RegionCode};
use tiexin_protocol::{VoidChange, planted};
use uuid::Uuid;

use crate::book::Book;
use crate::error::{Result, StoreError};
use crate::record::{Row, hidden, text};
use crate::syncing::outbox;

/// The province's state, and this desk's changes on top of it, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Base {
    pub(crate) state: Option<Record>,
    pub(crate) pending: Vec<i64>,
}

/// A change of a record that has been shown: its present state becomes the base.
pub(crate) fn begin(conn: &Connection, row: &Row, seq: i64) -> Result<()> {
    let grown = conn
        .prepare_cached("UPDATE base SET pending = pending || ',' || ?2 WHERE record = ?1")?
        .execute(params![row.n, seq])?;
    if grown == 0 {
        let state = (row.hidden != hidden::WITHHELD).then(|| row.record.clone());
        put(conn, row.n, &Base { state, pending: vec![seq] })?;
    }
    Ok(())
}

/// The version that the author of a change has seen, who sets these fields (`void`: hides or restores, too). A pending
/// change of the same fields lies over what was read of them since: no more of it was seen than by its author.
pub(crate) fn seen(conn: &Connection, row: &Row, set: &Fields, void: bool) -> Result<u64> {
    let Record { version, kind, scope, .. } = &row.record;
    let mut seen = *version;
    let held = if seen > 1 { get(conn, row.n)? } else { None };
    for seq in held.map_or(Vec::new(), |held| held.pending) {
        let pending = outbox::pending(conn, seq)?.ok_or(StoreError::Unreadable { what: "outbox" })?;
        // Versions of two logs cannot be compared: of this one nothing was seen then.
        let here = pending.scope.as_ref().is_none_or(|other| other == scope);
        let base = if here { pending.base } else { 0 };
        let over = pending.shown();
        // Elements of a set meet without a base.
        let hides = |field: &String| set.contains_key(field) && merge_class(kind, field) != MergeClass::Set;
        if (void && over.void.is_some()) || over.set.keys().any(hides) {
            // Base 0 would make the record: what the province has is edited.
            seen = seen.min(base.max(1));
        }
    }
    Ok(seen)
}

/// What begins the base of a record that is made; takes its row and the number of the change.
pub(crate) fn beginning(conn: &Connection) -> Result<CachedStatement<'_>> {
    Ok(conn.prepare_cached("INSERT OR REPLACE INTO base (record, state, pending) VALUES (?1, NULL, ?2)")?)
}

pub(crate) fn get(conn: &Connection, n: i64) -> Result<Option<Base>> {
    let found: Option<(Option<String>, String)> = conn
        .prepare_cached("SELECT state, pending FROM base WHERE record = ?1")?
        .query_row([n], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(state, pending)| parse(state.as_deref(), &pending)).transpose()
}

pub(crate) fn parse(state: Option<&str>, pending: &str) -> Result<Base> {
    let unreadable = || StoreError::Unreadable { what: "base" };
    let state = state.map(serde_json::from_str).transpose().map_err(|_| unreadable())?;
    let pending = pending.split(',').filter(|s| !s.is_empty()).map(str::parse).collect::<Result<_, _>>();
    Ok(Base { state, pending: pending.map_err(|_| unreadable())? })
}

/// Writes it, or removes the row when nothing is pending any more.
pub(crate) fn put(conn: &Connection, n: i64, base: &Base) -> Result<()> {
    if base.pending.is_empty() {
        conn.prepare_cached("DELETE FROM base WHERE record = ?1")?.execute([n])?;
        return Ok(());
    }
    let state = base.state.as_ref().map(text).transpose()?;
    let pending: Vec<String> = base.pending.iter().map(i64::to_string).collect();
    conn.prepare_cached(
        "INSERT INTO base (record, state, pending) VALUES (?1, ?2, ?3)
         ON CONFLICT (record) DO UPDATE SET state = excluded.state, pending = excluded.pending",
    )?
    .execute(params![n, state, pending.join(",")])?;
    Ok(())
}

/// What a pending change does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) set: Fields,
    pub(crate) void: Option<VoidChange>,
}

/// The record with pending changes on top; `None` when there is no base and no change makes the record.
pub(crate) fn fold(
    state: Option<Record>,
    steps: &[Step],
    id: Uuid,
    kind: &str,
    scope: &RegionCode,
) -> Option<Record> {
    // A record whose making was refused is not made by what was changed in it afterwards.
    let made = |step: &Step| step.set.contains_key("region") || planted("change_makes_a_record");
    if state.is_none() && !steps.iter().any(made) {
        return None;
    }
    let mut record = state.unwrap_or_else(|| Record {
        id,
        kind: kind.to_owned(),
        scope: scope.clone(),
        version: 0,
        fields: Fields::new(),
        void: None,
    });
    for step in steps {
        shape::apply(&mut record.fields, &step.set);
        match &step.void {
            Some(VoidChange::Hide(void)) => record.void = Some(void.clone()),
            Some(VoidChange::Restore) => record.void = None,
            None => {}
        }
    }
    Some(record)
}

/// Brings the shown row in line with its base, after either has changed (I7).
pub(crate) fn refold(conn: &Connection, row: &Row, base: &Base) -> Result<()> {
    let mut steps = Vec::with_capacity(base.pending.len());
    for seq in &base.pending {
        let pending = outbox::pending(conn, *seq)?.ok_or(StoreError::Unreadable { what: "outbox" })?;
        steps.push(pending.shown());
    }
    put(conn, row.n, base)?;
    let r = &row.record;
    match fold(base.state.clone(), &steps, r.id, &r.kind, &r.scope) {
        Some(new) => crate::record::update(conn, row, &new, None),
        None => crate::record::withhold(conn, row),
    }
}

impl Book {
    /// Those of the records that have changes the province has not confirmed yet.
    pub fn waiting_among(&self, ids: &[Uuid]) -> Result<Vec<Uuid>> {
        self.read(|conn| {
            let mut pending = conn.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM base JOIN record ON record.n = base.record WHERE record.id = ?1)",
            )?;
            let mut waiting = Vec::new();
            for id in ids {
                if pending.query_row([id], |row| row.get(0))? {
                    waiting.push(*id);
                }
            }
            Ok(waiting)
        })
    }
}
