//! Who is at the desk: the open book, its user, idling.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tiexin_contract::session::WhyLocked;
use tiexin_contract::{ErrorReply, Event};
use tiexin_domain::{Kind, User};
use tiexin_files::Trouble;
use tiexin_store::{Book, LeaseState, LocalUser};

use crate::config::DeskConfig;
use crate::desk::Desk;
use crate::guessing::Typed;
use crate::province::Province;
use crate::{errors, lock, plans::Plans};

/// How often the book is told that time passes while it is open.
const TELL_TIME_MS: i64 = 10 * 60 * 1000;

/// Acts after which the same user is expected back.
pub(crate) const LOCK: &str = "lock";
const IDLE_LOCK: &str = "idle_lock";

/// Somebody is signed in: the book is open, its key is in memory. All of it goes at sign-out.
pub(crate) struct Session {
    pub(crate) local: LocalUser,
    pub(crate) book: Book,
    pub(crate) province: Province,
    /// Import previews not yet written.
    pub(crate) plans: Plans,
    pub(crate) typed: Typed,
    touched: AtomicI64,
    /// The lease is over: nothing but speaking with the province.
    lease_over: AtomicBool,
    /// Until when, by the steady clock, the time the book was open was told to it.
    told_open: AtomicI64,
}

/// The one place at the desk.
#[derive(Default)]
pub(crate) struct Sessions {
    current: Mutex<Option<Arc<Session>>>,
    /// Who locked the desk, or left it until it locked itself.
    expected: Mutex<Option<LocalUser>>,
}

impl Sessions {
    pub(crate) fn open(config: &DeskConfig) -> Result<Sessions, ErrorReply> {
        std::fs::create_dir_all(&config.data_dir).map_err(|error| errors::disk(&Trouble::of(&error)))?;
        Ok(Sessions::default())
    }

    fn place(&self) -> MutexGuard<'_, Option<Arc<Session>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn current(&self) -> Option<Arc<Session>> {
        self.place().clone()
    }

    fn expect(&self, user: Option<LocalUser>) {
        *self.expected.lock().unwrap_or_else(PoisonError::into_inner) = user;
    }

    /// Who is expected back, as long as nobody is here.
    pub(crate) fn expected(&self) -> Option<LocalUser> {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Session {
    /// The user with the grants that the book knows now; rounds with the province may change them.
    pub(crate) fn user(&self) -> Result<User, ErrorReply> {
        let known = self.book.user(self.local.id).map_err(errors::store)?;
        Ok(known.unwrap_or_else(|| User {
            id: self.local.id,
            name: self.local.name.clone(),
            display_name: self.local.display_name.clone(),
            grants: Vec::new(),
            disabled: false,
        }))
    }

    /// Why the book stays locked until it has spoken with the province, and what to say of it. A lease that ends
    /// while somebody works ends at the next sign-in.
    pub(crate) fn locked(
        &self,
        user: &User,
        clock: &dyn crate::Clock,
    ) -> Result<Option<(WhyLocked, String)>, ErrorReply> {
        let lease_over = self.lease_over.load(Ordering::Relaxed);
        lock::why(lease_over, user, clock, &self.book).map_err(errors::store)
    }

    /// What a screen's session depends on besides who it is.
    pub(crate) fn standing(&self) -> Option<(User, bool)> {
        Some((self.user().ok()?, self.lease_over.load(Ordering::Relaxed)))
    }

    /// Looks at the lease anew: it may have been renewed.
    pub(crate) fn look_at_lease(&self, now_ms: i64) {
        match self.book.lease(now_ms) {
            Ok(lease) => self.lease_over.store(lease.is_some_and(LeaseState::over), Ordering::Relaxed),
            // What cannot be read opens nothing.
            Err(error) => tracing::error!(cause = %error, "the lease could not be read"),
        }
    }

    /// Tells the book how long it was open: a clock set back does not prolong the lease.
    fn tell_time(&self, now_ms: i64, steady_ms: i64) {
        let since = self.told_open.swap(steady_ms, Ordering::Relaxed);
        if let Err(error) = self.book.time_passed(steady_ms - since, now_ms) {
            tracing::error!(cause = %error, "the lease's clock was not kept");
        }
    }

    /// For the sign-in screen, which cannot look into the book.
    pub(crate) fn note_enrolled(&self) {
        if let Err(error) = self.book.note_enrolled() {
            tracing::error!(cause = %error, "it was not noted whether the book is joined to a province");
        }
    }

    /// The people of this computer are called as the province calls them: whoever enrols may have given the sign-in
    /// name only.
    pub(crate) fn learn_names(&self) {
        let Ok(users) = self.book.users() else { return };
        let Ok(local) = Book::users_of(self.book.dir()) else { return };
        for LocalUser { id, name, display_name } in local {
            let known = users.iter().find(|user| user.id == id).map(|user| user.display_name.trim());
            // A province that was told no name has the sign-in name in its place.
            let known = known.filter(|known| !known.is_empty() && *known != name && *known != display_name);
            if let Some(known) = known
                && let Err(error) = Book::call_user(self.book.dir(), id, known)
            {
                tracing::warn!(cause = %error, "a name was not kept for the sign-in screen");
            }
        }
    }

    pub(crate) fn touch(&self, steady_ms: i64) {
        self.touched.store(steady_ms, Ordering::Relaxed);
    }
}

impl Desk {
    /// Seats a user at an open book; whoever sat there leaves.
    pub(crate) fn seat(&self, book: Book, local: LocalUser) {
        let config = &self.inner().config;
        let province = Province::start(self, &book, local.id, config);
        let touched = AtomicI64::new(config.clock.steady_ms());
        let (now_ms, steady_ms) = (config.clock.now_ms(), config.clock.steady_ms());
        let session = Arc::new(Session {
            local,
            book,
            province,
            plans: Plans::default(),
            typed: Typed::default(),
            touched,
            lease_over: AtomicBool::new(true),
            told_open: AtomicI64::new(steady_ms),
        });
        session.tell_time(now_ms, steady_ms);
        session.look_at_lease(now_ms);
        session.note_enrolled();
        session.learn_names();
        *self.inner().sessions.place() = Some(session.clone());
        self.inner().sessions.expect(None);
        if config.idle_minutes > 0 {
            self.watch_idling(&session);
        }
        self.derive_the_rest(&session);
    }

    /// What an older program left to be derived and the opening of the book did not come to, a stretch at a
    /// time, as long as somebody sits here.
    fn derive_the_rest(&self, session: &Arc<Session>) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (desk, session) = (self.downgrade(), Arc::downgrade(session));
        runtime.spawn_blocking(move || {
            let mut found = false;
            while let Some(session) = session.upgrade() {
                match session.book.derive_some() {
                    Ok(0) => break,
                    Ok(_) => found = true,
                    Err(error) => {
                        tracing::error!(cause = %error, "older records wait to be listed and searched");
                        break;
                    }
                }
            }
            if let Some(desk) = desk.upgrade().filter(|_| found) {
                desk.tell(Event::Changed { kinds: Kind::ALL.iter().map(|k| k.code().to_owned()).collect() });
            }
        });
    }

    /// The session, if it has not idled too long; one that has is closed here.
    pub(crate) fn session(&self) -> Option<Arc<Session>> {
        let session = self.inner().sessions.current()?;
        if self.has_idled(&session) {
            self.leave(Some(IDLE_LOCK));
            return None;
        }
        Some(session)
    }

    fn has_idled(&self, session: &Session) -> bool {
        let config = &self.inner().config;
        let idle_ms = i64::from(config.idle_minutes) * 60_000;
        idle_ms > 0 && config.clock.steady_ms() - session.touched.load(Ordering::Relaxed) >= idle_ms
    }

    /// Ends the session. `act`: what the audit is to call it.
    pub(crate) fn leave(&self, act: Option<&str>) {
        let left = self.inner().sessions.place().take();
        let comes_back = matches!(act, Some(LOCK | IDLE_LOCK));
        if left.is_some() || !comes_back {
            self.inner().sessions.expect(left.as_ref().filter(|_| comes_back).map(|left| left.local.clone()));
        }
        let Some(session) = left else { return };
        session.plans.forget();
        let clock = &self.inner().config.clock;
        let now_ms = clock.now_ms();
        session.tell_time(now_ms, clock.steady_ms());
        if let Some(act) = act
            && let Err(error) = session.book.write(|tx| tx.note_act(act, None, &[], session.local.id, now_ms))
        {
            tracing::error!(cause = %error, "the end of a session did not reach the audit");
        }
        self.tell(Event::SignedOut);
    }

    /// Locks the desk when nobody touches it, also while no call comes in.
    fn watch_idling(&self, session: &Arc<Session>) {
        const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(10);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (desk, session) = (self.downgrade(), Arc::downgrade(session));
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(LOOK_AGAIN).await;
                let (Some(desk), Some(session)) = (desk.upgrade(), session.upgrade()) else { return };
                let here = desk.inner().sessions.current().is_some_and(|s| Arc::ptr_eq(&s, &session));
                if !here {
                    return;
                }
                let clock = &desk.inner().config.clock;
                let steady_ms = clock.steady_ms();
                if steady_ms - session.told_open.load(Ordering::Relaxed) >= TELL_TIME_MS {
                    let (session, now_ms) = (session.clone(), clock.now_ms());
                    let _ = tokio::task::spawn_blocking(move || session.tell_time(now_ms, steady_ms)).await;
                }
                if desk.has_idled(&session) {
                    drop(session);
                    let _ = tokio::task::spawn_blocking(move || desk.leave(Some(IDLE_LOCK))).await;
                    return;
                }
            }
        });
    }
}
