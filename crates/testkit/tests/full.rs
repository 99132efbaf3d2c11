//! A full disk, at the desk and in the province: it is said clearly, nothing acknowledged is lost, and work goes on
//! when there is room again.

use std::path::{Path, PathBuf};

use base64::Engine;
use tiexin_contract::attachment::AddAttachment;
use tiexin_contract::backup::Backup;
use tiexin_contract::family::RecordVisit;
use tiexin_contract::import::FileGiven;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_desk::ManualClock;
use tiexin_disk::{Watch, watch};
use tiexin_domain::RegionCode;
use tiexin_server::{Config, Running, StoreUrl, spawn};
use tiexin_testkit::cluster::Cluster;
use tiexin_testkit::desks::{StoryDesk, count, family, ledgers, visit};
use tiexin_testkit::patience::{PATIENCE, until};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::small_disk::SmallDisk;
use tiexin_testkit::window::Trouble;
use uuid::Uuid;

const TOWN: &str = "340323100";
const VILLAGE: &str = "340323100001";

/// What fills up.
enum Disk {
    /// A real one, of a few megabytes.
    Small(SmallDisk),
    /// The one below SQLite.
    Below(Watch),
}

impl Disk {
    fn fill(&self, leave: u64) -> Result<(), Trouble> {
        match self {
            Disk::Small(disk) => disk.fill(leave),
            Disk::Below(disk) => {
                disk.room(Some(leave));
                Ok(())
            }
        }
    }

    fn free(&self) -> Result<(), Trouble> {
        match self {
            Disk::Small(disk) => disk.free(),
            Disk::Below(disk) => {
                disk.room(None);
                Ok(())
            }
        }
    }
}

fn clock() -> std::sync::Arc<ManualClock> {
    ManualClock::on(chrono::Local::now().date_naive())
}

fn said(error: ErrorReply) -> Trouble {
    Trouble(format!("{error:?}"))
}

/// A desk whose disk fills up, and a colleague whose work comes to it.
struct Office<'d> {
    disk: &'d Disk,
    desk: StoryDesk,
    colleague: StoryDesk,
    home: Uuid,
    visits: u64,
    refused: u64,
    folder: PathBuf,
}

/// What is done when the disk is full.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Visit,
    Import,
    Attach,
    Read,
    BackUp,
}

impl Office<'_> {
    async fn done(&mut self, deed: Deed, n: u64) -> Result<(), ErrorReply> {
        let region: RegionCode = VILLAGE.parse().expect("a region code");
        match deed {
            Deed::Visit => {
                let today = chrono::Local::now().date_naive();
                let note = format!("走访{n}。{}", "一切都好。".repeat(300));
                let visit = visit(region, self.home, "张三", today, &note);
                self.desk.run(RecordVisit { id: None, visit }).await?;
                self.visits += 1;
                Ok(())
            }
            Deed::Import => self.desk.import(&ledgers("guyang-2026-10")[..1], TOWN).await.map(drop),
            Deed::Attach => {
                let file = FileGiven { name: "照片.bmp".into(), path: None, base64: Some(photo(n)) };
                let add = AddAttachment { owner: self.home, file, what: None, taken_at: None, note: None };
                self.desk.run(add).await.map(drop)
            }
            Deed::Read => {
                let state = self.desk.sync().await?;
                match state.trouble {
                    Some(message) => Err(ErrorReply::new(ErrorCode::Refused, message)),
                    None => Ok(()),
                }
            }
            Deed::BackUp => {
                let path = self.folder.join(format!("备份{n}")).to_string_lossy().into_owned();
                self.desk.run(Backup { path: path.clone(), inside: false }).await?;
                std::fs::remove_dir_all(path).expect("the backup is there");
                Ok(())
            }
        }
    }

    /// The deed on a full disk, and again when there is room.
    async fn try_it(&mut self, deed: Deed, leave: u64, n: u64) -> Result<(), Trouble> {
        if matches!(deed, Deed::Read) {
            for i in 0..20 {
                self.colleague.run(family(VILLAGE, &[&format!("同事{n}-{i}")])).await.map_err(said)?;
            }
            self.colleague.sync().await.map_err(said)?;
        }
        // Of the book's own disk, or of the place that was chosen for a backup.
        let told = |error: &ErrorReply| {
            error.code == ErrorCode::Disk
                && ["磁盘", "没有空间"].iter().any(|word| error.message.contains(word))
        };
        self.disk.fill(leave)?;
        let outcome = self.done(deed, n).await;
        self.disk.free()?;
        match outcome {
            Ok(()) => Ok(()),
            Err(error) if told(&error) => {
                self.refused += 1;
                self.done(deed, n).await.map_err(said)
            }
            Err(error) => Err(Trouble(format!("{deed:?} with {leave} bytes left: {error:?}"))),
        }
    }
}

/// A picture of noise, as a BMP: nothing makes it small.
fn photo(seed: u64) -> String {
    let (width, height) = (220u32, 160u32);
    let mut bytes = Vec::new();
    bytes.extend(b"BM");
    bytes.extend((54 + width * height * 3).to_le_bytes());
    bytes.extend(0u32.to_le_bytes());
    bytes.extend(54u32.to_le_bytes());
    bytes.extend(40u32.to_le_bytes());
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    bytes.extend(1u16.to_le_bytes());
    bytes.extend(24u16.to_le_bytes());
    bytes.extend([0; 24]);
    let mut dice = fastrand::Rng::with_seed(seed);
    bytes.extend((0..width * height * 3).map(|_| dice.u8(..)));
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

async fn at_the_desk(disk: &Disk, folder: &Path, most: u64) -> Result<(), Trouble> {
    let province = Province::start(Keep::sqlite())?;
    let dir = tempfile::Builder::new().prefix("book").tempdir_in(folder).expect("a folder");
    let code = province.user("worker", "worker", TOWN)?;
    let desk = StoryDesk::enrolled_in(dir, clock(), "worker", &province.url(), &code).await.map_err(said)?;
    let code = province.user("colleague", "worker", TOWN)?;
    let colleague = StoryDesk::enrolled(clock(), "colleague", &province.url(), &code).await.map_err(said)?;
    let home = desk.run(family(VILLAGE, &["张三"])).await.map_err(said)?.id;
    desk.sync().await.map_err(said)?;
    let mut office = Office { disk, desk, colleague, home, visits: 0, refused: 0, folder: folder.to_owned() };
    let mut dice = fastrand::Rng::with_seed(20_261_128);
    let mut n = 0;
    // The import first: its log has to grow. Later the log may have room in itself for a while.
    for deed in [Deed::Import, Deed::Visit, Deed::Attach, Deed::Read, Deed::BackUp] {
        let before = office.refused;
        for leave in [0, dice.u64(..40_000), dice.u64(..most)] {
            n += 1;
            office.try_it(deed, leave, n).await?;
        }
        for _ in 0..60 {
            if office.refused > before {
                break;
            }
            n += 1;
            office.try_it(deed, 0, n).await?;
        }
        assert!(office.refused > before, "{deed:?} always found room");
    }
    office.desk.sync().await.map_err(said)?;
    let state = office.desk.sync().await.map_err(said)?;
    assert_eq!((state.complete, state.waiting, state.parked, state.conflicts), (true, 0, 0, 0), "{state:?}");
    let visits = count(&office.desk.desk, "visit", TOWN).await.map_err(said)?;
    assert_eq!(visits, office.visits);
    let report = office.desk.verify().await;
    assert!(report.sound, "{:?}", report.faults);
    province.administer(&["verify"])?;
    let (head, digest) = province.digests()?.remove(TOWN).expect("the township");
    let here = state.scopes.iter().find(|scope| scope.scope.as_str() == TOWN).expect("the township");
    assert_eq!((here.sequence, &here.digest), (head, &digest));
    println!("{n} deeds on a full disk, {} refused", office.refused);
    // The book closes before its disk goes.
    drop(office);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_on_a_small_disk() -> Result<(), Trouble> {
    let Some(small) = SmallDisk::of(24) else { return Ok(()) };
    let folder = small.path().to_owned();
    at_the_desk(&Disk::Small(small), &folder, 200_000).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_when_writes_find_no_room() -> Result<(), Trouble> {
    let dir = tempfile::tempdir().expect("a folder");
    let disk = Disk::Below(watch(dir.path()).expect("watched"));
    at_the_desk(&disk, dir.path(), 40_000).await
}

async fn ready(address: &str) -> (u16, String) {
    // reqwest is built without a TLS provider of its own and wants one even for loopback.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let reply = reqwest::get(format!("{address}/health/ready")).await.expect("the server answers");
    (reply.status().as_u16(), reply.text().await.unwrap_or_default())
}

/// Saves some families and tells them; why the province did not take them, if it did not.
async fn tells(desk: &StoryDesk, n: u64, families: usize) -> Result<Option<String>, Trouble> {
    for i in 0..families {
        desk.run(family(VILLAGE, &[&format!("户主{n}-{i}"), "家属"])).await.map_err(said)?;
    }
    Ok(match desk.sync().await {
        Ok(state) => state.trouble,
        Err(error) => Some(error.message),
    })
}

/// Rounds until all is told and read: (sequence, digest) of the township.
async fn settled(desk: &StoryDesk) -> Result<(u64, String), Trouble> {
    let mut said = None;
    let ended = until(PATIENCE, async || {
        let state = said.insert(desk.sync().await).as_ref().ok()?;
        let whole = (state.complete, state.waiting, state.parked, state.conflicts) == (true, 0, 0, 0);
        let town = state.scopes.iter().find(|scope| scope.scope.as_str() == TOWN).filter(|_| whole)?;
        Some((town.sequence, town.digest.clone()))
    });
    ended.await.ok_or_else(|| Trouble(format!("not at its end: {said:?}")))
}

async fn enrolled(running: &Running) -> Result<StoryDesk, Trouble> {
    let trouble = |e: tiexin_server::Error| Trouble(e.to_string());
    let province = &running.province;
    province.add_user("worker", "worker").await.map_err(trouble)?;
    let grant = tiexin_domain::Grant {
        role: tiexin_domain::Role::Worker,
        region: TOWN.parse().expect("a region code"),
        from: None,
        to: None,
    };
    province.add_grant("worker", &grant).await.map_err(trouble)?;
    let code = province.enrol_code("worker", 7).await.map_err(trouble)?;
    StoryDesk::enrolled(clock(), "worker", &running.url, &code).await.map_err(said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pilot_whose_disk_is_full() -> Result<(), Trouble> {
    let dir = tempfile::tempdir().expect("a folder");
    let disk = watch(dir.path()).expect("watched");
    let file = dir.path().join("province.db");
    let store = StoreUrl::Sqlite(file.clone());
    let running = spawn(Config::loopback(store)).await.map_err(|e| Trouble(e.to_string()))?;
    let desk = enrolled(&running).await?;
    let mut dice = fastrand::Rng::with_seed(7);
    let mut refused = 0;
    for n in 0..12 {
        disk.room(Some(dice.u64(..60_000)));
        let why = tells(&desk, n, 6).await?;
        if let Some(why) = why {
            assert!(why.contains("磁盘空间不足"), "{why}");
            assert!(desk.sync_state().await.waiting > 0);
            assert_eq!(ready(&running.url).await, (503, "the disk is full\n".into()));
            refused += 1;
        }
        disk.room(None);
        assert_eq!(ready(&running.url).await.0, 200);
        settled(&desk).await?;
        // The next push finds no room in a log that was long once.
        let other = rusqlite::Connection::open(&file).map_err(|e| Trouble(e.to_string()))?;
        other
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(|e| Trouble(e.to_string()))?;
    }
    assert!(refused > 3, "{refused}");
    let report = running.province.verify().await.map_err(|e| Trouble(e.to_string()))?;
    assert!(report.broken.is_empty(), "{:?}", report.broken);
    assert_eq!(report.entries, settled(&desk).await?.0);
    println!("12 pushes on a full disk, {refused} refused");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_province_whose_postgresql_has_no_room() -> Result<(), Trouble> {
    let Some(small) = SmallDisk::of(112) else { return Ok(()) };
    let folder = small.path().join("cluster");
    std::fs::create_dir_all(&folder).expect("a folder");
    let Some(cluster) = Cluster::begin_in(&folder, &[])? else { return Ok(()) };
    let keep = Keep::Postgres(cluster.url(), tempfile::tempdir().expect("a folder"));
    let province = Province::start(keep)?;
    let code = province.user("worker", "worker", TOWN)?;
    let desk = StoryDesk::enrolled(clock(), "worker", &province.url(), &code).await.map_err(said)?;
    assert_eq!(tells(&desk, 0, 5).await?, None);
    let (mut refused, mut fell, mut n) = (0, 0, 0);
    for leave in [0, 0, 300_000, 600_000] {
        small.fill(leave)?;
        let why = loop {
            n += 1;
            if let Some(why) = tells(&desk, n, 40).await? {
                break why;
            }
            assert!(n < 200, "there is always room");
        };
        assert!(why.contains("磁盘空间不足") || why.contains("暂时连不上"), "{why}");
        assert!(desk.sync_state().await.waiting > 0);
        let (status, text) = ready(&province.url()).await;
        assert_eq!(status, 503, "{text}");
        refused += 1;
        small.free()?;
        // Without room for its log PostgreSQL ends; the office starts it again.
        if !cluster.running() {
            fell += 1;
            cluster.start()?;
        }
        let again = until(PATIENCE, async || (ready(&province.url()).await.0 == 200).then_some(()));
        again.await.expect("ready again");
        settled(&desk).await?;
    }
    let report = province.administer(&["verify"])?;
    let (head, digest) = province.digests()?.remove(TOWN).expect("the township");
    assert_eq!(settled(&desk).await?, (head, digest));
    assert_eq!(report["entries"], head);
    println!("{refused} times full, PostgreSQL ended {fell} times, {head} entries");
    drop(cluster);
    Ok(())
}
