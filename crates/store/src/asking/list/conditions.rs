//! Fields and conditions of a list as SQL.

use rusqlite::types::Value as Sql;
use serde_json::Value;
use tiexin_domain::shape::{self, Find, Holds, Role};
use tiexin_domain::{Fen, PartialDate, RegionCode, YearHint};
use uuid::Uuid;

use super::{ListQuery, Op};
use crate::asking::file_care;
use crate::asking::lost::{NOT_NAMED, not_by_unsaid, not_named_by};
use crate::asking::search;
use crate::derive::{bounds, day_of, household_key};
use crate::error::{Result, StoreError};
use crate::on_disk::connection::LISTED;

/// ` AND (place BETWEEN … OR …)`, or nothing.
pub(crate) fn within(regions: &[RegionCode]) -> String {
    let ranges: Vec<String> = regions
        .iter()
        .map(|region| {
            let (first, last) = bounds(region);
            format!("place BETWEEN {first} AND {last}")
        })
        .collect();
    if ranges.is_empty() { String::new() } else { format!(" AND ({})", ranges.join(" OR ")) }
}

/// When the family of a file was last met: kept nowhere, looked up in the visits.
pub(super) fn is_last_visit(kind: &str, field: &str) -> bool {
    kind == "support_file" && field == shape::LAST_VISIT
}

/// SQL for a field. Only plain names: this goes into the statement.
pub(super) fn column(query: &ListQuery, field: &str) -> Result<String> {
    let kind = query.kind.as_str();
    if is_last_visit(kind, field) {
        return Ok(file_care::last_met(query.today));
    }
    if shape::field(kind, field).is_some_and(|field| field.has(Role::Category)) {
        return Ok("category".into());
    }
    let plain = field.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if field.is_empty() || field.len() > 64 || !plain {
        return Err(StoreError::BadField { field: field.chars().take(64).collect() });
    }
    let stored = format!("json_extract(fields, '$.{field}')");
    // `900.50` is less than `12000.00`, though no text that begins with a 9 is.
    Ok(match shape::field(kind, field).map(|field| field.holds) {
        Some(Holds::Money) => format!("CAST(round(CAST({stored} AS REAL) * 100) AS INTEGER)"),
        Some(Holds::Count | Holds::Minutes) => format!("CAST({stored} AS INTEGER)"),
        _ => stored,
    })
}

/// Whether a field is a number; its column is a whole one, of money in fen.
pub(super) fn is_number(kind: &str, field: &str) -> bool {
    let holds = shape::field(kind, field).map(|field| field.holds);
    matches!(holds, Some(Holds::Money | Holds::Count | Holds::Minutes))
}

/// What is asked for as the field's column has it.
fn compared(kind: &str, field: &str, value: Value) -> Result<Value> {
    if !shape::field(kind, field).is_some_and(|field| field.holds == Holds::Money) {
        return Ok(value);
    }
    let fen = |value: &Value| {
        let fen = value.as_str().and_then(|yuan| Fen::parse(yuan).ok());
        fen.map(|fen| Value::from(fen.0)).ok_or_else(|| StoreError::BadField { field: field.to_owned() })
    };
    match &value {
        Value::Null => Ok(Value::Null),
        Value::Array(any) => any.iter().map(fen).collect(),
        one => fen(one),
    }
}

pub(super) fn conditions(query: &ListQuery, args: &mut Vec<Sql>) -> Result<String> {
    let mut all = String::from("kind = ?1 AND hidden = 0");
    all.push_str(&within(&query.regions));
    for (field, op, value) in &query.filter {
        all.push_str(" AND ");
        all.push_str(&condition(query, field, *op, value, args)?);
    }
    if let Some(text) = &query.text {
        all.push_str(&called(text, args));
    }
    // Whoever asks for a name must not be answered by the child of whom only the family's page tells.
    if query.kind == "person" {
        if query.filter.iter().any(|(field, ..)| field == "name") {
            all.push_str(NOT_NAMED);
        } else if let Some(text) = &query.text {
            all.push_str(not_named_by(text));
        }
    }
    Ok(all)
}

/// ` AND …`: the index finds it by the text; nothing when the text says nothing.
pub(crate) fn called(text: &str, args: &mut Vec<Sql>) -> String {
    let Some(question) = search::matching(text) else { return String::new() };
    args.push(Sql::Text(question));
    let names = args.len();
    args.push(Sql::Text(search::matching_words(text).unwrap_or_default()));
    let words = args.len();
    let said: String = search::words_in(text).iter().map(|word| not_by_unsaid(word, args)).collect();
    // Whom the text names is found; by words only those whose family's page does not alone say them.
    let unsaid = match said.strip_prefix(" AND ") {
        Some(said) => {
            format!(
                " AND (n IN (SELECT rowid FROM name_search WHERE name_search MATCH ?{names}) OR ({said}))"
            )
        }
        None => String::new(),
    };
    format!(
        " AND n IN (SELECT rowid FROM name_search WHERE name_search MATCH ?{names}
           UNION ALL SELECT rowid FROM text_search WHERE text_search MATCH ?{words}){unsaid}"
    )
}

fn condition(query: &ListQuery, field: &str, op: Op, value: &Value, args: &mut Vec<Sql>) -> Result<String> {
    let kind = query.kind.as_str();
    if field == "region"
        && let (Op::Is, Value::Array(any)) = (op, value)
    {
        let regions: Vec<RegionCode> = any.iter().filter_map(|code| code.as_str()?.parse().ok()).collect();
        let ranges = within(&regions);
        return Ok(ranges.strip_prefix(" AND ").unwrap_or("place < 0").to_owned());
    }
    if kind == "support_file" && field == shape::GAPS {
        let lacks = value.as_str().and_then(|code| file_care::lacks(code, query.today));
        return lacks.ok_or_else(|| StoreError::BadField { field: "gaps".into() });
    }
    if field == "region"
        && let (Op::Is | Op::StartsWith, Some(region)) =
            (op, value.as_str().and_then(|code| code.parse::<RegionCode>().ok()))
    {
        let (first, last) = bounds(&region);
        return Ok(format!("place BETWEEN {first} AND {last}"));
    }
    if field == "household"
        && let (Op::Is, Some(id)) = (op, value.as_str().and_then(|id| id.parse::<Uuid>().ok()))
    {
        return Ok(format!("household = {}", household_key(id)));
    }
    let date = value.as_str().and_then(|text| PartialDate::parse(text, YearHint::None).ok());
    let of_day = super::day_field(kind) == Some(field) || is_last_visit(kind, field);
    let (column, value) = match (of_day, date) {
        (true, Some(date)) if !matches!(op, Op::Contains | Op::StartsWith) => {
            let last_met = is_last_visit(kind, field);
            let day = if last_met { file_care::last_met(query.today) } else { "day".to_owned() };
            (day, Value::from(day_of(date)))
        }
        _ => (column(query, field)?, compared(kind, field, value.clone())?),
    };
    // Whoever asks for what an absent field means asks for those that lack it too.
    let told = match shape::field(kind, field).and_then(|field| field.absent) {
        Some(means) => format!("coalesce({column}, '{means}')"),
        None => column.clone(),
    };
    // A hidden number is not guessed, whole or place by place, nor a word that no list says: a text that people wrote is
    // compared as lists show it.
    let prose = shape::is_prose(kind, field);
    let listed = |column: &str| if prose { format!("{LISTED}({column})") } else { column.to_owned() };
    // By a name persons are found, all but the child of whom only the family's page tells.
    let name = shape::field(kind, field).is_some_and(|field| field.finds.contains(&Find::Name));
    let unsaid = |value: &Value, args: &mut Vec<Sql>| match value.as_str() {
        Some(text) if prose && !name => not_by_unsaid(&text.split_whitespace().collect::<String>(), args),
        _ => String::new(),
    };
    Ok(match op {
        Op::Is => {
            let any = if let Value::Array(any) = value { any } else { vec![value] };
            let is = |one: Value| format!("({} = {}{})", listed(&told), arg(&one, args), unsaid(&one, args));
            let any: Vec<String> = any.into_iter().map(is).collect();
            if any.is_empty() { "0".to_owned() } else { format!("({})", any.join(" OR ")) }
        }
        Op::IsNot => format!("{told} IS NOT {}", arg(&value, args)),
        Op::AtLeast => format!("{column} >= {}", arg(&value, args)),
        Op::AtMost => format!("{column} <= {}", arg(&value, args)),
        Op::Contains | Op::StartsWith => {
            let at = if op == Op::Contains { "> 0" } else { "= 1" };
            format!("instr({}, {}) {at}{}", listed(&column), arg(&value, args), unsaid(&value, args))
        }
        Op::Has => {
            let any = if let Value::Array(any) = value { any } else { vec![value] };
            let has = |one: Value| {
                format!("({} = {}{})", listed("item.value"), arg(&one, args), unsaid(&one, args))
            };
            let any: Vec<String> = any.into_iter().map(has).collect();
            let any = if any.is_empty() { "0".to_owned() } else { any.join(" OR ") };
            format!("EXISTS (SELECT 1 FROM json_each(record.fields, '$.{field}') AS item WHERE {any})")
        }
        Op::Present => format!("{column} IS NOT NULL"),
        Op::Missing => format!("{column} IS NULL"),
    })
}

/// Where the value stands among the statement's.
fn arg(value: &Value, args: &mut Vec<Sql>) -> String {
    args.push(match value {
        Value::String(text) => Sql::Text(text.clone()),
        Value::Number(n) => match n.as_i64() {
            Some(n) => Sql::Integer(n),
            None => Sql::Real(n.as_f64().unwrap_or_default()),
        },
        Value::Bool(yes) => Sql::Integer((*yes).into()),
        other => Sql::Text(other.to_string()),
    });
    format!("?{}", args.len())
}
