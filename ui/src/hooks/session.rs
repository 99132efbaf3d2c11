//! Who is at the desk.

use chrono::NaiveDate;
use std::rc::Rc;
use tiexin_contract::session::{SessionState, SignedIn};
use tiexin_forms::Today;
use yew::prelude::*;

/// The session, and the way to put a newer one in its place.
#[derive(Clone, PartialEq)]
pub(crate) struct Session {
    pub(crate) state: Rc<SessionState>,
    pub(crate) set: Callback<SessionState>,
    /// Shows the way back from a backup, in the place of whatever is shown.
    pub(crate) restore: Callback<()>,
    /// Nobody may work now: the pages stand behind the sign-in screen, as who locked the desk left them.
    pub(crate) away: bool,
}

impl Session {
    /// Who is signed in.
    pub(crate) fn me(&self) -> Option<&SignedIn> {
        self.state.signed_in.as_ref()
    }

    /// Today by the desk's clock.
    pub(crate) fn today(&self) -> NaiveDate {
        self.state.today
    }

    /// The same for what is dated by it.
    pub(crate) fn day(&self) -> Today {
        Today { day: self.state.today, sure: self.state.day_is_sure() }
    }

    pub(crate) fn can_write(&self) -> bool {
        self.me().is_some_and(|me| me.can_write)
    }

    pub(crate) fn can_audit(&self) -> bool {
        self.me().is_some_and(|me| me.can_audit)
    }
}

/// The session; pages stand only where there is one.
#[hook]
pub(crate) fn use_session() -> Session {
    use_context::<Session>().expect("pages stand inside the session's provider")
}

/// Calls back when the day turns while a page stands: the day it was, and today.
#[hook]
pub(crate) fn use_day_turned(turned: impl FnOnce(NaiveDate, Today) + 'static) {
    let today = use_session().day();
    let day = use_mut_ref(|| today);
    use_effect_with(today, move |today| {
        let then = std::mem::replace(&mut *day.borrow_mut(), *today);
        if let Some(then) = then.known().filter(|_| then != *today) {
            turned(then, *today);
        }
    });
}
