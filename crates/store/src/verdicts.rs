//! Taking the verdicts of a push.

use tiexin_protocol::Verdict;
use tiexin_protocol::wire::PushReply;
use uuid::Uuid;

use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::save::Changed;
use crate::{base, cursor, device, outbox, record, refused, sent};

impl Book {
    /// Takes a push's verdicts in one transaction: outbox → sent; what was refused is kept whole
    /// and leaves the screen (I4, I7). Verdicts told before change nothing (I3).
    pub fn record_verdicts(&self, reply: &PushReply, now_ms: i64) -> Result<Changed> {
        let ((), changed) = self.write(|w| {
            let device = device::id(&w.tx)?.unwrap_or(Uuid::nil());
            let incarnation = device::incarnation(&w.tx)?;
            for told in &reply.verdicts {
                take(w, told.seq as i64, &told.verdict, device, incarnation, now_ms)?;
            }
            Ok(())
        })?;
        Ok(changed)
    }
}

fn take(
    w: &mut Write<'_>,
    seq: i64,
    verdict: &Verdict,
    device: Uuid,
    incarnation: Uuid,
    now_ms: i64,
) -> Result<()> {
    let waiting: bool = w.tx.prepare_cached("SELECT 1 FROM outbox WHERE seq = ?1")?.exists([seq])?;
    if !waiting {
        return Ok(());
    }
    let pending = outbox::pending(&w.tx, seq)?.ok_or(StoreError::Unreadable { what: "outbox" })?;
    let row = record::at(&w.tx, pending.record)?.ok_or(StoreError::Unreadable { what: "outbox" })?;
    let scope = pending.scope.clone().unwrap_or_else(|| row.record.scope.clone());
    match verdict {
        Verdict::Applied { version, elsewhere, .. } => {
            let scope = elsewhere.as_ref().unwrap_or(&scope);
            let read_already = match cursor::get(&w.tx, scope)? {
                Some(cursor) => cursor.since >= *version,
                // It moved to where this desk does not read: nothing will come back.
                None => elsewhere.is_some(),
            };
            sent::take(&w.tx, seq, scope.as_str(), verdict, read_already)?;
            if !read_already {
                return Ok(());
            }
        }
        _ => {
            let change = outbox::change(&w.tx, &pending, device, incarnation)?;
            refused::put(&w.tx, row.n, &change, verdict, now_ms)?;
            sent::take(&w.tx, seq, scope.as_str(), verdict, true)?;
        }
    }
    let Some(mut base) = base::get(&w.tx, row.n)? else { return Ok(()) };
    base.pending.retain(|s| *s != seq);
    base::refold(&w.tx, &row, &base)?;
    w.changed.kind(&row.record.kind);
    Ok(())
}
