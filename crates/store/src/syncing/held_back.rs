//! What the province does not know yet is held back: it waits in the outbox behind all that can be told, and goes on
//! its way once the province knows its kind, or its author has joined (`docs/sync.md`, Kinds the province does not know).
//!
//! A desk tells its changes by number, without a gap (I2). So whatever is held back is numbered last; nothing that
//! may have been told is numbered anew.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiexin_domain::{RegionCode, shape};
use tiexin_protocol::planted;
use uuid::Uuid;

use crate::audit::Head;
use crate::book::Book;
use crate::error::{Result, StoreError};
use crate::record::text;
use crate::syncing::base::{self, Base};
use crate::{meta, syncing::device, syncing::outbox, syncing::snapshot};

/// The kinds that the province knows, as JSON; empty: it does not tell. Absent: it was never asked.
const KNOWN: &str = "kinds_known";
/// Users of this desk who have not joined the province, as JSON of their ids: it knows no such author.
const NOT_JOINED: &str = "not_joined";
/// Scopes that this desk is to give up, as JSON: what is held back of them is told all the same (I11), and the
/// province keeps it apart, whole.
const LEAVING: &str = "leaving";
/// The highest own number that was told, may have been told, or has a verdict there: up to it nothing is numbered anew.
const TOLD: &str = "told_to";
/// [`Line`] as JSON; absent while nothing is held back or could be.
const LINE: &str = "held_back";

/// How far the outbox is sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// The first that is held back, and one behind the last.
    pub(crate) from: i64,
    pub(crate) end: i64,
    /// Numbers from here on came since.
    sorted: i64,
    /// By what it was sorted: [`print_of`].
    #[serde(default)]
    by: u64,
}

impl Line {
    pub(crate) fn read(conn: &Connection) -> Result<Line> {
        Ok(meta::get(conn, LINE)?.and_then(|line| serde_json::from_str(&line).ok()).unwrap_or_default())
    }

    pub(crate) fn holds(self, seq: i64) -> bool {
        (self.from..self.end).contains(&seq)
    }
}

/// Numbers were given anew, or this desk has just joined: nothing is sorted, and nothing was told under them.
pub(crate) fn forget(conn: &Connection) -> Result<()> {
    conn.execute("DELETE FROM meta WHERE key = ?1", [LINE])?;
    Ok(meta::put(conn, TOLD, "0")?)
}

/// Up to which number nothing is numbered anew.
fn told(conn: &Connection) -> Result<i64> {
    Ok(meta::number(conn, TOLD)?.unwrap_or(0))
}

/// Changes up to `seq` were told, or may have been. The mark only rises.
pub(crate) fn was_told(conn: &Connection, seq: i64) -> Result<()> {
    if told(conn)? < seq {
        meta::put(conn, TOLD, &seq.to_string())?;
    }
    Ok(())
}

pub(crate) fn is_told(conn: &Connection, seq: u64) -> Result<bool> {
    Ok(told(conn)? >= seq as i64)
}

/// Changes up to `seq` are about to leave this desk, over the line or on a stick: whether they arrive is known later or
/// never, so from here on they keep their numbers. What can be told besides is counted in, so that a round of many
/// pushes writes once.
pub(crate) fn telling(conn: &Connection, seq: u64) -> Result<()> {
    let line = Line::read(conn)?;
    let can_be = match strange_to(conn)? {
        None => Head::read(conn)?.outbox_seq,
        Some(_) if line.from < line.end => line.from - 1,
        Some(_) => line.sorted - 1,
    };
    was_told(conn, can_be.max(seq as i64))
}

/// Whether a program told this book's changes that wrote down neither how far nor what the province knows.
fn told_by_an_older_program(conn: &Connection) -> Result<bool> {
    let unmarked = meta::get(conn, TOLD)?.is_none() && meta::get(conn, KNOWN)?.is_none();
    Ok(unmarked && device::id(conn)?.is_some())
}

/// Which changes may be told.
pub(crate) struct Telling {
    strange: Option<Strange>,
    line: Line,
}

impl Telling {
    pub(crate) fn read(conn: &Connection) -> Result<Telling> {
        Ok(Telling { strange: Strange::read(conn)?, line: Line::read(conn)? })
    }

    /// Whether a change stands where nothing more is told: it is held back, or nobody has looked at it yet.
    pub(crate) fn ends_at(&self, seq: i64, kind: &str, author: Uuid) -> bool {
        let unknown = || self.strange.as_ref().is_some_and(|strange| strange.is(kind, author));
        self.line.holds(seq) || (seq >= self.line.sorted && unknown())
    }
}

/// What the province does not know.
struct Strange {
    /// The kinds that it knows; none: it does not tell.
    known: Option<BTreeSet<String>>,
    /// Users of this desk whom it does not know.
    authors: BTreeSet<Uuid>,
}

impl Strange {
    /// None: nothing that could be here is strange to it.
    fn read(conn: &Connection) -> Result<Option<Strange>> {
        let (known, authors) = (known(conn)?, not_joined(conn)?);
        Ok((known.is_some() || !authors.is_empty()).then_some(Strange { known, authors }))
    }

    fn is(&self, kind: &str, author: Uuid) -> bool {
        self.authors.contains(&author) || self.known.as_ref().is_some_and(|known| !known.contains(kind))
    }
}

/// Users of this desk who have not joined the province.
pub(crate) fn not_joined(conn: &Connection) -> Result<BTreeSet<Uuid>> {
    Ok(meta::get(conn, NOT_JOINED)?.and_then(|ids| serde_json::from_str(&ids).ok()).unwrap_or_default())
}

fn known(conn: &Connection) -> Result<Option<BTreeSet<String>>> {
    Ok(meta::get(conn, KNOWN)?.and_then(|kinds| serde_json::from_str(&kinds).ok()))
}

impl Book {
    /// Keeps which kinds the province knows, as its hello tells (`None`: it does not tell), and which scopes are to be
    /// given up.
    pub fn set_kinds_known(&self, kinds: Option<&[String]>, leaving: &[RegionCode]) -> Result<()> {
        if self.read(told_by_an_older_program)? {
            // A stick of its may be under way, or a push whose answer was lost: all that waits keeps its number.
            self.write(|w| was_told(&w.tx, w.head.outbox_seq))?;
        }
        let known = kinds.map(|kinds| text(&kinds)).transpose()?.unwrap_or_default();
        self.put_meta(&[(KNOWN, &known), (LEAVING, &text(&leaving)?)])
    }

    /// Keeps which users of this desk have not joined the province, as its hello tells: it would keep apart for ever what
    /// they wrote.
    pub fn set_not_joined(&self, users: &BTreeSet<Uuid>) -> Result<()> {
        self.put_meta(&[(NOT_JOINED, &text(users)?)])
    }

    /// The users of this desk who have not joined the province, as last told.
    pub fn not_joined(&self) -> Result<BTreeSet<Uuid>> {
        self.read(not_joined)
    }

    /// Keeps up to which number the province has heard this desk. Put back from a backup it has heard less: what was
    /// told before stays told.
    pub fn set_told_to(&self, acked: u64) -> Result<()> {
        let acked = acked as i64;
        if self.read(told)? < acked {
            self.write(|w| was_told(&w.tx, acked))?;
        }
        Ok(())
    }

    /// Whether the province was ever asked which kinds it knows.
    pub fn asked_for_kinds(&self) -> Result<bool> {
        self.read(|conn| Ok(meta::get(conn, KNOWN)?.is_some()))
    }

    /// Puts what the province does not know behind all that can be told. Groups stay whole; whatever changes a record
    /// that is held back, or names one that was made with it, is held back too. To be called before anything is told.
    ///
    /// `all`: nothing is held back, for the book is to be destroyed once all is handed over.
    pub fn hold_back(&self, all: bool) -> Result<()> {
        if !self.read(|conn| is_due(conn, all))? {
            return Ok(());
        }
        self.write(|w| {
            let Some(strange) = strange_to(&w.tx)? else {
                w.tx.execute("DELETE FROM meta WHERE key = ?1", [LINE])?;
                return Ok(());
            };
            let waiting = waiting(&w.tx)?;
            let leaving = leaving(&w.tx)?;
            let held = match all {
                true => BTreeSet::new(),
                false => held_among(&waiting, &strange, &leaving),
            };
            let line = Line { by: print_of(&strange, &leaving, all), ..sort(&w.tx, &waiting, &held)? };
            meta::put(&w.tx, LINE, &text(&line)?)?;
            Ok(())
        })?;
        Ok(())
    }
}

/// Whether the outbox is to be sorted anew. It is asked several times a round, and sorting reads all that waits: once
/// is enough until something is saved or the province knows other kinds.
fn is_due(conn: &Connection, all: bool) -> Result<bool> {
    let line = Line::read(conn)?;
    let Some(strange) = strange_to(conn)? else { return Ok(line != Line::default()) };
    let leaving = leaving(conn)?;
    // Records move in and out of the townships that are given up.
    let settled = leaving.is_empty() && line.by == print_of(&strange, &leaving, all);
    Ok(outbox::any(conn)? && !(settled && line.sorted > Head::read(conn)?.outbox_seq))
}

fn leaving(conn: &Connection) -> Result<Vec<RegionCode>> {
    let leaving = meta::get(conn, LEAVING)?.and_then(|scopes| serde_json::from_str(&scopes).ok());
    Ok(leaving.unwrap_or_default())
}

fn print_of(Strange { known, authors }: &Strange, leaving: &[RegionCode], all: bool) -> u64 {
    let print = blake3::hash(format!("{all} {known:?} {authors:?} {leaving:?}").as_bytes());
    let mut first = [0u8; 8];
    first.copy_from_slice(&print.as_bytes()[..8]);
    u64::from_le_bytes(first)
}

/// What the province does not know, where records of such a kind are here, or users whom it does not know.
fn strange_to(conn: &Connection) -> Result<Option<Strange>> {
    let Some(strange) = Strange::read(conn)? else { return Ok(None) };
    if !strange.authors.is_empty() {
        return Ok(Some(strange));
    }
    let Some(known) = &strange.known else { return Ok(None) };
    let here = snapshot::kinds(conn)?.iter().any(|kind| !known.contains(kind));
    Ok(here.then_some(strange))
}

/// A change that waits, as far as it decides what is held back.
struct Waiting {
    seq: i64,
    /// The row of its record.
    row: i64,
    group: Uuid,
    id: Uuid,
    kind: String,
    scope: String,
    author: Uuid,
    /// It makes its record: the province has nothing of that before.
    makes: bool,
    /// The records that it names as those to which its own belongs.
    names: Vec<Uuid>,
}

impl Waiting {
    fn names_one_of(&self, records: &BTreeSet<Uuid>) -> bool {
        self.names.iter().any(|name| records.contains(name))
    }
}

fn waiting(conn: &Connection) -> Result<Vec<Waiting>> {
    let mut select = conn.prepare(
        "SELECT seq, outbox.record, grp, id, kind, scope, body, base, outbox.author FROM outbox
         JOIN record ON record.n = outbox.record WHERE seq > ?1 ORDER BY seq",
    )?;
    let told = if planted("told_is_numbered_anew") { 0 } else { told(conn)? };
    let mut rows = select.query([told])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let kind: String = row.get(4)?;
        let body: Value = serde_json::from_str(&row.get::<_, String>(6)?)
            .map_err(|_| StoreError::Unreadable { what: "outbox" })?;
        let named = |field| body.get("set")?.get(field)?.as_str()?.parse().ok();
        let names = shape::parents(&kind).filter_map(named).collect();
        let makes =
            row.get::<_, i64>(7)? == 0 && body.get("set").is_some_and(|set| set.get("region").is_some());
        let (seq, record, group, id) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let (scope, author) = (row.get(5)?, row.get(8)?);
        all.push(Waiting { seq, row: record, group, id, kind, scope, author, makes, names });
    }
    Ok(all)
}

/// The numbers of what is held back: groups with a change of another kind, or by somebody who has not joined, later
/// changes of their records, and what names a record made with them. An edit of a record that the province has holds back no work that only names it.
fn held_among(all: &[Waiting], strange: &Strange, leaving: &[RegionCode]) -> BTreeSet<i64> {
    let groups: Vec<&[Waiting]> = all.chunk_by(|one, next| one.group == next.group).collect();
    let going = going(&groups, leaving);
    let (mut held, mut records, mut made) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (group, goes) in groups.into_iter().zip(going) {
        let waits = |one: &Waiting| {
            strange.is(&one.kind, one.author) || records.contains(&one.id) || one.names_one_of(&made)
        };
        if !goes && group.iter().any(waits) {
            held.extend(group.iter().map(|one| one.seq));
            records.extend(group.iter().map(|one| one.id));
            made.extend(group.iter().filter(|one| one.makes).map(|one| one.id));
        }
    }
    held
}

/// Which groups are told whatever the province knows: those of a scope that is to be given up, and whatever was saved
/// before them of the same records or makes a record that they name. Else changes of one record would change places (I7).
fn going(groups: &[&[Waiting]], leaving: &[RegionCode]) -> Vec<bool> {
    let leaves = |one: &Waiting| leaving.iter().any(|scope| scope.as_str() == one.scope);
    let (mut records, mut named) = (BTreeSet::new(), BTreeSet::new());
    let mut going = vec![false; groups.len()];
    for (group, goes) in groups.iter().zip(&mut going).rev() {
        let needed = |one: &Waiting| records.contains(&one.id) || (one.makes && named.contains(&one.id));
        *goes = group.iter().any(|one| leaves(one) || needed(one));
        if *goes {
            records.extend(group.iter().map(|one| one.id));
            named.extend(group.iter().flat_map(|one| one.names.iter().copied()));
        }
    }
    going
}

/// Numbers what waits anew where that puts what is held back last; the same numbers are used.
fn sort(conn: &Connection, waiting: &[Waiting], held: &BTreeSet<i64>) -> Result<Line> {
    let sorted = Head::read(conn)?.outbox_seq + 1;
    let (mut last, first): (Vec<&Waiting>, Vec<&Waiting>) =
        waiting.iter().partition(|one| held.contains(&one.seq));
    if planted("held_back_out_of_order") {
        last.reverse();
    }
    let from = waiting.get(first.len()).map_or(sorted, |one| one.seq);
    let mut anew: BTreeMap<i64, i64> = BTreeMap::new();
    let mut rows: BTreeSet<i64> = BTreeSet::new();
    for (one, place) in first.iter().chain(&last).zip(waiting) {
        if one.seq != place.seq {
            anew.insert(one.seq, place.seq);
            rows.insert(one.row);
        }
    }
    // Below nothing first: a number may be another's still.
    for (old, new) in &anew {
        conn.prepare_cached("UPDATE outbox SET seq = ?2 WHERE seq = ?1")?.execute(params![old, -new])?;
    }
    if !anew.is_empty() {
        conn.execute("UPDATE outbox SET seq = -seq WHERE seq < 0", [])?;
    }
    for row in rows {
        let Some(Base { state, mut pending }) = base::get(conn, row)? else { continue };
        for seq in &mut pending {
            *seq = anew.get(seq).copied().unwrap_or(*seq);
        }
        pending.sort_unstable();
        base::put(conn, row, &Base { state, pending })?;
    }
    Ok(Line { from, end: sorted, sorted, by: 0 })
}
