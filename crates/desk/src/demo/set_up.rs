//! Setting up the demo's desk: its users, its records, its place at the demo province.

use std::path::PathBuf;

use serde::Deserialize;
use tiexin_contract::session::{AddLocalUser, DemoAccount, GetSession, SetUpStandalone, SignIn, SignOut};
use tiexin_contract::sync::{Enrol, SyncNow, SyncState};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::region::RegionCode;
use tiexin_store::{Book, Regions};

use super::county::{Scale, county};
use super::fill::{Author, fill};
use super::photos;
use super::place::{COUNTY, TOWNSHIPS, Township};
use crate::config::{DEMO_ACCOUNTS, DeskConfig, KdfCost};
use crate::{Desk, errors};

/// Shown on the sign-in screen of the demo: it protects nothing.
const PASSWORD: &str = "nuanxin-2026";

/// Sign-in name, name on the screen, region.
const PEOPLE: [(&str, &str, &str); 3] = [
    ("guyang", "谷阳镇专干（演示）", TOWNSHIPS[0]),
    ("liuji", "刘集镇专干（演示）", TOWNSHIPS[1]),
    ("county", "固镇县审核人（演示）", COUNTY),
];
/// Sets the book up; the others are let in by this one.
const FIRST: usize = 2;
/// Visits of the first township with a picture.
const PICTURED: usize = 6;

/// What is to be made, and where.
pub struct Wish {
    pub data_dir: PathBuf,
    pub seed: u64,
    pub scale: Scale,
    pub province: Option<DemoProvince>,
}

/// A province that waits for the demo's users.
pub struct DemoProvince {
    pub server: String,
    pub codes: Vec<DemoCode>,
}

/// One line of `tiexin-server demo --json`.
#[derive(Debug, Clone, Deserialize)]
pub struct DemoCode {
    pub name: String,
    pub code: String,
}

/// What was made.
pub struct DemoDesk {
    pub records: u64,
    pub accounts: Vec<DemoAccount>,
    /// After the first round, when there is a province.
    pub sync: Option<SyncState>,
}

/// Makes a book with the demo's users, fills it, joins the province and syncs, and at last writes the file
/// that makes it a demo: a folder with that file is complete. `say` tells what is being done.
pub async fn set_up(wish: Wish, say: impl Fn(&str) + Send + Sync + 'static) -> Result<DemoDesk, ErrorReply> {
    let mut config = DeskConfig::at(&wish.data_dir);
    config.kdf = KdfCost::Quick;
    config.idle_minutes = 0;
    config.automatic_sync = false;
    let today = config.clock.today();
    let desk = Desk::open(config)?;
    if !desk.run(GetSession {}).await?.needs_setup {
        let message = "这个文件夹里已经有台账了，没有改动。演示县请放在一个新的文件夹里。";
        return Err(ErrorReply::new(ErrorCode::Invalid, message));
    }
    say("建立台账和三个演示账号");
    let say = std::sync::Arc::new(say);
    let authors = users(&desk).await?;
    let (records, pictured) = {
        let (desk, say) = (desk.clone(), say.clone());
        let (seed, scale) = (wish.seed, wish.scale);
        let work = move || {
            say("生成两个乡镇的家庭、走访、会员和活动");
            let peopled = county(seed, today, scale, &ground())?;
            let session = desk.session().ok_or_else(errors::signed_out)?;
            let mut told = 0;
            let mut progress = |done: u64, total: u64| {
                if total > 0 && done * 10 / total > told {
                    told = done * 10 / total;
                    say(&format!("已写入 {done}/{total} 条记录"));
                }
            };
            let filled =
                fill(&session.book, &peopled, &authors, seed, &mut progress).map_err(errors::store)?;
            let pictured = peopled.first().map(|first| photos::newest_visits(first, PICTURED));
            Ok((filled, pictured.unwrap_or_default()))
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(errors::internal()))?
    };
    desk.run(SignIn { name: PEOPLE[0].0.into(), password: PASSWORD.into() }).await?;
    photos::add(&desk, &pictured, wish.seed).await?;
    let sync = match wish.province {
        Some(province) => Some(join(&desk, &province, say.as_ref()).await?),
        None => None,
    };
    desk.run(SignOut {}).await?;
    let accounts = accounts();
    let text = serde_json::to_vec_pretty(&accounts).map_err(|_| errors::internal())?;
    std::fs::write(wish.data_dir.join(DEMO_ACCOUNTS), text)
        .map_err(|error| errors::disk(&tiexin_files::Trouble::of(&error)))?;
    Ok(DemoDesk { records, accounts, sync })
}

fn accounts() -> Vec<DemoAccount> {
    let account = |(name, label, _): &(&str, &str, &str)| DemoAccount {
        name: (*name).into(),
        password: PASSWORD.into(),
        label: (*label).into(),
    };
    PEOPLE.iter().map(account).collect()
}

/// Makes the book by its first user, who stays signed in, and lets the others in.
async fn users(desk: &Desk) -> Result<Vec<Author>, ErrorReply> {
    let region = |code: &str| code.parse::<RegionCode>().map_err(|_| errors::internal());
    let (name, display_name, code) = PEOPLE[FIRST];
    desk.run(SetUpStandalone {
        region: region(code)?,
        name: name.into(),
        display_name: display_name.into(),
        password: PASSWORD.into(),
    })
    .await?;
    for (name, display_name, code) in &PEOPLE[..FIRST] {
        desk.run(AddLocalUser {
            name: (*name).into(),
            display_name: (*display_name).into(),
            password: PASSWORD.into(),
            region: Some(region(code)?),
            code: None,
        })
        .await?;
    }
    let session = desk.session().ok_or_else(errors::signed_out)?;
    let local = Book::users_of(session.book.dir()).map_err(errors::unlock)?;
    PEOPLE[..FIRST]
        .iter()
        .map(|(name, display_name, code)| {
            let user = local.iter().find(|user| user.name == *name).ok_or_else(errors::internal)?;
            Ok(Author { township: region(code)?, id: user.id, display_name: (*display_name).into() })
        })
        .collect()
}

/// The two townships with their real villages.
fn ground() -> Vec<Township> {
    let regions = Regions::anhui();
    TOWNSHIPS
        .iter()
        .filter_map(|code| {
            let code: RegionCode = code.parse().ok()?;
            let villages = regions.children(&code).into_iter().map(|r| (r.code, r.name)).collect();
            Some(Township { name: regions.name(&code)?.to_owned(), villages, code })
        })
        .collect()
}

/// Every user joins under their own code, then one full round.
async fn join(desk: &Desk, province: &DemoProvince, say: &impl Fn(&str)) -> Result<SyncState, ErrorReply> {
    say("加入演示省平台");
    for (name, _, _) in PEOPLE {
        let code = province.codes.iter().find(|code| code.name == name).ok_or_else(|| {
            ErrorReply::new(
                ErrorCode::Invalid,
                format!("没有给 {name} 的接入码，请重新运行 tiexin-server demo。"),
            )
        })?;
        desk.run(SignIn { name: name.into(), password: PASSWORD.into() }).await?;
        desk.run(Enrol { server: province.server.clone(), code: code.code.clone(), authority: None }).await?;
    }
    say("第一次同步，把一年的记录送到省平台");
    let state = desk.run(SyncNow {}).await?;
    match &state.trouble {
        Some(trouble) => Err(ErrorReply::new(ErrorCode::Offline, trouble.clone())),
        None => Ok(state),
    }
}
