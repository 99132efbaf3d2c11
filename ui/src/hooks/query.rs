//! What a page shows, kept fresh while the desk's records change.

use std::rc::Rc;
use tiexin_contract::{Command, ErrorReply};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::transport::{call, listen};

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

struct Asked<T> {
    data: Option<Rc<T>>,
    error: Option<Rc<ErrorReply>>,
    pending: bool,
    /// The question that `data` answers.
    text: Rc<str>,
}

/// Asks now, and again when records of these kinds change (`"*"`: of any kind).
#[hook]
pub(crate) fn use_query<C: Command>(args: C, kinds: &'static [&'static str]) -> Query<C::Reply> {
    use_query_when(Some(args), kinds)
}

/// Asks once there is something to ask.
#[hook]
pub(crate) fn use_query_when<C: Command>(args: Option<C>, kinds: &'static [&'static str]) -> Query<C::Reply> {
    let text: Option<Rc<str>> = args.and_then(|args| serde_json::to_string(&args).ok()).map(Rc::from);
    let asked = use_state(|| Asked { data: None, error: None, pending: false, text: Rc::from("") });
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
            if let Some(text) = text.clone()
                && let Ok(args) = serde_json::from_str::<C>(&text)
            {
                let same = asked.text == text;
                let data = if same { asked.data.clone() } else { None };
                // A wholly new question clears the old answer; a refreshed one keeps it in view.
                asked.set(Asked { data: data.clone(), error: None, pending: true, text: text.clone() });
                spawn_local(async move {
                    let outcome = call(args).await;
                    // A later question has been asked meanwhile: this answer is stale.
                    if *turn.borrow() != mine {
                        return;
                    }
                    asked.set(match outcome {
                        Ok(reply) => Asked { data: Some(Rc::new(reply)), error: None, pending: false, text },
                        Err(error) => Asked { data, error: Some(Rc::new(error)), pending: false, text },
                    });
                });
            }
        });
    }

    // Until the new question is asked, what is held answers another one.
    let fits = text.as_ref().is_none_or(|text| asked.text == *text);
    Query {
        data: asked.data.clone().filter(|_| fits),
        error: asked.error.clone().filter(|_| fits),
        pending: asked.pending || !fits,
        reload,
    }
}
