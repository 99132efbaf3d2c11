//! By what a list may be asked for: what is not shown must not be guessed either.

use tiexin_domain::shape::{self, Audience, audience, is_free_text, is_prose};

/// Whether lists may be filtered or sorted by the field: what is not shown must not be guessed either.
pub(crate) fn may_be_asked_for(kind: &str, field: &str) -> bool {
    audience(kind, field) == Audience::Everyone && shape::mask(kind, field).is_none()
}

/// Whether lists may be ordered by the field: the order of texts tells what in them is hidden, and so does the end of a page.
pub(crate) fn may_order(kind: &str, field: &str) -> bool {
    may_be_asked_for(kind, field) && !is_free_text(kind, field)
}

/// Whether its values may be asked for from one to another: of a text that would be a way to spell it out.
pub(crate) fn may_be_bounded(kind: &str, field: &str) -> bool {
    // What is reckoned, as the day of the last visit, is no field.
    let reckoned = shape::of(kind).is_some() && shape::field(kind, field).is_none();
    may_be_asked_for(kind, field) && (reckoned || !is_prose(kind, field))
}

/// Whether lists may be asked for the records that lack it: whether a field is filled is part of what it says. That a
/// masked one is, the list shows.
pub(crate) fn may_ask_if_there(kind: &str, field: &str) -> bool {
    audience(kind, field) == Audience::Everyone
}
