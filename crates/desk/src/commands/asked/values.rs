//! What is asked for, as the field holds it: a choice by its label or its code, yes and no, numbers with their units,
//! places by their names. What the field cannot hold is refused: it would be told as nothing found.

use serde_json::Value;
use tiexin_contract::records::{Filter, FilterOp};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::amount::{read_count, read_minutes};
use tiexin_domain::nouns::support_file::Lack;
use tiexin_domain::shape::{self, Choices, Field, Holds, merge_class};
use tiexin_domain::{Fen, MergeClass, PartialDate, RegionCode, YearHint};
use tiexin_report::Month;
use tiexin_store::{Op, Regions};
use uuid::Uuid;

use super::not_by;
use crate::place;

/// None: it leaves nothing out.
pub(super) fn read(
    kind: &str,
    within: &RegionCode,
    filter: &Filter,
) -> Result<Option<(Op, Value)>, ErrorReply> {
    if filter.field == shape::GAPS {
        return gap(filter).map(Some);
    }
    let Some(field) = shape::field(kind, &filter.field) else { return Ok(Some(plain(kind, filter))) };
    match field.holds {
        Holds::Code(choices) | Holds::Codes(choices) => chosen(kind, field, choices, filter).map(Some),
        Holds::Flag => flag(field, filter),
        Holds::Count | Holds::Minutes | Holds::Money => number(field, filter).map(Some),
        Holds::Region => region(field, within, filter).map(Some),
        Holds::Reference(_) | Holds::References(_) => referred(kind, field, filter).map(Some),
        // Several values in one: no text is equal to it.
        Holds::Person | Holds::People | Holds::Parts(_)
            if filter.op == FilterOp::Is && filter.value.as_str().is_some_and(|text| !text.is_empty()) =>
        {
            Ok(Some((Op::Contains, filter.value.clone())))
        }
        _ => Ok(Some(plain(kind, filter))),
    }
}

/// As it was typed.
fn plain(kind: &str, filter: &Filter) -> (Op, Value) {
    let value = filter.value.clone();
    match filter.op {
        FilterOp::Is | FilterOp::Any => (equal(kind, &filter.field), value),
        FilterOp::Contains => (Op::Contains, value),
        FilterOp::From => (Op::AtLeast, value),
        // Days became bounds.
        FilterOp::To | FilterOp::During => (Op::AtMost, to_the_end(value)),
        FilterOp::Missing => (Op::Missing, Value::Null),
    }
}

/// Of several values one is meant, whichever way they are merged.
fn equal(kind: &str, field: &str) -> Op {
    let holds = shape::field(kind, field).map(|field| field.holds);
    let several = matches!(holds, Some(Holds::Texts | Holds::Codes(_) | Holds::References(_)));
    if several || merge_class(kind, field) == MergeClass::Set { Op::Has } else { Op::Is }
}

/// `2026-10` includes all of October, `2026` all of the year.
fn to_the_end(value: Value) -> Value {
    let date = value.as_str().and_then(|text| PartialDate::parse(text, YearHint::None).ok());
    match date {
        Some(PartialDate::Month(year, month)) => match Month::new(year, month) {
            Ok(month) => month.last().to_string().into(),
            Err(_) => value,
        },
        Some(PartialDate::Year(year)) => format!("{year:04}-12-31").into(),
        _ => value,
    }
}

/// Each of what is asked for, read; one stays one, and several stay several.
fn each(value: &Value, read: impl Fn(&Value) -> Result<Value, ErrorReply>) -> Result<Value, ErrorReply> {
    match value {
        Value::Array(items) => Ok(Value::Array(items.iter().map(read).collect::<Result<_, _>>()?)),
        one => read(one),
    }
}

/// As it was typed, for the eye and for reading.
fn typed(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn refused(message: String) -> ErrorReply {
    ErrorReply::new(ErrorCode::Invalid, message)
}

/// What a file lacks; the store knows which of these it is.
fn gap(filter: &Filter) -> Result<(Op, Value), ErrorReply> {
    if filter.op != FilterOp::Is {
        return Err(not_by(&filter.field));
    }
    let asked = typed(&filter.value);
    let known = Lack::from_label(&asked);
    Ok((Op::Is, known.as_ref().map_or(asked.as_str(), Lack::code).into()))
}

fn chosen(kind: &str, field: &Field, choices: Choices, filter: &Filter) -> Result<(Op, Value), ErrorReply> {
    let known = |asked: &str| choices.iter().find(|(code, label)| *code == asked || *label == asked);
    let no_choice = |asked: &str| {
        let all: Vec<&str> = choices.iter().map(|(_, label)| *label).collect();
        let (label, all) = (field.label, all.join("、"));
        refused(format!("“{label}”里没有“{asked}”，没有按它筛选。可以写：{all}。"))
    };
    let value = match filter.op {
        FilterOp::Is | FilterOp::Any => each(&filter.value, |value| {
            let asked = typed(value);
            known(&asked).map(|(code, _)| Value::from(*code)).ok_or_else(|| no_choice(&asked))
        })?,
        // A part of a label, never of its code.
        FilterOp::Contains => {
            let asked = typed(&filter.value);
            let fit = choices.iter().filter(|(code, label)| *code == asked || label.contains(&asked));
            let codes: Vec<Value> = fit.map(|(code, _)| Value::from(*code)).collect();
            if codes.is_empty() {
                return Err(no_choice(&asked));
            }
            Value::Array(codes)
        }
        // They have no order.
        FilterOp::From | FilterOp::To | FilterOp::During | FilterOp::Missing => {
            return Err(not_bounded(field));
        }
    };
    Ok((equal(kind, field.name), value))
}

fn not_bounded(field: &Field) -> ErrorReply {
    refused(format!("“{}”没有大小先后，不能用 >= 或 <= 筛选，请用 =。", field.label))
}

/// What nobody ticked says no.
fn flag(field: &Field, filter: &Filter) -> Result<Option<(Op, Value)>, ErrorReply> {
    if !matches!(filter.op, FilterOp::Is | FilterOp::Any | FilterOp::Contains) {
        return Err(not_bounded(field));
    }
    let answer = |value: &Value| match value {
        Value::Bool(yes) => Some(*yes),
        other => tiexin_intake::yes(&typed(other)),
    };
    let no_answer = |value: &Value| {
        let (label, asked) = (field.label, typed(value));
        refused(format!("“{label}”请写 是 或 否，不能是“{asked}”，没有按它筛选。"))
    };
    let one = std::slice::from_ref(&filter.value);
    let items = filter.value.as_array().map_or(one, Vec::as_slice);
    let mut answers = Vec::new();
    for item in items {
        answers.push(answer(item).ok_or_else(|| no_answer(item))?);
    }
    Ok(match (answers.contains(&true), answers.contains(&false)) {
        (true, false) => Some((Op::Is, Value::Bool(true))),
        (false, true) => Some((Op::IsNot, Value::Bool(true))),
        // Either will do.
        (true, true) => None,
        (false, false) => Some((Op::Is, Value::Array(Vec::new()))),
    })
}

/// A part of a number is no number: whoever types one into a list's column means all of it.
fn number(field: &Field, filter: &Filter) -> Result<(Op, Value), ErrorReply> {
    let op = match filter.op {
        FilterOp::Is | FilterOp::Any | FilterOp::Contains => Op::Is,
        FilterOp::From => Op::AtLeast,
        FilterOp::To => Op::AtMost,
        FilterOp::During | FilterOp::Missing => return Err(not_by(field.name)),
    };
    let value = each(&filter.value, |value| {
        let asked = typed(value);
        let read = match field.holds {
            Holds::Money => {
                Fen::parse(&asked).map(|fen| Value::from(fen.to_string())).map_err(|bad| bad.to_string())
            }
            Holds::Minutes => read_minutes(&asked).map(Value::from),
            _ => read_count(&asked).map(Value::from),
        };
        let label = field.label;
        read.map_err(|how| refused(format!("“{label}”里的“{asked}”看不懂，没有按它筛选。{how}。")))
    })?;
    Ok((op, value))
}

/// Places that one word may mean.
const MOST_PLACES: usize = 100;

fn called(text: &str, within: Option<&RegionCode>) -> impl Iterator<Item = RegionCode> {
    Regions::anhui().search(text, within, MOST_PLACES).into_iter().map(|region| region.code)
}

fn region(field: &Field, within: &RegionCode, filter: &Filter) -> Result<(Op, Value), ErrorReply> {
    let codes: Vec<RegionCode> = match filter.op {
        // A place is called by its name; those that are called so are looked up.
        FilterOp::Contains => called(&typed(&filter.value), Some(within)).collect(),
        FilterOp::Is | FilterOp::Any => {
            let one = std::slice::from_ref(&filter.value);
            let items = filter.value.as_array().map_or(one, Vec::as_slice);
            let is_code = |item: &Value| item.as_str().is_some_and(|text| text.parse::<RegionCode>().is_ok());
            if items.iter().all(is_code) {
                return Ok((Op::Is, filter.value.clone()));
            }
            let mut codes = Vec::new();
            for item in items {
                let asked = typed(item);
                match asked.parse::<RegionCode>() {
                    Ok(code) => codes.push(code),
                    Err(_) => codes.extend(whole(field, &asked, within)?),
                }
            }
            codes
        }
        FilterOp::From | FilterOp::To | FilterOp::During | FilterOp::Missing => {
            return Err(not_bounded(field));
        }
    };
    let codes: Vec<Value> = codes.iter().map(|code| Value::from(code.as_str())).collect();
    Ok((Op::Is, Value::Array(codes)))
}

/// The places that a word names in full: here, or else around or elsewhere.
fn whole(field: &Field, asked: &str, within: &RegionCode) -> Result<Vec<RegionCode>, ErrorReply> {
    let names = |code: &RegionCode| {
        Regions::anhui().name(code).is_some_and(|official| official == asked) || place::name(code) == asked
    };
    for within in [Some(within), None] {
        let codes: Vec<RegionCode> = called(asked, within).filter(names).collect();
        if !codes.is_empty() {
            return Ok(codes);
        }
    }
    let name = field.name;
    Err(refused(format!(
        "没有叫“{asked}”的地方，没有按它筛选。请写全名或地区代码；只记得一部分请写 {name}~{asked}。"
    )))
}

/// A name is no record's number.
fn referred(kind: &str, field: &Field, filter: &Filter) -> Result<(Op, Value), ErrorReply> {
    if !matches!(filter.op, FilterOp::Is | FilterOp::Any) {
        return Ok(plain(kind, filter));
    }
    let value = each(&filter.value, |value| {
        let (label, asked) = (field.label, typed(value));
        match asked.parse::<Uuid>() {
            Ok(id) => Ok(Value::from(id.to_string())),
            Err(_) => Err(refused(format!("“{label}”按记录编号筛选，“{asked}”不是编号，没有按它筛选。"))),
        }
    })?;
    Ok((equal(kind, field.name), value))
}
