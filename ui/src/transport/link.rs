//! Whether the program behind the page answers, and answers this page.

use std::cell::{Cell, RefCell};
use yew::Callback;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    Here,
    /// Nobody answers at the address.
    Gone,
    /// Somebody answers, but not this page: it has no token, or that of a program that has ended.
    Stranger,
}

thread_local! {
    static NOW: Cell<Link> = const { Cell::new(Link::Here) };
    static TELL: RefCell<Option<Callback<Link>>> = const { RefCell::new(None) };
}

pub(crate) fn link() -> Link {
    NOW.get()
}

pub(crate) fn on_link(tell: Option<Callback<Link>>) {
    TELL.set(tell);
}

pub(super) fn set(link: Link) {
    if NOW.replace(link) != link
        && let Some(tell) = TELL.with_borrow(Clone::clone)
    {
        tell.emit(link);
    }
}
