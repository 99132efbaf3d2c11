//! Edits of kept ledgers that leave their meaning as it is, or that nobody can take for something else: rows, columns
//! and cells change their places, cells their formats, rows are copied.

use crate::facts::Facts;
use crate::grid::{Cell, Grid, Row};
use crate::habit::{Habit, Habits};
use crate::office::{Ledger, Office, OfficeFile, file};
use crate::{names, xlsx};

/// Habits that may stand in a ledger that is edited: with them its meaning is sure.
pub const STEADY: &[Habit] = &[
    Habit::DayWithoutYear,
    Habit::DocumentNumber,
    Habit::SixDigitMonth,
    Habit::UnitInHead,
    Habit::UnitInCaption,
    Habit::UnitInCell,
    Habit::WordsForNumbers,
    Habit::MergedDown,
    Habit::Ditto,
    Habit::BlankAsAbove,
    Habit::FullWidth,
    Habit::Radicals,
    Habit::InvisibleMarks,
    Habit::OtherX,
    Habit::OtherDots,
    Habit::TwoNames,
];

/// What is done, and numbers that say where; whatever they are, there is such a place or nothing is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit {
    pub what: u8,
    pub sheet: u8,
    pub row: u8,
    pub column: u8,
    pub how: u8,
}

impl Edit {
    pub fn read(bytes: &[u8; 5]) -> Edit {
        let [what, sheet, row, column, how] = *bytes;
        Edit { what, sheet, row, column, how }
    }
}

/// The files of a township's ledgers after these edits, families first.
pub fn edited(seed: u64, habits: Habits, edits: &[Edit]) -> Vec<OfficeFile> {
    let facts = Facts::random(seed);
    let office = Office { seed, habits, facts: &facts };
    let ledgers = [Ledger::Families, Ledger::Members, Ledger::Services, Ledger::Activities];
    let mut books: Vec<Vec<Grid>> = ledgers.iter().map(|ledger| office.unwritten(*ledger)).collect();
    for edit in edits {
        let mut grids: Vec<&mut Grid> = books.iter_mut().flatten().collect();
        let at = usize::from(edit.sheet) % grids.len();
        apply(grids[at], edit);
    }
    let file = |(nth, grids): (usize, &Vec<Grid>)| {
        let name = ["特殊家庭台账", "会员花名册", "2026年10月服务记录", "2026年10月活动登记表"][nth];
        file(format!("{name}.xlsx"), xlsx::write(grids), grids, true, Habits::NONE)
    };
    books.iter().enumerate().map(file).collect()
}

fn apply(grid: &mut Grid, edit: &Edit) {
    let rows: Vec<usize> = (0..grid.rows.len()).filter(|at| movable(grid, *at)).collect();
    let Some(row) = rows.get(usize::from(edit.row) % rows.len().max(1)).copied() else { return };
    let other = rows[usize::from(edit.how) % rows.len()];
    match edit.what % 8 {
        0 => swap_rows(grid, row, other),
        1 => swap_columns(grid, usize::from(edit.column), usize::from(edit.how)),
        2 => swap_cells(grid, row, usize::from(edit.column), usize::from(edit.how)),
        3 => copy(grid, row, other),
        4 => {
            grid.rows[row].hidden = true;
            grid.rows[row].edited = true;
        }
        _ => rewrite(&mut grid.rows[row], usize::from(edit.column), edit.how),
    }
}

/// A row that leans on no other: no merge, no 同上, no blank that means the one above; nor one that others lean on.
fn movable(grid: &Grid, at: usize) -> bool {
    let leaning = [Habit::MergedDown, Habit::Ditto, Habit::BlankAsAbove];
    let alone = |row: &Row| {
        row.told.as_ref().is_some_and(|told| leaning.iter().all(|habit| !told.habits.has(*habit)))
    };
    alone(&grid.rows[at])
}

fn swap_rows(grid: &mut Grid, one: usize, other: usize) {
    grid.rows.swap(one, other);
    grid.rows[one].edited = true;
    grid.rows[other].edited = true;
}

/// Head and all; not where a head has groups.
fn swap_columns(grid: &mut Grid, one: usize, other: usize) {
    let (first, last) = grid.head;
    let width = grid.rows[first].cells.len();
    let (one, other) = (one % width, other % width);
    let merged = grid.merges.iter().any(|merge| merge.rows.0 > last);
    if first != last || merged {
        return;
    }
    for row in &mut grid.rows[first..] {
        if row.cells.len() == width && (row.told.is_some() || matches!(row.cells[0], Cell::Text(_))) {
            row.cells.swap(one, other);
            row.edited = row.told.is_some();
        }
    }
}

/// What a column holds, if no two kinds of it can be taken for one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Day,
    Code,
    Word,
    Number,
}

fn holds(grid: &Grid, column: usize) -> Option<Holds> {
    let Some(Cell::Text(head)) = grid.rows[grid.head.0].cells.get(column) else { return None };
    Some(match &**head {
        "日期" | "理赔日期" | "开始时间" => Holds::Day,
        "信息编码" => Holds::Code,
        "走访类型" | "项目" => Holds::Word,
        "参加人数" => Holds::Number,
        head if head.starts_with("理赔金额") => Holds::Number,
        _ => return None,
    })
}

fn swap_cells(grid: &mut Grid, row: usize, one: usize, other: usize) {
    let width = grid.rows[row].cells.len();
    let (one, other) = (one % width, other % width);
    let (Some(first), Some(second)) = (holds(grid, one), holds(grid, other)) else { return };
    let cells = &mut grid.rows[row].cells;
    if first != second && cells[one] != Cell::Empty && cells[other] != Cell::Empty {
        cells.swap(one, other);
        grid.rows[row].edited = true;
    }
}

/// Above another row that stands alone, or below all.
fn copy(grid: &mut Grid, row: usize, above: usize) {
    let mut copy = grid.rows[row].clone();
    copy.edited = true;
    grid.rows[row].edited = true;
    let merged = grid.merges.iter().any(|merge| merge.rows.0 > grid.head.1);
    // A row put in would move the merges below it, and the 同上.
    let leaning = (0..grid.rows.len()).any(|at| grid.rows[at].told.is_some() && !movable(grid, at));
    if merged || leaning {
        grid.rows.push(copy);
    } else {
        grid.rows.insert(above, copy);
    }
}

/// The same value in another form.
fn rewrite(row: &mut Row, column: usize, how: u8) {
    let width = row.cells.len().max(1);
    let Some(cell) = row.cells.get_mut(column % width) else { return };
    let other = match &*cell {
        Cell::Number(value, format) if format.contains('y') => day(*value, how),
        Cell::Number(value, _) if *value < 1e11 => number(*value, how),
        Cell::Text(text) => spaced(text, how),
        _ => return,
    };
    *cell = other;
    row.edited = true;
}

fn day(serial: f64, how: u8) -> Cell {
    let first = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).expect("a day");
    let day = first + chrono::Days::new(serial as u64);
    let text = |format: &str| Cell::text(day.format(format).to_string());
    match how % 14 {
        0 => Cell::Number(serial, "yyyy/m/d"),
        1 => Cell::Number(serial, "m\"月\"d\"日\""),
        2 => Cell::Number(serial, "General"),
        3 => Cell::Number(serial, "0"),
        4 => Cell::Number(serial, "d-mmm"),
        5 => Cell::Number(serial, "[$-804]yyyy\"年\"m\"月\"d\"日\"dddd"),
        6 => text("%Y%m%d"),
        7 => Cell::Number(day.format("%Y%m%d").to_string().parse().expect("digits"), "General"),
        8 => text(" %Y-%m-%d "),
        9 => text("%Y-%m-%d 00:00:00"),
        10 => Cell::text(names::full_width(&day.format("%Y-%m-%d").to_string())),
        11 => text("%Y年%m月%d号"),
        12 => text("%Y。%-m。%-d"),
        _ => text("'%Y-%m-%d"),
    }
}

fn number(value: f64, how: u8) -> Cell {
    match how % 12 {
        0 => Cell::Number(value, "0"),
        1 => Cell::Number(value, "0.00"),
        2 => Cell::Number(value, "#,##0"),
        3 => Cell::Number(value, "¥#,##0.00"),
        4 => Cell::Number(value, "0.00%"),
        5 => Cell::Number(value, "yyyy-mm-dd"),
        6 => Cell::Number(value, "0!.0,\"万元\""),
        7 => Cell::Number(value, "0.00,\"千元\""),
        8 => Cell::text(value.to_string()),
        9 => Cell::text(format!(" {value}\u{a0}")),
        10 => Cell::text(names::full_width(&value.to_string())),
        _ => Cell::text(format!("'{value}")),
    }
}

fn spaced(text: &str, how: u8) -> Cell {
    Cell::text(match how % 6 {
        0 => format!(" {text} "),
        1 => format!("{text}\n"),
        2 => format!("\u{a0}{text}"),
        3 => format!("{text}　"),
        4 => format!("'{text}"),
        _ => format!("\t{text}"),
    })
}
