//! Who is at the desk: the open book, its user, idling.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tiexin_contract::{ErrorReply, Event};
use tiexin_domain::User;
use tiexin_store::{Book, LocalUser};

use crate::config::DeskConfig;
use crate::desk::Desk;
use crate::province::Province;
use crate::{errors, plans::Plans};

/// Somebody is signed in: the book is open, its key is in memory. All of it goes at sign-out.
pub(crate) struct Session {
    pub(crate) local: LocalUser,
    pub(crate) book: Book,
    pub(crate) province: Province,
    /// Import previews not yet written.
    pub(crate) plans: Plans,
    touched: AtomicI64,
}

/// The one place at the desk.
#[derive(Default)]
pub(crate) struct Sessions {
    current: Mutex<Option<Arc<Session>>>,
}

impl Sessions {
    pub(crate) fn open(config: &DeskConfig) -> Result<Sessions, ErrorReply> {
        std::fs::create_dir_all(&config.data_dir).map_err(|_| errors::disk())?;
        Ok(Sessions::default())
    }

    fn place(&self) -> MutexGuard<'_, Option<Arc<Session>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn current(&self) -> Option<Arc<Session>> {
        self.place().clone()
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

    pub(crate) fn touch(&self, steady_ms: i64) {
        self.touched.store(steady_ms, Ordering::Relaxed);
    }
}

impl Desk {
    /// Seats a user at an open book; whoever sat there leaves.
    pub(crate) fn seat(&self, book: Book, local: LocalUser) {
        let config = &self.inner().config;
        let province = Province::start(self, &book, config);
        let touched = AtomicI64::new(config.clock.steady_ms());
        let session = Arc::new(Session { local, book, province, plans: Plans::default(), touched });
        *self.inner().sessions.place() = Some(session.clone());
        if config.idle_minutes > 0 {
            self.watch_idling(&session);
        }
    }

    /// The session, if it has not idled too long; one that has is closed here.
    pub(crate) fn session(&self) -> Option<Arc<Session>> {
        let session = self.inner().sessions.current()?;
        if self.has_idled(&session) {
            self.leave(Some("idle_lock"));
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
        let Some(session) = self.inner().sessions.place().take() else { return };
        session.plans.forget();
        let now_ms = self.inner().config.clock.now_ms();
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
                if desk.has_idled(&session) {
                    drop(session);
                    let _ = tokio::task::spawn_blocking(move || desk.leave(Some("idle_lock"))).await;
                    return;
                }
            }
        });
    }
}
