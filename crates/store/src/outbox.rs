//! stub
use crate::book::Book;
use crate::error::Result;
use tiexin_protocol::Change;
use uuid::Uuid;
impl Book {
    /// The oldest unsent changes: whole groups, at most `changes` and `bytes` of JSON (a single
    /// larger group is given alone). One short read. `device` is nil before enrolment.
    pub fn outbox_batch(&self, changes: usize, bytes: usize) -> Result<Vec<Change>> {
        unimplemented!()
    }
    /// Puts changes back into the outbox that the server no longer knows (`acked` lower than what was sent).
    pub fn send_again_after(&self, acked: u64) -> Result<u64> {
        unimplemented!()
    }
}

pub(crate) fn put(
    _: &rusqlite::Connection,
    _: i64,
    _: i64,
    _: u64,
    _: &tiexin_domain::Fields,
    _: Option<&tiexin_protocol::VoidChange>,
    _: &crate::save::By,
) -> Result<()> {
    unimplemented!()
}
