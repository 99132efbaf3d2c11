//! Devices and the codes with which they join.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::json;
use tiexin_domain::RegionCode;
use tiexin_domain::access::User;
use tiexin_protocol::wire::DeviceState;
use tiexin_terminal::say;
use uuid::Uuid;

use super::args::{Common, Device};
use super::print::{agree, list, one, time};
use crate::devices::{places, places_now};
use crate::error::{Error, Refused, Result};
use crate::province::Province;
use crate::regions;
use crate::store::OpenCode;

/// Said before a device is shut out that two machines use.
const COPIED: &str = "注意：有两台电脑共用这个编号（复制过台账文件夹）。停用以后，两台下次联系省平台时，数据都会销毁。只想换下其中一台的，不要停用：在那台电脑上先同步，把台账文件夹改名留着，再用新的接入码接入。";

/// Signs of a code's hash by which the office names it.
const SHORT: usize = 8;

pub(super) async fn device(common: &Common, command: Device) -> Result<()> {
    let province = common.province().await?;
    match command {
        Device::EnrolCode { user, days } => enrol_code(common, &province, &user, days).await,
        Device::Codes => {
            let users = names(&province).await?;
            let codes: Vec<Code> =
                province.open_codes().await?.into_iter().map(|code| Code::of(code, &users)).collect();
            list(common.json, &codes, |code| {
                format!("{}\t{}\t有效到 {}", code.code, code.user, time(Some(code.expires_at)))
            })
        }
        Device::CancelCode { code, user } => cancel(common, &province, code, user).await,
        Device::List => {
            let rows = rows(&province).await?;
            list(common.json, &rows, Row::line)
        }
        Device::Revoke { device, lost, retired, yes } => {
            revoke(common, &province, device, (lost, retired), yes).await
        }
    }
}

#[derive(Serialize)]
struct Code {
    /// The beginning of its hash.
    code: String,
    user: String,
    expires_at: i64,
}

impl Code {
    fn of(code: OpenCode, users: &BTreeMap<Uuid, User>) -> Code {
        Code {
            code: code.hash.chars().take(SHORT).collect(),
            user: users.get(&code.user).map(|user| user.name.clone()).unwrap_or_default(),
            expires_at: code.expires_at,
        }
    }
}

async fn names(province: &Province) -> Result<BTreeMap<Uuid, User>> {
    Ok(province.users().await?.into_iter().map(|user| (user.id, user)).collect())
}

/// Codes of a user that are still good.
async fn open_for(province: &Province, user: &str) -> Result<Vec<Code>> {
    let users = names(province).await?;
    let codes = province.open_codes().await?.into_iter().map(|code| Code::of(code, &users));
    Ok(codes.filter(|code| code.user == user).collect())
}

async fn enrol_code(common: &Common, province: &Province, user: &str, days: u32) -> Result<()> {
    if days == 0 {
        return Err(Error::Config("有效天数至少为 1".into()));
    }
    let before = open_for(province, user).await?;
    let code = province.enrol_code(user, days).await?;
    if !before.is_empty() && !common.json {
        let listed: Vec<&str> = before.iter().map(|code| code.code.as_str()).collect();
        say!(
            "注意：{user} 还有 {} 个没用的接入码仍然有效（编号 {}）；不用的请作废：device cancel-code 编号",
            before.len(),
            listed.join("、")
        );
    }
    let told = json!({"user": user, "code": code, "days": days, "open_before": before});
    one(common.json, &told, |_| code.clone())
}

async fn cancel(
    common: &Common,
    province: &Province,
    code: Option<String>,
    user: Option<String>,
) -> Result<()> {
    let wanted = match (code, user) {
        (Some(code), _) => {
            let code = code.trim().to_lowercase();
            if code.len() < SHORT || !code.chars().all(|c| c.is_ascii_hexdigit()) {
                return Err(Error::Config(format!("编号是 device codes 列出的 {SHORT} 位字母和数字")));
            }
            vec![code]
        }
        (None, Some(user)) => {
            if !province.users().await?.iter().any(|known| known.name == user) {
                return Err(Refused::UserUnknown.into());
            }
            open_for(province, &user).await?.into_iter().map(|code| code.code).collect()
        }
        (None, None) => Vec::new(),
    };
    let mut ended = 0;
    for code in &wanted {
        ended += province.cancel_codes(code).await?;
    }
    if ended == 0 {
        return Err(Error::Config("没有这样的接入码：已经用过、过期或作废了".into()));
    }
    one(common.json, &json!({"cancelled": ended}), |_| format!("已作废 {ended} 个接入码"))
}

#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    device: crate::access::Device,
    state: &'static str,
    /// Sign-in names.
    users: Vec<String>,
    /// Where they work; when none of them may any more, where they did last.
    regions: Vec<RegionCode>,
    /// Some of them may work.
    in_force: bool,
}

async fn rows(province: &Province) -> Result<Vec<Row>> {
    let users = names(province).await?;
    let mut on: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    for (device, _, user) in province.book.device_users().await? {
        on.entry(device).or_default().insert(user);
    }
    let today = province.today();
    let row = |device: crate::access::Device| {
        let people: Vec<&User> =
            on.get(&device.id).into_iter().flatten().filter_map(|user| users.get(user)).collect();
        let regions = places(&people, today);
        Row {
            state: state(&device),
            users: people.iter().map(|user| user.name.clone()).collect(),
            regions: regions.into_iter().cloned().collect(),
            in_force: !places_now(&people, today).is_empty(),
            device,
        }
    };
    Ok(province.devices().await?.into_iter().map(row).collect())
}

impl Row {
    fn line(&self) -> String {
        let d = &self.device;
        let waiting = d.waiting.map_or("-".into(), |n| n.to_string());
        let copied = if d.copied_at.is_some() { "\t有两台电脑共用" } else { "" };
        let (seen, lease) = (time(d.last_seen), time(d.lease_until));
        format!(
            "{}\t{}\t{}\t{}\t{}\t来过 {seen}\t待上传 {waiting}\t租约到 {lease}\t{}{copied}",
            d.id,
            d.name,
            self.people(),
            self.places(),
            d.app,
            self.state
        )
    }

    fn people(&self) -> String {
        if self.users.is_empty() { "（没有用户）".into() } else { self.users.join("、") }
    }

    fn places(&self) -> String {
        let places: Vec<String> = self.regions.iter().map(regions::shown).collect();
        let ended = if self.in_force { "" } else { "（授权已失效）" };
        if places.is_empty() { "（没有授权）".into() } else { places.join("、") + ended }
    }
}

fn state(device: &crate::access::Device) -> &'static str {
    match device.state() {
        DeviceState::InUse => "在用",
        DeviceState::Retiring => "退役中",
        DeviceState::Revoked => "停用",
        DeviceState::Wiped => "已销毁",
    }
}

/// What is about to be destroyed is said first, by the machine's and its people's names.
async fn revoke(
    common: &Common,
    province: &Province,
    device: Uuid,
    (lost, retired): (bool, bool),
    yes: bool,
) -> Result<()> {
    let row = rows(province).await?.into_iter().find(|row| row.device.id == device);
    let row = row.ok_or(Refused::DeviceUnknown)?;
    let which = format!("{}（{}，{}）", row.device.name, row.people(), row.places());
    if !lost && !retired {
        return Err(Error::Config(format!(
            "{which}：没有停用。请写明是哪一种——\n  --lost     遗失、被盗：立即停用；它一联系省平台就销毁本机全部数据，没上传的也没有了\n  \
             --retired  退役：先把没上传的交上来，再销毁本机全部数据"
        )));
    }
    let waiting = row.device.waiting.filter(|n| *n > 0).map_or(String::new(), |n| {
        format!("；它上次说还有 {n} 条没上传{}", if lost { "，会一起销毁" } else { "，会先交上来" })
    });
    let says = if lost {
        format!("将立即停用 {which}，并销毁它的本机数据{waiting}。停用不能撤回，以后要用须重新接入。")
    } else {
        format!("{which} 将退役：下次联系省平台时交清内容，等交上来的都进了备份，再销毁本机数据{waiting}。")
    };
    let says = match row.device.copied_at {
        Some(_) => format!("{COPIED}\n{says}"),
        None => says,
    };
    if yes && row.device.copied_at.is_some() {
        say!("{COPIED}");
    }
    agree(&says, "没有停用", yes)?;
    province.revoke(device, lost, None).await?;
    one(common.json, &json!({"revoked": device, "retired": retired}), |_| match retired {
        true => format!("{which} 退役：它下次联系省平台时交清内容，等交上来的都进了备份，再销毁数据"),
        false => format!(
            "已停用 {which}，它下次联系省平台时销毁数据。\n它最近交上来的，只有省平台有；请尽快做一次备份（backup）"
        ),
    })
}
