//! Taking a push in: lock and load the ground, decide, write everything down, commit: four round trips.
//!
//! Locks are taken in one order everywhere: the device's audit book, then scopes by id. A scope's row stays
//! locked to the commit, so that the order of its sequence is the order of commits (I5).

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use deadpool_postgres::{Object, Transaction};
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::{PushReply, PushRequest};
use tiexin_protocol::{Chain, Digest, Held};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::people::Caller;
use super::{db, hash, lock_head, people, place, pull, push_rows, seq, settle};
use crate::access::Heard;
use crate::audit::AuditHead;
use crate::error::{Refused, Result};
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
    let mut wanted = Wanted::named(request);
    let mut begins_book = false;
    loop {
        let tx = client.transaction().await?;
        if begins_book {
            lock_head(&tx, &request.device.to_string()).await?;
        }
        let ground = match look(&tx, request, &wanted, today).await? {
            Look::Whole(ground) => ground,
            // Locks are taken in one order: it begins again, with all of them.
            Look::Further(more) => {
                wanted = more;
                tx.rollback().await?;
                continue;
            }
            Look::NoBook => {
                begins_book = true;
                tx.rollback().await?;
                continue;
            }
        };
        let outcome = plan(request, *ground, today, now)?;
        push_rows::write(&tx, request, &outcome).await?;
        settle::close(&tx, request, &outcome, now).await?;
        if let Some(hold) = before_commit {
            hold().await;
        }
        // The reply exists only after the commit.
        tx.commit().await?;
        return Ok(outcome.reply);
    }
}

const HEARD: &str = "SELECT coalesce(max(i.acked), 0), coalesce(max(i.durable), 0),
       EXISTS (SELECT 1 FROM meta WHERE name = 'durability' AND value = 'backup'),
       coalesce(max(r.durable), 0), EXISTS (SELECT 1 FROM replica),
       (SELECT print FROM verdict v WHERE v.device = $1 AND v.incarnation = $2 AND v.own = max(i.acked))
     FROM incarnation i LEFT JOIN replicated r ON r.device = i.device AND r.incarnation = i.incarnation
     WHERE i.device = $1 AND i.incarnation = $2";

pub(super) async fn heard(tx: &Transaction<'_>, device: Uuid, incarnation: Uuid) -> Result<Heard> {
    let statement = tx.prepare_cached(HEARD).await?;
    let row = tx.query_one(&statement, &[&device, &incarnation]).await?;
    how_far(&row, 0)
}

pub(super) async fn prints(
    client: &Object,
    (device, incarnation): (Uuid, Uuid),
    after: u64,
    most: usize,
) -> Result<Vec<(u64, [u8; 32])>> {
    let statement = client
        .prepare_cached(
            "SELECT own, print FROM verdict WHERE device = $1 AND incarnation = $2 AND own > $3
             ORDER BY own LIMIT $4",
        )
        .await?;
    let rows = client.query(&statement, &[&device, &incarnation, &db(after), &db(most as u64)]).await?;
    rows.iter().map(|row| Ok((seq(row, 0)?, hash(row, 1)?))).collect()
}

/// From six columns: acked, what a backup holds, whether there are backups, what replicas hold, whether there are any,
/// the print at acked.
pub(super) fn how_far(row: &Row, at: usize) -> Result<Heard> {
    let (backups, replicas): (bool, bool) = (row.try_get(at + 2)?, row.try_get(at + 4)?);
    Ok(Heard {
        acked: seq(row, at)?,
        backed_up: if backups { Some(seq(row, at + 1)?) } else { None },
        print: row.try_get::<_, Option<&[u8]>>(at + 5)?.and_then(|print| print.try_into().ok()),
        replicated: if replicas { Some(seq(row, at + 3)?) } else { None },
    })
}

/// What a look under the locks found.
enum Look {
    /// All that the push stands on.
    Whole(Box<Ground>),
    /// A record lies in another scope than its change names, or was merged into another: more is wanted.
    Further(Wanted),
    /// The device's audit book has not begun.
    NoBook,
}

async fn look(
    tx: &Transaction<'_>,
    request: &PushRequest,
    wanted: &Wanted,
    today: NaiveDate,
) -> Result<Look> {
    // Sent at once and done one after the other, each seeing what was committed when its turn came. First the
    // device's book is locked, so that two pushes of one device cannot read the same `acked`; then the scopes; what
    // is read behind them cannot change before the commit. A statement that is not prepared yet would fall behind.
    for statement in [LOCK_BOOK, people::CALLER, LOCK_SCOPES, HELD, REGIONS] {
        tx.prepare_cached(statement).await?;
    }
    let (audit, caller, mut scopes, held, mut regions) = futures::try_join!(
        lock_book(tx, request.device),
        people::caller(tx, request.device, request.incarnation),
        lock_scopes(tx, &wanted.scopes),
        held(tx, &wanted.records),
        regions(tx, &wanted.scopes),
    )?;
    let Caller { heard, users, authors, .. } = caller.ok_or(Refused::DeviceUnknown)?;
    let Some(audit) = audit else { return Ok(Look::NoBook) };
    if let Some(further) = wanted.and_where(held.values()) {
        return Ok(Look::Further(further));
    }
    let fresh = Wanted::of(request, heard.acked);
    let begin = may_begin(&fresh.scopes, &users, today);
    if begin.iter().any(|scope| !scopes.contains_key(*scope)) {
        people::begin_scopes(tx, &begin).await?;
        scopes = lock_scopes(tx, &wanted.scopes).await?;
        regions = self::regions(tx, &wanted.scopes).await?;
    }
    Ok(Look::Whole(Box::new(Ground {
        heard,
        told: told(tx, request, &fresh.replayed).await?,
        authors,
        users: users.into_iter().map(|user| (user.id, user)).collect(),
        scopes,
        regions,
        held,
        quarantined: settle::authors(tx, request).await?,
        audit,
    })))
}

const LOCK_BOOK: &str = "SELECT seq, chain FROM audit_head WHERE book = $1 FOR UPDATE";

/// Locks the device's audit book, which every push of it writes to; also of one that is shut out: nobody may
/// work on it, so that what it brings is parked (I10).
async fn lock_book(tx: &Transaction<'_>, device: Uuid) -> Result<Option<AuditHead>> {
    let lock = tx.prepare_cached(LOCK_BOOK).await?;
    let row = tx.query_opt(&lock, &[&device.to_string()]).await?;
    row.map(|row| Ok(AuditHead { seq: seq(&row, 0)?, chain: hash(&row, 1)? })).transpose()
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

const LOCK_SCOPES: &str = "SELECT id, generation, head, chain, digest, began FROM scope
     WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE";

async fn lock_scopes(
    tx: &Transaction<'_>,
    scopes: &[RegionCode],
) -> Result<BTreeMap<RegionCode, ScopeState>> {
    let statement = tx.prepare_cached(LOCK_SCOPES).await?;
    let rows = tx.query(&statement, &[&codes(scopes)]).await?;
    rows.iter().map(pull::state).collect()
}

const HELD: &str = "SELECT id, record, origins FROM record WHERE id = ANY ($1)";

async fn held(tx: &Transaction<'_>, records: &[Uuid]) -> Result<HashMap<Uuid, Held>> {
    let statement = tx.prepare_cached(HELD).await?;
    let rows = tx.query(&statement, &[&records]).await?;
    rows.iter()
        .map(|row| {
            let record = serde_json::from_str(row.try_get(1)?)?;
            Ok((row.try_get(0)?, origins::unpack(record, row.try_get(2)?)?))
        })
        .collect()
}

const REGIONS: &str = "SELECT scope, region, digest, records FROM region_digest
     WHERE scope = ANY ($1) ORDER BY scope, region";

async fn regions(
    tx: &Transaction<'_>,
    scopes: &[RegionCode],
) -> Result<BTreeMap<(RegionCode, RegionCode), RegionState>> {
    let statement = tx.prepare_cached(REGIONS).await?;
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
