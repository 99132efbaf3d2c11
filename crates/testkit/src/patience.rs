//! Waiting for a condition.

use std::time::{Duration, Instant};

/// Longest wait for anything to appear. Generous: the machine may be busy with other tests.
pub const PATIENCE: Duration = Duration::from_secs(30);
pub(crate) const GLANCE: Duration = Duration::from_millis(50);

/// Looks again and again until there is something to give; nothing when `longest` is over.
pub async fn until<T>(longest: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let patience = Instant::now() + longest;
    loop {
        let seen = look().await;
        if seen.is_some() || Instant::now() > patience {
            return seen;
        }
        tokio::time::sleep(GLANCE).await;
    }
}
