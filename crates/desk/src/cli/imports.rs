//! What was imported before, and taking an import back.

use clap::Args;
use serde_json::{Value, json};
use tiexin_contract::import::{
    Batch, ImportBatches, ImportFindings, RedoImport, UndoImport, UndoPlan, UndoPreview,
};
use tiexin_terminal::say;

use super::ask;
use super::at::{Door, Seat};
use super::exit::{Exit, Failure, Outcome};
use super::import;
use crate::clock::office_time;

#[derive(Debug, Args)]
pub(super) struct Undo {
    /// 导入的编号，见 imports
    #[arg(value_name = "编号")]
    pub(super) id: uuid::Uuid,
    /// 不再询问，直接撤销
    #[arg(long)]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
pub(super) struct Imports {
    /// 只看这一次导入当时的提示
    #[arg(value_name = "编号")]
    pub(super) id: Option<uuid::Uuid>,
}

#[derive(Debug, Args)]
pub(super) struct Redo {
    /// 撤销过的导入的编号，见 imports
    #[arg(value_name = "编号")]
    pub(super) id: uuid::Uuid,
}

/// Brings an import back that was taken back. Frozen shape: `docs/command-line.md`.
pub(super) async fn redo(door: Door, args: Redo) -> Outcome {
    let seat = door.sign_in().await?;
    let batch = find(&seat, args.id).await?;
    if !batch.undone {
        return Err(Failure::new(Exit::Failed, "这次导入没有撤销过，没有改动任何内容。"));
    }
    let done = seat.desk.run(RedoImport { batch: batch.id }).await?;
    let value = json!({"id": batch.id, "redone": done.redone, "left": done.left});
    seat.out.tell(&value, || {
        let mut lines = vec![format!("已恢复 {} 条记录：{}", done.redone, batch.files.join("、"))];
        if done.left > 0 {
            lines.push(format!("{} 条撤销以后有人改过，没有动", done.left));
        }
        lines
    })?;
    match done.redone {
        0 => Err(Failure::new(Exit::Failed, "没有恢复任何内容。")),
        _ => Ok(()),
    }
}

async fn find(seat: &Seat, id: uuid::Uuid) -> Outcome<Batch> {
    let known = seat.desk.run(ImportBatches {}).await?.into_iter().find(|batch| batch.id == id);
    known.ok_or_else(|| {
        Failure::new(Exit::NotFound, "没有这次导入。编号见 tiexin-desk imports。没有改动任何内容。")
    })
}

/// What an import found. Frozen shape: `docs/command-line.md`.
async fn found(seat: &Seat, id: uuid::Uuid) -> Outcome {
    let batch = find(seat, id).await?;
    let files = seat.desk.run(ImportFindings { batch: batch.id }).await?;
    let value = json!({"files": files.iter().map(import::shape).collect::<Vec<_>>()});
    seat.out.tell(&value, || match files.is_empty() {
        true => vec!["这次导入没有留下当时的提示。".into()],
        false => files.iter().flat_map(|file| import::lines(file, false)).collect(),
    })
}

/// Frozen shape: `docs/command-line.md`.
pub(super) async fn imports(door: Door, args: Imports) -> Outcome {
    let seat = door.sign_in().await?;
    if let Some(id) = args.id {
        return found(&seat, id).await;
    }
    let batches = seat.desk.run(ImportBatches {}).await?;
    let value: Vec<Value> = batches
        .iter()
        .map(|batch| {
            let at = chrono::DateTime::from_timestamp_millis(batch.at);
            json!({
                "id": batch.id, "files": batch.files, "by": batch.by, "records": batch.records,
                "rows": batch.rows, "findings": batch.findings, "at": at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)),
                "undone": batch.undone,
            })
        })
        .collect();
    seat.out.tell(&value, || match batches.is_empty() {
        true => vec!["还没有导入过。".into()],
        false => batches.iter().map(line).collect(),
    })
}

fn line(batch: &Batch) -> String {
    let at = chrono::DateTime::from_timestamp_millis(batch.at)
        .map(|at| office_time(at).format("%Y-%m-%d %H:%M").to_string());
    let undone = if batch.undone { "  已撤销" } else { "" };
    let written = match batch.rows {
        Some(rows) => format!("写入 {rows} 行"),
        None => format!("{} 条记录", batch.records),
    };
    format!(
        "{}  {}  {}  {written}  {}{undone}",
        batch.id,
        at.unwrap_or_default(),
        batch.by,
        batch.files.join("、")
    )
}

/// Says what goes and what stays, then does it if it was told to, or if the person at the terminal says so.
pub(super) async fn undo(door: Door, args: Undo) -> Outcome {
    let seat = door.sign_in().await?;
    let batch = find(&seat, args.id).await?;
    if batch.undone {
        return Err(Failure::new(Exit::Failed, "这次导入已经撤销过了，没有改动任何内容。"));
    }
    let plan = seat.desk.run(UndoPreview { batch: batch.id }).await?;
    if plan.goes.is_empty() && plan.back.is_empty() {
        // It stays an import that may be taken back once what holds it is gone.
        tell(&seat, &batch, &plan, false)?;
        return Err(Failure::new(Exit::Failed, "没有可以撤销的内容，什么都没有改动。"));
    }
    let agreed = args.yes || asked(&seat, &batch, &plan)?;
    if agreed {
        seat.desk.run(UndoImport { batch: batch.id }).await?;
    }
    tell(&seat, &batch, &plan, agreed)?;
    match agreed {
        true => Ok(()),
        false => Err(Failure::new(Exit::Failed, "没有撤销，什么都没有改动。要撤销请加上 --yes。")),
    }
}

/// Asks at a terminal; without one the answer is no.
fn asked(seat: &Seat, batch: &Batch, plan: &UndoPlan) -> Outcome<bool> {
    if !ask::somebody(seat.out) {
        return Ok(false);
    }
    for line in lines(batch, plan, false) {
        say!("{line}");
    }
    ask::agreed("撤销吗？输入“是”或 y 撤销，其他都不撤销：")
}

/// Frozen shape: `docs/command-line.md`.
fn tell(seat: &Seat, batch: &Batch, plan: &UndoPlan, undone: bool) -> Outcome {
    let goes: Vec<Value> =
        plan.goes.iter().map(|(label, count)| json!({"label": label, "count": count})).collect();
    let back: Vec<Value> =
        plan.back.iter().map(|(label, count)| json!({"label": label, "count": count})).collect();
    let value = json!({
        "id": batch.id, "undone": undone, "goes": goes, "back": back, "stays": plan.stays, "more": plan.more,
    });
    seat.out.tell(&value, || lines(batch, plan, undone))
}

fn lines(batch: &Batch, plan: &UndoPlan, undone: bool) -> Vec<String> {
    let (goes, stays) = if undone { ("已撤下", "留下") } else { ("会撤下", "会留下") };
    let mut lines = vec![if batch.many {
        batch.files.join("、")
    } else {
        format!("导入的文件：{}", batch.files.join("、"))
    }];
    let back = if undone { "已改回原来的内容" } else { "会改回原来的内容" };
    if plan.goes.is_empty() && plan.back.is_empty() {
        lines.push("没有要撤下、要改回的内容".to_owned());
    }
    if !plan.goes.is_empty() {
        lines.push(format!("{goes}：{}", plan.goes_in_words()));
    }
    if !plan.back.is_empty() {
        lines.push(format!("{back}：{}", plan.back_in_words()));
    }
    lines.push(format!("{stays}：{} 条", plan.staying()));
    lines.extend(plan.stays.iter().map(|row| format!("  {}：{}", row.title, row.why)));
    if plan.more > 0 {
        lines.push(format!("  还有 {} 条", plan.more));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(goes: &[(&str, u64)], back: &[(&str, u64)]) -> String {
        let of = |kinds: &[(&str, u64)]| kinds.iter().map(|(kind, n)| ((*kind).to_owned(), *n)).collect();
        let plan = UndoPlan { goes: of(goes), back: of(back), stays: Vec::new(), more: 0 };
        let batch = Batch {
            many: true,
            id: uuid::Uuid::nil(),
            files: vec!["批量作废：志愿者".into()],
            at: 0,
            by: "王丽".into(),
            records: 2,
            rows: None,
            findings: 0,
            undone: false,
            fixed: false,
        };
        lines(&batch, &plan, true).join("\n")
    }

    #[test]
    fn what_was_done_is_told_and_not_that_nothing_was() {
        let back = told(&[], &[("志愿者", 2)]);
        assert!(back.contains("已改回原来的内容：2") && !back.contains("没有"), "{back}");
        assert!(told(&[("志愿者", 2)], &[]).contains("已撤下：2"));
        assert!(told(&[], &[]).contains("没有要撤下"));
    }
}
