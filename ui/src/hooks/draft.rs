//! What a form holds, kept by the keystroke, so that a crash or an idle lock loses nothing.

use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;
use tiexin_contract::drafts::{DraftHeld, DraftSaved, DropDraft, GetDraft, SaveDraft};
use tiexin_contract::{ErrorCode, ErrorReply};
use yew::platform::spawn_local;
use yew::prelude::*;

use super::line::{Answer, Line};
use super::{Toasts, use_session, use_unkept};
use crate::transport::call;

#[derive(Default)]
struct Desk {
    key: String,
    line: Line,
    busy: bool,
    show: Option<Callback<Option<DraftHeld>>>,
    /// Tells why the newest was not kept; none: it was.
    say: Option<Callback<Option<AttrValue>>>,
}

/// A draft under a key.
#[derive(Clone)]
pub(crate) struct Draft {
    /// None until the desk has answered; then what it kept, if anything.
    pub(crate) kept: Option<Option<Rc<Value>>>,
    /// Another number: what the form holds is older than the draft, and it begins again with that.
    pub(crate) turn: u32,
    /// Why what was typed last is nowhere but on the screen.
    lost: Option<AttrValue>,
    desk: Rc<RefCell<Desk>>,
}

impl Draft {
    /// Keeps the newest value.
    pub(crate) fn keep(&self, value: Value) {
        self.put(Some(value));
    }

    /// The work is saved, or the worker let it go.
    pub(crate) fn drop_it(&self) {
        say(&self.desk, None);
        self.put(None);
    }

    /// Said beside the form while the draft could not be kept.
    pub(crate) fn told(&self) -> Html {
        let Some(lost) = &self.lost else { return Html::default() };
        html! {
            <p class="tx-state tx-attention" role="alert">
                <span class="tx-state-sign" aria-hidden="true">{ "!" }</span>
                { lost.clone() }
            </p>
        }
    }

    fn put(&self, value: Option<Value>) {
        {
            let mut desk = self.desk.borrow_mut();
            let key = desk.key.clone();
            desk.line.put(key, value);
        }
        work(&self.desk);
    }

    /// From now on it is kept under another key, where `held` stands now; what stood under the old one is dropped.
    pub(crate) fn move_to(&self, key: String, held: Option<i64>) {
        let moved = self.desk.borrow().key != key;
        if moved {
            self.drop_it();
            let mut desk = self.desk.borrow_mut();
            desk.line.learn(&key, held);
            desk.key = key;
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
            let next = desk.borrow_mut().line.next();
            let Some((key, value, over)) = next else { break };
            let (answer, lost) = send(key.clone(), value, over).await;
            // A form that was left is not spoken of at the one that stands there now.
            let stands = desk.borrow().key == key;
            if stands && (lost.is_some() || matches!(answer, Answer::Kept(_))) {
                say(&desk, lost);
            }
            if matches!(answer, Answer::Newer)
                && let Ok(held) = call(GetDraft { key: key.clone() }).await
            {
                behind(&desk, &key, held);
                continue;
            }
            // Locked or hindered: it waits for the next change and for the page's end.
            if !desk.borrow_mut().line.answered(answer) {
                break;
            }
        }
        desk.borrow_mut().busy = false;
    });
}

fn say(desk: &Rc<RefCell<Desk>>, lost: Option<AttrValue>) {
    let say = desk.borrow().say.clone();
    if let Some(say) = say {
        say.emit(lost);
    }
}

/// What is told where a draft could not be kept. A locked desk is not told of: what waits is sent afterwards.
fn why_lost(error: &ErrorReply) -> Option<String> {
    match error.code {
        ErrorCode::Disk => Some(format!("草稿没有存住，离开这一页就没有了。{}", error.message)),
        ErrorCode::Invalid => Some(error.message.clone()),
        _ => None,
    }
}

/// What came of it, and why it was not kept.
async fn send(key: String, value: Option<Value>, over: Option<i64>) -> (Answer, Option<AttrValue>) {
    let keeps = value.is_some();
    let outcome = match value {
        Some(value) => call(SaveDraft { key, value, over }).await.map(|DraftSaved { version }| Some(version)),
        None => call(DropDraft { key, only: over }).await.map(|_| None),
    };
    match outcome {
        Ok(version) => (Answer::Kept(version), None),
        Err(error) if error.code == ErrorCode::ChangedMeanwhile => (Answer::Newer, None),
        // What was let go is missed by nobody.
        Err(error) => (Answer::Lost, why_lost(&error).filter(|_| keeps).map(AttrValue::from)),
    }
}

/// The desk holds another draft than this form knew: it is taken up, unless this form itself had sent it.
fn behind(desk: &Rc<RefCell<Desk>>, key: &str, held: Option<DraftHeld>) {
    let (taken, show) = {
        let mut desk = desk.borrow_mut();
        let taken = desk.line.overtaken(key, held.as_ref().map(|held| (&held.value, held.version)));
        (taken && desk.key == key, desk.show.clone())
    };
    if let Some(show) = show.filter(|_| taken) {
        // What the form shows from now on is kept.
        say(desk, None);
        show.emit(held);
        Toasts.plain("这一页在另一个窗口里又写过，已换成那边最新的内容");
    }
}

/// The draft of a form, e.g. `visit:new` or `person:<id>`.
#[hook]
pub(crate) fn use_draft(key: String) -> Draft {
    let session = use_session();
    let kept = use_state(|| None);
    let lost = use_state_eq(|| None::<AttrValue>);
    use_unkept(lost.is_some().then_some("没存成草稿的内容"));
    let desk = use_mut_ref(Desk::default);
    let turn = use_mut_ref(|| 0u32);
    let show = {
        let (kept, turn) = (kept.setter(), turn.clone());
        use_callback((), move |held: Option<DraftHeld>, _| {
            *turn.borrow_mut() += 1;
            kept.set(Some(held.map(|held| Rc::new(held.value))));
        })
    };
    // Whoever may not write sees no form: it begins anew when he may again.
    use_effect_with((key, session.can_write()), {
        let (desk, show, kept, lost) = (desk.clone(), show.clone(), kept.setter(), lost.setter());
        move |(key, _)| {
            kept.set(None);
            lost.set(None);
            desk.borrow_mut().key = key.clone();
            desk.borrow_mut().say = Some(Callback::from(move |why| lost.set(why)));
            let ask = GetDraft { key: key.clone() };
            let asking = desk.clone();
            spawn_local(async move {
                let held = call(ask.clone()).await.ok().flatten();
                let mut desk = asking.borrow_mut();
                desk.line.learn(&ask.key, held.as_ref().map(|held| held.version));
                // Another form stands there by now.
                if desk.key != ask.key {
                    return;
                }
                desk.show = Some(show.clone());
                drop(desk);
                show.emit(held);
            });
            move || {
                desk.borrow_mut().show = None;
                desk.borrow_mut().say = None;
                if !desk.borrow().line.is_empty() {
                    work(&desk);
                }
            }
        }
    });
    use_effect_with(session.away, {
        let desk = desk.clone();
        move |away| {
            // Somebody is back: what could not be sent is sent, and what was written elsewhere meanwhile is shown.
            if !*away && desk.borrow().show.is_some() {
                work(&desk);
                let key = desk.borrow().key.clone();
                let knew = desk.borrow().line.version(&key);
                spawn_local(async move {
                    let Ok(held) = call(GetDraft { key: key.clone() }).await else { return };
                    let version = held.as_ref().map(|held| held.version);
                    let is_behind = desk.borrow().line.is_behind(&key, version, knew);
                    if is_behind {
                        behind(&desk, &key, held);
                    }
                });
            }
        }
    });
    let turn = *turn.borrow();
    Draft { kept: (*kept).clone(), turn, lost: (*lost).clone(), desk }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_that_the_disk_did_not_take_is_told() {
        let full = ErrorReply::new(ErrorCode::Disk, "磁盘已经满了。");
        assert!(why_lost(&full).is_some_and(|told| told.contains("草稿没有存住") && told.contains("满了")));
        let long = ErrorReply::new(ErrorCode::Invalid, "草稿太长，没有自动保存。");
        assert_eq!(why_lost(&long), Some(long.message.clone()));
        // The sign-in screen says it all.
        assert_eq!(why_lost(&ErrorReply::new(ErrorCode::SignedOut, "已锁定")), None);
    }
}
