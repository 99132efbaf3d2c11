//! Where the province keeps its book: PostgreSQL, or SQLite on one machine.
//!
//! All SQL of the server lives below here. What is decided is decided elsewhere, purely.
mod postgres;
mod sqlite;

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use chrono::NaiveDate;
use futures::future::BoxFuture;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, User};
use tiexin_protocol::blob::BlobHash;
use tiexin_protocol::package::Part;
use tiexin_protocol::statement::Signed;
use tiexin_protocol::wire::{Escrowed, Joining, PullRequest, PushReply, PushRequest, Quarantined, View};
use uuid::Uuid;

use crate::access::{Admission, Device, Heard, Right};
use crate::audit::AuditRow;
use crate::blob::{Claim, Whole};
use crate::desk_audit::{AuditWanted, DeskEntry, DeskEntryRead};
use crate::devices::{Greeting, Revocation};
use crate::error::{Error, Result};
use crate::page::RawPullReply;
use crate::plan::{LogRow, RecordRow, RegionState, ScopeState};
use crate::replica::Behind;
use crate::snapshot::Snapshot;
use crate::witness::{Head, Root, Witness};

/// Which store, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// `sqlite:PATH`
    Sqlite(PathBuf),
    /// `postgres://…`
    Postgres(String),
}

impl FromStr for StoreUrl {
    type Err = Error;
    fn from_str(url: &str) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Ok(StoreUrl::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(StoreUrl::Postgres(url.to_owned()));
        }
        Err(Error::Config("--store 应为 sqlite:路径 或 postgres://…".into()))
    }
}

/// Called in a push after everything is written and before it is committed: tests hold a commit back here.
pub type BeforeCommit = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// A person's device joining the province.
#[derive(Debug, Clone)]
pub(crate) struct Enrolment {
    pub(crate) code_hash: String,
    /// The device that is enrolled already.
    pub(crate) device: Option<Uuid>,
    /// The id it gets when it is new.
    pub(crate) new_device: Uuid,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) author: Uuid,
    pub(crate) app: String,
    /// Who sits at the desk, where it says so.
    pub(crate) person: Option<Joining>,
}

/// A code that was given out and not used. The code itself is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenCode {
    pub(crate) hash: String,
    pub(crate) user: Uuid,
    pub(crate) expires_at: i64,
}

/// What [`Book::standing_facts`] gives: (author, user), acts.
pub(crate) type StandingFacts = (Vec<(Uuid, Uuid)>, Vec<AuditRow>);

/// What a desk brought to a restored book.
#[derive(Debug, Clone)]
pub(crate) struct Testimony {
    pub(crate) device: Uuid,
    pub(crate) told: i64,
    pub(crate) signed: Signed,
}

/// A device as it was enrolled after the backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TakenBack {
    pub(crate) device: Uuid,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) enrolled_at: i64,
    /// (author, user).
    pub(crate) authors: Vec<(Uuid, Uuid)>,
}

/// Everything of one scope, read at one moment.
#[derive(Debug)]
pub(crate) struct ScopeDump {
    pub(crate) state: ScopeState,
    pub(crate) log: Vec<LogRow>,
    pub(crate) records: Vec<RecordRow>,
    pub(crate) regions: Vec<(RegionCode, RegionState)>,
}

/// What is kept of a carried package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Parts that have come; empty once the package was taken in.
    pub(crate) held: Vec<u32>,
    /// Parts of the reply, once the package was taken in.
    pub(crate) reply_parts: Option<u32>,
}

/// A piece of a release's part.
#[derive(Debug, Clone)]
pub(crate) struct ReleasePiece {
    pub(crate) version: String,
    pub(crate) platform: String,
    pub(crate) number: i64,
    pub(crate) bytes: Vec<u8>,
}

/// A release as it was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptRelease {
    /// [`Signed`] as JSON.
    pub(crate) signed: String,
    pub(crate) added_at: i64,
    pub(crate) withdrawn_at: Option<i64>,
}

/// The province's book. Times are milliseconds since 1970 UTC by the server's clock, handed in.
#[async_trait]
pub(crate) trait Book: Send + Sync + 'static {
    /// Whether it can be written.
    async fn ready(&self) -> Result<()>;
    /// The key of tokens and nonces; made once, shared by all processes on the same book.
    async fn secret(&self) -> Result<[u8; 32]>;

    async fn add_user(&self, user: &User, now: i64) -> Result<()>;
    async fn users(&self) -> Result<Vec<User>>;
    /// Takes all of a user's rights, or gives them back as they were granted.
    async fn set_disabled(&self, name: &str, disabled: bool, now: i64) -> Result<()>;
    /// Adds the grant as given at `given`, and the scope that it names if it is not there yet.
    async fn add_grant(&self, user: &str, grant: &Grant, given: i64, now: i64) -> Result<()>;
    /// Ends this grant, and no other, with the day `to`.
    ///
    /// # Errors
    /// `GrantUnknown`: it is not there, or ends then already.
    async fn end_grant(&self, right: &Right, to: NaiveDate, now: i64) -> Result<()>;
    /// All grants in the order in which they were given.
    async fn rights(&self) -> Result<Vec<Right>>;

    async fn add_code(&self, user: &str, hash: &str, expires_at: i64, now: i64) -> Result<()>;
    /// Codes with which somebody may still enrol, the one that ends first before the others.
    async fn codes(&self, now: i64) -> Result<Vec<OpenCode>>;
    /// Ends the codes whose hash begins so, at once. Gives how many there were.
    async fn cancel_codes(&self, hash: &str, now: i64) -> Result<u64>;
    async fn enrol(&self, enrolment: &Enrolment, now: i64) -> Result<(Uuid, User)>;
    async fn devices(&self) -> Result<Vec<Device>>;
    async fn device(&self, id: Uuid) -> Result<Option<Device>>;
    /// Which user records on which device under which id: (device, author, user).
    async fn device_users(&self) -> Result<Vec<(Uuid, Uuid, Uuid)>>;
    /// Keeps what a desk told of itself, and that it was seen; gives the device as it stands after it.
    async fn greet(&self, told: &Greeting, now: i64) -> Result<Device>;
    /// The device has asked for something at `now`.
    async fn seen(&self, device: Uuid, now: i64) -> Result<()>;
    async fn revoke(&self, device: Uuid, revocation: &Revocation, now: i64) -> Result<()>;
    /// The device has destroyed its book: it is out of use.
    async fn wiped(&self, device: Uuid, now: i64) -> Result<()>;
    /// Notes an act of the office that changes nothing else.
    async fn note(&self, act: &str, detail: serde_json::Value, now: i64) -> Result<()>;

    /// The device, its users and the scopes under their grants.
    async fn admit(&self, device: Uuid, incarnation: Uuid, today: NaiveDate) -> Result<Admission>;
    /// How far a device has been heard under each of these incarnations.
    async fn heard(&self, device: Uuid, incarnations: &[Uuid]) -> Result<Vec<Heard>>;
    /// What has a verdict under the incarnation above `after`, by number; at most so many.
    async fn prints(&self, of: (Uuid, Uuid), after: u64, most: usize) -> Result<Vec<(u64, [u8; 32])>>;
    async fn push(&self, request: &PushRequest, today: NaiveDate, now: i64) -> Result<PushReply>;
    async fn pull(&self, request: &PullRequest, today: NaiveDate) -> Result<RawPullReply>;
    async fn scope(&self, scope: &RegionCode) -> Result<Option<ScopeState>>;
    async fn snapshot(&self, scope: &RegionCode, view: &View) -> Result<Option<Snapshot>>;
    /// What waits for a decision in the scope; `all`: what somebody has decided on as well.
    async fn quarantine(&self, scope: &RegionCode, all: bool) -> Result<Vec<Quarantined>>;

    /// A backup begins: what is acked now will be safe when it has ended.
    async fn backup_begins(&self, now: i64) -> Result<()>;
    async fn backup_ended(&self, now: i64) -> Result<()>;
    /// This book was put back from a backup: every log begins a new generation.
    async fn restored(&self, now: i64) -> Result<()>;
    /// Looks how far the replicas are, and lets desks forget what all of them hold.
    async fn follow_replicas(&self, now: i64) -> Result<()>;
    /// # Errors
    /// `Config` where there are no replicas (SQLite).
    async fn add_replica(&self, name: &str, now: i64) -> Result<()>;
    async fn remove_replica(&self, name: &str, now: i64) -> Result<()>;
    /// What desks have to keep.
    async fn behind(&self) -> Result<Behind>;
    /// Somebody begins to serve desks from this book.
    async fn served(&self, now: i64) -> Result<()>;
    /// Writes a whole copy to a new file.
    ///
    /// # Errors
    /// `Config` where the store has tools of its own for it (PostgreSQL).
    async fn copy_to(&self, to: &std::path::Path) -> Result<()>;

    /// Keeps a part of a package, once; `Forked` when it is of another package under the same id.
    async fn keep_part(&self, part: &Part, now: i64) -> Result<Kept>;
    /// The files of a package that was not taken in yet, in order.
    async fn package_parts(&self, package: Uuid) -> Result<Vec<Vec<u8>>>;
    /// Puts the reply in the place of the parts. Of two who do so at once the first one's stands.
    /// Gives how many parts the reply has.
    async fn finish_package(&self, package: Uuid, reply: &[Part], now: i64) -> Result<u32>;
    /// A file of the reply.
    async fn package_reply(&self, package: Uuid, part: u32) -> Result<Option<Vec<u8>>>;
    /// Forgets packages that came before `before`.
    async fn prune_packages(&self, before: i64) -> Result<()>;

    /// Keeps a piece of a release that is being added: no desk hears of it yet.
    async fn keep_release_piece(&self, piece: &ReleasePiece, now: i64) -> Result<()>;
    /// All pieces of it are here: from now on it is given out.
    async fn finish_release(&self, version: &str, signed: &str, now: i64) -> Result<()>;
    /// Forgets the pieces of one that was not finished.
    async fn forget_unfinished_release(&self, version: &str) -> Result<()>;
    /// It is given out no more, and its pieces go.
    ///
    /// # Errors
    /// `NotFound`: it is not given out.
    async fn withdraw_release(&self, version: &str, now: i64) -> Result<()>;
    async fn releases(&self) -> Result<Vec<KeptRelease>>;
    /// A piece of a release that is given out.
    async fn release_piece(&self, version: &str, platform: &str, number: i64) -> Result<Option<Vec<u8>>>;

    /// What a device has to do with an attachment.
    async fn claim(&self, device: Uuid, scope: &RegionCode, record: Uuid) -> Result<Claim>;
    /// The record's blob, once its bytes were brought whole.
    async fn blob_of(&self, record: Uuid, hash: BlobHash) -> Result<Option<Whole>>;
    /// Chunks of a record's blob that is not whole yet, with their prints, in order.
    async fn blob_chunks(&self, record: Uuid, hash: BlobHash) -> Result<Vec<(u32, [u8; 32])>>;
    async fn keep_blob_chunk(
        &self,
        record: Uuid,
        hash: BlobHash,
        chunk: u32,
        print: [u8; 32],
        now: i64,
    ) -> Result<()>;
    /// Forgets one chunk, or all of them.
    async fn drop_blob_chunks(&self, record: Uuid, hash: BlobHash, chunk: Option<u32>) -> Result<()>;
    /// The record's blob is whole; its chunks are forgotten.
    async fn finish_blob(&self, record: Uuid, whole: &Whole, now: i64) -> Result<()>;
    /// Bytes of all whole blobs of a scope.
    async fn blob_bytes(&self, scope: &RegionCode) -> Result<u64>;
    async fn blobs_in(&self, scope: &RegionCode) -> Result<Vec<BlobHash>>;
    /// Whether the desk told this entry, with everything before it.
    async fn knows_desk_entry(&self, device: Uuid, seq: u64, chain: [u8; 32]) -> Result<bool>;
    /// Keeps entries of a desk's own audit, each once.
    async fn keep_desk_entries(&self, device: Uuid, entries: &[DeskEntry], now: i64) -> Result<()>;
    /// The whole of what a desk told: number, chain and text, by number.
    async fn desk_chain(&self, device: Uuid) -> Result<Vec<(u64, [u8; 32], String)>>;
    /// Entries of desks' audits, the newest first; at most so many.
    async fn desk_entries(&self, wanted: &AuditWanted, most: usize) -> Result<Vec<DeskEntryRead>>;
    /// Where every chain stands, scopes first, all of one moment.
    async fn heads(&self) -> Result<Vec<Head>>;
    /// Keeps the root of a day, once.
    async fn add_root(&self, root: &Root, now: i64) -> Result<()>;
    async fn root(&self, day: &str) -> Result<Option<Root>>;
    async fn newest_root(&self) -> Result<Option<Signed>>;
    /// All roots, the oldest first.
    async fn roots(&self) -> Result<Vec<Root>>;
    async fn chain_at(&self, scope: &RegionCode, seq: u64) -> Result<Option<[u8; 32]>>;
    async fn audit_chain_at(&self, book: &str, seq: u64) -> Result<Option<[u8; 32]>>;
    /// Keeps a disagreement, and notes it in the audit, once.
    async fn add_witness(&self, witness: &Witness, now: i64) -> Result<()>;
    async fn witnesses(&self) -> Result<Vec<Witness>>;
    /// When this book was last put back from a backup.
    async fn restored_at(&self) -> Result<Option<i64>>;
    /// The last act of the office that the backup held which this book was last put back from.
    async fn restored_from(&self) -> Result<Option<i64>>;

    /// Under which ids the device's users record, and what the office has taken from anybody since then, the oldest
    /// act first, at most so many of the newest.
    async fn standing_facts(&self, device: Uuid, since: i64, most: usize) -> Result<StandingFacts>;
    /// Keeps what a desk brought, unless something newer of it is kept.
    async fn keep_testimony(&self, told: &Testimony, now: i64) -> Result<()>;
    /// All of them, by device.
    async fn testimonies(&self) -> Result<Vec<Signed>>;
    /// Takes a device back under its own id, or one more of its users; what is there already stays.
    async fn take_back(&self, back: &TakenBack, now: i64) -> Result<()>;

    async fn scopes(&self) -> Result<Vec<RegionCode>>;
    async fn dump(&self, scope: &RegionCode) -> Result<Option<ScopeDump>>;
    async fn audit_books(&self) -> Result<Vec<String>>;
    async fn audit(&self, book: &str) -> Result<(crate::audit::AuditHead, Vec<AuditRow>)>;
}

/// The version of the book's tables; none: there is no book, and nothing was made.
///
/// # Errors
/// The database cannot be asked.
pub(crate) async fn version(url: &StoreUrl) -> Result<Option<u32>> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::version(path.clone()).await,
        StoreUrl::Postgres(url) => postgres::version(url).await,
    }
}

/// Opens a book and brings it to this program's schema.
pub(crate) async fn open(url: &StoreUrl, before_commit: Option<BeforeCommit>) -> Result<Arc<dyn Book>> {
    Ok(match url {
        StoreUrl::Sqlite(path) => Arc::new(sqlite::SqliteBook::open(path.clone()).await?),
        StoreUrl::Postgres(url) => Arc::new(postgres::PostgresBook::open(url, before_commit).await?),
    })
}

/// Whether the disk was found full, and what is written to see whether there is room.
#[derive(Debug, Clone, Default)]
struct Room(Arc<AtomicBool>);

impl Room {
    /// A write has failed, or has not.
    fn learn<T>(&self, done: Result<T>) -> Result<T> {
        if done.as_ref().is_err_and(Error::is_full) {
            self.0.store(true, Ordering::Relaxed);
        }
        done
    }

    /// A little; once the disk was full, as much as a large push: a small write still finds a gap where a push
    /// does not. Not to be compressed.
    fn mark(&self) -> String {
        let pieces = if self.0.load(Ordering::Relaxed) { 256 } else { 1 };
        (0..pieces).map(|_| hex::encode(crate::random::bytes::<4096>())).collect()
    }

    fn found(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// A region code as stored.
fn region(code: String) -> Result<RegionCode> {
    RegionCode::new(code).map_err(|_| Error::Row("地区代码".into()))
}

fn bytes32(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| Error::Row("散列值".into()))
}

/// The key of a desk's book as it was left here.
fn escrowed(sealed: Option<String>, to: Option<String>) -> Option<Escrowed> {
    Some(Escrowed { sealed: sealed?, to: to? })
}

/// Sequence numbers are below 2^63.
fn db(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn wire(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(0)
}
