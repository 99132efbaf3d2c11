//! What an import gave, held against the facts: every figure is right, or a finding on a row behind it tells why not.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Fact, TOWNSHIP, VILLAGES};
use crate::grid::Sure;
use crate::habit::Habit;
use crate::office::{OfficeFile, OfficeRow};
use crate::township::Township;
use crate::truth::{Figures, Of, Place, figures, is_sum};

/// Findings that say what a record lacks: no figure differs by them.
pub const GAPS: [&str; 7] = [
    "id_missing",
    "id_upgraded",
    "date_partial",
    "phone_invalid",
    "contact_missing",
    "died_when",
    "name_noted",
];

/// A finding, as far as it counts here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub sheet: Option<String>,
    pub row: u32,
    pub code: String,
    /// The row waits.
    pub refused: bool,
}

/// What the reading of a file gave.
#[derive(Debug, Clone, Default)]
pub struct Gave {
    pub findings: Vec<Found>,
    /// The sentence with which the whole file was refused.
    pub refused_file: Option<String>,
    /// Sheets of which it is said that they were passed over.
    pub passed_over: BTreeSet<String>,
}

impl Gave {
    /// Codes of the findings on a row, with whether the row waits; gaps left out. A file without tabs may be given one.
    fn on(&self, row: &OfficeRow) -> Vec<(&str, bool)> {
        let here = self.findings.iter().filter(|found| {
            found.row == row.row
                && (row.sheet.is_none() || found.sheet == row.sheet)
                && !GAPS.contains(&&*found.code)
        });
        here.map(|found| (&*found.code, found.refused)).collect()
    }

    fn tells(&self, file: &OfficeFile, row: &OfficeRow) -> bool {
        let found = |row: &OfficeRow| !self.on(row).is_empty();
        let swallowed = |first: u32| row.row > first && file.rows.iter().any(|r| r.row == first && found(r));
        found(row)
            || self.refused_file.is_some()
            || file.swallows.is_some_and(swallowed)
            || row.sheet.as_ref().is_some_and(|sheet| self.passed_over.contains(sheet))
    }
}

/// What is known of a township while its files are read, and what was wrong.
pub struct Expectation<'a> {
    town: &'a Township,
    /// What must not be; none when all is right.
    pub failures: Vec<String>,
    /// Figures held against the facts, and those of them that differ, each told by a finding.
    pub figures: usize,
    pub told: usize,
    /// Rows read for the first time, those of them with a finding, and of these those with nothing odd.
    pub rows: usize,
    pub rows_told: usize,
    pub plain_told: usize,
    /// Facts that a finding tells of, in any of the imports.
    explained: BTreeSet<Fact>,
    /// Rows with a finding that may change a figure, by what they are of.
    told_rows: BTreeMap<Fact, usize>,
    read: BTreeSet<String>,
}

impl<'a> Expectation<'a> {
    pub fn of(town: &'a Township) -> Self {
        Self {
            town,
            failures: Vec::new(),
            figures: 0,
            told: 0,
            rows: 0,
            rows_told: 0,
            plain_told: 0,
            explained: BTreeSet::new(),
            told_rows: BTreeMap::new(),
            read: BTreeSet::new(),
        }
    }

    /// Notes what the reading of a file, by its place, gave. `copy`: what was read is our marked copy of it.
    pub fn take_in(&mut self, at: usize, gave: &Gave, copy: bool) {
        let file = &self.town.files[at];
        if let Some(why) = &gave.refused_file {
            if !why.chars().any(|c| ('\u{4E00}'..'\u{9FFF}').contains(&c)) {
                self.failures.push(format!("{} was refused without a sentence: {why:?}", file.name));
            }
            // One bad cell never refuses a file; one that is no spreadsheet, or a CSV with a broken cell, may be.
            if !file.habits.has(Habit::WebPage) && !file.habits.has(Habit::CsvOddCell) {
                self.failures.push(format!("{} was refused whole: {why}", file.name));
            }
        }
        // Of each fact whether its rows are told: all of them, or any of several that tell of it together.
        let mut facts: BTreeMap<Fact, (bool, bool)> = BTreeMap::new();
        for row in &file.rows {
            let told = gave.tells(file, row);
            for fact in &row.told.facts {
                let (all, any) = facts.entry(*fact).or_insert((true, false));
                (*all, *any) = (*all && told, *any || (told && row.told.part));
                *self.told_rows.entry(*fact).or_default() += usize::from(told);
            }
        }
        self.explained.extend(facts.iter().filter(|(_, (all, any))| *all || *any).map(|(fact, _)| *fact));
        if !copy && self.read.insert(file.name.clone()) {
            self.first_reading(file, gave);
        }
    }

    /// Rows of which nobody can know what they say must have a finding; plain ones must not wait.
    fn first_reading(&mut self, file: &OfficeFile, gave: &Gave) {
        for row in &file.rows {
            let found = gave.on(row);
            self.rows += 1;
            self.rows_told += usize::from(!found.is_empty());
            let sheet = row.sheet.as_deref().unwrap_or_default();
            let named = format!("{} {sheet} row {} ({})", file.name, row.row, row.told.habits);
            if row.told.sure == Sure::Unsure && !gave.tells(file, row) {
                self.failures.push(format!("{named} must have a finding"));
            }
            // A visit to a family whose row waits cannot be taken.
            let waits = |fact: &Fact| {
                let family = self.town.facts.family_of(*fact).map(Fact::Family);
                family.is_some_and(|family| self.explained.contains(&family))
            };
            if row.told.sure == Sure::Plain && !row.told.facts.iter().any(waits) {
                self.plain_told += usize::from(!found.is_empty());
                if let Some((code, _)) = found.iter().find(|(_, refused)| *refused) {
                    self.failures.push(format!("{named} waits for no reason: {code}"));
                }
            }
        }
    }

    /// The units whose figures of a form are compared.
    pub fn units(&self, form: &str) -> Vec<&'static str> {
        // Where visits of a family that moved are counted is told by no row of the ledger.
        let only_all = form == "F1" && self.town.habits.has(Habit::Moved);
        let villages = VILLAGES.iter().map(|village| village.0).filter(|_| !only_all);
        villages.chain([TOWNSHIP]).collect()
    }

    /// Holds figures against the facts. `shown` has every figure of the forms.
    pub fn compare(&mut self, shown: &Figures) {
        let truth = figures(&self.town.facts, &|_| true);
        let least = figures(&self.town.facts, &|fact| !self.explained.contains(&fact));
        for (place, figure) in shown {
            let of = |figures: &Figures| figures.get(place).copied().unwrap_or_default();
            self.hold(place, *figure, of(&truth), of(&least));
        }
    }

    /// A figure is right, or findings on rows behind it explain the difference: less only by what they keep out, more
    /// only where there are some.
    fn hold(&mut self, place: &Place, figure: i64, truth: i64, least: i64) {
        self.figures += 1;
        if figure == truth {
            return;
        }
        let of = Some(Of::path(place.form, &place.path));
        let rows: usize =
            self.told_rows.iter().filter(|(fact, _)| Of::fact(**fact) == of).map(|(_, n)| n).sum();
        let most = if is_sum(&place.path) && rows > 0 { i64::MAX } else { truth + rows as i64 };
        if figure >= least && figure <= most && rows > 0 {
            self.told += 1;
            return;
        }
        let Place { form, region, path } = place;
        let why =
            format!("{form} {region} {path} is {figure}, not {truth} (at least {least}, {rows} rows told)");
        self.failures.push(why);
    }
}
