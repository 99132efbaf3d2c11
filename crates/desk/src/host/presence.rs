//! Whether anybody still uses the host: open pages and calls under way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub(super) struct Presence {
    now: Mutex<Now>,
}

struct Now {
    here: usize,
    /// When the last one left, or was expected.
    left: Instant,
    /// Nobody comes in any more.
    ended: bool,
}

/// Somebody is here until it is dropped.
pub(super) struct Guest(Arc<Presence>);

impl Presence {
    pub(super) fn begin() -> Arc<Presence> {
        Arc::new(Presence { now: Mutex::new(Now { here: 0, left: Instant::now(), ended: false }) })
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn come(self: &Arc<Self>) -> Guest {
        self.now().here += 1;
        Guest(self.clone())
    }

    /// Somebody is about to come. False: it is too late for that.
    pub(super) fn expect(&self) -> bool {
        let mut now = self.now();
        now.left = Instant::now();
        !now.ended
    }

    /// Whether nobody was here for so long; then nobody is expected any more.
    pub(super) fn ends_after(&self, quiet: Duration) -> bool {
        let mut now = self.now();
        now.ended |= now.here == 0 && now.left.elapsed() >= quiet;
        now.ended
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut now = self.0.now();
        now.here -= 1;
        now.left = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_once_everybody_has_left() {
        let presence = Presence::begin();
        let (page, call) = (presence.come(), presence.come());
        assert!(!presence.ends_after(Duration::ZERO));
        drop(call);
        assert!(!presence.ends_after(Duration::ZERO), "a page is open");
        drop(page);
        assert!(!presence.ends_after(Duration::from_secs(3600)), "it has just left");
        assert!(presence.expect());
        assert!(presence.ends_after(Duration::ZERO));
        assert!(!presence.expect(), "too late");
    }
}
