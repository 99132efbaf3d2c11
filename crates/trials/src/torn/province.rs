//! Images of a pilot's province: one SQLite file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fastrand::Rng;
use secrecy::SecretString;
use serde_json::json;
use tempfile::TempDir;
use tiexin_disk::{Journal, Watch, watch};
use tiexin_protocol::wire::{PushReply, PushRequest};
use tiexin_store::{Book, By, KdfCost, NewUser, Save};
use uuid::Uuid;

use super::office::{FILE, Office, file};
use super::session::{NOW, PASSWORD, USER};
use super::{Seen, folder, stray_index, trouble};
use tiexin_testkit::window::Trouble;

const PUSHES: u64 = 40;
const IMAGES: u64 = 50;
const DESKS: u128 = 3;

/// Images of one session after another.
pub struct ProvinceImages {
    seed: u64,
    lying: bool,
    pub seen: Seen,
}

/// A push that was answered.
struct Told {
    at: usize,
    request: PushRequest,
    reply: PushReply,
    /// Head and digest of every scope after it.
    stands: Digests,
}

type Digests = BTreeMap<String, (i64, Vec<u8>)>;

struct Session {
    disk: Watch,
    told: Vec<Told>,
    begun: usize,
    /// As they stood before the first push.
    stands: Digests,
    _scratch: TempDir,
}

impl ProvinceImages {
    pub fn new(seed: u64) -> ProvinceImages {
        ProvinceImages { seed, lying: false, seen: Seen::default() }
    }

    /// The disk says that everything is safe, and nothing is: this must be found out.
    pub fn on_a_lying_disk(seed: u64) -> ProvinceImages {
        ProvinceImages { lying: true, ..ProvinceImages::new(seed) }
    }

    /// Makes `count` more images. The first that is not as it should be is a trouble that says how to see it again.
    pub fn make(&mut self, count: u64) -> Result<(), Trouble> {
        let until = self.seen.images + count;
        while self.seen.images < until {
            let seed = self.seed;
            let images = IMAGES.min(until - self.seen.images);
            self.session(seed, images)
                .map_err(|Trouble(why)| Trouble(format!("province, seed {seed}: {why}")))?;
            self.seed += 1;
        }
        Ok(())
    }

    fn session(&mut self, seed: u64, images: u64) -> Result<(), Trouble> {
        let session = Session::work(seed, self.lying)?;
        self.seen.sessions += 1;
        let journal = session.disk.journal();
        for n in 0..images {
            let mut dice = Rng::with_seed(seed << 16 | n);
            session
                .image(&journal, &mut dice, &mut self.seen)
                .map_err(|Trouble(why)| Trouble(format!("image {n}: {why}")))?;
        }
        Ok(())
    }
}

impl Session {
    fn work(seed: u64, lying: bool) -> Result<Session, Trouble> {
        let mut dice = Rng::with_seed(seed);
        let scratch = folder()?;
        let dir = scratch.path().join("province");
        std::fs::create_dir_all(&dir).map_err(trouble)?;
        let disk = watch(&dir).map_err(trouble)?;
        let mut office = Office::begin(&dir)?;
        let mut desks = Vec::new();
        for n in 1..=DESKS {
            let book = book(&scratch.path().join(format!("desk-{n}")), n)?;
            office.enrol(&book, Uuid::from_u128(n))?;
            desks.push(book);
        }
        let (begun, stands) = (disk.now(), digests(&dir)?);
        disk.lie(lying);
        let mut session = Session { disk, told: Vec::new(), begun, stands, _scratch: scratch };
        for n in 0..PUSHES {
            // Invariant: there are desks.
            let desk = &desks[dice.usize(0..desks.len())];
            save(desk, seed << 32 | n, dice.usize(1..12))?;
            if let Some(request) = office.waiting(desk, 40)? {
                let reply = office.run(office.province.push(&request))?;
                desk.record_verdicts(&reply, NOW).map_err(trouble)?;
                let at = session.disk.now();
                session.told.push(Told { at, request, reply, stands: digests(&dir)? });
            }
            match dice.u8(0..10) {
                0 => checkpoint(&dir, "TRUNCATE")?,
                1 => checkpoint(&dir, "PASSIVE")?,
                2 => {
                    drop(office);
                    office = Office::begin(&dir)?;
                }
                _ => {}
            }
        }
        Ok(session)
    }

    fn image(&self, journal: &Journal, dice: &mut Rng, seen: &mut Seen) -> Result<(), Trouble> {
        let cut = journal.moment(self.begun, dice);
        let image = journal.image(cut, dice);
        seen.image(&image);
        let home = folder()?;
        image.lay(home.path()).map_err(trouble)?;
        stray_index(home.path(), FILE, dice)?;
        let acked = self.told.iter().filter(|told| told.at <= cut).count();
        self.holds(home.path(), acked, seen).map_err(|Trouble(why)| {
            Trouble(format!("cut {cut} of {}, {:?}, after {acked} pushes: {why}", journal.len(), image.whims))
        })
    }

    /// The province opens, is sound, stands where it stood, and says every verdict again (I3).
    fn holds(&self, dir: &Path, acked: usize, seen: &mut Seen) -> Result<(), Trouble> {
        let office = Office::begin(dir)?;
        let report = office.run(office.province.verify())?;
        if !report.broken.is_empty() {
            return Err(Trouble(format!("verify: {:?}", report.broken)));
        }
        let stands = digests(dir)?;
        let due = acked.checked_sub(1).map_or(&self.stands, |n| &self.told[n].stands);
        let next = self.told.get(acked);
        if stands == *due {
            seen.count("what was acknowledged, no more");
        } else if next.is_some_and(|next| stands == next.stands) {
            seen.count("and the push under way, whole");
        } else {
            return Err(Trouble(format!("stands at {stands:?}, acknowledged was {due:?}")));
        }
        let again = |told: &Told| office.run(office.province.push(&told.request));
        for told in &self.told[..acked] {
            let reply = again(told)?;
            let same =
                reply.verdicts.iter().map(|v| &v.verdict).eq(told.reply.verdicts.iter().map(|v| &v.verdict));
            if !same || reply.verdicts.iter().any(|verdict| !verdict.duplicate) {
                return Err(Trouble(format!("an acknowledged push is answered {reply:?}")));
            }
        }
        // The desk tells again what was not answered, and all is as if nothing had happened.
        if let Some(next) = next {
            again(next)?;
            if digests(dir)? != next.stands {
                return Err(Trouble("the push under way, told again, gives another log".into()));
            }
        }
        Ok(())
    }
}

fn book(dir: &Path, author: u128) -> Result<Book, Trouble> {
    let first = NewUser {
        id: Uuid::from_u128(author),
        name: USER.into(),
        display_name: USER.into(),
        password: SecretString::from(PASSWORD),
    };
    Ok(Book::create(dir, first, KdfCost::QUICK, NOW).map_err(trouble)?.0)
}

fn save(book: &Book, n: u64, households: usize) -> Result<(), Trouble> {
    let saves: Vec<Save> = (0..households as u64)
        .map(|i| {
            let fields = json!({"region": "340323100001", "head_name": format!("户主{n}"), "kinds": ["general"],
                                "notes": "走访记录。".repeat(i as usize * 9)});
            Save {
                id: Uuid::from_u64_pair(n, i | 1 << 63),
                kind: "household".into(),
                fields: fields.as_object().cloned().unwrap_or_default(),
                void: None,
            }
        })
        .collect();
    let author = book.users().map_err(trouble)?.first().map(|user| user.id).unwrap_or_default();
    let by = By { author, now_ms: NOW, group: Uuid::from_u64_pair(n, 0) };
    book.save_group(&saves, &by).map(drop).map_err(trouble)
}

/// As another program on the same file would.
fn checkpoint(dir: &Path, how: &str) -> Result<(), Trouble> {
    let conn = connect(file(dir))?;
    conn.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |_| Ok(())).map_err(trouble)
}

fn digests(dir: &Path) -> Result<Digests, Trouble> {
    let conn = connect(file(dir))?;
    let mut select = conn.prepare("SELECT id, head, digest FROM scope").map_err(trouble)?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).map_err(trouble)?;
    rows.collect::<rusqlite::Result<_>>().map_err(trouble)
}

fn connect(path: PathBuf) -> Result<rusqlite::Connection, Trouble> {
    rusqlite::Connection::open(path).map_err(trouble)
}
