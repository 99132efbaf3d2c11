//! stub
use crate::book::Book;
use crate::error::Result;
use crate::save::Changed;
use tiexin_protocol::wire::ScopePage;
/// What a page did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageOutcome {
    pub entries: u64,
    pub next: u64,
    pub head: u64,
    pub changed: Changed,
}
impl Book {
    /// Applies a page in one transaction: contiguity (I5), chain, fold into base with pending kept on
    /// top (I7), cursor and digest. `Differs`, `NotContiguous`, `Rebase`: nothing was written, load the snapshot.
    pub fn apply_page(&self, page: &ScopePage, now_ms: i64) -> Result<PageOutcome> {
        unimplemented!()
    }
}
