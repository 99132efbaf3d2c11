//! Text that is struck through, gathered into the marks of a sheet.

use crate::workbook::{Marks, Row};

/// How much of a cell is struck through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Struck {
    None,
    /// A part, which is left out of the text.
    Part,
    Whole,
}

impl Struck {
    pub(super) fn whole_if(struck: bool) -> Self {
        if struck { Struck::Whole } else { Struck::None }
    }
}

/// A text in pieces that are struck through or not.
#[derive(Debug, Clone, Default)]
pub(super) struct Pieces {
    left: String,
    struck: String,
}

impl Pieces {
    pub(super) fn of(left: String, struck: String) -> Self {
        Self { left, struck }
    }

    pub(super) fn push(&mut self, text: &str, struck: bool) {
        if struck { &mut self.struck } else { &mut self.left }.push_str(text);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty() && self.struck.is_empty()
    }

    /// What of it counts: a text that is struck through as a whole stays.
    pub(super) fn read(self) -> (String, Struck) {
        let nothing = |text: &str| text.chars().all(crate::workbook::blank);
        match (nothing(&self.left), nothing(&self.struck)) {
            (_, true) => (self.left, Struck::None),
            (true, false) => (self.struck, Struck::Whole),
            (false, false) => (self.left, Struck::Part),
        }
    }
}

/// The marks of a sheet while its cells come in, row by row.
#[derive(Default)]
pub(super) struct Marking {
    marks: Marks,
    row: u32,
    whole: bool,
    /// Cells of the row that are struck through as a whole.
    cells: Vec<usize>,
}

impl Marking {
    /// For each cell with a value.
    pub(super) fn cell(&mut self, row: u32, column: usize, struck: Struck) {
        if row != self.row {
            self.end_row();
            (self.row, self.whole) = (row, true);
        }
        self.whole &= struck == Struck::Whole;
        match struck {
            Struck::Part => self.marks.struck_cells.push((row, column)),
            Struck::Whole => self.cells.push(column),
            Struck::None => {}
        }
    }

    /// A row that is not shown; only one with a value counts in the end.
    pub(super) fn hidden(&mut self, row: u32) {
        if self.marks.hidden_rows.last() != Some(&row) {
            self.marks.hidden_rows.push(row);
        }
    }

    /// Columns that are not shown, from 0; only those with a value count in the end.
    pub(super) fn hidden_columns(&mut self, first: u32, last: u32) {
        /// No sheet is wider.
        const MOST: u32 = 16_384;
        self.marks.hidden_columns.extend((first..=last.min(MOST - 1)).map(|column| column as usize));
        self.marks.hidden_columns.truncate(MOST as usize);
    }

    pub(super) fn comments(&mut self, count: usize) {
        self.marks.comments = self.marks.comments.saturating_add(count);
    }

    fn end_row(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        if std::mem::take(&mut self.whole) {
            self.marks.struck_rows.push(self.row);
        } else {
            self.marks.struck_whole.extend(cells.into_iter().map(|column| (self.row, column)));
        }
    }

    pub(super) fn finish(mut self, rows: &[Row]) -> Marks {
        self.end_row();
        self.marks.hidden_rows.retain(|row| rows.binary_search_by_key(row, |r| r.number).is_ok());
        self.marks.hidden_columns.sort_unstable();
        self.marks.hidden_columns.dedup();
        // A template hides all columns to the right of its last one.
        let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        let filled = |column: &usize| *column < width && rows.iter().any(|row| !row.cell(*column).is_empty());
        self.marks.hidden_columns.retain(filled);
        self.marks
    }
}
