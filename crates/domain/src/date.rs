//! Dates as offices write them, with the precision that was given.

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;

use crate::lunar;

/// A year, a month or a day. Travels as `2014`, `2014-01` or `2014-01-05`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PartialDate {
    /// Only the year is known.
    Year(i32),
    /// Year and month (1–12).
    Month(i32, u32),
    /// A whole date.
    Day(NaiveDate),
}

/// The year that a date without one belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearHint {
    /// Dates must carry their year.
    None,
    /// A date without a year lies in this year (a monthly sheet's).
    Year(i32),
    /// Typed on this day: `昨天` works, and a date without a year is the latest one not after it.
    Today(NaiveDate),
}

/// The text is no date that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadDate {
    #[error("日期不对，请写成如 2026-10-05、10月5日")]
    Unreadable,
    /// The text is clear, but no month has this day.
    #[error("{month}月没有{day}日，请核对")]
    NoSuchDay { month: u32, day: u32 },
    /// A day of the lunar calendar, or one that may be.
    #[error("{}", lunar::TOLD)]
    Lunar,
}

use BadDate::Unreadable;

impl BadDate {
    /// The text is clear, but no month has this day.
    pub fn no_such_day(self) -> bool {
        matches!(self, BadDate::NoSuchDay { .. })
    }
}

impl PartialDate {
    /// Reads `2016-05-03`, `2016.5.3`, `2016/05/03`, `20160503`, `2016年5月3日`, `2016年5月`, `2016年`,
    /// and with a hint `10.5`, `10月5日`, `5日`, `今天`, `昨天`, `前天`, typed on a day also `大前天`, `1005`,
    /// `26.10.5`. A time behind the date is ignored.
    pub fn parse(text: &str, hint: YearHint) -> Result<PartialDate, BadDate> {
        let plain: String = text.trim().chars().map(narrow).collect();
        if let YearHint::Today(today) = hint {
            let back = match plain.as_str() {
                "今天" | "今日" => Some(0),
                "昨天" | "昨日" => Some(1),
                "前天" => Some(2),
                "大前天" => Some(3),
                _ => None,
            };
            if let Some(days) = back {
                return Ok(PartialDate::Day(today - chrono::Days::new(days)));
            }
        }
        let date_part = cut_time(&plain);
        if date_part.len() == 8 && date_part.bytes().all(|b| b.is_ascii_digit()) {
            return whole(number(&date_part[..4])?, number(&date_part[4..6])?, number(&date_part[6..])?);
        }
        let chinese = date_part.contains(['年', '月', '日', '号']);
        let lunar = |bad| if lunar::may_be_lunar(date_part) { BadDate::Lunar } else { bad };
        let numbers = split_numbers(date_part).map_err(lunar)?;
        let numbers = if chinese { numbers } else { short_day(numbers, hint) };
        match (numbers.as_slice(), chinese) {
            ([y, m, d], _) => whole(typed_year(*y, hint)?, *m, *d),
            ([y, m], _) if y.1 == 4 => month(year(*y)?, *m),
            ([m, d], _) => {
                let (y, floating) = match hint {
                    YearHint::None => return Err(Unreadable),
                    YearHint::Year(y) => (y, None),
                    YearHint::Today(t) => (t.year(), Some(t)),
                };
                let day = whole((y as u32, 4), *m, *d);
                match (day, floating) {
                    (Ok(PartialDate::Day(day)), Some(today)) if day > today => {
                        whole((y as u32 - 1, 4), *m, *d)
                    }
                    (Err(_), Some(_)) => whole((y as u32 - 1, 4), *m, *d),
                    (day, _) => day,
                }
            }
            ([y], _) if y.1 == 4 && !date_part.contains(['月', '日', '号']) => {
                Ok(PartialDate::Year(year(*y)?.0 as i32))
            }
            ([d], true) if date_part.ends_with(['日', '号']) => match hint {
                YearHint::Today(today) => latest(today, *d),
                _ => Err(Unreadable),
            },
            _ => Err(Unreadable),
        }
    }

    /// The whole date, if it is known to the day.
    pub fn day(self) -> Option<NaiveDate> {
        match self {
            PartialDate::Day(d) => Some(d),
            _ => None,
        }
    }

    /// The first day it can be.
    pub fn begins(self) -> Option<NaiveDate> {
        match self {
            PartialDate::Year(y) => NaiveDate::from_ymd_opt(y, 1, 1),
            PartialDate::Month(y, m) => NaiveDate::from_ymd_opt(y, m, 1),
            PartialDate::Day(d) => Some(d),
        }
    }

    /// The last day it can be.
    pub fn ends(self) -> Option<NaiveDate> {
        let next = match self {
            PartialDate::Year(y) => NaiveDate::from_ymd_opt(y + 1, 1, 1),
            PartialDate::Month(y, 12) => NaiveDate::from_ymd_opt(y + 1, 1, 1),
            PartialDate::Month(y, m) => NaiveDate::from_ymd_opt(y, m + 1, 1),
            PartialDate::Day(d) => return Some(d),
        };
        next?.pred_opt()
    }

    /// The year.
    pub fn year(self) -> i32 {
        match self {
            PartialDate::Year(y) | PartialDate::Month(y, _) => y,
            PartialDate::Day(d) => d.year(),
        }
    }

    /// Full years until `today`, of somebody born then; of a month or a year reckoned from its first day.
    pub fn age(self, today: NaiveDate) -> Option<u32> {
        today.years_since(self.begins()?)
    }

    /// Whether the day or the month is missing.
    pub fn is_partial(self) -> bool {
        !matches!(self, PartialDate::Day(_))
    }

    /// How a worker reads it: `2014年1月5日`, `2014年1月`, `2014年`.
    pub fn label(self) -> String {
        match self {
            PartialDate::Year(y) => format!("{y}年"),
            PartialDate::Month(y, m) => format!("{y}年{m}月"),
            PartialDate::Day(d) => format!("{}年{}月{}日", d.year(), d.month(), d.day()),
        }
    }
}

type Part = (u32, usize);

fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
        '．' | '。' => '.',
        '／' => '/',
        '－' | '—' | '–' => '-',
        '：' => ':',
        '\u{3000}' => ' ',
        other => other,
    }
}

/// `2026-10-12 09:00` and `2026-10-12T09:00` keep their date only; spaces around 年月日 are dropped by the splitter.
fn cut_time(text: &str) -> &str {
    let end = text.find('T').or_else(|| {
        let colon = text.find(':')?;
        text[..colon].rfind(' ')
    });
    text[..end.unwrap_or(text.len())].trim_end()
}

fn split_numbers(text: &str) -> Result<Vec<Part>, BadDate> {
    let mut parts: Vec<Part> = Vec::new();
    let mut digits = String::new();
    let mut separated = false;
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '.' | '/' | '-' | '年' | '月' | '日' | '号' | ' ' => {
                if !digits.is_empty() {
                    parts.push(number(&digits)?);
                    digits.clear();
                } else if parts.is_empty() || (separated && c != ' ' && !text.contains(' ')) {
                    return Err(Unreadable);
                }
                separated = true;
                continue;
            }
            _ => return Err(Unreadable),
        }
        separated = false;
    }
    if !digits.is_empty() {
        parts.push(number(&digits)?);
    }
    Ok(parts)
}

fn number(digits: &str) -> Result<Part, BadDate> {
    if digits.len() > 4 {
        return Err(Unreadable);
    }
    Ok((digits.parse().map_err(|_| Unreadable)?, digits.len()))
}

/// Whoever types may leave out the dot: `1005` is no year, so it is 5 October. A ledger's number is not read so.
fn short_day(numbers: Vec<Part>, hint: YearHint) -> Vec<Part> {
    match (numbers.as_slice(), hint) {
        ([(number, 4)], YearHint::Today(_)) if *number < 1850 => {
            vec![(number / 100, 2), (number % 100, 2)]
        }
        _ => numbers,
    }
}

/// `26.10.5` typed by hand: the year of this century, or the last one when it would lie ahead of next year.
fn typed_year(y: Part, hint: YearHint) -> Result<Part, BadDate> {
    match (y, hint) {
        ((short, 2), YearHint::Today(today)) => {
            let this_century = 2000 + short;
            let latest = u32::try_from(today.year()).unwrap_or_default() + 1;
            Ok((if this_century > latest { this_century - 100 } else { this_century }, 4))
        }
        _ => year(y),
    }
}

/// Four digits, 1850–2100: anything else is a slip of the pen.
fn year(part: Part) -> Result<Part, BadDate> {
    if part.1 == 4 && (1850..=2100).contains(&part.0) { Ok(part) } else { Err(Unreadable) }
}

fn month(y: Part, m: Part) -> Result<PartialDate, BadDate> {
    if m.1 <= 2 && (1..=12).contains(&m.0) {
        Ok(PartialDate::Month(y.0 as i32, m.0))
    } else {
        Err(Unreadable)
    }
}

fn whole(y: Part, m: Part, d: Part) -> Result<PartialDate, BadDate> {
    year(y)?;
    if m.1 > 2 || d.1 > 2 {
        return Err(Unreadable);
    }
    let none = if (1..=12).contains(&m.0) && (1..=31).contains(&d.0) {
        BadDate::NoSuchDay { month: m.0, day: d.0 }
    } else {
        Unreadable
    };
    NaiveDate::from_ymd_opt(y.0 as i32, m.0, d.0).map(PartialDate::Day).ok_or(none)
}

/// The latest day of this number that is not after today: `28日` typed on the first of December is November's.
fn latest(today: NaiveDate, d: Part) -> Result<PartialDate, BadDate> {
    // Two months in a row may lack a day: one where it still lies ahead, and one without it.
    for back in 0..=2 {
        let month = today - Months::new(back);
        match whole((month.year() as u32, 4), (month.month(), 2), d) {
            Ok(PartialDate::Day(day)) if day <= today => return Ok(PartialDate::Day(day)),
            Ok(_) | Err(BadDate::NoSuchDay { .. }) => {}
            Err(bad) => return Err(bad),
        }
    }
    whole((today.year() as u32, 4), (today.month(), 2), d)
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartialDate::Year(y) => write!(f, "{y:04}"),
            PartialDate::Month(y, m) => write!(f, "{y:04}-{m:02}"),
            PartialDate::Day(d) => write!(f, "{}", d.format("%Y-%m-%d")),
        }
    }
}

impl TryFrom<String> for PartialDate {
    type Error = BadDate;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        PartialDate::parse(&text, YearHint::None)
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> PartialDate {
        PartialDate::Day(NaiveDate::from_ymd_opt(y, m, d).unwrap())
    }

    #[test]
    fn dates_as_ledgers_write_them() {
        for (text, want) in [
            ("2016.5.3", day(2016, 5, 3)),
            ("2016年5月3日", day(2016, 5, 3)),
            ("2016 年 5 月 3 日", day(2016, 5, 3)),
            ("2016/05/03", day(2016, 5, 3)),
            ("2016-05-03", day(2016, 5, 3)),
            ("20160503", day(2016, 5, 3)),
            ("２０１６．５．３", day(2016, 5, 3)),
            ("2026-10-12 09:00", day(2026, 10, 12)),
            ("2016年5月", PartialDate::Month(2016, 5)),
            ("2016-05", PartialDate::Month(2016, 5)),
            ("2023年", PartialDate::Year(2023)),
            ("2023", PartialDate::Year(2023)),
        ] {
            assert_eq!(PartialDate::parse(text, YearHint::None), Ok(want), "{text}");
        }
        for bad in
            ["2007-02-30", "10.5", "2016年13月", "", "不详", "16.5.3", "2016..5", "2016-5-3-4", "320160503"]
        {
            assert!(PartialDate::parse(bad, YearHint::None).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_monthly_sheet_leaves_out_the_year() {
        let hint = YearHint::Year(2026);
        assert_eq!(PartialDate::parse("10月5日", hint), Ok(day(2026, 10, 5)));
        assert_eq!(PartialDate::parse("10.16", hint), Ok(day(2026, 10, 16)));
        assert!(PartialDate::parse("10月32日", hint).is_err());
    }

    #[test]
    fn typed_dates_look_back_from_today() {
        let hint = YearHint::Today(NaiveDate::from_ymd_opt(2026, 1, 3).unwrap());
        assert_eq!(PartialDate::parse("昨天", hint), Ok(day(2026, 1, 2)));
        assert_eq!(PartialDate::parse("12.30", hint), Ok(day(2025, 12, 30)));
        assert_eq!(PartialDate::parse("2日", hint), Ok(day(2026, 1, 2)));
        assert_eq!(PartialDate::parse("28日", hint), Ok(day(2025, 12, 28)));
        let march = YearHint::Today(NaiveDate::from_ymd_opt(2026, 3, 1).unwrap());
        assert_eq!(PartialDate::parse("30号", march), Ok(day(2026, 1, 30)));
        for (text, want) in [
            ("大前天", day(2025, 12, 31)),
            ("1005", day(2025, 10, 5)),
            ("0102", day(2026, 1, 2)),
            ("25.10.5", day(2025, 10, 5)),
            ("68-3-5", day(1968, 3, 5)),
            ("1968", PartialDate::Year(1968)),
        ] {
            assert_eq!(PartialDate::parse(text, hint), Ok(want), "{text}");
        }
        for bad in ["1332", "0000", "25.13.5", "105"] {
            assert!(PartialDate::parse(bad, hint).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_that_its_month_lacks_is_told_as_that() {
        let hint = YearHint::Today(NaiveDate::from_ymd_opt(2026, 11, 29).unwrap());
        for (text, told) in [
            ("2026-02-30", "2月没有30日，请核对"),
            ("2.30", "2月没有30日，请核对"),
            ("20260431", "4月没有31日，请核对"),
            ("2026年2月29日", "2月没有29日，请核对"),
            ("2026-13-01", "日期不对，请写成如 2026-10-05、10月5日"),
        ] {
            assert_eq!(PartialDate::parse(text, hint).unwrap_err().to_string(), told, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_stored_reads_back(y in 1850i32..2100, m in 1u32..=12, d in 1u32..=28) {
            for date in [PartialDate::Year(y), PartialDate::Month(y, m), day(y, m, d)] {
                proptest::prop_assert_eq!(PartialDate::parse(&date.to_string(), YearHint::None), Ok(date));
            }
        }
        #[test]
        fn no_text_panics(text in "\\PC{0,20}") {
            let _ = PartialDate::parse(&text, YearHint::Today(NaiveDate::from_ymd_opt(2026, 2, 28).unwrap()));
        }
    }
}
