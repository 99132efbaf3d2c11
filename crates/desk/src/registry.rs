//! How a command comes to stand in the desk's list: with the right it needs, where, and its body.

use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;
use tiexin_contract::{Command, ErrorReply};

use crate::desk::{Desk, Need, Run};
use crate::rights::{self, At, Place};
use crate::{errors, guessing};

pub(crate) use crate::desk::Registry;

type Waiting<T> = BoxFuture<'static, Result<T, ErrorReply>>;

impl Registry {
    /// A command for which nobody need be signed in.
    pub(crate) fn open<C>(&mut self, body: fn(&Desk, C) -> Result<C::Reply, ErrorReply>)
    where
        C: Command + Send,
        C::Reply: Send,
    {
        let run: Run = Box::new(move |desk, _, args| {
            Box::pin(on_blocking_pool(move || answer(body(&desk, read(args)?)?)))
        });
        self.insert(C::NAME, Need::Open, run);
    }

    /// The same for a body that waits for the network.
    pub(crate) fn open_waiting<C>(&mut self, body: fn(Desk, C) -> Waiting<C::Reply>)
    where
        C: Command + Send,
        C::Reply: Send,
    {
        let run: Run =
            Box::new(move |desk, _, args| Box::pin(async move { answer(body(desk, read(args)?).await?) }));
        self.insert(C::NAME, Need::Open, run);
    }

    /// A command at a [`Place`]: its right is checked and its body runs on the blocking pool.
    pub(crate) fn add<C>(
        &mut self,
        need: Need,
        place: fn(&At, &C) -> Result<Place, ErrorReply>,
        body: fn(&At, C) -> Result<C::Reply, ErrorReply>,
    ) where
        C: Command + Send,
        C::Reply: Send,
    {
        let run: Run = Box::new(move |desk, need, args| {
            Box::pin(on_blocking_pool(move || {
                let args: C = read(args)?;
                let at = rights::admit(&desk, need, place, &args)?;
                answer(body(&at, args).map_err(|refused| guessing::refused(&at, refused))?)
            }))
        });
        self.insert(C::NAME, need, run);
    }

    /// The same for a command that holds records as somebody wrote them: `look` sees what its type passes over.
    pub(crate) fn add_looked<C>(
        &mut self,
        need: Need,
        place: fn(&At, &C) -> Result<Place, ErrorReply>,
        look: fn(&At, &Value) -> Result<(), ErrorReply>,
        body: fn(&At, C) -> Result<C::Reply, ErrorReply>,
    ) where
        C: Command + Send,
        C::Reply: Send,
    {
        let run: Run = Box::new(move |desk, need, written| {
            Box::pin(on_blocking_pool(move || {
                let args: C = read(written.clone())?;
                let at = rights::admit(&desk, need, place, &args)?;
                look(&at, &written)?;
                answer(body(&at, args).map_err(|refused| guessing::refused(&at, refused))?)
            }))
        });
        self.insert(C::NAME, need, run);
    }

    /// The same for a body that waits for the network.
    pub(crate) fn add_waiting<C>(&mut self, need: Need, body: fn(At, C) -> Waiting<C::Reply>)
    where
        C: Command + Send,
        C::Reply: Send,
    {
        let run: Run = Box::new(move |desk, need, args| {
            Box::pin(async move {
                let admit = move || {
                    let args: C = read(args)?;
                    rights::admit(&desk, need, anywhere, &args).map(|at| (at, args))
                };
                let (at, args) = on_blocking_pool(admit).await?;
                answer(body(at, args).await?)
            })
        });
        self.insert(C::NAME, need, run);
    }
}

/// The place of commands whose bodies look at the grants themselves.
pub(crate) fn anywhere<C>(_: &At, _: &C) -> Result<Place, ErrorReply> {
    Ok(Place::Anywhere)
}

fn read<C: Command>(args: Value) -> Result<C, ErrorReply> {
    // A command without arguments may be called with nothing.
    let args = if args.is_null() { Value::Object(serde_json::Map::new()) } else { args };
    serde_json::from_value(args).map_err(|_| errors::unreadable())
}

fn answer<T: Serialize>(reply: T) -> Result<Value, ErrorReply> {
    serde_json::to_value(reply).map_err(|_| errors::fault("a reply could not be written"))
}

/// A body that panics is a fault of the program; the desk goes on.
async fn on_blocking_pool<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ErrorReply> + Send + 'static,
) -> Result<T, ErrorReply> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(errors::fault("a body broke")))
}
