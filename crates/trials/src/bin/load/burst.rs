//! Many desks at once: who comes when, and what each does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::device::Device;
use crate::line::{Failure, Line};
use crate::tally::{Act, Tally};

/// Between two looks of a desk that waits for others' changes.
const LOOK: Duration = Duration::from_millis(200);
/// How long it is waited for changes that nobody has seen yet.
const LAST_LOOKS: Duration = Duration::from_secs(20);
/// A desk's first wait after a failure; doubled each time, with as much again by chance.
const BACKOFF: Duration = Duration::from_secs(5);
const TRIES: u32 = 8;

/// When the desks come.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arrival {
    AtOnce,
    /// Each at a moment of its own within this time.
    Within(Duration),
}

/// What every desk does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    pub(crate) arrival: Arrival,
    /// Its token is too old, and it says hello: it was away for long.
    pub(crate) was_away: bool,
    /// Townships in which a further desk looks for what the others told.
    pub(crate) watched: usize,
    /// Connections that may be open at once: what the machine allows.
    pub(crate) connections: usize,
}

/// Plays the round of every device; gives the devices back, and how long it took until the last had ended.
pub(crate) async fn play(mut devices: Vec<Device>, round: Round) -> (Vec<Device>, Arc<Tally>, Duration) {
    devices.sort_by_key(|device| device.number);
    let crowd = devices.split_off(round.watched);
    let watchers = devices;
    let towns: Vec<_> = watchers.iter().map(|watcher| watcher.town.clone()).collect();
    let watched = crowd.iter().filter(|device| towns.contains(&device.town)).map(|device| device.id);
    let tally = Arc::new(Tally::watching(watched.collect()));
    let crowd = saved(crowd).await;
    let done = Arc::new(AtomicBool::new(false));
    let mut looking = JoinSet::new();
    for watcher in watchers {
        looking.spawn(look(watcher, tally.clone(), done.clone()));
    }
    let room = Arc::new(Semaphore::new(round.connections.saturating_sub(round.watched)));
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for device in crowd {
        let wait = match round.arrival {
            Arrival::AtOnce => Duration::ZERO,
            Arrival::Within(time) => time.mul_f64(fastrand::f64()),
        };
        let (tally, room) = (tally.clone(), room.clone());
        tasks.spawn(async move {
            tokio::time::sleep_until((begun + wait).into()).await;
            come(device, round, &room, &tally).await
        });
    }
    let mut devices = tasks.join_all().await;
    let took = begun.elapsed();
    done.store(true, Ordering::Release);
    devices.extend(looking.join_all().await);
    (devices, tally, took)
}

/// Everybody's work is written down before the clock runs.
async fn saved(crowd: Vec<Device>) -> Vec<Device> {
    let save = move || {
        let mut crowd = crowd;
        crowd.iter_mut().for_each(Device::save);
        crowd
    };
    tokio::task::spawn_blocking(save).await.expect("saved")
}

/// One desk: tries until it has told everything and read its township, as a real one does.
async fn come(mut device: Device, round: Round, room: &Semaphore, tally: &Tally) -> Device {
    let mut to_prove = round.was_away;
    for attempt in 0..TRIES {
        let open = room.acquire().await.expect("never closed");
        let Err((act, failure)) = all(&mut device, &mut to_prove, tally).await else { break };
        drop(open);
        tally.failed(act, failure);
        let wait = BACKOFF * 2u32.pow(attempt);
        tokio::time::sleep(wait + wait.mul_f64(fastrand::f64())).await;
    }
    device
}

async fn all(device: &mut Device, to_prove: &mut bool, tally: &Tally) -> Result<(), (Act, Failure)> {
    let at = |act| move |failure| (act, failure);
    let begun = Instant::now();
    let mut line = device.open().await.map_err(at(Act::Connect))?;
    tally.took(Act::Connect, begun);
    if *to_prove {
        let begun = Instant::now();
        device.prove(&mut line).await.map_err(at(Act::Token))?;
        tally.took(Act::Token, begun);
        let begun = Instant::now();
        device.hello(&mut line).await.map_err(at(Act::Hello))?;
        tally.took(Act::Hello, begun);
        *to_prove = false;
    }
    tell(device, &mut line, tally).await.map_err(at(Act::Push))?;
    device.pull(&mut line, tally).await.map_err(at(Act::Pull))
}

async fn tell(device: &mut Device, line: &mut Line, tally: &Tally) -> Result<(), Failure> {
    let begun = Instant::now();
    device.push(line, tally).await?;
    tally.took(Act::Push, begun);
    Ok(())
}

/// A desk that has its township open and looks for what others tell.
async fn look(mut device: Device, tally: Arc<Tally>, done: Arc<AtomicBool>) -> Device {
    let mut line = device.open().await.expect("a connection");
    let mut ended = None;
    loop {
        if let Err(failure) = device.watch(&mut line, &tally).await {
            tally.failed(Act::Look, failure);
            if let Ok(again) = device.open().await {
                line = again;
            }
        }
        if done.load(Ordering::Acquire) {
            let ended = ended.get_or_insert_with(Instant::now);
            if tally.unseen() == 0 || ended.elapsed() > LAST_LOOKS {
                return device;
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Pushes alone: so many lines, over each one desk after the other, without a pause.
pub(crate) async fn pushes(
    devices: Vec<Device>,
    lines: usize,
    most: Duration,
) -> (Vec<Device>, Arc<Tally>, Duration) {
    let tally = Arc::new(Tally::default());
    let devices = saved(devices).await;
    let mut shares: Vec<Vec<Device>> = (0..lines).map(|_| Vec::new()).collect();
    for (at, device) in devices.into_iter().enumerate() {
        shares[at % lines].push(device);
    }
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for mut share in shares {
        let tally = tally.clone();
        tasks.spawn(async move {
            // Each server is reached over a line of its own.
            share.sort_by_key(|device| device.server);
            let mut at = None;
            let mut line = None;
            for device in &mut share {
                if begun.elapsed() > most {
                    break;
                }
                if at != Some(device.server) {
                    line = Some(device.open().await.expect("a connection"));
                    at = Some(device.server);
                }
                let Some(line) = line.as_mut() else { continue };
                if let Err(failure) = tell(device, line, &tally).await {
                    tally.failed(Act::Push, failure);
                    *line = device.open().await.expect("a connection");
                }
            }
            share
        });
    }
    let devices: Vec<Device> = tasks.join_all().await.into_iter().flatten().collect();
    let took = begun.elapsed();
    (devices, tally, took)
}
