//! CSV and its relatives: cells of a text, divided by a separator.

use std::borrow::Cow;

use super::records::{Records, Shape};
use super::{Limits, Rows, Spent};
use crate::refusal::{FileRefused, Watch};
use crate::workbook::{Cell, Sheet, blank};

pub(super) fn read(text: &str, limits: &Limits, watch: Watch<'_>) -> Result<Vec<Sheet>, FileRefused> {
    let (shape, text) = match told(text) {
        Some((separator, rest)) => (Shape { separator, ..Shape::of(rest) }, rest),
        None => (Shape::of(text), text),
    };
    let mut spent = Spent::default();
    let mut rows = Rows::new(limits, watch, &mut spent);
    // Blank lines are rows in a spreadsheet; a line break inside quotes is none.
    for (number, record) in (1u32..).zip(Records::new(text, shape)) {
        for (column, field) in record.fields.into_iter().enumerate() {
            rows.seen()?;
            rows.put(number, column, Cell::Text(unwrapped(field).into_owned()))?;
        }
    }
    let (rows, marks) = rows.finish();
    if rows.iter().all(|row| row.cells.iter().filter(|c| !c.is_empty()).count() < 2) {
        return Err(FileRefused::not_ledger("文件里没有表格，请选择 .xlsx、.xls 或 .csv 台账"));
    }
    Ok(vec![Sheet { name: None, rows, merges: Vec::new(), hidden: false, marks }])
}

/// `sep=;` on the first line tells the separator and is no row.
fn told(text: &str) -> Option<(char, &str)> {
    let (first, rest) = text.split_once('\n')?;
    let first = first.trim_matches('"');
    let told = first.get(..4).filter(|sign| sign.eq_ignore_ascii_case("sep="))?;
    let mut separators = first[told.len()..].chars();
    match (separators.next(), separators.next()) {
        (Some(separator), None) if separator != '"' => Some((separator, rest)),
        _ => None,
    }
}

/// Without what a program puts around a number to keep a spreadsheet from counting with it.
pub(super) fn unwrapped(field: Cow<'_, str>) -> Cow<'_, str> {
    let text = field.trim_matches(blank);
    let inner = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    let inner =
        inner.or_else(|| text.strip_prefix('=').filter(|rest| rest.bytes().all(|b| b.is_ascii_digit())));
    let inner = inner.or_else(|| text.strip_prefix('\'').filter(|rest| !rest.contains('\'')));
    match inner {
        Some(inner) => Cow::Owned(inner.replace("\"\"", "\"")),
        None => field,
    }
}
