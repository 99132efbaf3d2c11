//! What a page showed is there again when the worker comes back to it by the browser's way back.

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use yew::prelude::*;

type Kept = HashMap<(String, &'static str), Rc<dyn Any>>;

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::new(Kept::new());
    static CAME_BACK: Cell<bool> = const { Cell::new(false) };
}

/// The address of the page that is shown.
pub(crate) fn address() -> String {
    gloo::utils::window().location().hash().unwrap_or_default()
}

/// Whether the page that is being opened was reached by going back or forward, and not by a link.
pub(crate) fn came_back() -> bool {
    CAME_BACK.get()
}

/// Hears the browser's way back from now on. Before the router does: it opens the page at once.
pub(crate) fn hear_the_way_back() {
    EventListener::new(&gloo::utils::window(), "popstate", |_| {
        CAME_BACK.set(true);
        // The page has been opened by then; what comes later comes by a link.
        Timeout::new(50, || CAME_BACK.set(false)).forget();
    })
    .forget();
}

/// A state of a page, by its name on that page. By a link a page begins anew.
#[hook]
pub(crate) fn use_kept<T: Clone + PartialEq + 'static>(
    name: &'static str,
    begin: impl FnOnce() -> T,
) -> UseStateHandle<T> {
    let state = use_state(|| left(name).unwrap_or_else(begin));
    use_effect_with((*state).clone(), move |value| keep(name, value.clone()));
    state
}

/// Keeps what a page holds, by its name there. It lies in memory and nowhere else: a filter may hold a name.
pub(crate) fn keep<T: 'static>(name: &'static str, value: T) {
    let value: Rc<dyn Any> = Rc::new(value);
    KEPT.with_borrow_mut(|kept| kept.insert((address(), name), value));
}

/// What was kept, when the page is one that was come back to.
pub(crate) fn left<T: Clone + 'static>(name: &'static str) -> Option<T> {
    came_back().then(|| recall(name)).flatten()
}

/// Forgets all of it: somebody has signed out, or somebody else has come.
pub(crate) fn forget_kept() {
    KEPT.with_borrow_mut(HashMap::clear);
}

fn recall<T: Clone + 'static>(name: &'static str) -> Option<T> {
    KEPT.with_borrow(|kept| kept.get(&(address(), name))?.downcast_ref::<T>().cloned())
}
