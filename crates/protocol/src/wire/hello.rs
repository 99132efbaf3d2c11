//! A round begins: who speaks, and where everything stands.

use serde::{Deserialize, Serialize};
use tiexin_domain::access::User;
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use super::View;
use crate::chain::Chain;
use crate::statement::Signed;

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
    /// The mark of the [`crate::statement::Standing`] that the desk keeps: `TOLD.HASH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<String>,
    /// That statement itself, where the province asked for it ([`HelloReply::bring`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testimony: Option<Signed>,
}

/// An older incarnation of a desk, and the highest seq it told under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormerNumber {
    pub incarnation: Uuid,
    pub seq: u64,
    /// Not all that has a verdict under it may be this book's: the prints of what stands above are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
}

/// What the province has of an older incarnation of the asking desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormerHeard {
    pub incarnation: Uuid,
    /// As [`HelloReply::acked`].
    pub acked: u64,
    /// As [`HelloReply::durable`].
    pub durable: u64,
    /// As [`HelloReply::print`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub print: Option<String>,
    /// To [`FormerNumber::after`]: what has a verdict, by number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Vec<TakenIn>>,
}

/// A change that has a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakenIn {
    pub seq: u64,
    /// [`crate::canonical::short`] of its print.
    pub print: String,
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
    /// Of the change at `acked`, [`crate::canonical::short`] of its print: a desk that told something else under
    /// that number is not the only one that counts with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub print: Option<String>,
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
    /// stands in the [`super::Refusal`].
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
    /// A [`crate::statement::Standing`] that is newer than the one the desk keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Signed>,
    /// The province was put back from a backup and wants to see the statement that the desk keeps, which tells what
    /// was decided after it: hello is to be said once more, with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bring: bool,
    /// Codes of the kinds of records that the province knows: a desk holds others back until it does. None: an older
    /// province, which does not tell; it parks what it does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<String>>,
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
    /// Most entries of a desk's audit in one message; none: the province takes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit_entries: Option<usize>,
}

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
    /// The older generation under which the desk told a head of this scope, which stands on this log too: what
    /// it has is the beginning of this log, and it reads on from there under `generation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<Uuid>,
}
