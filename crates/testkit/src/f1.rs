//! F1 counted apart from the program: the figures that an independent program took from the ledgers,
//! and the cells of an exported file.

use std::path::Path;

use serde_json::Value;

use crate::desks::expected;

/// The columns of F1, so many figures each, after 单位.
const COLUMNS: [(&str, usize); 9] = [
    ("需求调查", 2),
    ("保险理赔", 2),
    ("心理健康服务", 4),
    ("日常走访", 2),
    ("节日看望", 2),
    ("生日陪伴", 2),
    ("住院探望", 2),
    ("突发事件", 2),
    ("服务活动开展", 2),
];

/// A unit's row of F1.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub Vec<f64>);

impl Row {
    /// A sample township's row, as its ledgers give it.
    pub fn of(township: &str) -> Row {
        let f1 = &expected(township)["f1"];
        let figures = COLUMNS.iter().flat_map(|(column, width)| {
            let figures = f1[*column].as_array().expect("figures");
            assert_eq!(figures.len(), *width, "{column}");
            figures.clone()
        });
        Row(figures.map(|figure| number(&figure).expect("a number")).collect())
    }

    /// What has been recorded since: so many more 户 and 人 in a column.
    pub fn more(mut self, column: &str, households: u32, persons: u32) -> Row {
        let before = COLUMNS.iter().take_while(|(name, _)| *name != column);
        let at: usize = before.map(|(_, width)| width).sum();
        self.0[at] += f64::from(households);
        self.0[at + 1] += f64::from(persons);
        self
    }

    /// The row of the units together.
    pub fn plus(&self, other: &Row) -> Row {
        Row(self.0.iter().zip(&other.0).map(|(a, b)| a + b).collect())
    }

    /// As a screen writes the figures: 保险理赔's 金额 to the fen, all else whole.
    pub fn printed(&self) -> Vec<String> {
        let of =
            |(at, figure): (usize, &f64)| if at == 3 { format!("{figure:.2}") } else { figure.to_string() };
        self.0.iter().enumerate().map(of).collect()
    }

    /// A unit's row in an exported file; every cell after the unit's name must be a number.
    pub fn exported(file: &Path, unit: &str) -> Row {
        use calamine::{Data, Reader};
        let mut book = calamine::open_workbook_auto(file).expect("the export opens");
        let sheet = book.worksheet_range_at(0).expect("a sheet").expect("readable");
        let row = sheet
            .rows()
            .find(|row| matches!(&row[0], Data::String(text) if text == unit))
            .unwrap_or_else(|| panic!("no row for {unit}"));
        let width: usize = COLUMNS.iter().map(|(_, width)| width).sum();
        let cell = |cell: &Data| match cell {
            Data::Float(figure) => *figure,
            Data::Int(figure) => *figure as f64,
            other => panic!("{unit}: {other:?} is no figure"),
        };
        Row(row[1..=width].iter().map(cell).collect())
    }
}

/// Whether a cell of an exported file says this.
pub fn says(file: &Path, text: &str) -> bool {
    use calamine::{Data, Reader};
    let mut book = calamine::open_workbook_auto(file).expect("the export opens");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("readable");
    sheet.rows().flatten().any(|cell| matches!(cell, Data::String(said) if said == text))
}

fn number(figure: &Value) -> Option<f64> {
    figure.as_f64().or_else(|| figure.as_str()?.parse().ok())
}
