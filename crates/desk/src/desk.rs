//! The desk itself: one book, one session, one list of commands.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use futures::future::BoxFuture;
use serde_json::Value;
use tiexin_contract::session::KeptNotice;
use tiexin_contract::{Command, ErrorReply, Event};
use tiexin_domain::access::Action;
use tokio::sync::broadcast;

use crate::config::DeskConfig;
use crate::engine::Looks;
use crate::errors;
use crate::events::Events;
use crate::jobs::Jobs;
use crate::kept;
use crate::session::Sessions;

/// A desk. Clones share everything.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) config: DeskConfig,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) sessions: Sessions,
    pub(crate) jobs: Jobs,
    pub(crate) looks: Looks,
    /// What is to be said of the book's folder.
    pub(crate) kept: Option<KeptNotice>,
    registry: Registry,
}

/// Events a slow screen may fall behind by.
const EVENTS_KEPT: usize = 256;

impl Desk {
    /// The desk of a folder with these commands. Blocks on the disk; needs nobody signed in.
    pub(crate) fn with(config: DeskConfig, registry: Registry) -> Result<Desk, ErrorReply> {
        let sessions = Sessions::open(&config)?;
        let inner = Inner {
            kept: kept::notice(&config.data_dir),
            config,
            events: broadcast::channel(EVENTS_KEPT).0,
            sessions,
            jobs: Jobs::default(),
            looks: Looks::default(),
            registry,
        };
        Ok(Desk { inner: Arc::new(inner) })
    }

    /// Runs a command by name. The token is the loopback host's business and not looked at here.
    pub async fn call(&self, _token: Option<&str>, name: &str, args: Value) -> Result<Value, ErrorReply> {
        match self.inner.registry.find(name) {
            Some(entry) => (entry.run)(self.clone(), entry.need, args).await,
            None => Err(errors::unknown_command()),
        }
    }

    /// Runs a command by its type, over the same door.
    pub async fn run<C: Command>(&self, args: C) -> Result<C::Reply, ErrorReply> {
        let args = serde_json::to_value(args).map_err(|_| errors::unreadable())?;
        let reply = self.call(None, C::NAME, args).await?;
        serde_json::from_value(reply).map_err(|_| errors::unreadable())
    }

    /// What the desk tells without being asked.
    pub fn subscribe(&self) -> Events {
        Events::of(self.inner.events.subscribe())
    }

    /// Whether something is under way that would be broken off if the program ended now.
    pub(crate) fn is_busy(&self) -> bool {
        let session = self.inner.sessions.current();
        self.inner.jobs.any() || session.is_some_and(|session| session.province.is_working())
    }

    /// A hold that does not keep the desk open: for work in the background.
    pub(crate) fn downgrade(&self) -> WeakDesk {
        WeakDesk(Arc::downgrade(&self.inner))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// Tells all screens; nobody listening is fine.
    pub(crate) fn tell(&self, event: Event) {
        let _ = self.inner.events.send(event);
    }
}

pub(crate) struct WeakDesk(Weak<Inner>);

impl WeakDesk {
    pub(crate) fn upgrade(&self) -> Option<Desk> {
        self.0.upgrade().map(|inner| Desk { inner })
    }
}

/// What a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nobody need be signed in.
    Open,
    SignedIn,
    /// Signed in, also while the book is locked: what speaks with the province.
    EvenLocked,
    /// A role that carries the action, at the command's place (`rights::Place`).
    Right(Action),
}

/// The body of a command, with all that is checked before it: by the need that stands in the list.
pub(crate) type Run =
    Box<dyn Fn(Desk, Need, Value) -> BoxFuture<'static, Result<Value, ErrorReply>> + Send + Sync>;

struct Entry {
    need: Need,
    run: Run,
}

/// The list of commands. What is checked before a body runs is said where commands are added (`registry`).
#[derive(Default)]
pub(crate) struct Registry {
    entries: HashMap<&'static str, Entry>,
}

impl Registry {
    fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    pub(crate) fn insert(&mut self, name: &'static str, need: Need, run: Run) {
        let before = self.entries.insert(name, Entry { need, run });
        debug_assert!(before.is_none(), "{name} has two bodies");
    }

    /// Every command with what it needs.
    #[cfg(test)]
    pub(crate) fn needs(&self) -> impl Iterator<Item = (&'static str, Need)> {
        self.entries.iter().map(|(name, entry)| (*name, entry.need))
    }
}
