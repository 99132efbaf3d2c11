//! Values as a worker reads them.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Utc};
use serde_json::Value;
use tiexin_domain::PartialDate;

/// China's time, as the desk's `today` is, whatever zone the browser is in.
fn local(milliseconds: i64) -> Option<DateTime<FixedOffset>> {
    let zone = FixedOffset::east_opt(8 * 3_600)?;
    DateTime::<Utc>::from_timestamp_millis(milliseconds).map(|at| at.with_timezone(&zone))
}

/// `今天 09:41`, `昨天 17:02`, `11月3日 08:15`, `2025年11月3日`.
pub(crate) fn moment(milliseconds: i64, today: NaiveDate) -> String {
    let Some(at) = local(milliseconds) else { return String::new() };
    let day = at.date_naive();
    match (today - day).num_days() {
        0 => format!("今天 {}", at.format("%H:%M")),
        1 => format!("昨天 {}", at.format("%H:%M")),
        _ if day.year() == today.year() => {
            format!("{}月{}日 {}", day.month(), day.day(), at.format("%H:%M"))
        }
        _ => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
    }
}

/// `今天`, `昨天`, `11月3日`, `2025年11月3日`.
pub(crate) fn day(date: NaiveDate, today: NaiveDate) -> String {
    match (today - date).num_days() {
        0 => "今天".to_owned(),
        1 => "昨天".to_owned(),
        -1 => "明天".to_owned(),
        _ if date.year() == today.year() => format!("{}月{}日", date.month(), date.day()),
        _ => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
    }
}

/// `11月23日 周一`
pub(crate) fn day_long(date: NaiveDate) -> String {
    format!("{}月{}日 {}", date.month(), date.day(), weekday(date))
}

/// `周三`
pub(crate) fn weekday(date: NaiveDate) -> &'static str {
    const DAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    DAYS[date.weekday().num_days_from_monday() as usize]
}

/// A stored date of any precision: `2014-01` → `2014年1月`.
pub(crate) fn stored_date(text: &str) -> String {
    let date: Result<PartialDate, _> = serde_json::from_value(Value::String(text.to_owned()));
    date.map_or_else(|_| text.to_owned(), PartialDate::label)
}

/// A stored local time: `2026-05-29T09:00:00` → `2026-05-29 09:00`. Midnight means that no time was given.
pub(crate) fn stored_moment(text: &str) -> String {
    match text.split_once('T') {
        Some((day, time)) if time.starts_with("00:00") => day.to_owned(),
        Some((day, time)) => format!("{day} {}", time.get(..5).unwrap_or(time)),
        None => text.to_owned(),
    }
}

pub(crate) use tiexin_forms::plain;

/// `12,345`
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
