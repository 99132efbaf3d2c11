//! The month a sheet is about, by what stands above its head, on its tab and in the file's name.

use chrono::{Datelike, NaiveDate};

use super::narrow;

/// What is known of the time that a sheet is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) struct Period {
    pub(in crate::plan) year: Option<i32>,
    pub(in crate::plan) month: Option<u32>,
    /// The day on which the sheet was filled in, by its own words: no row is later.
    typed: Option<NaiveDate>,
    /// Two titles name two years: neither is believed.
    pub(in crate::plan) torn: bool,
    today: Today,
}

/// The day at the office, as far as the computer's clock can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) struct Today {
    /// `None`: the clock is wrong.
    pub(in crate::plan) day: Option<NaiveDate>,
    /// No day after this one was yet.
    pub(in crate::plan) latest: NaiveDate,
}

/// What one text says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Said {
    year: Option<i32>,
    month: Option<u32>,
    typed: Option<NaiveDate>,
}

/// Words before a date on which a form was filled in, not the time that it is about.
const TYPED: &[&str] = &[
    "填报时间",
    "填报日期",
    "填表时间",
    "填表日期",
    "制表时间",
    "制表日期",
    "上报时间",
    "上报日期",
    "报送时间",
    "报送日期",
    "登记日期",
    "打印时间",
    "打印日期",
    "导出时间",
    "导出日期",
    "更新时间",
    "更新日期",
    "统计时间",
    "统计日期",
    "编制时间",
    "编制日期",
    "录入时间",
    "录入日期",
    "日期：",
    "日期:",
    "时间：",
    "时间:",
];

impl Period {
    fn unknown(today: Today) -> Self {
        Self { year: None, month: None, typed: None, torn: false, today }
    }

    /// The year that one text names.
    pub(in crate::plan) fn year_said(text: &str) -> Option<i32> {
        said(text).year
    }

    /// From titles in the order in which they are believed: above the head, the tab, the file's name.
    pub(in crate::plan) fn of<'t>(texts: impl Iterator<Item = &'t str>, today: Today) -> Self {
        let said: Vec<Said> = texts.map(said).collect();
        let mut period = Self::unknown(today);
        period.typed = said.iter().find_map(|s| s.typed);
        let mut years = said.iter().filter_map(|s| s.year);
        period.year = years.next();
        period.torn = years.any(|year| Some(year) != period.year);
        let mut months = said.iter().filter_map(|s| s.month);
        period.month = months.next();
        // A title that was not changed when the sheet was copied: the tab says another month.
        if months.any(|month| Some(month) != period.month) || period.torn {
            period.month = None;
        }
        if period.torn {
            period.year = None;
        }
        if let (None, Some(month), false, Some(last)) =
            (period.year, period.month, period.torn, period.last())
        {
            period.year = Some(if month > last.month() { last.year() - 1 } else { last.year() });
        }
        period
    }

    /// A title between two tables; what it does not say stays.
    pub(in crate::plan) fn under(self, title: &str) -> Self {
        let own = Self::of(std::iter::once(title), self.today);
        let typed = own.typed.or(self.typed);
        if own.year.is_some() { Self { typed, ..own } } else { Self { typed, ..self } }
    }

    /// No row is later than this day, by which a year that is not written is told; `None` while nothing tells it.
    fn last(&self) -> Option<NaiveDate> {
        match (self.typed, self.today.day) {
            (Some(typed), today) => Some(typed.min(today.unwrap_or(self.today.latest))),
            (None, today) => today,
        }
    }

    pub(in crate::plan) fn today(&self) -> Option<NaiveDate> {
        self.today.day
    }

    /// No day after this one was yet.
    pub(in crate::plan) fn latest(&self) -> NaiveDate {
        self.today.latest
    }

    /// Whether the year of a date without one is guessed by today alone.
    pub(in crate::plan) fn guesses(&self) -> bool {
        self.year.is_none() && self.typed.is_none() && !self.torn
    }

    /// Whether nothing tells the year of a date that is written without one.
    pub(in crate::plan) fn year_is_unknown(&self) -> bool {
        self.torn || (self.year.is_none() && self.last().is_none())
    }

    /// The day a month and a day mean where no year stands. `None` when there is no such day or the titles contradict each other.
    pub(in crate::plan) fn day(&self, month: u32, day: u32) -> Option<NaiveDate> {
        let on = |year: i32| NaiveDate::from_ymd_opt(year, month, day);
        match (self.year, self.month) {
            _ if self.torn => None,
            // A row of another month than its sheet belongs to the nearest one: 12月29日 in the sheet of January.
            (Some(year), Some(own)) => {
                let nearest = match month as i32 - own as i32 {
                    7.. => year - 1,
                    ..=-7 => year + 1,
                    _ => year,
                };
                on(nearest)
            }
            (Some(year), None) => on(year),
            (None, _) => {
                let last = self.last()?;
                on(last.year()).filter(|day| *day <= last).or_else(|| on(last.year() - 1))
            }
        }
    }

    /// A day of the sheet's own month.
    pub(in crate::plan) fn day_of_month(&self, day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year?, self.month?, day)
    }

    /// Whether a day lies outside of the month that the sheet names.
    pub(in crate::plan) fn excludes(&self, day: NaiveDate) -> bool {
        match (self.year, self.month) {
            (Some(year), Some(month)) => (day.year(), day.month()) != (year, month),
            (Some(year), None) => day.year() != year,
            _ => false,
        }
    }
}

/// Whatever one text says about time. Numbers of documents, telephones and ranges of months say nothing.
fn said(text: &str) -> Said {
    let text = without_document_numbers(&narrow(text));
    let (title, typed) = match TYPED.iter().filter_map(|word| text.find(word).map(|at| (at, word))).min() {
        Some((at, word)) => (&text[..at], Some(&text[at + word.len()..])),
        None => (text.as_str(), None),
    };
    let mut said = of_title(title);
    said.typed = typed.and_then(first_day);
    if typed.is_none() && said.year.is_none() {
        said.typed = eight_digits(title);
    }
    said
}

/// `固卫协〔2025〕17号`, `[2025]17号`, `2025年第17号文` name a document, not a time.
fn without_document_numbers(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut kept = String::new();
    let mut at = 0;
    while at < chars.len() {
        match document_number(&chars[at..]) {
            Some(length) => at += length,
            None => {
                kept.push(chars[at]);
                at += 1;
            }
        }
    }
    kept
}

fn document_number(chars: &[char]) -> Option<usize> {
    let bracket = matches!(chars.first()?, '〔' | '[' | '(' | '【' | '〈' | '<' | '{' | '［' | '（' | '﹝');
    let mut at = usize::from(bracket);
    let digits = |from: usize| chars[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    if digits(at) != 4 || !chars[at..].starts_with(&['2', '0']) && !chars[at..].starts_with(&['1', '9']) {
        return None;
    }
    at += 4;
    let blanks = |from: usize| chars[from..].iter().take_while(|c| c.is_whitespace()).count();
    if chars.get(at) == Some(&'年') {
        at += 1;
    }
    if bracket {
        matches!(chars.get(at)?, '〕' | ']' | ')' | '】' | '〉' | '>' | '}' | '］' | '）' | '﹞')
            .then_some(())?;
        at += 1;
    }
    at += blanks(at);
    if chars.get(at) == Some(&'第') {
        at += 1;
    }
    let number = digits(at);
    at += number;
    at += blanks(at);
    (number > 0 && chars.get(at) == Some(&'号')).then_some(at + 1)
}

/// A run of digits with what stands before and behind it.
struct Run<'t> {
    digits: &'t str,
    before: Option<char>,
    after: Option<char>,
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut rest = 0;
    while let Some(found) = text[rest..].find(|c: char| c.is_ascii_digit()) {
        let start = rest + found;
        let length = text[start..].find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - start);
        let end = start + length;
        let mark = |text: &str, last: bool| {
            let mut marks = text.chars().filter(|c| !c.is_whitespace());
            if last { marks.next_back() } else { marks.next() }
        };
        runs.push(Run {
            digits: &text[start..end],
            before: mark(&text[..start], true),
            after: mark(&text[end..], false),
        });
        rest = end;
    }
    runs
}

fn of_title(title: &str) -> Said {
    let runs = runs(title);
    let number = |run: &Run<'_>| run.digits.parse::<u32>().ok();
    let is_year =
        |run: &Run<'_>| run.digits.len() == 4 && number(run).is_some_and(|y| (1990..2100).contains(&y));
    let is_month =
        |run: &Run<'_>| run.digits.len() <= 2 && number(run).is_some_and(|m| (1..=12).contains(&m));
    let range = |run: &Run<'_>, other: Option<&Run<'_>>| {
        let mark = |c: Option<char>| c.is_some_and(|c| "-—–~～至到、".contains(c));
        mark(run.after) && other.is_some_and(|other| is_month(other) && other.after == Some('月'))
    };
    let mut found = Said::default();
    let mut years: Vec<u32> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let next = runs.get(at + 1);
        if is_year(run) {
            years.extend(number(run));
            // 2026年10月, 2026-10, 2026.10; not 2026年1-10月, not 2026-2027年.
            let joined = run.after.is_some_and(|c| "年-./_".contains(c));
            if let (true, Some(month)) = (joined && found.month.is_none(), next.filter(|n| is_month(n)))
                && !range(month, runs.get(at + 2))
            {
                found.month = number(month);
            }
        } else if matches!(run.digits.len(), 6) {
            // 走访202610
            let (year, month) = run.digits.split_at(4);
            let year: Option<u32> = year.parse().ok().filter(|y| (1990..2100).contains(y));
            let month = month.parse().ok().filter(|m| (1..=12).contains(m));
            if let (Some(year), Some(month)) = (year, month) {
                years.push(year);
                found.month.get_or_insert(month);
            }
        } else if is_month(run) && run.after == Some('月') && found.month.is_none() {
            let before = at.checked_sub(1).and_then(|before| runs.get(before));
            let ends_range = before.is_some_and(|before| range(before, Some(run)));
            let counts = run.before.is_some_and(|c| "前近满".contains(c));
            if !range(run, next) && !ends_range && !counts {
                found.month = number(run);
            }
        }
    }
    years.dedup();
    // 2025-2026年度 names two.
    found.year = if let [year] = years[..] { Some(year as i32) } else { None };
    if years.len() > 1 || title.contains("截至") || title.contains("截止") {
        found.month = None;
    }
    found
}

/// 20261102 in a file's name is the day on which it was made.
fn eight_digits(text: &str) -> Option<NaiveDate> {
    runs(text)
        .iter()
        .filter(|run| run.digits.len() == 8)
        .find_map(|run| NaiveDate::parse_from_str(run.digits, "%Y%m%d").ok())
}

fn first_day(text: &str) -> Option<NaiveDate> {
    let runs = runs(text);
    let number = |at: usize| runs.get(at).and_then(|run| run.digits.parse::<u32>().ok());
    eight_digits(text).or_else(|| NaiveDate::from_ymd_opt(number(0)? as i32, number(1)?, number(2)?))
}

#[cfg(test)]
mod tests;
