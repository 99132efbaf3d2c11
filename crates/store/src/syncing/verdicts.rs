//! Taking the verdicts of a push.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use tiexin_domain::{Kind, RegionCode};
use tiexin_protocol::Verdict;
use tiexin_protocol::wire::PushReply;
use uuid::Uuid;

use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::saving::save::Changed;
use crate::{
    record, syncing::base, syncing::cursor, syncing::device, syncing::outbox, syncing::refused, syncing::sent,
};

impl Book {
    /// Takes a push's verdicts in one transaction: outbox → sent; what was refused is kept whole
    /// and leaves the screen (I4, I7). Verdicts told before change nothing (I3).
    pub fn record_verdicts(&self, reply: &PushReply, now_ms: i64) -> Result<Changed> {
        let ((), changed) = self.write(|w| {
            let desk = Desk::of(&w.tx)?;
            for told in &reply.verdicts {
                take(w, told.seq as i64, &told.verdict, &desk, now_ms)?;
            }
            if reply.verdicts.iter().any(|told| matches!(told.verdict, Verdict::Conflict { .. })) {
                refused::close_overruled(&w.tx, now_ms)?;
            }
            Ok(())
        })?;
        Ok(changed)
    }
}

/// Who this desk is, and how far it has read.
struct Desk {
    device: Uuid,
    incarnation: Uuid,
    since: HashMap<RegionCode, u64>,
}

impl Desk {
    fn of(conn: &Connection) -> Result<Desk> {
        Ok(Desk {
            device: device::id(conn)?.unwrap_or(Uuid::nil()),
            incarnation: device::incarnation(conn)?,
            since: cursor::all(conn)?.into_iter().map(|cursor| (cursor.scope, cursor.since)).collect(),
        })
    }
}

/// The scope in which a change that waits was made; `None`: it does not wait any more.
fn scope_of(conn: &Connection, seq: i64) -> Result<Option<RegionCode>> {
    let scope: Option<Option<String>> = conn
        .prepare_cached(
            "SELECT CASE WHEN instr(body, '\"scope\"') > 0
               THEN coalesce(json_extract(body, '$.scope'), record.scope) ELSE record.scope END
             FROM outbox LEFT JOIN record ON record.n = outbox.record WHERE seq = ?1",
        )?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    let unreadable = || StoreError::Unreadable { what: "outbox" };
    let Some(scope) = scope else { return Ok(None) };
    scope.ok_or_else(unreadable)?.parse().map(Some).map_err(|_| unreadable())
}

fn is_decision(conn: &Connection, seq: i64) -> Result<bool> {
    let kind: Option<String> = conn
        .prepare_cached("SELECT kind FROM record WHERE n = (SELECT record FROM outbox WHERE seq = ?1)")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    Ok(kind.as_deref() == Some(Kind::Settlement.code()))
}

fn take(w: &mut Write<'_>, seq: i64, verdict: &Verdict, desk: &Desk, now_ms: i64) -> Result<()> {
    let Some(scope) = scope_of(&w.tx, seq)? else { return Ok(()) };
    let (scope, read_already) = match verdict {
        Verdict::Applied { version, elsewhere, .. } => {
            let scope = elsewhere.as_ref().unwrap_or(&scope).clone();
            let read_already = match desk.since.get(&scope) {
                Some(since) => since >= version,
                // It moved to where this desk does not read: nothing will come back. Nor does one's own decision on
                // what waits there.
                None => elsewhere.is_some() || is_decision(&w.tx, seq)?,
            };
            (scope, read_already)
        }
        _ => (scope, true),
    };
    if !read_already {
        // What is shown stays as it is until the change comes back in the log.
        sent::take(&w.tx, seq, scope.as_str(), verdict, false)?;
        return Ok(());
    }
    let unreadable = || StoreError::Unreadable { what: "outbox" };
    let pending = outbox::pending(&w.tx, seq)?.ok_or_else(unreadable)?;
    let row = record::at(&w.tx, pending.record)?.ok_or_else(unreadable)?;
    if !matches!(verdict, Verdict::Applied { .. }) {
        let change = outbox::change(&w.tx, pending, desk.device, desk.incarnation)?;
        refused::put(&w.tx, row.n, &change, verdict, now_ms)?;
    }
    sent::take(&w.tx, seq, scope.as_str(), verdict, true)?;
    let Some(mut base) = base::get(&w.tx, row.n)? else { return Ok(()) };
    base.pending.retain(|s| *s != seq);
    base::refold(&w.tx, &row, &base)?;
    w.changed.kind(&row.record.kind);
    Ok(())
}
