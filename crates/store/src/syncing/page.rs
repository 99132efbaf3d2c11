//! Applying a page of a scope's log.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension};
use tiexin_domain::{Record, RegionCode};
use tiexin_protocol::wire::{PageEntry, ScopePage};
use tiexin_protocol::{Chain, Digest, EntryHash, LogEntry, Moved, Verdict, planted};
use uuid::Uuid;

use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::record::{self, Row, hidden};
use crate::saving::save::Changed;
use crate::syncing::base::{self, Base};
use crate::syncing::cursor::{self, ScopeCursor};
use crate::was::FieldChange;
use crate::{
    syncing::device, syncing::echo, syncing::elsewhere, syncing::former, syncing::outbox,
    syncing::overwritten, syncing::seen, syncing::sent, was,
};

/// What a page did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageOutcome {
    /// Entries that were new to this desk.
    pub entries: u64,
    /// The scope has been read up to here.
    pub next: u64,
    pub head: u64,
    pub changed: Changed,
}

/// What an entry of a page tells this desk.
enum News {
    Entry(LogEntry),
    /// This desk's own change, by its number here, stands at this place of the log exactly as it was sent.
    Echo {
        seq: u64,
        own: u64,
    },
    /// Outside the view: only its link in the chain.
    Hidden(EntryHash),
    /// A record that came into the view, or left it.
    Crossed(EntryHash, Uuid, Option<Record>),
}

/// A record that the page touches.
struct Touched {
    row: Option<Row>,
    pending: Vec<i64>,
    /// It is shown as another scope's, in this state.
    home: Option<Record>,
    /// The state in this scope before and after.
    before: Option<Record>,
    state: Option<Record>,
    /// Entries about it, by their place among the page's new ones, with what they changed.
    entries: Vec<(usize, Vec<FieldChange>)>,
}

impl Book {
    /// Applies a page in one transaction: contiguity (I5), chain, fold into base with pending work
    /// kept on top (I7), cursor and digest. A page read before changes nothing.
    ///
    /// # Errors
    /// `Differs`, `NotContiguous`, `Rebase`: nothing was written, load the snapshot. `EchoUnknown`:
    /// nothing was written, ask without echoes. `Copied`: nothing was written, take a new incarnation.
    pub fn apply_page(&self, page: &ScopePage, now_ms: i64) -> Result<PageOutcome> {
        let (mut outcome, changed) = self.write(|w| apply(w, page, now_ms))?;
        outcome.changed = changed;
        Ok(outcome)
    }
}

fn apply(w: &mut Write<'_>, page: &ScopePage, now_ms: i64) -> Result<PageOutcome> {
    let scope = &page.scope;
    let held = cursor::get(&w.tx, scope)?;
    let foreign = held.as_ref().is_some_and(|c| c.generation != page.generation || c.view != page.view);
    if page.rebase || foreign {
        return Err(StoreError::Rebase { scope: scope.clone() });
    }
    let mut cursor = held.unwrap_or_else(|| ScopeCursor {
        scope: scope.clone(),
        generation: page.generation,
        view: page.view.clone(),
        since: 0,
        chain: Chain::default(),
        digest: Digest::default(),
        checked_at: None,
    });
    let own = (device::id(&w.tx)?.unwrap_or(Uuid::nil()), device::incarnation(&w.tx)?);
    let mut entries = new_entries(page, &cursor)?;
    if page.next < cursor.since {
        return Ok(PageOutcome { next: cursor.since, head: page.head, ..PageOutcome::default() });
    }
    let mut pulled = BTreeSet::new();
    let mut touched: BTreeMap<Uuid, Touched> = BTreeMap::new();
    for (i, news) in entries.iter_mut().enumerate() {
        if stands_as_shown(w, news, own, &touched, &mut cursor)? {
            continue;
        }
        match news {
            // Put in full above.
            News::Echo { .. } => return Err(StoreError::Unreadable { what: "sent" }),
            News::Entry(entry) => {
                cursor.chain = cursor.chain.then(entry);
                let one = load(&w.tx, &mut touched, entry.record, scope)?;
                let before = one.state.clone();
                one.state = Some(entry.fold(one.state.take(), scope));
                one.entries.push((i, was::of_entry(entry, before.as_ref(), one.state.as_ref())));
                if let (Some(Moved::Here { from, version, .. }), Some(row)) = (&entry.moved, &one.row) {
                    // What was taken in where the record lay came back with it: laid over what others wrote
                    // there since, it would pass for newer.
                    for seq in sent::held_by(&w.tx, row.n, from.as_str(), *version)? {
                        pulled.insert(seq);
                        sent::mark_pulled(&w.tx, seq)?;
                    }
                }
                if let Some(meant) = entry.meant {
                    // Written on the record that was merged into this one: nothing of it is pending there.
                    load(&w.tx, &mut touched, meant, scope)?;
                }
                if (entry.origin.device, entry.origin.incarnation) == own {
                    pulled.insert(entry.origin.seq as i64);
                    returned(&w.tx, entry, scope)?;
                }
            }
            News::Hidden(hash) => cursor.chain = cursor.chain.link(*hash),
            News::Crossed(hash, id, record) => {
                cursor.chain = cursor.chain.link(*hash);
                load(&w.tx, &mut touched, *id, scope)?.state = record.clone();
            }
        }
    }
    if cursor.chain != page.chain {
        return Err(StoreError::Differs { scope: scope.clone(), what: "chain" });
    }
    for (seq, n) in sent::covered(&w.tx, scope.as_str(), page.next)? {
        pulled.insert(seq);
        sent::mark_pulled(&w.tx, seq)?;
        if let Some(row) = record::at(&w.tx, n)? {
            load(&w.tx, &mut touched, row.record.id, scope)?;
        }
    }
    for (id, one) in &mut touched {
        if let Some(state) = &one.state {
            record::fits(state, one.row.as_ref(), scope)?;
            if state.id != *id {
                return Err(StoreError::Differs { scope: scope.clone(), what: "record" });
            }
        }
        one.pending.retain(|seq| !pulled.contains(seq) && !planted("page_drops_pending"));
        if one.before != one.state {
            let digest = one.before.as_ref().map_or(cursor.digest, |r| cursor.digest.minus(Digest::of(r)));
            cursor.digest = one.state.as_ref().map_or(digest, |r| digest.plus(Digest::of(r)));
        }
        write_touched(w, one, &entries)?;
    }
    cursor.since = page.next;
    if let Some(digest) = page.digest.filter(|_| page.next == page.head) {
        if digest != cursor.digest {
            return Err(StoreError::Differs { scope: scope.clone(), what: "digest" });
        }
        cursor.checked_at = Some(now_ms);
    }
    cursor::put(&w.tx, &cursor)?;
    Ok(PageOutcome {
        entries: entries.len() as u64,
        next: page.next,
        head: page.head,
        changed: Changed::default(),
    })
}

/// Own changes that came back as they were meant are settled at once; what else is this desk's own is put in
/// full. A record that the page has touched already is not written yet: its changes come after.
fn stands_as_shown(
    w: &mut Write<'_>,
    news: &mut News,
    own: (Uuid, Uuid),
    touched: &BTreeMap<Uuid, Touched>,
    cursor: &mut ScopeCursor,
) -> Result<bool> {
    let scope = &cursor.scope;
    let returned = match news {
        News::Echo { seq, own: sent } => {
            let (seq, sent) = (*seq, *sent);
            match echo::as_sent(&w.tx, (seq, sent), own, scope)? {
                Some((entry, returned)) => {
                    *news = News::Entry(entry);
                    Some(returned)
                }
                None => {
                    *news = News::Entry(echoed(&w.tx, seq, sent, own, scope)?);
                    None
                }
            }
        }
        News::Entry(entry) if (entry.origin.device, entry.origin.incarnation) == own => {
            echo::in_full(&w.tx, entry, scope)?
        }
        _ => None,
    };
    let (Some(returned), News::Entry(entry)) = (returned, news) else { return Ok(false) };
    if touched.contains_key(&entry.record) {
        return Ok(false);
    }
    cursor.chain = cursor.chain.then(entry);
    cursor.digest = returned.settle(&w.tx, entry, cursor.digest)?;
    w.changed.kind(&entry.kind);
    Ok(true)
}

/// The page's entries that this desk has not read, checked to be contiguous.
fn new_entries(page: &ScopePage, cursor: &ScopeCursor) -> Result<Vec<News>> {
    let gap = || StoreError::NotContiguous { scope: page.scope.clone() };
    if page.next.max(page.head) > cursor::MOST {
        return Err(gap());
    }
    let mut expected = cursor.since + 1;
    let mut entries = Vec::with_capacity(page.entries.len());
    for entry in &page.entries {
        let seq = match entry {
            PageEntry::Full(entry) => entry.seq,
            PageEntry::Echo { seq, .. } | PageEntry::Hidden { seq, .. } | PageEntry::Crossed { seq, .. } => {
                *seq
            }
        };
        if seq < expected {
            // Read before.
            continue;
        }
        if seq != expected {
            return Err(gap());
        }
        expected += 1;
        entries.push(match entry {
            PageEntry::Full(entry) => News::Entry(entry.clone()),
            PageEntry::Echo { seq, own } => News::Echo { seq: *seq, own: *own },
            PageEntry::Hidden { hash, .. } => News::Hidden(*hash),
            PageEntry::Crossed { hash, id, record, .. } => News::Crossed(*hash, *id, record.clone()),
        });
    }
    if page.next >= cursor.since && expected != page.next + 1 {
        return Err(gap());
    }
    Ok(entries)
}

/// The log entry that this desk's own change became.
///
/// # Errors
/// `EchoUnknown`: it is not here any more.
fn echoed(
    conn: &Connection,
    seq: u64,
    own_seq: u64,
    own: (Uuid, Uuid),
    scope: &RegionCode,
) -> Result<LogEntry> {
    let Some(pending) = outbox::pending(conn, own_seq as i64)? else {
        return Err(if planted("echo_taken_for_a_gap") {
            StoreError::NotContiguous { scope: scope.clone() }
        } else {
            StoreError::EchoUnknown { scope: scope.clone() }
        });
    };
    Ok(echo::entry(outbox::change(conn, pending, own.0, own.1)?, seq))
}

/// An own change has come back. When its verdict was lost on the way it still stands in the outbox.
///
/// # Errors
/// `Copied`: what this desk has under the number is something else.
fn returned(conn: &Connection, entry: &LogEntry, scope: &RegionCode) -> Result<()> {
    let seq = entry.origin.seq as i64;
    let told = |table: &str| -> Result<Option<(Uuid, i64)>> {
        let sql = format!(
            "SELECT record.id, noted_at FROM {table} JOIN record ON record.n = {table}.record WHERE seq = ?1"
        );
        let own = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        Ok(conn.prepare_cached(&sql)?.query_row([seq], own).optional()?)
    };
    let another = |own: (Uuid, i64)| own != (entry.meant.unwrap_or(entry.record), entry.noted_at);
    if let Some(own) = told("outbox")? {
        if another(own) {
            return Err(StoreError::Copied);
        }
        let verdict = Verdict::Applied {
            version: entry.seq,
            elsewhere: None,
            instead: entry.meant.map(|_| entry.record),
        };
        return sent::take(conn, seq, scope.as_str(), &verdict, true).map(drop);
    }
    if told("sent")?.is_some_and(another) {
        return Err(StoreError::Copied);
    }
    sent::mark_pulled(conn, seq)
}

fn load<'t>(
    conn: &Connection,
    touched: &'t mut BTreeMap<Uuid, Touched>,
    id: Uuid,
    scope: &RegionCode,
) -> Result<&'t mut Touched> {
    use std::collections::btree_map::Entry;
    match touched.entry(id) {
        Entry::Occupied(found) => Ok(found.into_mut()),
        Entry::Vacant(vacant) => {
            let row = record::find(conn, id)?;
            let held = match &row {
                Some(row) => base::get(conn, row.n)?,
                None => None,
            };
            let (state, pending) = match (held, &row) {
                (Some(base), _) => (base.state, base.pending),
                (None, Some(row)) if row.hidden != hidden::WITHHELD => (Some(row.record.clone()), Vec::new()),
                _ => (None, Vec::new()),
            };
            let (home, state) = match state {
                Some(state) if state.scope == *scope => (None, Some(state)),
                Some(state) => (Some(state), elsewhere::get(conn, scope, id)?),
                None => (None, None),
            };
            let before = state.clone();
            Ok(vacant.insert(Touched { row, pending, home, before, state, entries: Vec::new() }))
        }
    }
}

fn write_touched(w: &mut Write<'_>, one: &Touched, entries: &[News]) -> Result<()> {
    let n = match (&one.row, &one.state) {
        (Some(row), _) => {
            w.changed.kind(&row.record.kind);
            let state = shown(&w.tx, one, row.record.id)?;
            let left = state.is_none() && one.pending.is_empty() && one.before.is_some();
            base::refold(&w.tx, row, &Base { state, pending: one.pending.clone() })?;
            if left {
                return left_view(&w.tx, row.n);
            }
            row.n
        }
        (None, Some(state)) => {
            w.changed.kind(&state.kind);
            record::insert(&w.tx, state, None)?
        }
        (None, None) => return Ok(()),
    };
    for (i, changes) in &one.entries {
        if let News::Entry(entry) = &entries[*i] {
            seen::put(&w.tx, n, entry)?;
            was::put(&w.tx, n, was::Of::Log, entry.seq as i64, changes)?;
            overwritten::put(&w.tx, n, entry)?;
        }
    }
    Ok(())
}

/// The state to be shown, now that the page has told the one in its scope. The other, if there are two,
/// is kept beside it until the log that is behind tells that the record has left.
fn shown(conn: &Connection, one: &Touched, id: Uuid) -> Result<Option<Record>> {
    match (&one.home, &one.before, &one.state) {
        (None, _, None) => elsewhere::take(conn, id),
        (None, _, state) => Ok(state.clone()),
        (Some(home), None, Some(arrived)) => {
            elsewhere::put(conn, home)?;
            Ok(Some(arrived.clone()))
        }
        (Some(home), before, state) => {
            match (before, state) {
                (_, Some(state)) => elsewhere::put(conn, state)?,
                (Some(before), None) => elsewhere::remove(conn, &before.scope, id)?,
                (None, None) => {}
            }
            Ok(Some(home.clone()))
        }
    }
}

/// A record that is no longer this desk's to hold; kept out of sight while a sent or refused
/// change of it is still on file.
fn left_view(conn: &Connection, n: i64) -> Result<()> {
    match record::at(conn, n)? {
        Some(row) if !former::needed(conn, n)? => record::remove(conn, &row),
        _ => Ok(()),
    }
}
