//! `tiexin-desk add KIND --help`: what the fields of a kind are called, and what may stand in them.

use std::process::ExitCode;

use serde_json::{Value, json};
use tiexin_domain::shape::{Field, Holds};
use tiexin_domain::{Fields, Kind, nouns};

use super::args::FAMILY;
use super::exit::Outcome;
use super::out::Out;
use super::written;

/// Which kind's fields are asked for: the word after `add`, where help is asked for, too.
pub(super) fn asked(words: impl Iterator<Item = String>) -> Option<String> {
    let words: Vec<String> = words.collect();
    if !words.iter().any(|word| word == "--help" || word == "-h") {
        return None;
    }
    let after = words.iter().skip_while(|word| *word != "add").skip(1);
    after.into_iter().find(|word| !word.starts_with('-')).cloned()
}

pub(super) fn tell(kind: &str, json: bool) -> ExitCode {
    match told(kind, Out { json }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.end(),
    }
}

fn told(kind: &str, out: Out) -> Outcome {
    if kind == FAMILY {
        return family(out);
    }
    let kind = Kind::from_code(&written::kind(kind)?);
    let fields = nouns::shape(&kind).map(|shape| shape.fields).unwrap_or_default();
    let value: Vec<Value> = fields.iter().map(shown).collect();
    out.tell(&json!({"kind": kind.code(), "fields": value}), || {
        let mut lines = vec![format!("{}（{}）的字段，写成 JSON；* 必填：", kind.label(), kind.code())];
        lines.extend(fields.iter().map(line));
        lines.push(
            "写了 household 时，region、head_name 不用写；走访的 date、kind、visitors 不写则为今天、日常走访、本人。\n\
             另写 id 则是更正那一条：没写的字段不动，null 为清空。"
                .into(),
        );
        lines
    })
}

fn family(out: Out) -> Outcome {
    let parts = [
        ("household", Kind::Household),
        ("persons", Kind::Person),
        ("file", Kind::SupportFile),
        ("contacts", Kind::ContactPair),
    ];
    let value: Vec<Value> =
        parts.iter().map(|(part, kind)| json!({"part": part, "kind": kind.code()})).collect();
    out.tell(&json!({"kind": FAMILY, "parts": value}), || {
        let mut lines = vec![
            "一户（family）：一次登记全家，要么全部登记，要么都不登记。".to_owned(),
            r#"  {"household": {…}, "persons": [{…}], "file": {…}, "contacts": {…}}"#.to_owned(),
            format!("例如：\n  {A_FAMILY}"),
        ];
        lines.extend(
            parts
                .iter()
                .map(|(part, kind)| format!("  {part}\t{}：见 add {} --help", kind.label(), kind.code())),
        );
        lines.push("人员、台账、联系人里不用写 region、household、head_name，随这一户。".into());
        lines
    })
}

/// What an office writes of a family as a rule.
const A_FAMILY: &str = r#"{"household": {"region": "340323100001", "head_name": "张三"},
   "persons": [{"name": "张三", "relation": "head", "id_number": "…"}, {"name": "李四", "relation": "spouse"}],
   "file": {"category": "death", "status": "active"},
   "contacts": {"township_leader": "赵镇长", "village_worker": "李村医"}}"#;

fn shown(field: &Field) -> Value {
    let choices = field.choices().unwrap_or_default().iter();
    let choices: Vec<Value> = choices.map(|(code, label)| json!({"code": code, "label": label})).collect();
    let mut told = json!({
        "field": field.name, "label": field.label, "required": field.required,
        "holds": word(field.holds), "choices": choices,
    });
    if let Some(parts) = field.parts() {
        told["parts"] = parts.iter().map(shown).collect();
    }
    if let Holds::Person | Holds::People | Holds::Parts(_) = field.holds {
        told["example"] = serde_json::from_str(&sample(field)).unwrap_or_default();
    }
    told
}

fn line(field: &Field) -> String {
    let star = if field.required { "*" } else { " " };
    format!("{star} {}\t{}\t{}", field.name, field.label, told_of(field))
}

/// What may stand in a field.
fn told_of(field: &Field) -> String {
    let one_of = |choices: &[(&str, &str)]| {
        choices.iter().map(|(code, label)| format!("{code} {label}")).collect::<Vec<_>>().join("、")
    };
    match field.holds {
        Holds::Code(choices) => format!("可选：{}", one_of(choices)),
        Holds::Codes(choices) => format!("列表，可选：{}", one_of(choices)),
        Holds::People => format!(r#"列表，写姓名，如 ["张三"]；{WHO}"#),
        Holds::Person => format!(r#"姓名，如 "张三"；{WHO}"#),
        Holds::Parts(parts) => {
            let star = |part: &Field| if part.required { "*" } else { "" };
            let one =
                |part: &Field| format!("{}{} {}（{}）", star(part), part.name, part.label, told_of(part));
            let all: Vec<String> = parts.iter().map(one).collect();
            format!("列表，每一项：{}；如 {}", all.join("、"), sample(field))
        }
        Holds::Reference(_) if field.named_by.is_some() => "记录编号，也可以写号码、姓名或名称".to_owned(),
        holds => word(holds).to_owned(),
    }
}

/// How somebody who is registered is named.
const WHO: &str = r#"已登记的人也可以写 {"name": "张三", "person": 记录编号}"#;

/// How a field is written, as JSON. Its own name stands for words.
fn sample(field: &Field) -> String {
    match field.holds {
        Holds::Text | Holds::LongText => json!(field.label).to_string(),
        Holds::Code(choices) => json!(choices.first().map(|(code, _)| code)).to_string(),
        Holds::Codes(choices) => {
            json!(choices.iter().take(1).map(|(code, _)| code).collect::<Vec<_>>()).to_string()
        }
        Holds::Texts => json!([field.label]).to_string(),
        Holds::Day => r#""2026-10-05""#.to_owned(),
        Holds::PartialDay => r#""2026-10""#.to_owned(),
        Holds::Moment => r#""2026-10-05T09:00:00""#.to_owned(),
        Holds::Instant | Holds::Count | Holds::Minutes => "30".to_owned(),
        Holds::Money => r#""300.00""#.to_owned(),
        Holds::Flag => "true".to_owned(),
        Holds::Region => r#""340323100001""#.to_owned(),
        Holds::Reference(_) => r#""记录编号""#.to_owned(),
        Holds::References(_) => r#"["记录编号"]"#.to_owned(),
        Holds::Person => r#"{"name": "张三"}"#.to_owned(),
        Holds::People => r#"[{"name": "张三"}]"#.to_owned(),
        Holds::Parts(parts) => {
            let all: Vec<String> =
                parts.iter().map(|part| format!("{}: {}", json!(part.name), sample(part))).collect();
            format!("[{{{}}}]", all.join(", "))
        }
    }
}

/// Persons written by their names alone, as they are stored.
pub(super) fn by_name(kind: &Kind, object: &mut Fields) {
    let fields = nouns::shape(kind).map(|shape| shape.fields).unwrap_or_default();
    for field in fields.iter().filter(|field| matches!(field.holds, Holds::Person | Holds::People)) {
        let items = match object.get_mut(field.name) {
            Some(Value::Array(items)) => items.iter_mut(),
            Some(one) => std::slice::from_mut(one).iter_mut(),
            None => continue,
        };
        for item in items.filter(|item| item.is_string()) {
            *item = json!({"name": item.take()});
        }
    }
}

fn word(holds: Holds) -> &'static str {
    match holds {
        Holds::Text | Holds::LongText | Holds::Code(_) => "文字",
        Holds::Texts | Holds::Codes(_) | Holds::References(_) | Holds::People | Holds::Parts(_) => "列表",
        Holds::Day => "日期，如 2026-10-05",
        Holds::PartialDay => "日期，可只写到年或月，如 2026-10",
        Holds::Moment => "时间，如 2026-10-05T09:00:00",
        Holds::Instant | Holds::Count => "数字",
        Holds::Minutes => "分钟数",
        Holds::Money => "金额，如 300.00",
        Holds::Flag => "是否（true、false）",
        Holds::Region => "地区代码",
        Holds::Reference(_) => "记录编号",
        Holds::Person => r#"对象，如 {"name": "张三"}"#,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_part_of_a_list_holds_is_told() {
        let gifts = tiexin_domain::shape::field("visit", "gifts").unwrap();
        let told = "  gifts\t慰问品\t列表，每一项：*item 慰问品（文字）、amount 金额（金额，如 300.00）、signed_by 签收人（文字）；\
            如 [{\"item\": \"慰问品\", \"amount\": \"300.00\", \"signed_by\": \"签收人\"}]";
        assert_eq!(line(gifts), told);
        assert_eq!(shown(gifts)["parts"][1]["field"], "amount");
        let read: Vec<tiexin_domain::nouns::visit::Gift> =
            serde_json::from_value(shown(gifts)["example"].clone()).unwrap();
        assert_eq!(read[0].item, "慰问品");
        let read: Vec<Value> = Kind::ALL
            .iter()
            .filter_map(nouns::shape)
            .flat_map(|shape| shape.fields)
            .map(|field| serde_json::from_str(&sample(field)).unwrap())
            .collect();
        assert!(read.iter().all(|one| !one.is_null()), "every sample can be copied");
    }

    #[test]
    fn whom_it_is_about_may_be_written_by_name() {
        let insured = tiexin_domain::shape::field("insurance_claim", "insured").unwrap();
        assert!(line(insured).contains(r#""张三"；"#) && line(insured).contains("记录编号"));
        let whole = json!({"name": "李四"});
        let mut claim = json!({"insured": "张三"}).as_object().cloned().unwrap();
        by_name(&Kind::InsuranceClaim, &mut claim);
        assert_eq!(claim["insured"], json!({"name": "张三"}));
        let mut claim = json!({"insured": whole}).as_object().cloned().unwrap();
        by_name(&Kind::InsuranceClaim, &mut claim);
        assert_eq!(claim["insured"], whole);
        let family: Value = serde_json::from_str(A_FAMILY).unwrap();
        assert!(family["persons"][1]["name"].is_string());
    }
}
