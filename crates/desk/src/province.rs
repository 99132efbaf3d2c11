//! Rounds with the province, and what the indicator shows of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tiexin_contract::quarantine::Settle;
use tiexin_contract::sync::{Lease, ScopeState, SyncState};
use tiexin_contract::{ErrorReply, Event};
use tiexin_domain::nouns::settlement::Choice;
use tiexin_store::{Book, LeaseState};
use tiexin_sync::{Engine, Status, SyncError};
use tokio::sync::watch;
use uuid::Uuid;

use crate::config::DeskConfig;
use crate::desk::{Desk, WeakDesk};
use crate::engine::{Look, Province, Viewer, standing};
use crate::{enrolment, errors, notice, place, waiting};

impl Viewer {
    /// What waits in this user's list: own things, and those of others to decide on.
    fn waits(&self, book: &Book) -> Result<(u64, u64), ErrorReply> {
        self.looks(book, waiting::counted)
    }

    /// Looks at what waits with this user's eyes.
    fn looks<T>(
        &self,
        book: &Book,
        at: impl FnOnce(&waiting::Viewer<'_>) -> Result<T, ErrorReply>,
    ) -> Result<T, ErrorReply> {
        let grants = book.user(self.user).map_err(errors::store)?.map(|user| user.grants).unwrap_or_default();
        let today = self.clock.today();
        at(&waiting::Viewer { book, user: self.user, grants: &grants, today })
    }
}

impl Province {
    /// Begins rounds by itself where that is wanted and a runtime is there to carry them.
    pub(crate) fn start(desk: &Desk, book: &Book, user: Uuid, config: &DeskConfig) -> Province {
        let viewer = Viewer { user, clock: config.clock.clone() };
        let runtime = tokio::runtime::Handle::try_current().ok().filter(|_| config.automatic_sync);
        let engine = runtime.map(|runtime| {
            let _inside = runtime.enter();
            let engine = begin(book, config);
            runtime.spawn(tell_screens(desk.downgrade(), book.clone(), viewer.clone(), engine.status()));
            engine
        });
        Province { engine, counting: Arc::default(), viewer }
    }

    /// Something was saved: the indicator counts anew, beside the worker's next step, and a round begins
    /// soon.
    pub(crate) fn saved(&self, desk: &Desk, book: &Book) {
        if let Some(engine) = &self.engine {
            engine.saved();
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.counting.swap(true, Ordering::AcqRel) {
            return;
        }
        let now_ms = desk.inner().config.clock.now_ms();
        let (desk, book, counting) = (desk.downgrade(), book.clone(), self.counting.clone());
        let (viewer, engine) = (self.viewer.clone(), self.engine.clone());
        runtime.spawn_blocking(move || {
            counting.store(false, Ordering::Release);
            let Some(desk) = desk.upgrade() else { return };
            let look = desk.inner().looks.at(|| standing(engine.as_ref()));
            if let Ok(state) = state(&book, &viewer, look, now_ms) {
                desk.tell(Event::Sync(Box::new(state)));
            }
        });
    }

    /// What the indicator shows now.
    pub(crate) fn state(&self, desk: &Desk, book: &Book, now_ms: i64) -> Result<SyncState, ErrorReply> {
        let look = desk.inner().looks.at(|| standing(self.engine.as_ref()));
        state(book, &self.viewer, look, now_ms)
    }

    /// A full round now; the state after it, whether it came to its end or not.
    pub(crate) async fn round(&self, desk: &Desk, book: &Book) -> Result<SyncState, ErrorReply> {
        let engine = self.engine.clone().unwrap_or_else(|| begin(book, &desk.inner().config));
        let session = desk.inner().sessions.current();
        let before = session.as_ref().and_then(|session| session.standing());
        let mut outcome = engine.sync_now().await;
        if outcome.is_ok() && take_up(desk, book, &self.viewer).await {
            outcome = engine.sync_now().await;
        }
        let look = desk.inner().looks.at(|| standing(Some(&engine)));
        if self.engine.is_none()
            && let Ok(report) = &outcome
            && !report.kinds.is_empty()
        {
            desk.tell(Event::Changed { kinds: report.kinds.iter().cloned().collect() });
        }
        let now_ms = desk.inner().config.clock.now_ms();
        if let Some(session) = session {
            session.look_at_lease(now_ms);
            if session.standing() != before {
                session.learn_names();
                desk.tell(Event::Rights);
            }
        }
        match outcome {
            Ok(_)
            | Err(
                SyncError::Offline
                | SyncError::Distrusted
                | SyncError::Shut(_)
                | SyncError::Awaited
                | SyncError::Unknown,
            ) => {}
            Err(error) => return Err(enrolment::reply(error)),
        }
        let (book, viewer) = (book.clone(), self.viewer.clone());
        let after = move || state(&book, &viewer, look, now_ms);
        tokio::task::spawn_blocking(after).await.unwrap_or_else(|_| Err(errors::internal()))
    }
}

fn begin(book: &Book, config: &DeskConfig) -> Engine {
    let clock = config.clock.clone();
    Engine::start(book.clone(), Arc::new(move || clock.now_ms()), config.pace)
}

/// Passes the engine's news to the screens until the session or the desk is gone.
async fn tell_screens(desk: WeakDesk, book: Book, viewer: Viewer, mut status: watch::Receiver<Status>) {
    let mut told = 0;
    let standing = |desk: &Desk| desk.inner().sessions.current().and_then(|session| session.standing());
    let mut stood = desk.upgrade().as_ref().and_then(standing);
    while status.changed().await.is_ok() {
        let Some(desk) = desk.upgrade() else { return };
        let look = desk.inner().looks.at(|| status.borrow_and_update().clone());
        if look.status.round != told && !look.status.changed.is_empty() {
            desk.tell(Event::Changed { kinds: look.status.changed.iter().cloned().collect() });
        }
        if look.status.round != told {
            // What it saves begins the next round.
            take_up(&desk, &book, &viewer).await;
        }
        told = look.status.round;
        let (held, book, clock) = (book.clone(), book.clone(), desk.inner().config.clock.clone());
        let viewer = viewer.clone();
        let counted = tokio::task::spawn_blocking(move || state(&book, &viewer, look, clock.now_ms())).await;
        if let Some(session) = desk.inner().sessions.current() {
            session.look_at_lease(desk.inner().config.clock.now_ms());
        }
        let stands = standing(&desk);
        if stands != stood {
            stood = stands;
            if let Some(session) = desk.inner().sessions.current() {
                session.learn_names();
            }
            desk.tell(Event::Rights);
        }
        if matches!(desk.obey(&held).await, Ok(true)) {
            return;
        }
        if let Ok(Ok(state)) = counted {
            desk.tell(Event::Sync(Box::new(state)));
        }
    }
}

/// Does the user's own merges that waited for a registration which is here now. False: there were none.
async fn take_up(desk: &Desk, book: &Book, viewer: &Viewer) -> bool {
    let (book, viewer) = (book.clone(), viewer.clone());
    let due = tokio::task::spawn_blocking(move || viewer.looks(&book, waiting::taken_up::due)).await;
    let mut done = false;
    for id in due.ok().and_then(Result::ok).unwrap_or_default() {
        let note = Some(waiting::taken_up::BACK.to_owned());
        done |= desk.run(Settle { id, choice: Choice::Adopt, note }).await.is_ok();
    }
    done
}

fn state(book: &Book, viewer: &Viewer, look: Look, now_ms: i64) -> Result<SyncState, ErrorReply> {
    let Look { turn, status } = look;
    let counts = book.sync_state().map_err(errors::store)?;
    let device = book.device().map_err(errors::store)?;
    let enrolled = device.id.is_some();
    let attachments = book.blob_counts().map_err(errors::store)?;
    let (own, to_settle) = viewer.waits(book)?;
    Ok(SyncState {
        turn,
        enrolled,
        server: device.server.filter(|_| enrolled),
        // Applied but not yet read back is not yet safe to call done.
        complete: enrolled
            && status.complete
            && counts.waiting == 0
            && counts.unread == 0
            && attachments.up == 0,
        waiting: counts.waiting,
        waiting_by_kind: counts.waiting_by_kind,
        held_back: counts.held_back,
        awaited: names_of(book, &counts.held_authors)?,
        to_join: enrolled && book.not_joined().map_err(errors::store)?.contains(&viewer.user),
        parked: counts.parked,
        conflicts: counts.conflicts,
        own_listed: own,
        to_settle,
        answered: book.answers_of(viewer.user).map_err(errors::store)?.len() as u64
            + book.overruled_of(viewer.user).map_err(errors::store)?,
        unseen: book.unseen_of(viewer.user).map_err(errors::store)?.len() as u64,
        running: status.running || status.carrying,
        last_full_round: counts.last_round,
        reading_anew: counts.reading_anew,
        trouble: status.trouble,
        enrol_again: status.unknown,
        scopes: counts.scopes.iter().map(scope).collect(),
        loading: status.loading,
        attachments_up: attachments.up,
        attachments_down: attachments.down,
        attachments_faulty: attachments.faulty,
        lease: book.lease(now_ms).map_err(errors::store)?.map(|lease| shown(lease, now_ms)),
        notices: tiexin_sync::notices(book)
            .map_err(errors::store)?
            .iter()
            .map(|code| notice::words(code))
            .collect(),
    })
}

/// Users of this desk by name.
fn names_of(book: &Book, users: &[Uuid]) -> Result<Vec<String>, ErrorReply> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let here = Book::users_of(book.dir()).map_err(errors::unlock)?.into_iter();
    Ok(here.filter(|user| users.contains(&user.id)).map(|user| user.display_name).collect())
}

const DAY_MS: i64 = 24 * 3600 * 1000;
/// A lease is spoken of when so many days are left.
const SOON_DAYS: i64 = 7;

fn shown(lease: LeaseState, now_ms: i64) -> Lease {
    let left = (lease.ends - lease.now).max(0);
    // A day that has begun counts: right after the province was spoken with all of them are left.
    let days_left = left.div_euclid(DAY_MS) + i64::from(left % DAY_MS > 0);
    Lease { until: now_ms.saturating_add(left), days_left, soon: left < SOON_DAYS * DAY_MS }
}

fn scope(scope: &tiexin_store::ScopeState) -> ScopeState {
    ScopeState {
        scope: scope.scope.clone(),
        name: place::name(&scope.scope),
        sequence: scope.seq,
        digest: hex::encode(scope.digest.0),
        agreed: scope.checked_at.is_some() && !scope.generation.is_nil(),
    }
}
