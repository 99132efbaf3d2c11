//! A short word below the page: what was done, or what went wrong.

use std::cell::RefCell;
use tiexin_contract::ErrorReply;
use yew::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Plain,
    Bad,
}

#[derive(Clone, PartialEq)]
pub(crate) struct Note {
    pub(crate) tone: Tone,
    pub(crate) text: AttrValue,
    /// A word to press, such as 撤销.
    pub(crate) action: Option<(AttrValue, Callback<()>)>,
}

/// What the strip below the page hears.
#[derive(Clone, PartialEq)]
pub(crate) enum Said {
    Note(Note),
    /// Another page is shown: what went wrong on the one before is no longer to be seen.
    PageTurned,
    /// Whom they were told to is not here any more.
    SomebodyLeft,
}

thread_local! {
    static SPEAK: RefCell<Option<Callback<Said>>> = const { RefCell::new(None) };
}

/// The one place that shows notes takes them from here.
pub(crate) fn on_note(speak: Option<Callback<Said>>) {
    SPEAK.set(speak);
}

/// Bad news ends with its page; good news may come just before a page is left, and ends by itself.
pub(crate) fn page_turned() {
    say(Said::PageTurned);
}

/// Nothing that was told to one user is read by the next.
pub(crate) fn somebody_left() {
    say(Said::SomebodyLeft);
}

fn say(said: Said) {
    if let Some(speak) = SPEAK.with_borrow(Clone::clone) {
        speak.emit(said);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Toasts;

impl Toasts {
    pub(crate) fn good(self, text: impl Into<AttrValue>) {
        self.say(Note { tone: Tone::Good, text: text.into(), action: None });
    }

    pub(crate) fn plain(self, text: impl Into<AttrValue>) {
        self.say(Note { tone: Tone::Plain, text: text.into(), action: None });
    }

    pub(crate) fn bad(self, error: &ErrorReply) {
        // The sign-in screen says it already.
        if error.code != tiexin_contract::ErrorCode::SignedOut {
            self.say(Note { tone: Tone::Bad, text: error.message.clone().into(), action: None });
        }
    }

    pub(crate) fn say(self, note: Note) {
        say(Said::Note(note));
    }
}

#[hook]
pub(crate) fn use_toast() -> Toasts {
    Toasts
}
