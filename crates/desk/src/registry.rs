//! Every command with the right it needs, where, and its body.

use std::collections::HashMap;

use futures::future::BoxFuture;
use serde_json::Value;
use tiexin_contract::{Command, ErrorReply};

use crate::commands;
use crate::desk::Desk;
use crate::errors;
use crate::rights::{self, At, Need, Place};

type Run = Box<dyn Fn(Desk, Value) -> BoxFuture<'static, Result<Value, ErrorReply>> + Send + Sync>;

pub(crate) struct Entry {
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) need: Need,
    run: Run,
}

impl Entry {
    pub(crate) async fn run(&self, desk: Desk, args: Value) -> Result<Value, ErrorReply> {
        (self.run)(desk, args).await
    }
}

#[derive(Default)]
pub(crate) struct Registry {
    entries: HashMap<&'static str, Entry>,
}

impl Registry {
    /// All areas.
    pub(crate) fn whole() -> Registry {
        let mut registry = Registry::default();
        commands::register(&mut registry);
        registry
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// A command whose body blocks: it runs on the blocking pool, after its right was checked there.
    pub(crate) fn add<C: Command + Send>(
        &mut self,
        need: Need,
        place: fn(&At, &C) -> Result<Place, ErrorReply>,
        body: fn(&At, C) -> Result<C::Reply, ErrorReply>,
    ) where
        C::Reply: Send,
    {
        let run: Run = Box::new(move |desk, args| {
            Box::pin(async move {
                let work = move || {
                    let args: C = serde_json::from_value(args).map_err(|_| errors::unreadable())?;
                    let at = rights::admit(&desk, need, place, &args)?;
                    let reply = body(&at, args)?;
                    serde_json::to_value(reply).map_err(|_| errors::internal())
                };
                tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(errors::internal()))
            })
        });
        self.insert(C::NAME, need, run);
    }

    /// A command whose body waits for the network.
    pub(crate) fn add_waiting<C: Command + Send>(
        &mut self,
        need: Need,
        body: fn(At, C) -> BoxFuture<'static, Result<C::Reply, ErrorReply>>,
    ) where
        C::Reply: Send,
    {
        let run: Run = Box::new(move |desk, args| {
            Box::pin(async move {
                let args: C = serde_json::from_value(args).map_err(|_| errors::unreadable())?;
                let at = rights::admit(&desk, need, |_, _| Ok(Place::Anywhere), &args)?;
                let reply = body(at, args).await?;
                serde_json::to_value(reply).map_err(|_| errors::internal())
            })
        });
        self.insert(C::NAME, need, run);
    }

    fn insert(&mut self, name: &'static str, need: Need, run: Run) {
        let before = self.entries.insert(name, Entry { need, run });
        debug_assert!(before.is_none(), "{name} has two bodies");
    }
}
