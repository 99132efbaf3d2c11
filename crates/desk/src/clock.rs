//! Time, ids and randomness come in here and nowhere else.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, TimeDelta};
use uuid::Uuid;

/// The desk's clock. Shown to people and used for due dates; never decides whose change wins.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since 1970 UTC.
    fn now_ms(&self) -> i64;
    /// Local time at the office.
    fn local(&self) -> NaiveDateTime;
    /// Milliseconds that only go forward, from any start: for idling.
    fn steady_ms(&self) -> i64;
    /// Today at the office.
    fn today(&self) -> NaiveDate {
        self.local().date()
    }
}

/// The computer's own clock.
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    pub fn start() -> Arc<Self> {
        Arc::new(Self { started: Instant::now() })
    }
}

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        chrono::Utc::now().timestamp_millis()
    }
    fn local(&self) -> NaiveDateTime {
        Local::now().naive_local()
    }
    fn steady_ms(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

/// A clock that is set by hand, for tests and for the demo county. Local time is UTC+8.
pub struct ManualClock {
    now: AtomicI64,
    steady: AtomicI64,
}

const CHINA_HOURS: i64 = 8;

impl ManualClock {
    /// Stands at this local time.
    pub fn at(local: NaiveDateTime) -> Arc<Self> {
        let clock = Self { now: AtomicI64::new(0), steady: AtomicI64::new(0) };
        clock.set(local);
        Arc::new(clock)
    }

    /// Noon of this day.
    pub fn on(day: NaiveDate) -> Arc<Self> {
        Self::at(day.and_time(chrono::NaiveTime::MIN) + TimeDelta::hours(12))
    }

    pub fn set(&self, local: NaiveDateTime) {
        let utc = local - TimeDelta::hours(CHINA_HOURS);
        self.now.store(utc.and_utc().timestamp_millis(), Ordering::Relaxed);
    }

    /// Lets time pass.
    pub fn pass(&self, time: TimeDelta) {
        self.now.fetch_add(time.num_milliseconds(), Ordering::Relaxed);
        self.steady.fetch_add(time.num_milliseconds(), Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }
    fn local(&self) -> NaiveDateTime {
        let utc = DateTime::from_timestamp_millis(self.now_ms()).unwrap_or_default();
        utc.naive_utc() + TimeDelta::hours(CHINA_HOURS)
    }
    fn steady_ms(&self) -> i64 {
        self.steady.load(Ordering::Relaxed)
    }
}

/// Ids and randomness.
pub trait Ids: Send + Sync + 'static {
    /// A new id for a record, a group, a batch (UUIDv7 in the product).
    fn id(&self) -> Uuid;
    /// Random bytes for tokens.
    fn random(&self, bytes: &mut [u8]);
}

/// The system's randomness.
pub struct SystemIds;

impl Ids for SystemIds {
    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }
    fn random(&self, bytes: &mut [u8]) {
        // Invariant: an operating system that cannot give random bytes cannot run this program safely.
        getrandom::fill(bytes).expect("the system gives random bytes");
    }
}
