//! CSV: UTF-8, GB18030 or UTF-16, whatever the office's program wrote.

use std::borrow::Cow;

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::{Limits, Rows, Spent};
use crate::refusal::{FileRefused, Watch};
use crate::workbook::{Cell, Sheet};

pub(super) fn read(bytes: &[u8], limits: &Limits, watch: Watch<'_>) -> Result<Vec<Sheet>, FileRefused> {
    let text = decode(bytes)?;
    let start = text.trim_start().get(..).unwrap_or_default();
    let opening: String = start.chars().take(200).collect::<String>().to_ascii_lowercase();
    if opening.starts_with('<') {
        return Err(FileRefused::not_ledger(
            "这是网页或 XML 格式的表格，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入",
        ));
    }
    if opening.starts_with("{\\rtf") || opening.starts_with('{') || opening.starts_with('[') {
        return Err(FileRefused::not_ledger("这不是表格，请选择 .xlsx、.xls 或 .csv 台账"));
    }
    let mut spent = Spent::default();
    let mut rows = Rows::new(limits, watch, &mut spent);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let (mut number, mut line_after) = (0u32, 1u64);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|_| FileRefused::damaged())? {
        // Blank lines are passed over by the reader but are rows in a spreadsheet; a line break inside
        // quotes is a line but no row.
        let inside: u64 = record.iter().map(|field| field.matches('\n').count() as u64).sum();
        let line = reader.position().line();
        let blank = line.saturating_sub(line_after).saturating_sub(inside + 1);
        number = number.saturating_add(u32::try_from(blank).unwrap_or(u32::MAX)).saturating_add(1);
        line_after = line;
        for (column, field) in record.iter().enumerate() {
            rows.seen()?;
            rows.put(number, column, Cell::Text(field.to_owned()))?;
        }
    }
    let rows = rows.finish();
    if rows.iter().all(|row| row.cells.iter().filter(|c| !c.is_empty()).count() < 2) {
        return Err(FileRefused::not_ledger("文件里没有表格，请选择 .xlsx、.xls 或 .csv 台账"));
    }
    Ok(vec![Sheet { name: None, rows, merges: Vec::new(), hidden: false }])
}

/// Text that ends with a line break, so that every row does.
fn decode(bytes: &[u8]) -> Result<String, FileRefused> {
    let decoded: Cow<'_, str> = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => clean(std::str::from_utf8(rest).ok().map(Cow::Borrowed))?,
        [0xFF, 0xFE, rest @ ..] => clean(UTF_16LE.decode_without_bom_handling_and_without_replacement(rest))?,
        [0xFE, 0xFF, rest @ ..] => clean(UTF_16BE.decode_without_bom_handling_and_without_replacement(rest))?,
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => clean(Some(Cow::Borrowed(text)))?,
            Err(_) => clean(GB18030.decode_without_bom_handling_and_without_replacement(bytes))?,
        },
    };
    let mut text = decoded.into_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// Text of people has no control characters; a file that has them is something else.
fn clean(text: Option<Cow<'_, str>>) -> Result<Cow<'_, str>, FileRefused> {
    text.filter(|t| !t.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{1a}')))
        .ok_or_else(|| FileRefused::not_ledger("这不是表格文件，请选择 .xlsx、.xls 或 .csv 台账"))
}

/// The separator that splits the first lines into most columns.
fn delimiter(text: &str) -> u8 {
    let most = |separator: char| {
        text.lines().take(20).map(|line| line.matches(separator).count()).max().unwrap_or(0)
    };
    let commas = most(',');
    for (separator, byte) in [('\t', b'\t'), (';', b';'), ('|', b'|')] {
        if most(separator) > commas {
            return byte;
        }
    }
    b','
}
