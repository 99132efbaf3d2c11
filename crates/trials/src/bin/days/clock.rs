//! A clock on which three days pass in an hour, and which may be set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use tiexin_desk::Clock;

/// Seconds on it in one of the computer's.
pub(crate) const SPEED: i64 = 72;
const CHINA_HOURS: i64 = 8;

pub(crate) struct FastClock {
    /// When it showed the true time, milliseconds since 1970 UTC.
    began: i64,
    /// What somebody has set it ahead, or back.
    set: AtomicI64,
    started: Instant,
}

pub(crate) fn true_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or_default()
}

impl FastClock {
    pub(crate) fn began(began: i64, set: i64) -> Arc<FastClock> {
        Arc::new(FastClock { began, set: AtomicI64::new(set), started: Instant::now() })
    }

    pub(crate) fn set_by(&self, milliseconds: i64) {
        self.set.store(milliseconds, Ordering::SeqCst);
    }

    /// The true time at which it shows this, as it is set now.
    pub(crate) fn true_of(&self, shown: i64) -> i64 {
        self.began + (shown - self.set.load(Ordering::SeqCst) - self.began) / SPEED
    }
}

impl Clock for FastClock {
    fn now_ms(&self) -> i64 {
        self.began + (true_ms() - self.began) * SPEED + self.set.load(Ordering::SeqCst)
    }

    fn local(&self) -> NaiveDateTime {
        let utc = DateTime::from_timestamp_millis(self.now_ms()).unwrap_or_default();
        utc.naive_utc() + TimeDelta::hours(CHINA_HOURS)
    }

    fn steady_ms(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or_default() * SPEED
    }
}
