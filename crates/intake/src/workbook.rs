//! The light model of a spreadsheet that the rest of the crate works on.

use chrono::{NaiveDateTime, Timelike};

/// How the bytes were packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Xlsx,
    Xls,
    Csv,
    /// A web page with a table, as many office systems export it under the name `.xls`.
    Html,
    /// XML Spreadsheet 2003.
    Xml,
    /// OpenDocument.
    Ods,
}

/// A file as read: its sheets in the order of the tabs.
#[derive(Debug, Clone)]
pub struct Workbook {
    pub file_name: String,
    pub format: Format,
    pub sheets: Vec<Sheet>,
}

/// One sheet. Rows without any value are not kept.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// The name on the tab; `None` for CSV, which has none.
    pub name: Option<String>,
    /// Rows with at least one value, ascending by number.
    pub rows: Vec<Row>,
    pub merges: Vec<Merge>,
    /// Not shown in the spreadsheet. Its rows are read, so that the worker can be told what was passed over.
    pub hidden: bool,
    pub marks: Marks,
}

/// What a person sees in a sheet beside its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Rows that are not shown, by a filter or by hand; they are read like the others.
    pub hidden_rows: Vec<u32>,
    /// Columns with a value that are not shown, from 0; they are read like the others.
    pub hidden_columns: Vec<usize>,
    /// Rows of which every cell with a value is struck through.
    pub struck_rows: Vec<u32>,
    /// Cells (row, column from 0) of which a part is struck through: their text is without it.
    pub struck_cells: Vec<(u32, usize)>,
    /// Cells that are struck through as a whole in a row that is not: their text is read.
    pub struck_whole: Vec<(u32, usize)>,
    /// Cells into which a person wrote after reading: of one under a merge the text is its own.
    pub written: Vec<(u32, usize)>,
    /// Comments beside cells; none of them is read.
    pub comments: usize,
}

/// A row with the number the spreadsheet shows, from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub number: u32,
    /// Cells from column A on; trailing empty cells are cut off.
    pub cells: Vec<Cell>,
}

/// A merged range: row numbers from 1, column indexes from 0, all inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    pub first_row: u32,
    pub last_row: u32,
    pub first_column: usize,
    pub last_column: usize,
}

/// What stands in a cell. Of a formula only the value it had when the file was saved.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    Number(Number),
    DateTime(NaiveDateTime),
    Bool(bool),
    /// `#REF!` and its like, as the spreadsheet shows it.
    Error(String),
    /// A formula whose result was never saved: only a spreadsheet program can compute it.
    Uncounted,
    /// A picture that stands in the cell itself.
    Picture,
}

/// A number with what its format shows of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    pub value: f64,
    /// Digits after the point that the cell's format shows; `None` for the general format, one that
    /// is no plain number, or one that the file does not tell.
    pub places: Option<u8>,
}

impl Number {
    /// In the general format.
    pub fn general(value: f64) -> Self {
        Self { value, places: None }
    }

    /// Whether the spreadsheet has lost places of it: it keeps 15 significant digits.
    pub fn lost_digits(&self) -> bool {
        self.value.abs() >= 1e15
    }
}

impl Workbook {
    /// Writes a text where a person mended a cell after reading; marks on the cell go with what stood there.
    /// `letter`: the column's. Answers whether there is such a row.
    pub fn mend(&mut self, sheet: Option<&str>, row: u32, letter: &str, text: &str) -> bool {
        let Some(column) = column_index(letter) else { return false };
        let Some(sheet) = self.sheets.iter_mut().find(|s| s.name.as_deref() == sheet) else { return false };
        let Some(at) = sheet.rows.iter_mut().find(|r| r.number == row) else { return false };
        if at.cells.len() <= column {
            at.cells.resize(column + 1, Cell::Empty);
        }
        at.cells[column] = if text.trim().is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) };
        sheet.marks.struck_cells.retain(|cell| *cell != (row, column));
        sheet.marks.struck_whole.retain(|cell| *cell != (row, column));
        sheet.marks.written.retain(|cell| *cell != (row, column));
        if !text.trim().is_empty() {
            sheet.marks.written.push((row, column));
        }
        true
    }
}

static EMPTY: Cell = Cell::Empty;

impl Row {
    /// The cell in a column (from 0); empty beyond the end.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&EMPTY)
    }
}

impl Sheet {
    /// The row with this number, if it has any value.
    pub fn row(&self, number: u32) -> Option<&Row> {
        self.rows.binary_search_by_key(&number, |r| r.number).ok().map(|at| &self.rows[at])
    }

    /// Whether a person wrote into the cell after reading. Column from 0.
    pub(crate) fn is_written(&self, row: u32, column: usize) -> bool {
        self.marks.written.contains(&(row, column))
    }

    /// Number of columns up to the last one with a value.
    pub fn width(&self) -> usize {
        self.rows.iter().map(|r| r.cells.len()).max().unwrap_or(0)
    }
}

impl Cell {
    /// Whether nothing visible stands there.
    pub fn is_empty(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.chars().all(blank),
            _ => false,
        }
    }

    /// What the worker sees, trimmed. Numbers as their format shows them, dates as `2026-10-05`.
    pub fn shown(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.trim_matches(blank).to_owned(),
            Cell::Number(number) => number.shown(),
            Cell::DateTime(at) => {
                if at.num_seconds_from_midnight() == 0 {
                    at.format("%Y-%m-%d").to_string()
                } else {
                    at.format("%Y-%m-%d %H:%M").to_string()
                }
            }
            Cell::Bool(true) => "是".into(),
            Cell::Bool(false) => "否".into(),
            Cell::Error(text) => text.clone(),
            Cell::Uncounted => "（公式未计算）".into(),
            Cell::Picture => "（图片）".into(),
        }
    }
}

impl Number {
    /// As the spreadsheet shows it: 10.1 with two places is `10.10`.
    pub fn shown(&self) -> String {
        match self.places {
            Some(places) if self.value.abs() < 1e15 => format!("{:.*}", usize::from(places), self.value),
            _ => shown_number(self.value),
        }
    }
}

pub(crate) fn blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{feff}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}')
}

/// A spreadsheet keeps 15 significant digits; what lies beyond is an artefact of binary fractions.
fn shown_number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return format!("{}", value as i64);
    }
    match format!("{value:.14e}").parse::<f64>() {
        Ok(rounded) => format!("{rounded}"),
        Err(_) => format!("{value}"),
    }
}

/// The index of a column's letters, from 0; none of what is no column of a spreadsheet.
fn column_index(letters: &str) -> Option<usize> {
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let index = letters.bytes().try_fold(0usize, |index, b| {
        let letter = b.to_ascii_uppercase().checked_sub(b'A').filter(|letter| *letter < 26)?;
        Some(index * 26 + usize::from(letter) + 1)
    })?;
    Some(index - 1)
}

/// `0` → `A`, `26` → `AA`.
pub fn column_letters(index: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = index + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered() {
        for (index, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (702, "AAA")] {
            assert_eq!((column_letters(index).as_str(), column_index(letters)), (letters, Some(index)));
        }
    }

    #[test]
    fn a_format_with_places_shows_them() {
        let shown = |value, places| Cell::Number(Number { value, places: Some(places) }).shown();
        assert_eq!(shown(10.1, 2), "10.10");
        assert_eq!(shown(2016.1, 2), "2016.10");
        assert_eq!(shown(35.0, 0), "35");
    }

    #[test]
    fn numbers_read_as_the_sheet_shows_them() {
        for (value, text) in [
            (200.0, "200"),
            (500.5, "500.5"),
            (0.1 + 0.2, "0.3"),
            (3403231000001.0, "3403231000001"),
            (340_399_195_011_116_123_f64, "340399195011116000"),
        ] {
            assert_eq!(Cell::Number(Number::general(value)).shown(), text);
        }
    }
}
