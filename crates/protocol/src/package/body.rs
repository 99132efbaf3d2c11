//! What a package says: the messages of the wire.
//!
//! FROZEN (format 1): fields may be added as optional, never renamed or removed.

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use crate::blob::BlobHash;
use crate::wire::{
    Cursor, HelloReply, HelloRequest, PullRequest, PushReply, PushRequest, Refusal, RefusalCode, ScopePage,
    Settled,
};

/// What a desk sends by package. Its pushes and its pull are those of the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushBody {
    pub protocol: u32,
    pub app: String,
    /// To whom the reply is encrypted: an age recipient, `age1…`.
    pub reply_to: String,
    pub pushes: Vec<PushRequest>,
    pub pull: PullRequest,
    /// Scopes of which the desk wants the snapshot though it has a cursor: what it holds did not agree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub anew: Vec<RegionCode>,
    /// What the desk would say in hello on the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greeting: Option<HelloRequest>,
    /// Attachments whose bytes follow, in this order. One of format 1 that does not know them passes over both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<CarriedBlob>,
}

/// The bytes of an attachment that follow a [`PushBody`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CarriedBlob {
    /// The attachment.
    pub record: Uuid,
    /// Where the desk believes it to be.
    pub scope: RegionCode,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub hash: BlobHash,
    pub bytes: u64,
}

/// What became of a [`CarriedBlob`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlobTold {
    pub record: Uuid,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub hash: BlobHash,
    /// Why the province does not have it; none: it has it whole. The codes are those of the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub refused: Option<RefusalCode>,
}

/// What the province sends back. Bytes of the snapshots follow it, in their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplyBody {
    /// As the device would have heard it after its pushes.
    pub hello: HelloReply,
    pub pushes: Vec<Pushed>,
    pub pages: Vec<ScopePage>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<Attached>,
    /// The pushes were not taken; nothing else follows then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
    /// What was decided about changes of the desk that were not applied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Settled>,
    /// There is more than one package holds: send another one after this was taken in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// To [`PushBody::blobs`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<BlobTold>,
}

/// The verdicts on one push.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pushed {
    /// Seq of the push's first change.
    pub first: u64,
    pub reply: PushReply,
}

/// A snapshot that follows a [`ReplyBody`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attached {
    pub scope: RegionCode,
    /// The cursor in whose place it comes. A desk that has read on since leaves the snapshot alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Cursor>,
    pub bytes: u64,
}
