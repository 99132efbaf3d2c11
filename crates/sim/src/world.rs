//! A small province: its server, some desks, and everybody's memory of what was saved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use fastrand::Rng;
use secrecy::SecretString;
use serde_json::{Value, json};
use tiexin_domain::access::{Grant, Role};
use tiexin_domain::record::{Fields, Void};
use tiexin_domain::{Record, RegionCode};
use tiexin_protocol::wire::{EnrolRequest, PushRequest};
use tiexin_protocol::{Chain, Change, ChangeId, PROTOCOL, VoidChange};
use tiexin_server::{Clock, Province, StoreUrl};
use tiexin_store::{Book, By, KdfCost, NewUser, Save, StoreError};
use tiexin_sync::{EnrolWish, ProvinceAddress, SyncError, device_key, joined, run_round};
use uuid::Uuid;

use crate::line::{Line, Wire};
use crate::step::Step;
use crate::tally::Tally;

/// The day on which every run begins: 2026-10-05 noon in China, milliseconds since 1970 UTC.
const BEGIN: i64 = 1_791_172_800_000;
const DAY: i64 = 86_400_000;
pub(crate) const COUNTY: &str = "340323";
pub(crate) const TOWNS: [&str; 3] = ["340323100", "340323104", "340323105"];
const PASSWORD: &str = "long-enough-password";

/// What went wrong. The history that led here is the caller's.
pub(crate) type Broken = String;

/// Something that somebody saved, told from everything else by a word of its own.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) word: String,
    /// Shown when a run fails.
    #[allow(dead_code)]
    pub(crate) about: (Uuid, &'static str),
    pub(crate) group: Uuid,
    /// Where a new record was made; without the right there it is never applied.
    pub(crate) region: Option<String>,
    /// `usize::MAX`: the program of another version.
    pub(crate) desk: usize,
    /// The version its author saw, in the generation of the time.
    pub(crate) base: u64,
    pub(crate) unknown_kind: bool,
    /// The desk that saved it has since taken a new number and no longer tells it again; were the province
    /// put back too, it would be gone (`docs/sync-proof.md`, what is left).
    pub(crate) orphan: bool,
    /// Nobody can promise any more that it is anywhere.
    pub(crate) maybe: bool,
}

/// What the whole run remembers.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) marks: Vec<Mark>,
    /// Every record that was ever made, and where.
    pub(crate) records: Vec<(Uuid, &'static str)>,
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

pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
    store: StoreUrl,
    pub(crate) province: Option<Province>,
    clock: Arc<AtomicI64>,
    pub(crate) desks: Vec<Desk>,
    pub(crate) memory: Arc<Mutex<Memory>>,
    next: AtomicU32,
    pub(crate) wire: Arc<Wire>,
    pub(crate) tally: Arc<Tally>,
    /// The newest backup, and who had which rights then.
    backup: Option<(PathBuf, BTreeMap<String, Vec<RegionCode>>)>,
    backups: usize,
    /// Restores of the server so far.
    pub(crate) restores: usize,
    old_program: (Uuid, Uuid, Uuid, u64),
}

fn broke<E: std::fmt::Display>(what: &str) -> impl FnOnce(E) -> Broken {
    move |e| format!("{what}: {e}")
}

impl World {
    /// A province with desks in place: workers of whole townships, of villages, and a supervisor.
    pub(crate) async fn begin(dice: &mut Rng, store: Option<String>) -> Result<World, Broken> {
        let dir =
            tempfile::Builder::new().prefix("tiexin-sim").tempdir_in(scratch()).map_err(broke("dir"))?;
        let store = match store {
            Some(url) => url.parse().map_err(broke("store"))?,
            None => StoreUrl::Sqlite(dir.path().join("province.db")),
        };
        let clock = Arc::new(AtomicI64::new(BEGIN));
        let mut world = World {
            store,
            province: None,
            clock,
            desks: Vec::new(),
            memory: Arc::default(),
            next: AtomicU32::new(1),
            wire: Arc::default(),
            tally: Arc::default(),
            backup: None,
            backups: 0,
            restores: 0,
            old_program: Default::default(),
            dir,
        };
        world.open_server().await?;
        let desks = dice.usize(2..=5);
        for n in 0..desks {
            let town = *dice.choice(&TOWNS).unwrap_or(&TOWNS[0]);
            let (role, region) = match n {
                0 => (Role::Worker, TOWNS[0].to_owned()),
                1 => (Role::Worker, format!("{}001", TOWNS[0])),
                _ if dice.u8(..) < 60 => (Role::Supervisor, COUNTY.to_owned()),
                _ if dice.bool() => (Role::Worker, format!("{town}00{}", dice.u8(1..4))),
                _ => (Role::Worker, town.to_owned()),
            };
            world.add_desk(n, role, &region, dice).await?;
        }
        let author = Uuid::from_u128(dice.u128(..));
        let device = world.enrol("old", author, Role::Worker, TOWNS[0]).await?.0;
        world.old_program = (device, author, Uuid::from_u128(dice.u128(..)), 0);
        Ok(world)
    }

    pub(crate) fn province(&self) -> Result<&Province, Broken> {
        self.province.as_ref().ok_or_else(|| "no server".into())
    }

    pub(crate) async fn open_server(&mut self) -> Result<(), Broken> {
        let clock = self.clock.clone();
        let clock = Clock::of(move || {
            chrono::DateTime::from_timestamp_millis(clock.load(Relaxed)).unwrap_or_default()
        });
        self.province = Some(Province::open(&self.store, clock).await.map_err(broke("open server"))?);
        Ok(())
    }

    async fn enrol(
        &self,
        user: &str,
        author: Uuid,
        role: Role,
        region: &str,
    ) -> Result<(Uuid, tiexin_protocol::wire::EnrolReply), Broken> {
        let province = self.province()?;
        province.add_user(user, user).await.map_err(broke("user"))?;
        let grant = Grant { role, region: region.parse().map_err(broke("region"))?, from: None, to: None };
        province.add_grant(user, &grant).await.map_err(broke("grant"))?;
        let code = province.enrol_code(user, 7).await.map_err(broke("code"))?;
        // The token's door is not part of the simulation.
        let key = hex::encode(device_key(&[7; 32]).verifying_key().to_bytes());
        let request = EnrolRequest {
            code,
            device: None,
            device_key: key,
            device_name: user.into(),
            author,
            app: "sim".into(),
        };
        let reply = province.enrol(&request).await.map_err(broke("enrol"))?;
        Ok((reply.device, reply))
    }

    async fn add_desk(&mut self, n: usize, role: Role, region: &str, dice: &mut Rng) -> Result<(), Broken> {
        let name = format!("desk{n}");
        let dir = self.dir.path().join(&name);
        let author = Uuid::from_u128(dice.u128(..));
        let first = NewUser {
            id: author,
            name: name.clone(),
            display_name: name.clone(),
            password: SecretString::from(PASSWORD),
        };
        let (book, _) = Book::create(&dir, first, KdfCost::QUICK, BEGIN).map_err(broke("book"))?;
        let (device, reply) = self.enrol(&name, author, role, region).await?;
        let wish = EnrolWish {
            address: ProvinceAddress::read("https://province.example", None).map_err(broke("address"))?,
            authority: None,
            code: String::new(),
            author,
            device_name: name.clone(),
        };
        joined(&book, &wish, reply).map_err(broke("joined"))?;
        let grants: Vec<RegionCode> = vec![region.parse().map_err(broke("region"))?];
        self.desks.push(Desk {
            user: name.clone(),
            name,
            dir,
            book: Some(book),
            author,
            device,
            ever: grants.iter().map(ToString::to_string).collect(),
            grants,
            clock: AtomicI64::new(0),
            full: false,
            cloned: false,
            copies: Vec::new(),
            witnessed: Vec::new(),
        });
        Ok(())
    }

    /// Plays one step.
    pub(crate) async fn play(&mut self, step: Step) -> Result<(), Broken> {
        let of = |desk: u8| usize::from(desk) % self.desks.len();
        match step {
            Step::Save { desk, what, pick } => self.saver(of(desk)).save(what, pick),
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
            let report = saver.book().and_then(|book| book.verify().map_err(broke("verify")));
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
        if let Some(broken) = seen.into_inner().expect("seen") {
            return Err(broken);
        }
        if dice % 8 == 0 {
            // I7 also in the middle, when work waits.
            let report = self::book(&self.desks[n])?.verify().map_err(broke("verify"))?;
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
            Err(SyncError::Store(_)) if self.desks[n].full => {
                self.tally.count("round met a full disk");
                Ok(None)
            }
            // Every right was taken from its only user.
            Err(SyncError::Refused { code, .. }) if code == "device_revoked" => Ok(None),
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

    /// A push said before, word for word: the same verdicts, and nothing else happens (I3).
    pub(crate) async fn say_again(&self, pick: u16) -> Result<(), Broken> {
        let (request, reply) = {
            let answered = self.wire.answered.lock().expect("wire");
            if answered.is_empty() {
                return Ok(());
            }
            answered[usize::from(pick) % answered.len()].clone()
        };
        self.tally.count("network said again");
        match self.province()?.push(&request).await {
            Ok(again) => {
                for told in &again.verdicts {
                    let before = reply.verdicts.iter().find(|v| v.seq == told.seq);
                    if self.restores == 0 && before.is_some_and(|b| b.verdict != told.verdict) {
                        return Err(format!("I3: seq {} was {before:?}, now {told:?}", told.seq));
                    }
                }
                Ok(())
            }
            // A copy of the desk has gone on under the same number.
            Err(tiexin_server::Error::Refused(_)) => Ok(()),
            Err(e) => Err(format!("I3: said again: {e}")),
        }
    }

    fn reopen(&mut self, n: usize) -> Result<(), Broken> {
        let now = self.desk_now(n);
        let desk = &mut self.desks[n];
        desk.book = None;
        desk.full = false;
        let (book, _) = Book::unlock(&desk.dir, &desk.user, &SecretString::from(PASSWORD), now)
            .map_err(broke("unlock"))?;
        desk.book = Some(book);
        Ok(())
    }

    fn copy_desk(&mut self, n: usize) -> Result<(), Broken> {
        if self.desks[n].full {
            return Ok(());
        }
        self.tally.count("desk copied");
        let marks = self.memory.lock().expect("memory").marks.len();
        let desk = &mut self.desks[n];
        let to = desk.dir.with_extension(format!("copy{}", desk.copies.len()));
        book(desk)?.checkpoint().map_err(broke("checkpoint"))?;
        copy_folder(&desk.dir, &to)?;
        desk.copies.push((to, marks));
        Ok(())
    }

    /// `image`: the whole folder is put back as it was, so that nothing beside the database tells.
    fn restore_desk(&mut self, n: usize, image: bool) -> Result<(), Broken> {
        let Some((copy, marks)) = self.desks[n].copies.last().cloned() else { return Ok(()) };
        self.tally.count(if image { "desk put back from an image" } else { "desk put back from a copy" });
        let desk = &mut self.desks[n];
        desk.book = None;
        if image {
            std::fs::remove_dir_all(&desk.dir).map_err(broke("remove"))?;
            copy_folder(&copy, &desk.dir)?;
        } else {
            tiexin_store::restore(&copy, &desk.dir).map_err(broke("restore"))?;
        }
        // What was saved since may be at the province, or nowhere.
        for (i, mark) in self.memory.lock().expect("memory").marks.iter_mut().enumerate() {
            if mark.desk == n {
                mark.orphan = true;
                mark.maybe |= i >= marks;
            }
        }
        self.reopen(n)
    }

    /// The clone has the same keys, the same numbers and the same user.
    fn clone_desk(&mut self, n: usize) -> Result<(), Broken> {
        if self.desks.len() > 8 || self.desks[n].full {
            return Ok(());
        }
        self.tally.count("desk cloned");
        let count = self.desks.len();
        let desk = &self.desks[n];
        let dir = self.dir.path().join(format!("desk{count}"));
        book(desk)?.checkpoint().map_err(broke("checkpoint"))?;
        copy_folder(&desk.dir, &dir)?;
        let clone = Desk {
            name: format!("desk{count} cloned of {}", desk.name),
            dir,
            book: None,
            author: desk.author,
            user: desk.user.clone(),
            device: desk.device,
            grants: desk.grants.clone(),
            ever: desk.ever.clone(),
            clock: AtomicI64::new(desk.clock.load(Relaxed)),
            full: false,
            cloned: true,
            copies: Vec::new(),
            witnessed: Vec::new(),
        };
        let device = clone.device;
        self.desks.push(clone);
        self.desks.iter_mut().filter(|d| d.device == device).for_each(|d| d.cloned = true);
        self.reopen(count)
    }

    async fn server_backup(&mut self) -> Result<(), Broken> {
        if !matches!(self.store, StoreUrl::Sqlite(_)) {
            return Ok(());
        }
        self.tally.count("server backed up");
        self.backups += 1;
        let to = self.dir.path().join(format!("province-{}.bak", self.backups));
        self.province()?.back_up(&to).await.map_err(broke("backup"))?;
        let grants = self.desks.iter().map(|d| (d.user.clone(), d.grants.clone())).collect();
        self.backup = Some((to, grants));
        Ok(())
    }

    async fn server_restore(&mut self) -> Result<(), Broken> {
        let Some((backup, grants)) = self.backup.clone() else { return Ok(()) };
        self.tally.count("server put back");
        let StoreUrl::Sqlite(path) = &self.store else { return Ok(()) };
        self.province = None;
        for end in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(end);
            let _ = std::fs::remove_file(PathBuf::from(name));
        }
        std::fs::copy(&backup, path).map_err(broke("put back"))?;
        self.open_server().await?;
        self.province()?.restored().await.map_err(broke("restored"))?;
        self.restores += 1;
        for desk in &mut self.desks {
            desk.grants = grants.get(&desk.user).cloned().unwrap_or_default();
        }
        // The old program has no memory of its own: it goes on where the book stands.
        self.old_program.2 = Uuid::from_u128(u128::from(self.restores as u64) << 64 | 77);
        self.old_program.3 = 0;
        for mark in &mut self.memory.lock().expect("memory").marks {
            mark.maybe |= mark.desk == usize::MAX;
        }
        Ok(())
    }

    async fn grant(&mut self, n: usize, what: u8) -> Result<(), Broken> {
        // A clone shares its user with the first.
        let user = self.desks[n].user.clone();
        let province = self.province()?.clone();
        let town = TOWNS[usize::from(what) % TOWNS.len()];
        if what < 128 {
            let region: RegionCode = if what & 8 == 0 { town.to_owned() } else { format!("{town}002") }
                .parse()
                .map_err(broke("region"))?;
            if self.desks[n].grants.contains(&region) {
                return Ok(());
            }
            let grant = Grant { role: Role::Worker, region: region.clone(), from: None, to: None };
            province.add_grant(&user, &grant).await.map_err(broke("grant"))?;
            self.tally.count("grant given");
            for desk in self.desks.iter_mut().filter(|d| d.user == user) {
                desk.ever.insert(region.to_string());
                desk.grants.push(region.clone());
            }
        } else if self.desks[n].grants.len() > 1 {
            let region = self.desks[n].grants[usize::from(what) % self.desks[n].grants.len()].clone();
            if region.as_str() == COUNTY {
                return Ok(());
            }
            province.end_grant(&user, &Role::Worker, &region, None).await.map_err(broke("end"))?;
            self.tally.count("grant withdrawn");
            for desk in self.desks.iter_mut().filter(|d| d.user == user) {
                desk.grants.retain(|g| *g != region);
            }
        }
        Ok(())
    }

    /// Three versions behind or ahead: unknown fields on a known kind, and an unknown kind (I15).
    async fn old_program(&mut self, pick: u16) -> Result<(), Broken> {
        let word = self.word();
        let (device, author, incarnation, seq) = self.old_program;
        let id = Uuid::from_u128(u128::from(pick) << 32 | u128::from(self.next.load(Relaxed)));
        let unknown = pick.is_multiple_of(3);
        let village = format!("{}001", TOWNS[0]);
        let mut set = Fields::new();
        set.insert("region".into(), village.into());
        set.insert("head_name".into(), "老程序".into());
        set.insert("x_future".into(), json!({"deep": [word]}));
        let change = Change {
            id: ChangeId { device, incarnation, seq: seq + 1 },
            group: id,
            record: id,
            kind: if unknown { "telepathy".into() } else { "household".into() },
            scope: TOWNS[0].parse().map_err(broke("region"))?,
            base: 0,
            set,
            void: None,
            author,
            noted_at: 0,
        };
        let request =
            PushRequest { device, incarnation, changes: vec![change], generations: Default::default() };
        let reply = self.province()?.push(&request).await.map_err(broke("old program"))?;
        self.tally.count(if unknown { "unknown kind pushed" } else { "unknown field pushed" });
        if reply.acked == seq + 1 {
            self.old_program.3 += 1;
            let mut memory = self.memory.lock().expect("memory");
            memory.marks.push(Mark {
                word,
                about: (id, "x_future"),
                group: id,
                region: None,
                desk: usize::MAX,
                base: 0,
                unknown_kind: unknown,
                orphan: false,
                maybe: false,
            });
        }
        Ok(())
    }

    fn word(&self) -> String {
        format!("m{:06}", self.next.fetch_add(1, Relaxed))
    }

    /// The hello of a machine that does nothing else.
    pub(crate) fn protocol() -> u32 {
        PROTOCOL
    }
}

pub(crate) fn book(desk: &Desk) -> Result<&Book, Broken> {
    desk.book.as_ref().ok_or_else(|| format!("{} has no book", desk.name))
}

/// Where nothing waits for a disk, when there is such a place: `synchronous=FULL` stays on.
fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Broken> {
    std::fs::create_dir_all(to).map_err(broke("copy"))?;
    for entry in std::fs::read_dir(from).map_err(broke("copy"))? {
        let entry = entry.map_err(broke("copy"))?;
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).map_err(broke("copy"))?;
        }
    }
    Ok(())
}

/// Somebody at a desk who saves.
struct Saver<'a> {
    world: &'a World,
    desk: usize,
}

impl Saver<'_> {
    fn book(&self) -> Result<&Book, Broken> {
        book(&self.world.desks[self.desk])
    }

    fn save(&self, what: u8, pick: u16) -> Result<(), Broken> {
        let desk = &self.world.desks[self.desk];
        let book = book(desk)?;
        let known: Vec<(Uuid, &'static str)> = self.world.memory.lock().expect("memory").records.clone();
        let chosen = (!known.is_empty()).then(|| known[usize::from(pick) % known.len()]);
        let held = match chosen {
            Some((id, _)) if what >= 70 => book.get(id).map_err(broke("get"))?,
            _ => None,
        };
        match held {
            Some(record) => self.edit(book, desk, record, what, pick),
            None => self.make(book, desk, what, pick, &known),
        }
    }

    fn group(&self, what: u8) -> Uuid {
        Uuid::from_u128(u128::from(self.world.next.fetch_add(1, Relaxed)) << 8 | u128::from(what))
    }

    fn region(&self, desk: &Desk, what: u8, pick: u16) -> String {
        // Now and then somewhere else: a change without the right (I10).
        if what % 23 == 0 {
            return format!("{}00{}", TOWNS[usize::from(pick) % TOWNS.len()], pick % 3 + 1);
        }
        let Some(grant) = desk.grants.get(usize::from(pick) % desk.grants.len().max(1)) else {
            return format!("{}001", TOWNS[0]);
        };
        match grant.as_str().len() {
            6 => format!("{}00{}", TOWNS[usize::from(pick) % TOWNS.len()], pick % 3 + 1),
            9 => format!("{grant}00{}", pick % 3 + 1),
            _ => grant.to_string(),
        }
    }

    fn make(
        &self,
        book: &Book,
        desk: &Desk,
        what: u8,
        pick: u16,
        known: &[(Uuid, &'static str)],
    ) -> Result<(), Broken> {
        let word = self.world.word();
        let id = Uuid::from_u128(u128::from(self.world.next.fetch_add(1, Relaxed)) << 64 | u128::from(pick));
        let region = self.region(desk, what, pick);
        let home =
            known.iter().filter(|(_, k)| *k == "household").nth(usize::from(pick) % known.len().max(1));
        let mut saves = Vec::new();
        let mut marks = Vec::new();
        let (kind, field, mut fields): (&'static str, &'static str, Value) = match (what % 3, home) {
            (1, Some((home, _))) => (
                "visit",
                "note",
                json!({"region": region, "household": home, "head_name": "户主", "date": "2026-10-05",
                       "kind": "routine", "note": word}),
            ),
            (2, Some((home, _))) => (
                "support_file",
                "hospital",
                json!({"region": region, "household": home, "head_name": "户主", "category": "death",
                       "status": "active", "hospital": word}),
            ),
            _ => (
                "household",
                "current_address",
                json!({"region": region, "head_name": "户主", "current_address": word}),
            ),
        };
        if what % 29 == 0 {
            // A rule is broken that this desk does not know.
            fields["head_name"] = "".into();
        }
        saves.push(Save { id, kind: kind.into(), fields: object(fields), void: None });
        marks.push((id, field, word, 0));
        // A visit and what it changed in the family's record stand or fall together.
        if kind == "visit"
            && what % 5 == 0
            && let Some((home, _)) = home
            && let Some(mut record) = book.get(*home).map_err(broke("get"))?
        {
            let word = self.world.word();
            record.fields.insert("notes".into(), word.clone().into());
            marks.push((*home, "notes", word, record.version));
            saves.push(Save { id: *home, kind: "household".into(), fields: record.fields, void: None });
        }
        if self.commit(book, desk, &saves, marks, Some(&region))? {
            self.world.memory.lock().expect("memory").records.push((id, kind));
        }
        Ok(())
    }

    fn edit(&self, book: &Book, desk: &Desk, record: Record, what: u8, pick: u16) -> Result<(), Broken> {
        let word = self.world.word();
        let base = record.version;
        let mut fields = record.fields.clone();
        let mut void = None;
        let field = match (record.kind.as_str(), what % 8) {
            (_, 0) if what % 3 == 0 => {
                self.world.tally.count("edit void");
                void = Some(match &record.void {
                    None => VoidChange::Hide(Void { reason: word.clone() }),
                    Some(_) => VoidChange::Restore,
                });
                ""
            }
            (_, 1) if what % 2 == 1 => {
                // To another village of the township: into one view, out of another.
                self.world.tally.count("edit moves");
                let scope = record.scope.as_str();
                if scope.len() == 9 {
                    fields.insert("region".into(), format!("{scope}00{}", pick % 3 + 1).into());
                }
                ""
            }
            ("household", 2 | 3) => {
                self.world.tally.count("edit set");
                let mut hardship: Vec<Value> =
                    fields.get("hardship").and_then(Value::as_array).cloned().unwrap_or_default();
                if what % 8 == 3 && !hardship.is_empty() {
                    hardship.remove(usize::from(pick) % hardship.len());
                    fields.insert("hardship".into(), hardship.into());
                    ""
                } else {
                    hardship.push(word.clone().into());
                    fields.insert("hardship".into(), hardship.into());
                    "hardship"
                }
            }
            ("support_file", 2..=4) => {
                self.world.tally.count("edit sensitive");
                fields.insert("code".into(), word.clone().into());
                "code"
            }
            ("visit", _) => {
                self.world.tally.count("edit long note");
                fields.insert("note".into(), word.clone().into());
                "note"
            }
            ("household", 4) => {
                self.world.tally.count("edit long note");
                fields.insert("notes".into(), word.clone().into());
                "notes"
            }
            ("support_file", _) => {
                self.world.tally.count("edit ordinary");
                fields.insert("hospital".into(), word.clone().into());
                "hospital"
            }
            _ => {
                self.world.tally.count("edit ordinary");
                fields.insert("current_address".into(), word.clone().into());
                "current_address"
            }
        };
        let marks = if field.is_empty() { vec![] } else { vec![(record.id, field, word, base)] };
        let save = Save { id: record.id, kind: record.kind.clone(), fields, void };
        // Whether it is allowed depends on where the province holds the record when it hears of this.
        self.commit(book, desk, &[save], marks, None).map(drop)
    }

    /// True when it was saved. A full disk is the one reason not to; then nothing has changed (I1).
    fn commit(
        &self,
        book: &Book,
        desk: &Desk,
        saves: &[Save],
        marks: Vec<(Uuid, &'static str, String, u64)>,
        region: Option<&str>,
    ) -> Result<bool, Broken> {
        let by = By { author: desk.author, now_ms: self.world.desk_now(self.desk), group: self.group(0) };
        match book.save_group(saves, &by) {
            Ok(_) => {}
            Err(StoreError::Sql(_)) if desk.full => {
                self.world.tally.count("save met a full disk");
                return Ok(false);
            }
            Err(e) => return Err(format!("save at {}: {e}", desk.name)),
        }
        self.world.tally.count("saved");
        let mut memory = self.world.memory.lock().expect("memory");
        for (record, field, word, base) in marks {
            let desk = self.desk;
            memory.marks.push(Mark {
                word,
                about: (record, field),
                group: by.group,
                region: region.filter(|_| base == 0).map(str::to_owned),
                desk,
                base,
                unknown_kind: false,
                orphan: false,
                maybe: false,
            });
        }
        Ok(true)
    }
}

fn object(value: Value) -> Fields {
    match value {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}
