//! Desk and province work side by side, and one or both are killed, over and over, as quickly as they start again.
//!
//! Where the other loops look at everything after every kill, this one asks the programs themselves and looks at
//! everything now and then: it is for numbers.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use tiexin_contract::book::Verify;
use tiexin_contract::records::SaveRecord;
use tiexin_contract::session::SignIn;
use tiexin_contract::sync::{GetSync, SyncNow, SyncState};
use tiexin_desk::ManualClock;
use tiexin_domain::record::Fields;
use uuid::Uuid;

use super::{Moment, TOWNSHIP, Tally, USER, listing, verified};
use tiexin_testkit::desks::{PASSWORD, StoryDesk};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::terminal::{Host, Unanswered};
use tiexin_testkit::window::Trouble;

/// Rounds on one province; then a new one begins, so that looking at all of it stays quick.
const SERIES: u64 = 60;
/// Rounds between two looks at everything.
const WHOLE_LOOK: u64 = 20;
/// Longest time from the beginning of the work to the kill.
const SPAN: Duration = Duration::from_millis(220);
/// Rounds with the province after a kill until nothing waits.
const PATIENCE: usize = 200;

/// A desk, its province, and what the desk acknowledged.
pub struct Together {
    keep: fn() -> Option<Keep>,
    pair: Pair,
    chance: fastrand::Rng,
    pub tally: Tally,
}

struct Pair {
    province: Province,
    dir: TempDir,
    host: Option<Host>,
    /// Record and the mark in its text.
    kept: HashMap<Uuid, String>,
    rounds: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Desk,
    Province,
    Both,
}

impl Together {
    /// None when `keep` has no store to offer.
    pub async fn begin(seed: u64, keep: fn() -> Option<Keep>) -> Result<Option<Together>, Trouble> {
        let Some(store) = keep() else { return Ok(None) };
        let pair = Pair::begin(store).await?;
        Ok(Some(Together { keep, pair, chance: fastrand::Rng::with_seed(seed), tally: Tally::default() }))
    }

    /// Works until a random moment, kills, starts again what was killed, and looks what is there.
    pub async fn round(&mut self) -> Result<(), Trouble> {
        self.tally.rounds += 1;
        if self.pair.rounds == SERIES {
            self.pair.whole_look()?;
            let store = (self.keep)().ok_or_else(|| Trouble("no store".into()))?;
            self.pair = Pair::begin(store).await?;
        }
        self.pair.rounds += 1;
        let victim = match self.chance.u8(0..5) {
            0 | 1 => Victim::Desk,
            2 | 3 => Victim::Province,
            _ => Victim::Both,
        };
        let moment = SPAN.mul_f64(self.chance.f64());
        let under_way = self.pair.killed(victim, moment, self.tally.rounds, &mut self.tally).await?;
        self.pair.is_there(under_way, &mut self.tally).await?;
        if self.tally.rounds.is_multiple_of(WHOLE_LOOK) {
            self.pair.whole_look()?;
        }
        Ok(())
    }
}

impl Pair {
    async fn begin(store: Keep) -> Result<Pair, Trouble> {
        let province = Province::start(store)?;
        let code = province.user(USER, "worker", TOWNSHIP)?;
        let clock = ManualClock::on(chrono::Local::now().date_naive());
        let home = StoryDesk::enrolled(clock, USER, &province.url(), &code)
            .await
            .map_err(|e| Trouble(format!("{e:?}")))?;
        let dir = home.dir;
        drop(home.desk);
        Ok(Pair { province, dir, host: None, kept: HashMap::new(), rounds: 0 })
    }

    /// The running desk, signed in; started when it is not there.
    async fn host(&mut self) -> Result<&Host, Trouble> {
        if self.host.is_none() {
            let host = Host::start(self.dir.path())?;
            host.call(&SignIn { name: USER.into(), password: PASSWORD.into() }).await?;
            self.host = Some(host);
        }
        self.host.as_ref().ok_or_else(|| Trouble("no host".into()))
    }

    /// What was asked for and not answered when the kill came.
    async fn killed(
        &mut self,
        victim: Victim,
        moment: Duration,
        round: u64,
        tally: &mut Tally,
    ) -> Result<Option<String>, Trouble> {
        self.host().await?;
        let host = self.host.take().ok_or_else(|| Trouble("no host".into()))?;
        let province = &mut self.province;
        let ended = tokio::sync::watch::Sender::new(false);
        let killer = async {
            tokio::time::sleep(moment).await;
            // Both at once is one cut of the office's power.
            if victim != Victim::Desk {
                province.kill();
            }
            if victim != Victim::Province {
                host.kill();
            }
            ended.send_replace(true);
        };
        let (saves, syncs, ()) =
            tokio::join!(saves(&host, round, ended.subscribe()), syncs(&host, ended.subscribe()), killer);
        let ((acknowledged, under_way), syncing) = (saves?, syncs?);
        let kills = if victim == Victim::Both { 2 } else { 1 };
        for _ in 0..kills {
            tally.landed(if under_way.is_some() || syncing { Moment::During } else { Moment::After });
        }
        if victim != Victim::Province {
            tally.count("desk killed", 1);
        }
        if victim != Victim::Desk {
            tally.count("province killed", 1);
            self.province.start_again()?;
        }
        if victim == Victim::Province {
            self.host = Some(host);
        }
        tally.count("acknowledged", acknowledged.len());
        self.kept.extend(acknowledged);
        Ok(under_way)
    }

    /// The desk is sound and has what it acknowledged, and at most what was under way besides; it comes to its end
    /// with the province, and both say the same of the township.
    async fn is_there(&mut self, under_way: Option<String>, tally: &mut Tally) -> Result<(), Trouble> {
        let host = self.host().await?;
        let report = host.call(&Verify {}).await?;
        if !report.sound {
            return Err(Trouble(format!("verify: {:?}", report.faults)));
        }
        let mut there = HashMap::new();
        let mut ask = listing("household", 500);
        loop {
            let page = host.call(&ask).await?;
            for row in page.rows {
                let mark = row.fields.get("notes").and_then(|v| v.as_str()).unwrap_or_default().to_owned();
                there.insert(row.id, mark);
            }
            match page.next {
                Some(next) => ask.after = Some(next),
                None => break,
            }
        }
        let state = quiet(host).await?;
        if let Some((id, mark)) = self.kept.iter().find(|(id, mark)| there.get(id) != Some(mark)) {
            return Err(Trouble(format!("{mark} was acknowledged as {id}; there is {:?}", there.get(id))));
        }
        let more: Vec<(Uuid, String)> =
            there.into_iter().filter(|(id, _)| !self.kept.contains_key(id)).collect();
        match more.as_slice() {
            [] => {}
            [(id, mark)] if Some(mark) == under_way.as_ref() => {
                tally.count("of those under way found saved", 1);
                self.kept.insert(*id, mark.clone());
            }
            more => return Err(Trouble(format!("there is {more:?}; under way was {under_way:?}"))),
        }
        let (head, digest) = self.province.digests()?.remove(TOWNSHIP).unwrap_or_default();
        let here = state.scopes.iter().find(|scope| scope.scope.as_str() == TOWNSHIP);
        if head != self.kept.len() as u64 || here.is_none_or(|s| (s.sequence, &s.digest) != (head, &digest)) {
            let kept = self.kept.len();
            return Err(Trouble(format!(
                "{kept} saved, the province stands at {head} {digest}, the desk at {here:?}"
            )));
        }
        Ok(())
    }

    /// `verify` of both, in processes of their own.
    fn whole_look(&self) -> Result<(), Trouble> {
        verified(self.dir.path())?;
        let report = self.province.administer(&["verify"])?;
        if report["entries"] == self.kept.len() { Ok(()) } else { Err(Trouble(format!("verify: {report}"))) }
    }
}

type Saves = (Vec<(Uuid, String)>, Option<String>);

/// Saves one after another until the kill.
async fn saves(host: &Host, round: u64, ended: tokio::sync::watch::Receiver<bool>) -> Result<Saves, Trouble> {
    let mut acknowledged = Vec::new();
    for n in 0.. {
        if *ended.borrow() {
            break;
        }
        let mark = format!("第{round}轮{n}");
        let fields = json!({"region": format!("{TOWNSHIP}001"), "head_name": "户主", "kinds": ["general"], "notes": mark});
        let fields: Fields = fields.as_object().cloned().unwrap_or_default();
        let save = SaveRecord { kind: "household".into(), id: None, version: None, fields };
        match host.call(&save).await {
            Ok(saved) => acknowledged.push((saved.id, mark)),
            Err(Unanswered::Lost) => return Ok((acknowledged, Some(mark))),
            Err(refused) => return Err(refused.into()),
        }
    }
    Ok((acknowledged, None))
}

/// Tells and reads without a pause until the kill; whether a round was under way then.
async fn syncs(host: &Host, ended: tokio::sync::watch::Receiver<bool>) -> Result<bool, Trouble> {
    while !*ended.borrow() {
        match host.call(&SyncNow {}).await {
            Err(Unanswered::Lost) => return Ok(true),
            // Without its province the round ends with a message.
            Err(Unanswered::Refused(_)) if *ended.borrow() => return Ok(true),
            Err(refused) => return Err(refused.into()),
            Ok(state) if state.trouble.is_some() => return Ok(true),
            Ok(_) => {}
        }
    }
    Ok(false)
}

/// Rounds until nothing is left to tell or to read.
async fn quiet(host: &Host) -> Result<SyncState, Trouble> {
    let mut last = None;
    for _ in 0..PATIENCE {
        // A round that began before the kill may end with a message.
        let said = host.call(&SyncNow {}).await;
        let state = host.call(&GetSync {}).await?;
        if (state.complete, state.waiting, state.parked, state.conflicts) == (true, 0, 0, 0) {
            return Ok(state);
        }
        last = Some((said.is_ok(), state));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(Trouble(format!("not at its end: {last:?}")))
}
