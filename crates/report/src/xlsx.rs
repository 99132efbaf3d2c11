//! Writes a sheet as the official form: A4 landscape, one page wide, merged heads, thin borders.

use std::path::Path;

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::sheet::{ReportCell, Sheet};
use crate::table::{exact_number, shown_width};

/// A form could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("表格文件写不出来，请检查磁盘空间、文件夹权限，以及文件是否正在别的程序中打开")]
    Io(#[from] std::io::Error),
    #[error("表格无法生成")]
    Layout(#[from] XlsxError),
}

/// Fonts an office has; none is bundled. Excel and WPS fall back to another Chinese font.
const TITLE_FONT: &str = "宋体";
const BODY_FONT: &str = "仿宋_GB2312";
/// `_ ` keeps figures a little off the border.
const WHOLE: &str = "0_ ";
/// Zeros are shown as 0 (the forms' own rule), also among amounts of money.
const MONEY: &str = "0.00_ ;-0.00_ ;0_ ";
const TITLE_HEIGHT: f64 = 39.0;
const LINE_HEIGHT: f64 = 24.0;
const HEAD_HEIGHT: f64 = 27.0;
const ROW_HEIGHT: f64 = 24.0;
const FOOT_HEIGHT: f64 = 33.0;
const NOTE_HEIGHT: f64 = 15.0;
/// Characters of a note's size that fill a landscape A4 page.
const NOTE_WIDTH: usize = 140;
/// Characters that fill a landscape A4 page at the body's size.
const PAGE_WIDTH: usize = 126;
const A4: u8 = 9;

/// Writes the form to a file; a file that is there is replaced only when the new one is whole.
pub fn write_report(sheet: &Sheet, path: &Path) -> Result<(), ExportError> {
    let bytes = report_bytes(sheet)?;
    Ok(tiexin_files::replace(path, &bytes)?)
}

/// The form as an xlsx file in memory.
pub fn report_bytes(sheet: &Sheet) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    let page = workbook.add_worksheet();
    page.set_name(tab_name(&sheet.title))?;
    let last = sheet.columns.saturating_sub(1).min(u32::from(u16::MAX)) as u16;
    title(page, sheet, last)?;
    let head_end = heads(page, sheet)?;
    let end = rows(page, sheet, head_end + 1)?;
    line(page, end, &foot_texts(sheet), last, FOOT_HEIGHT)?;
    notes(page, sheet, end + 1, last)?;
    widths(page, sheet)?;
    print_setup(page, head_end)?;
    Ok(workbook.save_to_buffer()?)
}

fn body() -> Format {
    Format::new().set_font_name(BODY_FONT).set_font_size(11).set_align(FormatAlign::VerticalCenter)
}

fn boxed(format: Format) -> Format {
    format.set_border(FormatBorder::Thin)
}

fn title(page: &mut Worksheet, sheet: &Sheet, last: u16) -> Result<(), XlsxError> {
    let big = Format::new()
        .set_font_name(TITLE_FONT)
        .set_font_size(20)
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter);
    span(page, (0, 0), (0, last), &sheet.title, &big)?;
    page.set_row_height(0, TITLE_HEIGHT)?;
    line(page, 1, &sheet.unit_line, last, LINE_HEIGHT)
}

/// Texts spread evenly over the page's width; the last of several stands at the right edge above
/// the table, and all stand at the left below it.
fn line(page: &mut Worksheet, row: u32, texts: &[String], last: u16, height: f64) -> Result<(), XlsxError> {
    page.set_row_height(row, height)?;
    let columns = u32::from(last) + 1;
    let parts = (texts.len() as u32).clamp(1, columns);
    for (part, text) in (0..parts).zip(texts) {
        let from = (part * columns / parts) as u16;
        let to = ((part + 1) * columns / parts).saturating_sub(1) as u16;
        let right = row == 1 && part > 0 && part + 1 == parts;
        let align = if right { FormatAlign::Right } else { FormatAlign::Left };
        span(page, (row, from), (row, to), text, &body().set_align(align))?;
    }
    Ok(())
}

/// The row of the last head.
fn heads(page: &mut Worksheet, sheet: &Sheet) -> Result<u32, XlsxError> {
    const TOP: u32 = 2;
    let head =
        boxed(body().set_font_name(TITLE_FONT).set_bold().set_text_wrap().set_align(FormatAlign::Center));
    for row in 0..sheet.head_rows {
        page.set_row_height(TOP + row, HEAD_HEIGHT)?;
    }
    for cell in &sheet.heads {
        let (row, column) = (TOP + cell.row, cell.column as u16);
        let end = (row + cell.row_span.max(1) - 1, column + cell.column_span.max(1) as u16 - 1);
        span(page, (row, column), end, &cell.text, &head)?;
    }
    Ok(TOP + sheet.head_rows.max(1) - 1)
}

/// The row after the last one.
fn rows(page: &mut Worksheet, sheet: &Sheet, top: u32) -> Result<u32, XlsxError> {
    for (at, row) in (top..).zip(&sheet.rows) {
        let plain = if row.total { boxed(body()).set_bold() } else { boxed(body()) };
        page.set_row_height(at, ROW_HEIGHT)?;
        let label = plain.clone().set_align(FormatAlign::Center).set_shrink();
        page.write_string_with_format(at, 0, &row.label, &label)?;
        let number = plain.set_align(FormatAlign::Right);
        let money = number.clone().set_num_format(MONEY);
        let number = number.set_num_format(WHOLE);
        for (column, cell) in (1u16..).zip(&row.cells) {
            let format = if is_money(cell) { &money } else { &number };
            match exact_number(&cell.value) {
                Some(value) => page.write_number_with_format(at, column, value, format)?,
                None => page.write_string_with_format(at, column, &cell.value, format)?,
            };
        }
    }
    Ok(top + sheet.rows.len() as u32)
}

/// A figure with a decimal point is an amount of money: all other figures are whole.
fn is_money(cell: &ReportCell) -> bool {
    cell.value.contains('.')
}

fn foot_texts(sheet: &Sheet) -> Vec<String> {
    let signed = sheet.signed.iter().map(String::as_str).chain(std::iter::repeat(""));
    sheet.foot.iter().zip(signed).map(|(text, signed)| format!("{text}：{signed}")).collect()
}

/// Below the form, small: by which rules was counted, and which units are empty and why.
fn notes(page: &mut Worksheet, sheet: &Sheet, row: u32, last: u16) -> Result<(), XlsxError> {
    let small = body().set_font_size(9).set_text_wrap().set_align(FormatAlign::Left);
    for (at, note) in (row..).zip(sheet.notes()) {
        let text = format!("说明：{note}");
        let lines = shown_width(&text).div_ceil(NOTE_WIDTH).max(1);
        page.set_row_height(at, NOTE_HEIGHT * lines as f64)?;
        span(page, (at, 0), (at, last), &text, &small)?;
    }
    Ok(())
}

fn widths(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    let labels = sheet.rows.iter().map(|row| shown_width(&row.label)).max().unwrap_or(0);
    let names = (labels + 3).clamp(12, 28);
    page.set_column_width(0, names as f64)?;
    let count = (sheet.columns.max(2) - 1) as usize;
    let fair = (PAGE_WIDTH - names) / count;
    for column in 1..sheet.columns {
        let head = sheet.heads.iter().filter(|h| h.column == column && h.column_span == 1);
        let head = head.map(|h| shown_width(&h.text).min(12)).max().unwrap_or(0);
        let values = sheet.rows.iter().filter_map(|row| row.cells.get(column as usize - 1));
        let value = values.map(|cell| shown_width(&cell.value)).max().unwrap_or(0);
        let width = (head.max(value + 1) + 1).max(fair.clamp(6, 14));
        page.set_column_width(column as u16, width as f64)?;
    }
    Ok(())
}

fn print_setup(page: &mut Worksheet, head_end: u32) -> Result<(), XlsxError> {
    page.set_paper_size(A4)
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true)
        .set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3)
        .set_footer("&C第 &P 页 共 &N 页");
    page.set_repeat_rows(0, head_end)?.set_freeze_panes(head_end + 1, 1)?;
    Ok(())
}

/// Text over a range, merged where it is more than one cell.
fn span(
    page: &mut Worksheet,
    from: (u32, u16),
    to: (u32, u16),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    if from == to {
        page.write_string_with_format(from.0, from.1, text, format)?;
    } else {
        page.merge_range(from.0, from.1, to.0, to.1, text, format)?;
    }
    Ok(())
}

/// A sheet's tab holds 31 characters, none of `[ ] : * ? / \`, and no apostrophe at its ends.
pub(crate) fn tab_name(title: &str) -> String {
    let kept: String =
        title.chars().filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\')).collect();
    let kept: String = kept.trim_matches(['\'', ' ']).chars().take(31).collect();
    if kept.is_empty() { "表".into() } else { kept }
}
