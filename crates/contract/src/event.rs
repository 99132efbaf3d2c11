//! What a desk tells its screens without being asked.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::sync::SyncState;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Records of these kinds changed: hooks that show them fetch again.
    Changed { kinds: Vec<String> },
    /// Long work goes on.
    Progress(Progress),
    /// The sync indicator changed.
    Sync(SyncState),
    /// The desk locked itself after idling, or somebody signed out.
    SignedOut,
}

/// How far long work is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub job: Uuid,
    /// Chinese: what is being done.
    pub label: String,
    pub done: u64,
    /// 0 when not known yet.
    pub total: u64,
    pub finished: bool,
}
