//! What a desk would have heard on the line: verdicts, who it is today, pages, snapshots.

use bytes::Bytes;
use tiexin_protocol::package::{Address, Attached, PushBody, Pushed, ReplyBody};
use tiexin_protocol::wire::{Cursor, HelloRequest, PullRequest, Refusal, ScopeHead, ScopePage};

use crate::error::{Error, Refused, Result};
use crate::province::Province;

/// Most log entries in one reply: with some room below what a desk opens.
const MOST_ENTRIES: usize = 100_000;
/// Most bytes of snapshots in one reply.
const MOST_ATTACHED: usize = 512 * 1024 * 1024;

impl Province {
    /// The reply, and the snapshots that follow it. `brought` is what follows the package's own body.
    pub(super) async fn answer(
        &self,
        from: &Address,
        asked: &PushBody,
        brought: &Bytes,
    ) -> Result<(ReplyBody, Vec<Bytes>)> {
        let own = (from.device, from.incarnation);
        let foreign = asked.pushes.iter().any(|push| (push.device, push.incarnation) != own);
        if foreign || (asked.pull.device, asked.pull.incarnation) != own {
            return Err(Refused::DeviceMismatch.into());
        }
        let mut pushes = Vec::with_capacity(asked.pushes.len());
        let mut refused = None;
        for push in &asked.pushes {
            let Some(first) = push.changes.first().map(|change| change.id.seq) else { continue };
            match self.push(push).await {
                Ok(reply) => pushes.push(Pushed { first, reply }),
                // The desk must hear of it: only it can take a new incarnation.
                Err(Error::Refused(why @ Refused::IncarnationForked)) => {
                    refused = Some(why.refusal());
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        let hello = HelloRequest {
            device: from.device,
            incarnation: from.incarnation,
            protocol: asked.protocol,
            app: asked.app.clone(),
            ..asked.greeting.clone().unwrap_or_default()
        };
        let said = self.say_hello(&hello, true).await;
        let hello = match self.with_order(from.device, said).await {
            Err(Error::Shut(order)) => {
                refused = Some(Refusal { order: Some(*order), ..Refused::DeviceRevoked.refusal() });
                self.farewell()
            }
            other => other?,
        };
        let mut reply = ReplyBody {
            hello,
            pushes,
            pages: Vec::new(),
            snapshots: Vec::new(),
            refused,
            settled: Vec::new(),
            more: false,
            blobs: Vec::new(),
        };
        let mut attached = Vec::new();
        if reply.refused.is_none() {
            reply.blobs = self.brought(from.device, &asked.blobs, brought).await?;
            let whole = self.pages(asked, &mut reply).await?;
            self.snapshots(from, whole, &mut reply, &mut attached).await?;
            let about = PullRequest { cursors: Vec::new(), ..asked.pull.clone() };
            reply.settled = self.pull(&about).await?.settled;
        }
        Ok((reply, attached))
    }

    /// Reads on behind the cursors that still fit; gives the scopes that want a snapshot.
    async fn pages(
        &self,
        asked: &PushBody,
        reply: &mut ReplyBody,
    ) -> Result<Vec<(ScopeHead, Option<Cursor>)>> {
        let mut whole = Vec::new();
        let mut cursors = Vec::new();
        for head in &reply.hello.scopes {
            let cursor = asked.pull.cursors.iter().find(|cursor| cursor.scope == head.scope);
            match cursor {
                // New and empty: the desk begins it by itself.
                None if head.head == 0 => {}
                Some(cursor) if follows(cursor, head) && !asked.anew.contains(&head.scope) => {
                    cursors.push(cursor.clone());
                }
                _ => whole.push((head.clone(), cursor.cloned())),
            }
        }
        let mut entries = 0;
        while !cursors.is_empty() {
            if entries >= MOST_ENTRIES {
                reply.more = true;
                break;
            }
            let request = PullRequest { cursors: cursors.clone(), ..asked.pull.clone() };
            let pages = self.pull(&request).await?.pages;
            cursors.retain_mut(|cursor| pages.iter().any(|page| advance(cursor, page)));
            entries += pages.iter().map(|page| page.entries.len()).sum::<usize>();
            // One that began anew meanwhile is loaded by the next package.
            reply.pages.extend(pages.into_iter().filter(|page| !page.rebase && !page.entries.is_empty()));
        }
        Ok(whole)
    }

    async fn snapshots(
        &self,
        from: &Address,
        whole: Vec<(ScopeHead, Option<Cursor>)>,
        reply: &mut ReplyBody,
        attached: &mut Vec<Bytes>,
    ) -> Result<()> {
        let mut total = 0;
        for (head, instead_of) in whole {
            if total >= MOST_ATTACHED {
                reply.more = true;
                break;
            }
            let bytes = self.snapshot_bytes(from.device, &head.scope).await?;
            total += bytes.len();
            reply.snapshots.push(Attached { scope: head.scope, instead_of, bytes: bytes.len() as u64 });
            attached.push(bytes);
        }
        Ok(())
    }
}

fn follows(cursor: &Cursor, head: &ScopeHead) -> bool {
    cursor.generation == head.generation && cursor.view == head.view && cursor.since <= head.head
}

/// Moves the cursor behind the page; whether there is more to read.
fn advance(cursor: &mut Cursor, page: &ScopePage) -> bool {
    if page.scope != cursor.scope || page.rebase {
        return false;
    }
    cursor.since = page.next;
    page.next < page.head
}
