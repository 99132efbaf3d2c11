//! Several desks of one township that save and tell without a pause, and what must hold when they stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tiexin_contract::records::SaveRecord;
use tiexin_desk::ManualClock;
use tiexin_domain::record::Fields;

use crate::desks::{self, StoryDesk};
use crate::province::Province;
use crate::window::Trouble;

pub const TOWN: &str = "340323100";
/// However busy the machine is.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Township {
    pub province: Province,
    desks: Vec<Arc<StoryDesk>>,
    count: Arc<Count>,
}

/// What the desks have done so far.
#[derive(Default)]
struct Count {
    saved: AtomicU64,
    /// Answered by the province.
    told: AtomicU64,
    /// Rounds that came to no end.
    broken: AtomicU64,
    stop: AtomicBool,
}

impl Township {
    pub async fn begin(province: Province, desks: usize) -> Result<Township, Trouble> {
        let clock = || ManualClock::on(chrono::Local::now().date_naive());
        let mut all = Vec::new();
        for n in 0..desks {
            let name = format!("worker{n}");
            let code = province.user(&name, "worker", TOWN)?;
            let desk = StoryDesk::enrolled(clock(), &name, &province.url(), &code).await.map_err(refused)?;
            all.push(Arc::new(desk));
        }
        Ok(Township { province, desks: all, count: Arc::default() })
    }

    /// Lets all desks save and tell until [`Township::stop`].
    pub fn work(&self) -> Vec<tokio::task::JoinHandle<Result<(), Trouble>>> {
        self.count.stop.store(false, Ordering::SeqCst);
        let all = self.desks.iter().enumerate();
        all.map(|(n, desk)| tokio::spawn(works(n, desk.clone(), self.count.clone()))).collect()
    }

    /// Ends the work.
    pub async fn stop(&self, work: Vec<tokio::task::JoinHandle<Result<(), Trouble>>>) -> Result<(), Trouble> {
        self.count.stop.store(true, Ordering::SeqCst);
        for one in work {
            one.await.map_err(|e| Trouble(e.to_string()))??;
        }
        Ok(())
    }

    /// Waits until so many more changes were answered by the province.
    pub async fn told_more(&self, changes: u64) -> Result<(), Trouble> {
        let want = self.told() + changes;
        let patience = Instant::now() + PATIENCE;
        while self.told() < want {
            if Instant::now() > patience {
                return Err(Trouble(format!(
                    "{} of {want} changes told, {} rounds broke off",
                    self.told(),
                    self.broken()
                )));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Changes that were answered.
    pub fn told(&self) -> u64 {
        self.count.told.load(Ordering::SeqCst)
    }

    pub fn saved(&self) -> u64 {
        self.count.saved.load(Ordering::SeqCst)
    }

    /// Rounds that came to no end.
    pub fn broken(&self) -> u64 {
        self.count.broken.load(Ordering::SeqCst)
    }

    /// Every desk tells and reads; then the logs are gapless and hold each save once, desks and province say the
    /// same of the township, and every desk has every record.
    pub async fn ends_well(&self) -> Result<(), Trouble> {
        for _ in 0..2 {
            for desk in &self.desks {
                quiet(desk).await?;
            }
        }
        let report = self.province.administer(&["verify"])?;
        if report["entries"] != self.saved() {
            return Err(Trouble(format!("{} saved, verify says {report}", self.saved())));
        }
        let (head, digest) = self.province.digests()?.remove(TOWN).unwrap_or_default();
        for desk in &self.desks {
            let state = desk.sync_state().await;
            let here = state.scopes.iter().find(|scope| scope.scope.as_str() == TOWN);
            if here.is_none_or(|here| (here.sequence, &here.digest) != (head, &digest)) {
                return Err(Trouble(format!("the province stands at {head} {digest}, a desk at {here:?}")));
            }
            let there = desks::count(&desk.desk, "household", TOWN).await.map_err(refused)?;
            let report = desk.verify().await;
            if there != self.saved() || !report.sound {
                return Err(Trouble(format!("{there} of {} records, {:?}", self.saved(), report.faults)));
            }
        }
        Ok(())
    }
}

async fn works(n: usize, desk: Arc<StoryDesk>, count: Arc<Count>) -> Result<(), Trouble> {
    let mut own = 0;
    let mut told = 0;
    while !count.stop.load(Ordering::SeqCst) {
        for _ in 0..3 {
            let fields = json!({"region": format!("{TOWN}00{}", n % 3 + 1), "head_name": format!("户主{n}-{own}"),
                                "kinds": ["general"]});
            let fields: Fields = fields.as_object().cloned().unwrap_or_default();
            let save = SaveRecord { kind: "household".into(), id: None, version: None, fields };
            desk.run(save).await.map_err(refused)?;
            own += 1;
            count.saved.fetch_add(1, Ordering::SeqCst);
        }
        match desk.sync().await {
            Ok(state) if state.trouble.is_none() => {
                count.told.fetch_add(own - told, Ordering::SeqCst);
                told = own;
            }
            // The desk says so and goes on; the next round tells it.
            _ => {
                count.broken.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    Ok(())
}

/// Rounds until nothing is left to tell or to read.
async fn quiet(desk: &StoryDesk) -> Result<(), Trouble> {
    let patience = Instant::now() + PATIENCE;
    loop {
        let said = desk.sync().await;
        if let Ok(state) = &said
            && (state.complete, state.waiting, state.parked, state.conflicts) == (true, 0, 0, 0)
        {
            return Ok(());
        }
        if Instant::now() > patience {
            return Err(Trouble(format!("not at its end: {said:?}")));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn refused(error: tiexin_contract::ErrorReply) -> Trouble {
    Trouble(format!("{error:?}"))
}
