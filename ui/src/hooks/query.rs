//! What a page shows, kept fresh while the desk's records change.

use std::any::Any;
use std::rc::Rc;
use tiexin_contract::{Command, ErrorReply};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::transport::{ask, listen, read};

/// What was asked, and how far it is. The last reply stays while a newer one is fetched.
pub(crate) struct Query<T> {
    pub(crate) data: Option<Rc<T>>,
    pub(crate) error: Option<Rc<ErrorReply>>,
    pub(crate) pending: bool,
    pub(crate) reload: Callback<()>,
}

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        Self {
            data: self.data.clone(),
            error: self.error.clone(),
            pending: self.pending,
            reload: self.reload.clone(),
        }
    }
}

/// Reads the reply to a question.
type Read = fn(&str) -> Result<Rc<dyn Any>, ErrorReply>;

/// What any query asked: no type stands in it, for each would be loaded by the browser once more.
struct Asked {
    data: Option<Rc<dyn Any>>,
    error: Option<Rc<ErrorReply>>,
    pending: bool,
    /// The question that `data` answers.
    text: Rc<str>,
}

impl Asked {
    fn nothing() -> Self {
        Self { data: None, error: None, pending: false, text: Rc::from("") }
    }

    /// What is shown for this question. Until it is asked, what is held answers another one; where nothing is asked,
    /// nothing is answered.
    fn shown(&self, question: Option<&str>) -> (Option<Rc<dyn Any>>, Option<Rc<ErrorReply>>, bool) {
        match question {
            Some(question) if *self.text == *question => {
                (self.data.clone(), self.error.clone(), self.pending)
            }
            other => (None, None, other.is_some()),
        }
    }
}

/// Asks now, and again when records of these kinds change (`"*"`: of any kind).
#[hook]
pub(crate) fn use_query<C: Command>(args: C, kinds: &'static [&'static str]) -> Query<C::Reply> {
    use_query_when(Some(args), kinds)
}

/// Asks once there is something to ask. An answer is forgotten when there is nothing to ask any more.
#[hook]
pub(crate) fn use_query_when<C: Command>(args: Option<C>, kinds: &'static [&'static str]) -> Query<C::Reply> {
    let text: Option<Rc<str>> = args.and_then(|args| serde_json::to_string(&args).ok()).map(Rc::from);
    let (data, error, pending, reload) = use_reply(C::NAME, text, kinds, read_any::<C>);
    Query { data: data.and_then(|data| data.downcast().ok()), error, pending, reload }
}

fn read_any<C: Command>(reply: &str) -> Result<Rc<dyn Any>, ErrorReply> {
    Ok(Rc::new(read::<C>(reply)?))
}

#[hook]
fn use_reply(
    name: &'static str,
    text: Option<Rc<str>>,
    kinds: &'static [&'static str],
    read: Read,
) -> (Option<Rc<dyn Any>>, Option<Rc<ErrorReply>>, bool, Callback<()>) {
    let asked = use_state(Asked::nothing);
    let turn = use_mut_ref(|| 0u64);
    let round = use_state(|| 0u64);
    let latest = use_mut_ref(|| 0u64);

    let reload = {
        let (round, latest) = (round.setter(), latest.clone());
        Callback::from(move |()| {
            *latest.borrow_mut() += 1;
            round.set(*latest.borrow());
        })
    };

    {
        let reload = reload.clone();
        use_effect_with((), move |()| {
            let hearing = listen(move |event| {
                if event.concerns(kinds) {
                    reload.emit(());
                }
            });
            || drop(hearing)
        });
    }

    {
        let (asked, turn) = (asked.clone(), turn.clone());
        use_effect_with((text.clone(), *round), move |(text, _)| {
            *turn.borrow_mut() += 1;
            let mine = *turn.borrow();
            if let Some(text) = text.clone() {
                let same = asked.text == text;
                let data = if same { asked.data.clone() } else { None };
                // A wholly new question clears the old answer; a refreshed one keeps it in view.
                asked.set(Asked { data: data.clone(), error: None, pending: true, text: text.clone() });
                spawn_local(async move {
                    let outcome = ask(name, text.to_string()).await.and_then(|reply| read(&reply));
                    // A later question has been asked meanwhile: this answer is stale.
                    if *turn.borrow() != mine {
                        return;
                    }
                    asked.set(match outcome {
                        Ok(reply) => Asked { data: Some(reply), error: None, pending: false, text },
                        Err(error) => Asked { data, error: Some(Rc::new(error)), pending: false, text },
                    });
                });
            } else if !asked.text.is_empty() {
                asked.set(Asked::nothing());
            }
        });
    }

    let (data, error, pending) = asked.shown(text.as_deref());
    (data, error, pending, reload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_shown_for_its_own_question_only() {
        let asked = Asked { data: Some(Rc::new(7_i32)), error: None, pending: false, text: Rc::from("one") };
        let shown = |question| {
            let (data, _, pending) = asked.shown(question);
            (data.and_then(|data| data.downcast_ref::<i32>().copied()), pending)
        };
        assert_eq!(shown(Some("one")), (Some(7), false));
        assert_eq!(shown(Some("other")), (None, true), "it is still to be asked");
        assert_eq!(shown(None), (None, false), "nothing is asked any more");
    }
}
