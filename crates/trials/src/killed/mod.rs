//! kill −9 in the midst of saving, importing, restoring and syncing, again and again: nothing acknowledged is
//! lost, nothing is there twice, nothing is there by half, `verify` passes.
//!
//! Real processes over one folder, killed at random moments. A round that finds a fault is a
//! [`Trouble`]; [`Tally`] tells where the kills of all rounds landed.

mod importing;
mod restoring;
mod saving;
mod syncing;
mod together;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use tiexin_contract::records::{ListRecords, RecordRow};
use tiexin_contract::session::SignIn;
use tiexin_desk::{Desk, DeskConfig, ManualClock};

use tiexin_testkit::desks::PASSWORD;
use tiexin_testkit::terminal::told;
use tiexin_testkit::window::Trouble;

pub use importing::Importing;
pub use restoring::Restoring;
pub use saving::Saving;
pub use syncing::Syncing;
pub use together::Together;

const TOWNSHIP: &str = "340323100";
const USER: &str = "guyang";

/// Where a kill landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Nothing was under way yet.
    Before,
    /// Something was asked for and not answered.
    During,
    /// All was answered.
    After,
}

/// What the rounds did, counted.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub rounds: u64,
    pub before: u64,
    pub during: u64,
    pub after: u64,
    /// Further counts in words.
    pub facts: BTreeMap<&'static str, u64>,
}

impl Tally {
    fn landed(&mut self, moment: Moment) {
        match moment {
            Moment::Before => self.before += 1,
            Moment::During => self.during += 1,
            Moment::After => self.after += 1,
        }
    }

    fn count(&mut self, what: &'static str, by: usize) {
        *self.facts.entry(what).or_default() += by as u64;
    }
}

impl Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} rounds, {} kills: {} before, {} during, {} after the work",
            self.rounds,
            self.before + self.during + self.after,
            self.before,
            self.during,
            self.after
        )?;
        self.facts.iter().try_for_each(|(what, count)| write!(f, "; {what}: {count}"))
    }
}

/// Random moments within an operation's duration, which is learnt from where the kills land.
struct Aim {
    span: Duration,
}

impl Aim {
    fn over(measured: Duration) -> Aim {
        Aim { span: measured }
    }

    fn next(&self, chance: &mut fastrand::Rng) -> Duration {
        self.span.mul_f64(chance.f64())
    }

    /// Too late: aim earlier; else dare a little later, so that the whole of the work is reached.
    fn learn(&mut self, moment: Moment) {
        let by = if moment == Moment::After { 0.85 } else { 1.03 };
        self.span = self.span.mul_f64(by);
    }
}

/// kill −9; whether the process was still at work.
fn kill(child: &mut Child) -> Result<bool, Trouble> {
    let ended = child.try_wait().map_err(|e| Trouble(e.to_string()))?.is_some();
    // It may end at this very moment.
    let _ = child.kill();
    let _ = child.wait();
    Ok(!ended)
}

/// Waits until `holds` answers true; false when `ended` answered true before.
async fn waited(holds: impl Fn() -> bool, mut ended: impl FnMut() -> bool) -> Result<bool, Trouble> {
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        if holds() {
            return Ok(true);
        }
        if ended() {
            return Ok(holds());
        }
        if Instant::now() > patience {
            return Err(Trouble("waited a minute in vain".into()));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// `tiexin-desk verify`, in a process of its own.
fn verified(data: &Path) -> Result<(), Trouble> {
    let report = told(data, &["verify"], None)?;
    if report["sound"] == true { Ok(()) } else { Err(Trouble(format!("verify: {report}"))) }
}

/// The book in `data`, opened to look at it.
async fn looked_at(data: &Path) -> Result<Desk, Trouble> {
    let day = chrono::Local::now().date_naive();
    let desk = Desk::open(DeskConfig::quick(data, ManualClock::on(day))).map_err(|e| Trouble(e.message))?;
    desk.run(SignIn { name: USER.into(), password: PASSWORD.into() })
        .await
        .map_err(|e| Trouble(e.message))?;
    Ok(desk)
}

/// Rows asked for at once.
const PAGE: u32 = 500;

/// Every record of a kind in the township.
async fn all(desk: &Desk, kind: &str) -> Result<Vec<RecordRow>, Trouble> {
    let mut rows = Vec::new();
    let mut ask = listing(kind, PAGE);
    loop {
        let page = desk.run(ask.clone()).await.map_err(|e| Trouble(e.message))?;
        rows.extend(page.rows);
        match page.next {
            Some(next) => ask.after = Some(next),
            None if rows.len() as u64 == page.total || ask.after.is_some() => return Ok(rows),
            None => return Err(Trouble(format!("{} of {} {kind} listed", rows.len(), page.total))),
        }
    }
}

fn listing(kind: &str, limit: u32) -> ListRecords {
    // Invariant: a region code of the standard. The marks of the trials stand in notes.
    let list = ListRecords::of(kind, TOWNSHIP.parse().expect("a region code"), limit);
    ListRecords { columns: Some(["name", "head_name", "notes", "note"].map(str::to_owned).into()), ..list }
}
