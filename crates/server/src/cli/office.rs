//! Users, grants, devices, verification and the demonstration.

use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;
use tiexin_terminal::say;

use super::args::{Common, Grant, Replica, Right, User};
use super::print::{list, one};
use crate::error::{Error, Result, unread};
use crate::province::Province;
use crate::replica::Standing;
use crate::verify::{Finding, Report};
use crate::{office, regions, roster};

/// Exit code of a book that does not fit.
const BROKEN: u8 = 2;

pub(super) async fn user(common: &Common, command: User) -> Result<()> {
    let province = common.province().await?;
    match command {
        User::Add { name, display } => {
            let display = display.unwrap_or_else(|| name.clone());
            let (name, display) = office::new_user(&name, &display, &province.users().await?)?;
            let user = province.add_user(&name, &display).await?;
            one(common.json, &user, |u| format!("{}\t{}", u.id, u.name))
        }
        User::Import { file, dry_run, unlisted } => import(common, &province, &file, dry_run, unlisted).await,
        User::List => list(common.json, &province.users().await?, |u| {
            let state = if u.disabled { "停用" } else { "在用" };
            format!("{}\t{}\t{}\t{state}", u.id, u.name, u.display_name)
        }),
        User::Disable { name } => {
            province.disable_user(&name).await?;
            one(common.json, &json!({"disabled": name}), |_| {
                format!("已停用 {name}：各电脑下次同步时移除只有这个用户能看的内容，没传完的会先交上来待处理")
            })
        }
        User::Enable { name } => {
            province.enable_user(&name).await?;
            one(common.json, &json!({"enabled": name}), |_| format!("已恢复 {name}，授权照旧"))
        }
    }
}

async fn import(
    common: &Common,
    province: &Province,
    file: &Path,
    dry_run: bool,
    unlisted: bool,
) -> Result<()> {
    // A spreadsheet's plain CSV is GBK.
    let text = tiexin_terminal::text(&std::fs::read(file).map_err(unread(file))?)
        .map_err(|e| Error::Config(format!("{}：{e}（在表格里另存为“CSV UTF-8”）", file.display())))?;
    let roster = roster::read(&text, unlisted, &province.users().await?, province.today())?;
    if !dry_run {
        for (name, display) in &roster.users {
            province.add_user(name, display).await?;
        }
        for (user, grant) in &roster.grants {
            province.add_grant(user, grant).await?;
        }
    }
    let (users, grants, known) = (roster.users.len(), roster.grants.len(), roster.known);
    for note in roster.notes.iter().filter(|_| !common.json) {
        say!("{note}");
    }
    let told =
        json!({"users": users, "grants": grants, "known": known, "notes": roster.notes, "written": !dry_run});
    one(common.json, &told, |_| {
        let done = if dry_run { "检查通过，没有写入：要新增" } else { "已新增" };
        format!("{done}用户 {users} 个、授权 {grants} 条；{known} 行已经有了")
    })
}

#[derive(Serialize)]
struct Granted {
    user: String,
    #[serde(flatten)]
    grant: tiexin_domain::access::Grant,
    state: &'static str,
    /// The first day on which an ended one is not in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_from: Option<chrono::NaiveDate>,
}

impl Granted {
    fn of(user: String, grant: tiexin_domain::access::Grant, today: chrono::NaiveDate) -> Granted {
        let state = standing(&grant, today);
        let ended_from = grant.to.filter(|_| state == "ended").and_then(|to| to.succ_opt());
        Granted { user, grant, state, ended_from }
    }
}

/// A grant that ends today still counts today; one that was ended at once does not.
fn standing(grant: &tiexin_domain::access::Grant, today: chrono::NaiveDate) -> &'static str {
    match (grant.from, grant.to) {
        (_, Some(to)) if to < today => "ended",
        (Some(from), _) if from > today => "to_come",
        _ => "in_force",
    }
}

pub(super) async fn grant(common: &Common, command: Grant) -> Result<()> {
    let province = common.province().await?;
    match command {
        Grant::Add { right, from, to, unlisted } => {
            let grant = tiexin_domain::access::Grant { role: right.role, region: right.region, from, to };
            office::new_grant(&right.user, &grant, unlisted, &province.users().await?, province.today())?;
            province.add_grant(&right.user, &grant).await?;
            one(common.json, &Granted::of(right.user, grant, province.today()), line)
        }
        Grant::End { right, from, to } => end(common, &province, &right, from, to).await,
        Grant::List => {
            let today = province.today();
            let granted: Vec<Granted> = province
                .users()
                .await?
                .into_iter()
                .flat_map(|u| u.grants.into_iter().map(move |grant| (u.name.clone(), grant)))
                .map(|(user, grant)| Granted::of(user, grant, today))
                .collect();
            list(common.json, &granted, |one| {
                let place = regions::name(&one.grant.region).unwrap_or("名单里没有的地区");
                format!("{}\t{place}", line(one))
            })
        }
    }
}

async fn end(
    common: &Common,
    province: &Province,
    right: &Right,
    from: Option<chrono::NaiveDate>,
    to: Option<chrono::NaiveDate>,
) -> Result<()> {
    let Right { user, role, region } = right;
    let which = office::Which { role, region, from };
    let ended = province.end_granted(user, &which, to).await?;
    let stays = staying(province, right, &ended).await?;
    let told = json!({
        "user": user, "role": role, "region": region, "from": ended.first().and_then(|one| one.from), "to": to,
        "stays": stays
    });
    let goes_on = to.filter(|to| *to >= province.today());
    one(common.json, &told, |_| {
        let done = match goes_on {
            Some(to) => format!("{user} {region} 的授权到 {to} 止"),
            None => format!("已终止 {user} {region}"),
        };
        let also: Vec<String> =
            stays.iter().map(|one| format!("\n另有一条（{}）没有动", office::span(one))).collect();
        format!("{done}{}", also.concat())
    })
}

/// Others of the same role and region that are in force or still to come.
async fn staying(
    province: &Province,
    right: &Right,
    ended: &[tiexin_domain::access::Grant],
) -> Result<Vec<tiexin_domain::access::Grant>> {
    let (today, users) = (province.today(), province.users().await?);
    let held = users.into_iter().filter(|user| user.name == right.user).flat_map(|user| user.grants);
    let same = |one: &tiexin_domain::access::Grant| (&one.role, &one.region) == (&right.role, &right.region);
    let other = |one: &tiexin_domain::access::Grant| ended.iter().all(|gone| gone.from != one.from);
    Ok(held.filter(|one| same(one) && other(one) && standing(one, today) != "ended").collect())
}

fn line(granted: &Granted) -> String {
    let day = |d: Option<chrono::NaiveDate>| d.map_or("-".into(), |d| d.to_string());
    // One that was ended at once was still in force that morning: its last whole day is not the day it was ended.
    let end = match granted.ended_from {
        Some(from) => format!("{from} 起失效"),
        None => day(granted.grant.to),
    };
    let grant = &granted.grant;
    let state = match granted.state {
        "ended" => "已终止",
        "to_come" => "未开始",
        _ => "在用",
    };
    format!(
        "{}\t{}\t{}\t{}\t{}\t{state}",
        granted.user,
        grant.role.code(),
        grant.region,
        day(grant.from),
        end
    )
}

pub(super) async fn backup(common: &Common, to: Option<&Path>, begin: bool) -> Result<()> {
    let province = common.province().await?;
    match (to, begin) {
        (Some(to), _) => province.back_up(to).await?,
        (None, true) => province.backup_begins().await?,
        (None, false) => province.backup_ended().await?,
    }
    one(common.json, &json!({"backup": to, "begun": begin}), |_| {
        if begin {
            "已记下备份的起点".into()
        } else {
            "备份完成，各电脑可以清理备份里已有的内容".into()
        }
    })
}

pub(super) async fn replica(common: &Common, command: Replica) -> Result<()> {
    let province = common.province().await?;
    match command {
        Replica::Add { name } => {
            province.add_replica(&name).await?;
            one(common.json, &json!({"replica": name}), |_| format!("从现在起等候副本 {name}"))
        }
        Replica::Remove { name } => {
            province.remove_replica(&name).await?;
            one(common.json, &json!({"removed": name}), |_| format!("不再等候副本 {name}"))
        }
        Replica::List => list(common.json, &province.behind().await?.replicas, |replica| {
            let standing = match replica.standing {
                Standing::Primary => "现在的主库".into(),
                Standing::Follows { behind } => format!("跟随中\t落后 {behind} 字节"),
                Standing::CatchesUp => "追赶中".into(),
                Standing::Away => "没有连接".into(),
                Standing::Unseen => "看不到：请授予 pg_monitor".into(),
            };
            format!("{}\t{standing}", replica.name)
        }),
    }
}

pub(super) async fn verify(common: &Common) -> Result<ExitCode> {
    tell_report(common, &common.province().await?.verify().await?)
}

pub(super) fn tell_report(common: &Common, report: &Report) -> Result<ExitCode> {
    one(common.json, report, |r| {
        let mut text = format!(
            "乡镇日志 {}，条目 {}，记录 {}，审计条目 {}，附件 {}：{}",
            r.scopes,
            r.entries,
            r.records,
            r.audit_entries,
            r.blobs,
            match (r.broken.is_empty(), r.scopes) {
                (true, 0) => "数据库是空的，没有可核对的内容；如果不该是空的，请核对 --store",
                (true, _) => "完好",
                (false, _) => "有问题",
            }
        );
        for found in &r.broken {
            text.push('\n');
            text.push_str(&describe(found));
        }
        text
    })?;
    Ok(if report.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(BROKEN) })
}

fn describe(found: &Finding) -> String {
    let seq = found.seq.map_or(String::new(), |seq| format!(" 第 {seq} 条"));
    let record = found.record.map_or(String::new(), |id| format!(" 记录 {id}"));
    format!("{}{seq}{record}：{}", found.at, found.code)
}

pub(super) async fn demo(common: &Common) -> Result<()> {
    let users = common.province().await?.demo().await?;
    if common.json {
        return one(true, &json!({ "users": users }), |_| String::new());
    }
    list(false, &users, |u| format!("{}\t{}\t{}\t{}", u.name, u.role.code(), u.region, u.code))
}
