//! Three people save at the loopback host, one record after another, until it is killed.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use tiexin_contract::family::{GetFamily, RecordVisit, RegisterFamily};
use tiexin_contract::records::{RecordRow, SaveRecord, Saved};
use tiexin_contract::session::SignIn;
use tiexin_desk::{Desk, ManualClock};
use tiexin_domain::record::Fields;
use uuid::Uuid;

use super::{Aim, Moment, TOWNSHIP, Tally, USER, all, kill, looked_at, verified};
use tiexin_testkit::desks::{self, PASSWORD, StoryDesk, ledgers};
use tiexin_testkit::terminal::{Host, Unanswered, desk};
use tiexin_testkit::window::Trouble;

/// One book that is killed over and over.
pub struct Saving {
    dir: TempDir,
    families: Vec<RecordRow>,
    kept: Kept,
    chance: fastrand::Rng,
    aim: Aim,
    pub tally: Tally,
}

/// What the desk acknowledged, and must have from then on.
#[derive(Default)]
struct Kept {
    /// Record and the mark in its text.
    visits: HashMap<Uuid, String>,
    families: HashMap<Uuid, String>,
    /// Family and the mark that was last written into its notes.
    notes: HashMap<Uuid, String>,
}

/// What was asked for in a round: acknowledged, and under way when the host was killed.
struct Lane {
    acknowledged: Vec<(Uuid, String)>,
    under_way: Option<(Uuid, String)>,
}

/// Persons of every family that is registered here.
const PERSONS: usize = 2;

impl Saving {
    pub async fn begin(seed: u64) -> Result<Saving, Trouble> {
        let day = chrono::Local::now().date_naive();
        let home = StoryDesk::alone(ManualClock::on(day), USER, TOWNSHIP).await.map_err(said)?;
        home.import(&ledgers("guyang-2026-10")[..1], TOWNSHIP).await.map_err(said)?;
        let families = all(&home.desk, "household").await?;
        Ok(Saving {
            dir: home.dir,
            families,
            kept: Kept::default(),
            chance: fastrand::Rng::with_seed(seed),
            aim: Aim::over(Duration::from_secs(2)),
            tally: Tally::default(),
        })
    }

    /// Saves until a random moment, kills, looks what is there.
    pub async fn round(&mut self) -> Result<(), Trouble> {
        self.tally.rounds += 1;
        let round = self.tally.rounds;
        let lanes = self.killed_host(round).await?;
        if round.is_multiple_of(4) {
            self.killed_opening().await?;
        }
        verified(self.dir.path())?;
        let desk = looked_at(self.dir.path()).await?;
        let [visits, families, notes] = lanes;
        self.visits_are_there(&desk, visits).await?;
        self.families_are_whole(&desk, families, notes).await
    }

    async fn killed_host(&mut self, round: u64) -> Result<[Lane; 3], Trouble> {
        let host = Host::start(self.dir.path())?;
        host.call(&SignIn { name: USER.into(), password: PASSWORD.into() }).await?;
        let moment = self.aim.next(&mut self.chance);
        let killer = async {
            tokio::time::sleep(moment).await;
            host.kill();
        };
        let (visits, families, notes, ()) = tokio::join!(
            saves(&host, |n| visit(&self.families, round, n)),
            saves(&host, |n| family(round, n)),
            saves(&host, |n| note(&self.families, round, n)),
            killer,
        );
        let lanes = [visits?, families?, notes?];
        let unanswered = lanes.iter().filter(|lane| lane.under_way.is_some()).count();
        let landed = if unanswered > 0 { Moment::During } else { Moment::After };
        self.tally.landed(landed);
        self.tally.count("acknowledged", lanes.iter().map(|lane| lane.acknowledged.len()).sum());
        self.tally.count("under way at the kill", unanswered);
        Ok(lanes)
    }

    /// The run that opens the book after a kill, and mends it, is killed too.
    async fn killed_opening(&mut self) -> Result<(), Trouble> {
        let mut run =
            desk(self.dir.path(), &["list", "visit"]).spawn().map_err(|e| Trouble(e.to_string()))?;
        tokio::time::sleep(Duration::from_millis(self.chance.u64(20..400))).await;
        if kill(&mut run)? {
            self.tally.count("also killed while it opened the book again", 1);
        }
        Ok(())
    }

    async fn visits_are_there(&mut self, desk: &Desk, lane: Lane) -> Result<(), Trouble> {
        self.kept.visits.extend(lane.acknowledged);
        let there: HashMap<Uuid, String> =
            all(desk, "visit").await?.into_iter().map(|row| (row.id, text(&row, "note"))).collect();
        lost(&self.kept.visits, &there, "visits")?;
        let found = one_more(&mut self.kept.visits, &there, lane.under_way)?;
        self.tally.count("of these found saved", found);
        Ok(())
    }

    async fn families_are_whole(&mut self, desk: &Desk, families: Lane, notes: Lane) -> Result<(), Trouble> {
        let rows = all(desk, "household").await?;
        let ours: HashSet<Uuid> = self.families.iter().map(|row| row.id).collect();
        let there: HashMap<Uuid, String> = rows
            .iter()
            .filter(|row| !ours.contains(&row.id))
            .map(|row| (row.id, text(row, "notes")))
            .collect();
        let fresh: Vec<Uuid> =
            there.keys().filter(|id| !self.kept.families.contains_key(id)).copied().collect();
        self.kept.families.extend(families.acknowledged);
        lost(&self.kept.families, &there, "families")?;
        let mut found = one_more(&mut self.kept.families, &there, families.under_way)?;
        for id in fresh {
            let page = desk.run(GetFamily { household: id }).await.map_err(said)?;
            if (page.persons.len(), page.files.len()) != (PERSONS, 1) {
                return Err(Trouble(format!("a family by half: {id}")));
            }
        }
        self.kept.notes.extend(notes.acknowledged);
        for row in rows.iter().filter(|row| ours.contains(&row.id)) {
            let stands = text(row, "notes");
            let last = self.kept.notes.get(&row.id).cloned().unwrap_or_default();
            if stands == last {
                continue;
            }
            if notes.under_way.as_ref() != Some(&(row.id, stands.clone())) {
                return Err(Trouble(format!("{} says {stands:?}, acknowledged was {last:?}", row.id)));
            }
            self.kept.notes.insert(row.id, stands);
            found += 1;
        }
        self.tally.count("of these found saved", found);
        Ok(())
    }
}

fn said(error: tiexin_contract::ErrorReply) -> Trouble {
    Trouble(format!("{error:?}"))
}

fn text(row: &RecordRow, field: &str) -> String {
    row.fields.get(field).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
}

fn lost(kept: &HashMap<Uuid, String>, there: &HashMap<Uuid, String>, what: &str) -> Result<(), Trouble> {
    match kept.iter().find(|(id, mark)| there.get(id) != Some(mark)) {
        None => Ok(()),
        Some((id, mark)) => {
            Err(Trouble(format!("{what}: {mark} was acknowledged as {id}; there is {:?}", there.get(id))))
        }
    }
}

/// What is there and was not acknowledged may only be what was under way, and that once.
fn one_more(
    kept: &mut HashMap<Uuid, String>,
    there: &HashMap<Uuid, String>,
    under_way: Option<(Uuid, String)>,
) -> Result<usize, Trouble> {
    let more: Vec<_> = there.iter().filter(|(id, _)| !kept.contains_key(id)).collect();
    match (more.as_slice(), under_way) {
        ([], _) => Ok(0),
        ([(id, mark)], Some((_, asked))) if **mark == asked => {
            kept.insert(**id, asked);
            Ok(1)
        }
        (more, asked) => Err(Trouble(format!("there is {more:?}; under way was {asked:?}"))),
    }
}

/// Something to save: the record (if it is known before) and the mark in it.
struct Wish<C> {
    command: C,
    record: Option<Uuid>,
    mark: String,
}

/// Saves one after another until the host is gone.
async fn saves<C>(host: &Host, mut wish: impl FnMut(u64) -> Wish<C>) -> Result<Lane, Trouble>
where
    C: tiexin_contract::Command<Reply = Saved>,
{
    let mut acknowledged = Vec::new();
    for n in 0.. {
        let Wish { command, record, mark } = wish(n);
        match host.call(&command).await {
            Ok(saved) => acknowledged.push((saved.id, mark)),
            Err(Unanswered::Lost) => {
                let under_way = Some((record.unwrap_or_default(), mark));
                return Ok(Lane { acknowledged, under_way });
            }
            Err(refused) => return Err(refused.into()),
        }
    }
    Ok(Lane { acknowledged, under_way: None })
}

fn visit(families: &[RecordRow], round: u64, n: u64) -> Wish<RecordVisit> {
    let family = &families[n as usize % families.len()];
    let mark = format!("走访{round}-{n}");
    let today = chrono::Local::now().date_naive();
    let visit = desks::visit(family.region.clone(), family.id, &text(family, "head_name"), today, &mark);
    Wish { command: RecordVisit { id: None, visit }, record: None, mark }
}

fn family(round: u64, n: u64) -> Wish<RegisterFamily> {
    let mark = format!("新户{round}-{n}");
    let mut command = desks::family(&format!("{TOWNSHIP}001"), &["新户", "新户妻"]);
    debug_assert_eq!(command.persons.len(), PERSONS);
    command.household.notes = Some(mark.clone());
    Wish { command, record: None, mark }
}

fn note(families: &[RecordRow], round: u64, n: u64) -> Wish<SaveRecord> {
    let id = families[n as usize % families.len()].id;
    let mark = format!("备注{round}-{n}");
    let mut fields = Fields::new();
    fields.insert("notes".into(), json!(mark));
    let command = SaveRecord { kind: "household".into(), id: Some(id), version: None, fields };
    Wish { command, record: Some(id), mark }
}
