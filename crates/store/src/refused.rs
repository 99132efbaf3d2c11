//! stub
use crate::book::Book;
use crate::error::Result;
use tiexin_domain::Record;
use tiexin_protocol::{Change, Verdict};
use uuid::Uuid;
/// A change the province did not apply, kept whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    pub id: i64,
    pub change: Change,
    pub verdict: Verdict,
    /// The record as it stands now, with the other value of a conflict; `None` when nothing stands.
    pub current: Option<Record>,
    pub refused_at: i64,
}
impl Book {
    /// Conflicts not yet settled, oldest first.
    pub fn conflicts(&self) -> Result<Vec<Refused>> {
        unimplemented!()
    }
    /// Parked changes not yet settled, oldest first.
    pub fn parked(&self) -> Result<Vec<Refused>> {
        unimplemented!()
    }
    /// A person has dealt with it (saved anew, or let it go). The change itself stays on file.
    pub fn settle_refused(&self, id: i64, by: Uuid, now_ms: i64) -> Result<()> {
        unimplemented!()
    }
}
