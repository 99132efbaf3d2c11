//! Making records void, finding what is void, bringing it back.

use serde_json::json;
use tiexin_contract::records::{RestoreRecord, VoidRecord};
use tiexin_contract::voided::{ListVoided, VoidEffect, VoidedRow};

use super::args::{Unvoid, Void};
use super::at::Door;
use super::exit::{Exit, Failure, Outcome};
use super::written::{kind, line};
use crate::clock::office_time;

/// Rows fetched at once.
const PAGE: u32 = 200;

/// Frozen shape: `docs/command-line.md`.
pub(super) async fn list(
    door: Door,
    kinds: Vec<String>,
    region: Option<&str>,
    text: Option<String>,
    limit: u32,
) -> Outcome {
    let seat = door.sign_in().await?;
    let region = seat.region(region).await?;
    // Several kinds are asked for one by one; none means any.
    let kinds: Vec<Option<String>> =
        if kinds.is_empty() { vec![None] } else { kinds.into_iter().map(Some).collect() };
    let (mut rows, mut total) = (Vec::new(), 0);
    for kind in kinds {
        let mut skip = 0;
        loop {
            let left = limit.saturating_sub(rows.len() as u32).min(PAGE);
            let (region, kind, text) = (region.clone(), kind.clone(), text.clone());
            let page = seat.desk.run(ListVoided { region, kind, text, skip, limit: left.max(1) }).await?;
            if skip == 0 {
                total += page.total;
            }
            skip += page.rows.len() as u64;
            let ended = page.rows.is_empty() || skip >= page.total;
            rows.extend(page.rows.into_iter().take(left as usize));
            if ended || rows.len() as u32 >= limit {
                break;
            }
        }
    }
    seat.out.tell(&json!({"total": total, "rows": rows}), || {
        let mut lines: Vec<String> = rows.iter().map(voided).collect();
        lines.push(format!("共 {total} 条作废的，列出 {} 条。恢复：unvoid 编号", rows.len()));
        lines
    })
}

fn voided(one: &VoidedRow) -> String {
    let when = one.at.and_then(chrono::DateTime::from_timestamp_millis);
    let when = when.map(|at| office_time(at).format("%Y-%m-%d %H:%M ").to_string()).unwrap_or_default();
    let by = one.by.clone().unwrap_or_default();
    let reason = one.row.void.clone().unwrap_or_default();
    format!("{}\t{}\t{when}{by}：{reason}", line(&one.row), one.kind_label)
}

pub(super) async fn void(door: Door, args: Void) -> Outcome {
    if args.reason.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "请写明作废的原因。"));
    }
    let id = match (args.id, args.kind) {
        (Some(id), _) if args.which.is_bare() => id,
        (_, Some(code)) => {
            let kind = kind(&code)?;
            let seat = door.sign_in().await?;
            return super::bulk::void(&seat, kind, &args.which, args.reason).await;
        }
        (_, None) => return Err(Failure::new(Exit::Usage, "一次作废几条，请用 --kind 写明类别，不写编号。")),
    };
    let seat = door.sign_in().await?;
    // Asked before: afterwards it would say what comes back.
    let effect = seat.desk.run(VoidEffect { id }).await?;
    seat.desk.run(VoidRecord { id, reason: args.reason }).await?;
    seat.out.tell(&json!({"id": id, "with": effect.with}), || {
        vec![format!("已作废，没有删除。{}恢复：unvoid {id}", effect.words)]
    })
}

pub(super) async fn unvoid(door: Door, args: Unvoid) -> Outcome {
    let seat = door.sign_in().await?;
    let effect = seat.desk.run(VoidEffect { id: args.id }).await?;
    seat.desk.run(RestoreRecord { id: args.id }).await?;
    seat.out.tell(&json!({"id": args.id, "with": effect.with}), || vec![format!("已恢复。{}", effect.words)])
}
