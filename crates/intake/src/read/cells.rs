//! Values of the spreadsheet library as cells, for every format that it reads.

use calamine::{Data, Dimensions, SheetType, SheetVisible};
use chrono::NaiveDateTime;

use super::number_format::Shown;
use crate::workbook::{Cell, Merge};

/// A worksheet of a workbook.
pub(super) struct Tab {
    /// Among all sheets, those included that hold no cells.
    pub(super) at: usize,
    pub(super) name: String,
    pub(super) hidden: bool,
}

/// The worksheets in the order of the tabs.
pub(super) fn listed(sheets: &[calamine::Sheet]) -> Vec<Tab> {
    let tab = |(at, sheet): (usize, &calamine::Sheet)| {
        let hidden = sheet.visible != SheetVisible::Visible;
        (sheet.typ == SheetType::WorkSheet).then(|| Tab { at, name: sheet.name.clone(), hidden })
    };
    sheets.iter().enumerate().filter_map(tab).collect()
}

pub(super) fn merge(range: &Dimensions) -> Merge {
    Merge {
        first_row: range.start.0.saturating_add(1),
        last_row: range.end.0.saturating_add(1),
        first_column: range.start.1 as usize,
        last_column: range.end.1 as usize,
    }
}

/// A value of the library as a cell; `None` when nothing stands there.
pub(super) fn cell_of_data(value: &Data, shown: Option<&Shown>) -> Option<Cell> {
    let number = |value: f64| shown.unwrap_or(&Shown::GENERAL).cell(value);
    Some(match value {
        Data::Empty => return None,
        Data::String(text) | Data::DurationIso(text) => Cell::Text(text.clone()),
        Data::DateTimeIso(text) => date_of(text),
        Data::Int(value) => number(*value as f64),
        Data::Float(value) => number(*value),
        Data::Bool(value) => Cell::Bool(*value),
        Data::DateTime(at) => match at.as_datetime() {
            Some(time) => Cell::DateTime(time),
            None => number(at.as_f64()),
        },
        Data::Error(error) => Cell::Error(error.to_string()),
    })
}

/// A date as ISO 8601 writes it; text where it is none.
pub(super) fn date_of(text: &str) -> Cell {
    let day = || text.parse::<chrono::NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    match text.trim_end_matches('Z').parse::<NaiveDateTime>().ok().or_else(day) {
        Some(time) => Cell::DateTime(time),
        None => Cell::Text(text.replace('T', " ")),
    }
}
