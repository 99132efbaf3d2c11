//! The run over a file: sheets in the order in which they may refer to each other, rows one by one.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use tiexin_domain::{Noun, RegionCode};
use uuid::Uuid;

use super::reader::RowReader;
use super::sheet::{Body, DataRow, Line};
use super::values::Period;
use super::{ColumnReport, ImportContext, Intent, LedgerPlan, PlannedGroup, PlannedRecord, SheetReport};
use crate::finding::FindingCode;
use crate::heads::{Column, Recognised, guess, recognise};
use crate::kind::{LedgerKind, SheetKind};
use crate::lookup::Staged;
use crate::place::Places;
use crate::refusal::{FileRefused, Progress, Stage};
use crate::workbook::{Sheet, Workbook, column_letters};

pub(super) fn plan(workbook: &Workbook, context: &ImportContext<'_>) -> Result<LedgerPlan, FileRefused> {
    let recognised: Vec<Option<Recognised>> = workbook
        .sheets
        .iter()
        .map(|s| if s.rows.is_empty() { None } else { recognise(s, &workbook.file_name, context.mapping) })
        .collect();
    let total = workbook.sheets.iter().map(|s| s.rows.len()).sum();
    let mut planner = Planner::new(context, workbook, total);
    let mut reports: Vec<SheetReport> =
        workbook.sheets.iter().zip(&recognised).map(|(s, r)| report(s, r.as_ref())).collect();
    for kind in SheetKind::ALL {
        for (at, head) in recognised.iter().enumerate() {
            if let Some(head) = head.as_ref().filter(|h| h.kind == kind) {
                planner.sheet(at, &workbook.sheets[at], head, &mut reports[at])?;
            }
        }
    }
    planner.findings.sort_by_key(|(sheet, finding)| (*sheet, finding.row));
    let sum = |count: fn(&SheetReport) -> usize| reports.iter().map(count).sum();
    Ok(LedgerPlan {
        file_name: workbook.file_name.clone(),
        kind: kind_of(&reports),
        data_rows: sum(|r| r.data_rows),
        taken: sum(|r| r.taken),
        unchanged: sum(|r| r.unchanged),
        refused: sum(|r| r.refused),
        findings: planner.findings.into_iter().map(|(_, finding)| finding).collect(),
        groups: planner.groups,
        sheets: reports,
    })
}

/// The kind most rows are of; of the first sheet when there are no rows.
fn kind_of(reports: &[SheetReport]) -> Option<LedgerKind> {
    let mut rows: HashMap<LedgerKind, usize> = HashMap::new();
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
        taken: 0,
        unchanged: 0,
        refused: 0,
        unchanged_rows: Default::default(),
    }
}

pub(super) struct Planner<'a> {
    context: &'a ImportContext<'a>,
    file_name: &'a str,
    pub(super) staged: Staged<'a>,
    pub(super) places: Places,
    groups: Vec<PlannedGroup>,
    findings: Vec<(usize, crate::finding::Finding)>,
    occurrences: HashMap<String, u32>,
    /// Village names met so far and what they are.
    named: HashMap<String, Option<RegionCode>>,
    /// ID numbers and file codes of the rows taken so far, by kind of sheet.
    seen: HashSet<(SheetKind, String)>,
    done: usize,
    total: usize,
    /// The village that the tab or a title names for the rows being read.
    pub(super) village: Option<RegionCode>,
}

/// What became of a row.
pub(super) enum Outcome {
    Taken(Drafts),
    /// It is in the book already.
    Unchanged,
    Refused,
}

/// The records of one row while they are put together.
pub(super) struct Drafts {
    key: String,
    pub(super) records: Vec<PlannedRecord>,
}

impl<'a> Planner<'a> {
    fn new(context: &'a ImportContext<'a>, workbook: &'a Workbook, total: usize) -> Self {
        let regions = context.lookup.regions(&context.scope);
        Self {
            context,
            file_name: &workbook.file_name,
            staged: Staged::over(context.lookup),
            places: Places::new(context.scope.clone(), regions),
            groups: Vec::new(),
            findings: Vec::new(),
            occurrences: HashMap::new(),
            named: HashMap::new(),
            seen: HashSet::new(),
            done: 0,
            total,
            village: None,
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
        let start = Period { year: None, month: None, today: self.context.today };
        let texts = above.iter().map(String::as_str).chain(tab).chain([self.file_name]);
        let mut period = texts.fold(start, |period, text| period.or_from(text));
        let titles = above.concat() + tab.unwrap_or_default();
        self.places.focus_on(&titles);
        if self.places.scope() == &self.context.scope {
            self.places.focus_on(self.file_name);
        }
        self.named.clear();
        self.village = tab
            .and_then(|t| self.places.find(t).or_else(|| self.places.named_in(t)))
            .or_else(|| above.iter().find_map(|t| self.places.named_in(t)));
        report.village = self.village.clone();
        let body = Body::new(sheet, head);
        for line in body.lines() {
            match line {
                Line::Title(text) => {
                    self.village = self.places.named_in(&text).or(self.village.take());
                    period = Period { year: None, month: None, ..period }.or_from(&text).or_known(period);
                }
                Line::Data(row) => {
                    report.data_rows += 1;
                    self.row(at, row, RowReader::new(row, head, tab, period), head.kind, report);
                }
            }
            self.tick()?;
        }
        Ok(())
    }

    fn row(
        &mut self,
        at: usize,
        row: DataRow<'_>,
        mut reader: RowReader<'_>,
        kind: SheetKind,
        report: &mut SheetReport,
    ) {
        let outcome = match kind {
            SheetKind::SpecialFamilies => self.family(&mut reader),
            SheetKind::Members => self.member(&mut reader),
            SheetKind::Visits => self.visit(&mut reader),
            SheetKind::NeedSurveys => self.need_survey(&mut reader),
            SheetKind::InsuranceClaims => self.insurance_claim(&mut reader),
            SheetKind::Counselling => self.counselling(&mut reader),
            SheetKind::Activities => self.activity(&mut reader),
        };
        match outcome {
            Outcome::Refused => report.refused += 1,
            Outcome::Unchanged => {
                report.taken += 1;
                report.unchanged += 1;
                report.unchanged_rows.insert(row.number);
            }
            Outcome::Taken(drafts) => {
                report.taken += 1;
                let sheet = report.name.clone();
                let group = PlannedGroup { sheet, row: row.number, key: drafts.key, records: drafts.records };
                self.staged.stage_group(&group);
                self.groups.push(group);
            }
        }
        self.findings.extend(reader.findings.into_iter().map(|finding| (at, finding)));
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

    /// Where a row belongs: by its village column, else by the tab or title. Without either it is unknown
    /// to the village; `None` then, or with a finding where a name stands that is no village here.
    pub(super) fn region(&mut self, reader: &mut RowReader<'_>) -> Option<RegionCode> {
        let Some(village) = reader.said("village") else {
            return self.village.clone();
        };
        let text = reader.said("township").unwrap_or_default() + &village;
        let found = match self.named.get(&text) {
            Some(found) => found.clone(),
            None => self.named.entry(text).or_insert_with_key(|text| self.places.find(text)).clone(),
        };
        if found.is_none() {
            let hint = "在本地区没有找到这个村（社区），请核对名称，或先选对导入地区";
            reader.find("village", FindingCode::RegionUnknown, hint);
        }
        found
    }

    /// Whether a region lies in what is being imported for.
    pub(super) fn is_ours(&self, region: &RegionCode) -> bool {
        self.context.scope.covers(region)
    }

    /// Whether an earlier row of the same kind was taken with this number or code.
    pub(super) fn is_seen(&self, kind: SheetKind, mark: &str) -> bool {
        self.seen.contains(&(kind, mark.to_owned()))
    }

    pub(super) fn see(&mut self, kind: SheetKind, mark: &str) {
        self.seen.insert((kind, mark.to_owned()));
    }

    /// The drafts of a row. Rows that say the same are told apart by their order, so that both are kept
    /// and yet get the same ids whenever the file is imported again.
    pub(super) fn drafts(&mut self, parts: &[&str]) -> Drafts {
        let said = parts.join("\u{1f}");
        let first = opaque(&said);
        let count = self.occurrences.entry(first.clone()).or_default();
        let key = if *count == 0 { first } else { opaque(&format!("{said}\u{1f}#{count}")) };
        *count += 1;
        Drafts { key, records: Vec::new() }
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

impl Drafts {
    /// Adds a record after its own rules were asked; what they say against it refuses the row.
    pub(super) fn add<N: Noun>(&mut self, reader: &mut RowReader<'_>, id: Uuid, intent: Intent, noun: &N) {
        let fields = noun.to_fields();
        reader.problems(noun.problems());
        self.records.push(PlannedRecord { kind: N::KIND, id, region: noun.region().clone(), fields, intent });
    }

    /// The row is taken unless its own rules refused it.
    pub(super) fn done(self, reader: &RowReader<'_>) -> Outcome {
        if reader.is_refused() { Outcome::Refused } else { Outcome::Taken(self) }
    }
}
