//! Hello: who works here and where, what the province has of this desk, what is to be read besides.

use std::collections::BTreeMap;

use tiexin_domain::region::RegionCode;
use tiexin_protocol::planted;
use tiexin_protocol::wire::{HelloReply, ScopeHead};
use tiexin_store::{Book, StoreError};
use uuid::Uuid;

use super::{Round, on_store};
use crate::error::SyncError;
use crate::standing::{self, Heard};

impl Round<'_> {
    pub(super) async fn hello(&mut self, now_ms: i64) -> Result<(), SyncError> {
        let book = self.book.clone();
        let said = tokio::task::spawn_blocking(move || standing::greeting(&book, &book.device()?)).await;
        let mut request = said.map_err(|_| SyncError::Cancelled)??;
        for number in &mut request.former {
            number.after = self.doubted.remove(&number.incarnation);
        }
        let prints_asked = request.former.iter().any(|number| number.after.is_some());
        let reply = self.province.hello(&request).await?;
        // Later in a round `now_ms` is long ago.
        if !self.report.greeted && self.report.pushed == 0 {
            let province = reply.server_time;
            on_store(self.book, move |book| crate::clocks::hear(book, province, now_ms)).await?;
        }
        let (acked, print) = (reply.acked, reply.print.clone());
        if on_store(self.book, move |book| book.is_doubled(acked, print.as_deref())).await? {
            return self.be_another().await;
        }
        self.access = Some(reply.access.clone());
        let Greeted { to_drop, to_load, key_wanted, doubted } =
            on_store(self.book, move |book| greeted(book, reply, now_ms)).await?;
        if prints_asked && !doubted.is_empty() {
            return Err(SyncError::Protocol("prints"));
        }
        // What did not fit is loaded anew whatever hello says of it.
        let before = std::mem::take(&mut self.facts.to_load).into_iter();
        let unfit = before.filter(|scope| self.loaded_anew.contains(scope) && !to_drop.contains(scope));
        self.facts.to_load = unfit.collect();
        for scope in to_load {
            if !self.facts.to_load.contains(&scope) && !self.contradictory.contains(&scope) {
                self.facts.to_load.push(scope);
            }
        }
        self.facts.to_drop = to_drop;
        // The province asks for the book's key, or this desk for prints: hello is said once more, with that.
        self.facts.greeted = !key_wanted && doubted.is_empty();
        self.doubted = doubted;
        self.facts.at_head = false;
        self.report.greeted = true;
        self.look_what_waits().await
    }

    pub(super) async fn hold_access_back(&mut self) -> Result<(), SyncError> {
        if self.access.is_none() {
            self.access = on_store(self.book, |book| book.device()).await?.access;
            on_store(self.book, |book| book.set_access(None)).await?;
        }
        Ok(())
    }

    pub(super) async fn keep_access(&mut self) -> Result<(), SyncError> {
        match self.access.take() {
            Some(access) => on_store(self.book, move |book| book.set_access(Some(&access))).await,
            None => Ok(()),
        }
    }
}

/// Takes in who works here and where: users with their grants, the province's keys, scopes that are new and
/// empty, kinds that the province knows. Gives the scopes that are withdrawn.
pub(crate) fn whereabouts(
    book: &Book,
    hello: &HelloReply,
    now_ms: i64,
) -> Result<Vec<RegionCode>, StoreError> {
    crate::package::heard(book, hello.province_keys.as_ref(), hello.server_time)?;
    let users = crate::enrol::as_local(book, hello.users.clone())?;
    book.set_users(&users)?;
    crate::enrol::note_not_joined(book, &users)?;
    for head in hello.scopes.iter().filter(|head| head.head == 0) {
        book.start_scope(&head.scope, head.generation, &head.view, now_ms)?;
    }
    let withdrawn = |scope: &RegionCode| !hello.scopes.iter().any(|head| head.scope == *scope);
    let withdrawn: Vec<RegionCode> = book.scopes_held()?.into_iter().filter(withdrawn).collect();
    book.set_kinds_known(hello.kinds.as_deref(), &withdrawn)?;
    Ok(withdrawn)
}

/// What follows from a hello.
struct Greeted {
    /// Scopes that are withdrawn, and those that want a snapshot.
    to_drop: Vec<RegionCode>,
    to_load: Vec<RegionCode>,
    /// The book's key is asked for.
    key_wanted: bool,
    /// As [`Round::doubted`].
    doubted: BTreeMap<Uuid, u64>,
}

/// Takes in what the province said: what it has of ours, the scopes to read besides.
fn greeted(book: &Book, reply: HelloReply, now_ms: i64) -> Result<Greeted, StoreError> {
    let to_drop = whereabouts(book, &reply, now_ms)?;
    book.set_blobs_taken(reply.limits.blob_bytes.is_some())?;
    book.set_audit_taken(reply.limits.audit_entries)?;
    let key_wanted = standing::hear(book, &reply, Heard::Now(now_ms))?;
    book.send_again_after(reply.acked)?;
    book.set_told_to(reply.acked)?;
    let mut doubted = BTreeMap::new();
    for heard in &reply.former {
        let (after, _) = book.former_heard(heard)?;
        doubted.extend(after.map(|after| (heard.incarnation, after)));
    }
    for head in &reply.scopes {
        if let Some(older) = head.continues {
            book.continue_scope(&head.scope, older, head.generation)?;
        }
    }
    let held = book.cursors()?;
    let agrees = |head: &&ScopeHead| {
        held.iter().any(|c| {
            c.scope == head.scope
                && (&c.generation, &c.view) == (&head.generation, &head.view)
                && c.since <= head.head
        })
    };
    let to_load = reply.scopes.iter().filter(|head| !agrees(head)).map(|head| head.scope.clone()).collect();
    book.set_access(planted("first_load_forgotten").then_some(reply.access.as_str()))?;
    let to_drop = if planted("withdrawn_is_kept") { Vec::new() } else { to_drop };
    Ok(Greeted { to_drop, to_load, key_wanted, doubted })
}
