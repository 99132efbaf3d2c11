//! The syncing engine of a session, how it stands, and whose indicator shows it. Rounds need the desk: they are in
//! `province`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tiexin_sync::{Engine, Status};
use uuid::Uuid;

use crate::clock::Clock;

/// How the engine stands, and when it was looked at.
pub(crate) struct Look {
    pub(crate) turn: u64,
    pub(crate) status: Status,
}

/// Counts the looks at the engines of a desk, so that screens can tell old news from new.
///
/// The number is taken before the look: a state with a greater one is never older. Every change of the
/// status is told by a look that comes after it, so the greatest number always tells how things stand.
#[derive(Default)]
pub(crate) struct Looks(AtomicU64);

impl Looks {
    pub(crate) fn at(&self, status: impl FnOnce() -> Status) -> Look {
        let turn = self.0.fetch_add(1, Ordering::AcqRel) + 1;
        Look { turn, status: status() }
    }
}

/// The engine of a session; ends with it.
pub(crate) struct Province {
    pub(crate) engine: Option<Engine>,
    /// The state is being counted for the screens.
    pub(crate) counting: Arc<AtomicBool>,
    pub(crate) viewer: Viewer,
}

/// Whose indicator it is: what waits for a person depends on who looks.
#[derive(Clone)]
pub(crate) struct Viewer {
    pub(crate) user: Uuid,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Province {
    /// Whether a round or attachments are under way.
    pub(crate) fn is_working(&self) -> bool {
        let status = standing(self.engine.as_ref());
        status.running || status.carrying
    }

    /// The enrolment changed.
    pub(crate) fn reconnect(&self) {
        if let Some(engine) = &self.engine {
            engine.reconnect();
        }
    }
}

/// How an engine stands now; a desk without one syncs at the button only.
pub(crate) fn standing(engine: Option<&Engine>) -> Status {
    engine.map(|engine| engine.status().borrow().clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::watch;

    use super::*;

    /// The newest state that screens hold is how things stand, however late the others were counted.
    #[test]
    fn the_greatest_number_tells_how_things_stand() {
        let (looks, status, told) =
            (Looks::default(), watch::Sender::new(Status::default()), Mutex::new(vec![]));
        let look = || {
            let look = looks.at(|| status.borrow().clone());
            told.lock().expect("nobody panicked").push((look.turn, look.status.round));
        };
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..20_000 {
                    status.send_modify(|s| s.round += 1);
                    look();
                }
            });
            for _ in 0..2 {
                scope.spawn(|| (0..20_000).for_each(|_| look()));
            }
        });
        let mut told = told.into_inner().expect("nobody panicked");
        told.sort_unstable();
        let newest = told.last().map(|(_, round)| *round);
        // No two are told under one number.
        assert!(told.windows(2).all(|two| two[0].0 < two[1].0));
        assert_eq!(newest, Some(20_000));
    }
}
