//! The province's book on PostgreSQL, or an engine that speaks like it: row locks only, no tricks.

mod blob;
mod desk_audit;
mod device;
mod dump;
mod lineage;
mod package;
mod people;
mod pull;
mod push;
mod push_rows;
mod replica;
mod restore;
mod root;
mod settle;
mod taking;
mod testimony;

use async_trait::async_trait;
use chrono::NaiveDate;
use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Transaction,
};
use serde_json::Value;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, User};
use tiexin_protocol::blob::BlobHash;
use tiexin_protocol::package::Part;
use tiexin_protocol::statement::Signed;
use tiexin_protocol::wire::{PullRequest, PushReply, PushRequest, Quarantined, View};
use tokio_postgres::error::SqlState;
use tokio_postgres::{IsolationLevel, NoTls, Row};
use uuid::Uuid;

use super::{
    BeforeCommit, Book, Enrolment, Kept, OpenCode, Room, ScopeDump, StandingFacts, TakenBack, Testimony,
    bytes32, db, region, wire,
};
use crate::access::{Admission, Device, Heard};
use crate::audit::{AuditHead, AuditRow, PROVINCE};
use crate::blob::{Claim, Whole};
use crate::desk_audit::{AuditWanted, DeskEntry, DeskEntryRead};
use crate::devices::{Greeting, Revocation};
use crate::error::{Error, Result};
use crate::page::RawPullReply;
use crate::plan::ScopeState;
use crate::replica::Behind;
use crate::snapshot::Snapshot;
use crate::witness::{Head, Root, Witness};

use taking::Taking;

/// Two processes that start together migrate one after the other.
const MIGRATION_LOCK: i64 = 0x7469_6578_696e;

mod migrations {
    refinery::embed_migrations!("migrations/postgres");
}

/// See the module.
pub(super) struct PostgresBook {
    pool: Pool,
    taking: Taking,
    room: Room,
}

/// See [`super::version`].
pub(super) async fn version(url: &str) -> Result<Option<u32>> {
    let config: tokio_postgres::Config = url.parse()?;
    let (client, connection) = config.connect(NoTls).await?;
    let talking = tokio::spawn(connection);
    let table = client.query_one("SELECT to_regclass('refinery_schema_history') IS NOT NULL", &[]).await?;
    let version = match table.try_get(0)? {
        false => None,
        true => {
            let row = client.query_one("SELECT max(version) FROM refinery_schema_history", &[]).await?;
            row.try_get::<_, Option<i32>>(0)?.and_then(|version| u32::try_from(version).ok())
        }
    };
    drop(client);
    let _ = talking.await;
    Ok(version)
}

impl PostgresBook {
    /// Connects and brings the schema up to date. A schema newer than the program is refused.
    pub(super) async fn open(url: &str, before_commit: Option<BeforeCommit>) -> Result<Self> {
        let config: tokio_postgres::Config = url.parse()?;
        let recycle = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        // More than the processors could use at once: most of them wait.
        let connections = std::thread::available_parallelism().map_or(4, usize::from) * 16;
        let pool = Pool::builder(Manager::from_config(config, NoTls, recycle))
            .max_size(connections.clamp(32, 64))
            .post_create(Hook::async_fn(|client, _| Box::pin(greeted(client))))
            .build()
            .map_err(|e| Error::Config(e.to_string()))?;
        let mut client = pool.get().await?;
        client.execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK]).await?;
        let migrated = migrations::migrations::runner().run_async(&mut **client.as_mut()).await;
        client.execute("SELECT pg_advisory_unlock($1)", &[&MIGRATION_LOCK]).await?;
        migrated?;
        client
            .execute(
                "INSERT INTO meta (name, value) VALUES ('secret', $1), ('server', $2) ON CONFLICT DO NOTHING",
                &[&hex::encode(crate::random::bytes::<32>()), &Uuid::now_v7().to_string()],
            )
            .await?;
        // A book that has just begun was not there when this connection was made.
        lineage::settle(client.as_mut()).await?;
        drop(client);
        let room = Room::default();
        let taking = Taking::new(pool.clone(), before_commit, room.clone());
        Ok(Self { pool, taking, room })
    }

    async fn client(&self) -> Result<Object> {
        Ok(self.pool.get().await?)
    }
}

/// What is done once over a new connection.
async fn greeted(client: &mut ClientWrapper) -> std::result::Result<(), HookError> {
    settle_plans(client).await?;
    lineage::settle(client).await.map_err(|error| match error {
        Error::Postgres(e) => HookError::Backend(e),
        other => HookError::message(other.to_string()),
    })
}

/// Every statement is planned once in a connection. Left to itself, PostgreSQL plans those with arrays anew at each
/// push, which takes longer than doing them. All of them go by an index; a plan that was made while a table was
/// small must not read the whole of it later.
async fn settle_plans(client: &ClientWrapper) -> std::result::Result<(), HookError> {
    let settle =
        "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off;
         SET enable_mergejoin = off; SET jit = off";
    // An engine that does not know these does without.
    if let Err(error) = client.batch_execute(settle).await {
        tracing::debug!(code = error.code().map_or("connection", SqlState::code), "plans are not kept");
    }
    Ok(())
}

/// A transaction in which everything is of one moment.
async fn moment(client: &mut Object) -> Result<Transaction<'_>> {
    let begin = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    Ok(begin.start().await?)
}

fn place(row: &Row, column: usize) -> Result<RegionCode> {
    region(row.try_get(column)?)
}

fn hash(row: &Row, column: usize) -> Result<[u8; 32]> {
    bytes32(row.try_get::<_, &[u8]>(column)?)
}

fn seq(row: &Row, column: usize) -> Result<u64> {
    Ok(wire(row.try_get(column)?))
}

/// The head of a book, held until the transaction ends: its entries are written one after the other.
async fn lock_head(tx: &Transaction<'_>, book: &str) -> Result<AuditHead> {
    let begin = tx
        .prepare_cached("INSERT INTO audit_head (book, seq, chain) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING")
        .await?;
    let lock = tx.prepare_cached("SELECT seq, chain FROM audit_head WHERE book = $1 FOR UPDATE").await?;
    if let Some(row) = tx.query_opt(&lock, &[&book]).await? {
        return Ok(AuditHead { seq: seq(&row, 0)?, chain: hash(&row, 1)? });
    }
    tx.execute(&begin, &[&book, &[0u8; 32].as_slice()]).await?;
    let row = tx.query_one(&lock, &[&book]).await?;
    Ok(AuditHead { seq: seq(&row, 0)?, chain: hash(&row, 1)? })
}

async fn append(tx: &Transaction<'_>, row: &AuditRow) -> Result<()> {
    let statement = tx
        .prepare_cached(
            "WITH head AS (UPDATE audit_head SET seq = $2, chain = $6 WHERE book = $1)
             INSERT INTO audit (book, seq, at, act, detail, chain) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .await?;
    tx.execute(&statement, &[&row.book, &db(row.seq), &row.at, &row.act, &row.detail, &row.chain.as_slice()])
        .await?;
    Ok(())
}

/// Notes an administrative act.
async fn note(tx: &Transaction<'_>, now: i64, act: &str, detail: Value) -> Result<()> {
    let head = lock_head(tx, PROVINCE).await?;
    append(tx, &head.next(PROVINCE.into(), now, act, detail)).await
}

/// Whether another transaction was in the way and trying again may do.
fn raced(error: &Error) -> bool {
    let Error::Postgres(e) = error else { return false };
    [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION]
        .iter()
        .any(|code| e.code() == Some(code))
}

#[async_trait]
impl Book for PostgresBook {
    async fn ready(&self) -> Result<()> {
        let client = self.client().await?;
        let row = client.query_one("SELECT pg_is_in_recovery()", &[]).await?;
        if row.try_get::<_, bool>(0)? {
            return Err(Error::Config("数据库是只读副本".into()));
        }
        client
            .execute(
                "INSERT INTO meta (name, value) VALUES ('ready', $1)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                &[&self.room.mark()],
            )
            .await?;
        self.room.found();
        Ok(())
    }
    async fn secret(&self) -> Result<[u8; 32]> {
        let row = self.client().await?.query_one("SELECT value FROM meta WHERE name = 'secret'", &[]).await?;
        bytes32(&hex::decode(row.try_get::<_, &str>(0)?).unwrap_or_default())
    }

    async fn add_user(&self, user: &User, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        people::add_user(&tx, user, now).await?;
        Ok(tx.commit().await?)
    }
    async fn users(&self) -> Result<Vec<User>> {
        people::users(&**self.client().await?).await
    }
    async fn set_disabled(&self, name: &str, disabled: bool, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        people::set_disabled(&tx, name, disabled, now).await?;
        Ok(tx.commit().await?)
    }
    async fn add_grant(&self, user: &str, grant: &Grant, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        people::add_grant(&tx, user, grant, now).await?;
        Ok(tx.commit().await?)
    }
    async fn end_grant(
        &self,
        user: &str,
        role: &str,
        region: &RegionCode,
        to: NaiveDate,
        now: i64,
    ) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        people::end_grant(&tx, user, role, region, to, now).await?;
        Ok(tx.commit().await?)
    }

    async fn add_code(&self, user: &str, hash: &str, expires_at: i64, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        device::add_code(&tx, user, hash, expires_at, now).await?;
        Ok(tx.commit().await?)
    }
    async fn codes(&self, now: i64) -> Result<Vec<OpenCode>> {
        device::codes(&**self.client().await?, now).await
    }
    async fn cancel_codes(&self, hash: &str, now: i64) -> Result<u64> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        let ended = device::cancel_codes(&tx, hash, now).await?;
        tx.commit().await?;
        Ok(ended)
    }
    async fn enrol(&self, enrolment: &Enrolment, now: i64) -> Result<(Uuid, User)> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        let joined = device::enrol(&tx, enrolment, now).await?;
        tx.commit().await?;
        Ok(joined)
    }
    async fn devices(&self) -> Result<Vec<Device>> {
        device::devices(&**self.client().await?).await
    }
    async fn device(&self, id: Uuid) -> Result<Option<Device>> {
        device::device(&self.client().await?, id).await
    }
    async fn device_users(&self) -> Result<Vec<(Uuid, Uuid, Uuid)>> {
        device::users(&**self.client().await?).await
    }
    async fn greet(&self, told: &Greeting, now: i64) -> Result<Device> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        let device = device::greet(&tx, told, now).await?;
        tx.commit().await?;
        Ok(device)
    }
    async fn knows_desk_entry(&self, device: Uuid, seq: u64, chain: [u8; 32]) -> Result<bool> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        desk_audit::knows(&tx, device, seq, chain).await
    }
    async fn keep_desk_entries(&self, device: Uuid, entries: &[DeskEntry], now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        desk_audit::keep(&tx, device, entries, now).await?;
        Ok(tx.commit().await?)
    }
    async fn desk_chain(&self, device: Uuid) -> Result<Vec<(u64, [u8; 32], String)>> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        desk_audit::chain(&tx, device).await
    }
    async fn desk_entries(&self, wanted: &AuditWanted, most: usize) -> Result<Vec<DeskEntryRead>> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        desk_audit::read(&tx, wanted, most).await
    }
    async fn seen(&self, device: Uuid, now: i64) -> Result<()> {
        device::seen(&self.client().await?, device, now).await
    }
    async fn revoke(&self, device: Uuid, revocation: &Revocation, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        device::revoke(&tx, device, revocation, now).await?;
        Ok(tx.commit().await?)
    }
    async fn wiped(&self, device: Uuid, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        device::wiped(&tx, device, now).await?;
        Ok(tx.commit().await?)
    }
    async fn note(&self, act: &str, detail: Value, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        note(&tx, now, act, detail).await?;
        Ok(tx.commit().await?)
    }

    async fn admit(&self, device: Uuid, incarnation: Uuid, _: NaiveDate) -> Result<Admission> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        pull::admit(&tx, device, incarnation).await
    }
    async fn heard(&self, device: Uuid, incarnations: &[Uuid]) -> Result<Vec<Heard>> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        let mut all = Vec::with_capacity(incarnations.len());
        for incarnation in incarnations {
            all.push(push::heard(&tx, device, *incarnation).await?);
        }
        Ok(all)
    }
    async fn prints(&self, of: (Uuid, Uuid), after: u64, most: usize) -> Result<Vec<(u64, [u8; 32])>> {
        push::prints(&self.client().await?, of, after, most).await
    }
    async fn push(&self, request: &PushRequest, today: NaiveDate, now: i64) -> Result<PushReply> {
        self.taking.push(request, today, now).await
    }
    async fn pull(&self, request: &PullRequest, today: NaiveDate) -> Result<RawPullReply> {
        let mut client = self.client().await?;
        // Nothing was written: the end of the transaction is not waited for.
        pull::pull(&moment(&mut client).await?, request, today).await
    }
    async fn scope(&self, scope: &RegionCode) -> Result<Option<ScopeState>> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        pull::scope(&tx, scope).await
    }
    async fn snapshot(&self, scope: &RegionCode, view: &View) -> Result<Option<Snapshot>> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        pull::snapshot(&tx, scope, view).await
    }
    async fn quarantine(&self, scope: &RegionCode, all: bool) -> Result<Vec<Quarantined>> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        settle::quarantined(&tx, scope, all).await
    }

    async fn backup_begins(&self, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        restore::backup_begins(&tx, now).await?;
        Ok(tx.commit().await?)
    }
    async fn backup_ended(&self, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        restore::backup_ended(&tx, now).await?;
        Ok(tx.commit().await?)
    }
    async fn restored(&self, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        restore::restored(&tx, now).await?;
        Ok(tx.commit().await?)
    }
    async fn follow_replicas(&self, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        replica::follow(&tx, now).await?;
        Ok(tx.commit().await?)
    }
    async fn add_replica(&self, name: &str, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        replica::add(&tx, name, now).await?;
        Ok(tx.commit().await?)
    }
    async fn remove_replica(&self, name: &str, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        replica::remove(&tx, name, now).await?;
        Ok(tx.commit().await?)
    }
    async fn behind(&self) -> Result<Behind> {
        let client = self.client().await?;
        let (changes, desks) = replica::kept_by_desks(&**client).await?;
        Ok(Behind {
            changes,
            desks,
            replicas: replica::list(&**client).await?,
            waited_since: restore::moment(&**client, "replica_marked_at").await?,
            backup_held: restore::moment(&**client, "backup_held").await?,
        })
    }
    async fn served(&self, _: i64) -> Result<()> {
        // Each connection looks by itself which line it is on.
        Ok(())
    }
    async fn copy_to(&self, _: &std::path::Path) -> Result<()> {
        Err(Error::Config(
            "PostgreSQL 请用它自己的工具备份，前后各运行一次 backup --begin 与 backup --end".into(),
        ))
    }

    async fn claim(&self, device: Uuid, scope: &RegionCode, record: Uuid) -> Result<Claim> {
        blob::claim(&**self.client().await?, device, scope, record).await
    }
    async fn blob_of(&self, record: Uuid, hash: BlobHash) -> Result<Option<Whole>> {
        blob::of(&**self.client().await?, record, hash).await
    }
    async fn blob_chunks(&self, record: Uuid, hash: BlobHash) -> Result<Vec<(u32, [u8; 32])>> {
        blob::chunks(&**self.client().await?, record, hash).await
    }
    async fn keep_blob_chunk(
        &self,
        record: Uuid,
        hash: BlobHash,
        chunk: u32,
        print: [u8; 32],
        now: i64,
    ) -> Result<()> {
        blob::keep(&**self.client().await?, record, hash, chunk, print, now).await
    }
    async fn drop_blob_chunks(&self, record: Uuid, hash: BlobHash, chunk: Option<u32>) -> Result<()> {
        blob::drop_chunks(&**self.client().await?, record, hash, chunk).await
    }
    async fn finish_blob(&self, record: Uuid, whole: &Whole, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        blob::finish(&tx, record, whole, now).await?;
        Ok(tx.commit().await?)
    }
    async fn blob_bytes(&self, scope: &RegionCode) -> Result<u64> {
        blob::total(&**self.client().await?, scope).await
    }
    async fn blobs_in(&self, scope: &RegionCode) -> Result<Vec<BlobHash>> {
        blob::all(&**self.client().await?, scope).await
    }

    async fn keep_part(&self, part: &Part, now: i64) -> Result<Kept> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        let kept = package::keep_part(&tx, part, now).await?;
        tx.commit().await?;
        Ok(kept)
    }
    async fn package_parts(&self, package: Uuid) -> Result<Vec<Vec<u8>>> {
        package::parts(&**self.client().await?, package).await
    }
    async fn finish_package(&self, package: Uuid, reply: &[Part], now: i64) -> Result<u32> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        let parts = package::finish(&tx, package, reply, now).await?;
        tx.commit().await?;
        Ok(parts)
    }
    async fn package_reply(&self, package: Uuid, part: u32) -> Result<Option<Vec<u8>>> {
        package::reply(&**self.client().await?, package, part).await
    }
    async fn prune_packages(&self, before: i64) -> Result<()> {
        self.client().await?.execute("DELETE FROM package WHERE received_at < $1", &[&before]).await?;
        Ok(())
    }

    async fn heads(&self) -> Result<Vec<Head>> {
        root::heads(&**self.client().await?).await
    }
    async fn add_root(&self, root: &Root, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        root::add(&tx, root, now).await?;
        Ok(tx.commit().await?)
    }
    async fn root(&self, day: &str) -> Result<Option<Root>> {
        root::of_day(&**self.client().await?, day).await
    }
    async fn newest_root(&self) -> Result<Option<Signed>> {
        root::newest(&**self.client().await?).await
    }
    async fn roots(&self) -> Result<Vec<Root>> {
        root::all(&**self.client().await?).await
    }
    async fn chain_at(&self, scope: &RegionCode, seq: u64) -> Result<Option<[u8; 32]>> {
        root::chain_at(&**self.client().await?, scope, seq).await
    }
    async fn audit_chain_at(&self, book: &str, seq: u64) -> Result<Option<[u8; 32]>> {
        root::audit_chain_at(&**self.client().await?, book, seq).await
    }
    async fn add_witness(&self, witness: &Witness, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        root::add_witness(&tx, witness, now).await?;
        Ok(tx.commit().await?)
    }
    async fn witnesses(&self) -> Result<Vec<Witness>> {
        root::witnesses(&**self.client().await?).await
    }
    async fn restored_at(&self) -> Result<Option<i64>> {
        root::restored_at(&**self.client().await?).await
    }
    async fn restored_from(&self) -> Result<Option<i64>> {
        root::restored_from(&**self.client().await?).await
    }

    async fn standing_facts(&self, device: Uuid, since: i64, most: usize) -> Result<StandingFacts> {
        testimony::facts(&self.client().await?, device, since, most).await
    }
    async fn keep_testimony(&self, told: &Testimony, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        testimony::keep(&tx, told, now).await?;
        Ok(tx.commit().await?)
    }
    async fn testimonies(&self) -> Result<Vec<Signed>> {
        testimony::all(&self.client().await?).await
    }
    async fn take_back(&self, back: &TakenBack, now: i64) -> Result<()> {
        let mut client = self.client().await?;
        let tx = client.transaction().await?;
        testimony::take_back(&tx, back, now).await?;
        Ok(tx.commit().await?)
    }

    async fn scopes(&self) -> Result<Vec<RegionCode>> {
        let rows = self.client().await?.query("SELECT id FROM scope ORDER BY id", &[]).await?;
        rows.iter().map(|row| place(row, 0)).collect()
    }
    async fn dump(&self, scope: &RegionCode) -> Result<Option<ScopeDump>> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        dump::dump(&tx, scope).await
    }
    async fn audit_books(&self) -> Result<Vec<String>> {
        let query = "SELECT book FROM audit_head WHERE seq > 0 UNION SELECT book FROM audit ORDER BY 1";
        let rows = self.client().await?.query(query, &[]).await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }
    async fn audit(&self, book: &str) -> Result<(AuditHead, Vec<AuditRow>)> {
        let mut client = self.client().await?;
        let tx = moment(&mut client).await?;
        dump::audit(&tx, book).await
    }
}
