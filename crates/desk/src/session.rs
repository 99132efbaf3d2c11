//! Who is at the desk: the open book, its user, idling.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tiexin_contract::ErrorReply;
use tiexin_contract::session::WhyLocked;
use tiexin_domain::User;
use tiexin_files::Trouble;
use tiexin_store::{Book, LeaseState, LocalUser};

use crate::clock::Clock;
use crate::config::DeskConfig;
use crate::engine::Province;
use crate::typed::Typed;
use crate::{errors, lock, plans::Plans};

/// Acts after which the same user is expected back.
pub(crate) const LOCK: &str = "lock";
pub(crate) const IDLE_LOCK: &str = "idle_lock";

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

    /// Whoever sat here leaves.
    pub(crate) fn seat(&self, session: Arc<Session>) {
        *self.place() = Some(session);
        self.expect(None);
    }

    /// Nobody is here any more. `comes_back`: the same user is expected.
    pub(crate) fn leave(&self, comes_back: bool) -> Option<Arc<Session>> {
        let left = self.place().take();
        if left.is_some() || !comes_back {
            self.expect(left.as_ref().filter(|_| comes_back).map(|left| left.local.clone()));
        }
        left
    }

    /// Who is expected back, as long as nobody is here.
    pub(crate) fn expected(&self) -> Option<LocalUser> {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Session {
    /// Of a book that was opened at this time by the steady clock. Its lease counts as over until it was looked at.
    pub(crate) fn of(book: Book, local: LocalUser, province: Province, steady_ms: i64) -> Session {
        Session {
            local,
            book,
            province,
            plans: Plans::default(),
            typed: Typed::default(),
            touched: AtomicI64::new(steady_ms),
            lease_over: AtomicBool::new(true),
            told_open: AtomicI64::new(steady_ms),
        }
    }

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
        clock: &dyn Clock,
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
    pub(crate) fn tell_time(&self, now_ms: i64, steady_ms: i64) {
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

    /// How long by the steady clock the book was not told that time passes.
    pub(crate) fn untold_ms(&self, steady_ms: i64) -> i64 {
        steady_ms - self.told_open.load(Ordering::Relaxed)
    }

    /// How long by the steady clock nobody has touched the desk.
    pub(crate) fn untouched_ms(&self, steady_ms: i64) -> i64 {
        steady_ms - self.touched.load(Ordering::Relaxed)
    }

    pub(crate) fn touch(&self, steady_ms: i64) {
        self.touched.store(steady_ms, Ordering::Relaxed);
    }
}
