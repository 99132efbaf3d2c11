//! What the province says with its signature, so that it can be kept, carried and shown to others.
//!
//! FROZEN WIRE FORMAT: fields may be added as optional, never renamed or removed. The signature is over
//! `"tiexin-" + purpose + "-v1:" + body`, so that a statement of one kind is never taken for another.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
