//! The desk itself: one book, one session, one list of commands.

use std::sync::{Arc, Weak};

use serde_json::Value;
use tiexin_contract::session::KeptNotice;
use tiexin_contract::{Command, ErrorReply, Event};
use tokio::sync::broadcast;

use crate::config::DeskConfig;
use crate::errors;
use crate::events::Events;
use crate::jobs::Jobs;
use crate::kept;
use crate::province::Looks;
use crate::registry::Registry;
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
    /// Opens the desk of a folder. Blocks on the disk; needs nobody signed in.
    pub fn open(config: DeskConfig) -> Result<Desk, ErrorReply> {
        let sessions = Sessions::open(&config)?;
        let inner = Inner {
            kept: kept::notice(&config.data_dir),
            config,
            events: broadcast::channel(EVENTS_KEPT).0,
            sessions,
            jobs: Jobs::default(),
            looks: Looks::default(),
            registry: Registry::whole(),
        };
        Ok(Desk { inner: Arc::new(inner) })
    }

    /// Runs a command by name. The token is the loopback host's business and not looked at here.
    pub async fn call(&self, _token: Option<&str>, name: &str, args: Value) -> Result<Value, ErrorReply> {
        match self.inner.registry.find(name) {
            Some(entry) => entry.run(self.clone(), args).await,
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
