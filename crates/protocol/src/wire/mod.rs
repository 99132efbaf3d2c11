//! Bodies of the messages. JSON, compressed with zstd (`content-encoding: zstd`).
//!
//! FROZEN WIRE FORMAT (protocol 1): fields may be added as optional, never renamed or removed.

mod device;
mod enrol;
mod hello;
mod pull;
mod push;
mod quarantine;

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use crate::statement::Signed;

pub use device::{DeviceRow, DeviceState, RevokeRequest};
pub use enrol::{EnrolReply, EnrolRequest, TokenReply, TokenRequest};
pub use hello::{
    Escrowed, FormerHeard, FormerNumber, HelloReply, HelloRequest, Limits, PublicKeys, ScopeHead, SeenHead,
    SeenRoot, TakenIn,
};
pub use pull::{Cursor, PageEntry, PullReply, PullRequest, ScopePage, SnapshotHeader};
pub use push::{ChangeVerdict, PushReply, PushRequest};
pub use quarantine::{QuarantineMarks, Quarantined, Settled, Standing};

/// How much of a scope a device may see: nothing here means the whole; else the records of these
/// regions (village codes, sorted). Equal (scope, generation, seq, view) ⇒ equal digest (I6).
pub type View = Vec<RegionCode>;

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
