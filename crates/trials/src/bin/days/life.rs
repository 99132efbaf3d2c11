//! What happens to a desk in three days, one thing after the other, and what it says all along.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use fastrand::Rng;
use tempfile::TempDir;
use tiexin_contract::attachment::AddAttachment;
use tiexin_contract::book::Verify;
use tiexin_contract::import::FileGiven;
use tiexin_contract::session::{SetUpEnrolled, SignIn};
use tiexin_contract::sync::{GetSync, SyncNow, SyncState};
use tiexin_contract::{Command, ErrorCode, ErrorReply};
use tiexin_desk::ManualClock;
use tiexin_testkit::desks::{PASSWORD, StoryDesk, family};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;
use tiexin_testkit::window::Trouble;
use uuid::Uuid;

use crate::clock::{FastClock, SPEED, true_ms};
use crate::deed::{DEEDS, Deed};
use crate::seat::Seat;
use crate::truth::{TOWN, Truth};

const VILLAGE: &str = "340323100001";
const NAME: &str = "worker";
/// Between two looks at the indicator.
const GLANCE: Duration = Duration::from_millis(100);
/// When all is well again, the desk is in sync after so long at the latest: it tries again after five minutes of
/// its own, and the machine is busy.
const PATIENCE: Duration = Duration::from_secs(30);
/// A connection that died in silence costs a minute of the desk, and the next try; the system would need a quarter
/// of an hour.
const SILENCE: Duration = Duration::from_secs(8);

pub(crate) struct Life {
    province: Province,
    network: Network,
    colleague: StoryDesk,
    seat: Option<Seat>,
    folder: TempDir,
    began: i64,
    /// By how much its clock is set wrong.
    set: i64,
    clock: Arc<FastClock>,
    pub(crate) truth: Truth,
    dice: Rng,
    families: u64,
    /// How often each happened, and the longest time until the desk was in sync again.
    pub(crate) tally: BTreeMap<Deed, (u64, Duration)>,
}

fn said(error: ErrorReply) -> Trouble {
    Trouble(format!("{:?}: {}", error.code, error.message))
}

/// A picture that nothing makes small, as a BMP: more than one chunk.
fn noise(dice: &mut Rng) -> String {
    let (width, height) = (640u32, 480u32);
    let mut bytes = b"BM".to_vec();
    for number in [54 + width * height * 3, 0, 54, 40, width, height] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([1, 0, 24, 0]);
    bytes.extend([0; 24]);
    bytes.extend((0..width * height * 3).map(|_| dice.u8(..)));
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

impl Life {
    pub(crate) async fn begin(seed: u64) -> Result<Life, Trouble> {
        let province = Province::start_with(Keep::sqlite(), &["--token-seconds", "1"])?;
        let network = Network::to(province.address()).await.map_err(|e| Trouble(e.to_string()))?;
        let code = province.user("colleague", "worker", TOWN)?;
        let today = ManualClock::on(chrono::Local::now().date_naive());
        let colleague =
            StoryDesk::enrolled(today, "colleague", &province.url(), &code).await.map_err(said)?;
        let folder = tempfile::tempdir().map_err(|e| Trouble(e.to_string()))?;
        let began = true_ms();
        let clock = FastClock::began(began, 0);
        let truth = Truth::of(&province.store(), clock.clone());
        let seat = Seat::open(folder.path(), began, 0)?;
        let setup = SetUpEnrolled {
            server: network.url(),
            code: province.user(NAME, "worker", TOWN)?,
            name: NAME.into(),
            display_name: NAME.into(),
            password: PASSWORD.into(),
            authority: None,
        };
        seat.run(setup).await.map_err(said)?;
        let (dice, tally) = (Rng::with_seed(seed), BTreeMap::new());
        let (seat, set, families) = (Some(seat), 0, 0);
        let mut life = Life {
            province,
            network,
            colleague,
            seat,
            folder,
            began,
            set,
            clock,
            truth,
            dice,
            families,
            tally,
        };
        life.in_sync(PATIENCE).await?;
        Ok(life)
    }

    /// One thing happens; the desk must be in sync afterwards.
    pub(crate) async fn happens(&mut self, deed: Deed) -> Result<(), Trouble> {
        let begun = Instant::now();
        let most = if deed == Deed::LinesGoSilent { SILENCE } else { PATIENCE };
        let told = match deed {
            Deed::Work => self.work().await,
            Deed::Photo => self.photo().await,
            Deed::Colleague => self.colleague_works().await,
            Deed::Quiet => self.watch_some(2_000..8_000).await,
            Deed::IdleLock => self.idle_lock().await,
            Deed::Sleep => self.sleep().await,
            Deed::NetworkLost => self.network_lost().await,
            Deed::LinesGoSilent => self.lines_go_silent().await,
            Deed::ServerRestarts => self.server_restarts().await,
            Deed::ClockSet => self.clock_set().await,
            Deed::DeskKilled => self.desk_killed().await,
        };
        let whole = async {
            told?;
            let well = Instant::now();
            self.in_sync(most).await?;
            Ok(well.elapsed())
        };
        let until = whole.await.map_err(|Trouble(why)| Trouble(format!("{deed:?}: {why}")))?;
        let (times, longest) = self.tally.entry(deed).or_default();
        *times += 1;
        *longest = (*longest).max(until);
        let took = begun.elapsed().as_secs_f32();
        eprintln!("{deed:?}: {took:.1} s, in sync {:.1} s after", until.as_secs_f32());
        Ok(())
    }

    pub(crate) fn any(&mut self) -> Deed {
        // Work is what a desk is for.
        match self.dice.usize(..DEEDS.len() * 2) {
            n if n < DEEDS.len() => DEEDS[n],
            _ => Deed::Work,
        }
    }

    /// Nothing is lost and nothing is wrong, at the end.
    pub(crate) async fn end(mut self) -> Result<u64, Trouble> {
        self.happens(Deed::Work).await?;
        let report = self.seat()?.run(Verify {}).await.map_err(said)?;
        if !report.sound {
            return Err(Trouble(format!("the desk's book: {:?}", report.faults)));
        }
        self.province.administer(&["verify"])?;
        Ok(self.families)
    }

    fn seat(&self) -> Result<&Seat, Trouble> {
        self.seat.as_ref().ok_or_else(|| Trouble("nobody started the desk".into()))
    }

    /// One look at the indicator, held against the truth; none while the desk is locked.
    async fn look(&mut self) -> Result<Option<SyncState>, Trouble> {
        self.truth.glance()?;
        let on_screen = self.seat()?.on_screen();
        match self.seat()?.run(GetSync {}).await {
            Ok(state) => {
                self.truth.hold(&state)?;
                // The screen hears later, and was told something that was true then.
                if on_screen.is_some_and(|screen| screen.turn > state.turn) {
                    return Err(Trouble("the screen was told of a later look than the newest".into()));
                }
                Ok(Some(state))
            }
            Err(error) if error.code == ErrorCode::SignedOut => Ok(None),
            Err(error) => Err(said(error)),
        }
    }

    async fn watch(&mut self, time: Duration) -> Result<(), Trouble> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.look().await?;
            tokio::time::sleep(GLANCE).await;
        }
        Ok(())
    }

    /// Watches for so many milliseconds, as the dice fall.
    async fn watch_some(&mut self, milliseconds: impl std::ops::RangeBounds<u64>) -> Result<(), Trouble> {
        let time = Duration::from_millis(self.dice.u64(milliseconds));
        self.watch(time).await
    }

    /// Waits for a round that began after this call and read and told everything, and for the screen to say so.
    async fn in_sync(&mut self, most: Duration) -> Result<(), Trouble> {
        let (begun, since) = (Instant::now(), true_ms());
        loop {
            let state = match self.look().await? {
                Some(state) => state,
                None => {
                    self.sign_in().await?;
                    continue;
                }
            };
            let screen = self.seat()?.on_screen();
            let now = state.complete && self.truth.last_round(&state).is_some_and(|began| began >= since);
            if now && screen.as_ref().is_some_and(|screen| screen.complete && screen.waiting == 0) {
                return Ok(());
            }
            if begun.elapsed() > most {
                return Err(Trouble(format!(
                    "not in sync after {most:?}: {state:?}; on the screen: {screen:?}"
                )));
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    async fn sign_in(&mut self) -> Result<(), Trouble> {
        let sign_in = SignIn { name: NAME.into(), password: PASSWORD.into() };
        self.seat()?.run(sign_in).await.map(drop).map_err(said)
    }

    /// Done by the person in front of the desk, who signs in where it has locked itself.
    async fn done<C: Command + Clone>(&mut self, command: C) -> Result<C::Reply, Trouble> {
        let begun = Instant::now();
        loop {
            match self.seat()?.run(command.clone()).await {
                Ok(reply) => return Ok(reply),
                Err(error) if error.code == ErrorCode::SignedOut => self.sign_in().await?,
                // The clock was set beyond the lease: until a round has renewed it.
                Err(error) if error.code == ErrorCode::LeaseEnded && begun.elapsed() < PATIENCE => {
                    self.watch(GLANCE).await?;
                }
                Err(error) => return Err(said(error)),
            }
        }
    }

    async fn save(&mut self) -> Result<Uuid, Trouble> {
        self.families += 1;
        let made = self.done(family(VILLAGE, &[&format!("户主{}", self.families)])).await?;
        self.truth.saved(made.id);
        Ok(made.id)
    }

    /// A family and its photo.
    async fn photo(&mut self) -> Result<(), Trouble> {
        let owner = self.save().await?;
        let file = FileGiven { name: "照片.bmp".into(), path: None, base64: Some(noise(&mut self.dice)) };
        let added = self.done(AddAttachment { owner, file, what: None, taken_at: None, note: None }).await?;
        self.truth.pictured(added.id);
        Ok(())
    }

    async fn work(&mut self) -> Result<(), Trouble> {
        for _ in 0..self.dice.u8(1..6) {
            self.save().await?;
            self.watch_some(..900).await?;
        }
        Ok(())
    }

    async fn colleague_works(&mut self) -> Result<(), Trouble> {
        for _ in 0..self.dice.u8(1..4) {
            self.families += 1;
            let name = format!("同事户{}", self.families);
            self.colleague.run(family(VILLAGE, &[&name])).await.map_err(said)?;
            let state = self.colleague.sync().await.map_err(said)?;
            if let Some(trouble) = state.trouble {
                return Err(Trouble(format!("the colleague: {trouble}")));
            }
            self.watch_some(..900).await?;
        }
        Ok(())
    }

    /// Nobody touches the desk until it locks itself.
    async fn idle_lock(&mut self) -> Result<(), Trouble> {
        let begun = Instant::now();
        while self.look().await?.is_some() {
            if begun.elapsed() > Duration::from_secs((15 * 60 / SPEED) as u64) + PATIENCE {
                return Err(Trouble("the desk does not lock itself".into()));
            }
            tokio::time::sleep(GLANCE).await;
        }
        self.watch_some(..3_000).await?;
        self.sign_in().await
    }

    /// The computer sleeps; meanwhile its connections die, or not.
    async fn sleep(&mut self) -> Result<(), Trouble> {
        if self.dice.bool() {
            self.save().await?;
        }
        self.seat()?.fall_asleep()?;
        if self.dice.u8(..4) > 0 {
            self.network.silence();
        }
        tokio::time::sleep(Duration::from_millis(self.dice.u64(500..20_000))).await;
        self.seat()?.wake_up()?;
        self.truth.look_away();
        Ok(())
    }

    async fn network_lost(&mut self) -> Result<(), Trouble> {
        if self.dice.bool() {
            self.photo().await?;
        }
        match self.dice.bool() {
            true => self.network.cut(),
            // In the middle of something.
            false => self.network.cut_after(self.dice.u64(..600_000)),
        }
        for _ in 0..self.dice.u8(..4) {
            self.save().await?;
        }
        let away = Duration::from_millis(self.dice.u64(500..12_000));
        self.watch(away).await?;
        self.network.restore();
        if self.dice.bool() && self.look().await?.is_some() {
            // Somebody presses the button: it need not end well while the line comes back.
            let _ = self.seat()?.run(SyncNow {}).await;
        }
        Ok(())
    }

    async fn lines_go_silent(&mut self) -> Result<(), Trouble> {
        self.network.silence();
        self.save().await.map(drop)
    }

    async fn server_restarts(&mut self) -> Result<(), Trouble> {
        self.save().await?;
        if self.dice.bool() {
            self.province.kill();
            self.watch_some(..4_000).await?;
        }
        let seconds = ["1", "2", "50"][self.dice.usize(..3)];
        self.province.restart_with(&["--token-seconds", seconds])
    }

    /// Set wrong by hours or by more than a year, or put right.
    async fn clock_set(&mut self) -> Result<(), Trouble> {
        const HOUR: i64 = 3_600_000;
        self.set = [0, 2 * HOUR, -2 * HOUR, 400 * 24 * HOUR, -400 * 24 * HOUR][self.dice.usize(..5)];
        let set = self.set;
        self.seat.as_mut().ok_or_else(|| Trouble("no desk".into()))?.set_clock(set)?;
        self.clock.set_by(set);
        self.truth.clock_was_set();
        self.watch_some(..2_000).await?;
        self.save().await.map(drop)
    }

    async fn desk_killed(&mut self) -> Result<(), Trouble> {
        self.save().await?;
        self.seat = None;
        self.seat = Some(Seat::open(self.folder.path(), self.began, self.set)?);
        self.truth.look_away();
        self.sign_in().await
    }
}
