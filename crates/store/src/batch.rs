//! stub
use crate::book::Book;
use crate::error::Result;
use crate::save::{Changed, Save};
use uuid::Uuid;
/// Where a batch came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub batch: Uuid,
    /// What the worker reads in the list of imports; no personal data.
    pub label: String,
}
/// Records of one ledger row: they stand or fall together.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchSave {
    pub group: Uuid,
    pub saves: Vec<Save>,
}
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchOutcome {
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub touched: Changed,
}
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UndoOutcome {
    pub undone: u64,
    /// Edited since: left as they are.
    pub kept: Vec<Uuid>,
    pub touched: Changed,
}
impl Book {
    /// Saves a whole ledger in one transaction, as one batch that can be undone.
    /// `progress(done, total)` returning false cancels: nothing is written.
    pub fn save_batch(
        &self,
        source: &Source,
        rows: &[BatchSave],
        author: Uuid,
        now_ms: i64,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<BatchOutcome> {
        unimplemented!()
    }
    /// Takes a batch back: what it made is voided, what it changed gets its former values.
    pub fn undo_batch(&self, batch: Uuid, reason: &str, author: Uuid, now_ms: i64) -> Result<UndoOutcome> {
        unimplemented!()
    }
}
