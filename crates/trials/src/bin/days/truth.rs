//! Whether the indicator may say what it says, looked up at the province itself.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use tiexin_contract::sync::SyncState;
use tiexin_desk::Clock;
use tiexin_testkit::window::Trouble;
use uuid::Uuid;

use crate::clock::{FastClock, true_ms};

pub(crate) const TOWN: &str = "340323100";
/// By the desk's clock: a round a minute, a minute in which nothing comes, and room.
const FRESH_MS: i64 = 5 * 60_000;
/// So long a claim may be stale: the engine looks every few seconds whether the computer has slept, and the
/// machine is busy with other things, too.
const BLINK: Duration = Duration::from_secs(2);
/// The lease has thirty days and is renewed every hour.
const LEASE_DAYS: i64 = 29;

pub(crate) struct Truth {
    file: PathBuf,
    clock: Arc<FastClock>,
    /// What was saved and not yet seen at the province.
    saved: Vec<Uuid>,
    /// The same of attachments: their bytes, too.
    pictured: Vec<Uuid>,
    /// Heads of the township as they were, by the true time.
    heads: VecDeque<(i64, u64)>,
    /// When the clock was set last: what it showed before says nothing now.
    set_at: i64,
    stale_since: Option<Instant>,
    pub(crate) looks: u64,
    pub(crate) claims: u64,
}

impl Truth {
    pub(crate) fn of(store: &str, clock: Arc<FastClock>) -> Truth {
        let file = PathBuf::from(store.trim_start_matches("sqlite:"));
        let (saved, pictured, heads) = (Vec::new(), Vec::new(), VecDeque::new());
        Truth { file, clock, saved, pictured, heads, set_at: 0, stale_since: None, looks: 0, claims: 0 }
    }

    pub(crate) fn saved(&mut self, id: Uuid) {
        self.saved.push(id);
    }

    pub(crate) fn pictured(&mut self, id: Uuid) {
        self.pictured.push(id);
    }

    pub(crate) fn clock_was_set(&mut self) {
        self.set_at = true_ms();
    }

    /// When the last full round began, by the true time; none where the clock was set since.
    pub(crate) fn last_round(&self, state: &SyncState) -> Option<i64> {
        let began = self.clock.true_of(state.last_full_round?);
        (began >= self.set_at && began <= true_ms()).then_some(began)
    }

    /// Head and digest of the township at the province, now.
    fn province(&self) -> Result<Option<(u64, String)>, Trouble> {
        let read = || -> rusqlite::Result<_> {
            let select = "SELECT head, lower(hex(digest)) FROM scope WHERE id = ?1";
            let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?));
            self.open()?.query_row(select, [TOWN], row).optional()
        };
        read().map_err(lost)
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let book = Connection::open_with_flags(&self.file, flags)?;
        book.busy_timeout(Duration::from_secs(10))?;
        Ok(book)
    }

    /// To be called before the desk is asked: what the province has by now.
    pub(crate) fn glance(&mut self) -> Result<(), Trouble> {
        let head = self.province()?.map_or(0, |(head, _)| head);
        if self.heads.back().is_none_or(|(_, last)| *last != head) {
            self.heads.push_back((true_ms(), head));
        }
        if self.heads.len() > 5_000 {
            self.heads.pop_front();
        }
        Ok(())
    }

    /// Holds what the desk says against what is so.
    pub(crate) fn hold(&mut self, state: &SyncState) -> Result<(), Trouble> {
        self.looks += 1;
        if let Some(trouble) = &state.trouble
            && ["登录", "停用", "登记", "更新程序", "矛盾"].iter().any(|word| trouble.contains(word))
        {
            return Err(Trouble(format!("the desk is in trouble that nobody made: {trouble}")));
        }
        if !state.complete {
            self.stale_since = None;
            return Ok(());
        }
        self.claims += 1;
        self.all_told(state)?;
        self.all_read(state)?;
        self.fresh(state)
    }

    fn all_told(&mut self, state: &SyncState) -> Result<(), Trouble> {
        if (state.waiting, state.parked, state.conflicts) != (0, 0, 0) {
            return Err(Trouble(format!("in sync, and yet {state:?}")));
        }
        let there = || -> rusqlite::Result<Vec<Uuid>> {
            let book = self.open()?;
            let mut records = book.prepare("SELECT 1 FROM record WHERE id = ?1")?;
            // The picture and its small one.
            let whole = "SELECT count(*) = 2 FROM blob_of JOIN blob USING (scope, sha256) WHERE record = ?1";
            let mut blobs = book.prepare(whole)?;
            let mut missing = Vec::new();
            for id in self.saved.iter().chain(&self.pictured) {
                if !records.exists([id.as_bytes().as_slice()])? {
                    missing.push(*id);
                }
            }
            for id in &self.pictured {
                if !blobs.query_row([id.as_bytes().as_slice()], |row| row.get::<_, bool>(0))? {
                    missing.push(*id);
                }
            }
            Ok(missing)
        };
        let missing = there().map_err(lost)?;
        if !missing.is_empty() {
            return Err(Trouble(format!("in sync, and the province has not got {missing:?}: {state:?}")));
        }
        self.saved.clear();
        self.pictured.clear();
        Ok(())
    }

    /// Whatever was at the province before the last full round began has been read.
    fn all_read(&self, state: &SyncState) -> Result<(), Trouble> {
        let Some(town) = state.scopes.iter().find(|scope| scope.scope.as_str() == TOWN) else {
            return Err(Trouble(format!("in sync without the township: {state:?}")));
        };
        if let Some(began) = self.last_round(state) {
            let before = self.heads.iter().rev().find(|(at, _)| *at < began);
            if let Some((_, head)) = before.filter(|(_, head)| *head > town.sequence) {
                return Err(Trouble(format!("in sync at {}, and the head was {head}", town.sequence)));
            }
        }
        match self.province()? {
            Some((head, digest)) if head == town.sequence && digest != town.digest => {
                Err(Trouble(format!("in sync at {head} with another digest")))
            }
            Some((head, _)) if head < town.sequence => {
                Err(Trouble(format!("in sync at {} of {head}", town.sequence)))
            }
            _ => Ok(()),
        }
    }

    /// A claim is of now: it rests on a round a moment ago, and on a lease of this hour.
    fn fresh(&mut self, state: &SyncState) -> Result<(), Trouble> {
        let now = self.clock.now_ms();
        let age = state.last_full_round.map_or(i64::MAX, |last| (now - last).abs());
        let lease = state.lease.as_ref().is_some_and(|lease| lease.days_left >= LEASE_DAYS);
        if age <= FRESH_MS && lease {
            self.stale_since = None;
            return Ok(());
        }
        match self.stale_since.get_or_insert_with(Instant::now).elapsed() > BLINK {
            true => Err(Trouble(format!("in sync on a guess: the last round is {age} ms old: {state:?}"))),
            false => Ok(()),
        }
    }

    /// The computer slept: nobody looked meanwhile.
    pub(crate) fn look_away(&mut self) {
        self.stale_since = None;
    }
}

fn lost(error: rusqlite::Error) -> Trouble {
    Trouble(format!("the province's file: {error}"))
}
