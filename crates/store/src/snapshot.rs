//! stub
use crate::book::Book;
use crate::error::Result;
use crate::save::Changed;
use tiexin_domain::{Record, RegionCode};
use tiexin_protocol::wire::SnapshotHeader;
/// What a snapshot did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotOutcome {
    pub records: u64,
    pub removed: u64,
    pub changed: Changed,
}
impl Book {
    /// Replaces the scope's base state; pending changes stay on top. Usable as soon as it returns; the
    /// search index is filled by [`Book::index_some`]. `progress(done)` returning false cancels.
    /// An `Err` from the iterator rolls back.
    pub fn apply_snapshot<E>(
        &self,
        header: &SnapshotHeader,
        records: impl Iterator<Item = std::result::Result<Record, E>> + Send,
        progress: &mut dyn FnMut(u64) -> bool,
        now_ms: i64,
    ) -> Result<SnapshotOutcome>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        unimplemented!()
    }
    /// Puts up to `most` records into the search index; gives how many are left.
    pub fn index_some(&self, most: usize) -> Result<u64> {
        unimplemented!()
    }
    /// Removes all of a scope from this desk (withdrawn grant, I11). Refused while work of it waits unsent.
    pub fn drop_scope(&self, scope: &RegionCode) -> Result<Changed> {
        unimplemented!()
    }
}
