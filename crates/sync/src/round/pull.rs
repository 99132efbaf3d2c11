//! Pull: what others wrote, what was decided on this desk's changes, what waits for its people.

use tiexin_domain::Kind;
use tiexin_domain::region::RegionCode;
use tiexin_protocol::wire::{Cursor, PageEntry, PullRequest, QuarantineMarks, ScopePage, Settled};
use tiexin_store::{ScopeCursor, StoreError};
use uuid::Uuid;

use super::{Round, on_store};
use crate::error::SyncError;

/// What became of a page.
enum Applied {
    Yes,
    /// The scope must be loaded anew from its snapshot.
    LoadAnew,
    /// So it must, for what was read does not fit what is here.
    Contradicts,
    /// The entries are needed in full.
    InFull,
    /// Another machine speaks under this desk's number.
    Copied,
}

impl Round<'_> {
    pub(super) async fn pull(&mut self, now_ms: i64) -> Result<(), SyncError> {
        let device = on_store(self.book, |book| book.device()).await?;
        let cursors = on_store(self.book, |book| book.cursors()).await?;
        let told = |cursor: &ScopeCursor| !self.contradictory.contains(&cursor.scope);
        let cursors = cursors.into_iter().filter(told).map(asked).collect();
        let id = device.id.ok_or(SyncError::NotEnrolled)?;
        // Under a number that nothing was ever told, nothing comes back as an echo.
        let incarnation = if self.in_full { Uuid::nil() } else { device.incarnation };
        let (quarantine, refused) =
            on_store(self.book, |book| Ok((Some(book.quarantine_mark()?), book.undecided()?))).await?;
        let request = PullRequest { device: id, incarnation, cursors, quarantine, refused };
        let reply = self.province.pull(&request).await?;
        self.decided(reply.settled, reply.quarantine).await?;
        let mut at_head = true;
        // Whether the log is the one that this desk's numbers were told to: read on, or hello asked in this round.
        let mut goes_on = !reply.pages.is_empty() || self.report.greeted;
        for page in reply.pages {
            let scope = page.scope.clone();
            let last = page.next == page.head;
            let applied = self.apply(page, now_ms).await?;
            goes_on &= matches!(applied, Applied::Yes);
            match applied {
                Applied::Yes => at_head &= last,
                // This log is not the one that was read: hello tells what it lacks of ours, and what to load.
                Applied::LoadAnew => {
                    at_head = false;
                    self.facts.greeted = false;
                }
                Applied::Contradicts => {
                    at_head = false;
                    self.facts.greeted = false;
                    if self.loaded_anew.insert(scope.clone()) {
                        self.facts.to_load.push(scope);
                    } else {
                        self.contradictory.insert(scope);
                    }
                }
                Applied::InFull => {
                    at_head = false;
                    self.in_full = true;
                }
                Applied::Copied => return self.be_another().await,
            }
        }
        // A backup of another log may hold other changes under these numbers: another machine's (sync.md, I12).
        if goes_on {
            let durable = reply.durable;
            on_store(self.book, move |book| book.prune_sent(durable)).await?;
        }
        if device.access.as_deref() != Some(reply.access.as_str()) {
            self.facts.greeted = false;
        }
        self.facts.at_head = at_head;
        self.look_what_waits().await
    }

    /// Takes in what was decided about this desk's changes, and where there is something for its people to
    /// decide.
    async fn decided(
        &mut self,
        settled: Vec<Settled>,
        marks: Option<QuarantineMarks>,
    ) -> Result<(), SyncError> {
        if !settled.is_empty() {
            let changed = on_store(self.book, move |book| book.keep_outcomes(&settled)).await?;
            self.changed(changed);
        }
        if let Some(marks) = marks {
            let told = marks.clone();
            self.facts.to_review = on_store(self.book, move |book| book.quarantine_told(&told)).await?;
            self.marks = marks;
        }
        Ok(())
    }

    /// Fetches what waits in a scope for this desk's people. What cannot be fetched now is asked for again
    /// in the next round; it holds up nothing else.
    pub(super) async fn review(&mut self, scope: RegionCode) -> Result<(), SyncError> {
        self.facts.to_review.retain(|other| *other != scope);
        let items = match self.province.quarantine(&scope).await {
            Ok(items) => items,
            Err(SyncError::Refused { .. } | SyncError::Body(_)) => return Ok(()),
            Err(other) => return Err(other),
        };
        let marks = self.marks.clone();
        on_store(self.book, move |book| book.keep_quarantine(&scope, &items, &marks)).await?;
        self.report.kinds.insert(Kind::Settlement.code().to_owned());
        Ok(())
    }

    async fn apply(&mut self, page: ScopePage, now_ms: i64) -> Result<Applied, SyncError> {
        if page.rebase {
            return Ok(Applied::LoadAnew);
        }
        let echoes = page.entries.iter().any(|entry| matches!(entry, PageEntry::Echo { .. }));
        let in_full = self.in_full;
        let applied = on_store(self.book, move |book| match book.apply_page(&page, now_ms) {
            // What this desk has under a number may not be what another machine said under it.
            Err(StoreError::Differs { .. }) if echoes && !in_full => Ok(Err(Applied::InFull)),
            Err(StoreError::Differs { .. } | StoreError::NotContiguous { .. }) => {
                Ok(Err(Applied::Contradicts))
            }
            Err(StoreError::Rebase { .. }) => Ok(Err(Applied::LoadAnew)),
            Err(StoreError::EchoUnknown { .. }) => Ok(Err(Applied::InFull)),
            Err(StoreError::Copied) => Ok(Err(Applied::Copied)),
            other => other.map(Ok),
        });
        let outcome = match applied.await? {
            Ok(outcome) => outcome,
            Err(not) => return Ok(not),
        };
        self.report.pulled += outcome.entries;
        self.changed(outcome.changed);
        Ok(Applied::Yes)
    }
}

/// The cursor as a pull names it.
pub(crate) fn asked(c: ScopeCursor) -> Cursor {
    Cursor { scope: c.scope, generation: c.generation, since: c.since, view: c.view }
}
