//! One row of data, read field by field; what is wrong is noted on the way.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use tiexin_domain::PartialDate;
use tiexin_domain::nouns::tidy;
use tiexin_domain::shape::Audience;

use super::context::SheetContext;
use super::notices::FilledIn;
use super::sheet::{DataRow, Origin};
use super::values::{self, Dated};
use crate::finding::{Finding, FindingCode, Severity};
use crate::heads::Column;
use crate::script::{self, PersonName, person_name};
use crate::workbook::{Cell, column_letters};

static NOTHING: Cell = Cell::Empty;

pub(super) const BAD_TIME: &str = "时间不对，请写成如 2026-10-12 09:00";

pub(super) struct RowReader<'a> {
    pub(super) row: DataRow<'a>,
    pub(super) sheet: &'a SheetContext<'a>,
    pub(super) findings: Vec<Finding>,
    /// A day whose year was guessed: nothing in the file tells it.
    pub(super) guessed: Option<NaiveDate>,
    /// Of each list of parts which of its columns' parts the record has, in their order.
    pub(super) parts: BTreeMap<String, Vec<usize>>,
    /// What stands for an empty cell that a record cannot be without.
    pub(super) filled_in: Vec<FilledIn>,
    /// What no field holds, as `列名：值`.
    notes: Vec<String>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(row: DataRow<'a>, sheet: &'a SheetContext<'a>) -> Self {
        let (findings, notes, parts) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut reader = Self { row, sheet, findings, guessed: None, parts, filled_in: Vec::new(), notes };
        super::cells::look_over(&mut reader);
        reader
    }

    /// Whether the sheet has a column for the field.
    pub(super) fn has(&self, field: &str) -> bool {
        self.sheet.head.column(field).is_some()
    }

    pub(super) fn cell(&self, field: &str) -> &'a Cell {
        let cell = self.sheet.head.column(field).map_or(&NOTHING, |column| self.row.cell(column.index));
        if super::cells::is_masked(cell) { &NOTHING } else { cell }
    }

    /// Whether a number stands there as this program shows it: it says nothing of the whole one.
    pub(super) fn is_masked(&self, field: &str) -> bool {
        let column = self.sheet.head.column(field);
        column.is_some_and(|column| super::cells::is_masked(self.row.cell(column.index)))
    }

    pub(super) fn masked_cells(&self) -> usize {
        let columns = self.sheet.head.columns.iter().filter(|column| !column.ignored);
        columns.filter(|column| super::cells::is_masked(self.row.cell(column.index))).count()
    }

    pub(super) fn origin(&self, field: &str) -> Origin {
        self.sheet.head.column(field).map_or(Origin::Own, |column| self.row.origin(column.index))
    }

    /// The text as it stands; `None` when nothing does.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        match self.cell(field) {
            Cell::Empty | Cell::Error(_) | Cell::Uncounted | Cell::Picture => None,
            Cell::Number(number) if number.lost_digits() => None,
            Cell::Text(text) if super::cells::is_error(text) || super::cells::is_scientific(text) => None,
            // The mark by which a spreadsheet tells a text from a number survives in exports.
            Cell::Text(text) => tidy(script::seen(text).trim_start_matches(['\'', '‘', '`'])),
            cell => Some(cell.shown()),
        }
    }

    /// The text, unless it only says 无 or the like.
    pub(super) fn said(&self, field: &str) -> Option<String> {
        self.text(field).filter(|text| !values::says_nothing(text))
    }

    /// The name of somebody who is named only: a contact, a doctor. What stands beside it goes to the notes.
    pub(super) fn name(&mut self, field: &str) -> Option<String> {
        let read = person_name(&self.said(field)?);
        if read.note.is_some() {
            self.keep(field);
        }
        Some(read.name).filter(|name| !name.is_empty())
    }

    /// The name of a person with what stands beside it.
    pub(super) fn person(&mut self, field: &str) -> Option<PersonName> {
        let read = person_name(&self.said(field)?);
        if read.note.as_deref().is_some_and(|note| !KNOWN_NOTES.contains(&note)) {
            self.keep(field);
        }
        if read.name.chars().any(script::lost) {
            self.find(field, FindingCode::SignLost, "姓名里有认不出的字，请对照证件改正");
        }
        Some(read).filter(|read| !read.name.is_empty())
    }

    /// Notes a finding about a field.
    pub(super) fn find(&mut self, field: &str, code: FindingCode, hint: impl Into<String>) {
        match self.sheet.head.column(field) {
            Some(column) => self.find_in(column, code, hint),
            None => {
                let label = self.sheet.head.label(field).to_owned();
                self.push((String::new(), label, None), code, String::new(), hint.into());
            }
        }
    }

    /// Notes a finding about a column.
    pub(super) fn find_in(&mut self, column: &Column, code: FindingCode, hint: impl Into<String>) {
        let letter = column_letters(column.index);
        let head = if column.head.is_empty() { letter.clone() } else { column.head.clone() };
        let value = self.row.written(column.index).shown();
        self.push((letter, head, column.field.map(|field| field.code)), code, value, hint.into());
    }

    fn push(
        &mut self,
        (letter, column, field): (String, String, Option<&'static str>),
        code: FindingCode,
        value: String,
        hint: String,
    ) {
        let severity = code.severity();
        let (sheet, row) = (self.sheet.tab.map(str::to_owned), self.row.number);
        let who = None;
        self.findings.push(Finding { sheet, row, column, letter, field, who, code, severity, value, hint });
    }

    pub(super) fn is_refused(&self) -> bool {
        self.findings.iter().any(|f| f.severity == Severity::Refused)
    }

    /// A date that must carry its year; one that is not clear is left out and kept in the notes. Of a birth two places of the
    /// year may be of either century.
    pub(super) fn full_date(&mut self, field: &str) -> Option<PartialDate> {
        let cell = self.cell(field);
        let birth = field.rsplit('.').next() == Some("birth");
        let short = if birth { None } else { values::short_year(cell, &self.sheet.period) };
        match short.map_or_else(|| values::date(cell, None), Dated::Is) {
            Dated::Nothing => None,
            Dated::Is(date) => Some(date),
            Dated::Unclear(why) => {
                self.keep(field);
                let hint = format!("{why}；没有录入，原内容记在备注里，请写成如 2016-10 或 2016-10-05");
                self.find(field, FindingCode::DateLeftOut, hint);
                None
            }
            Dated::Wrong if matches!(values::date(cell, Some(&self.sheet.period)), Dated::Is(_)) => {
                let hint = "没有写年份，或者年份只写了两位，看不出是哪一年，请写成如 2026-10-05";
                self.find(field, FindingCode::DateInvalid, hint);
                None
            }
            Dated::Wrong => {
                self.wrong_date(field);
                None
            }
        }
    }

    fn wrong_date(&mut self, field: &str) {
        self.find(field, FindingCode::DateInvalid, "日期不存在或写法不对，请改成如 2026-10-05 的写法");
    }

    /// A date, its year by the title where it has none; one that is not clear refuses the row.
    pub(super) fn date(&mut self, field: &str) -> Option<PartialDate> {
        match values::date(self.cell(field), Some(&self.sheet.period)) {
            Dated::Nothing => None,
            Dated::Is(date) => {
                let own = !self.sheet.period.guesses()
                    || matches!(values::date(self.cell(field), None), Dated::Is(_));
                self.guessed = date.day().filter(|_| !own).or(self.guessed);
                self.maybe_lunar(field, date);
                Some(date)
            }
            Dated::Unclear(why) => {
                self.unclear(field, &why);
                None
            }
            Dated::Wrong => {
                self.wrong_date(field);
                None
            }
        }
    }

    /// A day in numerals is a solar one, as far as its words go.
    fn maybe_lunar(&mut self, field: &str, date: PartialDate) {
        if values::in_numerals(self.cell(field)) {
            let hint =
                format!("没有写年份，录入时按公历 {}，请核对；写的是农历的，请改成公历的日期", date.label());
            self.find(field, FindingCode::DateMaybeLunar, hint);
        }
    }

    /// A day with its time of day. A time alone belongs to `same_day`.
    pub(super) fn moment(&mut self, field: &str, same_day: Option<NaiveDate>) -> Option<NaiveDateTime> {
        let cell = self.cell(field);
        match values::moment(cell, &self.sheet.period, same_day) {
            Ok(at) => {
                let day = at.map(|at| at.date());
                let own = |day: &NaiveDate| match cell {
                    Cell::Text(text) => text.contains(&day.year().to_string()),
                    Cell::Number(number) => number.value >= 1850.0,
                    _ => true,
                };
                let guesses = self.sheet.period.guesses() && day != same_day;
                self.guessed = day.filter(|day| guesses && !own(day)).or(self.guessed);
                if let Some(day) = day {
                    self.maybe_lunar(field, PartialDate::Day(day));
                }
                at
            }
            Err(None) => {
                self.find(field, FindingCode::DateInvalid, BAD_TIME);
                None
            }
            Err(Some(why)) => {
                self.unclear(field, &why);
                None
            }
        }
    }

    pub(super) fn unclear(&mut self, field: &str, why: &str) {
        let who = if why == values::TORN { format!("（{}）", self.sheet.years) } else { String::new() };
        let hint = format!("{why}{who}，请写成如 2026-10-05 的写法后再导入这一行");
        self.find(field, FindingCode::DateUnclear, hint);
    }

    /// The day on which something happened: known to the day, not later than today; outside of the
    /// sheet's month it is told.
    pub(super) fn day(&mut self, field: &str) -> Option<NaiveDate> {
        let before = self.findings.len();
        let day = self.date(field).and_then(PartialDate::day);
        match day {
            Some(day) => self.check_day(field, day),
            None if self.findings.len() == before => {
                self.find(field, FindingCode::DateInvalid, "请填写完整日期，写到日，如 2026-10-05");
            }
            None => {}
        }
        day
    }

    /// Notes a day that cannot be, or is not where the sheet says.
    pub(super) fn check_day(&mut self, field: &str, day: NaiveDate) {
        let period = self.sheet.period;
        if day > period.latest() {
            let hint = format!(
                "{} 在今天（{}）之后，请核对年份和日期；如果电脑的日期不对，请先校正电脑的日期和时间",
                PartialDate::Day(day).label(),
                period.latest().format("%Y-%m-%d")
            );
            self.find(field, FindingCode::DateFuture, hint);
        } else if period.excludes(day) {
            let hint =
                format!("{} 不在标题所写的时间里，录入时按这个日期，请核对", PartialDate::Day(day).label());
            self.find(field, FindingCode::DateOutsideMonth, hint);
        }
    }

    /// 是 or 否; what is neither is told, and kept in the notes.
    pub(super) fn yes(&mut self, field: &str) -> Option<bool> {
        let text = self.text(field)?;
        let answer = values::yes(&text);
        if answer.is_none() && !values::says_nothing(&text) {
            let kept = if self.keep(field) { "，原内容记在备注里" } else { "" };
            let hint = format!("看不出是“是”还是“否”，没有录入{kept}；请填“是”或“否”");
            self.find(field, FindingCode::CellLeftOut, hint);
        }
        answer
    }

    /// Whether the row itself says what a field of its record holds: no default, and nothing read from another cell.
    pub(super) fn says(&self, field: &str) -> bool {
        let column = self.sheet.head.column_of(field, None).and_then(|column| column.field);
        column.is_some_and(|column| column.fills == field && self.said(column.code).is_some())
    }

    /// Keeps a field's text in the notes; not what fewer may read than the notes. Whether it is kept.
    pub(super) fn keep(&mut self, field: &str) -> bool {
        let column = self.sheet.head.column(field);
        let value = self.cell(field).shown();
        let own = column.and_then(|column| column.field?.own);
        if value.is_empty() || own.is_some_and(|own| own.audience != Audience::Everyone) {
            return false;
        }
        let label = column.map(|c| c.head.clone()).unwrap_or_default();
        self.notes.push(format!("{label}：{value}"));
        true
    }

    /// The notes column, unknown columns and what was kept, or nothing.
    pub(super) fn notes(&mut self) -> Option<String> {
        let mut notes = Vec::new();
        for column in self.sheet.head.columns.iter().filter(|c| !c.ignored) {
            if column.field.is_some_and(|field| field.code != "notes") {
                continue;
            }
            if let Some(text) = super::cells::as_note(column, self.row.cell(column.index)) {
                notes.push(text);
            }
        }
        notes.append(&mut self.notes);
        (!notes.is_empty()).then(|| notes.join("；"))
    }
}

/// Notes in brackets behind a name that say nothing beyond what the columns do.
pub(super) const KNOWN_NOTES: &[&str] =
    &["户主", "本人", "男", "女", "夫", "妻", "丈夫", "妻子", "配偶", "父", "母", "父亲", "母亲"];
