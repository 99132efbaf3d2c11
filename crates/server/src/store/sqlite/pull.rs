//! What a device may read: its admission, pages of the log, a snapshot.

use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row, Transaction};
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::{PullRequest, SnapshotHeader, View};
use tiexin_protocol::{Chain, ChangeId, Digest, planted};
use uuid::Uuid;

use super::{db, device, hash, id, people, place, push, seq, settle};
use crate::access::{Admission, Readable, Word, prefixes};
use crate::error::{Refused, Result};
use crate::page::{Ask, REPLY_ENTRIES, RawPage, RawPullReply, ask};
use crate::plan::{LogRow, ScopeState};
use crate::snapshot::{Snapshot, Writer, counted};

const SCOPE: &str = "SELECT id, generation, head, chain, digest, began FROM scope";

fn state(row: &Row<'_>) -> rusqlite::Result<(RegionCode, ScopeState)> {
    let state = ScopeState {
        generation: id(row, 1)?,
        head: seq(row, 2)?,
        chain: Chain(hash(row, 3)?),
        digest: Digest(hash(row, 4)?),
        began: seq(row, 5)?,
    };
    Ok((place(row, 0)?, state))
}

pub(super) fn scope(tx: &Transaction<'_>, scope: &RegionCode) -> Result<Option<ScopeState>> {
    let mut query = tx.prepare_cached(&format!("{SCOPE} WHERE id = ?1"))?;
    Ok(query.query_row([scope.as_str()], state).optional()?.map(|(_, state)| state))
}

pub(super) fn admit(
    tx: &Transaction<'_>,
    device: Uuid,
    incarnation: Uuid,
    today: NaiveDate,
) -> Result<Admission> {
    let found = device::device(tx, device)?.ok_or(Refused::DeviceUnknown)?;
    if found.revoked_at.is_some() {
        return Err(Refused::DeviceRevoked.into());
    }
    let users = people::users_of(tx, device)?;
    let mut scopes = Vec::new();
    // ':' is the character after '9': the range is the prefix.
    let mut query = tx.prepare_cached(&format!("{SCOPE} WHERE id >= ?1 AND id < ?1 || ':' ORDER BY id"))?;
    for prefix in prefixes(&users, today) {
        for found in query.query_map([prefix.as_str()], state)? {
            scopes.push(found?);
        }
    }
    let heard = push::heard(tx, device, incarnation)?;
    let word = Word { retires_at: found.retires_at, copied_at: found.copied_at };
    Ok(Admission { users, scopes, heard, word })
}

pub(super) fn pull(tx: &Transaction<'_>, request: &PullRequest, today: NaiveDate) -> Result<RawPullReply> {
    let admission = admit(tx, request.device, request.incarnation, today)?;
    // Where nobody may work any more nothing is read; the mark says so, and the device says hello.
    let readable = admission.readable(today);
    let mut room = REPLY_ENTRIES;
    let mut pages = Vec::new();
    for cursor in &request.cursors {
        let Some(at) = readable.iter().find(|r| r.scope == cursor.scope) else { continue };
        let page = match ask(cursor, at, room) {
            Ask::Nothing => continue,
            Ask::Rebase(page) => page,
            Ask::Read { since, limit: 0 } => RawPage::empty(at, since, chain_at(tx, &at.scope, since)?),
            Ask::Read { since, limit } => {
                let rows = log(tx, &at.scope, since, limit)?;
                RawPage::of(at, rows, (request.device, request.incarnation))?
            }
        };
        room = room.saturating_sub(page.len());
        pages.push(if page.at_head() { page.with_digest(digest(tx, at)?) } else { page });
    }
    Ok(RawPullReply {
        pages,
        access: admission.mark(&readable, today),
        durable: admission.heard.durable(),
        quarantine: settle::news(tx, &admission.users, request, today)?,
        settled: settle::settled(tx, &admission.users, request, today)?,
    })
}

fn chain_at(tx: &Transaction<'_>, scope: &RegionCode, at: u64) -> Result<Chain> {
    let chain = tx
        .prepare_cached("SELECT chain FROM log WHERE scope = ?1 AND seq = ?2")?
        .query_row((scope.as_str(), db(at)), |row| hash(row, 0).map(Chain))
        .optional()?;
    Ok(chain.unwrap_or_default())
}

fn digest(tx: &Transaction<'_>, at: &Readable) -> Result<Digest> {
    if at.view.is_empty() {
        return Ok(at.state.digest);
    }
    Ok(counted(&push::regions(tx, &at.scope)?, &at.view).digest)
}

/// Up to `limit` entries after `since`.
pub(super) fn log(tx: &Transaction<'_>, scope: &RegionCode, since: u64, limit: usize) -> Result<Vec<LogRow>> {
    let mut query = tx.prepare_cached(
        "SELECT seq, commit_end, device, incarnation, own, echo, record, region, left_region, entry, whole, chain
         FROM log WHERE scope = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
    )?;
    let since = since + u64::from(planted("cursor_one_too_far"));
    let rows = query.query_map((scope.as_str(), db(since), limit as i64), |row| {
        let left: Option<String> = row.get(8)?;
        Ok(LogRow {
            scope: scope.clone(),
            seq: seq(row, 0)?,
            commit_end: seq(row, 1)?,
            origin: ChangeId { device: id(row, 2)?, incarnation: id(row, 3)?, seq: seq(row, 4)? },
            echo: row.get(5)?,
            record: id(row, 6)?,
            region: place(row, 7)?,
            left: left.map(|_| place(row, 8)).transpose()?,
            entry: row.get(9)?,
            whole: row.get(10)?,
            chain: Chain(hash(row, 11)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn snapshot(tx: &Transaction<'_>, of: &RegionCode, view: &View) -> Result<Option<Snapshot>> {
    let Some(state) = scope(tx, of)? else { return Ok(None) };
    let count = counted(&push::regions(tx, of)?, view);
    let mut writer = Writer::begin(&SnapshotHeader {
        scope: of.clone(),
        generation: state.generation,
        seq: state.head,
        view: view.clone(),
        chain: state.chain,
        digest: count.digest,
        records: count.records,
    })?;
    let mut query =
        tx.prepare_cached("SELECT region, record FROM record WHERE scope = ?1 ORDER BY version DESC, id")?;
    let mut rows = query.query([of.as_str()])?;
    while let Some(row) = rows.next()? {
        if view.is_empty() || view.contains(&place(row, 0)?) {
            writer.line(row.get_ref(1)?.as_bytes().unwrap_or_default())?;
        }
    }
    writer.finish().map(Some)
}
