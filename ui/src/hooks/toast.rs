//! A short word in the corner: what was done, or what went wrong.

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

thread_local! {
    static SPEAK: RefCell<Option<Callback<Note>>> = const { RefCell::new(None) };
}

/// The one place that shows notes takes them from here.
pub(crate) fn on_note(speak: Option<Callback<Note>>) {
    SPEAK.set(speak);
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
        if let Some(speak) = SPEAK.with_borrow(Clone::clone) {
            speak.emit(note);
        }
    }
}

#[hook]
pub(crate) fn use_toast() -> Toasts {
    Toasts
}
