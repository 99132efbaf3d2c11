//! Taking a push in: lock, load the ground, decide, write everything down, commit.
//!
//! Locks are taken in one order everywhere: the device's audit book, then scopes by id. A scope's row stays
//! locked to the commit, so that the order of its sequence is the order of commits (I5).

use std::collections::HashMap;

use chrono::NaiveDate;
use deadpool_postgres::{Object, Transaction};
use tiexin_domain::RegionCode;
use tiexin_domain::nouns::merge::MERGED_INTO;
use tiexin_protocol::wire::{PushReply, PushRequest};
use tiexin_protocol::{Chain, Digest, Held};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::{db, device, hash, lock_head, people, place, pull, push_rows, seq, settle};
use crate::access::Heard;
use crate::audit::AuditHead;
use crate::error::{Error, Refused, Result};
use crate::origins;
use crate::plan::{Ground, RegionState, ScopeState, Told, Wanted, may_begin, plan};
use crate::store::BeforeCommit;

pub(super) async fn push(
    client: &mut Object,
    request: &PushRequest,
    today: NaiveDate,
    now: i64,
    before_commit: Option<&BeforeCommit>,
) -> Result<PushReply> {
    let tx = client.transaction().await?;
    let ground = ground(&tx, request, today).await?;
    let outcome = plan(request, ground, today, now)?;
    push_rows::write(&tx, request, &outcome).await?;
    settle::close(&tx, request, &outcome, now).await?;
    if let Some(hold) = before_commit {
        hold().await;
    }
    // The reply exists only after the commit.
    tx.commit().await?;
    Ok(outcome.reply)
}

pub(super) async fn heard(tx: &Transaction<'_>, device: Uuid, incarnation: Uuid) -> Result<Heard> {
    let statement = tx
        .prepare_cached(
            "SELECT coalesce(max(i.acked), 0), coalesce(max(i.durable), 0),
               EXISTS (SELECT 1 FROM meta WHERE name = 'durability' AND value = 'backup')
             FROM incarnation i WHERE i.device = $1 AND i.incarnation = $2",
        )
        .await?;
    let row = tx.query_one(&statement, &[&device, &incarnation]).await?;
    let backups: bool = row.try_get(2)?;
    Ok(Heard { acked: seq(&row, 0)?, backed_up: if backups { Some(seq(&row, 1)?) } else { None } })
}

async fn ground(tx: &Transaction<'_>, request: &PushRequest, today: NaiveDate) -> Result<Ground> {
    // First of all, so that two pushes of one device cannot read the same `acked`.
    let audit = lock_device(tx, request.device).await?;
    let (heard, users, authors) = futures::try_join!(
        heard(tx, request.device, request.incarnation),
        people::users_of(tx, request.device),
        authors(tx, request.device),
    )?;
    let mut wanted = Wanted::of(request, heard.acked);
    let mut look = wanted.records.clone();
    while !look.is_empty() {
        let known = wanted.records.len();
        for (scope, into) in homes(tx, &look).await? {
            wanted.lies_in(scope);
            if let Some(into) = into {
                wanted.stands(into);
            }
        }
        look = wanted.records.get(known..).unwrap_or_default().to_vec();
    }
    let begin = may_begin(&wanted.scopes, &users, today);
    let mut ground = Ground {
        heard,
        authors,
        users: users.into_iter().map(|user| (user.id, user)).collect(),
        audit,
        told: told(tx, request, &wanted.replayed).await?,
        quarantined: settle::authors(tx, request).await?,
        ..Ground::default()
    };
    if wanted.scopes.is_empty() {
        return Ok(ground);
    }
    ground.scopes = lock_scopes(tx, &wanted.scopes).await?;
    if begin.iter().any(|scope| !ground.scopes.contains_key(*scope)) {
        people::begin_scopes(tx, &begin).await?;
        ground.scopes = lock_scopes(tx, &wanted.scopes).await?;
    }
    // Only now: what is read from here on cannot change before the commit.
    let (held, regions) =
        futures::try_join!(held(tx, &wanted.records), regions(tx, wanted.scopes.as_slice()))?;
    let unforeseen = |held: &Held| {
        let stays = held.record.reference(MERGED_INTO).is_none_or(|into| wanted.records.contains(&into));
        !stays || !wanted.scopes.contains(&held.record.scope)
    };
    if held.values().any(unforeseen) {
        // It moved, or was merged, between the first look and the lock.
        return Err(Error::Raced);
    }
    (ground.held, ground.regions) = (held, regions);
    Ok(ground)
}

/// The scopes in which the records lie, not locked yet, and what they were merged into.
async fn homes(tx: &Transaction<'_>, records: &[Uuid]) -> Result<Vec<(RegionCode, Option<Uuid>)>> {
    let statement = tx
        .prepare_cached(
            "SELECT DISTINCT scope,
               CASE WHEN strpos(record, '\"merged_into\"') > 0
                 THEN record::jsonb #>> '{fields,merged_into}' END
             FROM record WHERE id = ANY ($1)",
        )
        .await?;
    let rows = tx.query(&statement, &[&records]).await?;
    let into = |row: &tokio_postgres::Row| -> Result<Option<Uuid>> {
        Ok(row.try_get::<_, Option<&str>>(1)?.and_then(|id| id.parse().ok()))
    };
    rows.iter().map(|row| Ok((place(row, 0)?, into(row)?))).collect()
}

/// Locks the device's audit book, which every push of it writes to; also of one that is shut out: nobody may
/// work on it, so that what it brings is parked (I10).
async fn lock_device(tx: &Transaction<'_>, id: Uuid) -> Result<AuditHead> {
    let lock = tx
        .prepare_cached(
            "SELECT h.seq, h.chain FROM device d JOIN audit_head h ON h.book = $2
             WHERE d.id = $1 FOR UPDATE OF h",
        )
        .await?;
    let book = id.to_string();
    let Some(row) = tx.query_opt(&lock, &[&id, &book]).await? else {
        // Its first push, or no device of ours.
        device::device(tx, id).await?.ok_or(Refused::DeviceUnknown)?;
        return lock_head(tx, &book).await;
    };
    Ok(AuditHead { seq: seq(&row, 0)?, chain: hash(&row, 1)? })
}

async fn authors(tx: &Transaction<'_>, device: Uuid) -> Result<HashMap<Uuid, Uuid>> {
    let statement = tx.prepare_cached("SELECT author, user_id FROM device_author WHERE device = $1").await?;
    let rows = tx.query(&statement, &[&device]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

async fn told(tx: &Transaction<'_>, request: &PushRequest, seqs: &[u64]) -> Result<HashMap<u64, Told>> {
    if seqs.is_empty() {
        return Ok(HashMap::new());
    }
    let seqs: Vec<i64> = seqs.iter().copied().map(db).collect();
    let statement = tx
        .prepare_cached(
            "SELECT own, print, verdict FROM verdict
             WHERE device = $1 AND incarnation = $2 AND own = ANY ($3)",
        )
        .await?;
    let rows = tx.query(&statement, &[&request.device, &request.incarnation, &seqs]).await?;
    rows.iter()
        .map(|row| {
            let verdict = serde_json::from_str(row.try_get(2)?)?;
            Ok((seq(row, 0)?, Told { print: hash(row, 1)?, verdict }))
        })
        .collect()
}

fn codes(scopes: &[RegionCode]) -> Vec<&str> {
    scopes.iter().map(RegionCode::as_str).collect()
}

async fn lock_scopes(
    tx: &Transaction<'_>,
    scopes: &[RegionCode],
) -> Result<std::collections::BTreeMap<RegionCode, ScopeState>> {
    let statement = tx
        .prepare_cached(
            "SELECT id, generation, head, chain, digest, began FROM scope
             WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE",
        )
        .await?;
    let rows = tx.query(&statement, &[&codes(scopes)]).await?;
    rows.iter().map(pull::state).collect()
}

async fn held(tx: &Transaction<'_>, records: &[Uuid]) -> Result<HashMap<Uuid, Held>> {
    let statement = tx.prepare_cached("SELECT id, record, origins FROM record WHERE id = ANY ($1)").await?;
    let rows = tx.query(&statement, &[&records]).await?;
    rows.iter()
        .map(|row| {
            let record = serde_json::from_str(row.try_get(1)?)?;
            Ok((row.try_get(0)?, origins::unpack(record, row.try_get(2)?)?))
        })
        .collect()
}

async fn regions(
    tx: &Transaction<'_>,
    scopes: &[RegionCode],
) -> Result<std::collections::BTreeMap<(RegionCode, RegionCode), RegionState>> {
    let statement = tx
        .prepare_cached(
            "SELECT scope, region, digest, records FROM region_digest
             WHERE scope = ANY ($1) ORDER BY scope, region",
        )
        .await?;
    let rows = tx.query(&statement, &[&codes(scopes) as &(dyn ToSql + Sync)]).await?;
    rows.iter()
        .map(|row| {
            let state = RegionState { digest: Digest(hash(row, 2)?), records: seq(row, 3)? };
            Ok(((place(row, 0)?, place(row, 1)?), state))
        })
        .collect()
}

/// The regions of one scope, sorted.
pub(super) async fn regions_of(
    tx: &Transaction<'_>,
    scope: &RegionCode,
) -> Result<Vec<(RegionCode, RegionState)>> {
    let found = regions(tx, std::slice::from_ref(scope)).await?;
    Ok(found.into_iter().map(|((_, region), state)| (region, state)).collect())
}

/// The chain after an entry; the empty chain before the first.
pub(super) async fn chain_at(tx: &Transaction<'_>, scope: &RegionCode, at: u64) -> Result<Chain> {
    let statement = tx.prepare_cached("SELECT chain FROM log WHERE scope = $1 AND seq = $2").await?;
    let row = tx.query_opt(&statement, &[&scope.as_str(), &db(at)]).await?;
    row.map_or(Ok(Chain::default()), |row| Ok(Chain(hash(&row, 0)?)))
}
