//! What the user prefers on this PC.

use gloo::storage::{LocalStorage, Storage};
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

/// The size stays with the screen while nobody is signed in: who needs big letters needs them to sign in, too.
const LARGE: &str = "tiexin-large-type";

/// The size that was shown here last.
pub(crate) fn remembered_size() -> bool {
    LocalStorage::get(LARGE).unwrap_or(false)
}

/// Shows letters in this size from now on.
pub(crate) fn show_size(large: bool) {
    // A browser that keeps nothing asks again for the size after a reload.
    let _ = LocalStorage::set(LARGE, large);
    if let Some(root) = gloo::utils::document().document_element() {
        let _ =
            if large { root.set_attribute("data-size", "large") } else { root.remove_attribute("data-size") };
    }
}
