//! Taking a scope's whole state at once.
//!
//! Batches, so that the worker's own saves get in between. While a snapshot is being taken the
//! scope has no cursor: after a crash it is simply taken again. Records are usable as soon as
//! their batch is in; the search index follows by [`Book::index_some`].

use std::collections::{BTreeSet, HashSet};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rusqlite::{Connection, OptionalExtension, params};
use tiexin_domain::{Record, RegionCode};
use tiexin_protocol::wire::SnapshotHeader;
use tiexin_protocol::{Digest, planted};
use uuid::Uuid;

use crate::asking::search::index;
use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::record::{self, Prepared, hidden};
use crate::saving::save::Changed;
use crate::syncing::base::{self, Base};
use crate::syncing::cursor::{self, ScopeCursor};
use crate::syncing::elsewhere;
use crate::syncing::given_up::rows_of;

/// Records in one transaction: about 150 ms during which a save waits. Smaller batches write the
/// same index pages more often (measured: 2,000 takes 1.6 times as long for 50,000 records).
const BATCH: usize = if tiexin_protocol::SMALL { 4 } else { 8_000 };

/// What a snapshot did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotOutcome {
    pub records: u64,
    /// Records that the province no longer has.
    pub removed: Vec<Uuid>,
    pub changed: Changed,
}

impl Book {
    /// Replaces the scope's base state; pending work stays on top (I7). `progress(done)` returning
    /// false cancels. Reading `records` (decompressing, parsing) happens on a thread of its own.
    ///
    /// # Errors
    /// `Differs` when count or digest is not the header's, or a record is another's here; `Cancelled`; `Io` for a
    /// failure of the iterator. The scope then has no cursor: take the snapshot again.
    pub fn apply_snapshot<E>(
        &self,
        header: &SnapshotHeader,
        records: impl Iterator<Item = std::result::Result<Record, E>> + Send,
        progress: &mut dyn FnMut(u64) -> bool,
        now_ms: i64,
    ) -> Result<SnapshotOutcome>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let scope = &header.scope;
        if header.seq > cursor::MOST {
            return Err(StoreError::Differs { scope: scope.clone(), what: "snapshot" });
        }
        let (mut old, _) = self.write(|w| {
            cursor::remove(&w.tx, scope)?;
            elsewhere::remove_scope(&w.tx, scope)?;
            Ok(rows_of(&w.tx, scope)?.into_iter().collect::<HashSet<i64>>())
        })?;
        let mut outcome = SnapshotOutcome::default();
        // Ids come in no order: the index pages they fall on should all stay at hand.
        let _roomy = Roomy::new(self)?;
        let digest = std::thread::scope(|threads| {
            let (send, receive) = sync_channel(2);
            let reader = threads.spawn(move || prepare(records, &send));
            let taken = self.take_batches(scope, &receive, &mut old, &mut outcome, progress);
            // Unblocks the reader when taking has failed.
            drop(receive);
            let digest = reader.join().map_err(|_| StoreError::Unreadable { what: "snapshot" })?;
            taken.and(digest)
        })?;
        if outcome.records != header.records || digest != header.digest {
            return Err(StoreError::Differs { scope: scope.clone(), what: "snapshot" });
        }
        let (removed, changed) = self.write(|w| {
            let removed = remove_unseen(w, &old)?;
            let cursor = ScopeCursor {
                scope: scope.clone(),
                generation: header.generation,
                view: header.view.clone(),
                since: header.seq,
                chain: header.chain,
                digest: header.digest,
                checked_at: Some(now_ms),
            };
            cursor::put(&w.tx, &cursor)?;
            settle_sent(w, scope, header.seq)?;
            Ok(removed)
        })?;
        outcome.removed = removed;
        outcome.changed.merge(changed);
        Ok(outcome)
    }

    fn take_batches(
        &self,
        scope: &RegionCode,
        batches: &Receiver<Vec<Prepared>>,
        old: &mut HashSet<i64>,
        outcome: &mut SnapshotOutcome,
        progress: &mut dyn FnMut(u64) -> bool,
    ) -> Result<()> {
        for batch in batches {
            let ((), changed) = self.write(|w| take_batch(w, &batch, old, scope))?;
            outcome.records += batch.len() as u64;
            outcome.changed.merge(changed);
            if !progress(outcome.records) {
                return Err(StoreError::Cancelled);
            }
        }
        Ok(())
    }

    /// Puts up to `most` records into the search index; gives how many are left, at most. Call
    /// until it gives 0.
    pub fn index_some(&self, most: usize) -> Result<u64> {
        let (left, _) = self.write(|w| index_some(&w.tx, most as i64))?;
        Ok(left)
    }

    /// Scopes of which anything is shown here: those that are read, and those where only own or half loaded
    /// records lie. Steps along the index on places, so that it costs as much as there are places.
    pub fn scopes_held(&self) -> Result<BTreeSet<RegionCode>> {
        self.read(|conn| {
            let mut held: BTreeSet<RegionCode> = cursor::all(conn)?.into_iter().map(|c| c.scope).collect();
            let mut moving = conn.prepare_cached(
                "SELECT DISTINCT scope FROM base JOIN record ON n = base.record WHERE hidden < ?1",
            )?;
            let mut scopes = moving.query([hidden::WITHHELD])?;
            while let Some(row) = scopes.next()? {
                let scope: String = row.get(0)?;
                held.insert(scope.parse().map_err(|_| StoreError::Unreadable { what: "record" })?);
            }
            for kind in kinds(conn)? {
                // A withheld row only carries what was refused, which its author is still to see.
                for hidden in 0..hidden::WITHHELD {
                    let mut next = conn.prepare_cached(
                        "SELECT place, scope FROM record WHERE kind = ?1 AND hidden = ?2 AND place > ?3
                         ORDER BY place LIMIT 1",
                    )?;
                    let mut at = -1i64;
                    while let Some((place, scope)) = next
                        .query_row(params![kind, hidden, at], |row| {
                            Ok((row.get(0)?, row.get::<_, String>(1)?))
                        })
                        .optional()?
                    {
                        at = place;
                        held.insert(scope.parse().map_err(|_| StoreError::Unreadable { what: "record" })?);
                    }
                }
            }
            Ok(held)
        })
    }
}

/// The writer's cache is larger while a snapshot is taken.
struct Roomy<'a>(&'a Book);

impl Roomy<'_> {
    fn new(book: &Book) -> Result<Roomy<'_>> {
        book.writer().execute_batch("PRAGMA cache_size = -131072")?;
        Ok(Roomy(book))
    }
}

impl Drop for Roomy<'_> {
    fn drop(&mut self) {
        let usual = "PRAGMA cache_size = -32768; PRAGMA shrink_memory;";
        if let Err(error) = self.0.writer().execute_batch(usual) {
            tracing::warn!(%error, "cache stays large");
        }
    }
}

/// Everything about records that does not need the database.
fn prepare<E>(
    records: impl Iterator<Item = std::result::Result<Record, E>>,
    send: &SyncSender<Vec<Prepared>>,
) -> Result<Digest>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let mut digest = Digest::default();
    let mut batch = Vec::with_capacity(BATCH);
    for record in records {
        let record = record.map_err(|e| StoreError::Io(std::io::Error::other(e)))?;
        digest = digest.plus(Digest::of(&record));
        batch.push(Prepared::new(record)?);
        if batch.len() == BATCH && send.send(std::mem::take(&mut batch)).is_err() {
            // The other side has given up and says why.
            return Ok(digest);
        }
    }
    if !batch.is_empty() {
        let _ = send.send(batch);
    }
    Ok(digest)
}

fn take_batch(
    w: &mut Write<'_>,
    batch: &[Prepared],
    old: &mut HashSet<i64>,
    scope: &RegionCode,
) -> Result<()> {
    let mut fresh: Option<(i64, i64)> = None;
    let mut rows = record::Inserting::new(&w.tx)?;
    for prepared in batch {
        w.changed.kind(&prepared.record.kind);
        record::fits(&prepared.record, None, scope)?;
        if let Some(n) = rows.insert(prepared, None)? {
            fresh = Some((fresh.map_or(n, |(lo, _)| lo), n));
            continue;
        }
        let Some(row) = record::find(&w.tx, prepared.record.id)? else { continue };
        record::fits(&prepared.record, Some(&row), scope)?;
        old.remove(&row.n);
        let held = base::get(&w.tx, row.n)?;
        keep_other(&w.tx, &row, held.as_ref(), &prepared.record.scope)?;
        match held {
            Some(_) if planted("snapshot_over_pending") => {
                record::update(&w.tx, &row, &prepared.record, None)?;
            }
            Some(held) => {
                let base = Base { state: Some(prepared.record.clone()), pending: held.pending };
                base::refold(&w.tx, &row, &base)?;
            }
            None if row.record != prepared.record || row.hidden == hidden::WITHHELD => {
                record::update(&w.tx, &row, &prepared.record, None)?;
            }
            None => {}
        }
    }
    if let Some((lo, hi)) = fresh {
        index::queue(&w.tx, lo, hi)?;
    }
    Ok(())
}

/// The record is shown as another scope's, whose log is read on its own: what that says of it is kept.
fn keep_other(conn: &Connection, row: &record::Row, held: Option<&Base>, scope: &RegionCode) -> Result<()> {
    let state = match held {
        Some(base) => base.state.as_ref(),
        None => Some(&row.record).filter(|_| row.hidden != hidden::WITHHELD),
    };
    match state.filter(|state| state.scope != *scope) {
        Some(other) => elsewhere::put(conn, other),
        None => Ok(()),
    }
}

/// Applied changes that stand in the log up to `seq` are no longer pending.
pub(crate) fn settle_sent(w: &mut Write<'_>, scope: &RegionCode, seq: u64) -> Result<()> {
    for (own, n) in crate::syncing::sent::covered(&w.tx, scope.as_str(), seq)? {
        crate::syncing::sent::mark_pulled(&w.tx, own)?;
        let (Some(row), Some(mut base)) = (record::at(&w.tx, n)?, base::get(&w.tx, n)?) else { continue };
        base.pending.retain(|s| *s != own);
        base::refold(&w.tx, &row, &base)?;
        w.changed.kind(&row.record.kind);
    }
    Ok(())
}

/// Rows that were here and are not in the snapshot: the province no longer has them. What is
/// pending on them stays and becomes visible again as this desk's own; what a sent or refused
/// change still needs is only hidden.
fn remove_unseen(w: &mut Write<'_>, unseen: &HashSet<i64>) -> Result<Vec<Uuid>> {
    if unseen.is_empty() || planted("unseen_kept") {
        return Ok(Vec::new());
    }
    let needed: HashSet<i64> = w
        .tx
        .prepare("SELECT record FROM sent UNION SELECT record FROM refused UNION SELECT record FROM former")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut removed = Vec::new();
    for n in unseen {
        let Some(row) = record::at(&w.tx, *n)? else { continue };
        let elsewhere = elsewhere::take(&w.tx, row.record.id)?;
        match base::get(&w.tx, *n)? {
            Some(held) if held.state.is_none() => {}
            Some(held) => {
                base::refold(&w.tx, &row, &Base { state: elsewhere, pending: held.pending })?;
                w.changed.kind(&row.record.kind);
                // An edit alone shows no record.
                let withheld = record::at(&w.tx, *n)?.is_some_and(|row| row.hidden == hidden::WITHHELD);
                if withheld && row.hidden != hidden::WITHHELD {
                    removed.push(row.record.id);
                }
            }
            None if row.hidden == hidden::WITHHELD => {}
            None if elsewhere.is_some() => {
                base::refold(&w.tx, &row, &Base { state: elsewhere, pending: Vec::new() })?;
                w.changed.kind(&row.record.kind);
            }
            None => {
                w.changed.kind(&row.record.kind);
                removed.push(row.record.id);
                if needed.contains(n) {
                    record::withhold(&w.tx, &row)?;
                } else {
                    record::remove(&w.tx, &row)?;
                }
            }
        }
    }
    sweep(&w.tx)?;
    Ok(removed)
}

/// After rows were removed: what hung on them. The audit stays: it holds no values.
pub(crate) fn sweep(conn: &Connection) -> Result<()> {
    for table in ["base", "sent", "refused", "former", "seen", "was", "overwritten", "import_record"] {
        conn.execute(&format!("DELETE FROM {table} WHERE record NOT IN (SELECT n FROM record)"), [])?;
    }
    // Findings name people: they go with the last record of their batch.
    conn.execute(
        "DELETE FROM import_told WHERE batch NOT IN (SELECT batch FROM import_record) AND NOT EXISTS
         (SELECT 1 FROM import_run r JOIN record ON n BETWEEN r.lo AND r.hi WHERE r.batch = import_told.batch)",
        [],
    )?;
    Ok(())
}

/// The kinds of which there are records.
pub(crate) fn kinds(conn: &Connection) -> Result<Vec<String>> {
    let mut kinds: Vec<String> = Vec::new();
    let mut next: Option<String> = conn.query_row("SELECT min(kind) FROM record", [], |row| row.get(0))?;
    while let Some(kind) = next {
        next = conn.query_row("SELECT min(kind) FROM record WHERE kind > ?1", [&kind], |row| row.get(0))?;
        kinds.push(kind);
    }
    Ok(kinds)
}

fn index_some(conn: &Connection, most: i64) -> Result<u64> {
    let mut room = most;
    while room > 0 {
        let range: Option<(i64, i64)> = {
            let mut select = conn.prepare_cached("SELECT lo, hi FROM index_queue ORDER BY lo LIMIT 1")?;
            let mut rows = select.query([])?;
            rows.next()?.map(|row| Ok::<_, StoreError>((row.get(0)?, row.get(1)?))).transpose()?
        };
        let Some((lo, hi)) = range else { break };
        let end = hi.min(lo + room - 1);
        let records = {
            let mut select = conn.prepare_cached(concat!(record::select!(), " WHERE n BETWEEN ?1 AND ?2"))?;
            let mut rows = select.query([lo, end])?;
            let mut records = Vec::new();
            while let Some(row) = rows.next()? {
                records.push(record::read(row)?);
            }
            records
        };
        for row in records {
            index::put(conn, row.n, &index::Entry::of(index::documents(&row.record)))?;
        }
        room -= end - lo + 1;
        conn.execute("DELETE FROM index_queue WHERE lo = ?1", [lo])?;
        if end < hi {
            index::queue(conn, end + 1, hi)?;
        }
    }
    index::queued(conn)
}
