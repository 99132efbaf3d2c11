//! What the pictures show: a demo county with its province, a conflict that really happened, and a
//! desk that nobody has used yet.

use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;
use tiexin_contract::records::{ListRecords, RecordRow};
use tiexin_contract::session::SignIn;
use tiexin_desk::{Desk, DeskConfig, ManualClock};
use tiexin_testkit::desks::StoryDesk;
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::terminal::{self, Host};
use tiexin_testkit::window::Trouble;

/// As the demo's generator sets it, for all of its accounts.
const PASSWORD: &str = "nuanxin-2026";
const GUYANG: &str = "340323100";

/// Everything that must live while pictures are taken.
pub(crate) struct Stage {
    pub(crate) demo: Host,
    pub(crate) unused: Host,
    /// A township's own book, with a ledger of last month in it.
    pub(crate) township: Host,
    /// Ledgers for it, as its office keeps them, in the order in which they come.
    pub(crate) corrected: PathBuf,
    pub(crate) families: PathBuf,
    pub(crate) visits: PathBuf,
    _province: Province,
    /// A township's ledgers under the names that an office gives them.
    pub(crate) ledgers: Vec<PathBuf>,
    _folders: [TempDir; 3],
}

impl Stage {
    pub(crate) async fn set() -> Result<Stage, Trouble> {
        let (home, unused, township) = (folder()?, folder()?, folder()?);
        let province = Province::start(Keep::sqlite())?;
        let data = home.path().join("desk");
        fill(&data, home.path(), &province)?;
        conflict(&data, &province).await?;
        let book = township.path().join("desk");
        let own = |from: &str, name: &str| {
            let copy = township.path().join(name);
            std::fs::copy(field_cases().join(from), &copy).map_err(told).map(|_| copy)
        };
        let october = own("07-corrected-ledger-again/1-families-october.xlsx", "特殊家庭台账10月.xlsx")?;
        let name = ["--user", "wangli", "--display-name", "王丽"];
        let init = ["init", "--standalone", "--region", "340323104"];
        terminal::told(&book, &[&init[..], &name[..]].concat(), None)?;
        terminal::told(&book, &["import", &october.to_string_lossy()], None)?;
        Ok(Stage {
            ledgers: ledgers(home.path())?,
            corrected: own("07-corrected-ledger-again/2-families-november.xlsx", "特殊家庭台账11月.xlsx")?,
            families: own("20-hidden-sheet-and-rows/1-families.xlsx", "特殊家庭台账全镇.xlsx")?,
            visits: own("20-hidden-sheet-and-rows/2-visits.xlsx", "走访慰问10月.xlsx")?,
            township: Host::start(&book)?,
            demo: Host::start(&data)?,
            unused: Host::start(unused.path())?,
            _province: province,
            _folders: [home, unused, township],
        })
    }
}

fn folder() -> Result<TempDir, Trouble> {
    tempfile::tempdir().map_err(told)
}

fn field_cases() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../desk/tests/field-cases")
}

fn told(error: impl std::fmt::Display) -> Trouble {
    Trouble(error.to_string())
}

/// The demo county, as `./dev run` makes it.
fn fill(data: &Path, home: &Path, province: &Province) -> Result<(), Trouble> {
    let codes = home.join("codes.json");
    std::fs::write(&codes, province.administer(&["demo"])?.to_string()).map_err(told)?;
    let filled = terminal::desk(data, &["demo", "--server", &province.url(), "--codes"])
        .arg(&codes)
        .status()
        .map_err(told)?;
    if filled.success() { Ok(()) } else { Err(Trouble("the demo county could not be made".into())) }
}

/// Another PC of the same office corrects a family's file while this desk, unsynced, does so too.
async fn conflict(data: &Path, province: &Province) -> Result<(), Trouble> {
    let mut config = DeskConfig::at(data);
    config.automatic_sync = false;
    let today = config.clock.today();
    let desk = Desk::open(config).map_err(|e| Trouble(e.message))?;
    let run = |error: tiexin_contract::ErrorReply| Trouble(error.message);
    desk.run(SignIn { name: "guyang".into(), password: PASSWORD.into() }).await.map_err(run)?;
    let files = ListRecords::of("support_file", GUYANG.parse().map_err(|_| Trouble("a region".into()))?, 1);
    let file: RecordRow =
        desk.run(files).await.map_err(run)?.rows.pop().ok_or_else(|| Trouble("no file".into()))?;
    let code = province.code("guyang")?;
    let url = province.url();
    let other = StoryDesk::enrolled(ManualClock::on(today), "guyang", &url, &code);
    let other = other.await.map_err(run)?;
    other.sync().await.map_err(run)?;
    let theirs = json!({"assistance": "yes", "code": "3403231000088"});
    other.edit("support_file", file.id, theirs).await.map_err(run)?;
    other.sync().await.map_err(run)?;
    let mine = json!({"assistance": "no", "code": "3403231000080"});
    let save = tiexin_contract::records::SaveRecord {
        kind: "support_file".into(),
        id: Some(file.id),
        version: None,
        fields: mine.as_object().cloned().unwrap_or_default(),
    };
    desk.run(save).await.map_err(run)?;
    let state = desk.run(tiexin_contract::sync::SyncNow {}).await.map_err(run)?;
    if state.conflicts == 0 {
        return Err(Trouble("the two edits did not meet".into()));
    }
    desk.run(tiexin_contract::session::SignOut {}).await.map(drop).map_err(run)
}

fn ledgers(home: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let names = ["特殊家庭台账.xlsx", "会员花名册.xls", "走访慰问记录2026年10月.xlsx", "活动登记表.csv"];
    let given = tiexin_testkit::desks::ledgers("guyang-2026-10").into_iter().zip(names);
    let copied = given.map(|(ledger, name)| {
        let copy = home.join(format!("谷阳镇{name}"));
        std::fs::copy(ledger, &copy).map_err(told).map(|_| copy)
    });
    copied.collect()
}
