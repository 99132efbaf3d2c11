//! One row of data, read field by field; what is wrong is noted on the way.

use tiexin_domain::nouns::{tidy, tidy_name};
use tiexin_domain::{Fen, IdNumber, IdNumberError, PartialDate, Problem, Sex, YearHint, phone};

use super::sheet::DataRow;
use super::values::{self, Period};
use crate::finding::{Finding, FindingCode, Severity};
use crate::heads::Recognised;
use crate::workbook::{Cell, column_letters};

static NOTHING: Cell = Cell::Empty;

pub(super) struct RowReader<'a> {
    pub(super) row: DataRow<'a>,
    pub(super) period: Period,
    head: &'a Recognised,
    sheet: Option<&'a str>,
    pub(super) findings: Vec<Finding>,
    /// What no field holds, as `列名：值`.
    notes: Vec<String>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(
        row: DataRow<'a>,
        head: &'a Recognised,
        sheet: Option<&'a str>,
        period: Period,
    ) -> Self {
        Self { row, period, head, sheet, findings: Vec::new(), notes: Vec::new() }
    }

    /// Whether the sheet has a column for the field.
    pub(super) fn has(&self, field: &str) -> bool {
        self.head.column(field).is_some()
    }

    pub(super) fn cell(&self, field: &str) -> &'a Cell {
        self.head.column(field).map_or(&NOTHING, |column| self.row.cell(column.index))
    }

    /// The text as it stands; `None` when nothing does.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        match self.cell(field) {
            Cell::Empty | Cell::Error(_) => None,
            Cell::Text(text) => tidy(text),
            cell => Some(cell.shown()),
        }
    }

    /// The text, unless it only says 无 or the like.
    pub(super) fn said(&self, field: &str) -> Option<String> {
        self.text(field).filter(|text| !values::says_nothing(text))
    }

    /// A person's name without spaces.
    pub(super) fn name(&self, field: &str) -> Option<String> {
        self.said(field).map(|text| tidy_name(&text)).filter(|name| !name.is_empty())
    }

    /// A file code: half-width, no spaces.
    pub(super) fn code(&mut self, field: &str) -> Option<String> {
        let text = self.said(field)?;
        if matches!(self.cell(field), Cell::Number(number) if number.lost_digits()) {
            self.find(
                field,
                FindingCode::IdLostDigits,
                "表格把编码当数字保存，末几位已丢失，请把该列设为文本后重新填写",
            );
            return None;
        }
        Some(
            values::narrow(&text)
                .chars()
                .filter(|c| !c.is_whitespace() && *c != '\'')
                .collect::<String>()
                .to_uppercase(),
        )
    }

    /// Notes a finding about a field.
    pub(super) fn find(&mut self, field: &str, code: FindingCode, hint: impl Into<String>) {
        let severity = code.severity();
        let (letter, column) = match self.head.column(field) {
            Some(column) => (column_letters(column.index), column.head.clone()),
            None => (String::new(), self.head.label(field).to_owned()),
        };
        self.findings.push(Finding {
            sheet: self.sheet.map(str::to_owned),
            row: self.row.number,
            column: if column.is_empty() { letter.clone() } else { column },
            letter,
            code,
            severity,
            value: self.cell(field).shown(),
            hint: hint.into(),
        });
    }

    pub(super) fn is_refused(&self) -> bool {
        self.findings.iter().any(|f| f.severity == Severity::Refused)
    }

    /// An ID number. Missing is no finding here: the caller knows whether there should be one.
    pub(super) fn id_number(&mut self, field: &str) -> Option<IdNumber> {
        let text = self.said(field)?;
        if matches!(self.cell(field), Cell::Number(number) if number.lost_digits()) {
            self.find(field, FindingCode::IdLostDigits, IdNumberError::LostDigits.to_string());
            return None;
        }
        match IdNumber::read(&text) {
            Ok(read) => {
                if read.upgraded {
                    let hint = format!("15 位旧号码已升为 18 位：{}，请对照证件核对", read.number.as_str());
                    self.find(field, FindingCode::IdUpgraded, hint);
                }
                Some(read.number)
            }
            // Text that ends in 000 may be a number that was lost in another spreadsheet before; certain is
            // only that it is wrong. Scientific notation is certain.
            Err(IdNumberError::LostDigits) if !text.contains(['e', 'E']) => {
                let hint = "身份证号校验位不对；末三位是 000，可能曾被表格当数字保存而丢失，请按证件重新填写";
                self.find(field, FindingCode::IdChecksum, hint);
                None
            }
            Err(error) => {
                let lost = error == IdNumberError::LostDigits;
                let code = if lost { FindingCode::IdLostDigits } else { FindingCode::IdChecksum };
                self.find(field, code, error.to_string());
                None
            }
        }
    }

    /// Notes that the stated sex is not the ID number's.
    pub(super) fn check_sex(&mut self, field: &str, stated: Option<&Sex>, number: Option<&IdNumber>) {
        if let (Some(stated), Some(number)) = (stated, number)
            && *stated != number.sex()
        {
            let hint = format!("按身份证号应为“{}”，已按身份证号录入，请核对", number.sex().label());
            self.find(field, FindingCode::SexMismatch, hint);
        }
    }

    /// A phone; of several in one cell the first right one, the others go to the notes.
    pub(super) fn phone(&mut self, field: &str) -> Option<String> {
        let text = self.text(field)?;
        if let Ok(phone) = phone::read(&text) {
            return phone;
        }
        if values::says_nothing(&text) {
            return None;
        }
        let parts = text.split(|c: char| "、，,；;/／ \n".contains(c)).filter(|p| !p.trim().is_empty());
        let read: Vec<Option<String>> = parts.map(|p| phone::read(p).unwrap_or(None)).collect();
        self.keep(field);
        match read.iter().all(Option::is_some) {
            true => read.into_iter().flatten().next(),
            false => {
                self.find(
                    field,
                    FindingCode::PhoneInvalid,
                    format!("{}；原内容已记在备注里", phone::BadPhone),
                );
                None
            }
        }
    }

    /// A date that must carry its year.
    pub(super) fn full_date(&mut self, field: &str) -> Option<PartialDate> {
        self.dated(field, YearHint::None)
    }

    /// A date, its year by the title where it has none.
    pub(super) fn date(&mut self, field: &str) -> Option<PartialDate> {
        self.dated(field, self.period.hint())
    }

    fn dated(&mut self, field: &str, hint: YearHint) -> Option<PartialDate> {
        values::date(self.cell(field), hint, self.period.month).unwrap_or_else(|()| {
            self.find(field, FindingCode::DateInvalid, "日期不存在或写法不对，请改成如 2026-10-05 的写法");
            None
        })
    }

    /// A date known to the day; anything less is a finding.
    pub(super) fn day(&mut self, field: &str) -> Option<chrono::NaiveDate> {
        let before = self.findings.len();
        let day = self.date(field).and_then(PartialDate::day);
        if day.is_none() && self.findings.len() == before {
            self.find(field, FindingCode::DateInvalid, "请填写完整日期，写到日，如 2026-10-05");
        }
        day
    }

    pub(super) fn money(&mut self, field: &str) -> Option<Fen> {
        values::money(self.cell(field)).ok().filter(|m| m.is_none_or(|fen| fen.0 >= 0)).unwrap_or_else(|| {
            self.find(field, FindingCode::NumberInvalid, "金额写法不对，请写成如 300 或 300.50");
            None
        })
    }

    pub(super) fn count(&mut self, field: &str) -> Option<u32> {
        let text = self.said(field)?;
        let count = values::count(&text);
        if count.is_none() {
            self.find(field, FindingCode::NumberInvalid, "数量写法不对，请写成整数，如 35");
        }
        count
    }

    /// 是 or 否; what is neither is kept in the notes.
    pub(super) fn yes(&mut self, field: &str) -> Option<bool> {
        let answer = values::yes(&self.text(field)?);
        if answer.is_none() {
            self.keep(field);
        }
        answer
    }

    /// Keeps a field's text in the notes.
    pub(super) fn keep(&mut self, field: &str) {
        let label = self.head.column(field).map(|c| c.head.clone()).unwrap_or_default();
        let value = self.cell(field).shown();
        if !value.is_empty() {
            self.notes.push(format!("{label}：{value}"));
        }
    }

    /// The notes column, unknown columns and what was kept, or nothing.
    pub(super) fn notes(&mut self) -> Option<String> {
        let mut notes = Vec::new();
        for column in self.head.columns.iter().filter(|c| !c.ignored) {
            let cell = self.row.cell(column.index);
            match column.field {
                Some(field) if field.code != "notes" => {}
                _ if cell.is_empty() => {}
                Some(_) => notes.push(cell.shown()),
                None if column.head.is_empty() => {
                    notes.push(format!("{}列：{}", column_letters(column.index), cell.shown()));
                }
                None => notes.push(format!("{}：{}", column.head, cell.shown())),
            }
        }
        notes.append(&mut self.notes);
        (!notes.is_empty()).then(|| notes.join("；"))
    }

    /// What the noun's own rules say against the record.
    pub(super) fn problems(&mut self, problems: Vec<Problem>) {
        for problem in problems {
            let code = match problem.code.as_str() {
                "period_invalid" | "date_invalid" => FindingCode::DateInvalid,
                "number_invalid" => FindingCode::NumberInvalid,
                "name_missing" => FindingCode::NameMissing,
                _ => FindingCode::Rule(problem.code),
            };
            if self.findings.iter().any(|f| f.code == code) {
                continue;
            }
            let field = match problem.field.as_str() {
                "code" => "file_code",
                "persons" => "person",
                other => other,
            };
            self.find(field, code, problem.message);
        }
    }
}
