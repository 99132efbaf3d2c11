//! Pushes take turns: those that wait while others are under way are taken in with one commit.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::NaiveDate;
use deadpool_postgres::Pool;
use tiexin_domain::RegionCode;
use tiexin_protocol::PUSH_CHANGES;
use tiexin_protocol::wire::{PushReply, PushRequest};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::push::{self, Asked};
use crate::error::{Error, Result};
use crate::plan::{Wanted, claimed};
use crate::store::{BeforeCommit, Room};
use crate::turns::{Batch, Turns};

/// Most pushes of one commit: more no longer make it cheaper, and all of them wait for the last.
const MOST: usize = 32;
/// Fewest and most transactions of pushes under way at once.
const LINES: (usize, usize) = (4, 16);
/// How often a push that met another in a race is tried.
const TRIES: usize = 5;

/// What a push needs for itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Device(Uuid),
    Scope(RegionCode),
    Record(Uuid),
    Claim(String),
}

struct Waiting {
    asked: Asked,
    answer: oneshot::Sender<Result<PushReply>>,
}

/// Takes pushes into a book. Cheap to clone.
#[derive(Clone)]
pub(super) struct Taking {
    pool: Pool,
    before_commit: Option<BeforeCommit>,
    room: Room,
    turns: Arc<Mutex<Turns<Key, Waiting>>>,
}

/// A batch under way. However it ends, its keys are given back and the next ones begin.
struct UnderWay {
    taking: Taking,
    keys: Vec<Key>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.taking.turns().ended(&self.keys);
        self.taking.begin();
    }
}

impl Taking {
    pub(super) fn new(pool: Pool, before_commit: Option<BeforeCommit>, room: Room) -> Taking {
        // While some wait for the disk, others use the processors.
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let lines = (2 * processors).clamp(LINES.0, LINES.1);
        let turns = Arc::new(Mutex::new(Turns::new(lines, MOST, PUSH_CHANGES)));
        Taking { pool, before_commit, room, turns }
    }

    /// Once begun it goes on, whether or not somebody waits for the answer.
    pub(super) async fn push(&self, request: &PushRequest, today: NaiveDate, now: i64) -> Result<PushReply> {
        let wanted = Wanted::named(request);
        let keys = std::iter::once(Key::Device(request.device))
            .chain(wanted.scopes.iter().cloned().map(Key::Scope))
            .chain(wanted.records.iter().copied().map(Key::Record))
            .chain(claimed(request).into_iter().map(Key::Claim))
            .collect();
        let (answer, told) = oneshot::channel();
        let asked = Asked { request: request.clone(), wanted, today, now };
        self.turns().wait(keys, request.changes.len(), Waiting { asked, answer });
        self.begin();
        told.await.map_err(|_| Error::Task)?
    }

    fn turns(&self) -> MutexGuard<'_, Turns<Key, Waiting>> {
        // Invariant: nothing in `turns` panics half-way.
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins what can begin.
    fn begin(&self) {
        // Whoever stands outside a runtime is a server that has stopped.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        loop {
            let Some(Batch { keys, work }) = self.turns().next() else { return };
            let under_way = UnderWay { taking: self.clone(), keys };
            runtime.spawn(async move { under_way.taking.carry(work).await });
        }
    }

    async fn carry(&self, work: Vec<Waiting>) {
        let (asked, answers): (Vec<Asked>, Vec<_>) = work.into_iter().map(|w| (w.asked, w.answer)).unzip();
        let mut told = Vec::new();
        if asked.len() > 1 {
            // Whatever was in the way of all of them need not be in the way of each.
            told = self.together(&asked).await.unwrap_or_default();
        }
        told.resize_with(asked.len(), || None);
        let each = asked.iter().zip(answers).zip(told).map(async |((asked, answer), told)| {
            let told = match told {
                Some(told) => told,
                None => self.alone(asked).await,
            };
            // Nobody may be waiting any more.
            let _ = answer.send(told);
        });
        futures::future::join_all(each).await;
    }

    async fn together(&self, all: &[Asked]) -> Result<Vec<Option<Result<PushReply>>>> {
        let mut client = self.pool.get().await?;
        push::together(&mut client, all, self.before_commit.as_ref()).await
    }

    async fn alone(&self, asked: &Asked) -> Result<PushReply> {
        let mut tried = 1;
        loop {
            let mut client = self.pool.get().await?;
            match push::alone(&mut client, asked, self.before_commit.as_ref()).await {
                Err(e) if super::raced(&e) && tried < TRIES => tried += 1,
                done => return self.room.learn(done),
            }
        }
    }
}
