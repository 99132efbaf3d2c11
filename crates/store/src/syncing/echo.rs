//! Own changes that come back in the log as they were meant: nearly all that a desk pushes.
//!
//! What such a change makes of the record is shown already (I7): only where it stands is news. So the row
//! keeps its fields and its place in every index, and no index is looked at.

use rusqlite::{Connection, params};
use tiexin_domain::{Kind, Record, RegionCode};
use tiexin_protocol::{Change, Digest, LogEntry, planted};
use uuid::Uuid;

use crate::error::Result;
use crate::record::{hidden, text};
use crate::syncing::base;
use crate::syncing::outbox::{self, Pending};
use crate::{syncing::seen, syncing::sent};

/// The log entry that this desk's own change became, as it was sent.
pub(crate) fn entry(change: Change, seq: u64) -> LogEntry {
    LogEntry {
        seq,
        origin: change.id,
        record: change.record,
        kind: change.kind,
        set: change.set,
        void: change.void,
        author: change.author,
        noted_at: change.noted_at,
        overwrote: Vec::new(),
        moved: None,
        meant: None,
    }
}

/// A sent change that has come back and after which nothing of its record waits here.
pub(crate) struct Returned {
    n: i64,
    /// The province's state before and after.
    before: Option<Record>,
    after: Record,
}

/// A sent change of this desk that alone stands between what the province had of its record and what is shown.
struct Alone {
    pending: Pending,
    id: Uuid,
    kind: String,
    before: Option<Record>,
    /// Fields and void of the shown row, as they are stored.
    shown: (String, Option<String>),
}

/// `None` where more has to be weighed: it waits without a verdict, others of its record wait behind it, or the
/// record lies or lay in another scope.
fn alone(conn: &Connection, own: u64, scope: &RegionCode) -> Result<Option<Alone>> {
    let mut select = conn.prepare_cached(
        "SELECT seq, sent.record, grp, sent.base, body, author, noted_at,
           record.id, record.kind, base.state, base.pending, record.fields, record.void
         FROM sent JOIN record ON record.n = sent.record JOIN base ON base.record = sent.record
         WHERE seq = ?1 AND record.scope = ?2 AND record.hidden <> ?3 AND record.kind <> ?4",
    )?;
    let attachment = Kind::Attachment.code();
    let mut rows = select.query(params![own as i64, scope.as_str(), hidden::WITHHELD, attachment])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let pending = outbox::read(row)?;
    let (state, waiting): (Option<String>, String) = (row.get(9)?, row.get(10)?);
    let held = base::parse(state.as_deref(), &waiting)?;
    let elsewhere = held.state.as_ref().is_some_and(|before| before.scope != *scope);
    let more = held.pending != [pending.seq] && !planted("echo_over_pending");
    if more || pending.scope.is_some() || pending.asks || elsewhere {
        return Ok(None);
    }
    let (id, kind, shown) = (row.get(7)?, row.get(8)?, (row.get(11)?, row.get(12)?));
    Ok(Some(Alone { pending, id, kind, before: held.state, shown }))
}

/// The change that came back as entry `seq`, exactly as it was sent, and that entry.
pub(crate) fn as_sent(
    conn: &Connection,
    (seq, sent): (u64, u64),
    own: (Uuid, Uuid),
    scope: &RegionCode,
) -> Result<Option<(LogEntry, Returned)>> {
    let Some(alone) = alone(conn, sent, scope)? else { return Ok(None) };
    let Alone { pending, id, kind, before, .. } = alone;
    let n = pending.record;
    let entry = entry(outbox::travelling(pending, (id, kind, scope.clone()), own.0, own.1), seq);
    let after = entry.fold(before.clone(), scope);
    Ok(Some((entry, Returned { n, before, after })))
}

/// The change that came back as this entry, if what it makes of the record is what is shown.
pub(crate) fn in_full(conn: &Connection, entry: &LogEntry, scope: &RegionCode) -> Result<Option<Returned>> {
    let plain = entry.moved.is_none() && entry.meant.is_none() && entry.overwrote.is_empty();
    let Some(alone) = alone(conn, entry.origin.seq, scope)?.filter(|_| plain) else { return Ok(None) };
    if (alone.id, alone.pending.noted_at) != (entry.record, entry.noted_at) {
        // Something else under this desk's number.
        return Ok(None);
    }
    let after = entry.fold(alone.before.clone(), scope);
    let made = (text(&after.fields)?, after.void.as_ref().map(text).transpose()?);
    let returned = Returned { n: alone.pending.record, before: alone.before, after };
    Ok((made == alone.shown).then_some(returned))
}

impl Returned {
    /// Writes down that it stands as this entry; gives the scope's digest with it.
    pub(crate) fn settle(&self, conn: &Connection, entry: &LogEntry, digest: Digest) -> Result<Digest> {
        conn.prepare_cached("UPDATE record SET version = ?2 WHERE n = ?1")?
            .execute(params![self.n, entry.seq as i64])?;
        conn.prepare_cached("DELETE FROM base WHERE record = ?1")?.execute([self.n])?;
        seen::put(conn, self.n, entry)?;
        sent::mark_pulled(conn, entry.origin.seq as i64)?;
        Ok(digest.replace(self.before.as_ref(), &self.after))
    }
}
