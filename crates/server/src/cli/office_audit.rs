//! `tiexin-server audit office`: what the province's office itself did, from its own book.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use tiexin_domain::access::{Grant, Role, User};
use uuid::Uuid;

use super::args::{AuditOffice, Common};
use super::print::{list as tell, time};
use crate::access::Device;
use crate::audit::AuditRow;
use crate::config::day_of;
use crate::error::{Error, Refused, Result};
use crate::testimony::id_in;
use crate::{office, regions};

/// Deeds by their codes in the book.
const DEEDS: [(&str, &str); 21] = [
    ("user_added", "新增用户"),
    ("user_disabled", "停用用户"),
    ("user_enabled", "恢复用户"),
    ("grant_added", "新增授权"),
    ("grant_ended", "终止授权"),
    ("enrol_code_issued", "发接入码"),
    ("enrol_code_cancelled", "作废接入码"),
    ("device_enrolled", "电脑接入"),
    ("device_revoked", "停用电脑"),
    ("device_wiped", "电脑已销毁数据"),
    ("device_copied", "发现两台电脑共用"),
    ("escrow_left", "电脑托管钥匙"),
    ("rescue_made", "做救援文件"),
    ("backup_begins", "备份开始"),
    ("backup_ended", "备份完成"),
    ("restored", "从备份恢复"),
    ("replica_added", "等候副本"),
    ("replica_removed", "不再等候副本"),
    ("release_added", "发布新版本"),
    ("release_withdrawn", "停止发布版本"),
    ("witness_disagrees", "电脑见过的与数据库不符"),
];

#[derive(Serialize)]
struct Line {
    at: i64,
    act: String,
    /// Sign-in name of the one whom it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    detail: Value,
}

struct Names {
    users: BTreeMap<Uuid, User>,
    devices: BTreeMap<Uuid, Device>,
}

pub(super) async fn list(common: &Common, asked: AuditOffice) -> Result<()> {
    if asked.from.zip(asked.to).is_some_and(|(from, to)| from > to) {
        return Err(Error::Config("--from 不能晚于 --to".into()));
    }
    let province = common.province().await?;
    let users = province.users().await?.into_iter().map(|user| (user.id, user)).collect();
    let devices = province.devices().await?.into_iter().map(|device| (device.id, device)).collect();
    let names = Names { users, devices };
    if let Some(user) = &asked.user
        && !names.users.values().any(|known| known.name == *user)
    {
        return Err(Refused::UserUnknown.into());
    }
    let (_, rows) = province.book.audit(crate::audit::PROVINCE).await?;
    let within = |at: i64| {
        let day = day_of(at);
        asked.from.is_none_or(|from| from <= day) && asked.to.is_none_or(|to| day <= to)
    };
    let lines: Vec<Line> = rows
        .into_iter()
        .rev()
        .filter(|row| within(row.at))
        .map(|row| names.read(row))
        .filter(|line| asked.user.is_none() || line.user == asked.user)
        .collect();
    if lines.is_empty() && !common.json {
        return Ok(tiexin_terminal::print("没有这样的记录")?);
    }
    tell(common.json, &lines, |line| names.line(line))
}

impl Names {
    fn read(&self, row: AuditRow) -> Line {
        let detail: Value = serde_json::from_str(&row.detail).unwrap_or_default();
        let user = id_in(&detail, "user").and_then(|id| self.users.get(&id)).map(|user| user.name.clone());
        Line { at: row.at, act: row.act, user, detail }
    }

    fn line(&self, line: &Line) -> String {
        let deed = DEEDS.iter().find(|(code, _)| *code == line.act);
        let deed = deed.map_or("新版程序的操作", |(_, word)| *word);
        let user = id_in(&line.detail, "user").and_then(|id| self.users.get(&id));
        let user = user.map_or("-".into(), |user| format!("{} {}", user.name, user.display_name));
        format!("{}\t{deed}\t{user}\t{}", time(Some(line.at)), self.more(line).join("，"))
    }

    /// What else is to be said of it.
    fn more(&self, line: &Line) -> Vec<String> {
        let detail = &line.detail;
        let text = |field: &str| detail.get(field).and_then(Value::as_str);
        let mut more = Vec::new();
        if let Some(id) = id_in(detail, "device") {
            let name =
                self.devices.get(&id).map_or("备份里没有的电脑", |device| device.name.as_str());
            more.push(format!("{name} {id}"));
        }
        if let Some(grant) = detail.get("grant").and_then(grant_of) {
            more.push(format!("{} {}", grant.role.label(), regions::shown(&grant.region)));
            more.push(office::span(&grant));
        }
        if let (Some(role), Some(Ok(region))) = (text("role"), text("region").map(str::parse)) {
            more.push(format!("{} {}", Role::from_code(role).label(), regions::shown(&region)));
            more.extend(text("from").map(|from| format!("{from} 起的那条")));
            more.extend(text("to").map(|to| format!("最后一天 {to}")));
        }
        if line.act == "device_revoked" {
            let lost = detail.get("lost").and_then(Value::as_bool).unwrap_or(true);
            more.push(if lost { "遗失" } else { "退役" }.into());
            let by = id_in(detail, "by").and_then(|id| self.users.get(&id));
            more.push(by.map_or("省平台办理".into(), |user| format!("{} 办理", user.display_name)));
        }
        if let Some(until) = detail.get("expires_at").and_then(Value::as_i64) {
            more.push(format!("有效到 {}", time(Some(until))));
        }
        more.extend(text("replica").or_else(|| text("version")).map(str::to_owned));
        if let Some(codes) = detail.get("codes").and_then(Value::as_u64) {
            more.push(format!("{codes} 个"));
        }
        more
    }
}

fn grant_of(said: &Value) -> Option<Grant> {
    serde_json::from_value(said.clone()).ok()
}
