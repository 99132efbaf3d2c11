//! What a form holds, kept by the keystroke, so that a crash or an idle lock loses nothing.

use serde_json::Value;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use tiexin_contract::records::{DropDraft, GetDraft, SaveDraft};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::transport::call;

#[derive(Default)]
struct Desk {
    key: String,
    /// What is to happen next, in order: keys and what they hold from then on. A late keystroke never brings
    /// back a draft that was let go.
    queue: VecDeque<(String, Option<Value>)>,
    busy: bool,
}

impl Desk {
    fn put(&mut self, key: String, value: Option<Value>) {
        match self.queue.back_mut() {
            // Only the newest of one form's keystrokes counts.
            Some((newest, held)) if *newest == key => *held = value,
            _ => self.queue.push_back((key, value)),
        }
    }
}

/// A draft under a key.
#[derive(Clone)]
pub(crate) struct Draft {
    /// None until the desk has answered; then what it kept, if anything.
    pub(crate) kept: Option<Option<Rc<Value>>>,
    desk: Rc<RefCell<Desk>>,
}

impl Draft {
    /// Keeps the newest value.
    pub(crate) fn keep(&self, value: Value) {
        self.put(Some(value));
    }

    /// The work is saved, or the worker let it go.
    pub(crate) fn drop_it(&self) {
        self.put(None);
    }

    fn put(&self, value: Option<Value>) {
        {
            let mut desk = self.desk.borrow_mut();
            let key = desk.key.clone();
            desk.put(key, value);
        }
        work(&self.desk);
    }

    /// From now on it is kept under another key; what stood under the old one is dropped.
    pub(crate) fn move_to(&self, key: String) {
        if self.desk.borrow().key != key {
            self.drop_it();
            self.desk.borrow_mut().key = key;
        }
    }
}

/// Sends what waits, unless something is under way: that goes on with it.
fn work(desk: &Rc<RefCell<Desk>>) {
    if std::mem::replace(&mut desk.borrow_mut().busy, true) {
        return;
    }
    let desk = desk.clone();
    spawn_local(async move {
        loop {
            let next = desk.borrow_mut().queue.pop_front();
            let Some((key, value)) = next else {
                desk.borrow_mut().busy = false;
                return;
            };
            match value.clone() {
                None => drop(call(DropDraft { key }).await),
                Some(held) => {
                    if call(SaveDraft { key: key.clone(), value: held }).await.is_err() {
                        // Locked or hindered: it waits for the next change and for the page's end.
                        let mut desk = desk.borrow_mut();
                        if desk.queue.iter().all(|(other, _)| *other != key) {
                            desk.queue.push_front((key, value));
                        }
                        desk.busy = false;
                        return;
                    }
                }
            }
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
            move || {
                if !desk.borrow().queue.is_empty() {
                    work(&desk);
                }
            }
        });
    }
    Draft { kept: (*kept).clone(), desk }
}
