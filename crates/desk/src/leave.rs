//! Who is here now, and the end of a session: by hand, by idling, on order.

use std::sync::Arc;

use tiexin_contract::Event;

use crate::desk::Desk;
use crate::session::{IDLE_LOCK, LOCK, Session};

impl Desk {
    /// The session, if it has not idled too long; one that has is closed here.
    pub(crate) fn session(&self) -> Option<Arc<Session>> {
        let session = self.inner().sessions.current()?;
        if self.has_idled(&session) {
            self.leave(Some(IDLE_LOCK));
            return None;
        }
        Some(session)
    }

    pub(crate) fn has_idled(&self, session: &Session) -> bool {
        let config = &self.inner().config;
        let idle_ms = i64::from(config.idle_minutes) * 60_000;
        idle_ms > 0 && session.untouched_ms(config.clock.steady_ms()) >= idle_ms
    }

    /// Ends the session. `act`: what the audit is to call it.
    pub(crate) fn leave(&self, act: Option<&str>) {
        let comes_back = matches!(act, Some(LOCK | IDLE_LOCK));
        let Some(session) = self.inner().sessions.leave(comes_back) else { return };
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
}
