//! A desk imports a township's files as a user does; what F1, F3 and F4 say then is held against the facts.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use tiexin_contract::ErrorReply;
use tiexin_contract::family::{MoveFamily, RegisterFamily};
use tiexin_contract::import::{FileGiven, FilePlan, ImportPreview, MarkedCopy, RunImport};
use tiexin_contract::records::ListRecords;
use tiexin_contract::report::GetReport;
use tiexin_desk::ManualClock;
use tiexin_domain::nouns::support_file::LossCategory;
use tiexin_domain::nouns::{Household, Person, SupportFile};
use tiexin_domain::{IdNumber, PartialDate, RegionCode};
use tiexin_habits::{
    Expectation, Figures, Found, Gave, MONTH, Place, Run, Step, TOWNSHIP, Township, VILLAGES, october,
};
use uuid::Uuid;

use tiexin_testkit::desks::StoryDesk;

/// What came out of a township.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// What must not be; none when the township is right.
    pub failures: Vec<String>,
    /// Figures held against the facts, and those of them that differ, each told by a finding.
    pub figures: usize,
    pub told: usize,
    /// Rows read for the first time, those of them with a finding, and of these those with nothing odd.
    pub rows: usize,
    pub rows_told: usize,
    pub plain_told: usize,
}

/// Tries a township. Whatever goes wrong, also a panic of the desk, is a failure of it.
pub async fn trial(run: Run) -> Verdict {
    let tried = tokio::spawn(async move {
        let town = Township::random(run.seed, run.habits);
        Trial::of(&town).await
    });
    let failure = match tried.await {
        Ok(Ok(verdict)) => return verdict,
        Ok(Err(error)) => format!("the desk refused: {:?} {}", error.code, error.message),
        Err(panic) => format!("panic: {panic}"),
    };
    Verdict { failures: vec![failure], ..Verdict::default() }
}

/// The smallest set of habits that still fails: what can be left out is left out, one habit after the other.
pub async fn smallest(run: Run) -> Run {
    let mut smallest = run;
    for habit in run.habits.iter() {
        let less = Run { habits: smallest.habits.without(habit), ..run };
        if !trial(less).await.failures.is_empty() {
            smallest = less;
        }
    }
    smallest
}

struct Trial<'a> {
    town: &'a Township,
    desk: StoryDesk,
    expected: Expectation<'a>,
    /// The plan of the last import of a file.
    plans: BTreeMap<usize, Uuid>,
}

impl<'a> Trial<'a> {
    async fn of(town: &'a Township) -> Result<Verdict, ErrorReply> {
        let today = NaiveDate::from_ymd_opt(2026, 11, 2).expect("a day");
        let desk = StoryDesk::alone(ManualClock::on(today), "wang", TOWNSHIP).await?;
        let mut trial = Trial { town, desk, expected: Expectation::of(town), plans: BTreeMap::new() };
        for step in &town.steps {
            match step {
                Step::TypedByHand { family, with_ids } => trial.type_family(*family, *with_ids).await?,
                Step::Move { family, to } => trial.move_family(*family, *to).await?,
                Step::Import(files) => trial.import(files, false).await?,
                Step::ImportTaking(files) => trial.import(files, true).await?,
                Step::MarkedCopy(at) => trial.marked_copy(*at).await?,
            }
        }
        let shown = trial.figures().await?;
        trial.expected.compare(&shown);
        let Expectation { failures, figures, told, rows, rows_told, plain_told, .. } = trial.expected;
        Ok(Verdict { failures, figures, told, rows, rows_told, plain_told })
    }

    async fn type_family(&self, family: usize, with_ids: bool) -> Result<(), ErrorReply> {
        let family = &self.town.facts.families[family];
        let region = region(VILLAGES[family.village].0);
        let category = if family.disabled { LossCategory::Disability } else { LossCategory::Death };
        let persons = family.adults.iter().map(|adult| {
            let person = Person::named(region.clone(), &adult.name);
            match IdNumber::read(&adult.id) {
                Ok(read) if with_ids => person.with_id(&read.number),
                _ => person,
            }
        });
        let register = RegisterFamily {
            household: Household::named(region.clone(), family.head()),
            persons: persons.collect(),
            file: Some(SupportFile::open(region.clone(), Uuid::nil(), family.head(), category)),
            contacts: None,
        };
        self.desk.run(register).await.map(drop)
    }

    async fn move_family(&self, family: usize, to: usize) -> Result<(), ErrorReply> {
        let household = self.household(self.town.facts.families[family].head()).await?;
        // A family whose row waits is not there to be moved.
        let Some(household) = household else { return Ok(()) };
        let (region, on) = (region(VILLAGES[to].0), Some(PartialDate::Day(october(15))));
        self.desk.run(MoveFamily { household, region, address: None, on, why: None, handover: None }).await?;
        Ok(())
    }

    async fn household(&self, head: &str) -> Result<Option<Uuid>, ErrorReply> {
        let list = ListRecords::of("household", region(TOWNSHIP), 1_000);
        let rows = self.desk.run(list).await?.rows;
        let named = rows.iter().find(|row| row.fields.get("head_name").is_some_and(|name| name == head));
        Ok(named.map(|row| row.id))
    }

    async fn import(&mut self, files: &[usize], taking: bool) -> Result<(), ErrorReply> {
        let given = files.iter().map(|at| (self.town.files[*at].name.clone(), &*self.town.files[*at].bytes));
        let (plan, read) = self.read(given.collect(), taking).await?;
        for (at, gave) in files.iter().zip(&read) {
            self.plans.insert(*at, plan);
            self.expected.take_in(*at, gave, false);
        }
        Ok(())
    }

    async fn read(&self, files: Vec<(String, &[u8])>, taking: bool) -> Result<(Uuid, Vec<Gave>), ErrorReply> {
        let given = |(name, bytes): (String, &[u8])| {
            let base64 = Some(STANDARD.encode(bytes));
            FileGiven { name, path: None, base64 }
        };
        let files = files.into_iter().map(given).collect();
        let preview =
            ImportPreview { files, region: region(TOWNSHIP), mapping: Vec::new(), kind: None, job: None };
        let seen = self.desk.run(preview).await?;
        let changes = seen.files.iter().flat_map(|file| &file.changes).filter(|_| taking);
        let take = changes.map(|change| change.number).collect();
        self.desk.run(RunImport { plan: seen.plan, take }).await?;
        Ok((seen.plan, seen.files.iter().map(|plan| gave(plan, taking)).collect()))
    }

    async fn marked_copy(&mut self, at: usize) -> Result<(), ErrorReply> {
        let Some(plan) = self.plans.get(&at).copied() else { return Ok(()) };
        let file = self.town.files[at].name.clone();
        // A file that could not be read has no marked copy.
        let Ok(made) = self.desk.run(MarkedCopy { plan, file, path: None }).await else { return Ok(()) };
        let bytes = STANDARD.decode(made.base64.unwrap_or_default()).expect("base64");
        let (_, read) = self.read(vec![(made.name, &bytes)], false).await?;
        self.expected.take_in(at, &read[0], true);
        Ok(())
    }

    /// Every figure of F1, F3 and F4, of the villages and the township.
    async fn figures(&self) -> Result<Figures, ErrorReply> {
        let mut figures = Figures::new();
        for form in ["F1", "F3", "F4"] {
            for unit in self.expected.units(form) {
                let asked = GetReport::of(form, MONTH, region(unit));
                let report = self.desk.run(asked).await?;
                // The unit's own, or the sum of its parts.
                let row = report.rows.last().expect("a form has a row");
                for cell in &row.cells {
                    let place = Place { form, region: unit, path: cell.path.join("/") };
                    figures.insert(place, number(&cell.value));
                }
            }
        }
        Ok(figures)
    }
}

/// `taking`: a difference that was taken explains none in the figures.
fn gave(plan: &FilePlan, taking: bool) -> Gave {
    let found = plan.findings.iter().filter(|finding| !(taking && finding.differs)).map(|finding| Found {
        sheet: finding.sheet.clone(),
        row: finding.row,
        code: finding.code.clone(),
        refused: finding.refused,
    });
    let passed = ["hidden_sheet", "sheet_passed_over", "rows_repeated"];
    let notices = plan.notices.iter().filter(|notice| passed.contains(&&*notice.code));
    Gave {
        findings: found.collect(),
        refused_file: plan.refused_file.clone(),
        passed_over: notices.filter_map(|notice| notice.sheet.clone()).collect(),
    }
}

fn region(code: &str) -> RegionCode {
    code.parse().expect("a region code")
}

/// Money in fen, all else whole.
fn number(shown: &str) -> i64 {
    let plain = shown.replace(',', "");
    match plain.split_once('.') {
        Some((yuan, fen)) => yuan.parse::<i64>().expect("yuan") * 100 + fen.parse::<i64>().expect("fen"),
        None => plain.parse().expect("a whole figure"),
    }
}
