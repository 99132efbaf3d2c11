//! What a form holds, kept by the second, so that a crash or an idle lock loses nothing.

use gloo::timers::callback::Timeout;
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;
use tiexin_contract::records::{DropDraft, GetDraft, SaveDraft};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::transport::call;

#[derive(Default)]
struct Desk {
    key: String,
    newest: Option<Value>,
    timer: Option<Timeout>,
}

/// A draft under a key.
#[derive(Clone)]
pub(crate) struct Draft {
    /// None until the desk has answered; then what it kept, if anything.
    pub(crate) kept: Option<Option<Rc<Value>>>,
    desk: Rc<RefCell<Desk>>,
}

impl Draft {
    /// Keeps the newest value within the second.
    pub(crate) fn keep(&self, value: Value) {
        let mut desk = self.desk.borrow_mut();
        desk.newest = Some(value);
        if desk.timer.is_none() {
            let again = self.desk.clone();
            desk.timer = Some(Timeout::new(800, move || flush(&again)));
        }
    }

    /// The work is saved, or the worker let it go.
    pub(crate) fn drop_it(&self) {
        let mut desk = self.desk.borrow_mut();
        desk.newest = None;
        desk.timer = None;
        let key = desk.key.clone();
        spawn_local(async move {
            let _ = call(DropDraft { key }).await;
        });
    }
}

fn flush(desk: &Rc<RefCell<Desk>>) {
    let mut held = desk.borrow_mut();
    held.timer = None;
    let Some(value) = held.newest.take() else { return };
    let key = held.key.clone();
    drop(held);
    let desk = desk.clone();
    spawn_local(async move {
        let saved = call(SaveDraft { key, value: value.clone() }).await;
        // Locked or hindered: the value waits for the next change and for the page's end.
        if saved.is_err() {
            desk.borrow_mut().newest.get_or_insert(value);
        }
    });
}

/// The draft of a form, e.g. `visit:new` or `person:<id>`.
#[hook]
pub(crate) fn use_draft(key: String) -> Draft {
    let kept = use_state(|| None);
    let desk = use_mut_ref(Desk::default);
    {
        let (kept, desk) = (kept.clone(), desk.clone());
        use_effect_with(key, move |key| {
            desk.borrow_mut().key = key.clone();
            let ask = GetDraft { key: key.clone() };
            spawn_local(async move {
                let found = call(ask).await.ok().flatten();
                kept.set(Some(found.map(Rc::new)));
            });
            move || flush(&desk)
        });
    }
    Draft { kept: (*kept).clone(), desk }
}
