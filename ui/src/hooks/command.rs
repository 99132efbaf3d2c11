//! A command that a page runs when the worker says so.

use std::marker::PhantomData;
use std::rc::Rc;
use tiexin_contract::{Command, ErrorReply};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::transport::{ask, read, written};

/// What becomes of a reply: it is read, and what is to be done with it is done once the page knows that the command has
/// ended.
type Take = Box<dyn FnOnce(&str) -> Result<Box<dyn FnOnce()>, ErrorReply>>;

/// A command on its way: its name, its arguments as they cross, and what becomes of its reply.
type Errand = (&'static str, String, Take);

/// How far any command is: no type stands in it, for each would be loaded by the browser once more.
#[derive(Clone)]
struct Running {
    pending: bool,
    error: Option<Rc<ErrorReply>>,
    run: Rc<dyn Fn(Result<Errand, ErrorReply>)>,
    forget: Callback<()>,
}

/// A command and how far it is.
pub(crate) struct Busy<C: Command> {
    pub(crate) pending: bool,
    pub(crate) error: Option<Rc<ErrorReply>>,
    run: Rc<dyn Fn(Result<Errand, ErrorReply>)>,
    forget: Callback<()>,
    of: PhantomData<fn(C)>,
}

impl<C: Command> Clone for Busy<C> {
    fn clone(&self) -> Self {
        Self {
            pending: self.pending,
            error: self.error.clone(),
            run: self.run.clone(),
            forget: self.forget.clone(),
            of: PhantomData,
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
        let take: Take = Box::new(move |reply| {
            let reply = read::<C>(reply)?;
            Ok(Box::new(move || done(reply)))
        });
        (self.run)(written(&args).map(|args| (C::NAME, args, take)));
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
    let Running { pending, error, run, forget } = use_running();
    Busy { pending, error, run, forget, of: PhantomData }
}

#[hook]
fn use_running() -> Running {
    let state = use_state(|| (false, None::<Rc<ErrorReply>>));
    let running = use_mut_ref(|| false);
    let run = {
        let state = state.clone();
        Rc::new(move |errand: Result<Errand, ErrorReply>| {
            if std::mem::replace(&mut *running.borrow_mut(), true) {
                return;
            }
            state.set((true, None));
            let (state, running) = (state.clone(), running.clone());
            spawn_local(async move {
                let outcome = carried(errand).await;
                *running.borrow_mut() = false;
                match outcome {
                    Ok(done) => {
                        state.set((false, None));
                        done();
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
    Running { pending: state.0, error: state.1.clone(), run, forget }
}

async fn carried(errand: Result<Errand, ErrorReply>) -> Result<Box<dyn FnOnce()>, ErrorReply> {
    let (name, args, take) = errand?;
    take(&ask(name, args).await?)
}
