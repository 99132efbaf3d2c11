//! Bodies of the messages. JSON, compressed with zstd (`content-encoding: zstd`).
//!
//! FROZEN WIRE FORMAT (protocol 1): fields may be added as optional, never renamed or removed.

mod audit;
mod device;
mod enrol;
mod hello;
mod pull;
mod push;
mod quarantine;
mod refusal;
mod release;

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

pub use audit::{AuditLine, AuditPage, AuditReply, AuditRequest};
pub use device::{DeviceRow, DeviceState, RevokeRequest};
pub use enrol::{EnrolReply, EnrolRequest, Joining, TokenReply, TokenRequest};
pub use hello::{
    Escrowed, FormerHeard, FormerNumber, HelloReply, HelloRequest, Limits, PublicKeys, ScopeHead, SeenHead,
    SeenRoot, TakenIn,
};
pub use pull::{Cursor, PageEntry, PullReply, PullRequest, ScopePage, SnapshotHeader};
pub use push::{ChangeVerdict, PushReply, PushRequest};
pub use quarantine::{QuarantineMarks, Quarantined, Settled, Standing};
pub use refusal::{HEADER_CODE, Refusal, RefusalCode};
pub use release::ReleaseReply;

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
