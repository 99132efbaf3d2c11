//! Dates and times of day as cells hold them.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use tiexin_domain::lunar::{may_be_lunar, wants_a_look};
use tiexin_domain::{PartialDate, YearHint};

use super::period::Period;
use super::{narrow, says_nothing};
use crate::workbook::{Cell, Number};

/// Why a date without a year cannot be read where the titles name two; which says what is told behind it.
pub(in crate::plan) const TORN: &str = "日期没有写年份，而标题、工作表名或文件名里的年份不一致";

/// Why a day of the lunar calendar is not read, and none that may be one.
const LUNAR: &str = "看起来是农历，这里记的是公历";

/// What a cell says of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::plan) enum Dated {
    Nothing,
    Is(PartialDate),
    /// It can be read in two ways; the worker is told both.
    Unclear(String),
    Wrong,
}

/// Reads a date. `period`: for one without a year; without it a date must carry its year.
pub(in crate::plan) fn date(cell: &Cell, period: Option<&Period>) -> Dated {
    match cell {
        Cell::DateTime(at) if at.year() < 1901 => Dated::Wrong,
        Cell::DateTime(at) => Dated::Is(PartialDate::Day(at.date())),
        Cell::Number(number) => of_number(number, period),
        Cell::Text(text) => of_text(text, period),
        Cell::Empty | Cell::Picture => Dated::Nothing,
        Cell::Bool(_) | Cell::Error(_) | Cell::Uncounted => Dated::Wrong,
    }
}

/// An office types 10.10 into a number cell; the sheet keeps 10.1. What the cell shows is believed where it
/// can be read in one way only.
fn of_number(number: &Number, period: Option<&Period>) -> Dated {
    let value = number.value;
    if value < 0.0 {
        return Dated::Wrong;
    }
    if value.fract() == 0.0 {
        return of_whole(value as u64);
    }
    if (20_000.0..80_000.0).contains(&value) {
        return serial_day(value).map_or(Dated::Wrong, |day| Dated::Is(PartialDate::Day(day)));
    }
    let general = Number::general(value).shown();
    let shown = number.shown();
    // A format that rounds shows another day than the one that was typed.
    if shown.parse::<f64>().ok() != general.parse::<f64>().ok() {
        return Dated::Unclear(format!("表格里是数字 {general}，显示成 {shown}，是哪一天分不清"));
    }
    let (whole, places) = shown.split_once('.').unwrap_or((shown.as_str(), ""));
    let (Ok(whole), Ok(part)) = (whole.parse::<u32>(), places.parse::<u32>()) else { return Dated::Wrong };
    if places.len() > 2 {
        return Dated::Wrong;
    }
    // One place after the point may be a day or a month whose last zero was lost.
    let full = number.places == Some(2) || places.len() == 2;
    if (1850..=2100).contains(&whole) {
        return match month_of(whole, part) {
            Some(_) if !full && part == 1 => {
                Dated::Unclear(format!("表格里是数字 {shown}，{whole} 年 1 月还是 10 月分不清"))
            }
            Some(month) => Dated::Is(month),
            None => Dated::Wrong,
        };
    }
    let Some(period) = period else { return Dated::Wrong };
    let day = |day: u32| if (1..=12).contains(&whole) { period.day(whole, day) } else { None };
    match (day(part), if full { None } else { day(part * 10) }) {
        (Some(_), Some(_)) => {
            Dated::Unclear(format!("表格里是数字 {shown}，{whole} 月 {part} 日还是 {} 日分不清", part * 10))
        }
        (Some(one), None) => Dated::Is(PartialDate::Day(one)),
        (None, Some(ten)) => Dated::Is(PartialDate::Day(ten)),
        (None, None) if period.year_is_unknown() => unknown_year(period),
        (None, None) => Dated::Wrong,
    }
}

/// `20180503`, `201805`, `2016`, or the days since 1899-12-30 that a date cell without its format is.
fn of_whole(value: u64) -> Dated {
    let (year, rest) = (|by: u64| (value / by) as u32, |by: u64| (value % by) as u32);
    let is = |date: Option<PartialDate>| date.map_or(Dated::Wrong, Dated::Is);
    match value {
        1850..=2100 => Dated::Is(PartialDate::Year(value as i32)),
        // 20185: a month with one place, or a day of the nineteen-fifties.
        18_501..=20_999 if (1..=9).contains(&rest(10)) && value >= 20_000 => Dated::Unclear(format!(
            "表格里是数字 {value}，{} 年 {} 月还是 {} 分不清",
            year(10),
            rest(10),
            serial_day(value as f64).map(|day| PartialDate::Day(day).label()).unwrap_or_default()
        )),
        18_501..=19_999 => is(month_of(year(10), rest(10))),
        20_000..=79_999 => is(serial_day(value as f64).map(PartialDate::Day)),
        185_001..=210_012 => is(month_of(year(100), rest(100))),
        18_500_101..=21_001_231 => {
            let day = NaiveDate::from_ymd_opt(year(10_000) as i32, rest(10_000) / 100, rest(100));
            is(day.map(PartialDate::Day))
        }
        _ => Dated::Wrong,
    }
}

fn month_of(year: u32, month: u32) -> Option<PartialDate> {
    (1..=12).contains(&month).then_some(PartialDate::Month(year as i32, month))
}

/// A moment that names its zone belongs to the day that it is in China: web forms export midnight as the evening before.
fn zoned(text: &str) -> Option<NaiveDateTime> {
    let (date, time) = text.trim().split_once(['T', ' '])?;
    let zone =
        time.ends_with(['Z', 'z']) || time.contains(['+']) || time.get(5..).is_some_and(|t| t.contains('-'));
    if !zone || date.len() != 10 {
        return None;
    }
    let at = DateTime::parse_from_rfc3339(&format!("{date}T{}", time.trim())).ok()?;
    Some(at.naive_utc() + chrono::TimeDelta::hours(8))
}

/// `十月五日`, `二〇二六年十月五日` in digits.
fn chinese_digits(text: &str) -> String {
    const DIGITS: &str = "〇一二三四五六七八九";
    let digit = |c: char| match c {
        '零' | '○' | 'О' => Some(0),
        '元' => None,
        _ => DIGITS.chars().position(|d| d == c),
    };
    if !text.chars().any(|c| c == '十' || digit(c).is_some()) {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|b| digit(chars[b])).is_some();
        let after = chars.get(at + 1).and_then(|c| digit(*c)).is_some();
        match (*c, digit(*c)) {
            ('十', _) => out.push_str(match (before, after) {
                (false, false) => "10",
                (false, true) => "1",
                (true, false) => "0",
                (true, true) => "",
            }),
            (_, Some(digit)) => out.push_str(&digit.to_string()),
            (other, None) => out.push(other),
        }
    }
    out
}

fn of_text(text: &str, period: Option<&Period>) -> Dated {
    if let Some(at) = zoned(text) {
        return Dated::Is(PartialDate::Day(at.date()));
    }
    let text = narrow(&crate::script::seen(text));
    if may_be_lunar(&text) {
        return Dated::Unclear(LUNAR.into());
    }
    let text = chinese_digits(&text);
    if several_days(&text) {
        return Dated::Unclear("写了几天，一行只记一天".into());
    }
    let text = text.replace('、', ".");
    let text = text.trim_matches(|c: char| c == '\'' || c.is_whitespace());
    if says_nothing(text) {
        return Dated::Nothing;
    }
    let text =
        text.strip_suffix(".0").filter(|whole| whole.bytes().all(|b| b.is_ascii_digit())).unwrap_or(text);
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits && matches!(text.len(), 5 | 6) {
        return of_digits(text);
    }
    if let Ok(date) = PartialDate::parse(text, YearHint::None) {
        return Dated::Is(date);
    }
    let Some(period) = period else { return Dated::Wrong };
    // The rest has no year. Any leap year tells month and day.
    let Ok(PartialDate::Day(day)) = PartialDate::parse(text, YearHint::Year(2024)) else {
        return relative(text, period);
    };
    match period.day(day.month(), day.day()) {
        Some(day) => Dated::Is(PartialDate::Day(day)),
        None if period.year_is_unknown() => unknown_year(period),
        None => Dated::Wrong,
    }
}

/// `24.3.5`: the year by its last two places, of this century where that was yet. A register tells no birth so.
pub(in crate::plan) fn short_year(cell: &Cell, period: &Period) -> Option<PartialDate> {
    let Cell::Text(text) = cell else { return None };
    let text = narrow(&crate::script::seen(text)).replace('、', ".");
    let text = text.trim();
    let parts: Vec<&str> = text.trim_end_matches(['日', '号']).split(['.', '-', '/', '年', '月']).collect();
    let numbers = parts.iter().all(|part| part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit()));
    if !numbers || parts.len() != 3 || parts[0].len() != 2 {
        return None;
    }
    PartialDate::parse(text, YearHint::Today(period.today()?)).ok()
}

/// `10.5-10.7`, `10月5日至7日`.
fn several_days(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['至', '~', '～', '—', '到']).collect();
    if parts.len() == 2 {
        return parts.iter().all(|part| part.contains(|c: char| c.is_ascii_digit()));
    }
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 2
        && parts
            .iter()
            .all(|part| part.contains(['.', '月', '/']) && part.contains(|c: char| c.is_ascii_digit()))
}

/// `201805`, and `20185` as text, which no spreadsheet counts days by.
fn of_digits(text: &str) -> Dated {
    let (year, month) = text.split_at(4);
    let year = year.parse().ok().filter(|year| (1850..=2100).contains(year));
    match (year, month.parse().ok()) {
        (Some(year), Some(month)) => month_of(year, month).map_or(Dated::Wrong, Dated::Is),
        _ => Dated::Wrong,
    }
}

/// Whether the cell tells month and day in numerals without a year: read as a solar day, and told.
pub(in crate::plan) fn in_numerals(cell: &Cell) -> bool {
    matches!(cell, Cell::Text(text) if wants_a_look(&narrow(&crate::script::seen(text))))
}

/// `5日`, `昨天`.
fn relative(text: &str, period: &Period) -> Dated {
    if let Some(digits) = text.strip_suffix(['日', '号'])
        && let Ok(day) = digits.trim().parse::<u32>()
    {
        return match period.day_of_month(day) {
            Some(day) => Dated::Is(PartialDate::Day(day)),
            None if period.year.is_none() || period.month.is_none() => {
                Dated::Unclear("只写了日，标题里又看不出是哪年哪月".into())
            }
            None => Dated::Wrong,
        };
    }
    let hint = period.today().map_or(YearHint::None, YearHint::Today);
    PartialDate::parse(text, hint).map_or(Dated::Wrong, Dated::Is)
}

fn unknown_year(period: &Period) -> Dated {
    let why = if period.torn {
        TORN
    } else {
        "日期没有写年份，也没有从标题里认出年份，而电脑的日期和时间不对，看不出是哪一年"
    };
    Dated::Unclear(why.into())
}

/// A date that a spreadsheet kept as a plain number, days since 1899-12-30.
fn serial_day(serial: f64) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(serial as u64))
}

/// A day with a time of day, midnight when none is given. A time alone belongs to `same_day`.
pub(in crate::plan) fn moment(
    cell: &Cell,
    period: &Period,
    same_day: Option<NaiveDate>,
) -> Result<Option<NaiveDateTime>, Option<String>> {
    match (cell, same_day) {
        (Cell::DateTime(at), Some(day)) if at.year() < 1901 => return Ok(Some(day.and_time(at.time()))),
        (Cell::DateTime(at), _) if at.year() >= 1901 => return Ok(Some(*at)),
        (Cell::Number(Number { value: part, .. }), Some(day)) if (0.0..1.0).contains(part) => {
            let time = NaiveTime::from_num_seconds_from_midnight_opt((part * 86_400.0).round() as u32, 0);
            return time.map(|t| Some(day.and_time(t))).ok_or(None);
        }
        (Cell::Number(Number { value, .. }), _)
            if (20_000.0..80_000.0).contains(value) && value.fract() > 0.0 =>
        {
            let seconds = (value.fract() * 86_400.0).round().min(86_399.0) as u32;
            let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default();
            return serial_day(*value).map(|day| Some(day.and_time(time))).ok_or(None);
        }
        _ => {}
    }
    if let Some(at) = zoned(&cell.shown()) {
        return Ok(Some(at));
    }
    let text = narrow(&cell.shown());
    if may_be_lunar(&text) {
        return Err(Some(LUNAR.into()));
    }
    let text = chinese_digits(&text);
    if says_nothing(&text) {
        return Ok(None);
    }
    let (day_text, time) = split_time(&text);
    let day = if day_text.is_empty() {
        same_day
    } else {
        let cell = if time.is_some() { &Cell::Text(day_text) } else { cell };
        match date(cell, Some(period)) {
            Dated::Is(date) => date.day(),
            Dated::Unclear(why) => return Err(Some(why)),
            Dated::Nothing | Dated::Wrong => None,
        }
    };
    day.map(|d| Some(d.and_time(time.unwrap_or_default()))).ok_or(None)
}

/// Cuts a time of day off the end: `9:00`, `9时30分`, `下午3点`.
fn split_time(text: &str) -> (String, Option<NaiveTime>) {
    let chars: Vec<char> = text.chars().collect();
    let Some(at) = chars.iter().position(|c| matches!(c, ':' | '时' | '点')) else {
        return (text.trim().to_owned(), None);
    };
    let from = chars[..at].iter().rposition(|c| !c.is_ascii_digit()).map_or(0, |p| p + 1);
    let number = |digits: &[char]| digits.iter().collect::<String>().parse::<u32>().ok();
    let minutes: Vec<char> =
        chars[at + 1..].iter().copied().take_while(char::is_ascii_digit).take(2).collect();
    let Some(mut hour) = number(&chars[from..at]) else { return (text.trim().to_owned(), None) };
    let before: String = chars[..from].iter().collect();
    if ["下午", "晚上", "傍晚"].iter().any(|w| before.contains(w)) && hour < 12 {
        hour += 12;
    }
    let day = before.replace(['T', 't'], " ");
    let day =
        ["上午", "下午", "晚上", "早上", "中午", "傍晚"].iter().fold(day, |day, word| day.replace(word, " "));
    let time = NaiveTime::from_hms_opt(hour, number(&minutes).unwrap_or(0), 0);
    match time {
        Some(time) => (day.trim().to_owned(), Some(time)),
        None => (text.trim().to_owned(), None),
    }
}

/// `09:30`, unless the cell is a bare day.
pub(in crate::plan) fn time_of(cell: &Cell) -> Option<String> {
    let time = match cell {
        Cell::DateTime(at) => at.time(),
        other => split_time(&narrow(&other.shown())).1?,
    };
    (time.num_seconds_from_midnight() > 0).then(|| time.format("%H:%M").to_string())
}

#[cfg(test)]
mod tests;
