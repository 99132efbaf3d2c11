//! Time, ids and randomness come in here and nowhere else.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use uuid::Uuid;

/// The desk's clock. Shown to people and used for due dates; never decides whose change wins.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since 1970 UTC.
    fn now_ms(&self) -> i64;
    /// Time at the office: China's, whatever zone the computer is set to.
    fn local(&self) -> NaiveDateTime {
        office_time_of(self.now_ms())
    }
    /// Milliseconds that only go forward, from any start: for idling.
    fn steady_ms(&self) -> i64;
    /// The program was built on this day: a clock that stands before it is wrong. `None`: any day may be.
    fn built_on(&self) -> Option<NaiveDate> {
        None
    }
    /// Minutes by which the computer's own zone is east of UTC, where it has one.
    fn zone_minutes(&self) -> Option<i32> {
        None
    }
    /// Today at the office; the day on which the program was built, when the clock stands before it.
    fn today(&self) -> NaiveDate {
        self.local().date().max(self.built_on().unwrap_or(NaiveDate::MIN))
    }
}

/// Offices keep China's time.
pub(crate) const OFFICE_MINUTES: i32 = 8 * 60;

pub(crate) fn office_time(at: DateTime<Utc>) -> NaiveDateTime {
    at.naive_utc() + TimeDelta::minutes(OFFICE_MINUTES.into())
}

/// [`office_time`] of milliseconds since 1970 UTC.
pub(crate) fn office_time_of(at_ms: i64) -> NaiveDateTime {
    office_time(DateTime::from_timestamp_millis(at_ms).unwrap_or_default())
}

/// The day of a moment at the office.
pub(crate) fn day_of(at_ms: i64) -> NaiveDate {
    office_time_of(at_ms).date()
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
    fn built_on(&self) -> Option<NaiveDate> {
        let at =
            env!("TIEXIN_BUILT_AT").parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        at.map(|at| office_time(at).date())
    }
    fn zone_minutes(&self) -> Option<i32> {
        // `Local::now` panics where Windows gives no zone; the way from local time does not. For some hours around a
        // change to or from summer time it gives the other offset, or none: no harm here.
        let now = Utc::now().naive_utc();
        Local.offset_from_local_datetime(&now).earliest().map(|zone| zone.local_minus_utc() / 60)
    }
    fn steady_ms(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

/// A clock that is set by hand, for tests and for the demo county.
pub struct ManualClock {
    now: AtomicI64,
    steady: AtomicI64,
    built_on: Option<NaiveDate>,
    zone_minutes: Option<i32>,
}

impl ManualClock {
    /// Stands at this local time.
    pub fn at(local: NaiveDateTime) -> Arc<Self> {
        Self::of_computer(local, None, None)
    }

    /// The same on a computer of this zone, with a program that was built on this day.
    pub fn of_computer(
        local: NaiveDateTime,
        built_on: Option<NaiveDate>,
        zone_minutes: Option<i32>,
    ) -> Arc<Self> {
        let clock = Self { now: AtomicI64::new(0), steady: AtomicI64::new(0), built_on, zone_minutes };
        clock.set(local);
        Arc::new(clock)
    }

    /// Noon of this day.
    pub fn on(day: NaiveDate) -> Arc<Self> {
        Self::at(day.and_time(chrono::NaiveTime::MIN) + TimeDelta::hours(12))
    }

    pub fn set(&self, local: NaiveDateTime) {
        let utc = local - TimeDelta::minutes(OFFICE_MINUTES.into());
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
    fn built_on(&self) -> Option<NaiveDate> {
        self.built_on
    }
    fn zone_minutes(&self) -> Option<i32> {
        self.zone_minutes
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
