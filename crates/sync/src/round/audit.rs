//! At the end of a round: the desk's own audit is told to the province.

use tiexin_protocol::Chain;
use tiexin_protocol::wire::AuditRequest;

use super::{Round, on_store};
use crate::error::SyncError;

/// Messages in one round at most: years of work go in some rounds, beside today's.
const MOST_MESSAGES: usize = 20;

impl Round<'_> {
    /// Tells what the province was not told yet. What it does not take now waits for the next round; nothing else
    /// depends on it, and nothing is lost: only what it has is counted as told.
    pub(super) async fn tell_audit(&mut self) -> Result<(), SyncError> {
        let Some(device) = on_store(self.book, |book| book.device()).await?.id else { return Ok(()) };
        for _ in 0..MOST_MESSAGES {
            let Some(next) = on_store(self.book, |book| book.audit_untold()).await? else { return Ok(()) };
            let (after, all) = (next.after, next.after + next.entries.len() as u64);
            let request = AuditRequest { device, after, chain: Chain(next.chain), entries: next.entries };
            let held = match self.province.audit(&request).await {
                Ok(reply) => reply.held,
                Err(SyncError::Cancelled) => return Err(SyncError::Cancelled),
                Err(_) => return Ok(()),
            };
            on_store(self.book, move |book| book.audit_told(held.min(all))).await?;
            // A province that was put back does not know where this goes on: it is told from the beginning. One that
            // takes nothing even then is not asked without end.
            if held <= after && after == 0 {
                return Ok(());
            }
        }
        Ok(())
    }
}
