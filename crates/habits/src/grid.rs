//! Sheets before they are written: cells with their formats, merges, what is hidden, and of which facts a row tells.

use crate::facts::Fact;
use crate::habit::{Habit, Habits};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    /// A number and the format in which it is shown; `General` for none.
    Number(f64, &'static str),
    /// A formula with its stored result, if it has one.
    Formula(String, Option<f64>),
    /// `#N/A` and its like, as the result of a formula.
    Error(&'static str),
    /// A picture in the cell, as WPS keeps it.
    Picture,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }
}

/// How sure it is what a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// Nothing odd: it must be taken, with nothing to doubt.
    Plain,
    /// Odd: it may be understood, or told.
    Odd,
    /// Nobody can know: it must be told.
    Unsure,
}

/// What is known of a row of data.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub facts: Vec<Fact>,
    pub sure: Sure,
    pub habits: Habits,
    /// Several rows together tell of the fact; otherwise each tells all of it.
    pub part: bool,
}

impl Told {
    pub fn of(fact: Fact) -> Told {
        Told { facts: vec![fact], sure: Sure::Plain, habits: Habits::NONE, part: false }
    }

    /// Notes that a habit met the row.
    pub fn met(&mut self, habit: Habit, sure: Sure) {
        self.habits = self.habits.with(habit);
        self.sure = self.sure.max(sure);
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
    pub(crate) hidden: bool,
    /// Somebody edited it after it was kept.
    pub(crate) edited: bool,
    /// None: a title, a head, a total.
    pub(crate) told: Option<Told>,
}

impl Row {
    pub(crate) fn bare(cells: Vec<Cell>) -> Row {
        Row { cells, hidden: false, edited: false, told: None }
    }
}

/// Rows and columns from 0, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Merge {
    pub(crate) rows: (usize, usize),
    pub(crate) columns: (usize, usize),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    pub(crate) name: String,
    pub(crate) hidden: bool,
    pub(crate) rows: Vec<Row>,
    pub(crate) merges: Vec<Merge>,
    /// First and last row of the head.
    pub(crate) head: (usize, usize),
}

impl Grid {
    pub(crate) fn new(name: impl Into<String>) -> Grid {
        Grid { name: name.into(), hidden: false, rows: Vec::new(), merges: Vec::new(), head: (0, 0) }
    }
}
