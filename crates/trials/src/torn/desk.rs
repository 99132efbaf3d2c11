//! Images of a desk's book.

use std::path::Path;

use fastrand::Rng;
use secrecy::SecretString;
use tiexin_disk::{Journal, watch};
use tiexin_store::{Book, By, Save, UnlockError};
use uuid::Uuid;

use super::memory::State;
use super::session::{Ack, NOW, PASSWORD, Session, USER, copy, opened};
use super::{Seen, folder, stray_index, trouble};
use tiexin_testkit::window::Trouble;

/// Acts of a session, and images made of it.
const DEEDS: usize = 45;
const IMAGES: u64 = 50;

/// Images of one session after another.
pub struct DeskImages {
    seed: u64,
    lying: bool,
    pub seen: Seen,
}

impl DeskImages {
    pub fn new(seed: u64) -> DeskImages {
        DeskImages { seed, lying: false, seen: Seen::default() }
    }

    /// The disk says that everything is safe, and nothing is: this must be found out.
    pub fn on_a_lying_disk(seed: u64) -> DeskImages {
        DeskImages { lying: true, ..DeskImages::new(seed) }
    }

    /// Makes `count` more images. The first that is not as it should be is a trouble that says how to see it again.
    pub fn make(&mut self, count: u64) -> Result<(), Trouble> {
        let until = self.seen.images + count;
        while self.seen.images < until {
            let seed = self.seed;
            let images = IMAGES.min(until - self.seen.images);
            self.session(seed, images)
                .map_err(|Trouble(why)| Trouble(format!("desk, seed {seed}: {why}")))?;
            self.seed += 1;
        }
        Ok(())
    }

    fn session(&mut self, seed: u64, images: u64) -> Result<(), Trouble> {
        let mut session = Session::begin(seed)?;
        if self.lying {
            session.lie();
        }
        session.work(DEEDS)?;
        self.seen.sessions += 1;
        for (deed, times) in &session.deeds {
            *self.seen.facts.entry(format!("deed: {deed}")).or_default() += times;
        }
        let journal = session.disk.journal();
        let look = Look { session: &session };
        for n in 0..images {
            let mut dice = Rng::with_seed(seed << 16 | n);
            look.image(&journal, &mut dice, &mut self.seen)
                .map_err(|Trouble(why)| Trouble(format!("image {n}: {why}")))?;
        }
        Ok(())
    }
}

struct Look<'s> {
    session: &'s Session,
}

impl Look<'_> {
    fn image(&self, journal: &Journal, dice: &mut Rng, seen: &mut Seen) -> Result<(), Trouble> {
        let cut = journal.moment(0, dice);
        let image = journal.image(cut, dice);
        seen.image(&image);
        let home = folder()?;
        let dir = home.path().join("book");
        image.lay(&dir).map_err(trouble)?;
        stray_index(&dir, "book.db", dice)?;
        let acked = self.session.acks.iter().rposition(|ack| ack.at <= cut);
        let said =
            |Trouble(why)| Trouble(format!("cut {cut} of {}, {:?}: {why}", journal.len(), image.whims));
        if dice.u8(0..4) > 0 {
            let Some((book, state)) = self.holds(&dir, acked, seen).map_err(said)? else { return Ok(()) };
            return self.goes_on(book, &dir, &state, acked, dice, seen).map_err(said);
        }
        // The power goes again while the book is opened and mended.
        let disk = watch(&dir).map_err(trouble)?;
        drop(self.holds(&dir, acked, seen).map_err(said)?);
        let mending = disk.journal();
        drop(disk);
        let cut = mending.moment(0, dice);
        let again = mending.image(cut, dice);
        let dir = home.path().join("again");
        again.lay(&dir).map_err(trouble)?;
        seen.count("cut again while it was mended");
        self.holds(&dir, acked, seen).map(drop).map_err(|Trouble(why)| {
            said(Trouble(format!("and again at {cut} of {}, {:?}: {why}", mending.len(), again.whims)))
        })
    }

    /// The book opens, is sound, and says what was acknowledged, with or without what was under way. None: it was
    /// not there yet.
    fn holds(
        &self,
        dir: &Path,
        acked: Option<usize>,
        seen: &mut Seen,
    ) -> Result<Option<(Book, State)>, Trouble> {
        let book = match Book::unlock(dir, USER, &SecretString::from(PASSWORD), NOW) {
            Ok((book, _)) => book,
            // A book that was just being made, and held nothing.
            Err(
                UnlockError::NoBook
                | UnlockError::KeyringGone
                | UnlockError::MovedAside { .. }
                | UnlockError::DatabaseGone,
            ) if acked.is_none() && self.session.begun_here => {
                seen.count("the book was not there yet");
                return Ok(None);
            }
            Err(error) => return Err(trouble(error)),
        };
        sound(&book)?;
        let state = State::of(&book, &self.session.known)?;
        self.is_right(&state, acked, seen)?;
        Ok(Some((book, state)))
    }

    fn goes_on(
        &self,
        book: Book,
        dir: &Path,
        state: &State,
        acked: Option<usize>,
        dice: &mut Rng,
        seen: &mut Seen,
    ) -> Result<(), Trouble> {
        if let Some(backup) = self.backup(acked).filter(|_| dice.u8(0..4) == 0) {
            backup_holds(dir, backup, &self.session.known)?;
            seen.count("a backup opened too");
        }
        if dice.u8(0..8) == 0 {
            work_goes_on(book, dir, state, &self.session.known)?;
            seen.count("worked on and opened again");
        }
        Ok(())
    }

    fn is_right(&self, state: &State, acked: Option<usize>, seen: &mut Seen) -> Result<(), Trouble> {
        let acks = &self.session.acks;
        let Some(n) = acked else {
            // Making or bringing up to date adds nothing that a person saved.
            if *state == acks[0].state || (self.session.begun_here && state.len() <= acks[0].state.len()) {
                seen.count("before the first save");
                return Ok(());
            }
            return Err(Trouble(format!("before the first save: {}", state.differs(&acks[0].state))));
        };
        if *state == acks[n].state {
            seen.count("what was acknowledged, no more");
            return Ok(());
        }
        match acks.get(n + 1) {
            Some(next) if *state == next.state => {
                seen.count("and what was under way, whole");
                Ok(())
            }
            Some(next) if !next.whole && state.between(&acks[n].state, &next.state) => {
                seen.count("and a part of an act of several transactions");
                Ok(())
            }
            _ => Err(Trouble(format!("after {n} acknowledged: {}", state.differs(&acks[n].state)))),
        }
    }

    /// The newest backup that was acknowledged.
    fn backup(&self, acked: Option<usize>) -> Option<&Ack> {
        self.session.acks[..=acked?].iter().rev().find(|ack| ack.backup.is_some())
    }
}

fn sound(book: &Book) -> Result<(), Trouble> {
    let report = book.verify().map_err(trouble)?;
    if report.sound() { Ok(()) } else { Err(Trouble(format!("verify: {:?}", report.faults))) }
}

/// The keyring of a backup is written by other means than SQLite's, durably: the book's own stands for it.
fn backup_holds(dir: &Path, ack: &Ack, known: &[Uuid]) -> Result<(), Trouble> {
    let home = folder()?;
    copy(&dir.join(ack.backup.as_deref().unwrap_or_default()), home.path())?;
    std::fs::copy(dir.join("keyring.json"), home.path().join("keyring.json")).map_err(trouble)?;
    let book = opened(home.path())?;
    sound(&book)?;
    let state = State::of(&book, known)?.records();
    let due = ack.state.records();
    if state == due { Ok(()) } else { Err(Trouble(format!("a backup: {}", state.differs(&due)))) }
}

/// One more save, and everything is there when the book is opened again.
fn work_goes_on(book: Book, dir: &Path, before: &State, known: &[Uuid]) -> Result<(), Trouble> {
    let id = Uuid::from_u128(0xE0);
    let fields = serde_json::json!({"region": "340323100001", "head_name": "来电之后", "kinds": ["general"]});
    let fields = fields.as_object().cloned().unwrap_or_default();
    let by = By { author: Uuid::from_u128(1), now_ms: NOW, group: id };
    book.save_group(&[Save { id, kind: "household".into(), fields, void: None }], &by).map_err(trouble)?;
    drop(book);
    let book = opened(dir)?;
    sound(&book)?;
    let known: Vec<Uuid> = known.iter().copied().chain([id]).collect();
    let after = State::of(&book, &known)?;
    // Record, change and audit entry.
    if after.len() == before.len() + 3 && before.records() != after.records() {
        return Ok(());
    }
    Err(Trouble(format!("after one more save: {}", after.differs(before))))
}
