//! A table of rows of data, what offices do to whole columns of it, and the sheet around it.

use crate::facts::Fact;
use crate::grid::{Cell, Grid, Merge, Row, Sure, Told};
use crate::habit::Habit;
use crate::pen::{Pen, Unit};

/// What a column holds, as far as a habit of whole columns asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Said once for several rows: village, day, kind, visitors.
    Shared,
    Money,
    Headcount,
    Other,
}

#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Levels from the top down.
    pub(crate) head: Vec<String>,
    pub(crate) role: Role,
}

impl Column {
    pub(crate) fn of(head: &str, role: Role) -> Column {
        Column { head: head.split('>').map(str::to_owned).collect(), role }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) cells: Vec<Cell>,
    /// What each cell means, so that rows that say the same are known however they are written.
    pub(crate) keys: Vec<String>,
    pub(crate) told: Told,
    pub(crate) hidden: bool,
}

impl Line {
    pub(crate) fn of(fact: Fact) -> Line {
        Line { cells: Vec::new(), keys: Vec::new(), told: Told::of(fact), hidden: false }
    }

    pub(crate) fn put(&mut self, cell: Cell, key: impl ToString) {
        self.cells.push(cell);
        self.keys.push(key.to_string());
    }

    /// Writes a cell with the row's own notes at hand.
    pub(crate) fn write(&mut self, key: impl ToString, write: impl FnOnce(&mut Told) -> Cell) {
        let cell = write(&mut self.told);
        self.put(cell, key);
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) lines: Vec<Line>,
    /// Lines from and to, column; both ends included.
    pub(crate) merges: Vec<(usize, usize, usize)>,
}

/// What stands around a table.
pub(crate) struct Around<'a> {
    pub(crate) title: Option<String>,
    pub(crate) unit: Unit,
    /// Said in a caption above the table, not in the head.
    pub(crate) captioned: bool,
    pub(crate) tab: &'a str,
}

impl Table {
    /// All that is done to whole columns and rows, in the order in which an office would.
    pub(crate) fn kept(mut self, pen: &Pen<'_>) -> Table {
        self.said_once(pen);
        self.merged_sums(pen, Habit::MergedMoney, Role::Money);
        self.merged_sums(pen, Habit::MergedHeadcount, Role::Headcount);
        self.copied(pen);
        self.filtered(pen);
        self
    }

    /// Rows that follow one another and mean the same in a column: the first, and how many.
    fn runs(&self, column: usize) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            match runs.last_mut() {
                Some((first, count)) if self.lines[*first].keys[column] == line.keys[column] => *count += 1,
                _ => runs.push((at, 1)),
            }
        }
        runs.retain(|(_, count)| *count > 1);
        runs
    }

    /// A value that stands in the first of several rows only.
    fn said_once(&mut self, pen: &Pen<'_>) {
        for column in 0..self.columns.len() {
            if self.columns[column].role != Role::Shared {
                continue;
            }
            for (first, count) in self.runs(column) {
                let what = format!("once {column}");
                let mut ways = vec![Habit::Ditto, Habit::BlankAsAbove];
                ways.extend((!pen.csv).then_some(Habit::MergedDown));
                let met = ways.into_iter().find(|habit| pen.does(*habit, &what, first, 50));
                // What cannot be known of one row is not said once for all of them.
                let known = self.lines[first..first + count].iter().all(|line| line.told.sure < Sure::Unsure);
                let Some(habit) = met.filter(|_| known) else { continue };
                let ditto = ["同上", "〃", "″", "同上", "\"", "，，"][pen.dice(&what, first).usize(..6)];
                for at in first..first + count {
                    let line = &mut self.lines[at];
                    line.told.met(habit, Sure::Odd);
                    if at > first {
                        let mark = habit == Habit::Ditto;
                        line.cells[column] = if mark { Cell::text(ditto) } else { Cell::Empty };
                    }
                }
                if habit == Habit::MergedDown {
                    self.merges.push((first, first + count - 1, column));
                }
            }
        }
    }

    /// The sum of two or three rows in one merged cell.
    fn merged_sums(&mut self, pen: &Pen<'_>, habit: Habit, role: Role) {
        let Some(column) = self.columns.iter().position(|column| column.role == role) else { return };
        let mut at = 0;
        while !pen.csv && at + 1 < self.lines.len() {
            let count = pen.dice("merged", at).usize(2..=3).min(self.lines.len() - at);
            let rows = at..at + count;
            let number = |line: &Line| match line.cells[column] {
                Cell::Number(value, _) => Some(value),
                _ => None,
            };
            let sum: Option<f64> = self.lines[rows.clone()].iter().map(number).sum();
            if let Some(sum) = sum.filter(|_| pen.does(habit, "merged", at, 60)) {
                for line in &mut self.lines[rows] {
                    line.cells[column] = Cell::Empty;
                    line.told.met(habit, Sure::Unsure);
                }
                self.lines[at].cells[column] = Cell::Number(sum, "General");
                self.merges.push((at, at + count - 1, column));
            }
            at += count;
        }
    }

    /// Rows copied to the end, where no merge is cut; some are changed there, and one of the two is wrong.
    fn copied(&mut self, pen: &Pen<'_>) {
        for at in 0..self.lines.len() {
            let in_merge = self.merges.iter().any(|(first, last, _)| (*first..=*last).contains(&at));
            // A copy of 同上 would mean another row.
            let habits = self.lines[at].told.habits;
            let by_above = habits.has(Habit::Ditto) || habits.has(Habit::BlankAsAbove);
            if in_merge || by_above || self.lines[at].told.part {
                continue;
            }
            if pen.does(Habit::CopiedRow, "copied", at, 15) {
                self.lines[at].told.met(Habit::CopiedRow, Sure::Odd);
                let copy = self.lines[at].clone();
                self.lines.push(copy);
            } else if pen.does(Habit::CopiedAndMended, "copied", at, 15) {
                self.mended(at);
            }
        }
    }

    fn mended(&mut self, at: usize) {
        let changing = |column: &Column| matches!(column.role, Role::Money | Role::Headcount);
        let Some(column) = self.columns.iter().position(changing) else { return };
        let Cell::Number(value, format) = self.lines[at].cells[column] else { return };
        let mut copy = self.lines[at].clone();
        copy.cells[column] = Cell::Number(value * 2.0, format);
        self.lines[at].told.met(Habit::CopiedAndMended, Sure::Odd);
        copy.told.met(Habit::CopiedAndMended, Sure::Unsure);
        self.lines.push(copy);
    }

    fn filtered(&mut self, pen: &Pen<'_>) {
        for (at, line) in self.lines.iter_mut().enumerate() {
            if !pen.csv && pen.does(Habit::FilteredRows, "filtered", at, 25) {
                line.hidden = true;
                line.told.met(Habit::FilteredRows, Sure::Odd);
            }
        }
    }

    /// The table with title, caption, head, blank lines, total and signature.
    pub(crate) fn in_sheet(self, pen: &Pen<'_>, around: &Around<'_>) -> Grid {
        let mut grid = Grid::new(around.tab);
        let width = self.columns.len();
        let mut dice = pen.dice("around", 0);
        if around.title.is_some() && pen.habits.has(Habit::DocumentNumber) {
            let orders = ["固计生协〔2025〕12号", "附件2：皖计生协函[2025]7号", "（固卫健〔2024〕105号）"];
            grid.rows.push(Row::bare(vec![Cell::text(orders[dice.usize(..3)])]));
        }
        if let Some(title) = &around.title {
            let at = grid.rows.len();
            grid.rows.push(Row::bare(vec![Cell::text(title)]));
            grid.merges.extend((width > 1).then_some(Merge { rows: (at, at), columns: (0, width - 1) }));
        }
        if around.captioned {
            let mut cells = vec![Cell::Empty; width];
            cells[0] = Cell::text("填报单位：刘集镇计生协");
            cells[width - 1] = Cell::text(format!("单位：{}", around.unit.label()));
            grid.rows.push(Row::bare(cells));
        }
        self.heads(&mut grid);
        self.body(pen, &mut grid);
        grid
    }

    fn heads(&self, grid: &mut Grid) {
        let levels = self.columns.iter().map(|column| column.head.len()).max().unwrap_or(1);
        let top = grid.rows.len();
        grid.head = (top, top + levels - 1);
        for level in 0..levels {
            let mut cells = Vec::new();
            for (at, column) in self.columns.iter().enumerate() {
                let group = |n: usize| {
                    self.columns[n].head.get(level).filter(|_| self.columns[n].head.len() > level + 1)
                };
                let repeats = at > 0 && group(at).is_some() && group(at) == group(at - 1);
                let head = column.head.get(level).filter(|_| !repeats);
                cells.push(head.map_or(Cell::Empty, Cell::text));
                if column.head.len() == 1 && levels > 1 && level == 0 {
                    grid.merges.push(Merge { rows: (top, top + levels - 1), columns: (at, at) });
                }
                if group(at).is_some() && !repeats {
                    let same = (at..self.columns.len()).take_while(|n| group(*n) == group(at)).count();
                    let merge = Merge { rows: (top + level, top + level), columns: (at, at + same - 1) };
                    grid.merges.extend((same > 1).then_some(merge));
                }
            }
            grid.rows.push(Row::bare(cells));
        }
    }

    fn body(&self, pen: &Pen<'_>, grid: &mut Grid) {
        let mut numbers = Vec::new();
        let lines = self.lines.len();
        for (at, line) in self.lines.iter().enumerate() {
            let inside = self.merges.iter().any(|(first, last, _)| *first < at && at <= *last);
            // A blank line inside a merge would be covered by it.
            if at > 0 && !inside && pen.dice("blank line", at).u8(..15) == 0 {
                grid.rows.push(Row::bare(Vec::new()));
            }
            numbers.push(grid.rows.len());
            let told = Some(line.told.clone());
            grid.rows.push(Row { cells: line.cells.clone(), hidden: line.hidden, edited: false, told });
        }
        for (first, last, column) in &self.merges {
            grid.merges.push(Merge { rows: (numbers[*first], numbers[*last]), columns: (*column, *column) });
        }
        if lines > 0 && pen.dice("total", 0).bool() {
            let mut cells = vec![Cell::Empty; self.columns.len()];
            cells[0] = Cell::text("合计");
            for (column, cell) in self.columns.iter().zip(&mut cells).skip(1) {
                if matches!(column.role, Role::Money | Role::Headcount) {
                    *cell = Cell::Number(99.0, "General");
                }
            }
            grid.rows.push(Row::bare(cells));
        }
        if pen.dice("signature", 0).bool() {
            grid.rows
                .push(Row::bare(vec![Cell::text("单位负责人：             审核人：             填表人：")]));
        }
    }
}
