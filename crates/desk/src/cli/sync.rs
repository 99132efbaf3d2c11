//! A round with the province, and how things stand.

use serde_json::{Value, json};
use tiexin_contract::session::{ClockTrouble, CrashTold, GetSession};
use tiexin_contract::sync::{GetSync, SyncNow, SyncState};
use tiexin_terminal::say;

use super::at::{Door, tell_kept};
use super::exit::{Exit, Failure, Outcome};
use super::out::Out;
use crate::clock::office_time;

pub(super) async fn sync(door: Door) -> Outcome {
    let seat = door.enter().await?;
    if seat.me.as_ref().is_some_and(|me| !me.enrolled) {
        return Err(Failure::new(
            Exit::Failed,
            "这本台账还没有加入省平台，内容都在本机。需要时请用 enrol 加入。",
        ));
    }
    let before = seat.desk.run(GetSession {}).await?.clock;
    let state = seat.desk.run(SyncNow {}).await?;
    // What was told on entering is not told twice.
    let clock = seat.desk.run(GetSession {}).await?.clock;
    if let Some(clock) = clock.filter(|clock| before.as_ref().is_none_or(|told| told.code != clock.code)) {
        say!("{}", clock.message);
    }
    tell(seat.out, &state, true)?;
    match state.trouble {
        Some(trouble) if state.enrol_again => Err(Failure::new(Exit::Failed, trouble)),
        Some(trouble) => Err(Failure::new(Exit::Offline, trouble)),
        None => Ok(()),
    }
}

pub(super) async fn status(door: Door) -> Outcome {
    let seat = door.enter().await?;
    // Other troubles of the clock were told on entering.
    let state = seat.desk.run(GetSession {}).await?;
    tell_kept(&state);
    if let Some(clock) = state.clock.filter(|clock| clock.code == ClockTrouble::OtherZone) {
        say!("{}", clock.message);
    }
    tell_crash(state.crash);
    tell(seat.out, &seat.desk.run(GetSync {}).await?, false)
}

/// Somebody may have missed it: a window says nothing when it breaks.
fn tell_crash(crash: Option<CrashTold>) {
    let at = crash.as_ref().and_then(|crash| chrono::DateTime::from_timestamp_millis(crash.at));
    if let (Some(crash), Some(at)) = (crash, at) {
        let at = office_time(at).format("%Y-%m-%d %H:%M");
        say!(
            "程序在 {at} 出过错，数据没有受影响。经过写在 {}，可以交给维护人员，里面没有个人信息；交过以后删掉即可。",
            crash.path
        );
    }
}

/// Frozen shape: `docs/command-line.md`. Whether a round was complete is known only to who made one.
fn tell(out: Out, state: &SyncState, after_round: bool) -> Outcome {
    let last = state.last_full_round.and_then(chrono::DateTime::from_timestamp_millis);
    let scopes: Vec<Value> = state
        .scopes
        .iter()
        .map(|s| json!({"scope": s.scope, "sequence": s.sequence, "digest": s.digest, "agreed": s.agreed}))
        .collect();
    let mut value = json!({
        "enrolled": state.enrolled,
        "server": state.server,
        "waiting": state.waiting,
        "held_back": state.held_back,
        "parked": state.parked,
        "conflicts": state.conflicts,
        "to_settle": state.to_settle,
        "unseen": state.unseen,
        "last_full_round": last.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)),
        "scopes": scopes,
        "attachments_up": state.attachments_up,
        "attachments_down": state.attachments_down,
        "attachments_faulty": state.attachments_faulty,
        "lease_until": state.lease.and_then(|lease| chrono::DateTime::from_timestamp_millis(lease.until))
            .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)),
        "lease_days_left": state.lease.map(|lease| lease.days_left),
        "notices": state.notices,
        "reading_anew": state.reading_anew,
    });
    if after_round {
        value["complete"] = json!(state.complete);
    }
    out.tell(&value, || {
        let mut lines = vec![match (&state.server, state.reading_anew, last) {
            (None, ..) => "本机独立使用，没有加入省平台。".to_owned(),
            (Some(server), Some(records), _) => {
                format!("省平台 {server}：还没有和省平台核对（刚从备份恢复），本机有 {records} 条记录。")
            }
            (Some(server), None, None) => format!("已加入省平台 {server}，还没有核对完毕过。"),
            (Some(server), None, Some(at)) => {
                let at = office_time(at).format("%Y-%m-%d %H:%M");
                format!("省平台 {server}，上次核对完毕：{at}")
            }
        }];
        let list = if state.own_listed + state.to_settle > 0 { "，用 quarantine list 查看" } else { "" };
        lines.push(format!(
            "本机有 {} 条待上传；待处理：等您处理的 {} 项，本机提交、尚未定下的 {} 项{list}",
            state.waiting, state.to_settle, state.own_listed
        ));
        lines.extend(state.held_back_words());
        if state.answered > 0 {
            lines.push(format!("您提交的 {} 条已有处理结果，用 quarantine list 查看", state.answered));
        }
        if state.unseen > 0 {
            lines.push(format!(
                "您登记的 {} 条所属的家庭已作废，现在看不到，用 quarantine list 查看",
                state.unseen
            ));
        }
        if state.attachments_up + state.attachments_down + state.attachments_faulty > 0 {
            lines.push(format!(
                "附件：{} 个待上传，{} 个待下载，{} 个需处理",
                state.attachments_up, state.attachments_down, state.attachments_faulty
            ));
        }
        if let Some(lease) = state.lease {
            lines.push(format!("不联网还能用 {} 天，联系一次省平台就会续上", lease.days_left));
        }
        lines.extend(state.notices.iter().cloned());
        for s in &state.scopes {
            if s.sequence == 0 && state.reading_anew.is_some() {
                lines.push(format!("  {} {} 待核对", s.scope, s.name));
                continue;
            }
            let agreed = match s.sequence {
                0 => "暂无内容",
                _ if s.agreed => "已核对",
                _ => "待核对",
            };
            lines.push(format!("  {} {} 序号 {} {agreed}", s.scope, s.name, s.sequence));
        }
        lines
    })
}
