//! What the province says with its signature, so that it can be kept, carried and shown to others.
//!
//! FROZEN WIRE FORMAT: fields may be added as optional, never renamed or removed. The signature is over
//! `"tiexin-" + purpose + "-v1:" + body`, so that a statement of one kind is never taken for another.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiexin_domain::access::User;
use uuid::Uuid;

use crate::canonical::canonical;

/// A statement as it was signed: the signature is over these very bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signed {
    /// JSON of the statement.
    pub body: String,
    /// Ed25519, 128 hex digits.
    pub signature: String,
}

/// Something that is said with a signature.
pub trait Statement: Serialize + for<'de> Deserialize<'de> {
    /// Tells the kinds of statements apart.
    const PURPOSE: &'static str;
}

/// What is signed for a body.
pub fn signed_bytes(purpose: &str, body: &str) -> Vec<u8> {
    format!("tiexin-{purpose}-v1:{body}").into_bytes()
}

/// How long a desk may be opened without having spoken with the province. Only the span between the two
/// times counts for a desk: its own clock may be anywhere (I13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lease {
    pub device: Uuid,
    /// The province's clock when it was given, milliseconds since 1970 UTC.
    pub told: i64,
    /// When it ends by the same clock.
    pub until: i64,
}

impl Statement for Lease {
    const PURPOSE: &'static str = "lease";
}

/// A desk is to destroy its keys and its book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WipeOrder {
    pub device: Uuid,
    /// Names the order; the acknowledgement repeats it.
    pub order: Uuid,
    /// Milliseconds since 1970 UTC, the province's clock.
    pub issued: i64,
    /// What waits is to be handed over first: the machine retires. Otherwise it was lost.
    pub hand_over: bool,
}

impl Statement for WipeOrder {
    const PURPOSE: &'static str = "wipe";
}

/// Where every chain of the province stood at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditRoot {
    /// `YYYY-MM-DD` in China.
    pub day: String,
    /// Milliseconds since 1970 UTC, the province's clock.
    pub made_at: i64,
    /// How many heads the root is over.
    pub heads: u64,
    /// `blake3(canonical(heads))`, 64 hex digits.
    pub digest: String,
}

impl Statement for AuditRoot {
    const PURPOSE: &'static str = "audit-root";
}

/// How a desk stands: what the province has decided about it and its people, and what it has taken away lately.
/// Desks keep it and bring it to a province that was put back from a backup. For the province's own eyes; a desk
/// only checks who signed it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Standing {
    pub device: Uuid,
    /// Ed25519 public key of the device, 64 hex digits.
    pub key: String,
    /// A name by which people know the machine.
    pub name: String,
    /// Milliseconds since 1970 UTC, the province's clock.
    pub enrolled_at: i64,
    /// Who works there, with their grants.
    pub users: Vec<User>,
    /// Under which ids they record there.
    pub authors: Vec<RecordsAs>,
    /// Acts of the office that took something from somebody, anywhere in the province, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<OfficeAct>,
    /// When it was first told, milliseconds since 1970 UTC, the province's clock.
    pub told: i64,
}

impl Statement for Standing {
    const PURPOSE: &'static str = "standing";
}

impl Standing {
    /// By what a statement is known from others of the same content: the hash of its JSON, whenever it was told.
    /// None: not the JSON of one. Over the JSON, so that fields count that this program does not know.
    pub fn hash(body: &str) -> Option<String> {
        let mut value: Value = serde_json::from_str(body).ok()?;
        *value.get_mut("told")? = Value::from(0);
        Some(hex::encode(&blake3::hash(&canonical(&value)).as_bytes()[..12]))
    }

    /// How a desk names the statement that it keeps: `TOLD.HASH`.
    pub fn mark(&self, body: &str) -> Option<String> {
        Some(format!("{}.{}", self.told, Self::hash(body)?))
    }

    /// When the statement of this mark was told, and its hash.
    pub fn read_mark(mark: &str) -> Option<(i64, &str)> {
        let (told, hash) = mark.split_once('.')?;
        Some((told.parse().ok()?, hash))
    }
}

/// A user of a device, and an id under which the user records there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordsAs {
    pub author: Uuid,
    pub user: Uuid,
}

/// An entry of the province's audit book. Names devices and users by their ids only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfficeAct {
    /// Milliseconds since 1970 UTC, the province's clock.
    pub at: i64,
    /// `device_revoked`, `device_wiped`, `user_disabled`, `user_enabled`, `grant_ended`.
    pub act: String,
    /// Canonical JSON, as in the audit book.
    pub detail: String,
}

/// `POST /v1/claim`: a desk that a restored province does not know brings its [`Standing`]. Signed with the device
/// key over `"tiexin-claim-v1:" + the signature of the statement`; nobody is let in by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Claim {
    /// A [`Standing`].
    pub standing: Signed,
    /// Ed25519, 128 hex digits.
    pub signature: String,
}

/// `POST /v1/wiped`: a desk has destroyed its book. Signed with the device key over
/// `"tiexin-wiped-v1:" + order`, for the token is refused by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Wiped {
    pub device: Uuid,
    pub order: Uuid,
    /// Ed25519, 128 hex digits.
    pub signature: String,
}
