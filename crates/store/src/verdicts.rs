//! stub
use crate::book::Book;
use crate::error::Result;
use crate::save::Changed;
use tiexin_protocol::wire::PushReply;
impl Book {
    /// Takes a push's verdicts: outbox → sent; refused changes are kept whole and leave the screen (I7).
    pub fn record_verdicts(&self, reply: &PushReply, now_ms: i64) -> Result<Changed> {
        unimplemented!()
    }
    /// Forgets sent changes up to `durable` whose outcome has been pulled (I12).
    pub fn prune_sent(&self, durable: u64) -> Result<u64> {
        unimplemented!()
    }
}
