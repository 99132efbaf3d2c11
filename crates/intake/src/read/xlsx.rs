//! xlsx, streamed: a million formatted but empty rows cost time, not memory.

use std::io::Cursor;

use calamine::{Data, DataRef, Dimensions, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::{Limits, Rows, Spent, zip_check};
use crate::refusal::{FileRefused, Watch};
use crate::workbook::{Cell, Merge, Number, Sheet};

pub(super) fn read(bytes: &[u8], limits: &Limits, watch: Watch<'_>) -> Result<Vec<Sheet>, FileRefused> {
    zip_check::check(bytes, limits, watch)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(refused)?;
    let names = visible(book.sheets_metadata());
    if names.len() > limits.sheets {
        return Err(FileRefused::too_large(&format!("工作表超过 {} 个", limits.sheets)));
    }
    let mut spent = Spent::default();
    let mut sheets = Vec::new();
    for name in names {
        let rows = match book.worksheet_cells_reader(&name) {
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(refused(error)),
            Ok(mut cells) => {
                let mut rows = Rows::new(limits, watch, &mut spent);
                while let Some(cell) = cells.next_cell().map_err(refused)? {
                    rows.seen()?;
                    let (row, column) = cell.get_position();
                    if let Some(value) = cell_of(cell.get_value()) {
                        rows.put(row.saturating_add(1), column as usize, value)?;
                    }
                }
                rows.finish()
            }
        };
        let merges = if rows.is_empty() {
            Vec::new()
        } else {
            book.merge_cells_by_sheet_name(&name).map_err(refused)?.iter().map(merge).collect()
        };
        sheets.push(Sheet { name: Some(name), rows, merges, hidden: false });
    }
    Ok(sheets)
}

/// What the worker cannot see in the spreadsheet is not imported.
pub(super) fn visible(sheets: &[calamine::Sheet]) -> Vec<String> {
    sheets
        .iter()
        .filter(|s| s.typ == SheetType::WorkSheet && s.visible == SheetVisible::Visible)
        .map(|s| s.name.clone())
        .collect()
}

pub(super) fn merge(range: &Dimensions) -> Merge {
    Merge {
        first_row: range.start.0.saturating_add(1),
        last_row: range.end.0.saturating_add(1),
        first_column: range.start.1 as usize,
        last_column: range.end.1 as usize,
    }
}

fn refused(error: XlsxError) -> FileRefused {
    match error {
        XlsxError::Password => FileRefused::encrypted(),
        _ => FileRefused::damaged(),
    }
}

fn cell_of(value: &DataRef<'_>) -> Option<Cell> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        other => return cell_of_data(&Data::from(other.clone())),
    })
}

/// A value of the library as a cell; `None` when nothing stands there.
pub(super) fn cell_of_data(value: &Data) -> Option<Cell> {
    Some(match value {
        Data::Empty => return None,
        Data::String(text) | Data::DurationIso(text) => Cell::Text(text.clone()),
        Data::DateTimeIso(text) => Cell::Text(text.replace('T', " ")),
        Data::Int(value) => Cell::Number(Number::general(*value as f64)),
        Data::Float(value) => Cell::Number(Number::general(*value)),
        Data::Bool(value) => Cell::Bool(*value),
        Data::DateTime(at) => match at.as_datetime() {
            Some(time) => Cell::DateTime(time),
            None => Cell::Number(Number::general(at.as_f64())),
        },
        Data::Error(error) => Cell::Error(error.to_string()),
    })
}
