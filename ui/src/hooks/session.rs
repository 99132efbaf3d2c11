//! Who is at the desk.

use chrono::NaiveDate;
use std::rc::Rc;
use tiexin_contract::session::{SessionState, SignedIn};
use tiexin_domain::YearHint;
use yew::prelude::*;

/// The session, and the way to put a newer one in its place.
#[derive(Clone, PartialEq)]
pub(crate) struct Session {
    pub(crate) state: Rc<SessionState>,
    pub(crate) set: Callback<SessionState>,
    /// Shows the way back from a backup, in the place of whatever is shown.
    pub(crate) restore: Callback<()>,
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

/// Today, as far as the computer's clock can be believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Today {
    pub(crate) day: NaiveDate,
    pub(crate) sure: bool,
}

impl Today {
    /// By what a date without a year is read.
    pub(crate) fn hint(self) -> YearHint {
        if self.sure { YearHint::Today(self.day) } else { YearHint::None }
    }

    /// What a form's date begins with: nothing, when nobody knows which day it is.
    pub(crate) fn begins(self) -> String {
        if self.sure { self.day.to_string() } else { String::new() }
    }
}

/// The session; pages stand only where there is one.
#[hook]
pub(crate) fn use_session() -> Session {
    use_context::<Session>().expect("pages stand inside the session's provider")
}
