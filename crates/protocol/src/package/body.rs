//! What a package says: the messages of the wire.
//!
//! FROZEN (format 1): fields may be added as optional, never renamed or removed.

use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;

use crate::wire::{
    Cursor, HelloReply, HelloRequest, PullRequest, PushReply, PushRequest, Refusal, ScopePage, Settled,
};

/// What a desk sends by package. Its pushes and its pull are those of the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PushBody {
    pub protocol: u32,
    pub app: String,
    /// To whom the reply is encrypted: an age recipient, `age1…`.
    pub reply_to: String,
    pub pushes: Vec<PushRequest>,
    pub pull: PullRequest,
    /// Scopes of which the desk wants the snapshot though it has a cursor: what it holds did not agree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anew: Vec<RegionCode>,
    /// What the desk would say in hello on the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greeting: Option<HelloRequest>,
}

/// What the province sends back. Bytes of the snapshots follow it, in their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
}

/// The verdicts on one push.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pushed {
    /// Seq of the push's first change.
    pub first: u64,
    pub reply: PushReply,
}

/// A snapshot that follows a [`ReplyBody`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attached {
    pub scope: RegionCode,
    /// The cursor in whose place it comes. A desk that has read on since leaves the snapshot alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Cursor>,
    pub bytes: u64,
}
