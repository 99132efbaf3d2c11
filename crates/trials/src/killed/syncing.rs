//! A desk with several hundred waiting changes syncs; the desk or the province is killed meanwhile.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tiexin_desk::ManualClock;
use uuid::Uuid;

use super::{Aim, Moment, TOWNSHIP, Tally, USER, all, kill, verified, waited};
use tiexin_testkit::desks::{StoryDesk, ledgers};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;
use tiexin_testkit::terminal::{desk, told};
use tiexin_testkit::window::Trouble;

/// Rounds on one province; then a new one begins, so that looking at all of it stays quick.
const SERIES: u64 = 10;
/// Activities recorded in a round: more than one push carries.
const ACTIVITIES: usize = 600;
/// Visits recorded, and families edited, in a round.
const SINGLE: usize = 8;

/// A desk, its province and a second desk that looks on.
pub struct Syncing {
    keep: fn() -> Option<Keep>,
    series: Series,
    chance: fastrand::Rng,
    aim: Aim,
    pub tally: Tally,
}

struct Series {
    province: Province,
    network: Network,
    dir: TempDir,
    witness: StoryDesk,
    families: Vec<Uuid>,
    rounds: u64,
    said: Said,
}

/// What the desk acknowledged; the province must have it once.
#[derive(Default)]
struct Said {
    changes: u64,
    visits: BTreeSet<Uuid>,
    activities: BTreeSet<String>,
    notes: HashMap<Uuid, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Desk,
    Province,
}

impl Syncing {
    /// None when `keep` has no store to offer.
    pub async fn begin(seed: u64, keep: fn() -> Option<Keep>) -> Result<Option<Syncing>, Trouble> {
        let Some(store) = keep() else { return Ok(None) };
        let mut series = Series::begin(store).await?;
        series.work(0)?;
        let start = Instant::now();
        series.finish().await?;
        let aim = Aim::over(start.elapsed());
        let chance = fastrand::Rng::with_seed(seed);
        Ok(Some(Syncing { keep, series, chance, aim, tally: Tally::default() }))
    }

    /// Records, syncs, kills at a random moment (sometimes twice), and syncs to the end.
    pub async fn round(&mut self) -> Result<(), Trouble> {
        self.tally.rounds += 1;
        if self.series.rounds == SERIES {
            let store = (self.keep)().ok_or_else(|| Trouble("no store".into()))?;
            self.series = Series::begin(store).await?;
        }
        self.series.rounds += 1;
        let changes = self.series.work(self.tally.rounds)?;
        self.tally.count("changes", changes as usize);
        loop {
            let victim = if self.chance.bool() { Victim::Desk } else { Victim::Province };
            let moment = self.aim.next(&mut self.chance);
            let landed = self.series.killed(victim, moment).await?;
            self.aim.learn(landed);
            self.tally.landed(landed);
            self.tally.count(if victim == Victim::Desk { "desk killed" } else { "province killed" }, 1);
            verified(self.series.dir.path())?;
            let entries = self.series.entries()?;
            let waiting = self.series.waiting()?;
            if landed == Moment::During && waiting > 0 && waiting < changes {
                self.tally.count("left with a part of them told", 1);
            }
            if entries + waiting > self.series.said.changes {
                self.tally.count("left with an answer lost on the way", 1);
            }
            if landed != Moment::During || waiting == 0 || self.chance.u8(0..3) > 0 {
                break;
            }
        }
        self.series.finish().await
    }
}

impl Series {
    async fn begin(keep: Keep) -> Result<Series, Trouble> {
        let province = Province::start(keep)?;
        let network = Network::to(province.address()).await.map_err(|e| Trouble(e.to_string()))?;
        let day = chrono::Local::now().date_naive();
        let code = province.user(USER, "worker", TOWNSHIP)?;
        let home =
            StoryDesk::enrolled(ManualClock::on(day), USER, &network.url(), &code).await.map_err(refused)?;
        home.import(&ledgers("guyang-2026-10")[..1], TOWNSHIP).await.map_err(refused)?;
        let families = all(&home.desk, "household").await?.iter().map(|row| row.id).collect();
        let code = province.user("county", "supervisor", "340323")?;
        let witness = StoryDesk::enrolled(ManualClock::on(day), "county", &province.url(), &code)
            .await
            .map_err(refused)?;
        let said = Said { changes: home.sync_state().await.waiting, ..Said::default() };
        let mut series = Series { province, network, dir: home.dir, witness, families, rounds: 0, said };
        drop(home.desk);
        series.finish().await?;
        Ok(series)
    }

    /// Records several hundred changes without a network; how many.
    fn work(&mut self, round: u64) -> Result<u64, Trouble> {
        let data = self.dir.path();
        let mut ledger = "活动名称,项目,开始时间,结束时间,地点,参加人数,发放资料,负责人\n".to_owned();
        let mut names = Vec::new();
        for n in 0..ACTIVITIES {
            let name = format!("宣传教育活动第{round}轮第{n}场");
            // Invariant: writing to a string does not fail.
            writeln!(ledger, "{name},宣传教育,2026-10-12 09:00,2026-10-12 11:30,居委会,41,,王丽")
                .expect("written");
            names.push(name);
        }
        let file = data.join("activities.csv");
        std::fs::write(&file, ledger).map_err(|e| Trouble(e.to_string()))?;
        let taken = told(data, &["import", &file.to_string_lossy()], None)?;
        if taken["files"][0]["taken"] != ACTIVITIES {
            return Err(Trouble(format!("the import took {taken}")));
        }
        self.said.activities.extend(names);
        let families = self.families.iter().cycle().skip(round as usize * SINGLE).take(SINGLE);
        let (mut visits, mut edits) = (String::new(), String::new());
        for (n, family) in families.enumerate() {
            let mark = format!("第{round}轮{n}");
            visits += &format!("{}\n", json!({"household": family, "note": mark}));
            edits += &format!("{}\n", json!({"id": family, "notes": mark}));
            self.said.notes.insert(*family, mark);
        }
        self.said.visits.extend(ids(&told(data, &["add", "visit"], Some(&visits))?));
        told(data, &["add", "household"], Some(&edits))?;
        let waiting = self.waiting()?;
        if waiting != (ACTIVITIES + 2 * SINGLE) as u64 {
            return Err(Trouble(format!("{waiting} changes wait")));
        }
        self.said.changes += waiting;
        Ok(waiting)
    }

    /// Begins a round with the province and kills the desk or the province `moment` after the first
    /// byte crossed.
    async fn killed(&mut self, victim: Victim, moment: Duration) -> Result<Moment, Trouble> {
        let before = self.network.bytes();
        let mut run =
            desk(self.dir.path(), &["sync"]).spawn().map_err(|e| Trouble(format!("tiexin-desk: {e}")))?;
        let begun =
            waited(|| self.network.bytes() > before, || matches!(run.try_wait(), Ok(Some(_)))).await?;
        if !begun {
            return Err(Trouble(format!("sync ended before it began: {:?}", run.wait())));
        }
        tokio::time::sleep(moment).await;
        let at_work = match victim {
            Victim::Desk => kill(&mut run)?,
            Victim::Province => {
                let at_work = matches!(run.try_wait(), Ok(None));
                tokio::task::block_in_place(|| self.province.kill_and_restart())?;
                let ended = run.wait().map_err(|e| Trouble(e.to_string()))?;
                if ended.code() == Some(0) && at_work {
                    // It had everything and was only closing the book.
                    false
                } else if matches!(ended.code(), Some(0 | 5)) {
                    at_work
                } else {
                    return Err(Trouble(format!("sync without its province: {ended}")));
                }
            }
        };
        Ok(if at_work { Moment::During } else { Moment::After })
    }

    /// One undisturbed round; then everything acknowledged is at the province, once.
    async fn finish(&mut self) -> Result<(), Trouble> {
        let state = told(self.dir.path(), &["sync"], None)?;
        let zero = |name: &str| state[name] == 0;
        if !(zero("waiting") && zero("parked") && zero("conflicts") && state["complete"] == true) {
            return Err(Trouble(format!("not at its end: {state}")));
        }
        verified(self.dir.path())?;
        let entries = self.entries()?;
        if entries != self.said.changes {
            return Err(Trouble(format!(
                "{} changes were acknowledged, the province has {entries} entries",
                self.said.changes
            )));
        }
        self.seen_by_another().await?;
        self.same_digests(&state).await
    }

    /// The second desk reads all of it anew or goes on from where it was.
    async fn seen_by_another(&self) -> Result<(), Trouble> {
        let state = self.witness.sync().await.map_err(refused)?;
        if !state.complete {
            return Err(Trouble(format!("the second desk: {state:?}")));
        }
        let desk = &self.witness.desk;
        let visits: Vec<Uuid> = all(desk, "visit").await?.iter().map(|row| row.id).collect();
        once(&visits, &self.said.visits, "visits")?;
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let rows = all(desk, "activity").await?;
        let names: Vec<String> = rows.iter().map(|row| text(row.fields.get("name"))).collect();
        once(&names, &self.said.activities, "activities")?;
        for family in all(desk, "household").await? {
            let wanted = self.said.notes.get(&family.id);
            if wanted.is_some_and(|mark| text(family.fields.get("notes")) != *mark) {
                return Err(Trouble(format!("the notes of {} are not {wanted:?}", family.id)));
            }
        }
        let report = self.witness.verify().await;
        if report.sound { Ok(()) } else { Err(Trouble(format!("{:?}", report.faults))) }
    }

    /// The desk, the second desk and the province's own table say the same of the township.
    async fn same_digests(&self, state: &Value) -> Result<(), Trouble> {
        let scopes = state["scopes"].as_array().cloned().unwrap_or_default();
        let scope = scopes.iter().find(|scope| scope["scope"] == TOWNSHIP);
        let at_desk = scope.map(|s| text_of(s["sequence"].as_u64(), s["digest"].as_str()));
        let seen = self.witness.sync_state().await.scopes;
        let seen = seen.iter().find(|scope| scope.scope.as_str() == TOWNSHIP);
        let at_witness = seen.map(|s| text_of(Some(s.sequence), Some(&s.digest)));
        let at_province = self.province.digests()?.remove(TOWNSHIP).map(|(n, d)| text_of(Some(n), Some(&d)));
        if at_desk.is_some() && at_desk == at_witness && at_desk == at_province {
            return Ok(());
        }
        Err(Trouble(format!("desk {at_desk:?}, second desk {at_witness:?}, province {at_province:?}")))
    }

    /// `tiexin-server verify`; the entries of all logs.
    fn entries(&self) -> Result<u64, Trouble> {
        let report = self.province.administer(&["verify"])?;
        report["entries"].as_u64().ok_or_else(|| Trouble(format!("tiexin-server verify: {report}")))
    }

    fn waiting(&self) -> Result<u64, Trouble> {
        let state = told(self.dir.path(), &["status"], None)?;
        state["waiting"].as_u64().ok_or_else(|| Trouble(format!("status: {state}")))
    }
}

fn refused(error: tiexin_contract::ErrorReply) -> Trouble {
    Trouble(format!("{error:?}"))
}

fn text_of(sequence: Option<u64>, digest: Option<&str>) -> String {
    format!("{} {}", sequence.unwrap_or_default(), digest.unwrap_or_default())
}

fn ids(added: &Value) -> Vec<Uuid> {
    let saved = added["saved"].as_array().cloned().unwrap_or_default();
    saved.iter().filter_map(|one| one["id"].as_str()?.parse().ok()).collect()
}

/// `there` holds each of `wanted` once and nothing else.
fn once<T: Ord + Clone + std::fmt::Debug>(
    there: &[T],
    wanted: &BTreeSet<T>,
    what: &str,
) -> Result<(), Trouble> {
    let mut counted: BTreeMap<&T, usize> = wanted.iter().map(|one| (one, 0)).collect();
    for one in there {
        *counted.entry(one).or_default() += 1;
    }
    let odd: Vec<_> = counted.iter().filter(|(one, n)| **n != 1 || !wanted.contains(**one)).take(3).collect();
    if odd.is_empty() { Ok(()) } else { Err(Trouble(format!("{what} not there exactly once: {odd:?}"))) }
}
