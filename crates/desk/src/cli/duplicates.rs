//! Registrations that look like one: merging, setting apart, undoing.

use clap::Subcommand;
use serde_json::{Value, json};
use tiexin_contract::duplicates::{
    CompareDuplicates, ComparedField, Decided, DeclareDifferent, ListDuplicates, MergeRecords, Pair, Side,
    UndoMerge,
};
use tiexin_contract::records::{GetRecord, RecordRow};
use tiexin_domain::Kind;
use uuid::Uuid;

use super::at::{Door, Seat, region};
use super::exit::{Exit, Failure, Outcome};
use super::out::plain;

#[derive(Debug, Subcommand)]
pub(super) enum Duplicates {
    /// 列出可能重复的登记，和已经处理过的
    List {
        /// 只看这个地区
        #[arg(long, value_name = "代码")]
        region: Option<String>,
    },
    /// 两份登记并排
    Show {
        /// 一份的编号
        #[arg(value_name = "一份")]
        one: uuid::Uuid,
        /// 另一份的编号
        #[arg(value_name = "另一份")]
        other: uuid::Uuid,
    },
    /// 合并：并入的一份隐去，提到它的记录都改为留下的一份；留下的一份空着的栏目用并入的一份补上，备注合在一起
    Merge {
        /// 留下的一份的编号
        #[arg(value_name = "留下的")]
        stays: uuid::Uuid,
        /// 并入的一份的编号
        #[arg(value_name = "并入的")]
        gives_way: uuid::Uuid,
        /// 这些栏目改用并入的一份的内容（字段名，可写多个）
        #[arg(long, value_name = "字段", value_delimiter = ',')]
        take: Vec<String>,
        /// 这些栏目不从并入的一份补（字段名，可写多个）
        #[arg(long, value_name = "字段", value_delimiter = ',')]
        leave: Vec<String>,
        /// 这些理赔记录也转到留下的一份（编号，可写多个）；不写则不动
        #[arg(long, value_name = "编号", value_delimiter = ',')]
        money: Vec<uuid::Uuid>,
    },
    /// 不是同一份，以后不再提示
    Differ {
        /// 一份的编号
        #[arg(value_name = "一份")]
        one: uuid::Uuid,
        /// 另一份的编号
        #[arg(value_name = "另一份")]
        other: uuid::Uuid,
    },
    /// 撤销一次合并
    Undo {
        /// 编号，见 duplicates list
        #[arg(value_name = "编号")]
        id: uuid::Uuid,
        /// 合并以后名下又有并成一份的，也照样撤销
        #[arg(long)]
        yes: bool,
    },
}

pub(super) async fn duplicates(door: Door, command: Duplicates) -> Outcome {
    let seat = door.sign_in().await?;
    match command {
        Duplicates::List { region } => list(seat, region.as_deref()).await,
        Duplicates::Show { one, other } => show(seat, one, other).await,
        Duplicates::Merge { stays, gives_way, take, leave, money } => {
            merge(seat, MergeRecords { stays, gives_way, take, money }, &leave).await
        }
        Duplicates::Differ { one, other } => {
            let done = seat.desk.run(DeclareDifferent { one, other }).await?;
            seat.out.tell(&json!({"id": done.id}), || vec!["已记为不是同一份，以后不再提示。".into()])
        }
        Duplicates::Undo { id, yes } => {
            let since = merged_since(&seat, id).await?;
            if !since.is_empty() && !yes {
                let named = since.join("、");
                let message = format!(
                    "没有撤销。合并以后名下又并成一份的，撤销后不会跟着分开，留在留下的一份名下：{named}。\
                     要分开请先撤销那些合并；就这样撤销请加 --yes。"
                );
                return Err(Failure::new(Exit::Failed, message));
            }
            let done = seat.desk.run(UndoMerge { id }).await?;
            seat.out.tell(&json!({"id": id, "record": done.id}), || {
                vec!["已撤销合并。合并以后填写的内容留在原处。".into()]
            })
        }
    }
}

/// Frozen shape: `docs/command-line.md`.
async fn list(seat: Seat, code: Option<&str>) -> Outcome {
    let region = match code {
        Some(code) => Some(region(&seat.desk, code).await?),
        None => None,
    };
    let all = seat.desk.run(ListDuplicates { region, household: None }).await?;
    seat.out.tell(&all, || {
        let mut lines: Vec<String> = all.pairs.iter().map(pair).collect();
        if lines.is_empty() {
            lines.push("没有可能重复的登记。".into());
        }
        lines.extend(all.decided.iter().map(decided));
        lines
    })
}

fn pair(pair: &Pair) -> String {
    let Pair { kind, one, other, reason, .. } = pair;
    let kind = Kind::from_code(kind);
    format!("{}  {}  {}  {}  {} / {}", one.id, other.id, kind.label(), reason, told(one), told(other))
}

fn told(row: &RecordRow) -> String {
    format!("{}（{}，{}登记）", row.title, row.region_name, row.recorded_by.as_deref().unwrap_or("未知"))
}

fn decided(one: &Decided) -> String {
    let name = |row: &Option<RecordRow>| row.as_ref().map(|row| row.title.clone()).unwrap_or_default();
    let by = one.by.as_deref().unwrap_or_default();
    let since = match one.merged_since.as_slice() {
        [] => String::new(),
        since => format!("  以后又并成一份：{}", since.join("、")),
    };
    let names = format!("{} / {}", name(&one.stays), name(&one.gives_way));
    format!("{}  {}  {names}  {by}{since}", one.id, one.decision.label())
}

async fn show(seat: Seat, one: Uuid, other: Uuid) -> Outcome {
    let both = seat.desk.run(CompareDuplicates { one, other }).await?;
    seat.out.tell(&both, || {
        let mut lines = vec![told(&both.one.row), told(&both.other.row)];
        lines.extend(both.fields.iter().map(field));
        for Side { row, hanging, money } in [&both.one, &both.other] {
            lines.push(format!("{} 名下：{}", row.id, hanging.join("，")));
            lines.extend(money.iter().map(|money| format!("  {}  {}", money.id, money.title)));
        }
        lines
    })
}

fn took_word(field: &ComparedField) -> String {
    format!("{}{}", field.label, if field.joins { "（两边合在一起）" } else { "" })
}

fn field(field: &ComparedField) -> String {
    let word =
        |value: &Value| Some(plain(value)).filter(|text| !text.is_empty()).unwrap_or_else(|| "（空）".into());
    let sign = if field.differs { "≠" } else { "=" };
    format!("{sign} {}（{}）：{} / {}", field.label, field.field, word(&field.one), word(&field.other))
}

/// People and files that were merged since that merge. Asked by what stays: a list tells the newest decisions only.
async fn merged_since(seat: &Seat, id: Uuid) -> Outcome<Vec<String>> {
    let merge = seat.desk.run(GetRecord { id }).await.ok();
    let household = merge.and_then(|merge| merge.fields.get("stays")?.as_str()?.parse().ok());
    let all = seat.desk.run(ListDuplicates { region: None, household }).await?;
    Ok(all.decided.into_iter().find(|one| one.id == id).map(|one| one.merged_since).unwrap_or_default())
}

/// As the screen begins: what only the other one holds is taken over, notes are joined.
async fn merge(seat: Seat, mut args: MergeRecords, leave: &[String]) -> Outcome {
    let both = seat.desk.run(CompareDuplicates { one: args.stays, other: args.gives_way }).await?;
    let mut take = both.taken_by_default(false);
    take.extend(std::mem::take(&mut args.take));
    take.retain(|field| !leave.contains(field));
    args.take = take.iter().cloned().collect();
    let merged = seat.desk.run(args).await?;
    let took: Vec<&ComparedField> =
        both.fields.iter().filter(|field| field.differs && take.contains(&field.field)).collect();
    let mut value = serde_json::to_value(&merged).unwrap_or_default();
    value["took"] = took.iter().map(|field| json!({"field": field.field, "label": field.label})).collect();
    seat.out.tell(&value, || {
        let mut lines = vec![format!("已合并，{} 条记录转到留下的一份。编号 {}", merged.turned, merged.id)];
        if !took.is_empty() {
            let words: Vec<String> = took.iter().map(|field| took_word(field)).collect();
            lines.push(format!("取自并入的一份：{}", words.join("、")));
        }
        if merged.left > 0 {
            lines.push(format!("另有 {} 条没有转（理赔未指定，或不在您的辖区）。", merged.left));
        }
        lines
    })
}
