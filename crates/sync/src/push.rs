//! Telling the province what waits: one push after the other, the desk's own work beside the line's.

use tiexin_protocol::wire::{PushReply, PushRequest, RefusalCode};
use tiexin_protocol::{Change, PUSH_BYTES, PUSH_CHANGES, SMALL, planted};
use tiexin_store::{Book, ScopeCursor, StoreError};
use uuid::Uuid;

use crate::error::SyncError;
use crate::province::Parcel;
use crate::round::{Round, on_store};

impl Round<'_> {
    /// Tells all that waits, one push after the other (I2). While one is under way the desk writes down the
    /// verdicts on the one before and reads the next: neither side waits for the other's disk. Verdicts that
    /// a crash takes with it are told again (I3).
    pub(crate) async fn push(&mut self, now_ms: i64) -> Result<(), SyncError> {
        let device = on_store(self.book, |book| book.device()).await?;
        let id = device.id.ok_or(SyncError::NotEnrolled)?;
        let sender = (id, device.incarnation);
        self.facts.at_head = false;
        let mut next = on_store(self.book, move |book| next_push(book, sender, 0)).await?;
        let mut heard: Option<PushReply> = None;
        loop {
            let push = next;
            let Some(last) = push.request().changes.last().map(|change| change.id.seq) else { break };
            let told = heard.take();
            let meanwhile = on_store(self.book, move |book| {
                let changed = told.map(|told| book.record_verdicts(&told, now_ms)).transpose()?;
                Ok((changed, next_push(book, sender, last)?))
            });
            let (reply, (changed, following)) = both(self.province.push(&push), meanwhile).await?;
            self.changed(changed.unwrap_or_default());
            let reply = match reply {
                Err(SyncError::Refused { code: RefusalCode::IncarnationForked, .. }) => {
                    return self.be_another().await;
                }
                other => other?,
            };
            if reply.verdicts.is_empty() {
                return self.nothing_taken(push.request(), &reply).await;
            }
            self.report.pushed += reply.verdicts.len() as u64;
            // What was not taken is sent again, and nothing before it.
            let whole = reply.verdicts.len() == push.request().changes.len();
            heard = Some(reply);
            if !whole {
                break;
            }
            next = following;
        }
        if let Some(told) = heard {
            let changed = on_store(self.book, move |book| book.record_verdicts(&told, now_ms)).await?;
            self.changed(changed);
        }
        self.look_what_waits().await
    }

    /// Put back from a backup, the province has not heard what came before these changes.
    async fn nothing_taken(&mut self, push: &PushRequest, reply: &PushReply) -> Result<(), SyncError> {
        match push.changes.first().map(|change| change.id.seq) {
            Some(_) if planted("gap_after_restore") => Err(SyncError::Protocol("push")),
            Some(first) if reply.acked.saturating_add(1) < first && !self.report.greeted => {
                self.facts.greeted = false;
                Ok(())
            }
            // It promised too much: what it lost is forgotten here too. The rest must get through.
            Some(first) if reply.acked.saturating_add(1) < first => self.be_another().await,
            _ => Err(SyncError::Protocol("push")),
        }
    }
}

/// The push of what waits behind the change numbered `after`; empty when nothing does.
fn next_push(book: &Book, (id, incarnation): (Uuid, Uuid), after: u64) -> Result<Parcel, StoreError> {
    let changes = book.tell_batch_after(after, PUSH_CHANGES, PUSH_BYTES)?;
    Ok(Parcel::of(pushing((id, incarnation), changes, &book.cursors()?, book)?))
}

/// Waits for the network and for the store at once; in the simulator for one after the other, so that a seed
/// replays exactly and a desk that dies under way has not written.
async fn both<A, B>(
    network: impl Future<Output = Result<A, SyncError>>,
    store: impl Future<Output = Result<B, SyncError>>,
) -> Result<(Result<A, SyncError>, B), SyncError> {
    if !SMALL {
        let (done, heard) = tokio::join!(store, network);
        return Ok((heard, done?));
    }
    match network.await {
        Err(SyncError::Cancelled) => Err(SyncError::Cancelled),
        heard => Ok((heard, store.await?)),
    }
}

/// The push of these changes, with the generations that their bases refer to and what was told before them.
pub(crate) fn pushing(
    (device, incarnation): (Uuid, Uuid),
    changes: Vec<Change>,
    cursors: &[ScopeCursor],
    book: &Book,
) -> Result<PushRequest, StoreError> {
    let generations = cursors
        .iter()
        .filter(|c| !c.generation.is_nil() && changes.iter().any(|change| change.scope == c.scope))
        .map(|c| (c.scope.clone(), c.generation))
        .collect();
    let before = changes.first().map_or(Ok(None), |first| book.own_print(first.id.seq - 1))?;
    Ok(PushRequest { device, incarnation, changes, before, generations })
}
