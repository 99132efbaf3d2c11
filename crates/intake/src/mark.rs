//! The ledger given back with every finding beside its row.

use std::collections::HashMap;

use chrono::Timelike;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook as Writer, Worksheet, XlsxError};

use crate::finding::{Finding, Severity};
use crate::plan::{LedgerPlan, SheetReport, Taken};
use crate::refusal::FileRefused;
use crate::workbook::{Cell, Merge, Sheet, Workbook};

/// The head of the column that says what became of each row. Read again it is passed over.
pub(crate) const RESULT: &str = "导入结果";
/// A cell of a spreadsheet holds no more.
const LONGEST_TEXT: usize = 32_767;
/// Merges beyond this are only decoration, or an attack.
const LARGEST_MERGE: u64 = 10_000;

/// An xlsx copy of the ledger: cells with findings coloured, a column 导入结果 saying what to do.
/// `done`: the plan was written; before that the words say what would become of each row.
/// Carries values only: a text that begins with `=` stays text.
pub fn marked_copy(workbook: &Workbook, plan: &LedgerPlan, done: bool) -> Result<Vec<u8>, FileRefused> {
    let styles = Styles::new();
    let mut writer = Writer::new();
    let mut shown = false;
    for (sheet, report) in workbook.sheets.iter().zip(&plan.sheets) {
        let name = sheet.name.as_deref();
        let mut marks = Marks { sheet, report, findings: HashMap::new(), done };
        for finding in plan.findings.iter().filter(|f| f.sheet.as_deref() == name) {
            marks.findings.entry(finding.row).or_default().push(finding);
        }
        let page = writer.add_worksheet();
        // A tab's name that the writer will not have is replaced by its own.
        let _ = page.set_name(name.unwrap_or("台账"));
        // What was hidden stays hidden: read again it is passed over again.
        if sheet.hidden {
            page.set_hidden(true);
        } else if !shown {
            page.set_active(true);
            shown = true;
        }
        marks.write(page, &styles).map_err(|_| FileRefused::too_large("标注副本写不下"))?;
    }
    if workbook.sheets.is_empty() {
        writer.add_worksheet();
    }
    writer.save_to_buffer().map_err(|_| FileRefused::too_large("标注副本写不下"))
}

struct Styles {
    plain: Format,
    day: Format,
    moment: Format,
    whole: Format,
    head: Format,
    refused: Format,
    todo: Format,
}

impl Styles {
    fn new() -> Self {
        let plain = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
        Self {
            day: plain.clone().set_num_format("yyyy-mm-dd"),
            moment: plain.clone().set_num_format("yyyy-mm-dd hh:mm"),
            whole: plain.clone().set_num_format("0"),
            head: plain.clone().set_bold().set_align(FormatAlign::Center).set_text_wrap(),
            refused: plain.clone().set_background_color(Color::RGB(0x00FF_C7CE)),
            todo: plain.clone().set_background_color(Color::RGB(0x00FF_EB9C)),
            plain,
        }
    }

    fn of(&self, severity: Severity) -> &Format {
        match severity {
            Severity::Refused => &self.refused,
            Severity::Todo | Severity::Differs => &self.todo,
        }
    }
}

/// One sheet with what is to be said about it.
struct Marks<'a> {
    sheet: &'a Sheet,
    report: &'a SheetReport,
    findings: HashMap<u32, Vec<&'a Finding>>,
    done: bool,
}

impl Marks<'_> {
    fn write(&self, page: &mut Worksheet, styles: &Styles) -> Result<(), XlsxError> {
        let result = column(self.sheet.width().max(1))?;
        let recognised = self.report.kind.is_some();
        for merge in &self.sheet.merges {
            self.merge(page, merge, styles);
        }
        let (first_head, last_head) = self.report.head_rows;
        for row in &self.sheet.rows {
            let found = self.findings.get(&row.number).map(Vec::as_slice).unwrap_or_default();
            for (at, cell) in row.cells.iter().enumerate().filter(|(_, c)| !c.is_empty()) {
                let head = recognised && (first_head..=last_head).contains(&row.number);
                let marked = self.marked(found, at).map(|severity| styles.of(severity));
                let format = if head { Some(&styles.head) } else { marked };
                put(page, row.number - 1, column(at)?, cell, format, styles)?;
            }
            // An empty cell can be the very thing that is missing.
            for at in self.empty_marked(row, found) {
                if let Some(severity) = self.marked(found, at) {
                    page.write_blank(row.number - 1, column(at)?, styles.of(severity))?;
                }
            }
            if let Some((text, severity)) = self.verdict(row.number, found) {
                let format = severity.map_or(&styles.plain, |s| styles.of(s));
                page.write_string_with_format(row.number - 1, result, cut(&text), format)?;
            }
        }
        page.set_column_range_width(0, result.saturating_sub(1), 14)?;
        page.set_column_width(result, 60)?;
        if recognised {
            page.write_string_with_format(last_head.max(1) - 1, result, RESULT, &styles.head)?;
            page.set_freeze_panes(last_head, 0)?;
        }
        Ok(())
    }

    fn merge(&self, page: &mut Worksheet, merge: &Merge, styles: &Styles) {
        let rows = u64::from(merge.last_row.saturating_sub(merge.first_row)) + 1;
        let columns = (merge.last_column.saturating_sub(merge.first_column)) as u64 + 1;
        let (Ok(first), Ok(last)) = (column(merge.first_column), column(merge.last_column)) else { return };
        if rows * columns <= LARGEST_MERGE && merge.first_row > 0 {
            // Overlapping merges are passed over: the values stand in their cells all the same.
            let _ = page.merge_range(merge.first_row - 1, first, merge.last_row - 1, last, "", &styles.plain);
        }
    }

    fn marked(&self, found: &[&Finding], at: usize) -> Option<Severity> {
        if found.is_empty() {
            return None;
        }
        let letter = crate::workbook::column_letters(at);
        found.iter().filter(|f| f.letter == letter).map(|f| f.severity).min()
    }

    fn empty_marked(&self, row: &crate::workbook::Row, found: &[&Finding]) -> Vec<usize> {
        if found.is_empty() {
            return Vec::new();
        }
        self.report.columns.iter().map(|c| c.index).filter(|at| row.cell(*at).is_empty()).collect()
    }

    fn verdict(&self, row: u32, found: &[&Finding]) -> Option<(String, Option<Severity>)> {
        let waits = self.report.waiting.contains(&row);
        let told = found.iter().map(|f| f.severity).min();
        let severity = if waits { Some(Severity::Refused) } else { told };
        let opening = match (severity, self.report.taken_as.get(&row)) {
            (Some(Severity::Refused), _) if self.done => "未导入",
            (Some(Severity::Refused), _) => "不能导入",
            (_, Some(Taken::Differs)) => "已在册，有出入",
            (_, Some(Taken::Filled)) if self.done => "已在册，已补空缺",
            (_, Some(Taken::Filled)) => "已在册，可补空缺",
            (_, Some(Taken::Unchanged)) => "已在册，未改动",
            (Some(_), _) if self.done => "已导入，待补",
            (Some(_), _) => "可以导入，待补",
            (None, Some(Taken::New)) if self.done => "已导入",
            (None, Some(Taken::New)) => "可以导入",
            (None, None) => return None,
        };
        let missing = waits.then(|| "本机还没有这户家庭，请先导入特殊家庭台账".to_owned());
        let said: Vec<String> =
            found.iter().map(|f| format!("【{}】{}", f.column, f.hint)).chain(missing).collect();
        let text =
            if said.is_empty() { opening.to_owned() } else { format!("{opening}：{}", said.join("；")) };
        Some((text, severity))
    }
}

fn column(at: usize) -> Result<u16, XlsxError> {
    u16::try_from(at).map_err(|_| XlsxError::RowColumnLimitError)
}

fn cut(text: &str) -> String {
    if text.encode_utf16().count() <= LONGEST_TEXT {
        text.to_owned()
    } else {
        text.chars().take(LONGEST_TEXT / 2).collect()
    }
}

/// Days since 1899-12-30, as a spreadsheet counts.
fn serial(at: &chrono::NaiveDateTime) -> f64 {
    let first = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or_default();
    let days = (at.date() - first).num_days() as f64;
    days + f64::from(at.num_seconds_from_midnight()) / 86_400.0
}

fn put(
    page: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    format: Option<&Format>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let or = |own: &'_ Format| format.unwrap_or(own).clone();
    match cell {
        Cell::Empty => return Ok(()),
        // A coloured date or long number is written as the worker reads it: the colour takes the format's place.
        Cell::DateTime(_) | Cell::Number(_) if format.is_some() => {
            page.write_string_with_format(row, column, cell.shown(), &or(&styles.plain))?
        }
        Cell::DateTime(at) => {
            let midnight = at.time() == chrono::NaiveTime::MIN;
            page.write_number_with_format(
                row,
                column,
                serial(at),
                if midnight { &styles.day } else { &styles.moment },
            )?
        }
        Cell::Number(number) => {
            let own = match number.places {
                // What the cell showed is what the copy has to show: 10.10 is no 10.1.
                Some(places @ 1..) => {
                    &styles.plain.clone().set_num_format(format!("0.{:0<1$}", "", usize::from(places)))
                }
                _ if number.value.fract() == 0.0 => &styles.whole,
                _ => &styles.plain,
            };
            page.write_number_with_format(row, column, number.value, own)?
        }
        Cell::Bool(value) => page.write_boolean_with_format(row, column, *value, &or(&styles.plain))?,
        Cell::Text(text) => page.write_string_with_format(row, column, cut(text), &or(&styles.plain))?,
        Cell::Error(text) => page.write_string_with_format(row, column, cut(text), &or(&styles.plain))?,
        Cell::Uncounted | Cell::Picture => {
            page.write_string_with_format(row, column, cell.shown(), &or(&styles.plain))?
        }
    };
    Ok(())
}
