//! Real desks for stories: their own book, their own clock that a story may move.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use serde_json::Value;
use tempfile::TempDir;
use tiexin_contract::book::{Verify, VerifyReport};
use tiexin_contract::family::RegisterFamily;
use tiexin_contract::import::{FileGiven, ImportDone, ImportPreview, RunImport};
use tiexin_contract::records::{ListRecords, SaveRecord, Saved, Search};
use tiexin_contract::session::{SetUpEnrolled, SetUpStandalone};
use tiexin_contract::sync::{GetSync, SyncNow, SyncState};
use tiexin_contract::today::{GetToday, Today};
use tiexin_contract::{Command, ErrorReply};
use tiexin_desk::{Clock, Desk, DeskConfig, ManualClock};
use tiexin_domain::RegionCode;
use tiexin_domain::nouns::support_file::LossCategory;
use tiexin_domain::nouns::{Household, Person, SupportFile, Visit};
use tiexin_domain::record::Fields;
use uuid::Uuid;

/// The password of everybody in a story.
pub const PASSWORD: &str = "暖心2026走访";

/// The ledgers of a sample township, in the order in which an office would take them in.
pub fn ledgers(township: &str) -> Vec<PathBuf> {
    let folder = fixtures().join(township);
    ["special-families.xlsx", "members.xls", "services-2026-10.xlsx", "activities.csv"]
        .iter()
        .map(|name| folder.join(name))
        .collect()
}

/// What an independent program computed for a sample township.
pub fn expected(township: &str) -> Value {
    let text =
        std::fs::read_to_string(fixtures().join(township).join("expected.json")).expect("expected.json");
    serde_json::from_str(&text).expect("JSON")
}

/// A special family of these persons, the first of them its head, as the form of 登记家庭 sends it.
pub fn family(village: &str, persons: &[&str]) -> RegisterFamily {
    let region: RegionCode = village.parse().expect("a region code");
    let head = persons.first().copied().unwrap_or_default();
    let household = Household::named(region.clone(), head);
    let file = SupportFile::open(region.clone(), Uuid::nil(), head, LossCategory::Death);
    let persons = persons.iter().map(|name| Person::named(region.clone(), *name)).collect();
    RegisterFamily { household, persons, file: Some(file), contacts: None }
}

/// A routine visit with one visitor.
pub fn visit(region: RegionCode, household: Uuid, head: &str, day: NaiveDate, note: &str) -> Visit {
    let mut visit = Visit::routine(region, household, head, day);
    visit.visitors = vec!["专干".into()];
    visit.note = Some(note.into());
    visit
}

/// How many records of a kind a region has.
pub async fn count(desk: &Desk, kind: &str, region: &str) -> Result<u64, ErrorReply> {
    let list = ListRecords::of(kind, region.parse().expect("a region code"), 1);
    Ok(desk.run(list).await?.total)
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/ledgers")
}

/// A desk with its folder.
pub struct StoryDesk {
    pub desk: Desk,
    pub clock: Arc<ManualClock>,
    pub dir: TempDir,
}

impl StoryDesk {
    fn empty(clock: Arc<ManualClock>) -> Self {
        Self::empty_in(tempfile::tempdir().expect("a temporary folder"), clock)
    }

    fn empty_in(dir: TempDir, clock: Arc<ManualClock>) -> Self {
        let desk = Desk::open(DeskConfig::quick(dir.path(), clock.clone())).expect("an empty folder opens");
        Self { desk, clock, dir }
    }

    /// A township that begins alone; signed in.
    pub async fn alone(clock: Arc<ManualClock>, name: &str, region: &str) -> Result<Self, ErrorReply> {
        let this = Self::empty(clock);
        let setup = SetUpStandalone {
            region: region.parse().expect("a region code"),
            name: name.into(),
            display_name: name.into(),
            password: PASSWORD.into(),
        };
        this.run(setup).await?;
        Ok(this)
    }

    /// A desk that begins with the province; signed in.
    pub async fn enrolled(
        clock: Arc<ManualClock>,
        name: &str,
        server: &str,
        code: &str,
    ) -> Result<Self, ErrorReply> {
        Self::enrolled_in(tempfile::tempdir().expect("a temporary folder"), clock, name, server, code).await
    }

    /// The same in a folder of the story's own.
    pub async fn enrolled_in(
        dir: TempDir,
        clock: Arc<ManualClock>,
        name: &str,
        server: &str,
        code: &str,
    ) -> Result<Self, ErrorReply> {
        let this = Self::empty_in(dir, clock);
        let setup = SetUpEnrolled {
            server: server.into(),
            code: code.into(),
            name: name.into(),
            display_name: name.into(),
            password: PASSWORD.into(),
            authority: None,
        };
        this.run(setup).await?;
        Ok(this)
    }

    /// A copy of the folder on another machine, as an image of the disk makes it. Nobody may be signed in.
    pub fn cloned(&self, clock: Arc<ManualClock>) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for entry in std::fs::read_dir(self.dir.path()).expect("the folder can be read") {
            let entry = entry.expect("the folder can be read");
            std::fs::copy(entry.path(), dir.path().join(entry.file_name())).expect("a file is copied");
        }
        let desk = Desk::open(DeskConfig::quick(dir.path(), clock.clone())).expect("a copied folder opens");
        Self { desk, clock, dir }
    }

    pub async fn run<C: Command>(&self, command: C) -> Result<C::Reply, ErrorReply> {
        self.desk.run(command).await
    }

    /// Takes in ledger files as one batch.
    pub async fn import(&self, files: &[PathBuf], region: &str) -> Result<ImportDone, ErrorReply> {
        let files = files
            .iter()
            .map(|path| FileGiven {
                name: path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
                path: Some(path.to_string_lossy().into_owned()),
                base64: None,
            })
            .collect();
        let region = region.parse().expect("a region code");
        let plan =
            self.run(ImportPreview { files, region, mapping: Vec::new(), kind: None, job: None }).await?;
        self.run(RunImport { plan: plan.plan, take: Vec::new() }).await
    }

    pub async fn sync(&self) -> Result<SyncState, ErrorReply> {
        self.run(SyncNow {}).await
    }

    pub async fn sync_state(&self) -> SyncState {
        self.run(GetSync {}).await.expect("the state can always be asked")
    }

    pub async fn verify(&self) -> VerifyReport {
        self.run(Verify {}).await.expect("verify runs")
    }

    /// The household of a name, by search.
    pub async fn household(&self, text: &str) -> Uuid {
        let hits =
            self.run(Search { text: text.into(), limit: 20, kinds: Vec::new() }).await.expect("search runs");
        hits.iter().find_map(|hit| hit.household).unwrap_or_else(|| panic!("no family for {text}: {hits:?}"))
    }

    /// It is noon of this day here, and the desk has spoken with the province; meanwhile, too, so that its lease never
    /// ended.
    pub async fn on(&self, day: NaiveDate) -> Result<SyncState, ErrorReply> {
        let apart = TimeDelta::days(14);
        let noon = day.and_time(NaiveTime::MIN) + TimeDelta::hours(12);
        while noon - self.clock.local() > apart {
            self.clock.set(self.clock.local() + apart);
            self.sync().await?;
        }
        self.clock.set(noon);
        self.sync().await
    }

    /// 今日 of a place.
    pub async fn today(&self, region: &str) -> Result<Today, ErrorReply> {
        self.run(GetToday { region: region.parse().expect("a region code") }).await
    }

    /// The rules by which 今日 of a place says that something has to be done, as they stand there.
    pub async fn reminded(&self, region: &str) -> Vec<String> {
        let today = self.today(region).await.expect("今日 can be asked");
        today.todo.into_iter().map(|one| one.rule).collect()
    }

    /// Records something new; which one it is.
    pub async fn record(&self, kind: &str, fields: Value) -> Result<Uuid, ErrorReply> {
        let fields: Fields = fields.as_object().cloned().unwrap_or_default();
        Ok(self.run(SaveRecord { kind: kind.into(), id: None, version: None, fields }).await?.id)
    }

    /// Edits some fields of a record.
    pub async fn edit(&self, kind: &str, id: Uuid, fields: Value) -> Result<Saved, ErrorReply> {
        let fields: Fields = fields.as_object().cloned().unwrap_or_default();
        self.run(SaveRecord { kind: kind.into(), id: Some(id), version: None, fields }).await
    }
}
