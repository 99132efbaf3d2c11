//! What no draft keeps, such as chosen photos: said before somebody signs out.

use std::cell::RefCell;
use yew::prelude::*;

thread_local! {
    static HELD: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// As long as a page holds it, in the office's words; none: nothing would be lost.
#[hook]
pub(crate) fn use_unkept(what: Option<&'static str>) {
    use_effect_with(what, |what| {
        let what = *what;
        HELD.with_borrow_mut(|held| held.extend(what));
        move || {
            HELD.with_borrow_mut(|held| {
                if let Some(at) = held.iter().position(|one| Some(*one) == what) {
                    held.swap_remove(at);
                }
            });
        }
    });
}

/// All that pages hold now and nobody keeps.
pub(crate) fn unkept() -> Vec<&'static str> {
    HELD.with_borrow(Clone::clone)
}
