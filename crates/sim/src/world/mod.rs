//! A small province: its server, some desks, and everybody's memory of what was saved.

mod kinds;
mod machines;
mod merger;
mod others;
mod place;
mod saver;
mod settler;
mod setup;
mod sticks;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use fastrand::Rng;
use tiexin_domain::RegionCode;
use tiexin_protocol::Chain;
use tiexin_protocol::wire::RefusalCode;
use tiexin_server::{Clock, Policy, Province};
use tiexin_store::Book;
use tiexin_sync::{SyncError, run_round};
use uuid::Uuid;

use crate::line::{Line, Wire};
use crate::step::Step;
use crate::tally::Tally;
pub(crate) use place::{Database, Place};
use saver::Saver;
use sticks::Sticks;

/// The day on which every run begins: 2026-10-05 noon in China, milliseconds since 1970 UTC.
const BEGIN: i64 = 1_791_172_800_000;
const DAY: i64 = 86_400_000;
pub(crate) const COUNTY: &str = "340323";
pub(crate) const TOWNS: [&str; 3] = ["340323100", "340323104", "340323105"];
/// What the province does not know in runs that begin with an older one.
const NOT_YET_KNOWN: [&str; 3] = ["support_file", "insurance_claim", "volunteer"];
const PASSWORD: &str = "long-enough-password";

/// What went wrong. The history that led here is the caller's.
pub(crate) type Broken = String;

/// Something that somebody saved, told from everything else by a word of its own.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) word: String,
    pub(crate) record: Uuid,
    pub(crate) field: &'static str,
    pub(crate) group: Uuid,
    /// Where a new record was made; without the right there it is never applied.
    pub(crate) region: Option<String>,
    /// `usize::MAX`: the program of another version.
    pub(crate) desk: usize,
    /// The version its author saw; 0 for a new record.
    pub(crate) base: u64,
    /// The value its author saw there.
    pub(crate) saw: String,
    pub(crate) unknown_kind: bool,
    /// The desk that saved it has since taken a new number: who wrote what is told of another one.
    pub(crate) orphan: bool,
    /// Nobody can promise any more that it is anywhere.
    pub(crate) maybe: bool,
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Mark { word, record, field, desk, base, region, .. } = self;
        write!(f, "{word} in {field} of {record}, base {base}, saved at desk {desk} for {region:?}")
    }
}

/// What the whole run remembers.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) marks: Vec<Mark>,
    /// Every record that was ever made, and where.
    pub(crate) records: Vec<(Uuid, &'static str)>,
    /// Families that two desks registered.
    pub(crate) twins: Vec<(Uuid, Uuid)>,
    /// What was moved, merged or registered twice, the newest last: where desks are likely to get in each
    /// other's way.
    pub(crate) hot: Vec<Uuid>,
    /// New records that somebody with the right adopted.
    pub(crate) adopted: BTreeSet<Uuid>,
}

pub(crate) struct Desk {
    pub(crate) name: String,
    pub(crate) dir: PathBuf,
    /// `None` only while it is being put back.
    pub(crate) book: Option<Book>,
    pub(crate) author: Uuid,
    pub(crate) user: String,
    pub(crate) device: Uuid,
    /// Regions in which the user may write today, and whether that changed during the run.
    pub(crate) grants: Vec<RegionCode>,
    /// Where the user decides by a right of its own, which is never withdrawn.
    pub(crate) decides: Option<RegionCode>,
    pub(crate) ever: BTreeSet<String>,
    clock: AtomicI64,
    full: bool,
    /// Another machine has the same number.
    pub(crate) cloned: bool,
    /// Copies of the folder, with how many marks there were.
    copies: Vec<(PathBuf, usize)>,
    /// Chain heads it has seen: scope, generation, seq, chain.
    pub(crate) witnessed: Vec<(RegionCode, Uuid, u64, Chain)>,
}

/// The newest backup of the province.
struct Backup {
    copy: Place,
    /// Who had which rights then, by user.
    grants: BTreeMap<String, Vec<RegionCode>>,
    /// The program of then did not know every kind yet; it is put back with its book.
    older: bool,
}

pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
    place: Place,
    pub(crate) province: Option<Province>,
    /// It does not know every kind yet.
    older: bool,
    clock: Arc<AtomicI64>,
    pub(crate) desks: Vec<Desk>,
    pub(crate) memory: Arc<Mutex<Memory>>,
    next: AtomicU32,
    pub(crate) wire: Arc<Wire>,
    pub(crate) tally: Arc<Tally>,
    backup: Option<Backup>,
    backups: usize,
    /// Restores of the server so far.
    pub(crate) restores: usize,
    old_program: (Uuid, Uuid, Uuid, u64),
    sticks: Sticks,
}

/// With all that the program knows of it: what people are told says little.
fn broke<E: std::fmt::Debug>(what: &str) -> impl FnOnce(E) -> Broken {
    move |e| format!("{what}: {e:?}")
}

impl World {
    pub(crate) fn province(&self) -> Result<&Province, Broken> {
        self.province.as_ref().ok_or_else(|| "no server".into())
    }

    pub(crate) async fn open_server(&mut self) -> Result<(), Broken> {
        let clock = self.clock.clone();
        let clock = Clock::of(move || {
            // No two things happen in one millisecond: of two replies the later one is told from the other.
            chrono::DateTime::from_timestamp_millis(clock.fetch_add(1, Relaxed)).unwrap_or_default()
        });
        let mut policy = Policy::default();
        if self.older {
            policy.kinds.retain(|kind| !NOT_YET_KNOWN.contains(&kind.as_str()));
        }
        let province = Province::open(&self.place.url(), clock).await.map_err(broke("open server"))?;
        self.province = Some(province.under(policy));
        Ok(())
    }

    /// The province's program is one that knows every kind, from its next opening on.
    pub(crate) fn upgrade(&mut self) {
        if std::mem::replace(&mut self.older, false) {
            self.tally.count("server upgraded");
        }
    }

    /// Plays one step.
    pub(crate) async fn play(&mut self, step: Step) -> Result<(), Broken> {
        let of = |desk: u8| usize::from(desk) % self.desks.len();
        match step {
            Step::Save { desk, what, pick } => self.saver(of(desk)).save(what, pick),
            Step::Settle { desk, pick } => self.saver(of(desk)).settle(pick),
            Step::Round { desk, trouble, dice, saving } => {
                let desk = of(desk);
                self.round(desk, trouble, dice, saving).await.map(drop)
            }
            Step::LateArrives { pick } => {
                let late = {
                    let mut late = self.wire.late.lock().expect("wire");
                    if late.is_empty() {
                        return Ok(());
                    }
                    let n = usize::from(pick) % late.len();
                    late.swap_remove(n)
                };
                self.tally.count("network late push arrives");
                // Whatever it answers: nobody hears it.
                let _ = self.province()?.push(&late).await;
                Ok(())
            }
            Step::SayAgain { pick } => self.say_again(pick).await,
            Step::Reopen { desk } => {
                self.tally.count("desk reopened");
                self.reopen(of(desk))
            }
            Step::CopyDesk { desk } => self.copy_desk(of(desk)),
            Step::RestoreDesk { desk } => self.restore_desk(of(desk), false),
            Step::RestoreImage { desk } => self.restore_desk(of(desk), true),
            Step::CloneDesk { desk } => self.clone_desk(of(desk)),
            Step::DeskClock { desk, days } => {
                self.tally.count("clock of a desk wrong");
                self.desks[of(desk)].clock.store(i64::from(days) * DAY, Relaxed);
                Ok(())
            }
            Step::ServerClock { days } => {
                self.tally.count("clock of the server goes on");
                self.clock.fetch_add(i64::from(days) * DAY, Relaxed);
                Ok(())
            }
            Step::ServerReopen => {
                self.tally.count("server reopened");
                self.upgrade();
                self.province = None;
                self.open_server().await
            }
            Step::ServerBackup => self.server_backup().await,
            Step::ServerRestore => self.server_restore().await,
            Step::Grant { desk, what } => self.grant(of(desk), what).await,
            Step::Disk { desk, full } => {
                let n = of(desk);
                if full {
                    self.tally.count("disk full");
                }
                let desk = &mut self.desks[n];
                desk.full = full;
                book(desk)?.pretend_full(full).map_err(broke("disk"))
            }
            Step::OldProgram { pick } => self.old_program(pick).await,
            Step::Twice { desk, other, pick } => self.twice(of(desk), of(other), pick),
            Step::Merge { desk, pick } => self.saver(of(desk)).merge(pick),
            Step::Pack { desk, pick } => self.pack(of(desk), pick).await,
            Step::Carry { pick, dice } => self.carry(pick, dice).await,
            Step::TakeIn { desk, pick } => self.take_in(of(desk), pick),
            Step::HomeLate { desk, what, pick } => self.home_late(of(desk), what, pick).await,
        }
    }

    fn saver(&self, desk: usize) -> Saver<'_> {
        Saver { world: self, desk }
    }

    /// Runs a round; `Ok(None)` when the network failed it.
    pub(crate) async fn round(
        &mut self,
        n: usize,
        trouble: u8,
        dice: u32,
        saving: bool,
    ) -> Result<Option<tiexin_sync::RoundReport>, Broken> {
        let rng = Mutex::new(Rng::with_seed(u64::from(dice)));
        let saver = Saver { world: self, desk: n };
        let seen: Mutex<Option<Broken>> = Mutex::default();
        let meanwhile = || {
            // I7 between two messages, when a page was read and work waits.
            let report = saver.book().and_then(|book| book.verify_shown().map_err(broke("verify")));
            let fault = match report {
                Ok(report) => report.faults.first().map(|fault| format!("I7 in a round: {fault:?}")),
                Err(broken) => Some(broken),
            };
            if fault.is_some() {
                *seen.lock().expect("seen") = fault;
            }
            let (what, pick) = {
                let mut rng = rng.lock().expect("dice");
                (rng.u8(..), rng.u16(..))
            };
            // A full disk is the only reason, and is met elsewhere.
            let _ = saver.save(what, pick);
        };
        let desk = &self.desks[n];
        let line = Line {
            province: self.province()?.clone(),
            device: desk.device,
            wire: self.wire.clone(),
            tally: self.tally.clone(),
            trouble,
            dice: Mutex::new(Rng::with_seed(u64::from(dice) ^ 0x5eed)),
            meanwhile: saving.then_some(&meanwhile as &(dyn Fn() + Send + Sync)),
        };
        let book = book(desk)?.clone();
        let now = self.desk_now(n);
        let ended = run_round(&book, &line, now, &|_, _| {}).await;
        drop(line);
        drop(book);
        let heard = self.wire.broken.lock().expect("wire").take();
        if let Some(broken) = heard {
            return Err(format!("{} {broken}", self.desks[n].name));
        }
        if let Some(broken) = seen.into_inner().expect("seen") {
            return Err(broken);
        }
        if dice.is_multiple_of(8) {
            // I7 also in the middle, when work waits.
            let report = self::book(&self.desks[n])?.verify_shown().map_err(broke("verify"))?;
            if let Some(fault) = report.faults.first() {
                return Err(format!("I7: {}: {fault:?}", self.desks[n].name));
            }
        }
        match ended {
            Ok(report) => {
                self.tally.count("round full");
                self.witness(n)?;
                Ok(Some(report))
            }
            Err(SyncError::Offline) => {
                self.tally.count("round broken off");
                Ok(None)
            }
            // The desk died in the middle.
            Err(SyncError::Cancelled) => {
                self.tally.count("desk died in a round");
                self.reopen(n)?;
                Ok(None)
            }
            Err(SyncError::Disk) if self.desks[n].full => {
                self.tally.count("round met a full disk");
                Ok(None)
            }
            // Every right was taken from its only user.
            Err(SyncError::Refused { code: RefusalCode::DeviceRevoked, .. }) => Ok(None),
            Err(SyncError::Protocol("snapshot")) if trouble > 0 => {
                self.tally.count("snapshot could not be resumed");
                Ok(None)
            }
            Err(e) => Err(format!("round of {}: {e:?}", self.desks[n].name)),
        }
    }

    fn desk_now(&self, n: usize) -> i64 {
        self.clock.load(Relaxed) + self.desks[n].clock.load(Relaxed)
    }

    fn witness(&mut self, n: usize) -> Result<(), Broken> {
        let desk = &mut self.desks[n];
        for c in book(desk)?.cursors().map_err(broke("cursors"))? {
            let seen = (c.scope, c.generation, c.since, c.chain);
            if !desk.witnessed.contains(&seen) {
                desk.witnessed.push(seen);
            }
        }
        Ok(())
    }

    fn word(&self) -> String {
        format!("m{:06}", self.next.fetch_add(1, Relaxed))
    }
}

pub(crate) fn book(desk: &Desk) -> Result<&Book, Broken> {
    desk.book.as_ref().ok_or_else(|| format!("{} has no book", desk.name))
}
