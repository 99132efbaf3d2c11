//! The one place where the desk touches the syncing engine.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tiexin_contract::sync::{Lease, ScopeState, SyncState};
use tiexin_contract::{ErrorCode, ErrorReply, Event};
use tiexin_domain::User;
use tiexin_domain::access::{self, Action};
use tiexin_store::{Book, LeaseState};
use tiexin_sync::{Engine, EnrolWish, HttpProvince, ProvinceAddress, Status, SyncError, device_key, enrol};
use tokio::sync::watch;
use uuid::Uuid;

use crate::config::DeskConfig;
use crate::desk::{Desk, WeakDesk};
use crate::errors;
use crate::place;

/// The engine of a session; ends with it.
pub(crate) struct Province {
    engine: Option<Engine>,
    /// The state is being counted for the screens.
    counting: Arc<AtomicBool>,
    viewer: Viewer,
}

/// Whose indicator it is: what waits for a person depends on who looks.
#[derive(Clone)]
struct Viewer {
    user: Uuid,
    clock: Arc<dyn crate::Clock>,
}

impl Viewer {
    /// Changes of others that this user may decide on.
    fn to_settle(&self, book: &Book) -> Result<u64, ErrorReply> {
        let waiting = book.unsettled().map_err(errors::store)?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let grants = book.user(self.user).map_err(errors::store)?.map(|user| user.grants).unwrap_or_default();
        let today = self.clock.today();
        let mine = waiting.iter().filter(|one| access::permits(&grants, Action::Settle, &one.scope, today));
        // Changes of one save are one thing to decide.
        let groups: HashSet<_> = mine.map(|one| (one.told.change.id.device, one.told.change.group)).collect();
        Ok(groups.len() as u64)
    }
}

impl Province {
    /// Begins rounds by itself where that is wanted and a runtime is there to carry them.
    pub(crate) fn start(desk: &Desk, book: &Book, user: Uuid, config: &DeskConfig) -> Province {
        let viewer = Viewer { user, clock: config.clock.clone() };
        let runtime = tokio::runtime::Handle::try_current().ok().filter(|_| config.automatic_sync);
        let engine = runtime.map(|runtime| {
            let _inside = runtime.enter();
            let engine = begin(book, config);
            runtime.spawn(tell_screens(desk.downgrade(), book.clone(), viewer.clone(), engine.status()));
            engine
        });
        Province { engine, counting: Arc::default(), viewer }
    }

    /// Something was saved: the indicator counts anew, beside the worker's next step, and a round begins
    /// soon.
    pub(crate) fn saved(&self, desk: &Desk, book: &Book) {
        if let Some(engine) = &self.engine {
            engine.saved();
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.counting.swap(true, Ordering::AcqRel) {
            return;
        }
        let status = self.engine.as_ref().map(|engine| engine.status().borrow().clone()).unwrap_or_default();
        let now_ms = desk.inner().config.clock.now_ms();
        let (desk, book, counting) = (desk.downgrade(), book.clone(), self.counting.clone());
        let viewer = self.viewer.clone();
        runtime.spawn_blocking(move || {
            counting.store(false, Ordering::Release);
            // What was just saved is not at the province, whatever the last round said.
            let counted = state(&book, &viewer, &Status { complete: false, ..status }, now_ms);
            if let (Some(desk), Ok(state)) = (desk.upgrade(), counted) {
                desk.tell(Event::Sync(state));
            }
        });
    }

    /// What the indicator shows now.
    pub(crate) fn state(&self, book: &Book, now_ms: i64) -> Result<SyncState, ErrorReply> {
        let status = self.engine.as_ref().map(|engine| engine.status().borrow().clone());
        state(book, &self.viewer, &status.unwrap_or_default(), now_ms)
    }

    /// A full round now; the state after it, whether it came to its end or not.
    pub(crate) async fn round(&self, desk: &Desk, book: &Book) -> Result<SyncState, ErrorReply> {
        let engine = self.engine.clone().unwrap_or_else(|| begin(book, &desk.inner().config));
        let outcome = engine.sync_now().await;
        let status = engine.status().borrow().clone();
        if self.engine.is_none()
            && let Ok(report) = &outcome
            && !report.kinds.is_empty()
        {
            desk.tell(Event::Changed { kinds: report.kinds.iter().cloned().collect() });
        }
        match outcome {
            Ok(_) | Err(SyncError::Offline | SyncError::Distrusted | SyncError::Shut(_)) => {}
            Err(error) => return Err(reply(error)),
        }
        let now_ms = desk.inner().config.clock.now_ms();
        if let Some(session) = desk.inner().sessions.current() {
            session.look_at_lease(now_ms);
        }
        let (book, viewer) = (book.clone(), self.viewer.clone());
        let after = move || {
            let trouble = status.trouble.clone();
            state(&book, &viewer, &Status { running: false, carrying: false, trouble, ..status }, now_ms)
        };
        tokio::task::spawn_blocking(after).await.unwrap_or_else(|_| Err(errors::internal()))
    }

    /// The enrolment changed.
    pub(crate) fn reconnect(&self) {
        if let Some(engine) = &self.engine {
            engine.reconnect();
        }
    }
}

fn begin(book: &Book, config: &DeskConfig) -> Engine {
    let clock = config.clock.clone();
    Engine::start(book.clone(), Arc::new(move || clock.now_ms()))
}

/// Passes the engine's news to the screens until the session or the desk is gone.
async fn tell_screens(desk: WeakDesk, book: Book, viewer: Viewer, mut status: watch::Receiver<Status>) {
    let mut told = 0;
    while status.changed().await.is_ok() {
        let now = status.borrow_and_update().clone();
        let Some(desk) = desk.upgrade() else { return };
        if now.round != told && !now.changed.is_empty() {
            desk.tell(Event::Changed { kinds: now.changed.iter().cloned().collect() });
        }
        told = now.round;
        let (held, book, clock) = (book.clone(), book.clone(), desk.inner().config.clock.clone());
        let viewer = viewer.clone();
        let counted = tokio::task::spawn_blocking(move || state(&book, &viewer, &now, clock.now_ms())).await;
        if let Some(session) = desk.inner().sessions.current() {
            session.look_at_lease(desk.inner().config.clock.now_ms());
        }
        if matches!(desk.obey(&held).await, Ok(true)) {
            return;
        }
        if let Ok(Ok(state)) = counted {
            desk.tell(Event::Sync(state));
        }
    }
}

/// Joins the province under the local user's own id. All that was recorded before goes along.
///
/// `authority` is the PEM of the province's own, where one was given; else the one that the book keeps.
pub(crate) async fn join(
    book: &Book,
    author: Uuid,
    server: &str,
    code: &str,
    authority: Option<String>,
) -> Result<User, ErrorReply> {
    let authority = match authority {
        None => book.device().map_err(errors::store)?.authority,
        given => given,
    };
    let address = ProvinceAddress::read(server.trim(), authority.clone()).map_err(reply)?;
    let wish = EnrolWish { address, authority, code: code.to_owned(), author, device_name: machine_name() };
    enrol(book, wish).await.map_err(reply)
}

/// A name by which the office knows the machine.
fn machine_name() -> String {
    let named = std::env::var("COMPUTERNAME").or_else(|_| std::env::var("HOSTNAME")).ok();
    let read = || std::fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned());
    named.or_else(read).filter(|name| !name.is_empty()).unwrap_or_else(|| "办公电脑".into())
}

/// Whether the book is enrolled with a province.
pub(crate) fn is_enrolled(book: &Book) -> Result<bool, ErrorReply> {
    Ok(book.device().map_err(errors::store)?.id.is_some())
}

fn state(book: &Book, viewer: &Viewer, status: &Status, now_ms: i64) -> Result<SyncState, ErrorReply> {
    let counts = book.sync_state().map_err(errors::store)?;
    let device = book.device().map_err(errors::store)?;
    let enrolled = device.id.is_some();
    let attachments = book.blob_counts().map_err(errors::store)?;
    Ok(SyncState {
        enrolled,
        server: device.server.filter(|_| enrolled),
        // Applied but not yet read back is not yet safe to call done.
        complete: enrolled
            && status.complete
            && counts.waiting == 0
            && counts.unread == 0
            && attachments.up == 0,
        waiting: counts.waiting,
        waiting_by_kind: counts.waiting_by_kind,
        parked: counts.parked,
        conflicts: counts.conflicts,
        to_settle: viewer.to_settle(book)?,
        answered: counts.answered,
        running: status.running || status.carrying,
        last_full_round: counts.last_round,
        trouble: status.trouble.clone(),
        scopes: counts.scopes.iter().map(scope).collect(),
        loading: status.loading,
        attachments_up: attachments.up,
        attachments_down: attachments.down,
        attachments_faulty: attachments.faulty,
        lease: book.lease(now_ms).map_err(errors::store)?.map(|lease| shown(lease, now_ms)),
        notices: tiexin_sync::notices(book).map_err(errors::store)?.iter().map(|code| notice(code)).collect(),
    })
}

const DAY_MS: i64 = 24 * 3600 * 1000;
/// A lease is spoken of when so many days are left.
const SOON_DAYS: i64 = 7;

fn shown(lease: LeaseState, now_ms: i64) -> Lease {
    let left = (lease.ends - lease.now).max(0);
    let days_left = left / DAY_MS;
    Lease { until: now_ms.saturating_add(left), days_left, soon: days_left < SOON_DAYS }
}

fn notice(code: &str) -> String {
    let words = match code {
        "device_copied" => {
            "有另一台电脑在用从这里复制的同一份数据。内容都会照常汇总，但请联系管理员：只保留一台，另一台重新接入。"
        }
        _ => "省平台有一条提醒，请更新程序后查看，或联系管理员。",
    };
    words.into()
}

/// A line to the province, for what is not part of a round.
pub(crate) fn line(book: &Book) -> Result<HttpProvince, ErrorReply> {
    let device = book.device().map_err(errors::store)?;
    let server = device.server.as_deref().ok_or_else(|| reply(SyncError::NotEnrolled))?;
    let id = device.id.ok_or_else(|| reply(SyncError::NotEnrolled))?;
    let address = ProvinceAddress::read(server, device.authority.clone()).map_err(reply)?;
    HttpProvince::new(&address, Some((id, device_key(&device.key_seed)))).map_err(reply)
}

fn scope(scope: &tiexin_store::ScopeState) -> ScopeState {
    ScopeState {
        scope: scope.scope.clone(),
        name: place::name(&scope.scope),
        sequence: scope.seq,
        digest: hex::encode(scope.digest.0),
        agreed: scope.checked_at.is_some(),
    }
}

pub(crate) fn reply(error: SyncError) -> ErrorReply {
    match error {
        SyncError::Offline => ErrorReply::new(
            ErrorCode::Offline,
            "连不上省平台。已保存的内容都在本机，有网络时会自动上传；请检查网络和地址。",
        ),
        SyncError::Cancelled => errors::cancelled(),
        SyncError::Address => {
            ErrorReply::new(ErrorCode::Invalid, "省平台地址不对，应以 https:// 开头，请向管理员核对。")
        }
        // The engine's words name the platform and what to do, never a person.
        other => ErrorReply::new(ErrorCode::Refused, other.to_string()),
    }
}
