//! One thing done to many records: `set`, and `void` with a filter.

use clap::Args;
use serde_json::{Value, json};
use tiexin_contract::bulk::{Change, ChangeMany, Chosen, ManyChanged};
use tiexin_contract::records::ListRecords;
use tiexin_domain::Kind;
use tiexin_domain::shape::{self, Field, Holds};
use uuid::Uuid;

use super::args::Which;
use super::at::{Door, Seat};
use super::exit::{Exit, Failure, Outcome};
use super::{views, written};

#[derive(Debug, Args)]
pub(super) struct Set {
    /// 类别，如 volunteer
    #[arg(value_name = "类别")]
    kind: String,
    /// 字段，见 set 类别 --fields 列出的
    #[arg(value_name = "字段", required_unless_present = "fields")]
    field: Option<String>,
    /// 改成什么；列表用顿号分开，写 "" 为清空
    #[arg(value_name = "内容", required_unless_present = "fields")]
    value: Option<String>,
    /// 只列出这一类可以批量修改的字段
    #[arg(long, conflicts_with_all = ["field", "value"])]
    fields: bool,
    #[command(flatten)]
    which: Which,
}

impl Which {
    /// Whether anything was said.
    pub(super) fn said(&self) -> bool {
        self.all || !self.filter.is_empty() || !self.ids.is_empty() || self.view.is_some()
    }

    /// Whether nothing at all was said, not even where.
    pub(super) fn is_bare(&self) -> bool {
        !self.said() && !self.dry_run && self.within.region.is_none()
    }

    async fn chosen(&self, seat: &Seat, kind: &str) -> Outcome<Chosen> {
        if !self.said() {
            let message = "请写明是哪些记录：--filter、--view、--ids，或者 --all。没有改动任何内容。";
            return Err(Failure::new(Exit::Usage, message));
        }
        if !self.ids.is_empty() {
            if self.within.region.is_some() {
                let message = "--ids 已经写明是哪些记录，不能再用 --region 限定地区。没有改动任何内容。";
                return Err(Failure::new(Exit::Usage, message));
            }
            return Ok(Chosen::Ids(self.ids.clone()));
        }
        let region = seat.region(self.within.region.as_deref()).await?;
        let mut list = match &self.view {
            Some(name) => views::named(seat, kind, name).await?.list(region, 1),
            None => ListRecords::of(kind, region, 1),
        };
        for text in &self.filter {
            list.filters.push(written::filter(text)?);
        }
        Ok(Chosen::All(Box::new(list)))
    }
}

/// Frozen shape: `docs/command-line.md`.
pub(super) async fn set(door: Door, args: Set) -> Outcome {
    let kind = written::kind(&args.kind)?;
    let fields: Vec<&Field> = shape::of(&kind).into_iter().flat_map(shape::for_many).collect();
    let (Some(name), Some(text)) = (&args.field, &args.value) else {
        let told: Vec<Value> =
            fields.iter().map(|field| json!({"field": field.name, "label": field.label})).collect();
        return door
            .out
            .tell(&told, || fields.iter().map(|field| format!("{}\t{}", field.name, field.label)).collect());
    };
    let Some(field) = fields.iter().find(|field| field.name == name || field.label == name) else {
        let message = format!(
            "{}的“{name}”不能批量修改，没有改动任何内容。可以改的见 tiexin-desk set {kind} --fields。",
            Kind::from_code(&kind).label()
        );
        return Err(Failure::new(Exit::Usage, message));
    };
    let change = Change::Set { field: field.name.to_owned(), value: value(field, text) };
    let seat = door.sign_in().await?;
    run(&seat, kind, &args.which, change).await
}

/// Several records made void. Frozen shape: `docs/command-line.md`.
pub(super) async fn void(seat: &Seat, kind: String, which: &Which, reason: String) -> Outcome {
    run(seat, kind, which, Change::Void { reason }).await
}

async fn run(seat: &Seat, kind: String, which: &Which, change: Change) -> Outcome {
    let chosen = which.chosen(seat, &kind).await?;
    let dry_run = which.dry_run;
    let void = matches!(change, Change::Void { .. });
    let done = seat
        .desk
        .run(ChangeMany { job: Uuid::now_v7(), kind, chosen, change, dry_run, agreed: None })
        .await?;
    let value = json!({
        "batch": done.batch, "changed": done.changed, "overwritten": done.overwritten, "same": done.same,
        "with": done.with, "refused": done.refused, "dry_run": dry_run,
    });
    seat.out.tell(&value, || lines(&done, void, dry_run))?;
    match (done.refused.is_empty(), done.changed + done.same) {
        (false, _) => Err(Failure::told(Exit::Invalid)),
        (true, 0) => Err(Failure::new(Exit::Failed, "没有符合条件的记录，没有改动任何内容。")),
        (true, _) => Ok(()),
    }
}

fn lines(done: &ManyChanged, void: bool, dry_run: bool) -> Vec<String> {
    let verb = match (void, dry_run) {
        (true, true) => "会作废",
        (true, false) => "已作废",
        (false, true) => "会修改",
        (false, false) => "已修改",
    };
    let mut lines = vec![format!("{verb} {} 条", done.changed)];
    if done.overwritten > 0 {
        lines.push(format!("其中 {} 条原来写着别的内容", done.overwritten));
    }
    if !done.words.is_empty() {
        lines.push(done.words.clone());
    }
    if done.same > 0 {
        lines.push(format!("{} 条本来就是这样", done.same));
    }
    if !done.refused.is_empty() {
        lines.push(format!("{} 条没有改：", done.refused.len()));
        lines.extend(done.refused.iter().map(|one| format!("  {}\t{}\t{}", one.id, one.title, one.why)));
    }
    if let Some(batch) = done.batch {
        lines.push(format!("全部撤销：undo {batch}"));
    }
    lines
}

/// What was typed, of a list its parts. The desk reads them, as it reads what a form sends, and says what it cannot read.
fn value(field: &Field, text: &str) -> Value {
    let text = text.trim();
    let items = || text.split(['、', ',', '，']).map(str::trim).filter(|item| !item.is_empty());
    match field.holds {
        _ if text.is_empty() => Value::Null,
        Holds::Codes(_) | Holds::Texts => items().map(|item| json!(item)).collect(),
        _ => json!(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_sent_as_it_is_and_a_list_in_its_parts() {
        let of = |kind: &str, name: &str, text: &str| value(shape::field(kind, name).unwrap(), text);
        assert_eq!(of("volunteer", "skills", "理发、陪诊"), json!(["理发", "陪诊"]));
        assert_eq!(of("person", "tags", "青少年，five_elders"), json!(["青少年", "five_elders"]));
        assert_eq!(of("visit", "kind", " 节日看望 "), json!("节日看望"));
        assert_eq!(of("activity", "place", " "), Value::Null);
        assert_eq!(of("volunteer", "skills", ""), Value::Null);
    }
}
