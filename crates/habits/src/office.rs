//! The files of a township, as its office hands them in.

use fastrand::Rng;

use crate::facts::{Facts, VILLAGES};
use crate::grid::{Cell, Grid, Sure, Told};
use crate::habit::{Habit, Habits};
use crate::pen::{Pen, Unit};
use crate::table::{Around, Table};
use crate::text::{self, OddCell, Oddity, Origin};
use crate::{dice, sheets, xls, xlsx};

/// A row of data of a file, as a finding names it.
#[derive(Debug, Clone)]
pub struct OfficeRow {
    /// None: a CSV.
    pub sheet: Option<String>,
    pub row: u32,
    pub told: Told,
    /// Somebody edited it after it was kept.
    pub edited: bool,
}

#[derive(Debug, Clone)]
pub struct OfficeFile {
    pub name: String,
    pub bytes: Vec<u8>,
    pub rows: Vec<OfficeRow>,
    /// Hidden sheets: they may be passed over if that is told.
    pub habits: Habits,
    /// The row with a quote that nothing closes: what follows may have gone into it.
    pub swallows: Option<u32>,
}

/// What a file is of, in the order in which an office reads its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ledger {
    Families,
    Members,
    Services,
    Activities,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Xlsx,
    Xls,
    Csv,
    Page,
}

impl Form {
    /// Without formats, formulas and merges.
    fn is_text(self) -> bool {
        matches!(self, Form::Csv | Form::Page)
    }
}

pub(crate) struct Office<'a> {
    pub(crate) seed: u64,
    pub(crate) habits: Habits,
    pub(crate) facts: &'a Facts,
}

impl Office<'_> {
    /// The files of a ledger: one, or a CSV for each of its sheets.
    pub(crate) fn files(&self, ledger: Ledger) -> Vec<OfficeFile> {
        let name = match ledger {
            Ledger::Families => "特殊家庭台账",
            Ledger::Members => "会员花名册",
            Ledger::Services => "2026年10月服务记录",
            Ledger::Activities => "2026年10月活动登记表",
        };
        let mut dice = dice(self.seed, name, 0);
        let (text, page, old) = (dice.u8(..100) < 60, dice.u8(..100) < 40, dice.u8(..100) < 60);
        let form = match () {
            () if text && self.has(Habit::Csv) => Form::Csv,
            () if page && self.has(Habit::WebPage) => Form::Page,
            () if old && self.has(Habit::OldBinary) => Form::Xls,
            () => Form::Xlsx,
        };
        let grids = self.grids(ledger, form, &mut dice);
        match form {
            Form::Xlsx => vec![file(format!("{name}.xlsx"), xlsx::write(&grids), &grids, true, Habits::NONE)],
            Form::Xls => {
                let old = Habits::of(&[Habit::OldBinary]);
                vec![file(format!("{name}.xls"), xls::write(&grids), &grids, true, old)]
            }
            Form::Csv => grids.iter().map(|grid| self.csv(name, grid)).collect(),
            Form::Page => grids.into_iter().map(|grid| self.page(name, grid)).collect(),
        }
    }

    /// The sheets of a ledger, before they are written.
    pub(crate) fn unwritten(&self, ledger: Ledger) -> Vec<Grid> {
        self.grids(ledger, Form::Xlsx, &mut dice(self.seed, "unwritten", 0))
    }

    fn has(&self, habit: Habit) -> bool {
        self.habits.has(habit)
    }

    fn csv(&self, name: &str, grid: &Grid) -> OfficeFile {
        let mut dice = dice(self.seed, &format!("csv of {}", grid.name), 0);
        let origin = Origin::random(&mut dice);
        let odd = self.odd_cell(grid, &mut dice);
        let mut grid = grid.clone();
        if let Some((row, _, _)) = odd
            && let Some(told) = &mut grid.rows[row].told
        {
            told.met(Habit::CsvOddCell, Sure::Odd);
        }
        let bytes = text::csv(&grid, origin, odd);
        let name = format!("{name}（{}）.csv", grid.name);
        let mut file = file(name, bytes, &[grid], false, Habits::of(&[Habit::Csv]));
        let swallows = odd.filter(|(_, _, oddity)| *oddity == Oddity::OpenQuote);
        file.swallows = swallows.map(|(row, _, _)| row as u32 + 1);
        file
    }

    fn odd_cell(&self, grid: &Grid, dice: &mut Rng) -> Option<OddCell> {
        let data: Vec<usize> = (0..grid.rows.len()).filter(|at| grid.rows[*at].told.is_some()).collect();
        let oddities =
            [Oddity::BadByte, Oddity::BadByte, Oddity::VerticalTab, Oddity::StrayQuotes, Oddity::OpenQuote];
        let (at, oddity) = (dice.usize(..data.len().max(1)), oddities[dice.usize(..oddities.len())]);
        let row = *data.get(at).filter(|_| self.has(Habit::CsvOddCell))?;
        // A text: the last of the row that is long enough to have a middle.
        let texts = |cell: &Cell| matches!(cell, Cell::Text(text) if text.chars().count() > 2);
        let column = grid.rows[row].cells.iter().rposition(texts)?;
        Some((row, column, oddity))
    }

    fn page(&self, name: &str, mut grid: Grid) -> OfficeFile {
        for told in grid.rows.iter_mut().filter_map(|row| row.told.as_mut()) {
            told.met(Habit::WebPage, Sure::Odd);
        }
        let html = dice(self.seed, &format!("page of {}", grid.name), 0).bool();
        let bytes = if html { text::web_page(&grid) } else { text::xml(&grid) };
        // Whatever reads it may give the sheet a name or none.
        let name = format!("{name}（{}）.xls", grid.name);
        file(name, bytes, &[grid], false, Habits::of(&[Habit::WebPage]))
    }

    fn grids(&self, ledger: Ledger, form: Form, dice: &mut Rng) -> Vec<Grid> {
        match ledger {
            Ledger::Families => {
                let which: Vec<usize> = (0..self.facts.families.len()).collect();
                let around = self.around(
                    "特殊家庭",
                    "固镇县刘集镇计划生育特殊家庭台账",
                    (Unit::Yuan, false),
                    form,
                    dice,
                );
                vec![self.sheet("特殊家庭", form, true, &around, &|pen| {
                    sheets::families(pen, self.facts, &which)
                })]
            }
            Ledger::Members => {
                let around = self.around("会员", "刘集镇计生协会员花名册", (Unit::Yuan, false), form, dice);
                vec![self.sheet("会员", form, true, &around, &|pen| sheets::members(pen, self.facts))]
            }
            Ledger::Activities => {
                let (unit, captioned) = self.unit("活动");
                let title = "刘集镇2026年10月活动登记表";
                let around = self.around("活动", title, (unit, captioned), form, dice);
                let write = |pen: &Pen<'_>| sheets::activities(pen, self.facts, unit, captioned);
                vec![self.sheet("活动", form, true, &around, &write)]
            }
            Ledger::Services => self.services(form, dice),
        }
    }

    fn services(&self, form: Form, dice: &mut Rng) -> Vec<Grid> {
        let facts = self.facts;
        let mut grids = Vec::new();
        let all: Vec<usize> = (0..facts.visits.len()).collect();
        // A sheet for each village, or one for all.
        let by_village = dice.bool() && !form.is_text();
        let sheets: Vec<(&str, Vec<usize>)> = if by_village {
            let of = |village: usize| {
                all.iter()
                    .copied()
                    .filter(move |n| facts.families[facts.visits[*n].family].village == village)
            };
            (0..VILLAGES.len()).map(|village| (VILLAGES[village].2, of(village).collect())).collect()
        } else {
            vec![("走访", all.clone())]
        };
        for (tab, which) in sheets.into_iter().filter(|(_, which)| !which.is_empty()) {
            let title = format!("2026年10月{tab}走访慰问记录");
            let around = self.around(tab, &title, (Unit::Yuan, false), form, dice);
            grids.push(self.sheet(tab, form, true, &around, &|pen| sheets::visits(pen, facts, &which)));
        }
        let (unit, captioned) = self.unit("保险理赔");
        let around = |tab: &'static str, unit, dice: &mut Rng| {
            self.around(tab, &format!("2026年10月刘集镇{tab}登记表"), unit, form, dice)
        };
        let plain = (Unit::Yuan, false);
        let surveys = around("需求调查", plain, dice);
        grids.push(self.sheet("需求调查", form, true, &surveys, &|pen| sheets::surveys(pen, facts)));
        let claims = around("保险理赔", (unit, captioned), dice);
        grids.push(
            self.sheet("保险理赔", form, true, &claims, &|pen| {
                sheets::claims(pen, facts, unit, captioned)
            }),
        );
        let sessions = around("心理健康服务", plain, dice);
        grids.push(self.sheet("心理健康服务", form, true, &sessions, &|pen| sheets::sessions(pen, facts)));
        if self.has(Habit::HiddenSheet) && !form.is_text() {
            let at = dice.usize(..grids.len());
            grids[at].hidden = true;
            met_all(&mut grids[at], Habit::HiddenSheet);
        }
        if self.has(Habit::SummarySheet) && !form.is_text() {
            self.summaries(&mut grids, dice);
        }
        // A workbook cannot open on a hidden sheet.
        grids.sort_by_key(|grid| grid.hidden && self.has(Habit::HiddenSheet));
        grids
    }

    /// Sheets that repeat all visits and all claims, before the others or behind them.
    fn summaries(&self, grids: &mut Vec<Grid>, dice: &mut Rng) {
        let all: Vec<usize> = (0..self.facts.visits.len()).collect();
        let plain = |tab: &'static str, write: &dyn Fn(&Pen<'_>) -> Table| {
            let pen = Pen {
                seed: self.seed,
                habits: Habits::NONE,
                sheet: tab,
                csv: false,
                unstored: true,
                titled: true,
            };
            let title = Some(format!("刘集镇2026年10月{tab}"));
            let around = Around { title, unit: Unit::Yuan, captioned: false, tab };
            let mut grid = write(&pen).in_sheet(&pen, &around);
            met_all(&mut grid, Habit::SummarySheet);
            grid
        };
        let visits = plain("全镇汇总", &|pen| sheets::visits(pen, self.facts, &all));
        let claims = plain("理赔汇总", &|pen| sheets::claims(pen, self.facts, Unit::Yuan, false));
        // Whichever comes second is the one that repeats.
        for grid in grids.iter_mut().filter(|grid| !matches!(&*grid.name, "需求调查" | "心理健康服务"))
        {
            met_all(grid, Habit::SummarySheet);
        }
        let at = if dice.bool() { 0 } else { grids.len() };
        grids.splice(at..at, [visits, claims]);
    }

    /// The unit of a table's amounts, and whether a caption says it.
    fn unit(&self, table: &str) -> (Unit, bool) {
        let mut dice = dice(self.seed, &format!("unit of {table}"), 0);
        let unit = [Unit::Wan, Unit::Wan, Unit::Qian, Unit::Fen][dice.usize(..4)];
        let caption_first = dice.bool();
        match (self.has(Habit::UnitInHead), self.has(Habit::UnitInCaption)) {
            (true, false) => (unit, false),
            (false, true) => (unit, true),
            (true, true) => (unit, caption_first),
            (false, false) => (Unit::Yuan, false),
        }
    }

    fn around<'t>(
        &self,
        tab: &'t str,
        title: &str,
        unit: (Unit, bool),
        form: Form,
        dice: &mut Rng,
    ) -> Around<'t> {
        // A spreadsheet has its title; a CSV has it before the head, if at all.
        let title = (dice.bool() || !form.is_text()).then(|| title.to_owned());
        Around { title, unit: unit.0, captioned: unit.1, tab }
    }

    fn sheet(
        &self,
        tab: &str,
        form: Form,
        titled: bool,
        around: &Around<'_>,
        write: &dyn Fn(&Pen<'_>) -> Table,
    ) -> Grid {
        let (csv, unstored) = (form.is_text(), form == Form::Xlsx);
        let pen = Pen { seed: self.seed, habits: self.habits, sheet: tab, csv, unstored, titled };
        let mut grid = write(&pen).kept(&pen).in_sheet(&pen, around);
        if around.title.is_some() && self.has(Habit::DocumentNumber) {
            // Every row below it leans on the title; nothing about a row is less sure.
            for told in grid.rows.iter_mut().filter_map(|row| row.told.as_mut()) {
                told.met(Habit::DocumentNumber, Sure::Plain);
            }
        }
        grid
    }
}

fn met_all(grid: &mut Grid, habit: Habit) {
    for told in grid.rows.iter_mut().filter_map(|row| row.told.as_mut()) {
        told.met(habit, Sure::Odd);
    }
}

pub(crate) fn file(name: String, bytes: Vec<u8>, grids: &[Grid], tabs: bool, habits: Habits) -> OfficeFile {
    let mut rows = Vec::new();
    for grid in grids {
        for (number, row) in (1..).zip(&grid.rows) {
            let Some(told) = &row.told else { continue };
            let mut told = told.clone();
            told.habits = told.habits.and(habits);
            let sheet = tabs.then(|| grid.name.clone());
            rows.push(OfficeRow { sheet, row: number, told, edited: row.edited });
        }
    }
    let habits = rows.iter().fold(habits, |all, row| all.and(row.told.habits));
    OfficeFile { name, bytes, rows, habits, swallows: None }
}
