//! One table of a web page while it is read: where each cell stands, and what.

use super::Limits;
use super::struck::{Pieces, Struck};
use crate::refusal::FileRefused;
use crate::workbook::{Cell, Merge, Number};

/// As browsers limit it.
const TALLEST: u32 = 65_534;
/// Tags inside of each other that may strike a text through; more are passed over.
const DEEPEST: usize = 64;

/// The attributes of a tag that say something of a cell.
#[derive(Default)]
pub(super) struct Attributes {
    columns: Option<usize>,
    rows: Option<u32>,
    number: Option<f64>,
    formula: bool,
    text: bool,
    error: bool,
    struck: bool,
    not_shown: bool,
}

impl Attributes {
    /// An attribute may have no value.
    pub(super) fn named(&mut self, name: &[u8]) {
        match name {
            b"x:fmla" => self.formula = true,
            b"x:str" => self.text = true,
            b"x:err" => self.error = true,
            _ => {}
        }
    }

    pub(super) fn set(&mut self, name: &[u8], value: String) {
        match name {
            b"colspan" => self.columns = value.trim().parse().ok(),
            b"rowspan" => self.rows = value.trim().parse().ok(),
            b"x:num" => self.number = value.trim().parse().ok(),
            b"style" => {
                let style = value.to_ascii_lowercase();
                self.struck = style.contains("line-through");
                self.not_shown = style.split(';').any(|rule| {
                    let mut sides = rule.split(':').map(str::trim);
                    (sides.next(), sides.next()) == (Some("display"), Some("none"))
                });
            }
            _ => {}
        }
    }

    pub(super) fn not_shown(&self) -> bool {
        self.not_shown
    }
}

/// Cells with a value, by row and column.
pub(super) type Cells = Vec<(u32, usize, Cell, Struck)>;

pub(super) struct Table {
    cells: Cells,
    merges: Vec<Merge>,
    /// Rows that are not shown.
    hidden: Vec<u32>,
    /// The row that is open.
    row: Option<u32>,
    column: usize,
    cell: Option<Open>,
    /// For each column, how many rows from the next one on a cell above reaches into.
    reach: Vec<u32>,
}

/// A cell that is open.
struct Open {
    attributes: Attributes,
    text: String,
    /// The text that is struck through, apart.
    struck: String,
    /// Open tags that may strike a text through, and whether it is so inside of each.
    tags: Vec<(Vec<u8>, bool)>,
    picture: bool,
}

impl Table {
    /// A table with the lines that stand above it.
    pub(super) fn under(lines: Vec<(u32, String)>) -> Self {
        let cells = lines.into_iter().map(|(row, line)| (row, 0, Cell::Text(line), Struck::None)).collect();
        Self {
            cells,
            merges: Vec::new(),
            hidden: Vec::new(),
            row: None,
            column: 0,
            cell: None,
            reach: Vec::new(),
        }
    }

    pub(super) fn caption(&mut self, (row, line): (u32, String)) {
        self.cells.push((row, 0, Cell::Text(line), Struck::None));
    }

    pub(super) fn in_row(&self) -> bool {
        self.row.is_some()
    }

    pub(super) fn in_cell(&self) -> bool {
        self.cell.is_some()
    }

    pub(super) fn start_row(&mut self, row: u32, shown: bool) {
        self.row = Some(row);
        if !shown {
            self.hidden.push(row);
        }
        self.column = 0;
    }

    pub(super) fn end_row(&mut self) {
        self.end_cell();
        if self.row.take().is_some() {
            // Columns that the row did not come to are passed as well.
            let passed = self.column;
            self.reach.iter_mut().skip(passed).for_each(|rows| *rows = rows.saturating_sub(1));
        }
    }

    pub(super) fn start_cell(&mut self, attributes: Attributes, limits: &Limits) -> Result<(), FileRefused> {
        self.end_cell();
        while let Some(rows) = self.reach.get_mut(self.column).filter(|rows| **rows > 0) {
            *rows -= 1;
            self.column += 1;
        }
        if self.column >= limits.columns {
            return Err(FileRefused::too_large(&format!("表格超过 {} 列", limits.columns)));
        }
        self.cell = Some(Open::new(attributes));
        Ok(())
    }

    pub(super) fn text(&mut self, text: &str) {
        if let Some(cell) = &mut self.cell {
            let to = cell.place();
            // Line breaks of the page's source are spaces.
            for word in text.split_inclusive(|c: char| c.is_ascii_whitespace()) {
                let bare = word.trim_end_matches(|c: char| c.is_ascii_whitespace());
                to.push_str(bare);
                if bare.len() < word.len() && !to.ends_with([' ', '\n']) {
                    to.push(' ');
                }
            }
        }
    }

    pub(super) fn line_break(&mut self) {
        if let Some(cell) = &mut self.cell {
            let to = cell.place();
            if !to.is_empty() && !to.ends_with('\n') {
                to.push('\n');
            }
        }
    }

    /// A tag inside of a cell that may strike its text through.
    pub(super) fn open_tag(&mut self, tag: Vec<u8>, attributes: &Attributes) {
        if let Some(cell) = self.cell.as_mut().filter(|cell| cell.tags.len() < DEEPEST) {
            let own = attributes.struck || matches!(tag.as_slice(), b"s" | b"strike" | b"del");
            let struck = own || cell.is_struck();
            cell.tags.push((tag, struck));
        }
    }

    pub(super) fn close_tag(&mut self, tag: &[u8]) {
        if let Some(cell) = &mut self.cell
            && let Some(at) = cell.tags.iter().rposition(|(open, _)| open == tag)
        {
            cell.tags.truncate(at);
        }
    }

    pub(super) fn picture(&mut self) {
        if let Some(cell) = &mut self.cell {
            cell.picture = true;
        }
    }

    pub(super) fn end_cell(&mut self) {
        let (Some(open), Some(row)) = (self.cell.take(), self.row) else { return };
        let columns = open.attributes.columns.unwrap_or(1).clamp(1, 1000);
        let rows = open.attributes.rows.unwrap_or(1).clamp(1, TALLEST);
        let column = self.column;
        self.column += columns;
        if rows > 1 || self.reach.len() > column {
            if self.reach.len() < self.column {
                self.reach.resize(self.column, 0);
            }
            self.reach[column..self.column].fill(rows - 1);
        }
        let (cell, struck) = open.cell();
        if !cell.is_empty() {
            if rows > 1 || columns > 1 {
                let (last_row, last_column) = (row.saturating_add(rows - 1), self.column - 1);
                self.merges.push(Merge { first_row: row, last_row, first_column: column, last_column });
            }
            self.cells.push((row, column, cell, struck));
        }
    }

    /// Whether some row has two cells: everything else is layout.
    pub(super) fn has_columns(&self) -> bool {
        self.cells.windows(2).any(|two| two[0].0 == two[1].0)
    }

    /// Whether it is but a few lines of text.
    pub(super) fn is_title(&self) -> bool {
        !self.has_columns() && self.cells.len() <= 5
    }

    pub(super) fn first_row(&self) -> u32 {
        self.cells.first().map_or(0, |(row, ..)| *row)
    }

    pub(super) fn into_lines(self) -> impl Iterator<Item = (u32, String)> {
        self.cells.into_iter().map(|(row, _, cell, _)| (row, cell.shown()))
    }

    pub(super) fn into_parts(mut self) -> (Cells, Vec<Merge>, Vec<u32>) {
        // A caption may stand behind rows that were not closed yet.
        self.cells.sort_by_key(|(row, column, ..)| (*row, *column));
        (self.cells, self.merges, self.hidden)
    }
}

impl Open {
    fn new(attributes: Attributes) -> Self {
        Self { attributes, text: String::new(), struck: String::new(), tags: Vec::new(), picture: false }
    }

    fn is_struck(&self) -> bool {
        self.attributes.struck || self.tags.last().is_some_and(|(_, struck)| *struck)
    }

    /// Where the next text goes.
    fn place(&mut self) -> &mut String {
        if self.is_struck() { &mut self.struck } else { &mut self.text }
    }

    fn cell(mut self) -> (Cell, Struck) {
        let (text, struck) =
            Pieces::of(std::mem::take(&mut self.text), std::mem::take(&mut self.struck)).read();
        (self.value(text.trim()), struck)
    }

    fn value(&self, text: &str) -> Cell {
        let marks = &self.attributes;
        if text.is_empty() {
            return match marks.number {
                _ if self.picture => Cell::Picture,
                None if marks.formula && !marks.text => Cell::Uncounted,
                _ => Cell::Empty,
            };
        }
        if marks.error && text.starts_with('#') {
            return Cell::Error(text.to_owned());
        }
        // Where the column was too narrow, the page shows less than the number.
        let cut = text.starts_with("##") || text.contains("E+");
        match marks.number {
            Some(value) if cut => Cell::Number(Number::general(value)),
            _ => Cell::Text(text.to_owned()),
        }
    }
}
