//! Days as people write them, as bounds.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use serde_json::{Value, json};
use tiexin_contract::records::{Filter, FilterOp};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::shape::{self, Holds};
use tiexin_domain::{PartialDate, YearHint, days};

use crate::clock::OFFICE_MINUTES;
use crate::rules;

/// A filter by days as people write them becomes one from the first and one to the last of them; others stay. What holds
/// a time of day is bounded by all of its last day, whichever way it was asked.
pub(super) fn by_days(kind: &str, filter: &Filter, today: NaiveDate) -> Result<Vec<Filter>, ErrorReply> {
    let holds = shape::field(kind, &filter.field).map(|field| field.holds);
    let typed = filter.value.as_str();
    // Of what is reckoned only the last visit is a day; what a newer program has may be one.
    let dated =
        |holds: Holds| matches!(holds, Holds::Day | Holds::PartialDay | Holds::Moment | Holds::Instant);
    let reckoned = filter.field == shape::LAST_VISIT || shape::of(kind).is_none();
    if !holds.map_or(reckoned, dated) {
        return match filter.op {
            FilterOp::During => Err(no_day(kind, &filter.field)),
            _ => Ok(vec![filter.clone()]),
        };
    }
    let bound = |op, value: Value| Filter { field: filter.field.clone(), op, value };
    let held = |value: &Value| as_held(kind, holds, filter.op, value.as_str()?, today).map(Value::from);
    let written: Option<Value> = match (filter.op, &filter.value) {
        (FilterOp::During, _) => None,
        (_, Value::Array(items)) => {
            Some(items.iter().map(|item| held(item).unwrap_or_else(|| item.clone())).collect())
        }
        (_, one) => held(one),
    };
    if let Some(value) = written {
        return Ok(vec![bound(filter.op, value)]);
    }
    let (from, to) = match (filter.op, typed) {
        (FilterOp::During, typed) => days::between(typed.unwrap_or_default(), today),
        (FilterOp::Is, Some(typed)) => days::between(typed, today),
        (FilterOp::From, Some(typed)) => (days::between(typed, today).0, None),
        (FilterOp::To, Some(typed)) => (None, days::between(typed, today).1),
        _ => return Ok(vec![filter.clone()]),
    };
    if (from, to) == (None, None) {
        let message = "这个日期看不懂，没有按它筛选。可以写 本月、近30天、10月、2026-10-05、9月~10月。";
        return Err(ErrorReply::new(ErrorCode::Invalid, message));
    }
    let from = from.map(|date| match date.begins() {
        Some(day) if holds == Some(Holds::Instant) => bound(FilterOp::From, json!(begins_ms(day))),
        _ => bound(FilterOp::From, json!(date)),
    });
    let to = to.map(|date| match (holds, days::ends(date)) {
        (Some(Holds::Instant), Some(day)) => bound(FilterOp::To, json!(ends_ms(day))),
        (Some(Holds::Moment), Some(day)) => bound(FilterOp::To, json!(format!("{day}T23:59:59"))),
        _ => bound(FilterOp::To, json!(date)),
    });
    Ok(from.into_iter().chain(to).collect())
}

/// A date that is written out, or a moment with its time of day, as a field holds it: read as a save reads it. A month or a
/// year is no day; what nobody here knows stays as it was typed.
fn as_held(kind: &str, holds: Option<Holds>, op: FilterOp, typed: &str, today: NaiveDate) -> Option<String> {
    match holds {
        Some(Holds::Instant) => None,
        Some(Holds::Moment) if typed.contains(['T', ':', '：']) => {
            rules::moment(typed, YearHint::Today(today))
        }
        Some(Holds::Moment) => None,
        None if shape::of(kind).is_none() => Some(typed.to_owned()),
        _ => {
            let date = PartialDate::parse(typed, YearHint::None).ok()?;
            let fits = op != FilterOp::Is || holds == Some(Holds::PartialDay) || !date.is_partial();
            fits.then(|| date.to_string())
        }
    }
}

fn no_day(kind: &str, field: &str) -> ErrorReply {
    let label = shape::field(kind, field).map_or(field, |field| field.label);
    ErrorReply::new(ErrorCode::Invalid, format!("“{label}”不是日期，不能按日期筛选，请换一列。"))
}

/// The last millisecond of a day at the office.
fn ends_ms(day: NaiveDate) -> i64 {
    // Invariant: no calendar of an office ends tomorrow.
    day.checked_add_days(Days::new(1)).map_or(i64::MAX, |after| begins_ms(after) - 1)
}

/// When a day begins at the office; milliseconds since 1970 UTC.
fn begins_ms(day: NaiveDate) -> i64 {
    let utc = day.and_time(NaiveTime::MIN) - TimeDelta::minutes(OFFICE_MINUTES.into());
    utc.and_utc().timestamp_millis()
}
