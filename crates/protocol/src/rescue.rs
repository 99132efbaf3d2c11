//! A forgotten password: what a desk leaves with the province, and what comes back to it.
//!
//! FROZEN FORMAT: fields may be added as optional, never renamed or removed.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a desk leaves with the province, encrypted to the escrow key.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeftKey {
    pub device: Uuid,
    /// The key of the desk's book, 64 hex digits.
    pub key: String,
}

/// What a rescue file holds, readable with its code only.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rescue {
    pub device: Uuid,
    /// The user who may set a new password: the id under which the user records on that desk.
    pub author: Uuid,
    /// Milliseconds since 1970 UTC, the province's clock; for people's eyes.
    pub made_at: i64,
    /// The key of the desk's book, 64 hex digits.
    pub key: String,
}

/// The file as it lies on the stick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RescueFile {
    /// [`RescueFile::FORMAT`].
    pub format: String,
    pub device: Uuid,
    /// A [`Rescue`] for whoever has the code, hex digits.
    pub sealed: String,
}

impl RescueFile {
    pub const FORMAT: &'static str = "tiexin-rescue-1";
}
