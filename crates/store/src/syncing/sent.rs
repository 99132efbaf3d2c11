//! `sent`: changes that have a verdict, kept until the server promises that it cannot lose them (I12).

use rusqlite::{Connection, params};
use tiexin_protocol::{Verdict, planted};
use uuid::Uuid;

use crate::book::Book;
use crate::error::Result;
use crate::record::hidden;
use crate::syncing::former;

/// Moves a change out of the outbox. `false`: it is not there (told before).
pub(crate) fn take(
    conn: &Connection,
    seq: i64,
    scope: &str,
    verdict: &Verdict,
    pulled: bool,
) -> Result<bool> {
    let (code, version) = match verdict {
        Verdict::Applied { version, .. } => ("applied", Some(*version as i64)),
        Verdict::Conflict { .. } => ("conflict", None),
        Verdict::Parked { .. } => ("parked", None),
    };
    let moved = conn
        .prepare_cached(
            "INSERT INTO sent (seq, record, grp, base, body, author, noted_at, scope, verdict, version, pulled)
             SELECT seq, record, grp, base, body, author, noted_at, ?2, ?3, ?4, ?5 FROM outbox WHERE seq = ?1
             ON CONFLICT (seq) DO NOTHING",
        )?
        .execute(params![seq, scope, code, version, pulled])?;
    conn.prepare_cached("DELETE FROM outbox WHERE seq = ?1")?.execute([seq])?;
    Ok(moved > 0)
}

/// The outcome of a change has come back in the log.
pub(crate) fn mark_pulled(conn: &Connection, seq: i64) -> Result<()> {
    conn.prepare_cached("UPDATE sent SET pulled = 1 WHERE seq = ?1")?.execute([seq])?;
    Ok(())
}

/// Applied changes of the scope whose outcome lies at or before `next`: (seq, record).
pub(crate) fn covered(conn: &Connection, scope: &str, next: u64) -> Result<Vec<(i64, i64)>> {
    let covered = conn
        .prepare_cached(
            "SELECT seq, record FROM sent WHERE scope = ?1 AND pulled = 0 AND version <= ?2 ORDER BY seq",
        )?
        .query_map(params![scope, next as i64], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(covered)
}

/// Applied changes of the record that its state at `version` of the scope holds already, whether that log was read
/// so far or not.
pub(crate) fn held_by(conn: &Connection, record: i64, scope: &str, version: u64) -> Result<Vec<i64>> {
    let held = conn
        .prepare_cached(
            "SELECT seq FROM sent WHERE scope = ?2 AND pulled = 0 AND version <= ?3 AND record = ?1",
        )?
        .query_map(params![record, scope, version as i64], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(held)
}

impl Book {
    /// Forgets sent changes up to `durable` whose outcome has been read back; gives how many.
    /// Nothing above `durable` is ever forgotten (I12), nor anything behind a change without a verdict.
    pub fn prune_sent(&self, durable: u64) -> Result<u64> {
        let (gone, _) = self.write(|w| {
            let durable = if planted("everything_read_is_pruned") { u64::MAX >> 1 } else { durable };
            let gone: Vec<i64> =
                w.tx.prepare_cached(
                    "DELETE FROM sent WHERE seq <= ?1 AND pulled = 1
                       AND seq < coalesce((SELECT min(seq) FROM outbox), seq + 1) RETURNING record",
                )?
                .query_map([durable as i64], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let count = gone.len();
            // Hollow rows of a scope that was given up.
            former::release(&w.tx, &gone.into_iter().collect())?;
            Ok(count)
        })?;
        Ok(gone as u64)
    }

    /// Those of these records that are not here.
    pub fn not_here(&self, ids: &[Uuid]) -> Result<Vec<Uuid>> {
        self.read(|conn| {
            let mut select = conn.prepare_cached("SELECT 1 FROM record WHERE id = ?1 AND hidden < ?2")?;
            let mut gone = Vec::new();
            for id in ids {
                if !select.exists(params![id, hidden::WITHHELD])? {
                    gone.push(*id);
                }
            }
            Ok(gone)
        })
    }

    /// Whether the province could still lose something that this desk told, under this number or an older one.
    pub fn owes(&self) -> Result<bool> {
        self.read(|conn| {
            let kept = "SELECT 1 FROM sent UNION ALL SELECT 1 FROM former LIMIT 1";
            Ok(conn.prepare_cached(kept)?.exists([])?)
        })
    }

    /// Puts back into the outbox what the server no longer knows: everything sent above `acked`.
    /// For a server restored from a backup. Gives how many. Order and numbers stay.
    pub fn send_again_after(&self, acked: u64) -> Result<u64> {
        let (count, _) = self.write(|w| again(&w.tx, acked as i64))?;
        Ok(count)
    }
}

fn again(conn: &Connection, acked: i64) -> Result<u64> {
    let mut again: Vec<(i64, i64)> = Vec::new();
    {
        let mut select = conn.prepare("SELECT seq, record FROM sent WHERE seq > ?1 ORDER BY seq")?;
        let mut rows = select.query([acked])?;
        while let Some(row) = rows.next()? {
            again.push((row.get(0)?, row.get(1)?));
        }
    }
    if let Some((last, _)) = again.last() {
        crate::syncing::held_back::was_told(conn, *last)?;
    }
    for (seq, record) in &again {
        conn.prepare_cached(
            "INSERT INTO outbox (seq, record, grp, base, body, author, noted_at)
             SELECT seq, record, grp, base, body, author, noted_at FROM sent WHERE seq = ?1",
        )?
        .execute([seq])?;
        conn.prepare_cached("DELETE FROM sent WHERE seq = ?1")?.execute([seq])?;
        crate::syncing::refused::withdraw(conn, *seq)?;
        let Some(row) = crate::record::at(conn, *record)? else { continue };
        let mut base =
            crate::syncing::base::get(conn, *record)?.unwrap_or_else(|| crate::syncing::base::Base {
                state: (row.hidden != crate::record::hidden::WITHHELD).then(|| row.record.clone()),
                pending: Vec::new(),
            });
        if !base.pending.contains(seq) {
            base.pending.push(*seq);
            base.pending.sort_unstable();
            crate::syncing::base::refold(conn, &row, &base)?;
        }
    }
    Ok(again.len() as u64)
}
