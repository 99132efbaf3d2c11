//! Bodies of the messages. JSON, compressed with zstd (`content-encoding: zstd`).
//!
//! FROZEN WIRE FORMAT (protocol 1): fields may be added as optional, never renamed or removed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiexin_domain::access::User;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::record::Record;
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use crate::chain::{Chain, Digest, EntryHash};
use crate::change::{Change, ChangeId, LogEntry, Verdict};
use crate::statement::Signed;

/// `POST /v1/enrol`, once for each user of a device, with a one-time code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolRequest {
    /// The one-time code, as typed (case and spaces do not matter).
    pub code: String,
    /// The device's id when it is enrolled already and another user joins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Uuid>,
    /// Ed25519 public key of the device, 64 hex digits.
    pub device_key: String,
    /// A name by which people know the machine.
    pub device_name: String,
    /// The id under which the local user has recorded so far; the server takes it as this user's alias.
    pub author: Uuid,
    pub app: String,
}

/// Reply to [`EnrolRequest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolReply {
    pub device: Uuid,
    pub user: User,
}

/// `POST /v1/token`: first without, then with the signature of the nonce.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenRequest {
    pub device: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Ed25519 over `"tiexin-token-v1:" + nonce`, 128 hex digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// Reply to [`TokenRequest`]: a nonce to sign, or the bearer token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TokenReply {
    Nonce(String),
    /// `seconds` from receipt until it must be renewed.
    Token {
        token: String,
        seconds: u64,
    },
}

/// `POST /v1/hello`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HelloRequest {
    pub device: Uuid,
    pub incarnation: Uuid,
    pub protocol: u32,
    pub app: String,
    /// Changes that the desk has not sent yet, for the page of devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u64>,
    /// Chain heads that the desk holds: the province compares them with its own (I14).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heads: Vec<SeenHead>,
    /// The newest audit root that the desk was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<SeenRoot>,
    /// The book's key under the province's escrow key, until the province says that it holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escrow: Option<Escrowed>,
    /// Older incarnations of the desk under which it told changes that no backup may hold yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerNumber>,
}

/// An older incarnation of a desk, and the highest seq it told under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormerNumber {
    pub incarnation: Uuid,
    pub seq: u64,
}

/// What the province has of an older incarnation of the asking desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormerHeard {
    pub incarnation: Uuid,
    /// As [`HelloReply::acked`].
    pub acked: u64,
    /// As [`HelloReply::durable`].
    pub durable: u64,
}

/// A chain head of a scope as a desk has seen it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenHead {
    pub scope: RegionCode,
    pub generation: Uuid,
    pub seq: u64,
    pub chain: Chain,
}

/// An audit root as a desk was told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenRoot {
    /// `YYYY-MM-DD` in China.
    pub day: String,
    /// [`crate::statement::AuditRoot::digest`].
    pub digest: String,
}

/// A book's key that only the holder of the escrow key can open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Escrowed {
    /// For whom it was encrypted: an age recipient, `age1…`.
    pub to: String,
    /// The age file, hex digits.
    pub sealed: String,
}

/// Reply to [`HelloRequest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HelloReply {
    /// Milliseconds since 1970 UTC; for people's eyes.
    pub server_time: i64,
    pub protocol: u32,
    /// The device's users with their grants as they stand.
    pub users: Vec<User>,
    /// Changes whenever `users` does; also in every pull reply.
    pub access: String,
    /// Scopes the device may pull.
    pub scopes: Vec<ScopeHead>,
    /// Highest seq of this (device, incarnation) that has a verdict.
    pub acked: u64,
    /// Highest seq the server can promise after losing its newest backup interval.
    pub durable: u64,
    pub limits: Limits,
    /// For carried packages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province_keys: Option<PublicKeys>,
    /// A [`crate::statement::Lease`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Signed>,
    /// A [`crate::statement::WipeOrder`] with `hand_over`; without it the device is refused, and the order
    /// stands in the [`Refusal`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Signed>,
    /// What a person at the desk should know. `device_copied`: two machines speak as this device.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
    /// The newest [`crate::statement::AuditRoot`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<Signed>,
    /// To whom the book's key is to be left: an age recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escrow: Option<String>,
    /// The recipient for whom the province holds this device's key already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escrow_held: Option<String>,
    /// To [`HelloRequest::former`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerHeard>,
}

/// By which packages of a sender are checked, and to which packages for it are encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicKeys {
    /// Ed25519, 64 hex digits.
    pub sign: String,
    /// An age recipient, `age1…`.
    pub seal: String,
}

/// How far the parts of a carried package are together at the province.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PackageState {
    pub package: Uuid,
    /// The device that made it.
    pub device: Uuid,
    pub number: u64,
    /// Parts that have not come yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<u32>,
    /// Parts of the reply, once the package was taken in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_parts: Option<u32>,
}

/// What one message may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limits {
    pub push_changes: usize,
    pub push_bytes: usize,
    pub pull_entries: usize,
    /// Most bytes of one attachment; none: the province takes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob_bytes: Option<u64>,
}

/// How much of a scope a device may see: nothing here means the whole; else the records of these
/// regions (village codes, sorted). Equal (scope, generation, seq, view) ⇒ equal digest (I6).
pub type View = Vec<RegionCode>;

/// Where a scope's log stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScopeHead {
    pub scope: RegionCode,
    pub generation: Uuid,
    pub head: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<RegionCode>))]
    pub view: View,
}

/// `POST /v1/push`: whole groups, seqs without gaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushRequest {
    pub device: Uuid,
    pub incarnation: Uuid,
    pub changes: Vec<Change>,
    /// The generation that the desk holds of each scope it writes to: what `base` refers to. A scope that is
    /// left out: the one of today.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Uuid>))]
    pub generations: BTreeMap<RegionCode, Uuid>,
}

/// Reply to [`PushRequest`]. A change without a verdict here was not taken: send it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushReply {
    pub verdicts: Vec<ChangeVerdict>,
    /// Highest seq of this (device, incarnation) that has a verdict.
    pub acked: u64,
    pub durable: u64,
}

/// The verdict on the change with this seq.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeVerdict {
    pub seq: u64,
    /// Told before: this push is a replay (I3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// `POST /v1/pull`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PullRequest {
    pub device: Uuid,
    pub incarnation: Uuid,
    pub cursors: Vec<Cursor>,
    /// The [`QuarantineMarks::mark`] that the desk holds, empty for none. Absent: it does not ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<String>,
    /// Changes of this device that were not applied: what was decided about them?
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<ChangeId>,
}

/// How far a desk has read a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cursor {
    pub scope: RegionCode,
    pub generation: Uuid,
    pub since: u64,
    /// The view that the desk has loaded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<RegionCode>))]
    pub view: View,
}

/// Reply to [`PullRequest`]. Scopes with nothing new are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PullReply {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<ScopePage>,
    /// See [`HelloReply::access`]; when it differs, say hello again.
    pub access: String,
    pub durable: u64,
    /// Only when the desk asked and holds another mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<QuarantineMarks>,
    /// Those of [`PullRequest::refused`] that somebody has decided on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Settled>,
}

/// Where there is or was something to settle for this device's users.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuarantineMarks {
    /// Stands for all of `scopes`; empty when there are none.
    pub mark: String,
    /// Scope → a number that changes whenever its quarantine does. Says nothing by its size.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, u64>))]
    pub scopes: BTreeMap<RegionCode, u64>,
}

/// What was decided about a change that was not applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settled {
    #[serde(flatten)]
    pub change: ChangeId,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub choice: Choice,
    /// For the author of the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The name of who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Milliseconds since 1970 UTC, clock of the desk where it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
}

/// The next part of a scope's log, ending on a commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScopePage {
    pub scope: RegionCode,
    pub generation: Uuid,
    /// The device's view of the scope as its grants stand today.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<RegionCode>))]
    pub view: View,
    /// Entries `since+1 ..= next`, without gaps. May be empty with `next < head` when the reply was full
    /// with other scopes: ask again.
    pub entries: Vec<PageEntry>,
    pub next: u64,
    pub head: u64,
    /// Chain after entry `next`.
    pub chain: Chain,
    /// Digest of the view's state at `head`; only when `next == head`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The cursor belongs to a foreign generation or another view, or lies beyond the log: drop what is
    /// held of the scope (what is pending stays) and load the snapshot, or pull from 0. `entries` is empty (I12).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rebase: bool,
}

/// An entry of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PageEntry {
    Full(LogEntry),
    /// The asking desk's own change, which took effect exactly as it was sent: the desk still has it.
    Echo {
        seq: u64,
        /// The change's seq on the desk.
        own: u64,
    },
    /// An entry outside the device's view: nothing but its link in the chain (I10).
    Hidden {
        seq: u64,
        hash: EntryHash,
    },
    /// The entry moved a record into the device's view (`record`, as it stood after the entry) or out of
    /// it (none: remove the record; it is not void).
    Crossed {
        seq: u64,
        hash: EntryHash,
        id: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        record: Option<Record>,
    },
}

/// First line of `GET /v1/snapshot/{scope}` (zstd, JSON lines); one [`tiexin_domain::Record`] a line follows,
/// newest version first, each as canonical JSON: the hash of a line's bytes is the record's digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SnapshotHeader {
    pub scope: RegionCode,
    pub generation: Uuid,
    pub seq: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<RegionCode>))]
    pub view: View,
    pub chain: Chain,
    /// Digest of the records that follow.
    pub digest: Digest,
    pub records: u64,
}

/// `GET /v1/quarantine/{scope}`: conflicts and parked changes for people with the right to settle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quarantined {
    pub change: Change,
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Milliseconds since 1970 UTC, server clock.
    pub received_at: i64,
    /// The name of the change's author, when the province knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// Who wrote what stands in the fields that the change sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<Standing>,
}

/// Who last wrote a field of a record, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Standing {
    /// [`crate::change::VOID_FIELD`] for hiding and restoring.
    pub field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// Desk clock, milliseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noted_at: Option<i64>,
}

/// Body of every refusal: `{code, message}`; the message is Chinese and says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refusal {
    pub code: String,
    pub message: String,
    /// With `device_revoked`: a [`crate::statement::WipeOrder`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Signed>,
}

/// `GET /v1/devices`: a desk of the region, for those who look after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceRow {
    pub id: Uuid,
    /// By which people know the machine.
    pub name: String,
    /// Who works on it, by the names shown to people.
    pub users: Vec<String>,
    /// Where they work.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<RegionCode>))]
    pub regions: Vec<RegionCode>,
    /// Version of the program as last told.
    pub app: String,
    /// Milliseconds since 1970 UTC, the province's clock, as are the other times.
    pub enrolled_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<i64>,
    /// Changes not yet sent, as last told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<i64>,
    pub state: DeviceState,
    /// When two machines were last heard under this device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied_at: Option<i64>,
    /// All its people work where the asker may revoke.
    #[serde(default)]
    pub may_revoke: bool,
}

/// How a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    InUse,
    /// It hands over what waits, then destroys its book.
    Retiring,
    /// Shut out; it destroys its book as soon as it hears so.
    Revoked,
    /// It has said that its book is destroyed.
    Wiped,
}

/// `POST /v1/devices/{id}/revoke`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokeRequest {
    /// Who asks: the id under which the user records on the asking desk.
    pub author: Uuid,
    /// The machine was lost: it is shut out at once. Otherwise it retires and hands over first.
    pub lost: bool,
}
