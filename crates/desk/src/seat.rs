//! Seating a user at an open book, and what goes on beside as long as that user sits there.

use std::sync::Arc;

use tiexin_contract::Event;
use tiexin_domain::Kind;
use tiexin_store::{Book, LocalUser};

use crate::desk::Desk;
use crate::engine::Province;
use crate::session::{IDLE_LOCK, Session};

/// How often the book is told that time passes while it is open.
const TELL_TIME_MS: i64 = 10 * 60 * 1000;

impl Desk {
    /// Seats a user at an open book; whoever sat there leaves.
    pub(crate) fn seat(&self, book: Book, local: LocalUser) {
        let config = &self.inner().config;
        let province = Province::start(self, &book, local.id, config);
        let (now_ms, steady_ms) = (config.clock.now_ms(), config.clock.steady_ms());
        let session = Arc::new(Session::of(book, local, province, steady_ms));
        session.tell_time(now_ms, steady_ms);
        session.look_at_lease(now_ms);
        session.note_enrolled();
        session.learn_names();
        self.inner().sessions.seat(session.clone());
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
                if session.untold_ms(steady_ms) >= TELL_TIME_MS {
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
