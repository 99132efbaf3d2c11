//! `tiexin-desk add KIND --help`: what the fields of a kind are called, and what may stand in them.

use std::process::ExitCode;

use serde_json::{Value, json};
use tiexin_domain::shape::{FieldShape, Holds};
use tiexin_domain::{Fields, Kind, nouns};

use super::exit::Outcome;
use super::out::Out;
use super::records;
use crate::{labels, values};

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
    if kind == super::add::FAMILY {
        return family(out);
    }
    let kind = Kind::from_code(&records::kind(kind)?);
    let fields = nouns::fields(kind.code());
    let value: Vec<Value> = fields.iter().map(|field| shown(kind.code(), field)).collect();
    out.tell(&json!({"kind": kind.code(), "fields": value}), || {
        let mut lines = vec![format!("{}（{}）的字段，写成 JSON；* 必填：", kind.label(), kind.code())];
        lines.extend(fields.iter().map(|field| line(kind.code(), field)));
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
    out.tell(&json!({"kind": super::add::FAMILY, "parts": value}), || {
        let mut lines = vec![
            "一户（family）：一次登记全家，要么全部登记，要么都不登记。".to_owned(),
            r#"  {"household": {…}, "persons": [{…}], "file": {…}, "contacts": {…}}"#.to_owned(),
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

fn choices(kind: &str, field: &FieldShape) -> Vec<(&'static str, &'static str)> {
    values::choices(kind, field.name).unwrap_or_default()
}

fn shown(kind: &str, field: &FieldShape) -> Value {
    json!({
        "field": field.name, "label": labels::field(kind, field.name), "required": field.required,
        "holds": word(field.holds),
        "choices": choices(kind, field).iter().map(|(code, label)| json!({"code": code, "label": label})).collect::<Vec<_>>(),
    })
}

fn line(kind: &str, field: &FieldShape) -> String {
    let star = if field.required { "*" } else { " " };
    let choices: Vec<String> =
        choices(kind, field).iter().map(|(code, label)| format!("{code} {label}")).collect();
    let holds = match (choices.is_empty(), field.holds) {
        (true, Holds::List) if PERSONS.contains(&field.name) => r#"列表，写姓名，如 ["张三"]"#.to_owned(),
        (true, holds) => word(holds).to_owned(),
        (false, Holds::List) => format!("列表，可选：{}", choices.join("、")),
        (false, _) => format!("可选：{}", choices.join("、")),
    };
    format!("{star} {}\t{}\t{holds}", field.name, labels::field(kind, field.name))
}

/// Lists of persons: a name is enough.
const PERSONS: [&str; 2] = ["met", "persons"];

/// Persons written by their names alone, as they are stored.
pub(super) fn by_name(object: &mut Fields) {
    for field in PERSONS {
        let Some(Value::Array(items)) = object.get_mut(field) else { continue };
        for item in items.iter_mut().filter(|item| item.is_string()) {
            *item = json!({"name": item.take()});
        }
    }
}

fn word(holds: Holds) -> &'static str {
    match holds {
        Holds::YesNo => "是否（true、false）",
        Holds::Number => "数字",
        Holds::List => "列表",
        Holds::Parts => "对象",
        Holds::Text | Holds::Other => "文字",
        Holds::Date => "日期，如 2026-10-05",
        Holds::Id => "记录编号",
        Holds::Region => "地区代码",
        Holds::Amount => "金额，如 300.00",
    }
}
