//! One round: tell everything, read everything.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use tiexin_domain::Kind;
use tiexin_domain::region::RegionCode;
use tiexin_protocol::planted;
use tiexin_protocol::statement::Signed;
use tiexin_protocol::wire::{
    Cursor, HelloReply, PageEntry, PullRequest, QuarantineMarks, ScopeHead, ScopePage, Settled,
};
use tiexin_store::{Book, Changed, ScopeCursor, StoreError};
use uuid::Uuid;

use crate::body::BodyError;
use crate::plan::{Facts, Step, next_step};
use crate::province::Province;
use crate::snapshot;
use crate::standing::{self, Heard};

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

/// Why a round did not come to its end. Whatever was done stays done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    #[error("省平台地址不对，应以 https:// 开头")]
    Address,
    #[error("省平台的证书文件不能使用，请向管理员索取")]
    Authority,
    #[error("这台电脑还没有接入省平台")]
    NotEnrolled,
    #[error("连不上省平台，已保存在本机，有网络时会自动上传")]
    Offline,
    /// Somebody answers who cannot show that it is the province.
    #[error(
        "对方拿不出可信的省平台证书，没有发送任何内容。记录都在本机；请向管理员核对地址和证书，并看看电脑的日期对不对"
    )]
    Distrusted,
    /// With the order to destroy this book, which may be anybody's until it was checked.
    #[error("这台电脑已被省平台停用，请联系管理员")]
    Shut(Box<Signed>),
    #[error("{message}")]
    Refused { code: String, message: String },
    #[error("省平台的答复{0}，已保存在本机，稍后会重试")]
    Body(#[from] BodyError),
    #[error("省平台的答复不符合约定（{0}），请更新程序")]
    Protocol(&'static str),
    /// What it says of a township does not fit together, also after that was loaded anew.
    #[error(
        "省平台的记录前后矛盾，有矛盾的乡镇没有读入，其余照常；本机保存的内容都在，已照常上传。请告诉省平台管理员运行核验（verify）"
    )]
    Contradictory,
    #[error("{0}")]
    Store(String),
    #[error("已取消")]
    Cancelled,
}

impl SyncError {
    pub(crate) fn from_network(error: reqwest::Error) -> Self {
        if of_certificate(&error) { SyncError::Distrusted } else { SyncError::Offline }
    }
}

/// Whether a certificate lies at the bottom of it. An I/O error hides what it wraps from `source`.
fn of_certificate(error: &(dyn Error + 'static)) -> bool {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return matches!(tls, rustls::Error::InvalidCertificate(_));
    }
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    match wrapped {
        Some(inner) => of_certificate(inner),
        None => error.source().is_some_and(of_certificate),
    }
}

impl From<StoreError> for SyncError {
    fn from(error: StoreError) -> Self {
        // Messages of the store never carry personal data; what SQLite said is for whoever looks after the machine.
        tracing::error!(cause = ?error, "the book failed in a round");
        SyncError::Store(error.to_string())
    }
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

/// Runs one full round. `progress(done, total)` is told while a scope is loaded for the first time;
/// `now_ms` is the desk's clock, shown to people only (I13).
pub async fn run_round(
    book: &Book,
    province: &dyn Province,
    now_ms: i64,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<RoundReport, SyncError> {
    match whole_round(book, province, now_ms, progress).await {
        Err(SyncError::Shut(order)) => {
            let told = order.clone();
            on_store(book, move |book| standing::keep_order(book, &told)).await?;
            Err(SyncError::Shut(order))
        }
        other => other,
    }
}

async fn whole_round(
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
    let silent = on_store(book, move |book| standing::silent(book, now_ms)).await?;
    round.facts.greeted = device.access.is_some() && keys && !silent;
    round.look_what_waits().await?;
    // Every step either shrinks what is left or errs; the bound only guards against a province
    // that keeps promising news (I17).
    for _ in 0..MOST_STEPS {
        match next_step(&round.facts) {
            Step::Hello => round.hello(now_ms).await?,
            Step::Push => round.push(now_ms).await?,
            Step::Drop(scope) => round.drop_scope(scope).await?,
            Step::Load(scope) => {
                round.hold_access_back().await?;
                let outcome = snapshot::load(book, province, &scope, now_ms, progress).await?;
                round.report.loaded += outcome.records;
                round.changed(outcome.changed);
                round.facts.to_load.retain(|s| *s != scope);
                round.facts.at_head = false;
            }
            Step::Pull => {
                round.keep_access().await?;
                round.pull(now_ms).await?;
            }
            Step::Review(scope) => round.review(scope).await?,
            Step::Finish if !round.contradictory.is_empty() => return Err(SyncError::Contradictory),
            Step::Finish => {
                on_store(book, move |book| book.set_last_round(now_ms)).await?;
                return Ok(round.report);
            }
        }
    }
    Err(SyncError::Protocol("endless"))
}

/// What became of a page.
enum Applied {
    Yes,
    /// The scope must be loaded anew from its snapshot.
    LoadAnew,
    /// So it must, for what was read does not fit what is here.
    Contradicts,
    /// The entries are needed in full.
    InFull,
    /// Another machine speaks under this desk's number.
    Copied,
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
    async fn hello(&mut self, now_ms: i64) -> Result<(), SyncError> {
        let book = self.book.clone();
        let said = tokio::task::spawn_blocking(move || standing::greeting(&book, &book.device()?)).await;
        let mut request = said.map_err(|_| SyncError::Cancelled)??;
        for number in &mut request.former {
            number.after = self.doubted.remove(&number.incarnation);
        }
        let prints_asked = request.former.iter().any(|number| number.after.is_some());
        let reply = self.province.hello(&request).await?;
        let (acked, print) = (reply.acked, reply.print.clone());
        if on_store(self.book, move |book| book.is_doubled(acked, print.as_deref())).await? {
            return self.be_another().await;
        }
        self.access = Some(reply.access.clone());
        let Greeted { to_drop, to_load, key_wanted, doubted } =
            on_store(self.book, move |book| greeted(book, reply, now_ms)).await?;
        if prints_asked && !doubted.is_empty() {
            return Err(SyncError::Protocol("prints"));
        }
        // What did not fit is loaded anew whatever hello says of it.
        let before = std::mem::take(&mut self.facts.to_load).into_iter();
        let unfit = before.filter(|scope| self.loaded_anew.contains(scope) && !to_drop.contains(scope));
        self.facts.to_load = unfit.collect();
        for scope in to_load {
            if !self.facts.to_load.contains(&scope) {
                self.facts.to_load.push(scope);
            }
        }
        self.facts.to_drop = to_drop;
        // The province asks for the book's key, or this desk for prints: hello is said once more, with that.
        self.facts.greeted = !key_wanted && doubted.is_empty();
        self.doubted = doubted;
        self.facts.at_head = false;
        self.report.greeted = true;
        self.look_what_waits().await
    }

    async fn hold_access_back(&mut self) -> Result<(), SyncError> {
        if self.access.is_none() {
            self.access = on_store(self.book, |book| book.device()).await?.access;
            on_store(self.book, |book| book.set_access(None)).await?;
        }
        Ok(())
    }

    async fn keep_access(&mut self) -> Result<(), SyncError> {
        match self.access.take() {
            Some(access) => on_store(self.book, move |book| book.set_access(Some(&access))).await,
            None => Ok(()),
        }
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

    async fn pull(&mut self, now_ms: i64) -> Result<(), SyncError> {
        let device = on_store(self.book, |book| book.device()).await?;
        let cursors = on_store(self.book, |book| book.cursors()).await?;
        let told = |cursor: &ScopeCursor| !self.contradictory.contains(&cursor.scope);
        let cursors = cursors.into_iter().filter(told).map(asked).collect();
        let id = device.id.ok_or(SyncError::NotEnrolled)?;
        // Under a number that nothing was ever told, nothing comes back as an echo.
        let incarnation = if self.in_full { Uuid::nil() } else { device.incarnation };
        let (quarantine, refused) =
            on_store(self.book, |book| Ok((Some(book.quarantine_mark()?), book.undecided()?))).await?;
        let request = PullRequest { device: id, incarnation, cursors, quarantine, refused };
        let reply = self.province.pull(&request).await?;
        self.decided(reply.settled, reply.quarantine).await?;
        let mut at_head = true;
        for page in reply.pages {
            let scope = page.scope.clone();
            let last = page.next == page.head;
            match self.apply(page, now_ms).await? {
                Applied::Yes => at_head &= last,
                // This log is not the one that was read: hello tells what it lacks of ours, and what to load.
                Applied::LoadAnew => {
                    at_head = false;
                    self.facts.greeted = false;
                }
                Applied::Contradicts => {
                    at_head = false;
                    self.facts.greeted = false;
                    if self.loaded_anew.insert(scope.clone()) {
                        self.facts.to_load.push(scope);
                    } else {
                        self.contradictory.insert(scope);
                    }
                }
                Applied::InFull => {
                    at_head = false;
                    self.in_full = true;
                }
                Applied::Copied => return self.be_another().await,
            }
        }
        let durable = reply.durable;
        on_store(self.book, move |book| book.prune_sent(durable)).await?;
        if device.access.as_deref() != Some(reply.access.as_str()) {
            self.facts.greeted = false;
        }
        self.facts.at_head = at_head;
        self.look_what_waits().await
    }

    /// Takes in what was decided about this desk's changes, and where there is something for its people to
    /// decide.
    async fn decided(
        &mut self,
        settled: Vec<Settled>,
        marks: Option<QuarantineMarks>,
    ) -> Result<(), SyncError> {
        if !settled.is_empty() {
            let changed = on_store(self.book, move |book| book.keep_outcomes(&settled)).await?;
            self.changed(changed);
        }
        if let Some(marks) = marks {
            let told = marks.clone();
            self.facts.to_review = on_store(self.book, move |book| book.quarantine_told(&told)).await?;
            self.marks = marks;
        }
        Ok(())
    }

    /// Fetches what waits in a scope for this desk's people. What cannot be fetched now is asked for again
    /// in the next round; it holds up nothing else.
    async fn review(&mut self, scope: RegionCode) -> Result<(), SyncError> {
        self.facts.to_review.retain(|other| *other != scope);
        let items = match self.province.quarantine(&scope).await {
            Ok(items) => items,
            Err(SyncError::Refused { .. } | SyncError::Body(_)) => return Ok(()),
            Err(other) => return Err(other),
        };
        let marks = self.marks.clone();
        on_store(self.book, move |book| book.keep_quarantine(&scope, &items, &marks)).await?;
        self.report.kinds.insert(Kind::Settlement.code().to_owned());
        Ok(())
    }

    async fn apply(&mut self, page: ScopePage, now_ms: i64) -> Result<Applied, SyncError> {
        if page.rebase {
            return Ok(Applied::LoadAnew);
        }
        let echoes = page.entries.iter().any(|entry| matches!(entry, PageEntry::Echo { .. }));
        let in_full = self.in_full;
        let applied = on_store(self.book, move |book| match book.apply_page(&page, now_ms) {
            // What this desk has under a number may not be what another machine said under it.
            Err(StoreError::Differs { .. }) if echoes && !in_full => Ok(Err(Applied::InFull)),
            Err(StoreError::Differs { .. } | StoreError::NotContiguous { .. }) => {
                Ok(Err(Applied::Contradicts))
            }
            Err(StoreError::Rebase { .. }) => Ok(Err(Applied::LoadAnew)),
            Err(StoreError::EchoUnknown { .. }) => Ok(Err(Applied::InFull)),
            Err(StoreError::Copied) => Ok(Err(Applied::Copied)),
            other => other.map(Ok),
        });
        let outcome = match applied.await? {
            Ok(outcome) => outcome,
            Err(not) => return Ok(not),
        };
        self.report.pulled += outcome.entries;
        self.changed(outcome.changed);
        Ok(Applied::Yes)
    }

    pub(crate) async fn look_what_waits(&mut self) -> Result<(), SyncError> {
        self.facts.waiting = on_store(self.book, |book| book.waits()).await?;
        Ok(())
    }

    pub(crate) fn changed(&mut self, changed: Changed) {
        self.report.kinds.extend(changed.kinds);
    }
}

/// The cursor as a pull names it.
pub(crate) fn asked(c: ScopeCursor) -> Cursor {
    Cursor { scope: c.scope, generation: c.generation, since: c.since, view: c.view }
}

/// Takes in who works here and where: users with their grants, the province's keys, scopes that are new and
/// empty. Gives the scopes that are withdrawn.
pub(crate) fn whereabouts(
    book: &Book,
    hello: &HelloReply,
    now_ms: i64,
) -> Result<Vec<RegionCode>, StoreError> {
    crate::package::heard(book, hello.province_keys.as_ref(), hello.server_time)?;
    book.set_users(&crate::enrol::as_local(book, hello.users.clone())?)?;
    for head in hello.scopes.iter().filter(|head| head.head == 0) {
        book.start_scope(&head.scope, head.generation, &head.view, now_ms)?;
    }
    let withdrawn = |scope: &RegionCode| !hello.scopes.iter().any(|head| head.scope == *scope);
    Ok(book.scopes_held()?.into_iter().filter(withdrawn).collect())
}

/// What follows from a hello.
struct Greeted {
    /// Scopes that are withdrawn, and those that want a snapshot.
    to_drop: Vec<RegionCode>,
    to_load: Vec<RegionCode>,
    /// The book's key is asked for.
    key_wanted: bool,
    /// As [`Round::doubted`].
    doubted: BTreeMap<Uuid, u64>,
}

/// Takes in what the province said: what it has of ours, the scopes to read besides.
fn greeted(book: &Book, reply: HelloReply, now_ms: i64) -> Result<Greeted, StoreError> {
    let to_drop = whereabouts(book, &reply, now_ms)?;
    book.set_blobs_taken(reply.limits.blob_bytes.is_some())?;
    let key_wanted = standing::hear(book, &reply, Heard::Now(now_ms))?;
    book.send_again_after(reply.acked)?;
    let mut doubted = BTreeMap::new();
    for heard in &reply.former {
        let (after, _) = book.former_heard(heard)?;
        doubted.extend(after.map(|after| (heard.incarnation, after)));
    }
    for head in &reply.scopes {
        if let Some(older) = head.continues {
            book.continue_scope(&head.scope, older, head.generation)?;
        }
    }
    let held = book.cursors()?;
    let agrees = |head: &&ScopeHead| {
        held.iter().any(|c| {
            c.scope == head.scope
                && (&c.generation, &c.view) == (&head.generation, &head.view)
                && c.since <= head.head
        })
    };
    let to_load = reply.scopes.iter().filter(|head| !agrees(head)).map(|head| head.scope.clone()).collect();
    book.set_access(planted("first_load_forgotten").then_some(reply.access.as_str()))?;
    let to_drop = if planted("withdrawn_is_kept") { Vec::new() } else { to_drop };
    Ok(Greeted { to_drop, to_load, key_wanted, doubted })
}
