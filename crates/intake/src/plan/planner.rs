//! The run over a file: sheets in the order in which they may refer to each other, rows one by one.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use foldhash::HashMap;
use tiexin_domain::RegionCode;
use uuid::Uuid;

use super::context::{SheetContext, Units};
use super::family_rows::LastFamily;
use super::notices::Tally;
use super::reader::RowReader;
use super::settle::Drafts;
use super::sheet::{Body, Line};
use super::values::{Period, Today};
use super::{
    ColumnReport, FieldChange, Guess, ImportContext, LedgerPlan, Notice, PlannedGroup, RowCounts,
    SheetReport, Taken,
};
use crate::finding::FindingCode;
use crate::heads::{Column, Recognised, guess};
use crate::kind::{LedgerKind, Records, SheetKind};
use crate::lookup::Staged;
use crate::place::Places;
use crate::refusal::{FileRefused, Progress, Stage};
use crate::workbook::{Marks, Merge, Sheet, Workbook, column_letters};

pub(super) fn plan(workbook: &Workbook, context: &ImportContext<'_>) -> Result<LedgerPlan, FileRefused> {
    let sections = super::sections::of(workbook, context.mapping, context.kind);
    let total = workbook.sheets.iter().map(|s| s.rows.len()).sum();
    let mut planner = Planner::new(context, workbook, total);
    let first =
        |at: usize| sections.iter().find(|s| s.at == at && s.head.is_some()).and_then(|s| s.head.as_ref());
    let reported = |(at, s): (usize, &Sheet)| report(s, first(at).filter(|_| !s.hidden));
    let mut reports: Vec<SheetReport> = workbook.sheets.iter().enumerate().map(reported).collect();
    for kind in in_order() {
        for section in sections.iter().filter(|section| !section.sheet.hidden) {
            if let Some(head) = section.head.as_ref().filter(|head| head.kind == kind) {
                planner.sheet(section.at, &section.sheet, head, &mut reports[section.at])?;
            }
        }
    }
    let mut notices = planner.notices;
    super::notices::of_workbook(workbook, &sections, &reports, &mut notices);
    planner.findings.sort_by_key(|(sheet, finding)| (*sheet, finding.row));
    Ok(LedgerPlan {
        file_name: workbook.file_name.clone(),
        kind: kind_of(&reports),
        data_rows: reports.iter().map(|r| r.data_rows).sum(),
        rows: reports.iter().fold(RowCounts::default(), |rows, report| rows.and(report.rows)),
        findings: planner.findings.into_iter().map(|(_, finding)| finding).collect(),
        notices,
        changes: planner.changes,
        guesses: planner.guesses,
        groups: planner.groups,
        sheets: reports,
    })
}

/// Families before what refers to them, and lists of records before the ledgers that may speak of them.
fn in_order() -> impl Iterator<Item = SheetKind> {
    let [families, others @ ..] = SheetKind::ALL;
    let lists = Records::all().map(SheetKind::Records);
    std::iter::once(families).chain(lists).chain(others)
}

/// The kind most rows are of; of the first sheet when there are no rows.
fn kind_of(reports: &[SheetReport]) -> Option<LedgerKind> {
    let mut rows: HashMap<LedgerKind, usize> = HashMap::default();
    for report in reports {
        if let Some(kind) = report.kind {
            *rows.entry(kind.ledger()).or_default() += report.data_rows + 1;
        }
    }
    rows.into_iter().max_by_key(|(kind, rows)| (*rows, std::cmp::Reverse(*kind))).map(|(kind, _)| kind)
}

fn report(sheet: &Sheet, head: Option<&Recognised>) -> SheetReport {
    let (head_rows, columns) = match head {
        Some(head) => ((head.first_row, head.last_row), head.columns.clone()),
        None => {
            let (row, columns) = guess(sheet);
            ((row, row), columns)
        }
    };
    let column = |c: Column| ColumnReport {
        index: c.index,
        letter: column_letters(c.index),
        head: c.head,
        field: c.field.map(|f| f.code),
        label: c.field.map(|f| f.label),
        ignored: c.ignored,
    };
    SheetReport {
        name: sheet.name.clone(),
        kind: head.map(|h| h.kind),
        head_rows,
        columns: columns.into_iter().filter(|c| !c.head.is_empty()).map(column).collect(),
        village: None,
        data_rows: 0,
        rows: RowCounts::default(),
        passed_over: 0,
        taken_as: Default::default(),
        waiting: Default::default(),
    }
}

pub(super) struct Planner<'a> {
    pub(super) context: &'a ImportContext<'a>,
    file_name: &'a str,
    /// The names of the file's sheets.
    pub(super) tabs: Vec<Option<String>>,
    pub(super) staged: Staged<'a>,
    pub(super) places: Places,
    groups: Vec<PlannedGroup>,
    pub(super) findings: Vec<(usize, crate::finding::Finding)>,
    pub(super) notices: Vec<Notice>,
    pub(super) changes: Vec<FieldChange>,
    pub(super) guesses: BTreeSet<Guess>,
    occurrences: HashMap<String, u32>,
    /// Village names met so far and what they are.
    named: HashMap<String, Option<RegionCode>>,
    /// Where the rows taken so far stand: by ID number or file code with the kind of sheet, and by record.
    pub(super) seen: HashMap<(SheetKind, String), RowAt>,
    done: usize,
    total: usize,
    /// The village that the tab or a title names for the rows being read.
    pub(super) village: Option<RegionCode>,
    /// The village of the last row that named one, since the last title.
    pub(super) above: Option<RegionCode>,
    /// The row and sheet being read.
    pub(super) at: RowAt,
    pub(super) tally: Tally,
    /// The family of the last row of a ledger of families.
    pub(super) last_family: LastFamily,
}

/// A row of a sheet, by the sheet's place among the tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RowAt {
    pub(super) sheet: usize,
    pub(super) row: u32,
}

/// What became of a row.
pub(super) enum Outcome {
    Taken {
        group: Option<PlannedGroup>,
        taken: Taken,
    },
    /// An earlier row says the same.
    Repeated,
    Refused,
}

impl<'a> Planner<'a> {
    fn new(context: &'a ImportContext<'a>, workbook: &'a Workbook, total: usize) -> Self {
        let regions = context.lookup.regions(&context.scope);
        Self {
            context,
            file_name: &workbook.file_name,
            tabs: workbook.sheets.iter().map(|sheet| sheet.name.clone()).collect(),
            staged: Staged::over(context.lookup),
            places: Places::new(context.scope.clone(), regions),
            groups: Vec::new(),
            findings: Vec::new(),
            notices: Vec::new(),
            changes: Vec::new(),
            guesses: BTreeSet::new(),
            occurrences: HashMap::default(),
            named: HashMap::default(),
            seen: HashMap::default(),
            done: 0,
            total,
            village: None,
            above: None,
            at: RowAt::default(),
            tally: Tally::default(),
            last_family: LastFamily::default(),
        }
    }

    fn sheet(
        &mut self,
        at: usize,
        sheet: &'a Sheet,
        head: &'a Recognised,
        report: &mut SheetReport,
    ) -> Result<(), FileRefused> {
        let tab = sheet.name.as_deref();
        let above: Vec<String> = sheet
            .rows
            .iter()
            .take_while(|r| r.number < head.first_row)
            .flat_map(|r| r.cells.iter().filter(|c| !c.is_empty()).map(|c| c.shown()))
            .collect();
        let texts = above.iter().map(String::as_str).chain(tab).chain([self.file_name]);
        let period = Period::of(texts, Today { day: self.context.today, latest: self.context.latest });
        let titles = above.concat() + tab.unwrap_or_default();
        self.places.focus_on(&titles);
        if self.places.scope() == &self.context.scope {
            self.places.focus_on(self.file_name);
        }
        self.named.clear();
        self.village = tab
            .and_then(|t| self.places.find(t).or_else(|| self.places.named_in(t)))
            .or_else(|| above.iter().find_map(|t| self.places.named_in(t)));
        self.above = None;
        self.tally = Tally::default();
        self.last_family = LastFamily::default();
        report.village = self.village.clone();
        let body = Body::new(sheet, head);
        let village_merged = head.column("village").is_some_and(|column| {
            let covers = |m: &&Merge| m.first_column == column.index && m.first_row > head.last_row;
            sheet.merges.iter().filter(covers).any(|m| m.last_row > m.first_row)
        });
        let units = Units::of_sheet(head, &above);
        let years =
            if period.torn { super::told::years_said(&above, tab, self.file_name) } else { String::new() };
        let mut context = SheetContext { head, tab, period, units, titles, years, village_merged };
        let first_finding = self.findings.len();
        let rows_before = report.data_rows;
        for line in body.lines() {
            match line {
                Line::Title(text) => {
                    self.village = self.places.named_in(&text).or(self.village.take());
                    self.above = None;
                    self.last_family = LastFamily::default();
                    context.period = context.period.under(&text);
                }
                Line::Data(row) => {
                    report.data_rows += 1;
                    self.at = RowAt { sheet: at, row: row.number };
                    self.row(RowReader::new(row, &context), &sheet.marks, report);
                }
            }
            self.tick()?;
        }
        let below = sheet.rows.iter().filter(|row| row.number > head.last_row);
        let filled = below.filter(|row| row.cells.iter().any(|cell| !cell.is_empty())).count();
        report.passed_over += filled.saturating_sub(report.data_rows - rows_before);
        let tally = std::mem::take(&mut self.tally);
        if super::notices::village_above_is_the_custom(&tally, report.data_rows) {
            // Told once: a finding on every row would hide the others.
            let told = self.findings.split_off(first_finding);
            self.findings.extend(told.into_iter().filter(|(_, f)| f.code != FindingCode::VillageAbove));
        }
        self.families_missing(first_finding, report);
        super::notices::of_sheet(report, &tally, &self.tabs, &mut self.notices);
        self.notices.extend(super::notices::other_sums(tab, body.other_sums(&context.units)));
        Ok(())
    }

    fn row(&mut self, mut reader: RowReader<'_>, marks: &Marks, report: &mut SheetReport) {
        let before = self.changes.len();
        self.tally.masked += reader.masked_cells();
        super::cells::kept_example(&mut reader);
        super::cells::cancelled(&mut reader);
        super::cells::struck(&mut reader, marks);
        let outcome = match reader.sheet.head.kind {
            SheetKind::SpecialFamilies => self.family(&mut reader),
            SheetKind::Members => self.member(&mut reader),
            SheetKind::Visits => self.visit(&mut reader),
            SheetKind::NeedSurveys => self.need_survey(&mut reader),
            SheetKind::InsuranceClaims => self.insurance_claim(&mut reader),
            SheetKind::Counselling => self.counselling(&mut reader),
            SheetKind::Activities => self.activity(&mut reader),
            SheetKind::Records(records) => self.record(&mut reader, records),
        };
        let row = reader.row.number;
        if let Some(day) = reader.guessed.filter(|_| !matches!(outcome, Outcome::Refused)) {
            self.tally.year_guessed += 1;
            self.tally.first_guess.get_or_insert((row, day));
        }
        match outcome {
            Outcome::Refused => {
                report.rows.refused += 1;
                self.changes.truncate(before);
            }
            Outcome::Repeated => {
                report.rows.add(Taken::Unchanged);
                report.taken_as.insert(row, Taken::Unchanged);
            }
            Outcome::Taken { group, taken } => {
                self.note_filled_in(&reader, taken);
                report.rows.add(taken);
                report.taken_as.insert(row, taken);
                if let Some(group) = group {
                    self.staged.stage_group(&group);
                    self.groups.push(group);
                }
            }
        }
        if reader.findings.is_empty() {
            return;
        }
        let (at, who) = (self.at.sheet, self.who(&reader));
        self.findings.extend(reader.findings.into_iter().map(|mut finding| {
            finding.who = who.clone();
            (at, finding)
        }));
    }

    fn tick(&mut self) -> Result<(), FileRefused> {
        self.done += 1;
        if self.done.is_multiple_of(256) {
            let progress = Progress { stage: Stage::Planning, done: self.done, total: self.total };
            if self.context.watch.is_some_and(|watch| !watch(progress)) {
                return Err(FileRefused::cancelled());
            }
        }
        Ok(())
    }

    /// Where a row belongs: by its village column, else by the tab or title, else as the row above. Without any
    /// it is unknown to the village; `None` then, or with a finding where a name stands that is no village here.
    pub(super) fn region(&mut self, reader: &mut RowReader<'_>) -> Option<RegionCode> {
        if reader.said("village").is_none() && self.village.is_none() {
            return self.region_above(reader);
        }
        self.region_said(reader)
    }

    /// Where a row belongs by its own village column or by the tab or title.
    pub(super) fn region_said(&mut self, reader: &mut RowReader<'_>) -> Option<RegionCode> {
        let Some(village) = reader.said("village") else { return self.village.clone() };
        let text = reader.said("township").unwrap_or_default() + &village;
        let found = match self.named.get(&text) {
            Some(found) => found.clone(),
            None => self.named.entry(text).or_insert_with_key(|text| self.places.find(text)).clone(),
        };
        if found.is_none() {
            let hint = super::told::no_such_village(&self.places, &village);
            reader.find("village", FindingCode::RegionUnknown, hint);
        }
        self.above = found.clone();
        found
    }

    /// A register names the village in the first row of each only; a blank below means the same. Not of what nobody can
    /// mend once it is written.
    fn region_above(&mut self, reader: &mut RowReader<'_>) -> Option<RegionCode> {
        let fixed = reader.sheet.head.kind.is_fixed();
        if fixed || !reader.has("village") || reader.sheet.village_merged {
            return None;
        }
        let above = self.above.clone()?;
        self.tally.village_above.push(reader.row.number);
        reader.find("village", FindingCode::VillageAbove, "没有写村（社区），录入时按上一行的村，请核对");
        Some(above)
    }

    /// Whether a region lies in what is being imported for.
    pub(super) fn is_ours(&self, region: &RegionCode) -> bool {
        self.context.scope.covers(region)
    }

    /// Where an earlier row of the same kind was taken with this number or code.
    pub(super) fn seen(&self, kind: SheetKind, mark: &str) -> Option<RowAt> {
        self.seen.get(&(kind, mark.to_owned())).copied()
    }

    pub(super) fn see(&mut self, kind: SheetKind, mark: &str) {
        let at = self.at;
        self.seen.entry((kind, mark.to_owned())).or_insert(at);
    }

    /// The drafts of a row. Rows with the same key are told apart by their order, so that they get the same
    /// ids whenever the file is imported again.
    pub(super) fn drafts(&mut self, parts: &[&str]) -> Drafts {
        let said = parts.join("\u{1f}");
        let first = opaque(&said);
        let count = self.occurrences.entry(first.clone()).or_default();
        let key = if *count == 0 { first } else { opaque(&format!("{said}\u{1f}#{count}")) };
        *count += 1;
        Drafts::new(key)
    }

    /// The id of a part of a row's drafts.
    pub(super) fn id(&self, drafts: &Drafts, part: &str) -> Uuid {
        (self.context.ids)(&format!("{}/{part}", drafts.key))
    }

    /// The id of whoever has this ID number, whichever ledger names them first.
    pub(super) fn person_id(&self, number: &str) -> Uuid {
        (self.context.ids)(&format!("{}/person", opaque(number)))
    }
}

/// A key that says nothing about the person.
fn opaque(said: &str) -> String {
    static KEY: LazyLock<blake3::Hasher> =
        LazyLock::new(|| blake3::Hasher::new_derive_key("tiexin 2026-10 imported row key"));
    let hash = KEY.clone().update(said.as_bytes()).finalize();
    hash.to_hex()[..32].to_owned()
}
