//! Giving a scope up: a right has ended (I11).

use rusqlite::{Connection, params};
use tiexin_domain::{Record, RegionCode};
use tiexin_protocol::planted;

use crate::blob;
use crate::book::Book;
use crate::derive::bounds;
use crate::error::{Result, StoreError};
use crate::record::{self, hidden};
use crate::saving::save::Changed;
use crate::syncing::base::{self, Base};
use crate::syncing::cursor;
use crate::syncing::elsewhere;
use crate::syncing::refused;
use crate::syncing::snapshot::{kinds, settle_sent, sweep};

impl Book {
    /// Removes all of a scope from this desk (a withdrawn grant, I11). Only this desk's own changes that
    /// the province could still lose stay, each on a hollow row that nothing shows, until
    /// [`Book::prune_sent`] is told that they are safe (I12); and of refused ones, without what they said, that they
    /// wait, until their author has read what was decided.
    ///
    /// # Errors
    /// `WorkWaiting` while changes of it are unsent: hand them over first.
    pub fn drop_scope(&self, scope: &RegionCode) -> Result<Changed> {
        let ((), changed) = self.write(|w| {
            let waiting: bool = w
                .tx
                .prepare("SELECT 1 FROM outbox JOIN record ON record.n = outbox.record WHERE scope = ?1")?
                .exists([scope.as_str()])?;
            if waiting || blob::waits_up(&w.tx, scope)? {
                return Err(StoreError::WorkWaiting { scope: scope.clone() });
            }
            elsewhere::remove_scope(&w.tx, scope)?;
            // Nothing more of its log is read: what was told there of records that lie elsewhere by now, too.
            settle_sent(w, scope, cursor::MOST)?;
            for n in rows_of(&w.tx, scope)? {
                let Some(row) = record::at(&w.tx, n)? else { continue };
                w.changed.kind(&row.record.kind);
                if let Some(state) = elsewhere::take(&w.tx, row.record.id)? {
                    let pending = base::get(&w.tx, n)?.map_or(Vec::new(), |base| base.pending);
                    base::refold(&w.tx, &row, &Base { state: Some(state), pending })?;
                    continue;
                }
                let told =
                    "SELECT 1 FROM sent WHERE record = ?1 UNION ALL SELECT 1 FROM former WHERE record = ?1";
                let unsafe_yet =
                    w.tx.prepare_cached(told)?.exists([n])? && !planted("sent_goes_with_its_scope");
                if unsafe_yet || refused::asked_about(&w.tx, n)? {
                    hollow(&w.tx, &row)?;
                } else {
                    record::remove(&w.tx, &row)?;
                }
            }
            sweep(&w.tx)?;
            blob::drop_scope(&w.tx, scope)?;
            cursor::remove(&w.tx, scope)?;
            crate::syncing::quarantine::forget(&w.tx, scope)?;
            // Deleted rows leave their words behind in the index until it is rewritten.
            w.tx.execute_batch(
                "INSERT INTO name_search (name_search) VALUES ('optimize');
                 INSERT INTO text_search (text_search) VALUES ('optimize');",
            )?;
            Ok(())
        })?;
        self.sweep_blobs()?;
        Ok(changed)
    }
}

/// Empties a row of all but what its sent changes need to be told again, and of what was refused all but what its
/// author needs to be told of the decision: which change it was, never what it said.
fn hollow(conn: &Connection, row: &record::Row) -> Result<()> {
    let empty = Record { fields: Default::default(), void: None, version: 0, ..row.record.clone() };
    record::update(conn, row, &empty, None)?;
    for table in ["base", "seen", "was", "overwritten", "import_record"] {
        conn.prepare_cached(&format!("DELETE FROM {table} WHERE record = ?1"))?.execute([row.n])?;
    }
    refused::hollow(conn, row.n)?;
    // The scope will not be read any more, so neither will these come back.
    conn.prepare_cached("UPDATE sent SET pulled = 1 WHERE record = ?1")?.execute([row.n])?;
    match record::at(conn, row.n)? {
        Some(row) => record::withhold(conn, &row),
        None => Ok(()),
    }
}

/// Row numbers of a scope, by the index on places.
pub(crate) fn rows_of(conn: &Connection, scope: &RegionCode) -> Result<Vec<i64>> {
    let (first, last) = bounds(scope);
    let mut rows = Vec::new();
    for kind in &kinds(conn)? {
        for hidden in 0..=hidden::WITHHELD {
            let mut select = conn.prepare_cached(
                "SELECT n, scope = ?5 FROM record WHERE kind = ?1 AND hidden = ?2 AND place BETWEEN ?3 AND ?4",
            )?;
            let mut found = select.query(params![kind, hidden, first, last, scope.as_str()])?;
            while let Some(row) = found.next()? {
                // A county's own things lie in the same range as its townships'.
                if row.get::<_, bool>(1)? {
                    rows.push(row.get(0)?);
                }
            }
        }
    }
    // A move that the province has not confirmed shows the record in a place of another scope.
    let mut moving =
        conn.prepare_cached("SELECT n FROM base JOIN record ON n = base.record WHERE scope = ?1")?;
    let moving =
        moving.query_map([scope.as_str()], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    rows.extend(moving);
    rows.sort_unstable();
    rows.dedup();
    Ok(rows)
}
