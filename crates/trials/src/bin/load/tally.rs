//! What happened, counted and timed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tiexin_protocol::ChangeId;
use uuid::Uuid;

use crate::line::Failure;

/// What a device did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    Connect,
    Token,
    Hello,
    Push,
    Pull,
    /// A pull of a desk that looks for others' changes.
    Look,
    /// From the sending of a change until another desk of its township had pulled it.
    Visible,
}

#[derive(Default)]
pub(crate) struct Tally {
    times: Mutex<BTreeMap<Act, Vec<Duration>>>,
    failures: Mutex<BTreeMap<(Act, Failure), u64>>,
    accepted: AtomicU64,
    read: AtomicU64,
    /// The highest change of a push → when it was sent; only of townships where somebody looks.
    sent: Mutex<HashMap<(Uuid, u64), Instant>>,
    /// Devices whose changes are waited for.
    watched: Vec<Uuid>,
}

/// The value below which this share of the sorted times lies.
pub(crate) fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
}

impl Tally {
    /// `watched`: devices in whose townships another desk looks.
    pub(crate) fn watching(mut watched: Vec<Uuid>) -> Tally {
        watched.sort();
        Tally { watched, ..Tally::default() }
    }

    pub(crate) fn took(&self, act: Act, begun: Instant) {
        self.lasted(act, begun.elapsed());
    }

    fn lasted(&self, act: Act, time: Duration) {
        lock(&self.times).entry(act).or_default().push(time);
    }

    pub(crate) fn failed(&self, act: Act, failure: Failure) {
        *lock(&self.failures).entry((act, failure)).or_default() += 1;
    }

    pub(crate) fn accepted(&self, changes: u64) {
        self.accepted.fetch_add(changes, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, entries: u64) {
        self.read.fetch_add(entries, Ordering::Relaxed);
    }

    pub(crate) fn all_accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// A push went off. Sent again after a failure, it counts from the first time.
    pub(crate) fn sent(&self, device: Uuid, last: u64, at: Instant) {
        if self.watched.binary_search(&device).is_ok() {
            lock(&self.sent).entry((device, last)).or_insert(at);
        }
    }

    pub(crate) fn seen(&self, change: ChangeId, at: Instant) {
        if let Some(sent) = lock(&self.sent).remove(&(change.device, change.seq)) {
            self.lasted(Act::Visible, at.saturating_duration_since(sent));
        }
    }

    /// Pushes that were sent and that nobody has seen yet.
    pub(crate) fn unseen(&self) -> usize {
        lock(&self.sent).len()
    }

    pub(crate) fn failures(&self) -> u64 {
        lock(&self.failures).values().sum()
    }

    /// Prints times and failures, and what was done in `wall`.
    pub(crate) fn print(&self, wall: Duration) {
        let mut times = lock(&self.times);
        for (act, times) in times.iter_mut() {
            times.sort_unstable();
            let ms = |share| quantile(times, share).as_secs_f64() * 1e3;
            let (p50, p99, most) = (ms(0.5), ms(0.99), ms(1.0));
            let name = format!("{act:?}").to_lowercase();
            println!(
                "  {name:<10} {:>7} times  p50 {p50:>9.1} ms  p99 {p99:>9.1} ms  most {most:>9.1} ms",
                times.len()
            );
        }
        let accepted = self.all_accepted();
        let rate = |count: u64| count as f64 / wall.as_secs_f64();
        println!("  accepted   {accepted} changes, {:.0} a second", rate(accepted));
        let read = self.read.load(Ordering::Relaxed);
        if read > 0 {
            println!("  read       {read} entries of the log by pulls, {:.0} a second", rate(read));
        }
        for ((act, failure), count) in lock(&self.failures).iter() {
            println!("  FAILED     {act:?} {failure:?}: {count}");
        }
    }
}

/// A poisoned lock holds whole values all the same.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
