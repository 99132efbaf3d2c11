//! Taking pushes in: lock and load the ground, decide, write everything down, commit: four round trips, for one push
//! or for several that share nothing.
//!
//! Locks are taken in one order everywhere: the devices' audit books, then scopes, then claims, each by id. A scope's row stays
//! locked to the commit, so that the order of its sequence is the order of commits (I5).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use deadpool_postgres::{Object, Transaction};
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::{PushReply, PushRequest};
use tiexin_protocol::{Chain, Digest, Held};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::{claim, db, hash, lock_head, near, people, place, pull, push_rows, seq, settle};
use crate::access::Heard;
use crate::audit::AuditHead;
use crate::error::{Refused, Result};
use crate::origins;
use crate::plan::{Ground, Outcome, RegionState, ScopeState, Told, Wanted, claimed, may_begin, plan};
use crate::store::BeforeCommit;

/// A push as it came to the door.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) request: PushRequest,
    /// What it names.
    pub(super) wanted: Wanted,
    /// The server's day and its clock.
    pub(super) today: NaiveDate,
    pub(super) now: i64,
}

/// Takes one push in, whatever it needs.
pub(super) async fn alone(
    client: &mut Object,
    asked: &Asked,
    before_commit: Option<&BeforeCommit>,
) -> Result<PushReply> {
    let mut wanted = asked.wanted.clone();
    let mut begins_book = false;
    let mut begin = Vec::new();
    loop {
        let tx = client.transaction().await?;
        if begins_book {
            lock_head(&tx, &asked.request.device.to_string()).await?;
        }
        if !begin.is_empty() {
            people::begin_scopes(&tx, &begin).await?;
        }
        // Locks are taken in one order: where more is wanted, it begins again, with all of them.
        match look(&tx, &[(asked, &wanted)]).await?.pop().ok_or(Refused::DeviceUnknown)?? {
            Look::Whole(ground) => {
                let outcome = plan(&asked.request, *ground, asked.today, asked.now)?;
                return Ok(write(tx, vec![(asked, outcome)], before_commit).await?.remove(0));
            }
            Look::Further(more) => wanted = more,
            Look::NoBook => begins_book = true,
            Look::NoScope(scopes) => begin = scopes,
        }
        tx.rollback().await?;
    }
}

/// Takes pushes in with one commit. They share neither device nor scope nor record nor claim. In their order, each has its own
/// answer; none: it needs more than it names, and has to be taken in alone.
///
/// # Errors
/// Nothing was written, for none of them.
pub(super) async fn together(
    client: &mut Object,
    all: &[Asked],
    before_commit: Option<&BeforeCommit>,
) -> Result<Vec<Option<Result<PushReply>>>> {
    let tx = client.transaction().await?;
    let looks = look(&tx, &all.iter().map(|asked| (asked, &asked.wanted)).collect::<Vec<_>>()).await?;
    let mut stand = Vec::with_capacity(all.len());
    let mut answers = Vec::with_capacity(all.len());
    for (asked, look) in all.iter().zip(looks) {
        let ground = match look {
            Ok(Look::Whole(ground)) => ground,
            Ok(_) => {
                answers.push(None);
                continue;
            }
            Err(refused) => {
                answers.push(Some(Err(refused.into())));
                continue;
            }
        };
        match plan(&asked.request, *ground, asked.today, asked.now) {
            Ok(outcome) => {
                stand.push((answers.len(), (asked, outcome)));
                answers.push(None);
            }
            Err(refused) => answers.push(Some(Err(refused.into()))),
        }
    }
    let (places, stand): (Vec<usize>, Vec<_>) = stand.into_iter().unzip();
    for (at, reply) in places.into_iter().zip(write(tx, stand, before_commit).await?) {
        answers[at] = Some(Ok(reply));
    }
    Ok(answers)
}

/// Writes down what pushes come to. The replies exist only after the commit.
async fn write(
    tx: Transaction<'_>,
    all: Vec<(&Asked, Outcome)>,
    before_commit: Option<&BeforeCommit>,
) -> Result<Vec<PushReply>> {
    push_rows::write(&tx, &all).await?;
    settle::close(&tx, &all).await?;
    if let Some(hold) = before_commit {
        hold().await;
    }
    tx.commit().await?;
    Ok(all.into_iter().map(|(_, outcome)| outcome.reply).collect())
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
    /// Scopes have to begin first.
    NoScope(Vec<RegionCode>),
}

/// Locks what all of them want and looks at it: in their order, each by itself refused or looked at.
async fn look(tx: &Transaction<'_>, all: &[(&Asked, &Wanted)]) -> Result<Vec<Result<Look, Refused>>> {
    let callers: Vec<(Uuid, Uuid)> =
        all.iter().map(|(asked, _)| (asked.request.device, asked.request.incarnation)).collect();
    let scopes: BTreeSet<&RegionCode> = all.iter().flat_map(|(_, wanted)| &wanted.scopes).collect();
    let scopes: Vec<&str> = scopes.into_iter().map(RegionCode::as_str).collect();
    let records: Vec<Uuid> = all.iter().flat_map(|(_, wanted)| &wanted.records).copied().collect();
    let named: Vec<String> = all.iter().flat_map(|(asked, wanted)| wanted.near(&asked.request)).collect();
    // Sent at once and done one after the other, each seeing what was committed when its turn came. First the
    // devices' books are locked, so that two pushes of one device cannot read the same `acked`; then the scopes; what
    // is read behind them cannot change before the commit. A statement that is not prepared yet would fall behind.
    for statement in [LOCK_BOOKS, people::CALLERS, LOCK_SCOPES, HELD, REGIONS] {
        tx.prepare_cached(statement).await?;
    }
    if !named.is_empty() {
        tx.prepare_cached(near::BESIDE).await?;
    }
    let (mut books, mut callers, mut scopes, mut held, mut regions, mut beside) = futures::try_join!(
        lock_books(tx, &callers),
        people::callers(tx, &callers),
        lock_scopes(tx, &scopes),
        held(tx, &records),
        regions(tx, &scopes),
        near::beside(tx, &scopes, &named),
    )?;
    // Of nearly no push there are any, so they may cost turns of their own: behind the scopes' locks.
    let claims: BTreeSet<String> = all.iter().flat_map(|(asked, _)| claimed(&asked.request)).collect();
    let claimants = claim::claimants(tx, &claims.into_iter().collect::<Vec<_>>()).await?;
    let mut looks = Vec::with_capacity(all.len());
    for (asked, wanted) in all {
        let device = asked.request.device;
        let Some(caller) = callers.remove(&device) else {
            looks.push(Err(Refused::DeviceUnknown));
            continue;
        };
        let Some(audit) = books.remove(&device) else {
            looks.push(Ok(Look::NoBook));
            continue;
        };
        let ground = Ground {
            scopes: wanted.scopes.iter().filter_map(|id| scopes.remove_entry(id)).collect(),
            regions: regions.extract_if(.., |(scope, _), _| wanted.scopes.contains(scope)).collect(),
            held: beside
                .extract_if(|_, held| wanted.scopes.contains(&held.record.scope))
                .chain(wanted.records.iter().filter_map(|id| held.remove_entry(id)))
                .collect(),
            audit,
            ..Ground::default()
        };
        let mut look = whole(tx, asked, wanted, caller, ground).await?;
        if let Look::Whole(ground) = &mut look {
            // What lies in other townships is only looked at: their logs are not locked for it.
            let own = claimed(&asked.request);
            for (_, (id, held)) in claimants.iter().filter(|(claim, _)| own.contains(claim)) {
                ground.held.entry(*id).or_insert_with(|| held.clone());
            }
        }
        looks.push(Ok(look));
    }
    Ok(looks)
}

/// The ground of one push, from what was loaded for it.
async fn whole(
    tx: &Transaction<'_>,
    asked: &Asked,
    wanted: &Wanted,
    caller: people::Caller,
    ground: Ground,
) -> Result<Look> {
    let people::Caller { heard, users, authors, .. } = caller;
    if let Some(further) = wanted.and_where(ground.held.values()) {
        return Ok(Look::Further(further));
    }
    let fresh = Wanted::of(&asked.request, heard.acked);
    let begin = may_begin(&fresh.scopes, &users, asked.today);
    let begin: Vec<RegionCode> =
        begin.into_iter().filter(|scope| !ground.scopes.contains_key(*scope)).cloned().collect();
    if !begin.is_empty() {
        return Ok(Look::NoScope(begin));
    }
    Ok(Look::Whole(Box::new(Ground {
        heard,
        told: told(tx, &asked.request, &fresh.replayed).await?,
        authors,
        users: users.into_iter().map(|user| (user.id, user)).collect(),
        quarantined: settle::authors(tx, &asked.request).await?,
        ..ground
    })))
}

const LOCK_BOOKS: &str =
    "SELECT book, seq, chain FROM audit_head WHERE book = ANY ($1) ORDER BY book FOR UPDATE";

/// Locks the devices' audit books, which every push of them writes to; also of one that is shut out: nobody may
/// work on it, so that what it brings is parked (I10).
async fn lock_books(tx: &Transaction<'_>, callers: &[(Uuid, Uuid)]) -> Result<HashMap<Uuid, AuditHead>> {
    let books: HashMap<String, Uuid> =
        callers.iter().map(|(device, _)| (device.to_string(), *device)).collect();
    let lock = tx.prepare_cached(LOCK_BOOKS).await?;
    let rows = tx.query(&lock, &[&books.keys().collect::<Vec<_>>()]).await?;
    let mut heads = HashMap::with_capacity(rows.len());
    for row in &rows {
        let Some(device) = books.get(row.try_get::<_, &str>(0)?) else { continue };
        heads.insert(*device, AuditHead { seq: seq(row, 1)?, chain: hash(row, 2)? });
    }
    Ok(heads)
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

const LOCK_SCOPES: &str = "SELECT id, generation, head, chain, digest, began FROM scope
     WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE";

async fn lock_scopes(tx: &Transaction<'_>, scopes: &[&str]) -> Result<BTreeMap<RegionCode, ScopeState>> {
    let statement = tx.prepare_cached(LOCK_SCOPES).await?;
    let rows = tx.query(&statement, &[&scopes]).await?;
    rows.iter().map(pull::state).collect()
}

const HELD: &str = "SELECT id, record, origins FROM record WHERE id = ANY ($1)";

async fn held(tx: &Transaction<'_>, records: &[Uuid]) -> Result<HashMap<Uuid, Held>> {
    let statement = tx.prepare_cached(HELD).await?;
    let rows = tx.query(&statement, &[&records]).await?;
    rows.iter().map(held_row).collect()
}

/// From three columns: id, record, origins.
pub(super) fn held_row(row: &Row) -> Result<(Uuid, Held)> {
    let record = serde_json::from_str(row.try_get(1)?)?;
    Ok((row.try_get(0)?, origins::unpack(record, row.try_get(2)?)?))
}

const REGIONS: &str = "SELECT scope, region, digest, records FROM region_digest
     WHERE scope = ANY ($1) ORDER BY scope, region";

async fn regions(
    tx: &Transaction<'_>,
    scopes: &[&str],
) -> Result<BTreeMap<(RegionCode, RegionCode), RegionState>> {
    let statement = tx.prepare_cached(REGIONS).await?;
    let rows = tx.query(&statement, &[&scopes as &(dyn ToSql + Sync)]).await?;
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
    let found = regions(tx, &[scope.as_str()]).await?;
    Ok(found.into_iter().map(|((_, region), state)| (region, state)).collect())
}

/// The chain after an entry; the empty chain before the first.
pub(super) async fn chain_at(tx: &Transaction<'_>, scope: &RegionCode, at: u64) -> Result<Chain> {
    let statement = tx.prepare_cached("SELECT chain FROM log WHERE scope = $1 AND seq = $2").await?;
    let row = tx.query_opt(&statement, &[&scope.as_str(), &db(at)]).await?;
    row.map_or(Ok(Chain::default()), |row| Ok(Chain(hash(&row, 0)?)))
}
