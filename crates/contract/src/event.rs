//! What a desk tells its screens without being asked.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::sync::SyncState;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Records of these kinds changed: hooks that show them fetch again.
    Changed { kinds: Vec<String> },
    /// Long work goes on.
    Progress(Progress),
    /// The sync indicator changed.
    Sync(Box<SyncState>),
    /// The desk locked itself after idling, or somebody signed out.
    SignedOut,
    /// What who sits here may do has changed, or the book was locked or opened: the session is to be asked anew.
    Rights,
    /// This screen fell behind and events were dropped: everything it shows may have changed, the session and
    /// the state of sync among it.
    Missed,
}

impl Event {
    /// Whether records of one of these kinds may have changed (`"*"`: of any kind).
    pub fn concerns(&self, kinds: &[&str]) -> bool {
        match self {
            Event::Changed { kinds: changed } => {
                kinds.contains(&"*") || changed.iter().any(|kind| kinds.contains(&kind.as_str()))
            }
            Event::Missed => !kinds.is_empty(),
            Event::Progress(_) | Event::Sync(_) | Event::SignedOut | Event::Rights => false,
        }
    }
}

/// How far long work is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub job: Uuid,
    /// Chinese: what is being done.
    pub label: String,
    pub done: u64,
    /// 0 when not known yet.
    pub total: u64,
    pub finished: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_that_fell_behind_fetches_whatever_it_shows() {
        let visits = Event::Changed { kinds: vec!["visit".into()] };
        assert!(visits.concerns(&["person", "visit"]) && visits.concerns(&["*"]));
        assert!(!visits.concerns(&["person"]));
        assert!(Event::Missed.concerns(&["person"]));
        // What never changes is not fetched again.
        assert!(!Event::Missed.concerns(&[]));
        assert!(!Event::SignedOut.concerns(&["*"]));
    }
}
