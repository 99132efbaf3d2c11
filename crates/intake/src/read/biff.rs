//! What an xls would cost to read, counted over its records (\[MS-XLS\] 2.3) before the spreadsheet
//! library reserves memory for it: a few bytes there can claim gigabytes.

use std::collections::HashMap;

use super::Limits;
use crate::refusal::FileRefused;

pub(super) const BOUND_SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
pub(super) const FORMULA: u16 = 0x0006;
pub(super) const LABEL_SST: u16 = 0x00FD;
pub(super) const MUL_RK: u16 = 0x00BD;
pub(super) const SST: u16 = 0x00FC;
const CONTINUE: u16 = 0x003C;
pub(super) const BOF: u16 = 0x0809;
pub(super) const EOF: u16 = 0x000A;
/// A byte of a formula can become many of text.
const FORMULA_BYTES: usize = 4 << 20;
const RECORDS: usize = 20_000_000;

/// Refuses a stream that would cost more than the limits.
pub(super) fn check(stream: &[u8], limits: &Limits) -> Result<(), FileRefused> {
    let mut sheets = Vec::new();
    let mut strings = Vec::new();
    let mut records = Records::new(stream, 0);
    while let Some((kind, data)) = records.next() {
        match kind {
            BOUND_SHEET if data.len() >= 4 => sheets.push(u32_at(data, 0) as usize),
            SST => strings = string_lengths(data, &mut records),
            EOF => break,
            _ => {}
        }
    }
    if sheets.len() > limits.sheets {
        return Err(FileRefused::too_large(&format!("工作表超过 {} 个", limits.sheets)));
    }
    let mut cost = Cost::default();
    for start in sheets {
        if start > stream.len() {
            return Err(FileRefused::damaged());
        }
        cost.add_sheet(Records::new(stream, start), &strings);
        if cost.records > RECORDS
            || cost.cells > limits.cells
            || cost.text > limits.text_bytes
            || cost.formulas > FORMULA_BYTES
        {
            return Err(FileRefused::too_large("表格内容过多"));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Cost {
    records: usize,
    cells: usize,
    text: usize,
    formulas: usize,
}

impl Cost {
    fn add_sheet(&mut self, mut records: Records<'_>, strings: &[usize]) {
        let (mut rows, mut columns): (Span, Span) = (None, None);
        let mut depth = 0usize;
        while let Some((kind, data)) = records.next() {
            self.records += 1;
            match kind {
                BOF => depth += 1,
                EOF if depth <= 1 => break,
                EOF => depth -= 1,
                DIMENSIONS if data.len() >= 14 => {
                    let rows = u32_at(data, 4).saturating_sub(u32_at(data, 0)) as usize;
                    let columns = u16_at(data, 10).saturating_sub(u16_at(data, 8)).max(1);
                    self.cells = self.cells.max(rows.saturating_mul(columns));
                }
                0x0203 | 0x0204 | 0x00D6 | 0x0205 | 0x027E | LABEL_SST | MUL_RK | FORMULA
                    if data.len() >= 6 =>
                {
                    let last = if kind == MUL_RK { data.len() - 2 } else { 2 };
                    widen(&mut rows, u16_at(data, 0));
                    widen(&mut columns, u16_at(data, 2));
                    widen(&mut columns, u16_at(data, last));
                    match kind {
                        FORMULA => self.formulas += data.len().saturating_sub(20),
                        LABEL_SST if data.len() >= 10 => {
                            self.text += strings.get(u32_at(data, 6) as usize).copied().unwrap_or(0);
                        }
                        _ => self.text += if kind == 0x0204 || kind == 0x00D6 { data.len() * 2 } else { 0 },
                    }
                }
                _ => {}
            }
        }
        let span = |range: Span| range.map_or(0, |(first, last)| last - first + 1);
        self.cells = self.cells.saturating_add(span(rows).saturating_mul(span(columns)));
    }
}

/// First and last row or column with a value.
type Span = Option<(usize, usize)>;

fn widen(range: &mut Span, at: usize) {
    let (first, last) = range.unwrap_or((at, at));
    *range = Some((first.min(at), last.max(at)));
}

/// The records of a stream from some place on; ends where one is cut off.
pub(super) struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    pub(super) fn new(stream: &'a [u8], at: usize) -> Self {
        Self { stream, at }
    }

    pub(super) fn next(&mut self) -> Option<(u16, &'a [u8])> {
        let head = self.stream.get(self.at..self.at + 4)?;
        let length = u16_at(head, 2);
        let data = self.stream.get(self.at + 4..self.at + 4 + length)?;
        self.at += 4 + length;
        Some((u16_at(head, 0) as u16, data))
    }

    fn next_continue(&mut self) -> Option<&'a [u8]> {
        let head = self.stream.get(self.at..self.at + 2)?;
        if u16_at(head, 0) as u16 != CONTINUE { None } else { self.next().map(|(_, data)| data) }
    }
}

pub(super) fn u16_at(data: &[u8], at: usize) -> usize {
    usize::from(data[at]) | usize::from(data[at + 1]) << 8
}

pub(super) fn u32_at(data: &[u8], at: usize) -> u32 {
    u16_at(data, at) as u32 | (u16_at(data, at + 2) as u32) << 16
}

/// The bytes each shared string takes as UTF-8 at most (\[MS-XLS\] 2.4.265 SST, 2.5.293 XLUnicodeRichExtendedString).
/// Strings run on over CONTINUE records; a broken table yields what was read up to there.
fn string_lengths<'a>(first: &'a [u8], records: &mut Records<'a>) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut piece = Piece { data: first.get(8..).unwrap_or_default(), records };
    while let Some(chars) = piece.string(|_, _| {}) {
        lengths.push(chars * 3);
    }
    lengths
}

/// Where a shared string turns to another font: the UTF-16 unit, and the font's index.
pub(super) type Turns = Vec<(usize, usize)>;

/// Of the shared strings that have several fonts, by index.
pub(super) fn string_fonts<'a>(first: &'a [u8], records: &mut Records<'a>) -> HashMap<usize, Turns> {
    let mut fonts = HashMap::new();
    let mut piece = Piece { data: first.get(8..).unwrap_or_default(), records };
    let (mut index, mut turns) = (0, Turns::new());
    while piece.string(|unit, font| turns.push((unit, font))).is_some() {
        if !turns.is_empty() {
            fonts.insert(index, std::mem::take(&mut turns));
        }
        index += 1;
    }
    fonts
}

struct Piece<'a, 'r> {
    data: &'a [u8],
    records: &'r mut Records<'a>,
}

impl Piece<'_, '_> {
    fn turn(&mut self) -> Option<()> {
        self.data = self.records.next_continue()?;
        Some(())
    }

    fn take(&mut self, count: usize) -> Option<&[u8]> {
        if self.data.is_empty() {
            self.turn()?;
        }
        let taken = self.data.get(..count)?;
        self.data = &self.data[count..];
        Some(taken)
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > self.data.len() {
            count -= self.data.len();
            self.turn()?;
        }
        self.data = &self.data[count..];
        Some(())
    }

    /// Passes over one string and gives its number of UTF-16 units; tells the turns to another font.
    fn string(&mut self, mut turn: impl FnMut(usize, usize)) -> Option<usize> {
        let head = self.take(3)?;
        let (chars, flags) = (u16_at(head, 0), head[2]);
        let runs = if flags & 0x08 != 0 { u16_at(self.take(2)?, 0) } else { 0 };
        let extra = if flags & 0x04 != 0 { u32_at(self.take(4)?, 0) as usize } else { 0 };
        let (mut left, mut wide) = (chars, flags & 1 != 0);
        while left > 0 {
            if self.data.is_empty() {
                self.turn()?;
                // Characters that run on begin with a new byte of flags.
                wide = self.take(1)?[0] & 1 != 0;
            }
            let size = if wide { 2 } else { 1 };
            let here = left.min(self.data.len() / size);
            if here == 0 {
                return None;
            }
            self.data = &self.data[here * size..];
            left -= here;
        }
        for _ in 0..runs {
            let mut run = [0; 4];
            for byte in &mut run {
                *byte = self.take(1)?[0];
            }
            turn(u16_at(&run, 0), u16_at(&run, 2));
        }
        self.skip(extra)?;
        Some(chars)
    }
}
