//! A plan in the shape in which a worker sees it.

use std::collections::{HashMap, HashSet};

use tiexin_contract::import::{ChangeRow, ColumnPlan, FilePlan, FindingRow, NoticeRow, SheetPlan};
use tiexin_domain::numbers_in_text;
use tiexin_domain::unsaid::Unsaid;
use tiexin_intake::{LedgerPlan, Severity, Workbook};

use super::import::Read;
use crate::masking;
use crate::plans::PlannedFile;

/// The plan of a file as the worker sees it.
pub(super) fn planned(read: Read, plan: Option<LedgerPlan>, changes: Vec<ChangeRow>) -> PlannedFile {
    let Read { name, book, mended } = read;
    let (book, plan) = match (book, plan) {
        (Ok(book), Some(plan)) => (book, plan),
        (Err(message), _) => return PlannedFile { shown: refused(&name, message), name, read: None, mended },
        (Ok(_), None) => {
            return PlannedFile { shown: refused(&name, String::new()), name, read: None, mended };
        }
    };
    let shown = FilePlan {
        file: name.clone(),
        kind: plan.kind.map(|kind| kind.as_str().to_owned()),
        kind_label: plan.kind.map(|kind| kind.label().to_owned()),
        refused_file: plan.refusal().map(|refused| refused.message),
        rows: plan.data_rows as u64,
        passed_over: plan.sheets.iter().map(|sheet| sheet.passed_over as u64).sum(),
        taken: plan.rows.taken() as u64,
        refused: plan.rows.refused as u64,
        new: plan.rows.new as u64,
        filled: plan.rows.filled as u64,
        unchanged: plan.rows.unchanged as u64,
        differs: plan.rows.differs as u64,
        findings: findings(&book, &plan),
        notices: plan.notices.iter().map(notice).collect(),
        mended: mended.len() as u64,
        changes,
        sheets: plan.sheets.iter().enumerate().map(|(nth, sheet)| sheet_plan(&book, nth, sheet)).collect(),
    };
    PlannedFile { name, shown, read: Some((book, plan)), mended }
}

fn refused(name: &str, message: String) -> FilePlan {
    FilePlan {
        file: name.to_owned(),
        kind: None,
        kind_label: None,
        refused_file: Some(message),
        rows: 0,
        passed_over: 0,
        taken: 0,
        refused: 0,
        new: 0,
        filled: 0,
        unchanged: 0,
        differs: 0,
        findings: Vec::new(),
        notices: Vec::new(),
        mended: 0,
        changes: Vec::new(),
        sheets: Vec::new(),
    }
}

/// What was found, without what the same row says of a child.
fn findings(book: &Workbook, plan: &LedgerPlan) -> Vec<FindingRow> {
    let mut unsaid: HashMap<(&Option<String>, u32), Unsaid> = HashMap::new();
    for (nth, report) in plan.sheets.iter().enumerate() {
        let found = plan.findings.iter().filter(|finding| finding.sheet == report.name);
        let rows: HashSet<u32> = found.map(|finding| finding.row).collect();
        let Some(sheet) = sheet_of(book, nth, report).filter(|_| !rows.is_empty()) else { continue };
        for row in sheet.rows.iter().filter(|row| rows.contains(&row.number)) {
            unsaid.insert((&report.name, row.number), of_row(report, row));
        }
    }
    let nothing = Unsaid::default();
    let of =
        |one: &tiexin_intake::Finding| finding(one, unsaid.get(&(&one.sheet, one.row)).unwrap_or(&nothing));
    plan.findings.iter().map(of).collect()
}

/// What a row says that only its family's page may.
fn of_row(report: &tiexin_intake::SheetReport, row: &tiexin_intake::Row) -> Unsaid {
    let mut unsaid = Unsaid::default();
    for column in report.columns.iter().filter(|column| is_hidden(column.field)) {
        unsaid.add(&row.cell(column.index).shown());
    }
    unsaid
}

fn finding(finding: &tiexin_intake::Finding, unsaid: &Unsaid) -> FindingRow {
    let told = match is_bad_day(finding) {
        true => finding.value.clone(),
        false => told(finding.field, &finding.value),
    };
    let value = without(unsaid, told);
    // What the row may not show is typed anew, from the paper.
    let written = if value == finding.value { value.clone() } else { String::new() };
    FindingRow {
        sheet: finding.sheet.clone(),
        row: finding.row,
        column: finding.column.replace('>', "/"),
        code: finding.code.as_str().to_owned(),
        refused: finding.severity == Severity::Refused,
        differs: finding.severity == Severity::Differs,
        value,
        hint: finding.hint.clone(),
        who: finding.who.clone().unwrap_or_default(),
        letter: finding.letter.clone(),
        written,
    }
}

/// Places of a day.
const DAY_PLACES: usize = 8;

/// A day that cannot be read is no number: whoever is to mend it sees it.
fn is_bad_day(finding: &tiexin_intake::Finding) -> bool {
    let digits = finding.value.chars().filter(char::is_ascii_digit).count();
    finding.code.as_str().starts_with("date_") && digits <= DAY_PLACES && !is_hidden(finding.field)
}

/// A cell's text as lists show it: one rule for what the ledger says, here and beside the book.
fn covered(column: Option<&str>, text: &str) -> String {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    match column.and_then(tiexin_intake::mask_of) {
        Some(how) if digits >= 7 => masking::mask(how, text),
        _ => numbers_in_text::mask(text).unwrap_or_else(|| text.to_owned()),
    }
}

fn without(unsaid: &Unsaid, text: String) -> String {
    unsaid.hide(&text, true).unwrap_or(text)
}

/// What only a family's page or its author shows stands in no preview and in no finding.
fn is_hidden(field: Option<&str>) -> bool {
    field.is_some_and(tiexin_intake::is_hidden)
}

fn told(field: Option<&str>, text: &str) -> String {
    match text.is_empty() || !is_hidden(field) {
        true => covered(field, text),
        false => NOT_SHOWN.into(),
    }
}

/// In the place of a cell that says something of a child, or what only its author reads: it is not empty.
const NOT_SHOWN: &str = "（有内容，这里不显示）";

/// Columns of which nothing is shown as an example, and nothing is kept.
fn is_kept_back(field: Option<&str>) -> bool {
    is_hidden(field) || field.is_some_and(tiexin_intake::is_of_the_child)
}

/// A cell as an example of its column: of the family that happens to be the first, nothing that a list would hide.
fn example(field: Option<&str>, text: &str) -> String {
    match text.is_empty() || !is_kept_back(field) {
        true => covered(field, text),
        false => NOT_SHOWN.into(),
    }
}

/// What is kept of an import beside its batch: what it found, without what it shows of the sheets, without
/// any number whole, and without what the ledger says of a child.
pub(super) fn to_keep(files: &[FilePlan]) -> Vec<FilePlan> {
    let keep = |file: &FilePlan| {
        let mut file = file.clone();
        let sheets = std::mem::take(&mut file.sheets);
        let columns = sheets.iter().flat_map(|sheet| sheet.columns.iter().map(move |c| (&sheet.name, c)));
        for finding in &mut file.findings {
            let told = |(sheet, column): &(&String, &ColumnPlan)| {
                finding.sheet.as_ref().is_none_or(|name| name == *sheet) && column.letter == finding.letter
            };
            let column = columns.clone().find(told).map(|(_, column)| column);
            let kept_back = is_kept_back(column.and_then(|column| column.field.as_deref()));
            if kept_back && !finding.value.is_empty() {
                finding.value = NOT_SHOWN.into();
            }
        }
        file.changes.clear();
        file.findings.iter_mut().for_each(|finding| finding.written.clear());
        file
    };
    files.iter().map(keep).collect()
}

fn notice(notice: &tiexin_intake::Notice) -> NoticeRow {
    NoticeRow {
        sheet: notice.sheet.clone(),
        code: notice.code.as_str().to_owned(),
        hint: notice.hint.clone(),
    }
}

/// Rows shown for the eye.
const SAMPLE: usize = 5;

fn sheet_of<'b>(
    book: &'b Workbook,
    nth: usize,
    report: &tiexin_intake::SheetReport,
) -> Option<&'b tiexin_intake::Sheet> {
    let named = book.sheets.iter().find(|sheet| sheet.name == report.name);
    named.or(book.sheets.get(nth))
}

fn sheet_plan(book: &Workbook, nth: usize, report: &tiexin_intake::SheetReport) -> SheetPlan {
    let sheet = sheet_of(book, nth, report);
    let rows = sheet.map(|sheet| sheet.rows.as_slice()).unwrap_or_default();
    let below = rows.iter().filter(|row| row.number > report.head_rows.1).take(SAMPLE);
    let columns = report.columns.iter().map(|column| ColumnPlan {
        letter: column.letter.clone(),
        head: column.head.replace('>', "/"),
        field: column.field.map(str::to_owned),
        field_label: column.label.map(str::to_owned),
    });
    SheetPlan {
        name: report.name.clone().unwrap_or_default(),
        kind: report.kind.map(|kind| kind.as_str().to_owned()),
        columns: columns.collect(),
        sample: below
            .map(|row| {
                let unsaid = of_row(report, row);
                let cell = |column: &tiexin_intake::ColumnReport| {
                    without(&unsaid, example(column.field, &row.cell(column.index).shown()))
                };
                report.columns.iter().map(cell).collect()
            })
            .collect(),
    }
}
