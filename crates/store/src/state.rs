//! stub
use crate::book::Book;
use crate::error::Result;
use tiexin_domain::RegionCode;
use tiexin_protocol::Digest;
use uuid::Uuid;
/// How far a scope is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeState {
    pub scope: RegionCode,
    pub generation: Uuid,
    pub seq: u64,
    pub digest: Digest,
    pub checked_at: Option<i64>,
}
/// What the sync indicator tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncState {
    pub waiting: u64,
    pub parked: u64,
    pub conflicts: u64,
    /// Applied by the province but not yet read back.
    pub unread: u64,
    /// Milliseconds since 1970 UTC of the last round that pushed and pulled everything.
    pub last_round: Option<i64>,
    pub to_index: u64,
    pub scopes: Vec<ScopeState>,
}
impl Book {
    pub fn sync_state(&self) -> Result<SyncState> {
        unimplemented!()
    }
    pub fn set_last_round(&self, now_ms: i64) -> Result<()> {
        unimplemented!()
    }
}
