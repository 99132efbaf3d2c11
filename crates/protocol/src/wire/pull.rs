//! Logs, and what stands in their place, come to the desk.

use serde::{Deserialize, Serialize};
use tiexin_domain::record::Record;
use tiexin_domain::region::RegionCode;
use uuid::Uuid;

use super::QuarantineMarks;
use super::Settled;
use super::View;
use crate::chain::{Chain, Digest, EntryHash};
use crate::change::{ChangeId, LogEntry};

/// `POST /v1/pull`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PullRequest {
    pub device: Uuid,
    pub incarnation: Uuid,
    pub cursors: Vec<Cursor>,
    /// The [`super::QuarantineMarks::mark`] that the desk holds, empty for none. Absent: it does not ask.
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
    /// See [`super::HelloReply::access`]; when it differs, say hello again.
    pub access: String,
    pub durable: u64,
    /// Only when the desk asked and holds another mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<QuarantineMarks>,
    /// Those of [`PullRequest::refused`] that somebody has decided on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Settled>,
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
