//! Making a book, joining the province, users, copies, proofs.

use std::io::IsTerminal;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use serde_json::{Value, json};
use tiexin_contract::Event;
use tiexin_contract::backup::Backup as MakeBackup;
use tiexin_contract::book::{Verify as RunVerify, VerifyReport};
use tiexin_contract::import::CancelJob;
use tiexin_contract::session::{AddLocalUser, SessionState, SetUpEnrolled, SetUpStandalone};
use tiexin_contract::sync::Enrol as Join;
use tiexin_store::{BackupLook, Book};
use tiexin_terminal::say;

use super::args::{Backup, Enrol, Init, Restore, Shared, User, UserAdd};
use super::ask;
use super::at::{Door, may_begin, one_run, region, tell_kept};
use super::exit::{Exit, Failure, Outcome};
use super::out::Out;
use super::secret::{self, Source};
use crate::clock::office_time;
use crate::commands::backup::not_restored;
use crate::folders;

pub(super) async fn init(door: Door, args: Init) -> Outcome {
    let state = door.state().await?;
    if !state.needs_setup {
        return Err(Failure::new(Exit::Failed, "这个文件夹里已经有台账了，没有改动。请换一个文件夹。"));
    }
    may_begin(&state)?;
    let region = region(&door.desk, &args.region).await?;
    let name = door.named()?;
    let display_name = args.display_name.unwrap_or_else(|| name.clone());
    let password = door.password("给自己定一个密码（至少 8 位）：", true)?.to_string();
    let state = door.desk.run(SetUpStandalone { region, name, display_name, password }).await?;
    tell_state(door.out, &state)
}

pub(super) async fn enrol(shared: &Shared, args: Enrol) -> Outcome {
    let authority = args.ca.as_deref().map(super::paths::given).transpose()?;
    let door = Door::with(one_run(shared)?, shared)?;
    let (server, code, out) = (args.server, args.code, door.out);
    let state = door.state().await?;
    if state.needs_setup {
        may_begin(&state)?;
        let name = door.named()?;
        let display_name = args.display_name.unwrap_or_else(|| name.clone());
        let password = door.password("给自己定一个密码（至少 8 位）：", true)?.to_string();
        let set_up = SetUpEnrolled { server, code, name, display_name, password, authority };
        return tell_state(out, &door.desk.run(set_up).await?);
    }
    let seat = door.sign_in().await?;
    let state = seat.desk.run(Join { server, code, authority }).await?;
    tell_state(out, &state)
}

/// Who is signed in now, and where.
fn tell_state(out: Out, state: &SessionState) -> Outcome {
    tell_kept(state);
    let me = state.signed_in.as_ref();
    let value = json!({
        "user": me.map(|m| &m.user.name),
        "display_name": me.map(|m| &m.user.display_name),
        "region": me.map(|m| &m.home),
        "region_name": me.map(|m| &m.home_name),
        "enrolled": me.is_some_and(|m| m.enrolled),
    });
    out.tell(&value, || {
        let Some(me) = me else { return vec!["完成。".into()] };
        let joined = if me.enrolled { "，已加入省平台" } else { "，本机独立使用" };
        vec![format!("{}（{}）{joined}。", me.user.display_name, me.home_name)]
    })
}

pub(super) async fn user(door: Door, command: User) -> Outcome {
    match command {
        User::List => {
            let users = door.state().await?.users;
            door.out
                .tell(&users, || users.iter().map(|u| format!("{}\t{}", u.name, u.display_name)).collect())
        }
        User::Add(args) => add_user(door, args).await,
    }
}

async fn add_user(door: Door, args: UserAdd) -> Outcome {
    let seat = door.sign_in().await?;
    let region = match &args.region {
        Some(code) => Some(region(&seat.desk, code).await?),
        None => None,
    };
    let password = secret::password(&Source {
        fd: args.new_password_fd,
        variable: "TIEXIN_NEW_PASSWORD",
        prompt: &format!("给 {} 定一个密码（至少 8 位）：", args.name),
        twice: true,
    })?;
    let name = args.name;
    let display_name = args.display_name.unwrap_or_else(|| name.clone());
    let new = AddLocalUser {
        name: name.clone(),
        display_name,
        password: password.to_string(),
        region,
        code: args.code,
    };
    let state = seat.desk.run(new).await?;
    seat.out.tell(&state.users, || vec![format!("已增加账号 {name}。")])
}

pub(super) async fn verify(door: Door) -> Outcome {
    let seat = door.sign_in().await?;
    let report: VerifyReport = seat.desk.run(RunVerify {}).await?;
    seat.out.tell(&report, || {
        let counted = format!("审计 {} 条，记录 {} 条。", report.audit_entries, report.records);
        if report.sound {
            vec![format!("核验通过：{counted}")]
        } else {
            let mut lines = vec![format!("核验发现 {} 处问题：{counted}", report.faults.len())];
            lines.extend(report.faults.iter().map(|fault| format!("  {fault}")));
            lines
        }
    })?;
    if report.sound { Ok(()) } else { Err(Failure::told(Exit::Faults)) }
}

/// Ctrl+C stops it without leaving half a copy.
pub(super) async fn backup(door: Door, args: Backup) -> Outcome {
    let seat = door.sign_in().await?;
    let path = super::paths::absolute(&args.file)?;
    let shown = std::io::stderr().is_terminal() && !seat.out.json;
    let mut events = seat.desk.subscribe();
    let mut job = None;
    let mut making = std::pin::pin!(seat.desk.run(MakeBackup { path, inside: false }));
    let made = loop {
        tokio::select! {
            made = &mut making => break made?,
            Ok(event) = events.recv() => {
                let Event::Progress(progress) = event else { continue };
                job = Some(progress.job);
                if shown {
                    show(&progress.label, progress.done, progress.total, progress.finished);
                }
            }
            Ok(()) = tokio::signal::ctrl_c() => {
                if let Some(job) = job {
                    seat.desk.run(CancelJob { job }).await?;
                }
            }
        }
    };
    lacking(made.missing, "这台电脑上");
    let told = json!({
        "name": made.name, "path": made.path, "attachments": made.attachments, "missing": made.missing,
    });
    seat.out.tell(&told, || vec![format!("已备份到 {}", made.path)])
}

/// Needs no password: the copy stays as locked as it was. Says first whose it is.
pub(super) fn restore(args: &Restore, out: Out) -> Outcome {
    if !args.file.exists() {
        return Err(Failure::new(Exit::NotFound, format!("没有这个备份：{}", args.file.display())));
    }
    if folders::same(&args.file, &args.to) {
        return Err(Failure::new(
            Exit::Usage,
            "备份和要恢复到的是同一个文件夹，没有恢复，什么都没有改动。--to 请写另一个文件夹。",
        ));
    }
    let seen =
        tiexin_store::look_at_backup(&args.file).map_err(|error| Failure::from(not_restored(error)))?;
    if !out.json {
        say!("{}", in_words(&seen));
    }
    if Book::exists(&args.to) && !args.yes && !agreed(out)? {
        if out.json {
            let value = json!({"to": args.to, "restored": false, "backup": shape(&seen)});
            out.tell(&value, Vec::new)?;
        }
        return Err(Failure::new(
            Exit::Failed,
            "没有恢复，什么都没有改动。那个文件夹里已经有台账：要用这份备份换下它（原来的移到一旁，不会删除），请加上 --yes。",
        ));
    }
    let shown = std::io::stderr().is_terminal() && !out.json;
    let mut told = 0;
    let mut progress = |done: u64, all: u64| {
        let percent = (done * 100).checked_div(all).unwrap_or(100);
        if shown && percent > told {
            told = percent;
            show("正在恢复", percent, 100, percent == 100);
        }
        true
    };
    let came = tiexin_store::restore(&args.file, &args.to, &mut progress)
        .map_err(|error| Failure::from(not_restored(error)))?;
    let copied = came.copied;
    lacking(copied.missing, "备份里");
    let told = json!({
        "to": args.to, "restored": true, "backup": shape(&seen),
        "attachments": copied.attachments, "missing": copied.missing, "aside": came.aside,
    });
    out.tell(&told, || {
        let mut lines = vec![format!("已恢复到 {}，登录名和密码是备份时的。", args.to.display())];
        lines.extend(came.aside.iter().map(|aside| {
            format!("原来的台账没有删除，改名放在 {}，照片和钥匙文件在它旁边。", aside.display())
        }));
        lines
    })
}

/// Asks at a terminal; without one the answer is no.
fn agreed(out: Out) -> Outcome<bool> {
    if !ask::somebody(out) {
        return Ok(false);
    }
    ask::agreed(
        "那个文件夹里已经有台账，用这份备份换下它吗？原来的移到一旁，不会删除。输入“是”或 y 恢复，其他都不恢复：",
    )
}

/// Whose backup it is. Frozen shape: `docs/command-line.md`.
fn shape(seen: &BackupLook) -> Value {
    let users: Vec<Value> =
        seen.users.iter().map(|user| json!({"name": user.name, "display_name": user.display_name})).collect();
    let made = made(seen).map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true));
    json!({"made_at": made, "users": users, "records": seen.records})
}

fn in_words(seen: &BackupLook) -> String {
    let unknown = || "备份时还没有记这一项".to_owned();
    let users: Vec<String> =
        seen.users.iter().map(|user| format!("{}（{}）", user.display_name, user.name)).collect();
    // A backup may come from anywhere.
    let users = users.join("、").replace(char::is_control, "");
    let made = made(seen).map_or_else(unknown, |at| office_time(at).format("%Y-%m-%d %H:%M").to_string());
    let records = seen.records.map_or_else(unknown, |many| format!("{many} 条"));
    format!("这份备份：谁的台账：{users}；备份时间：{made}；记录：{records}。")
}

/// None: not written down, or no moment of ours.
fn made(seen: &BackupLook) -> Option<DateTime<Utc>> {
    let at = seen.made_ms.and_then(DateTime::from_timestamp_millis)?;
    (1970..=9999).contains(&at.year()).then_some(at)
}

fn show(label: &str, done: u64, total: u64, finished: bool) {
    eprint!("\r{label} {done}/{total}    {}", if finished { "\n" } else { "" });
}

/// A book without some of its photos is worth having; that they lack has to be said.
fn lacking(missing: u64, place: &str) {
    if missing > 0 {
        say!(
            "注意：有 {missing} 个附件在{place}已经缺失或损坏，其余内容完整。已传到省平台的，打开时会重新下载；没传过的，请从更早的备份里找。"
        );
    }
}
