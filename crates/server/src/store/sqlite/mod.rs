//! The pilot's book: one SQLite file, one writer, readers that never wait for it.

mod blob;
mod desk_audit;
mod device;
mod dump;
mod package;
mod people;
mod pull;
mod push;
mod restore;
mod root;
mod settle;
mod testimony;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};
use serde_json::Value;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, User};
use tiexin_protocol::blob::BlobHash;
use tiexin_protocol::package::Part;
use tiexin_protocol::statement::Signed;
use tiexin_protocol::wire::{PullRequest, PushReply, PushRequest, Quarantined, View};
use uuid::Uuid;

use super::{
    Book, Enrolment, Kept, OpenCode, Room, ScopeDump, StandingFacts, TakenBack, Testimony, bytes32, db, wire,
};
use crate::access::{Admission, Device, Heard};
use crate::audit::{AuditHead, AuditRow, PROVINCE};
use crate::blob::{Claim, Whole};
use crate::desk_audit::{AuditWanted, DeskEntry, DeskEntryRead};
use crate::devices::{Greeting, Revocation};
use crate::error::{Error, Refused, Result};
use crate::page::RawPullReply;
use crate::plan::ScopeState;
use crate::replica::Behind;
use crate::snapshot::Snapshot;
use crate::witness::{Head, Root, Witness};

/// Reader connections that are kept open.
const KEPT_READERS: usize = 8;

/// See the module.
pub(super) struct SqliteBook {
    path: PathBuf,
    writer: Arc<Mutex<Connection>>,
    readers: Arc<Mutex<Vec<Connection>>>,
    room: Room,
}

fn migrations() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("../../../migrations/sqlite/001_book.sql")),
        M::up(include_str!("../../../migrations/sqlite/002_restore.sql")),
        M::up(include_str!("../../../migrations/sqlite/003_package.sql")),
        M::up(include_str!("../../../migrations/sqlite/004_device.sql")),
        M::up(include_str!("../../../migrations/sqlite/005_blob.sql")),
        M::up(include_str!("../../../migrations/sqlite/006_quarantine.sql")),
        M::up(include_str!("../../../migrations/sqlite/007_waiting.sql")),
        M::up(include_str!("../../../migrations/sqlite/008_desk_audit.sql")),
        M::up(include_str!("../../../migrations/sqlite/009_testimony.sql")),
    ])
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(20))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// See [`super::version`]. Makes no file where there is none.
pub(super) async fn version(path: PathBuf) -> Result<Option<u32>> {
    tokio::task::spawn_blocking(move || {
        if !path.is_file() {
            return Ok(None);
        }
        let connection = Connection::open(&path)?;
        let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        Ok((version > 0).then_some(version))
    })
    .await?
}

/// A whole copy in a new file, which has its name only when all of it is safely there.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(Error::Config(format!("{} 已经存在，备份请写到新文件", to.display())));
    }
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let target = part.to_str().ok_or_else(|| Error::Config("备份路径含有不能识别的字符".into()))?;
    // What a backup left that broke off.
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    connect(from)?.execute("VACUUM INTO ?1", [target])?;
    // It knows that it is one: whoever serves from it goes on from here and not from where the original is.
    let copy = Connection::open(&part)?;
    copy.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('copy', '1')", [])?;
    copy.close().map_err(|(_, error)| error)?;
    std::fs::File::open(&part)?.sync_all()?;
    std::fs::rename(&part, to)?;
    #[cfg(unix)]
    if let Some(folder) = to.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

impl SqliteBook {
    /// Opens the file, or begins it. A book newer than the program is refused.
    pub(super) async fn open(path: PathBuf) -> Result<Self> {
        let at = path.clone();
        let connection = tokio::task::spawn_blocking(move || {
            if let Some(folder) = at.parent().filter(|f| !f.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder)?;
            }
            let mut connection = connect(&at)?;
            migrations().to_latest(&mut connection)?;
            connection.execute(
                "INSERT OR IGNORE INTO meta (name, value) VALUES ('secret', ?1), ('server', ?2)",
                (hex::encode(crate::random::bytes::<32>()), Uuid::now_v7().to_string()),
            )?;
            Ok::<_, Error>(connection)
        })
        .await??;
        Ok(Self {
            path,
            writer: Arc::new(Mutex::new(connection)),
            readers: Arc::default(),
            room: Room::default(),
        })
    }

    /// One durable transaction.
    async fn write<T: Send + 'static>(
        &self,
        body: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let writer = self.writer.clone();
        let done = tokio::task::spawn_blocking(move || {
            // A panic in a body rolled its transaction back: the connection is sound.
            let mut connection = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = body(&tx)?;
            tx.commit()?;
            Ok(done)
        });
        self.room.learn(done.await?)
    }

    /// One read transaction: everything in it is of one moment.
    async fn read<T: Send + 'static>(
        &self,
        body: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (readers, path) = (self.readers.clone(), self.path.clone());
        tokio::task::spawn_blocking(move || {
            let kept = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = match kept {
                Some(connection) => connection,
                None => connect(&path)?,
            };
            let tx = connection.transaction()?;
            let done = body(&tx);
            drop(tx);
            let mut readers = readers.lock().unwrap_or_else(PoisonError::into_inner);
            if readers.len() < KEPT_READERS {
                readers.push(connection);
            }
            done
        })
        .await?
    }
}

fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get::<_, [u8; 16]>(column).map(Uuid::from_bytes)
}

fn hash(row: &Row<'_>, column: usize) -> rusqlite::Result<[u8; 32]> {
    row.get::<_, [u8; 32]>(column)
}

fn seq(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(wire)
}

fn place(row: &Row<'_>, column: usize) -> rusqlite::Result<RegionCode> {
    let code: String = row.get(column)?;
    RegionCode::new(code).map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, e.into()))
}

fn head(tx: &Transaction<'_>, book: &str) -> Result<AuditHead> {
    let head = tx
        .prepare_cached("SELECT seq, chain FROM audit_head WHERE book = ?1")?
        .query_row([book], |row| Ok(AuditHead { seq: seq(row, 0)?, chain: hash(row, 1)? }))
        .optional()?;
    Ok(head.unwrap_or_default())
}

fn append(tx: &Transaction<'_>, row: &AuditRow) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO audit (book, seq, at, act, detail, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((&row.book, db(row.seq), row.at, &row.act, &row.detail, row.chain))?;
    tx.prepare_cached(
        "INSERT INTO audit_head (book, seq, chain) VALUES (?1, ?2, ?3)
         ON CONFLICT (book) DO UPDATE SET seq = excluded.seq, chain = excluded.chain",
    )?
    .execute((&row.book, db(row.seq), row.chain))?;
    Ok(())
}

/// Notes an administrative act.
fn note(tx: &Transaction<'_>, now: i64, act: &str, detail: Value) -> Result<()> {
    append(tx, &head(tx, PROVINCE)?.next(PROVINCE.into(), now, act, detail))
}

#[async_trait]
impl Book for SqliteBook {
    async fn ready(&self) -> Result<()> {
        let mark = self.room.mark();
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO meta (name, value) VALUES ('ready', ?1)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [mark],
            )?;
            Ok(())
        })
        .await?;
        self.room.found();
        Ok(())
    }
    async fn secret(&self) -> Result<[u8; 32]> {
        let secret: String = self
            .read(|tx| Ok(tx.query_row("SELECT value FROM meta WHERE name = 'secret'", [], |r| r.get(0))?))
            .await?;
        bytes32(&hex::decode(secret).unwrap_or_default())
    }

    async fn add_user(&self, user: &User, now: i64) -> Result<()> {
        let user = user.clone();
        self.write(move |tx| people::add_user(tx, &user, now)).await
    }
    async fn users(&self) -> Result<Vec<User>> {
        self.read(people::users).await
    }
    async fn set_disabled(&self, name: &str, disabled: bool, now: i64) -> Result<()> {
        let name = name.to_owned();
        self.write(move |tx| people::set_disabled(tx, &name, disabled, now)).await
    }
    async fn add_grant(&self, user: &str, grant: &Grant, now: i64) -> Result<()> {
        let (user, grant) = (user.to_owned(), grant.clone());
        self.write(move |tx| people::add_grant(tx, &user, &grant, now)).await
    }
    async fn end_grant(
        &self,
        user: &str,
        role: &str,
        region: &RegionCode,
        to: NaiveDate,
        now: i64,
    ) -> Result<()> {
        let (user, role, region) = (user.to_owned(), role.to_owned(), region.clone());
        self.write(move |tx| people::end_grant(tx, &user, &role, &region, to, now)).await
    }

    async fn add_code(&self, user: &str, hash: &str, expires_at: i64, now: i64) -> Result<()> {
        let (user, hash) = (user.to_owned(), hash.to_owned());
        self.write(move |tx| device::add_code(tx, &user, &hash, expires_at, now)).await
    }
    async fn codes(&self, now: i64) -> Result<Vec<OpenCode>> {
        self.read(move |tx| device::codes(tx, now)).await
    }
    async fn cancel_codes(&self, hash: &str, now: i64) -> Result<u64> {
        let hash = hash.to_owned();
        self.write(move |tx| device::cancel_codes(tx, &hash, now)).await
    }
    async fn enrol(&self, enrolment: &Enrolment, now: i64) -> Result<(Uuid, User)> {
        let enrolment = enrolment.clone();
        self.write(move |tx| device::enrol(tx, &enrolment, now)).await
    }
    async fn devices(&self) -> Result<Vec<Device>> {
        self.read(device::devices).await
    }
    async fn device(&self, id: Uuid) -> Result<Option<Device>> {
        self.read(move |tx| device::device(tx, id)).await
    }
    async fn device_users(&self) -> Result<Vec<(Uuid, Uuid, Uuid)>> {
        self.read(device::users).await
    }
    async fn greet(&self, told: &Greeting, now: i64) -> Result<Device> {
        let told = told.clone();
        self.write(move |tx| device::greet(tx, &told, now)).await
    }
    async fn knows_desk_entry(&self, device: Uuid, seq: u64, chain: [u8; 32]) -> Result<bool> {
        self.read(move |tx| desk_audit::knows(tx, device, seq, chain)).await
    }
    async fn keep_desk_entries(&self, device: Uuid, entries: &[DeskEntry], now: i64) -> Result<()> {
        let entries = entries.to_vec();
        self.write(move |tx| desk_audit::keep(tx, device, &entries, now)).await
    }
    async fn desk_chain(&self, device: Uuid) -> Result<Vec<(u64, [u8; 32], String)>> {
        self.read(move |tx| desk_audit::chain(tx, device)).await
    }
    async fn desk_entries(&self, wanted: &AuditWanted, most: usize) -> Result<Vec<DeskEntryRead>> {
        let wanted = wanted.clone();
        self.read(move |tx| desk_audit::read(tx, &wanted, most)).await
    }
    async fn seen(&self, device: Uuid, now: i64) -> Result<()> {
        self.write(move |tx| device::seen(tx, device, now)).await
    }
    async fn revoke(&self, device: Uuid, revocation: &Revocation, now: i64) -> Result<()> {
        let revocation = revocation.clone();
        self.write(move |tx| device::revoke(tx, device, &revocation, now)).await
    }
    async fn wiped(&self, device: Uuid, now: i64) -> Result<()> {
        self.write(move |tx| device::wiped(tx, device, now)).await
    }
    async fn note(&self, act: &str, detail: Value, now: i64) -> Result<()> {
        let act = act.to_owned();
        self.write(move |tx| note(tx, now, &act, detail)).await
    }

    async fn admit(&self, device: Uuid, incarnation: Uuid, today: NaiveDate) -> Result<Admission> {
        self.read(move |tx| pull::admit(tx, device, incarnation, today)).await
    }
    async fn heard(&self, device: Uuid, incarnations: &[Uuid]) -> Result<Vec<Heard>> {
        let asked = incarnations.to_vec();
        self.read(move |tx| asked.into_iter().map(|one| push::heard(tx, device, one)).collect()).await
    }
    async fn prints(&self, of: (Uuid, Uuid), after: u64, most: usize) -> Result<Vec<(u64, [u8; 32])>> {
        self.read(move |tx| push::prints(tx, of, after, most)).await
    }
    async fn push(&self, request: &PushRequest, today: NaiveDate, now: i64) -> Result<PushReply> {
        let request = request.clone();
        self.write(move |tx| push::push(tx, &request, today, now)).await
    }
    async fn pull(&self, request: &PullRequest, today: NaiveDate) -> Result<RawPullReply> {
        let request = request.clone();
        self.read(move |tx| pull::pull(tx, &request, today)).await
    }
    async fn scope(&self, scope: &RegionCode) -> Result<Option<ScopeState>> {
        let scope = scope.clone();
        self.read(move |tx| pull::scope(tx, &scope)).await
    }
    async fn snapshot(&self, scope: &RegionCode, view: &View) -> Result<Option<Snapshot>> {
        let (scope, view) = (scope.clone(), view.clone());
        self.read(move |tx| pull::snapshot(tx, &scope, &view)).await
    }
    async fn quarantine(&self, scope: &RegionCode, all: bool) -> Result<Vec<Quarantined>> {
        let scope = scope.clone();
        self.read(move |tx| settle::quarantined(tx, &scope, all)).await
    }

    async fn backup_begins(&self, now: i64) -> Result<()> {
        self.write(move |tx| restore::backup_begins(tx, now)).await
    }
    async fn backup_ended(&self, now: i64) -> Result<()> {
        self.write(move |tx| restore::backup_ended(tx, now)).await
    }
    async fn restored(&self, now: i64) -> Result<()> {
        self.write(move |tx| restore::restored(tx, now)).await
    }
    async fn served(&self, now: i64) -> Result<()> {
        self.write(move |tx| restore::served(tx, now)).await
    }
    async fn copy_to(&self, to: &Path) -> Result<()> {
        let (from, to) = (self.path.clone(), to.to_owned());
        tokio::task::spawn_blocking(move || copy(&from, &to)).await?
    }

    async fn follow_replicas(&self, _: i64) -> Result<()> {
        Ok(())
    }
    async fn add_replica(&self, _: &str, _: i64) -> Result<()> {
        Err(Error::Config("单机版没有副本：请定期运行 backup --to".into()))
    }
    async fn remove_replica(&self, _: &str, _: i64) -> Result<()> {
        Err(Refused::ReplicaUnknown.into())
    }
    async fn behind(&self) -> Result<Behind> {
        self.read(restore::behind).await
    }

    async fn claim(&self, device: Uuid, scope: &RegionCode, record: Uuid) -> Result<Claim> {
        let scope = scope.clone();
        self.read(move |tx| blob::claim(tx, device, &scope, record)).await
    }
    async fn blob_of(&self, record: Uuid, hash: BlobHash) -> Result<Option<Whole>> {
        self.read(move |tx| blob::of(tx, record, hash)).await
    }
    async fn blob_chunks(&self, record: Uuid, hash: BlobHash) -> Result<Vec<(u32, [u8; 32])>> {
        self.read(move |tx| blob::chunks(tx, record, hash)).await
    }
    async fn keep_blob_chunk(
        &self,
        record: Uuid,
        hash: BlobHash,
        chunk: u32,
        print: [u8; 32],
        now: i64,
    ) -> Result<()> {
        self.write(move |tx| blob::keep(tx, record, hash, chunk, print, now)).await
    }
    async fn drop_blob_chunks(&self, record: Uuid, hash: BlobHash, chunk: Option<u32>) -> Result<()> {
        self.write(move |tx| blob::drop_chunks(tx, record, hash, chunk)).await
    }
    async fn finish_blob(&self, record: Uuid, whole: &Whole, now: i64) -> Result<()> {
        let whole = whole.clone();
        self.write(move |tx| blob::finish(tx, record, &whole, now)).await
    }
    async fn blob_bytes(&self, scope: &RegionCode) -> Result<u64> {
        let scope = scope.clone();
        self.read(move |tx| blob::total(tx, &scope)).await
    }
    async fn blobs_in(&self, scope: &RegionCode) -> Result<Vec<BlobHash>> {
        let scope = scope.clone();
        self.read(move |tx| blob::all(tx, &scope)).await
    }

    async fn keep_part(&self, part: &Part, now: i64) -> Result<Kept> {
        let part = part.clone();
        self.write(move |tx| package::keep_part(tx, &part, now)).await
    }
    async fn package_parts(&self, package: Uuid) -> Result<Vec<Vec<u8>>> {
        self.read(move |tx| package::parts(tx, package)).await
    }
    async fn finish_package(&self, package: Uuid, reply: &[Part], now: i64) -> Result<u32> {
        let reply = reply.to_vec();
        self.write(move |tx| package::finish(tx, package, &reply, now)).await
    }
    async fn package_reply(&self, package: Uuid, part: u32) -> Result<Option<Vec<u8>>> {
        self.read(move |tx| package::reply(tx, package, part)).await
    }
    async fn prune_packages(&self, before: i64) -> Result<()> {
        self.write(move |tx| package::prune(tx, before)).await
    }

    async fn heads(&self) -> Result<Vec<Head>> {
        self.read(root::heads).await
    }
    async fn add_root(&self, root: &Root, now: i64) -> Result<()> {
        let root = root.clone();
        self.write(move |tx| root::add(tx, &root, now)).await
    }
    async fn root(&self, day: &str) -> Result<Option<Root>> {
        let day = day.to_owned();
        self.read(move |tx| root::of_day(tx, &day)).await
    }
    async fn newest_root(&self) -> Result<Option<Signed>> {
        self.read(root::newest).await
    }
    async fn roots(&self) -> Result<Vec<Root>> {
        self.read(root::all).await
    }
    async fn chain_at(&self, scope: &RegionCode, seq: u64) -> Result<Option<[u8; 32]>> {
        let scope = scope.clone();
        self.read(move |tx| root::chain_at(tx, &scope, seq)).await
    }
    async fn audit_chain_at(&self, book: &str, seq: u64) -> Result<Option<[u8; 32]>> {
        let book = book.to_owned();
        self.read(move |tx| root::audit_chain_at(tx, &book, seq)).await
    }
    async fn add_witness(&self, witness: &Witness, now: i64) -> Result<()> {
        let witness = witness.clone();
        self.write(move |tx| root::add_witness(tx, &witness, now)).await
    }
    async fn witnesses(&self) -> Result<Vec<Witness>> {
        self.read(root::witnesses).await
    }
    async fn restored_at(&self) -> Result<Option<i64>> {
        self.read(root::restored_at).await
    }
    async fn restored_from(&self) -> Result<Option<i64>> {
        self.read(root::restored_from).await
    }

    async fn standing_facts(&self, device: Uuid, since: i64, most: usize) -> Result<StandingFacts> {
        self.read(move |tx| testimony::facts(tx, device, since, most)).await
    }
    async fn keep_testimony(&self, told: &Testimony, now: i64) -> Result<()> {
        let told = told.clone();
        self.write(move |tx| testimony::keep(tx, &told, now)).await
    }
    async fn testimonies(&self) -> Result<Vec<Signed>> {
        self.read(testimony::all).await
    }
    async fn take_back(&self, back: &TakenBack, now: i64) -> Result<()> {
        let back = back.clone();
        self.write(move |tx| testimony::take_back(tx, &back, now)).await
    }

    async fn scopes(&self) -> Result<Vec<RegionCode>> {
        self.read(|tx| {
            let mut query = tx.prepare("SELECT id FROM scope ORDER BY id")?;
            let rows = query.query_map([], |row| place(row, 0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
    async fn dump(&self, scope: &RegionCode) -> Result<Option<ScopeDump>> {
        let scope = scope.clone();
        self.read(move |tx| dump::dump(tx, &scope)).await
    }
    async fn audit_books(&self) -> Result<Vec<String>> {
        self.read(|tx| {
            let mut query =
                tx.prepare("SELECT book FROM audit_head UNION SELECT book FROM audit ORDER BY 1")?;
            let rows = query.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
    async fn audit(&self, book: &str) -> Result<(AuditHead, Vec<AuditRow>)> {
        let book = book.to_owned();
        self.read(move |tx| dump::audit(tx, &book)).await
    }
}
