//! What the user prefers on this PC.

use std::rc::Rc;
use tiexin_contract::book::Preferences;
use yew::prelude::*;

#[derive(Clone, PartialEq)]
pub(crate) struct PreferencesKeeper {
    pub(crate) kept: Rc<Preferences>,
    pub(crate) set: Callback<Preferences>,
}

impl PreferencesKeeper {
    /// Changes one thing and keeps it.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Preferences)) {
        let mut preferences = (*self.kept).clone();
        change(&mut preferences);
        self.set.emit(preferences);
    }
}

#[hook]
pub(crate) fn use_preferences() -> PreferencesKeeper {
    use_context::<PreferencesKeeper>().expect("pages stand inside the preferences' provider")
}
