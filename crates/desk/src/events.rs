//! What a host hears of its desk.

use tiexin_contract::Event;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

/// The desk's events, in order. Whoever falls too far behind is told [`Event::Missed`] in the place of what
/// was dropped, so that no host can leave it out.
pub struct Events(Receiver<Event>);

/// The desk is gone: there will be no more events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

impl Events {
    pub(crate) fn of(receiver: Receiver<Event>) -> Events {
        Events(receiver)
    }

    /// The next event, when there is one.
    pub async fn recv(&mut self) -> Result<Event, Closed> {
        match self.0.recv().await {
            Ok(event) => Ok(event),
            Err(RecvError::Lagged(_)) => Ok(Event::Missed),
            Err(RecvError::Closed) => Err(Closed),
        }
    }

    /// The next event, if it is there already.
    pub fn try_recv(&mut self) -> Result<Event, TryRecvError> {
        match self.0.try_recv() {
            Err(TryRecvError::Lagged(_)) => Ok(Event::Missed),
            other => other,
        }
    }
}
