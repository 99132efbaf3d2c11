//! A command that a page runs when the worker says so.

use std::rc::Rc;
use tiexin_contract::{Command, ErrorReply};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::transport::call;

/// A command and how far it is.
pub(crate) struct Busy<C: Command> {
    pub(crate) pending: bool,
    pub(crate) error: Option<Rc<ErrorReply>>,
    run: Callback<(C, Callback<C::Reply>)>,
    forget: Callback<()>,
}

impl<C: Command> Clone for Busy<C> {
    fn clone(&self) -> Self {
        Self {
            pending: self.pending,
            error: self.error.clone(),
            run: self.run.clone(),
            forget: self.forget.clone(),
        }
    }
}

impl<C: Command> PartialEq for Busy<C> {
    fn eq(&self, other: &Self) -> bool {
        self.pending == other.pending && self.error == other.error
    }
}

impl<C: Command> Busy<C> {
    /// Runs the command; `done` gets the reply, an error stays in [`Busy::error`].
    pub(crate) fn run(&self, args: C, done: impl Fn(C::Reply) + 'static) {
        self.run.emit((args, Callback::from(done)));
    }

    /// The message for a field, if the last run was refused for it.
    pub(crate) fn about(&self, field: &str) -> Option<AttrValue> {
        self.error.as_ref()?.about(field).map(|text| text.to_owned().into())
    }

    /// Takes the last error back, as when the worker mends the field.
    pub(crate) fn forget(&self) {
        self.forget.emit(());
    }
}

/// A command of the contract, ready to be run. While it runs it is not run again.
#[hook]
pub(crate) fn use_command<C: Command>() -> Busy<C> {
    let state = use_state(|| (false, None::<Rc<ErrorReply>>));
    let running = use_mut_ref(|| false);
    let run = {
        let state = state.clone();
        Callback::from(move |(args, done): (C, Callback<C::Reply>)| {
            if std::mem::replace(&mut *running.borrow_mut(), true) {
                return;
            }
            state.set((true, None));
            let (state, running) = (state.clone(), running.clone());
            spawn_local(async move {
                let outcome = call(args).await;
                *running.borrow_mut() = false;
                match outcome {
                    Ok(reply) => {
                        state.set((false, None));
                        done.emit(reply);
                    }
                    Err(error) => state.set((false, Some(Rc::new(error)))),
                }
            });
        })
    };
    let forget = {
        let state = state.clone();
        Callback::from(move |()| {
            if state.1.is_some() {
                state.set((false, None));
            }
        })
    };
    Busy { pending: state.0, error: state.1.clone(), run, forget }
}
