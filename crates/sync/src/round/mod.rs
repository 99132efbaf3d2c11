//! One round: tell everything, read everything.

mod audit;
mod hello;
mod pull;

use std::collections::{BTreeMap, BTreeSet};

use tiexin_domain::region::RegionCode;
use tiexin_protocol::wire::{QuarantineMarks, RefusalCode};
use tiexin_store::{Book, Changed, StoreError};
use uuid::Uuid;

use crate::error::SyncError;
use crate::plan::{Facts, Step, next_step};
use crate::province::Province;
use crate::snapshot;
use crate::standing;

pub(crate) use hello::whereabouts;
pub(crate) use pull::asked;

/// Steps of one round at most.
const MOST_STEPS: usize = if tiexin_protocol::SMALL { 1_000 } else { 100_000 };
/// New numbers that a book takes in one round at most. Nothing was ever told under a fresh one, so that one is
/// enough, and a second if the machine is cloned meanwhile: a province that never agrees, or somebody who says
/// an old answer for it, must not have the book numbered anew without end.
const MOST_NUMBERS: usize = 3;

/// What a round did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoundReport {
    pub pushed: u64,
    pub pulled: u64,
    pub loaded: u64,
    /// Kinds of records that changed on this desk.
    pub kinds: BTreeSet<String>,
    /// Hello was said: users and grants may have changed.
    pub greeted: bool,
}

/// Runs store work on the blocking pool: no transaction is ever held across the network.
pub(crate) async fn on_store<T, F>(book: &Book, work: F) -> Result<T, SyncError>
where
    T: Send + 'static,
    F: FnOnce(&Book) -> Result<T, StoreError> + Send + 'static,
{
    let book = book.clone();
    let done = tokio::task::spawn_blocking(move || work(&book)).await;
    done.map_err(|_| SyncError::Cancelled)?.map_err(SyncError::from)
}

/// Why a round is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Time has passed, or something was saved.
    ByItself,
    /// Somebody wants it now: it begins with hello, so that lease, orders and rights are those of this moment.
    Asked,
}

/// Runs one full round by itself. `progress(done, total)` is told while a scope is loaded for the first time;
/// `now_ms` is the desk's clock, shown to people only (I13).
pub async fn run_round(
    book: &Book,
    province: &dyn Province,
    now_ms: i64,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<RoundReport, SyncError> {
    run_round_for(Why::ByItself, book, province, now_ms, progress).await
}

/// The same, for this reason.
pub async fn run_round_for(
    why: Why,
    book: &Book,
    province: &dyn Province,
    now_ms: i64,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<RoundReport, SyncError> {
    match whole_round(why, book, province, now_ms, progress).await {
        Err(SyncError::Shut(order)) => {
            let told = order.clone();
            on_store(book, move |book| standing::keep_order(book, &told)).await?;
            Err(SyncError::Shut(order))
        }
        Err(SyncError::Refused { code: RefusalCode::DeviceUnknown, .. }) => {
            Err(unknown(book, province).await)
        }
        other => other,
    }
}

/// The province does not know this desk: it shows what it was told by it, which may be all that is left of that.
async fn unknown(book: &Book, province: &dyn Province) -> SyncError {
    let held = book.clone();
    let claim = tokio::task::spawn_blocking(move || standing::claim(&held)).await;
    let Ok(Ok(Some(claim))) = claim else { return SyncError::Unknown };
    match province.claim(&claim).await {
        Ok(()) => SyncError::Awaited,
        Err(SyncError::Offline) => SyncError::Offline,
        // One that does not know of claims, or does not recognize what it said.
        Err(_) => SyncError::Unknown,
    }
}

async fn whole_round(
    why: Why,
    book: &Book,
    province: &dyn Province,
    now_ms: i64,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<RoundReport, SyncError> {
    let mut round = Round {
        book,
        province,
        report: RoundReport::default(),
        facts: Facts::default(),
        access: None,
        marks: QuarantineMarks::default(),
        in_full: false,
        loaded_anew: BTreeSet::new(),
        contradictory: BTreeSet::new(),
        numbers: 0,
        doubted: BTreeMap::new(),
    };
    let device = on_store(book, |book| book.device()).await?;
    let keys = on_store(book, crate::package::asked_for_keys).await?;
    let silent =
        on_store(book, move |book| Ok(standing::silent(book, now_ms)? || !book.asked_for_kinds()?)).await?;
    round.facts.greeted = device.access.is_some() && keys && !silent && why == Why::ByItself;
    round.look_what_waits().await?;
    // Every step either shrinks what is left or errs; the bound only guards against a province
    // that keeps promising news (I17).
    for _ in 0..MOST_STEPS {
        match next_step(&round.facts) {
            Step::Hello => round.hello(now_ms).await?,
            Step::Push => round.push(now_ms).await?,
            Step::Drop(scope) => round.drop_scope(scope).await?,
            Step::Load(scope) => round.load(scope, now_ms, progress).await?,
            Step::Pull => {
                round.keep_access().await?;
                round.pull(now_ms).await?;
            }
            Step::Review(scope) => round.review(scope).await?,
            Step::Finish if !round.contradictory.is_empty() => {
                // The next round begins with hello: what could not be loaded is told again.
                on_store(book, |book| book.set_access(None)).await?;
                return Err(SyncError::Contradictory);
            }
            Step::Finish => {
                on_store(book, move |book| book.set_last_round(now_ms)).await?;
                round.tell_audit().await?;
                return Ok(round.report);
            }
        }
    }
    Err(SyncError::Protocol("endless"))
}

pub(crate) struct Round<'a> {
    pub(crate) book: &'a Book,
    pub(crate) province: &'a dyn Province,
    pub(crate) report: RoundReport,
    pub(crate) facts: Facts,
    /// The access mark to be kept once every scope under it is loaded or given up. Until then none is
    /// kept: a round that is broken off begins with hello, which tells again what is to be loaded.
    access: Option<String>,
    /// Where there is something to settle, as the last pull told.
    marks: QuarantineMarks,
    /// Own changes come back in full: one of which only the number came is not here any more.
    in_full: bool,
    /// Scopes that did not fit and were loaded anew in this round.
    loaded_anew: BTreeSet<RegionCode>,
    /// Those that did not fit even then: they are left alone until the next round.
    contradictory: BTreeSet<RegionCode>,
    /// New numbers taken in this round.
    numbers: usize,
    /// Older numbers of this book under which the province may have another machine's changes, and after which
    /// of them it is asked for their prints.
    doubted: BTreeMap<Uuid, u64>,
}

impl Round<'_> {
    /// Loads a scope whole. One whose snapshot does not fit itself is left alone: the others are read all the same.
    async fn load(
        &mut self,
        scope: RegionCode,
        now_ms: i64,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<(), SyncError> {
        self.hold_access_back().await?;
        match snapshot::load(self.book, self.province, &scope, now_ms, progress).await {
            Ok(outcome) => {
                self.report.loaded += outcome.records;
                self.changed(outcome.changed);
            }
            Err(SyncError::Contradictory) => {
                self.contradictory.insert(scope.clone());
            }
            Err(other) => return Err(other),
        }
        self.facts.to_load.retain(|other| *other != scope);
        self.facts.at_head = false;
        Ok(())
    }

    /// This book was put back from an image, or another machine was cloned from it.
    pub(crate) async fn be_another(&mut self) -> Result<(), SyncError> {
        self.numbers += 1;
        if self.numbers > MOST_NUMBERS {
            return Err(SyncError::Protocol("number"));
        }
        on_store(self.book, |book| book.take_new_incarnation()).await?;
        self.facts.greeted = false;
        self.look_what_waits().await
    }

    /// Gives a withdrawn scope up; what was saved in it meanwhile is told first.
    async fn drop_scope(&mut self, scope: RegionCode) -> Result<(), SyncError> {
        crate::blob::hand_over(self.book, self.province, &scope).await?;
        let gone = scope.clone();
        let dropped = on_store(self.book, move |book| match book.drop_scope(&gone) {
            Err(StoreError::WorkWaiting { .. }) => Ok(None),
            other => other.map(Some),
        });
        if let Some(changed) = dropped.await? {
            self.facts.to_drop.retain(|s| *s != scope);
            self.changed(changed);
        }
        self.look_what_waits().await
    }

    /// Whether anything is to be told, what the province does not know yet put aside.
    pub(crate) async fn look_what_waits(&mut self) -> Result<(), SyncError> {
        let waits = |book: &Book| {
            standing::hold_back(book)?;
            book.waits()
        };
        self.facts.waiting = on_store(self.book, waits).await?;
        Ok(())
    }

    pub(crate) fn changed(&mut self, changed: Changed) {
        self.report.kinds.extend(changed.kinds);
    }
}
