//! What a device may read: its admission, pages of the log, a snapshot.

use chrono::NaiveDate;
use deadpool_postgres::Transaction;
use futures::TryStreamExt;
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::{PullRequest, SnapshotHeader, View};
use tiexin_protocol::{Chain, ChangeId, Digest};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::people::Caller;
use super::{db, hash, people, place, push, seq, settle};
use crate::access::{Admission, Readable};
use crate::error::{Refused, Result};
use crate::page::{Ask, REPLY_ENTRIES, RawPage, RawPullReply, ask};
use crate::plan::{LogRow, ScopeState};
use crate::snapshot::{Snapshot, Writer, counted};
use crate::store::region;

/// Records handed to the compressor at a time.
const BATCH: usize = 1_000;

pub(super) fn state(row: &Row) -> Result<(RegionCode, ScopeState)> {
    let state = ScopeState {
        generation: row.try_get(1)?,
        head: seq(row, 2)?,
        chain: Chain(hash(row, 3)?),
        digest: Digest(hash(row, 4)?),
        began: seq(row, 5)?,
    };
    Ok((place(row, 0)?, state))
}

pub(super) async fn scope(tx: &Transaction<'_>, scope: &RegionCode) -> Result<Option<ScopeState>> {
    let statement = tx
        .prepare_cached("SELECT id, generation, head, chain, digest, began FROM scope WHERE id = $1")
        .await?;
    let row = tx.query_opt(&statement, &[&scope.as_str()]).await?;
    Ok(row.as_ref().map(state).transpose()?.map(|(_, state)| state))
}

/// The scopes under all grants of the device's users, those of other days included: which of them may be read is
/// decided in [`crate::access`]. ':' is the character after '9': the range is the prefix.
const SCOPES: &str = "SELECT s.id, s.generation, s.head, s.chain, s.digest, s.began
     FROM (SELECT DISTINCT left(g.region, 9) COLLATE \"C\" AS prefix
           FROM device_author a JOIN \"grant\" g ON g.user_id = a.user_id WHERE a.device = $1) AS p
     JOIN scope s ON s.id >= p.prefix AND s.id < (p.prefix || ':') COLLATE \"C\"
     ORDER BY s.id";

async fn scopes(tx: &Transaction<'_>, device: Uuid) -> Result<Vec<(RegionCode, ScopeState)>> {
    let statement = tx.prepare_cached(SCOPES).await?;
    let rows = tx.query(&statement, &[&device]).await?;
    let mut scopes = rows.iter().map(state).collect::<Result<Vec<_>>>()?;
    // One prefix may lie under another.
    scopes.dedup_by(|later, kept| later.0 == kept.0);
    Ok(scopes)
}

pub(super) async fn admit(tx: &Transaction<'_>, device: Uuid, incarnation: Uuid) -> Result<Admission> {
    let (caller, scopes) = futures::try_join!(people::caller(tx, device, incarnation), scopes(tx, device))?;
    let Caller { revoked, heard, users, word, .. } = caller.ok_or(Refused::DeviceUnknown)?;
    if revoked { Err(Refused::DeviceRevoked.into()) } else { Ok(Admission { users, scopes, heard, word }) }
}

pub(super) async fn pull(
    tx: &Transaction<'_>,
    request: &PullRequest,
    today: NaiveDate,
) -> Result<RawPullReply> {
    let admission = admit(tx, request.device, request.incarnation).await?;
    // Where nobody may work any more nothing is read; the mark says so, and the device says hello.
    let readable = admission.readable(today);
    let mut room = REPLY_ENTRIES;
    let mut pages = Vec::new();
    for cursor in &request.cursors {
        let Some(at) = readable.iter().find(|r| r.scope == cursor.scope) else { continue };
        let page = match ask(cursor, at, room) {
            Ask::Nothing => continue,
            Ask::Rebase(page) => page,
            Ask::Read { since, limit: 0 } => {
                RawPage::empty(at, since, push::chain_at(tx, &at.scope, since).await?)
            }
            Ask::Read { since, limit } => {
                let rows = log(tx, &at.scope, since, limit).await?;
                RawPage::of(at, rows, (request.device, request.incarnation))?
            }
        };
        room = room.saturating_sub(page.len());
        pages.push(if page.at_head() { page.with_digest(digest(tx, at).await?) } else { page });
    }
    Ok(RawPullReply {
        pages,
        access: admission.mark(&readable, today),
        durable: admission.heard.durable(),
        quarantine: settle::news(tx, &admission.users, request, today).await?,
        settled: settle::settled(tx, &admission.users, request, today).await?,
    })
}

async fn digest(tx: &Transaction<'_>, at: &Readable) -> Result<Digest> {
    if at.view.is_empty() {
        return Ok(at.state.digest);
    }
    Ok(counted(&push::regions_of(tx, &at.scope).await?, &at.view).digest)
}

/// Up to `limit` entries after `since`.
pub(super) async fn log(
    tx: &Transaction<'_>,
    scope: &RegionCode,
    since: u64,
    limit: usize,
) -> Result<Vec<LogRow>> {
    let statement = tx
        .prepare_cached(
            "SELECT seq, commit_end, device, incarnation, own, echo, record, region, left_region, entry,
                    whole, chain
             FROM log WHERE scope = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .await?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = tx.query(&statement, &[&scope.as_str(), &db(since), &limit]).await?;
    rows.iter()
        .map(|row| {
            let left: Option<String> = row.try_get(8)?;
            Ok(LogRow {
                scope: scope.clone(),
                seq: seq(row, 0)?,
                commit_end: seq(row, 1)?,
                origin: ChangeId { device: row.try_get(2)?, incarnation: row.try_get(3)?, seq: seq(row, 4)? },
                echo: row.try_get(5)?,
                record: row.try_get(6)?,
                region: place(row, 7)?,
                left: left.map(region).transpose()?,
                entry: row.try_get(9)?,
                whole: row.try_get(10)?,
                chain: Chain(hash(row, 11)?),
            })
        })
        .collect()
}

pub(super) async fn snapshot(tx: &Transaction<'_>, of: &RegionCode, view: &View) -> Result<Option<Snapshot>> {
    let Some(state) = scope(tx, of).await? else { return Ok(None) };
    let count = counted(&push::regions_of(tx, of).await?, view);
    let header = SnapshotHeader {
        scope: of.clone(),
        generation: state.generation,
        seq: state.head,
        view: view.clone(),
        chain: state.chain,
        digest: count.digest,
        records: count.records,
    };
    // The compressor works on its own thread while rows arrive; it never holds the connection.
    let (lines, mut batches) = tokio::sync::mpsc::channel::<Vec<Row>>(4);
    let compressor = tokio::task::spawn_blocking(move || {
        let mut writer = Writer::begin(&header)?;
        while let Some(batch) = batches.blocking_recv() {
            for row in batch {
                writer.line(row.try_get::<_, &str>(0)?.as_bytes())?;
            }
        }
        writer.finish()
    });
    tx.batch_execute("SET LOCAL work_mem = '256MB'").await?;
    let statement = tx
        .prepare_cached(
            "SELECT record FROM record WHERE scope = $1 AND (cardinality($2::text[]) = 0 OR region = ANY ($2))
             ORDER BY version DESC, id",
        )
        .await?;
    let regions: Vec<&str> = view.iter().map(RegionCode::as_str).collect();
    let scope = of.as_str();
    let parameters: [&(dyn ToSql + Sync); 2] = [&scope, &regions];
    let rows = tx.query_raw(&statement, parameters).await?;
    let mut batches = std::pin::pin!(rows.try_chunks(BATCH));
    while let Some(batch) = batches.try_next().await.map_err(|e| e.1)? {
        if lines.send(batch).await.is_err() {
            break;
        }
    }
    drop(lines);
    compressor.await?.map(Some)
}
