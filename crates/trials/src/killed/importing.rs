//! A township's four ledgers are taken in, and the process is killed while it reads, checks or writes.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tiexin_contract::import::{FileGiven, ImportBatches, ImportPreview, RunImport};
use tiexin_contract::session::SignIn;
use tiexin_desk::ManualClock;
use tiexin_domain::Kind;

use super::{Aim, Moment, TOWNSHIP, Tally, USER, kill, looked_at, verified};
use tiexin_testkit::desks::{PASSWORD, StoryDesk, count, expected, ledgers};
use tiexin_testkit::terminal::{Host, Unanswered, desk, told};
use tiexin_testkit::window::Trouble;

const LEDGERS: &str = "guyang-2026-10";

/// A new book each round.
pub struct Importing {
    files: Vec<PathBuf>,
    /// Records by kind after an import that nobody disturbed.
    whole: Counts,
    /// Records that such a batch tells.
    batch: u64,
    chance: fastrand::Rng,
    reading: Aim,
    writing: Aim,
    terminal: Aim,
    pub tally: Tally,
}

type Counts = Vec<(String, u64)>;

/// Which way the ledgers came in, and how far they got.
enum Killed {
    Reading,
    Writing,
    /// In the terminal's run; nobody told how far it was.
    Running,
    Done,
}

impl Importing {
    pub async fn begin(seed: u64) -> Result<Importing, Trouble> {
        let files = ledgers(LEDGERS);
        let dir = new_book().await?;
        let host = Host::start(dir.path())?;
        host.call(&sign_in()).await?;
        let start = Instant::now();
        let plan = host.call(&preview(&files)).await?;
        let reading = start.elapsed();
        let start = Instant::now();
        let done = host.call(&RunImport { plan: plan.plan, take: Vec::new() }).await?;
        let writing = start.elapsed();
        drop(host);
        let whole = counts(dir.path()).await?;
        as_expected(&whole)?;
        Ok(Importing {
            files,
            whole,
            batch: done.records,
            chance: fastrand::Rng::with_seed(seed),
            reading: Aim::over(reading),
            writing: Aim::over(writing),
            terminal: Aim::over(reading + writing),
            tally: Tally::default(),
        })
    }

    /// Kills one import at a random moment, looks what is there, and imports again.
    pub async fn round(&mut self) -> Result<(), Trouble> {
        self.tally.rounds += 1;
        let dir = new_book().await?;
        let killed = if self.tally.rounds.is_multiple_of(2) {
            self.at_the_terminal(dir.path()).await?
        } else {
            self.at_the_host(dir.path()).await?
        };
        let (moment, fact) = match killed {
            Killed::Reading => (Moment::During, "while it read and checked the ledgers"),
            Killed::Writing => (Moment::During, "while it wrote"),
            Killed::Running => (Moment::During, "in a run of the terminal"),
            Killed::Done => (Moment::After, "after the answer"),
        };
        self.tally.landed(moment);
        self.tally.count(fact, 1);
        verified(dir.path())?;
        let found = self.all_or_nothing(dir.path()).await?;
        match (killed, found) {
            (Killed::Reading, true) => return Err(Trouble("a preview wrote".into())),
            (Killed::Done, false) => return Err(Trouble("an acknowledged import is lost".into())),
            _ => self.tally.count(if found { "then the batch is whole" } else { "then nothing is there" }, 1),
        }
        let mut words = vec!["import"];
        words.extend(self.files.iter().filter_map(|file| file.to_str()));
        told(dir.path(), &words, None)?;
        if !self.all_or_nothing(dir.path()).await? {
            return Err(Trouble("the second import wrote nothing".into()));
        }
        verified(dir.path())
    }

    /// Through the loopback host, which answers step by step: it is known what was under way.
    async fn at_the_host(&mut self, data: &Path) -> Result<Killed, Trouble> {
        let host = Host::start(data)?;
        host.call(&sign_in()).await?;
        // Writing is what can break; a quarter of the kills go to what comes before.
        if self.chance.u8(0..4) == 0 {
            let moment = self.reading.next(&mut self.chance);
            // Answered or not: nothing was asked to be written yet.
            let plan = killed_while(&host, &preview(&self.files), moment).await?;
            self.reading.learn(if plan.is_some() { Moment::After } else { Moment::During });
            return Ok(Killed::Reading);
        }
        let plan = host.call(&preview(&self.files)).await?;
        let moment = self.writing.next(&mut self.chance);
        let done = killed_while(&host, &RunImport { plan: plan.plan, take: Vec::new() }, moment).await?;
        let landed = if done.is_some() { Moment::After } else { Moment::During };
        self.writing.learn(landed);
        Ok(if done.is_some() { Killed::Done } else { Killed::Writing })
    }

    /// `tiexin-desk import …`
    async fn at_the_terminal(&mut self, data: &Path) -> Result<Killed, Trouble> {
        let moment = self.terminal.next(&mut self.chance);
        let mut run =
            desk(data, &["import"]).args(&self.files).spawn().map_err(|e| Trouble(e.to_string()))?;
        tokio::time::sleep(moment).await;
        let at_work = kill(&mut run)?;
        self.terminal.learn(if at_work { Moment::During } else { Moment::After });
        Ok(if at_work { Killed::Running } else { Killed::Done })
    }

    /// Whether the whole batch is there; a part of it is a trouble.
    async fn all_or_nothing(&self, data: &Path) -> Result<bool, Trouble> {
        let desk = looked_at(data).await?;
        let batches = desk.run(ImportBatches {}).await.map_err(|e| Trouble(e.message))?;
        drop(desk);
        let there = counts(data).await?;
        let records: Vec<u64> = batches.iter().map(|batch| batch.records).collect();
        if records.is_empty() && there.iter().all(|(_, count)| *count == 0) {
            return Ok(false);
        }
        if records == [self.batch] && there == self.whole {
            return Ok(true);
        }
        Err(Trouble(format!("a batch by half: batches {records:?}, records {there:?}")))
    }
}

pub(super) async fn new_book() -> Result<TempDir, Trouble> {
    let day = chrono::Local::now().date_naive();
    let home = StoryDesk::alone(ManualClock::on(day), USER, TOWNSHIP).await;
    Ok(home.map_err(|e| Trouble(e.message))?.dir)
}

pub(super) fn sign_in() -> SignIn {
    SignIn { name: USER.into(), password: PASSWORD.into() }
}

fn preview(files: &[PathBuf]) -> ImportPreview {
    let given = |path: &PathBuf| FileGiven {
        name: path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        path: Some(path.to_string_lossy().into_owned()),
        base64: None,
    };
    // Invariant: a region code of the standard.
    let region = TOWNSHIP.parse().expect("a region code");
    ImportPreview {
        files: files.iter().map(given).collect(),
        region,
        mapping: Vec::new(),
        kind: None,
        job: None,
    }
}

/// Asks, and kills the host at `moment`; the reply, if it came before.
async fn killed_while<C: tiexin_contract::Command>(
    host: &Host,
    command: &C,
    moment: Duration,
) -> Result<Option<C::Reply>, Trouble> {
    let killer = async {
        tokio::time::sleep(moment).await;
        host.kill();
    };
    match tokio::join!(host.call(command), killer).0 {
        Ok(reply) => Ok(Some(reply)),
        Err(Unanswered::Lost) => Ok(None),
        Err(refused) => Err(refused.into()),
    }
}

async fn counts(data: &Path) -> Result<Counts, Trouble> {
    let desk = looked_at(data).await?;
    let mut counts = Vec::new();
    for kind in Kind::ALL.iter() {
        let there = count(&desk, kind.code(), TOWNSHIP).await.map_err(|e| Trouble(e.message))?;
        counts.push((kind.code().to_owned(), there));
    }
    Ok(counts)
}

/// What an independent program counted in the same ledgers.
fn as_expected(counts: &Counts) -> Result<(), Trouble> {
    let expected = expected(LEDGERS);
    let wanted = [
        ("support_file", &expected["special_families"]["imported"]),
        ("member", &expected["members"]["imported"]),
        ("volunteer", &expected["members"]["volunteers"]),
        ("visit", &expected["services"]["visits_imported"]),
        ("need_survey", &expected["services"]["surveys"]),
        ("insurance_claim", &expected["services"]["claims"]),
        ("counselling", &expected["services"]["counselling"]),
        ("activity", &expected["activities"]["imported"]),
    ];
    for (kind, want) in wanted {
        let got = counts.iter().find(|(code, _)| *code == kind).map(|(_, count)| Value::from(*count));
        if got.as_ref() != Some(want) {
            return Err(Trouble(format!("{kind}: {got:?} imported, expected {want}")));
        }
    }
    Ok(())
}
