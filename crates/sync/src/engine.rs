//! Syncing by itself: after a save, at a button, now and then; backing off when the province is away.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tiexin_domain::Kind;
use tiexin_protocol::blob::Wanted;
use tiexin_store::Book;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::blob::{Carrying, carry_blobs};
use crate::error::SyncError;
use crate::http::{HttpProvince, ProvinceAddress, device_key};
use crate::round::{RoundReport, Why, on_store, run_round_for};

/// Time between rounds when nothing happens.
const QUIET: Duration = Duration::from_secs(60);
/// A save waits so long for the next one, so that a burst is one push.
const GATHER: Duration = Duration::from_millis(800);
/// While the province is away it is tried again after so long, and then ever more rarely.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// So often it is looked whether the computer has slept.
const GLANCE: Duration = Duration::from_secs(5);
/// The clock may be put right by so much, and a busy machine be so late, without the computer having slept.
const SLIP: Duration = Duration::from_secs(30);

/// What the indicator needs beyond the store's counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    pub running: bool,
    /// Chinese: why the last try failed.
    pub trouble: Option<String>,
    /// Records laid down and all, while a scope is loaded for the first time.
    pub loading: Option<(u64, u64)>,
    /// The last round came to its end and nothing was saved since.
    pub complete: bool,
    /// Kinds that the last round changed; screens fetch them again.
    pub changed: std::collections::BTreeSet<String>,
    /// Grows with every round.
    pub round: u64,
    /// Attachments are being carried.
    pub carrying: bool,
    /// The province does not know this desk: only enrolling it again helps.
    pub unknown: bool,
}

type Asked = oneshot::Sender<Result<RoundReport, SyncError>>;
type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// How many seconds of the desk's clock pass in one of this computer's: 1, but for trials that let days pass in
/// minutes. The engine's waits shrink with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace(pub u32);

impl Pace {
    pub const REAL: Pace = Pace(1);

    pub(crate) fn of(self, time: Duration) -> Duration {
        time / self.0.max(1)
    }
}

/// A desk's syncing. Dropping the last handle ends it between two steps.
#[derive(Clone)]
pub struct Engine {
    asks: mpsc::UnboundedSender<Asked>,
    saved: Arc<Notify>,
    /// Something more urgent than attachments waits.
    pressing: Arc<AtomicBool>,
    tell: watch::Sender<Status>,
    province: Arc<Mutex<Option<Arc<HttpProvince>>>>,
}

impl Engine {
    /// Starts syncing `book` on the current tokio runtime. Does nothing while the book is not enrolled.
    /// `clock` gives milliseconds since 1970 UTC.
    pub fn start(book: Book, clock: Clock, pace: Pace) -> Engine {
        let (asks, asked) = mpsc::unbounded_channel();
        let tell = watch::Sender::new(Status::default());
        let saved = Arc::new(Notify::new());
        let province = Arc::new(Mutex::new(None));
        let pressing = Arc::new(AtomicBool::new(false));
        let engine = Engine { asks, saved, pressing, tell, province };
        let Engine { saved, pressing, tell, province, .. } = engine.clone();
        tokio::spawn(Worker { book, clock, pace, tell, province, pressing }.run(asked, saved));
        engine
    }

    /// A full round now; answers when it has ended.
    pub async fn sync_now(&self) -> Result<RoundReport, SyncError> {
        let (tell, told) = oneshot::channel();
        self.pressing.store(true, Ordering::Release);
        self.asks.send(tell).map_err(|_| SyncError::Cancelled)?;
        told.await.map_err(|_| SyncError::Cancelled)?
    }

    /// Something was saved: a round begins soon.
    pub fn saved(&self) {
        // What was just saved is not at the province, whatever the last round said.
        self.tell.send_if_modified(|s| std::mem::replace(&mut s.complete, false));
        self.pressing.store(true, Ordering::Release);
        self.saved.notify_one();
    }

    /// The enrolment changed: the next round connects anew.
    pub fn reconnect(&self) {
        *lock(&self.province) = None;
        self.pressing.store(true, Ordering::Release);
        self.saved.notify_one();
    }

    /// What to show; `changed()` on it waits for news.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.tell.subscribe()
    }

    /// Bytes of bodies and requests since the connection was made.
    pub fn traffic(&self) -> (u64, u64) {
        lock(&self.province).as_ref().map(|p| p.traffic()).unwrap_or_default()
    }
}

/// A poisoned lock holds a whole value all the same: it is only ever replaced.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

struct Worker {
    book: Book,
    clock: Clock,
    pace: Pace,
    tell: watch::Sender<Status>,
    province: Arc<Mutex<Option<Arc<HttpProvince>>>>,
    pressing: Arc<AtomicBool>,
}

fn patience(pace: Pace) -> backon::ExponentialBackoff {
    ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(pace.of(FIRST_WAIT))
        .with_max_delay(pace.of(LONGEST_WAIT))
        .without_max_times()
        .build()
}

/// Screens that show attachments fetch them again.
fn attachments_changed(status: &mut Status) {
    status.round += 1;
    status.changed = std::iter::once(Kind::Attachment.code().to_owned()).collect();
}

impl Drop for Worker {
    /// An engine that has ended, as after a fault of the program, knows nothing any more.
    fn drop(&mut self) {
        self.tell.send_modify(|s| (s.complete, s.running, s.carrying) = (false, false, false));
    }
}

impl Worker {
    async fn run(self, mut asked: mpsc::UnboundedReceiver<Asked>, saved: Arc<Notify>) {
        let mut backoff = patience(self.pace);
        // The first round begins at once: the desk was just opened.
        let mut wait = Duration::ZERO;
        loop {
            let mut answers = Vec::new();
            tokio::select! {
                ask = asked.recv() => match ask {
                    Some(ask) => answers.push(ask),
                    None => return,
                },
                () = saved.notified() => tokio::time::sleep(self.pace.of(GATHER)).await,
                () = self.rest(wait) => {}
            }
            while let Ok(ask) = asked.try_recv() {
                answers.push(ask);
            }
            // What was saved until now goes with this round: it needs none of its own.
            tokio::select! {
                biased;
                () = saved.notified() => {}
                () = std::future::ready(()) => {}
            }
            self.pressing.store(false, Ordering::Release);
            let why = if answers.is_empty() { Why::ByItself } else { Why::Asked };
            let result = self.round(why).await;
            let carried = if result.is_ok() { self.carry().await } else { Ok(()) };
            wait = match result.as_ref().map(drop).and(carried.as_ref()) {
                Ok(_) | Err(SyncError::NotEnrolled) => {
                    backoff = patience(self.pace);
                    self.pace.of(QUIET)
                }
                Err(_) => backoff.next().unwrap_or(self.pace.of(QUIET)),
            };
            for answer in answers {
                // Who asked may have gone.
                let _ = answer.send(result.clone());
            }
        }
    }

    async fn round(&self, why: Why) -> Result<RoundReport, SyncError> {
        let province = match self.connect().await {
            Ok(province) => province,
            Err(SyncError::NotEnrolled) => return Err(SyncError::NotEnrolled),
            Err(error) => {
                self.tell.send_modify(|s| s.trouble = Some(error.to_string()));
                return Err(error);
            }
        };
        self.tell.send_modify(|s| s.running = true);
        let loading = |done, total| self.tell.send_modify(|s| s.loading = Some((done, total)));
        let result = run_round_for(why, &self.book, &*province, (self.clock)(), &loading).await;
        match &result {
            Ok(_) => self.finish_index().await,
            Err(SyncError::Offline) => self.connect_anew(),
            Err(_) => {}
        }
        self.tell.send_modify(|s| {
            s.running = false;
            s.loading = None;
            s.round += 1;
            s.complete = result.is_ok();
            s.trouble = result.as_ref().err().map(ToString::to_string);
            s.unknown = matches!(result, Err(SyncError::Unknown));
            s.changed = result.as_ref().map(|r| r.kinds.clone()).unwrap_or_default();
        });
        result
    }

    /// Attachments follow the records, and let themselves be interrupted by them.
    async fn carry(&self) -> Result<(), SyncError> {
        let Some(province) = lock(&self.province).clone() else { return Ok(()) };
        self.tell.send_modify(|s| s.carrying = true);
        let stop = || self.pressing.load(Ordering::Acquire);
        // Small pictures come in hundreds: the screens hear of them now and then.
        let quiet = AtomicU32::new(0);
        let arrived = |one: &Wanted| {
            if one.asked || !one.thumb || quiet.fetch_add(1, Ordering::Relaxed) % 24 == 23 {
                self.tell.send_modify(attachments_changed);
            }
        };
        let carried = carry_blobs(&self.book, &*province, &Carrying { stop: &stop, arrived: &arrived }).await;
        self.tell.send_modify(|s| {
            s.carrying = false;
            if let Err(error) = &carried {
                s.trouble = Some(error.to_string());
            }
            if carried.as_ref().map_or(true, |report| report.up + report.down > 0) {
                attachments_changed(s);
            }
        });
        if matches!(carried, Err(SyncError::Offline)) {
            self.connect_anew();
        }
        carried.map(drop)
    }

    /// Waits; shorter when the computer has slept or its clock was set. What was true before need not be any
    /// more: the indicator does not claim it, and a round begins.
    async fn rest(&self, wait: Duration) {
        let end = Instant::now() + wait;
        loop {
            let glance = end.saturating_duration_since(Instant::now()).min(self.pace.of(GLANCE));
            if glance.is_zero() {
                return;
            }
            let before = (self.clock)();
            tokio::time::sleep(glance).await;
            let passed = (self.clock)().saturating_sub(before);
            let meant = i64::try_from((glance * self.pace.0).as_millis()).unwrap_or(i64::MAX);
            if passed.abs_diff(meant) > SLIP.as_millis() as u64 {
                self.tell.send_if_modified(|s| std::mem::replace(&mut s.complete, false));
                self.connect_anew();
                return;
            }
        }
    }

    /// A connection over which nothing came back may be dead without having said so: the next round has its own.
    fn connect_anew(&self) {
        let mut held = lock(&self.province);
        *held = held.take().and_then(|province| province.anew().ok()).map(Arc::new);
    }

    /// Records of a snapshot are laid down first and made searchable afterwards, a part at a time,
    /// so that saves never wait long for the writer.
    async fn finish_index(&self) {
        while let Ok(left) = on_store(&self.book, |book| book.index_some(2_000)).await {
            if left == 0 {
                break;
            }
        }
    }

    async fn connect(&self) -> Result<Arc<HttpProvince>, SyncError> {
        if let Some(province) = lock(&self.province).clone() {
            return Ok(province);
        }
        let device = on_store(&self.book, |book| book.device()).await?;
        let server = device.server.as_deref().ok_or(SyncError::NotEnrolled)?;
        let address = ProvinceAddress::read(server, device.authority.clone())?;
        let id = device.id.ok_or(SyncError::NotEnrolled)?;
        let key = device_key(&device.key_seed);
        let province = HttpProvince::at_pace(&address, Some((id, key)), self.pace)?;
        let province = Arc::new(province);
        *lock(&self.province) = Some(province.clone());
        Ok(province)
    }
}
