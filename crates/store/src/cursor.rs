//! stub
use crate::book::Book;
use crate::error::Result;
use tiexin_domain::RegionCode;
use tiexin_protocol::{Chain, Digest};
use uuid::Uuid;
/// How far the desk has read a scope's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeCursor {
    pub scope: RegionCode,
    pub generation: Uuid,
    pub since: u64,
    pub chain: Chain,
    pub digest: Digest,
    pub checked_at: Option<i64>,
}
impl Book {
    pub fn cursors(&self) -> Result<Vec<ScopeCursor>> {
        unimplemented!()
    }
}
