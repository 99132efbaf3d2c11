//! How kinds, conditions and orders are written on the command line, and a record in one line.

use serde_json::json;
use tiexin_contract::records::{Filter, FilterOp, RecordRow, Sort};
use tiexin_domain::Kind;

use super::exit::{Exit, Failure, Outcome};

pub(super) fn kind(code: &str) -> Outcome<String> {
    if Kind::from_code(code).is_known() {
        return Ok(code.to_owned());
    }
    if let Some(kind) = Kind::from_label(code) {
        return Ok(kind.code().to_owned());
    }
    let known: Vec<&str> = Kind::ALL.iter().map(Kind::code).collect();
    Err(Failure::new(Exit::Usage, format!("没有这类记录：{code}。可以是：{}", known.join("、"))))
}

/// `-date`: the newest first.
pub(super) fn sort(text: &str) -> Sort {
    Sort { field: text.trim_start_matches('-').to_owned(), descending: text.starts_with('-') }
}

/// `字段=值`, `字段~包含`, `字段>=从`, `字段<=到`, `字段@本月`, `字段!`.
pub(super) fn filter(text: &str) -> Outcome<Filter> {
    let made = |field: &str, op, value: &str| Filter { field: field.trim().into(), op, value: json!(value) };
    if let Some(field) = text.strip_suffix('!') {
        return Ok(made(field, FilterOp::Missing, ""));
    }
    let signs = [
        (">=", FilterOp::From),
        ("<=", FilterOp::To),
        ("~", FilterOp::Contains),
        ("=", FilterOp::Is),
        ("@", FilterOp::During),
    ];
    let found =
        signs.iter().filter_map(|(sign, op)| text.find(sign).map(|at| (at, *sign, *op))).min_by_key(|f| f.0);
    match found {
        Some((at, sign, op)) if at > 0 => Ok(made(&text[..at], op, &text[at + sign.len()..])),
        _ => Err(Failure::new(
            Exit::Usage,
            format!(
                "条件写法不对：{text}。请写成 字段=值、字段~包含、字段>=从、字段<=到、字段@本月 或 字段!"
            ),
        )),
    }
}

pub(super) fn line(row: &RecordRow) -> String {
    let void = if row.void.is_some() { "（已作废）" } else { "" };
    format!("{}\t{}\t{}{void}", row.id, row.region_name, row.title)
}
