//! What waits for a decision, and deciding.

use clap::{Args, Subcommand};
use serde_json::json;
use tiexin_contract::quarantine::{
    Answer, BothValues, Item, ListQuarantine, Part, PutAway, Settle, SettleMany, Unseen, WriteAgain,
};
use tiexin_domain::Kind;
use tiexin_domain::nouns::settlement::Choice;
use uuid::Uuid;

use super::at::{Door, Seat, region};
use super::exit::{Exit, Failure, Outcome};

#[derive(Debug, Subcommand)]
pub(super) enum Quarantine {
    /// 列出待处理的修改，和别人对本人修改的处理结果
    List {
        /// 只看这个地区
        #[arg(long, value_name = "代码")]
        region: Option<String>,
    },
    /// 查看一条：提交的和现有的并排
    Show {
        /// 编号，见 quarantine list
        #[arg(value_name = "编号")]
        id: String,
    },
    /// 采纳：按提交的内容生效，登记人保留在经过里
    Adopt {
        #[command(flatten)]
        which: Which,
        /// 给登记人的话
        #[arg(long, value_name = "文字")]
        note: Option<String>,
    },
    /// 退回，登记人会看到原因
    Decline {
        #[command(flatten)]
        which: Which,
        /// 退回的原因
        #[arg(long, value_name = "文字")]
        note: String,
    },
    /// 知道了：收起看过的处理结果
    Read {
        /// 处理结果的编号，可以写几个，见 quarantine list
        #[arg(value_name = "编号", required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<i64>,
        /// 全部收起
        #[arg(long)]
        all: bool,
    },
    /// 给出被退回的一条原来写的内容，改好后交给 add 重新登记
    Again {
        /// 处理结果的编号，见 quarantine list
        #[arg(value_name = "编号")]
        id: i64,
    },
    /// 两边不一致时选定一个，没有争议的栏目都按后提交的写入；或撤回自己提交的（theirs）
    Choose {
        /// 编号，见 quarantine list
        #[arg(value_name = "编号")]
        id: String,
        /// theirs 保留原值，ours 改用后提交的，both 两份文字都保留
        #[arg(value_parser = ["theirs", "ours", "both"], value_name = "选定")]
        choice: String,
        /// 给登记人的话
        #[arg(long, value_name = "文字")]
        note: Option<String>,
    },
}

/// Which of the list.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// 编号，可以写几个，见 quarantine list
    #[arg(required_unless_present = "all", conflicts_with = "all", value_name = "编号")]
    ids: Vec<String>,
    /// 列出的全部（两边不一致的除外），不写编号时用
    #[arg(long)]
    all: bool,
    /// 与 --all 一起用：只限这个地区
    #[arg(long, value_name = "代码", requires = "all")]
    region: Option<String>,
}

pub(super) async fn quarantine(door: Door, command: Quarantine) -> Outcome {
    let seat = door.sign_in().await?;
    match command {
        Quarantine::List { region } => list(seat, region.as_deref()).await,
        Quarantine::Show { id } => show(seat, &id).await,
        Quarantine::Adopt { which, note } => several(seat, which, Choice::Adopt, note).await,
        Quarantine::Decline { which, note } => several(seat, which, Choice::Decline, Some(note)).await,
        Quarantine::Read { ids, all } => read(seat, ids, all).await,
        Quarantine::Again { id } => again(seat, id).await,
        Quarantine::Choose { id, choice, note } => {
            let choice = Choice::from_code(&choice);
            settle(seat, &id, choice, note).await
        }
    }
}

/// Frozen shape: `docs/command-line.md`.
async fn list(seat: Seat, code: Option<&str>) -> Outcome {
    let region = match code {
        Some(code) => Some(region(&seat.desk, code).await?),
        None => None,
    };
    let all = seat.desk.run(ListQuarantine { region }).await?;
    seat.out.tell(&json!({"items": all.items, "answers": all.answers, "unseen": all.unseen}), || {
        let mut lines: Vec<String> = all.items.iter().map(line).collect();
        if [lines.len(), all.answers.len(), all.unseen.len()] == [0; 3] {
            lines.push("没有待处理的内容。".into());
        }
        lines.extend(all.answers.iter().flat_map(|one| std::iter::once(answered(one)).chain(wrote(one))));
        if !all.answers.is_empty() {
            lines.push("处理结果看过了，用 quarantine read 表示知道了，就不再列出。".into());
        }
        lines.extend(all.unseen.iter().map(unseen));
        lines
    })
}

fn answered(answer: &Answer) -> String {
    let by = answer.by.as_deref().unwrap_or("审核人");
    let why = answer.note.as_ref().map(|note| format!("：{note}")).unwrap_or_default();
    let own =
        answer.instead_of.as_ref().map(|own| format!("；已由{by}先决定，您选的“{}”没有生效", own.label()));
    let kind = Kind::from_code(&answer.kind);
    format!(
        "结果 {}  {} {}  {by}{}{why}{}",
        answer.id,
        kind.word(),
        answer.title,
        answer.choice.label(),
        own.unwrap_or_default()
    )
}

/// 知道了: what was decided is put away.
async fn read(seat: Seat, ids: Vec<i64>, all: bool) -> Outcome {
    let answers = seat.desk.run(ListQuarantine { region: None }).await?.answers;
    let wanted: Vec<i64> = if all { answers.iter().map(|answer| answer.id).collect() } else { ids };
    if let Some(none) = wanted.iter().find(|id| answers.iter().all(|answer| answer.id != **id)) {
        let message = format!("没有编号为 {none} 的处理结果，没有改动。请用 quarantine list 查看。");
        return Err(Failure::new(Exit::NotFound, message));
    }
    for id in &wanted {
        seat.desk.run(PutAway { id: *id }).await?;
    }
    seat.out.tell(&json!({"read": wanted}), || vec![format!("{} 条处理结果不再列出。", wanted.len())])
}

/// What the author wrote, under the decision.
fn wrote(answer: &Answer) -> Vec<String> {
    if answer.choice.takes_effect() {
        return Vec::new();
    }
    let mut lines: Vec<String> =
        answer.wrote.iter().map(|wrote| format!("    {}：{}", wrote.label, wrote.value)).collect();
    if answer.again {
        lines.push(format!(
            "    要重新登记：quarantine again {} 得到原来写的，改好交给 add {}",
            answer.id, answer.kind
        ));
    }
    lines
}

fn unseen(one: &Unseen) -> String {
    format!("看不到  {}  {} {}  {}", one.record, Kind::from_code(&one.kind).word(), one.title, one.message)
}

/// What was written before, in the shape that `add` reads.
async fn again(seat: Seat, id: i64) -> Outcome {
    let before = seat.desk.run(WriteAgain { id }).await?;
    let whole = serde_json::to_string_pretty(&before.fields).unwrap_or_default();
    seat.out.tell(&before.fields, || vec![whole.clone()])
}

fn line(item: &Item) -> String {
    let what: Vec<String> = item
        .parts
        .iter()
        .map(|part| format!("{} {}", Kind::from_code(&part.kind).word(), part.title))
        .collect();
    let place = match item.township_name.as_str() {
        name if name == item.region_name => name.to_owned(),
        township => format!("{township}{}", item.region_name),
    };
    format!("{}  {}  {place}  {}  {}", item.id, item.reason, item.author, what.join("，"))
}

async fn one(seat: &Seat, id: &str) -> Outcome<Item> {
    let id: Uuid = id.trim().parse().map_err(|_| gone())?;
    let all = seat.desk.run(ListQuarantine { region: None }).await?;
    all.items.into_iter().find(|item| item.id == id).ok_or_else(gone)
}

async fn show(seat: Seat, id: &str) -> Outcome {
    let item = one(&seat, id).await?;
    seat.out.tell(&item, || {
        let mut lines = vec![line(&item), item.message.clone()];
        lines.extend(item.parts.iter().flat_map(|one| part(one, item.merges)));
        let choices: Vec<&str> = item.choices.iter().map(Choice::code).collect();
        lines.push(format!("可以选择：{}", choices.join(" ")));
        lines
    })
}

fn part(part: &Part, merges: bool) -> Vec<String> {
    let role = part.role.as_ref().map(|role| format!("{role}：")).unwrap_or_default();
    let mut lines = vec![format!("{role}{} {}", Kind::from_code(&part.kind).word(), part.title)];
    lines.extend(part.hides.iter().map(|why| format!("  要作废，原因：{why}")));
    lines.extend(part.hidden.iter().map(|why| format!("  现已作废，原因：{why}")));
    lines.extend(part.meanwhile.iter().map(|deed| format!("  {deed}")));
    lines.extend(part.fields.iter().map(|field| both(field, if merges { "合并后" } else { "提交" })));
    lines
}

/// Old beside new, the contested ones marked.
fn both(field: &BothValues, ours: &str) -> String {
    let word = |value: &serde_json::Value| match value.as_str().unwrap_or_default() {
        "" => "（空）".to_owned(),
        text => text.to_owned(),
    };
    let by = field.by.as_ref().map(|by| format!("（{by}）")).unwrap_or_default();
    let clash = if field.clash { "不一致  " } else { "" };
    format!("  {clash}{}：{ours} {}，现有 {}{by}", field.label, word(&field.ours), word(&field.theirs))
}

/// One by its number as before; several one after the other, of which a bad one holds back none.
async fn several(seat: Seat, which: Which, choice: Choice, note: Option<String>) -> Outcome {
    if let ([id], false) = (which.ids.as_slice(), which.all) {
        return settle(seat, id, choice, note).await;
    }
    let ids = if which.all {
        let within = match which.region {
            Some(code) => Some(region(&seat.desk, &code).await?),
            None => None,
        };
        let all = seat.desk.run(ListQuarantine { region: within.clone() }).await?.items;
        let inside = |item: &Item| within.as_ref().is_none_or(|region| region.covers(&item.region));
        let wanted = all.into_iter().filter(|item| item.choices.contains(&choice) && inside(item));
        wanted.map(|item| item.id).collect()
    } else {
        let read = which.ids.iter().map(|id| id.trim().parse::<Uuid>().map_err(|_| gone()));
        read.collect::<Result<Vec<_>, _>>()?
    };
    if ids.is_empty() {
        return seat.out.tell(&json!({"done": 0, "left": []}), || vec!["没有可以这样处理的内容。".into()]);
    }
    let told = seat.desk.run(SettleMany { ids, choice: choice.clone(), note, job: None }).await?;
    seat.out.tell(&json!({"done": told.done, "left": told.left, "choice": choice}), || {
        let mut lines = vec![format!("{} {} 条。同步以后其他电脑也会知道。", choice.label(), told.done)];
        lines.extend(told.left.iter().map(|left| {
            let title = left.title.as_deref().unwrap_or("已不在列表里的一条");
            format!("没有处理  {title}  {}", left.message)
        }));
        lines
    })?;
    match told.left.len() {
        0 => Ok(()),
        left => Err(Failure::new(Exit::Failed, format!("有 {left} 条没有处理，原因见上。"))),
    }
}

fn gone() -> Failure {
    Failure::new(Exit::NotFound, "没有这一条，可能已经处理过了。请用 quarantine list 查看。")
}

async fn settle(seat: Seat, id: &str, choice: Choice, note: Option<String>) -> Outcome {
    let item = one(&seat, id).await?;
    if !item.choices.contains(&choice) {
        let choices: Vec<&str> = item.choices.iter().map(Choice::code).collect();
        let message = match choices.as_slice() {
            [] => "这一条要由有审核权限的人处理，没有改动。".to_owned(),
            some => format!("这一条不能这样处理，没有改动。可以选择：{}", some.join(" ")),
        };
        return Err(Failure::new(Exit::Failed, message));
    }
    seat.desk.run(Settle { id: item.id, choice: choice.clone(), note }).await?;
    seat.out.tell(&json!({"id": item.id, "choice": choice, "record": item.parts[0].record}), || {
        vec![decided(&item, &choice)]
    })
}

/// What the decision comes to.
fn decided(item: &Item, choice: &Choice) -> String {
    let parked = item.verdict == "parked";
    if item.mine && parked && *choice == Choice::Theirs {
        return match item.takes_back {
            true => "已撤回，没有生效。同步以后审核人那里也不再列出。".to_owned(),
            false => "已从您的列表里去掉，没有生效。它转到了别处，那里的审核人仍会看到，采纳与否由他决定。"
                .to_owned(),
        };
    }
    let back = if *choice == Choice::Adopt && item.restores {
        "记录原已作废，一起恢复了。"
    } else {
        ""
    };
    format!("{}。{back}同步以后其他电脑也会知道。", choice.label())
}
