//! Which rows of a recognised sheet are data, and what stands in them.

mod totals;

use foldhash::HashMap;
pub(super) use totals::OtherSum;
use totals::{is_carried, is_total};

use super::cells::is_ones_own;
use super::values::ditto;
use crate::heads::{Column, Recognised};
use crate::workbook::{Cell, Merge, Row, Sheet};

/// Rows below the head, with cells merged downwards filled and marks for 'as above' resolved.
pub(super) struct Body<'a> {
    sheet: &'a Sheet,
    head: &'a Recognised,
    over: Over<'a>,
    head_texts: Vec<(usize, &'a str)>,
    /// Columns that make a row one of data: not the running number, the village or a remark.
    telling: Vec<usize>,
}

/// What stands in a cell though it was written in another.
#[derive(Default)]
struct Over<'a> {
    /// Cells covered by a merge that began above them in the same column.
    filled: HashMap<(u32, usize), &'a Cell>,
    /// Cells of a merge over several rows of data, its first one among them: how many rows there are.
    merged: HashMap<(u32, usize), u32>,
    /// Cells that hold a mark for 'as above', with what stands above; none where nothing does.
    above: HashMap<(u32, usize), Option<&'a Cell>>,
}

/// A row of data.
#[derive(Clone, Copy)]
pub(super) struct DataRow<'a> {
    pub(super) number: u32,
    row: &'a Row,
    over: &'a Over<'a>,
}

/// Where the value of a cell comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Own,
    /// From a merge over this many rows of data, of which this is the first, or a later one.
    Merged {
        rows: u32,
        first: bool,
    },
    /// From the row above, by a mark.
    Above,
    /// A mark for 'as above' with nothing above.
    Nowhere,
}

/// What a row below the head is.
pub(super) enum Line<'a> {
    Data(DataRow<'a>),
    /// A title between tables; it may name the village of the rows below it.
    Title(String),
}

impl<'a> DataRow<'a> {
    pub(super) fn cell(&self, column: usize) -> &'a Cell {
        static NOTHING: Cell = Cell::Empty;
        if let Some(above) = self.over.above.get(&(self.number, column)) {
            return above.unwrap_or(&NOTHING);
        }
        let own = self.row.cell(column);
        if !own.is_empty() {
            return own;
        }
        self.over.filled.get(&(self.number, column)).copied().unwrap_or(own)
    }

    pub(super) fn origin(&self, column: usize) -> Origin {
        let at = (self.number, column);
        match (self.over.above.get(&at), self.over.merged.get(&at)) {
            (Some(Some(_)), _) => Origin::Above,
            (Some(None), _) => Origin::Nowhere,
            (None, Some(rows)) => Origin::Merged { rows: *rows, first: !self.over.filled.contains_key(&at) },
            (None, None) => Origin::Own,
        }
    }

    /// The cell as it was written, without what a mark for 'as above' means.
    pub(super) fn written(&self, column: usize) -> &'a Cell {
        let own = self.row.cell(column);
        if own.is_empty() { self.cell(column) } else { own }
    }
}

/// Fields that templates fill in beforehand: a row that has nothing else is empty.
const PREFILLED: &[&str] = &[
    "seq",
    "notes",
    "township",
    "village",
    "kind",
    "visitors",
    "festival",
    "category",
    "type",
    "residence",
    "group",
    "tags",
    "project",
    "key_task",
    "approval",
    "township_leader",
    "village_worker",
    "assistance",
    "doctor",
    "hospital",
    "opened",
    "assessed",
    "counsellor",
    "paired",
    "volunteer",
    "team",
];
const SIGNATURES: &[&str] = &[
    "单位负责人",
    "填表人",
    "填报人",
    "审核人",
    "制表人",
    "负责人签字",
    "审批人",
    "填表单位",
    "填报单位",
    "填报时间",
    "填报日期",
    "填表日期",
    "制表日期",
    "统计负责人",
    "分管领导",
    "主管领导",
    "经办人",
    "联系电话",
    "负责人",
    "签字",
    "盖章",
    "单位（盖章）",
];
const NOTES: &[&str] = &["注", "备注", "说明", "填表说明", "填报说明", "附注", "注意", "注释"];

impl<'a> Body<'a> {
    pub(super) fn new(sheet: &'a Sheet, head: &'a Recognised) -> Self {
        let head_texts = head_texts(sheet, head);
        let in_charge = head.kind == crate::kind::SheetKind::Activities;
        let tells = |code: &str| !PREFILLED.contains(&code) && (!in_charge || code != "head");
        let told =
            head.columns.iter().filter(|c| c.field.is_some_and(|f| tells(f.code) && !f.is_prefilled()));
        let telling = told.map(|c| c.index).collect();
        let mut body = Self { sheet, head, over: Over::default(), head_texts, telling };
        body.over.filled = filled(sheet, head);
        body.over.merged = body.merged();
        body.over.above = body.above();
        body
    }

    /// Merges over more than one row of data.
    fn merged(&self) -> HashMap<(u32, usize), u32> {
        let mut merged = HashMap::default();
        let data: Vec<u32> =
            if self.over.filled.is_empty() { Vec::new() } else { self.data_rows().collect() };
        for merge in downward(self.sheet, self.head) {
            let from = data.partition_point(|row| *row < merge.first_row);
            let rows: Vec<u32> =
                data[from..].iter().copied().take_while(|row| *row <= merge.last_row).collect();
            if rows.len() > 1 {
                let shared = rows.iter().filter(|row| !self.sheet.is_written(**row, merge.first_column));
                merged.extend(shared.map(|row| ((*row, merge.first_column), rows.len() as u32)));
            }
        }
        merged
    }

    fn data_rows(&self) -> impl Iterator<Item = u32> {
        self.lines().filter_map(|line| if let Line::Data(row) = line { Some(row.number) } else { None })
    }

    /// Every mark for 'as above', with what the nearest row of data above has in its column.
    fn above(&self) -> HashMap<(u32, usize), Option<&'a Cell>> {
        // 同上 in the column of the current address means the registered one beside it.
        let mapped =
            || self.head.columns.iter().filter(|c| c.field.is_some_and(|f| f.code != "current_address"));
        let ones_own = |column: &Column| column.field.is_some_and(is_ones_own);
        let is_mark = |cell: &Cell| matches!(cell, Cell::Text(text) if ditto(text));
        let rows = self.sheet.rows.iter().filter(|row| row.number > self.head.last_row);
        if !rows.clone().any(|row| row.cells.iter().any(is_mark)) {
            return HashMap::default();
        }
        let mut above = HashMap::default();
        let mut last: HashMap<usize, &'a Cell> = HashMap::default();
        for row in rows {
            match self.line(row) {
                // Another table: nothing of the one before stands above it.
                Some(Line::Title(_)) => last.clear(),
                Some(Line::Data(_)) => {
                    for column in mapped() {
                        let own = row.cell(column.index);
                        let filled = self.over.filled.get(&(row.number, column.index)).copied();
                        let cell = if own.is_empty() { filled.unwrap_or(own) } else { own };
                        if is_mark(cell) {
                            let there = last.get(&column.index).copied().filter(|_| !ones_own(column));
                            above.insert((row.number, column.index), there);
                        } else if !cell.is_empty() {
                            last.insert(column.index, cell);
                        }
                    }
                }
                None => {}
            }
        }
        above
    }

    /// Rows below the head that are data or titles, in order.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let from = self.sheet.rows.partition_point(|r| r.number <= self.head.last_row);
        self.sheet.rows[from..].iter().filter_map(|row| self.line(row))
    }

    fn line<'s>(&'s self, row: &'s Row) -> Option<Line<'s>> {
        let mut filled = row.cells.iter().filter(|c| !c.is_empty());
        let first = filled.next()?;
        let more = filled.clone().next();
        if self.is_example(row)
            || is_carried(first)
            || more.is_some_and(is_carried)
            || is_total(first, more)
            || is_signature(first)
            || self.repeats_head(row)
            || is_numbering(row)
        {
            return None;
        }
        if more.is_none() {
            let text = first.shown();
            if text.chars().count() > 12 || starts_note(&text) {
                return Some(Line::Title(text));
            }
        }
        let data = DataRow { number: row.number, row, over: &self.over };
        // A mark for 'as above' says something, whatever stands above.
        let says = |column: &usize| !data.cell(*column).is_empty() || !row.cell(*column).is_empty();
        if self.telling.iter().any(says) {
            return Some(Line::Data(data));
        }
        more.is_none().then(|| Line::Title(first.shown()))
    }

    /// The row of a template that shows how to fill it in: it has the template's own mark in the place of its number,
    /// and says nothing that the template does not. 示例村 is a village.
    fn is_example(&self, row: &Row) -> bool {
        let number = self.head.column("seq").map(|column| row.cell(column.index));
        let marked = matches!(number, Some(Cell::Text(text)) if text.trim() == crate::template::EXAMPLE);
        marked
            && row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).all(|(at, cell)| {
                let column = self.head.columns.iter().find(|column| column.index == at);
                let field = column.and_then(|column| column.field);
                field.is_some_and(|field| crate::template::is_example(field, &cell.shown()))
            })
    }

    /// Compared as they were written: a head is repeated by copying it.
    fn repeats_head(&self, row: &Row) -> bool {
        let same = self
            .head_texts
            .iter()
            .filter(|(column, text)| matches!(row.cell(*column), Cell::Text(own) if own == text))
            .count();
        same >= 2 && same * 2 > row.cells.iter().filter(|c| !c.is_empty()).count()
    }
}

fn downward<'a>(sheet: &'a Sheet, head: &'a Recognised) -> impl Iterator<Item = &'a Merge> {
    sheet.merges.iter().filter(|m| m.first_row > head.last_row && m.last_row > m.first_row)
}

fn filled<'a>(sheet: &'a Sheet, head: &'a Recognised) -> HashMap<(u32, usize), &'a Cell> {
    let mut filled = HashMap::default();
    for merge in downward(sheet, head) {
        let Some(top) = sheet.row(merge.first_row) else { continue };
        let cell = top.cell(merge.first_column);
        if cell.is_empty() {
            continue;
        }
        // Only rows that have a value of their own can be data.
        let from = sheet.rows.partition_point(|r| r.number <= merge.first_row);
        for row in sheet.rows[from..].iter().take_while(|r| r.number <= merge.last_row) {
            filled.insert((row.number, merge.first_column), cell);
        }
    }
    filled
}

/// Every text of the head rows by its column, so that a head repeated further down is known.
fn head_texts<'a>(sheet: &'a Sheet, head: &Recognised) -> Vec<(usize, &'a str)> {
    let mut texts = Vec::new();
    for number in head.first_row..=head.last_row {
        let Some(row) = sheet.row(number) else { continue };
        for (column, cell) in row.cells.iter().enumerate() {
            if let Cell::Text(text) = cell
                && !cell.is_empty()
            {
                texts.push((column, text.as_str()));
            }
        }
    }
    texts
}

/// Only the first text counts: a remark at the end of a row of data may well say 联系电话：….
fn is_signature(first: &Cell) -> bool {
    let Cell::Text(text) = first else { return false };
    if !text.contains(['：', ':', '（', '(']) {
        return false;
    }
    let text: String = text.split_whitespace().collect();
    SIGNATURES
        .iter()
        .any(|word| text.strip_prefix(word).is_some_and(|rest| rest.starts_with(['：', ':', '（', '('])))
}

fn starts_note(text: &str) -> bool {
    NOTES
        .iter()
        .any(|word| text.strip_prefix(word).is_some_and(|rest| rest.starts_with(['：', ':', '1', '、'])))
}

/// What stands beside the numbers of columns that are numbered. Anything else is somebody's or something's name.
const BESIDE_NUMBERS: &[&str] =
    &["甲", "乙", "丙", "丁", "戊", "己", "栏次", "列次", "行次", "列号", "栏号", "序号", "序", "编号"];

/// A row of 1, 2, 3 … under a head.
fn is_numbering(row: &Row) -> bool {
    let (mut last, mut numbers) = (None, 0);
    for cell in row.cells.iter().filter(|c| !c.is_empty()) {
        let number = match cell {
            Cell::Number(number) if number.value.fract() == 0.0 => Some(number.value as i64),
            Cell::Text(text) if text.len() <= 3 => text.trim().parse().ok(),
            _ => None,
        };
        match (number, last) {
            (Some(number), Some(before)) if number != before + 1 => return false,
            (Some(number), _) => {
                last = Some(number);
                numbers += 1;
            }
            (None, _) => {
                let text: String = cell.shown().split_whitespace().collect();
                if !BESIDE_NUMBERS.contains(&text.as_str()) {
                    return false;
                }
            }
        }
    }
    numbers >= 3
}
