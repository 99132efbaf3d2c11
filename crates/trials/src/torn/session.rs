//! Real work in a real book, on a disk that remembers it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fastrand::Rng;
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use tiexin_disk::{Event, Journal, Watch, watch};
use tiexin_domain::record::{Fields, Void};
use tiexin_protocol::VoidChange;
use tiexin_store::{BatchSave, Book, By, Fill, KdfCost, NewUser, Save, Source, StoreError};
use uuid::Uuid;

use super::memory::State;
use super::office::Office;
use super::{folder, trouble};
use tiexin_testkit::window::Trouble;

pub(super) const NOW: i64 = 1_790_000_000_000;
pub(super) const USER: &str = "wang";
/// Also of the books of earlier versions in the store's fixtures.
pub(super) const PASSWORD: &str = "固镇-2026-good";
const VILLAGE: &str = "340323100001";
const DATABASE: &str = "book.db";
const LOG: &str = "book.db-wal";
/// Bytes of the log from which on the book's own thread moves its pages (65 of them), and some more.
const LONG_LOG: u64 = 80 * 4120;

/// Something that was acknowledged.
pub(super) struct Ack {
    /// Where in the journal.
    pub(super) at: usize,
    pub(super) state: State,
    /// What led here was one transaction; a cut meanwhile leaves all of it or nothing.
    pub(super) whole: bool,
    /// Folder of a backup that was acknowledged with it.
    pub(super) backup: Option<String>,
}

/// A desk at work, and a colleague whose work comes by the province.
pub(super) struct Session {
    pub(super) disk: Watch,
    pub(super) acks: Vec<Ack>,
    pub(super) known: Vec<Uuid>,
    /// A new book: before it is there, nothing need be.
    pub(super) begun_here: bool,
    pub(super) deeds: BTreeMap<&'static str, u64>,
    pub(super) dir: PathBuf,
    book: Option<Book>,
    colleague: Book,
    office: Office,
    households: Vec<Uuid>,
    batches: Vec<Uuid>,
    backups: u32,
    lying: bool,
    next: u64,
    dice: Rng,
    _scratch: TempDir,
}

impl Session {
    /// A new book, or one of an earlier version that is brought to this one.
    pub(super) fn begin(seed: u64) -> Result<Session, Trouble> {
        let mut dice = Rng::with_seed(seed);
        let scratch = folder()?;
        let dir = scratch.path().join("book");
        std::fs::create_dir_all(&dir).map_err(trouble)?;
        let version = dice.choice(["new", "v1", "v2", "v5", "v6"]).unwrap_or("new");
        if version != "new" {
            copy(&fixture(version), &dir)?;
        }
        let office = Office::begin(&scratch.path().join("office"))?;
        let disk = watch(&dir).map_err(trouble)?;
        let book = if version == "new" { created(&dir, 1)? } else { opened(&dir)? };
        let colleague = created(&scratch.path().join("colleague"), 2)?;
        office.enrol(&colleague, Uuid::from_u128(2))?;
        let mut session = Session {
            disk,
            acks: Vec::new(),
            known: Vec::new(),
            begun_here: version == "new",
            deeds: BTreeMap::new(),
            dir,
            book: Some(book),
            colleague,
            office,
            households: Vec::new(),
            batches: Vec::new(),
            backups: 0,
            lying: false,
            next: seed << 24,
            dice,
            _scratch: scratch,
        };
        session.remember_fixture()?;
        session.ack("begun", true)?;
        session.office.enrol(session.book()?, Uuid::from_u128(1))?;
        session.ack("enrolled", false)?;
        Ok(session)
    }

    fn remember_fixture(&mut self) -> Result<(), Trouble> {
        for kind in ["household", "visit"] {
            for record in self.book()?.all(kind, &[]).map_err(trouble)? {
                self.known.push(record.id);
            }
        }
        Ok(())
    }

    /// From now on the disk says that everything is safe, and nothing is.
    pub(super) fn lie(&mut self) {
        self.lying = true;
        self.disk.lie(true);
    }

    pub(super) fn work(&mut self, deeds: usize) -> Result<(), Trouble> {
        for _ in 0..deeds {
            match self.dice.u8(0..100) {
                0..22 => self.family()?,
                22..38 => self.edit()?,
                38..44 => self.hide()?,
                44..52 => self.import()?,
                52..55 => self.undo()?,
                55..68 => self.push()?,
                68..80 => self.pull()?,
                80..84 => self.snapshot()?,
                84..89 => self.checkpoint()?,
                89..92 => self.quiet()?,
                92..96 => self.reopen()?,
                96..98 => self.back_up()?,
                _ => self.forget_sent()?,
            }
        }
        self.book = None;
        Ok(())
    }

    fn book(&self) -> Result<&Book, Trouble> {
        self.book.as_ref().ok_or_else(|| Trouble("the book is closed".into()))
    }

    /// The deed is acknowledged.
    fn ack(&mut self, deed: &'static str, whole: bool) -> Result<(), Trouble> {
        self.disk.look_beside().map_err(trouble)?;
        let at = self.disk.now();
        let state = State::of(self.book()?, &self.known)?;
        *self.deeds.entry(deed).or_default() += 1;
        self.acks.push(Ack { at, state, whole, backup: None });
        Ok(())
    }

    fn id(&mut self) -> Uuid {
        self.next += 1;
        Uuid::from_u64_pair(0x0190_0000_0000_7000 | self.next << 16, 0x8000_0000_0000_0000 | self.next)
    }

    fn by(&mut self) -> By {
        By { author: Uuid::from_u128(1), now_ms: NOW, group: self.id() }
    }

    fn record(&mut self, kind: &str, fields: Value) -> Save {
        let id = self.id();
        self.known.push(id);
        Save { id, kind: kind.into(), fields: fields.as_object().cloned().unwrap_or_default(), void: None }
    }

    /// A household, its persons and a visit: one group.
    fn family(&mut self) -> Result<(), Trouble> {
        let name = format!("户主{}", self.next);
        let home = self.record("household", household(&name));
        let mut saves = vec![home.clone()];
        for _ in 0..self.dice.u8(1..4) {
            saves.push(self.record("person", json!({"region": VILLAGE, "name": name, "household": home.id})));
        }
        let note = "一切都好。".repeat(self.dice.usize(1..120));
        saves.push(self.record("visit", visit(home.id, &name, &note)));
        self.households.push(home.id);
        let by = self.by();
        self.book()?.save_group(&saves, &by).map_err(trouble)?;
        self.ack("group saved", true)
    }

    fn edit(&mut self) -> Result<(), Trouble> {
        let notes = format!("备注{}", self.next);
        self.change(|fields| fields.insert("notes".into(), notes.into()), None)?;
        self.ack("edit saved", true)
    }

    fn hide(&mut self) -> Result<(), Trouble> {
        let void = if self.dice.bool() {
            VoidChange::Hide(Void { reason: "重复".into() })
        } else {
            VoidChange::Restore
        };
        self.change(|_| None, Some(void))?;
        self.ack("hidden or restored", true)
    }

    fn change(
        &mut self,
        edit: impl FnOnce(&mut Fields) -> Option<Value>,
        void: Option<VoidChange>,
    ) -> Result<(), Trouble> {
        let Some(id) = self.dice.choice(self.households.clone()) else { return Ok(()) };
        let Some(record) = self.book()?.get(id).map_err(trouble)? else { return Ok(()) };
        let mut fields = record.fields;
        edit(&mut fields);
        let by = self.by();
        let save = Save { id, kind: record.kind, fields, void };
        self.book()?.save_group(&[save], &by).map(drop).map_err(trouble)
    }

    fn import(&mut self) -> Result<(), Trouble> {
        let rows: Vec<(Uuid, Vec<Save>)> = (0..self.dice.usize(5..40))
            .map(|n| {
                let name = format!("导入{}-{n}", self.next);
                let home = self.record("household", household(&name));
                let told = self.record("visit", visit(home.id, &name, "台账"));
                self.households.push(home.id);
                (self.id(), vec![home, told])
            })
            .collect();
        let batch = self.id();
        let rows: Vec<BatchSave<'_>> = rows
            .iter()
            .map(|(group, saves)| BatchSave {
                group: *group,
                records: saves
                    .iter()
                    .map(|save| Fill {
                        id: save.id,
                        kind: &save.kind,
                        fields: &save.fields,
                        over: tiexin_store::Over::Lacking,
                    })
                    .collect(),
            })
            .collect();
        let source = Source { batch, label: "台账".into(), signed: Fields::new(), told: None };
        self.book()?
            .save_batch(&source, &rows, Uuid::from_u128(1), NOW, &mut |_, _| true)
            .map_err(trouble)?;
        self.batches.push(batch);
        self.ack("batch imported", true)
    }

    fn undo(&mut self) -> Result<(), Trouble> {
        let Some(batch) = self.batches.pop() else { return Ok(()) };
        self.book()?.undo_batch(batch, Uuid::from_u128(1), NOW).map_err(trouble)?;
        self.ack("batch undone", true)
    }

    /// Tells the province some of what waits; the verdicts are one transaction.
    fn push(&mut self) -> Result<(), Trouble> {
        let most = self.dice.usize(1..60);
        let book = self.book()?;
        if let Some(reply) = self.office.push(book, most)? {
            book.record_verdicts(&reply, NOW).map_err(trouble)?;
        }
        self.ack("verdicts taken", true)
    }

    /// The colleague works and tells; then the desk reads page by page.
    fn pull(&mut self) -> Result<(), Trouble> {
        let name = format!("同事{}", self.next);
        let home = self.record("household", household(&name));
        let by = self.by();
        let by = By { author: Uuid::from_u128(2), ..by };
        self.colleague.save_group(&[home], &by).map_err(trouble)?;
        if let Some(reply) = self.office.push(&self.colleague, 100)? {
            self.colleague.record_verdicts(&reply, NOW).map_err(trouble)?;
        }
        if !self.read(false)? {
            self.read(true)?;
        }
        Ok(())
    }

    /// Whether no own change came back by a number that is forgotten: a round then asks once more, for all of them whole.
    fn read(&mut self, in_full: bool) -> Result<bool, Trouble> {
        for page in self.office.pages(self.book()?, in_full)? {
            if page.rebase {
                self.snapshot()?;
                return Ok(true);
            }
            match self.book()?.apply_page(&page, NOW) {
                Err(StoreError::EchoUnknown { .. }) if !in_full => return Ok(false),
                read => read.map_err(trouble)?,
            };
            self.ack("page read", true)?;
        }
        Ok(true)
    }

    fn snapshot(&mut self) -> Result<(), Trouble> {
        self.office.load(self.book()?)?;
        self.ack("snapshot laid down", false)
    }

    fn forget_sent(&mut self) -> Result<(), Trouble> {
        self.book()?.prune_sent(u64::MAX >> 1).map_err(trouble)?;
        self.ack("sent forgotten", true)
    }

    fn checkpoint(&mut self) -> Result<(), Trouble> {
        self.book()?.checkpoint().map_err(trouble)?;
        self.ack("checkpoint", true)
    }

    /// Nobody saves for a while: the book's own thread moves the pages of a long log.
    fn quiet(&mut self) -> Result<(), Trouble> {
        let (from, waiting) = self.disk.look(not_moved);
        // Of a disk that lies no sync is remembered.
        if waiting < LONG_LOG || self.lying {
            return Ok(());
        }
        let patience = Instant::now() + Duration::from_secs(30);
        while self.disk.look(|journal| not_moved(journal).0) == from {
            if Instant::now() > patience {
                return Err(Trouble("the log was never moved".into()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.ack("pages moved while nobody saved", true)
    }

    fn reopen(&mut self) -> Result<(), Trouble> {
        self.book = None;
        self.book = Some(opened(&self.dir)?);
        self.ack("closed and opened", true)
    }

    fn back_up(&mut self) -> Result<(), Trouble> {
        self.backups += 1;
        let name = format!("backup-{}", self.backups);
        self.book()?.backup_to(&self.dir.join(&name), NOW, &mut |_, _| true).map_err(trouble)?;
        // The keyring is put there last, and its folder synced.
        self.disk.folder_synced();
        self.ack("backup", true)?;
        if let Some(ack) = self.acks.last_mut() {
            ack.backup = Some(name);
        }
        Ok(())
    }
}

/// Where the database was last synced, and the bytes that the log has got since.
fn not_moved(journal: &Journal) -> (usize, u64) {
    let (file, log) = (journal.file(DATABASE), journal.file(LOG));
    let events = journal.events();
    let synced = |event: &Event| matches!(event, Event::Sync { file: of } if Some(*of) == file);
    let from = events.iter().rposition(synced).unwrap_or(0);
    let bytes = events[from..].iter().map(|event| match event {
        Event::Write { file: of, bytes, .. } if Some(*of) == log => bytes.len() as u64,
        _ => 0,
    });
    (from, bytes.sum())
}

fn household(name: &str) -> Value {
    json!({"region": VILLAGE, "head_name": name, "kinds": ["general"]})
}

fn visit(home: Uuid, name: &str, note: &str) -> Value {
    json!({"region": VILLAGE, "household": home, "head_name": name, "date": "2026-10-05", "kind": "routine",
           "met": [{"name": name}], "visitors": ["王专干"], "presence": "at_home", "note": note})
}

fn created(dir: &Path, author: u128) -> Result<Book, Trouble> {
    let first = NewUser {
        id: Uuid::from_u128(author),
        name: USER.into(),
        display_name: "王专干".into(),
        password: SecretString::from(PASSWORD),
    };
    Ok(Book::create(dir, first, KdfCost::QUICK, NOW).map_err(trouble)?.0)
}

pub(super) fn opened(dir: &Path) -> Result<Book, Trouble> {
    Ok(Book::unlock(dir, USER, &SecretString::from(PASSWORD), NOW).map_err(trouble)?.0)
}

fn fixture(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/tests/fixtures").join(version)
}

pub(super) fn copy(from: &Path, to: &Path) -> Result<(), Trouble> {
    std::fs::create_dir_all(to).map_err(trouble)?;
    for entry in std::fs::read_dir(from).map_err(trouble)? {
        let entry = entry.map_err(trouble)?;
        std::fs::copy(entry.path(), to.join(entry.file_name())).map_err(trouble)?;
    }
    Ok(())
}
