//! What the spreadsheet library does not tell of the cells of an xls: what their formats show, and
//! formulas that were never computed (\[MS-XLS\] 2.4.126, 2.4.353, 2.4.127).

use std::collections::HashMap;

use super::Limits;
use super::biff::{BOF, BOUND_SHEET, EOF, FORMULA, MUL_RK, Records, u16_at, u32_at};
use super::number_format::Shown;
use crate::refusal::FileRefused;

const FORMAT: u16 = 0x041E;
const XF: u16 = 0x00E0;
const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027E;

/// All sheets of a workbook, in the order of their tabs.
pub(super) struct BiffCells {
    shown: Vec<Shown>,
    sheets: Vec<Cells>,
}

/// Cells by row and column, from 0, in that order.
pub(super) type Cells = Vec<((u32, u32), Told)>;

/// What is told of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// By the index of its format.
    Format(u16),
    Uncounted,
}

impl BiffCells {
    /// Of records that were found to be within the limits.
    pub(super) fn of(stream: &[u8], limits: &Limits) -> Result<Self, FileRefused> {
        let (mut codes, mut formats, mut starts) = (HashMap::new(), Vec::new(), Vec::new());
        let (mut wide, mut records) = (true, Records::new(stream, 0));
        while let Some((kind, data)) = records.next() {
            match kind {
                BOF if data.len() >= 2 => wide = u16_at(data, 0) >= 0x0600,
                FORMAT if data.len() >= 3 => {
                    codes.insert(u16_at(data, 0) as u16, Shown::of(&code(&data[2..], wide)));
                }
                XF if data.len() >= 4 => formats.push(u16_at(data, 2) as u16),
                BOUND_SHEET if data.len() >= 4 => starts.push(u32_at(data, 0) as usize),
                EOF => break,
                _ => {}
            }
        }
        let shown = |id: &u16| codes.get(id).cloned().unwrap_or_else(|| Shown::of_built_in(*id));
        let mut cells = Self { shown: formats.iter().map(shown).collect(), sheets: Vec::new() };
        let mut left = limits.cells;
        for start in starts {
            let sheet = cells.sheet(Records::new(stream, start), &mut left)?;
            cells.sheets.push(sheet);
        }
        Ok(cells)
    }

    fn sheet(&self, mut records: Records<'_>, left: &mut usize) -> Result<Cells, FileRefused> {
        let (mut told, mut depth) = (Cells::new(), 0usize);
        let mut tell = |row: usize, column: usize, what: Told| {
            if what != Told::Uncounted && !self.is_plain(what) {
                return Ok(());
            }
            *left = left.checked_sub(1).ok_or_else(|| FileRefused::too_large("单元格过多"))?;
            told.push(((row as u32, column as u32), what));
            Ok(())
        };
        while let Some((kind, data)) = records.next() {
            match kind {
                BOF => depth += 1,
                EOF if depth <= 1 => break,
                EOF => depth -= 1,
                // Charts inside of a sheet have cells of their own.
                _ if depth > 1 || data.len() < 6 => {}
                NUMBER | RK => tell(u16_at(data, 0), u16_at(data, 2), Told::Format(u16_at(data, 4) as u16))?,
                MUL_RK => {
                    for (at, cell) in data[4..data.len() - 2].chunks_exact(6).enumerate() {
                        tell(u16_at(data, 0), u16_at(data, 2) + at, Told::Format(u16_at(cell, 0) as u16))?;
                    }
                }
                FORMULA if is_uncounted(data) => tell(u16_at(data, 0), u16_at(data, 2), Told::Uncounted)?,
                FORMULA => tell(u16_at(data, 0), u16_at(data, 2), Told::Format(u16_at(data, 4) as u16))?,
                _ => {}
            }
        }
        // As a rule they stand in order. Of a cell that is told twice the later one counts.
        told.sort_by_key(|(at, _)| *at);
        Ok(told)
    }

    fn is_plain(&self, told: Told) -> bool {
        matches!(told, Told::Format(xf) if self.shown.get(usize::from(xf)).is_some_and(|s| *s != Shown::GENERAL))
    }

    /// What is told of the cells of a sheet.
    pub(super) fn of_sheet(&self, sheet: usize) -> &[((u32, u32), Told)] {
        self.sheets.get(sheet).map(Vec::as_slice).unwrap_or_default()
    }

    /// What a format shows of a number.
    pub(super) fn shown(&self, format: u16) -> Option<&Shown> {
        self.shown.get(usize::from(format))
    }
}

/// A format's code: before BIFF8 a byte a character.
fn code(data: &[u8], wide: bool) -> String {
    let byte_text = |bytes: &[u8]| bytes.iter().map(|b| char::from(*b)).collect();
    if !wide {
        return byte_text(data.get(1..).unwrap_or_default());
    }
    match data.get(2..).and_then(|rest| rest.split_first()) {
        Some((flags, chars)) if flags & 1 == 1 => {
            let units: Vec<u16> = chars.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        Some((_, chars)) => byte_text(chars),
        None => String::new(),
    }
}

/// Whether a formula's result was never computed. Libraries that cannot compute write 0 and ask for it,
/// or write an empty text for what can only be a number.
fn is_uncounted(data: &[u8]) -> bool {
    let (Some(result), Some(flags)) = (data.get(6..14), data.get(14)) else { return false };
    if result == [0; 8] {
        return flags & 3 != 0;
    }
    let empty_text = result[0] == 3 && result[6..] == [0xFF, 0xFF];
    let length = if data.len() >= 22 { u16_at(data, 20) } else { 0 };
    empty_text && data.get(22..22 + length).is_some_and(gives_number)
}

/// Whether a formula ends in arithmetic, or in one of the functions that count (2.5.198).
fn gives_number(tokens: &[u8]) -> bool {
    // COUNT, SUM, AVERAGE, MIN, MAX, INT, ROUND, COUNTA, PRODUCT, SUBTOTAL, SUMIF, COUNTIF.
    const COUNTING: [u16; 12] = [0, 4, 5, 6, 7, 25, 27, 169, 183, 344, 345, 346];
    let counts = |low: u8, high: u8| COUNTING.contains(&u16::from_le_bytes([low, high]));
    match tokens {
        [.., 0x19, 0x10, _, _] => true,
        [.., 0x22 | 0x42 | 0x62, _, low, high] if counts(*low, *high) => true,
        [.., 0x21 | 0x41 | 0x61, low, high] if counts(*low, *high) => true,
        [.., last] => matches!(last, 0x03..=0x07 | 0x12..=0x14),
        [] => false,
    }
}
