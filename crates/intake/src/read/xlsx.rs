//! xlsx, streamed: a million formatted but empty rows cost time, not memory.

use std::collections::HashMap;
use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx, XlsxCellReader, XlsxError, XlsxFormulaMetadata};

use super::cells::{Tab, cell_of_data, listed, merge};
use super::number_format::Shown;
use super::struck::Struck;
use super::xlsx_marks::{Looks, Texts};
use super::zip_check::Signs;
use super::{Limits, Rows, Spent};
use crate::refusal::{FileRefused, Watch};
use crate::workbook::{Cell, Sheet};

type Book<'b> = Xlsx<Cursor<&'b [u8]>>;
type Cells<'a, 'b> = XlsxCellReader<'a, Cursor<&'b [u8]>>;

/// Of a package whose parts were found to be within the limits.
pub(super) fn read(
    bytes: &[u8],
    signs: Signs,
    limits: &Limits,
    watch: Watch<'_>,
) -> Result<Vec<Sheet>, FileRefused> {
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes)).map_err(refused)?;
    let tabs = listed(book.sheets_metadata());
    if tabs.len() > limits.sheets {
        return Err(FileRefused::too_large(&format!("工作表超过 {} 个", limits.sheets)));
    }
    let mut spent = Spent::default();
    let mut styles = None;
    let marked = signs.struck || signs.hidden || signs.comments;
    let mut looks = if marked { Some(Looks::of(bytes, signs, limits)?) } else { None };
    let mut sheets = Vec::new();
    for Tab { name, hidden, .. } in tabs {
        let instead = if signs.formulas || signs.pictures {
            match book.worksheet_cells_reader(&name) {
                Err(XlsxError::NotAWorksheet(_)) => continue,
                Err(error) => return Err(refused(error)),
                Ok(cells) => not_values(cells, signs, Rows::new(limits, watch, &mut spent))?,
            }
        } else {
            HashMap::new()
        };
        let (rows, marks) = match book.worksheet_cells_reader(&name) {
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(refused(error)),
            Ok(mut cells) => {
                let styles = styles.get_or_insert_with(|| shown_by_styles(&cells));
                let mut rows = Rows::new(limits, watch, &mut spent);
                let texts = match &mut looks {
                    Some(looks) => looks.sheet(&name, &mut rows)?,
                    None => Texts::new(),
                };
                while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(refused)? {
                    rows.seen()?;
                    let (row, column) = cell.get_position();
                    let (shown, font_struck) = match styles.get(style) {
                        Some((shown, struck)) => (Some(shown), *struck),
                        None => (None, false),
                    };
                    let mut struck = Struck::whole_if(font_struck);
                    let value = match (instead.get(&(row, column)), texts.get(&(row, column))) {
                        (Some(value), _) => Some(value.clone()),
                        (None, Some(rich)) => {
                            let (text, of_text) = rich.read(font_struck);
                            struck = of_text;
                            Some(Cell::Text(text))
                        }
                        (None, None) => cell_of(cell.get_value(), shown),
                    };
                    if let Some(value) = value {
                        rows.put_struck(row.saturating_add(1), column as usize, value, struck)?;
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
        sheets.push(Sheet { name: Some(name), rows, merges, hidden, marks });
    }
    Ok(sheets)
}

/// What each style shows of a number, and whether its font is struck through, by the style's id.
fn shown_by_styles(cells: &Cells<'_, '_>) -> Vec<(Shown, bool)> {
    let shown = |style: &calamine::Style| match &style.number_format {
        Some(format) => match format.format_id.and_then(|id| u16::try_from(id).ok()) {
            // The library does not know the codes of all built-in formats.
            Some(id) if format.format_code == "General" => Shown::of_built_in(id),
            _ => Shown::of(&format.format_code),
        },
        None => Shown::default(),
    };
    let struck = |style: &calamine::Style| style.font.as_ref().is_some_and(|font| font.strikethrough);
    cells.styles().iter().map(|style| (shown(style), struck(style))).collect()
}

/// Cells whose stored value is not what stands there: formulas that were never computed, and pictures.
fn not_values(
    mut cells: Cells<'_, '_>,
    signs: Signs,
    mut rows: Rows<'_>,
) -> Result<HashMap<(u32, u32), Cell>, FileRefused> {
    let mut instead = HashMap::new();
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(refused)? {
        rows.seen()?;
        let is_error = matches!(cell.value, DataRef::Error(_));
        let stands = match cell.formula {
            // A picture placed in the cell is stored as an error that no formula gave.
            None if is_error && signs.pictures => Cell::Picture,
            None => continue,
            Some(XlsxFormulaMetadata::Normal { formula }) if formula.is_empty() => continue,
            Some(XlsxFormulaMetadata::Normal { formula }) if is_picture(&formula, is_error) => Cell::Picture,
            // An empty text as a result is stored as such.
            Some(_) if matches!(cell.value, DataRef::Empty) => Cell::Uncounted,
            // Writers that cannot compute store 0 and ask for it to be computed.
            Some(_) if signs.uncounted && is_zero(&cell.value) => Cell::Uncounted,
            Some(_) => continue,
        };
        if instead.len() >= rows.limits.cells {
            return Err(FileRefused::too_large("公式过多"));
        }
        instead.insert(cell.pos, stands);
    }
    Ok(instead)
}

fn is_picture(formula: &str, is_error: bool) -> bool {
    formula.contains("DISPIMG(") || is_error && formula.contains("IMAGE(")
}

fn is_zero(value: &DataRef<'_>) -> bool {
    match value {
        DataRef::Int(value) => *value == 0,
        DataRef::Float(value) => *value == 0.0,
        DataRef::DateTime(at) => at.as_f64() == 0.0,
        _ => false,
    }
}

fn refused(error: XlsxError) -> FileRefused {
    match error {
        XlsxError::Password => FileRefused::encrypted(),
        _ => FileRefused::damaged(),
    }
}

fn cell_of(value: &DataRef<'_>, shown: Option<&Shown>) -> Option<Cell> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        other => return cell_of_data(&other.clone().into(), shown),
    })
}
