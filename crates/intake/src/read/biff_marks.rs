//! What an xls shows beside its values (\[MS-XLS\] 2.4.122 Font, 2.4.221 Row, 2.4.53 ColInfo, 2.4.179 Note).

use std::collections::{HashMap, HashSet};

use super::biff::{
    BOF, BOUND_SHEET, EOF, FORMULA, LABEL_SST, MUL_RK, Records, SST, Turns, string_fonts, u16_at, u32_at,
};
use super::struck::{Marking, Pieces, Struck};

const FONT: u16 = 0x0031;
const XF: u16 = 0x00E0;
const ROW: u16 = 0x0208;
const COL_INFO: u16 = 0x007D;
const NOTE: u16 = 0x001C;
/// Records of one cell: row, column and format stand first.
const CELLS: [u16; 7] = [0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, LABEL_SST, FORMULA];

/// The marks of the sheets of a workbook.
pub(super) struct BiffMarks<'a> {
    stream: &'a [u8],
    /// Where the sheets begin, in the order of their tabs.
    starts: Vec<usize>,
    /// Formats of which the font is struck through.
    struck: HashSet<u16>,
    /// Where shared strings begin or end to be struck through, by index.
    strings: HashMap<usize, Vec<(usize, bool)>>,
}

/// What of a sheet is struck through, by row and column from 0.
#[derive(Default)]
pub(super) struct StruckCells {
    whole: HashSet<(usize, usize)>,
    /// Cells with a shared string that may be struck through in part, and its index.
    texts: HashMap<(usize, usize), usize>,
}

impl<'a> BiffMarks<'a> {
    /// Of records that were found to be within the limits.
    pub(super) fn of(stream: &'a [u8]) -> Self {
        let (mut fonts, mut formats, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        let mut strings = HashMap::new();
        let mut records = Records::new(stream, 0);
        while let Some((kind, data)) = records.next() {
            match kind {
                FONT if data.len() >= 4 => fonts.push(data[2] & 0x08 != 0),
                XF if data.len() >= 2 => formats.push(u16_at(data, 0)),
                BOUND_SHEET if data.len() >= 4 => starts.push(u32_at(data, 0) as usize),
                // The fonts stand before the strings.
                SST if fonts.contains(&true) => strings = string_fonts(data, &mut records),
                EOF => break,
                _ => {}
            }
        }
        // There is no font 4 (2.5.129 FontIndex).
        let is_struck = |font: usize| fonts.get(font - usize::from(font > 4)).is_some_and(|struck| *struck);
        let struck = (0..=u16::MAX).zip(formats).filter(|(_, font)| is_struck(*font));
        let struck = struck.map(|(format, _)| format).collect();
        let turns = |turns: Turns| turns.into_iter().map(|(unit, font)| (unit, is_struck(font))).collect();
        let strings = strings.into_iter().map(|(index, fonts)| (index, turns(fonts))).collect();
        Self { stream, starts, struck, strings }
    }

    /// Notes the hidden rows and comments of a sheet, and gives what is struck through.
    pub(super) fn sheet(&self, sheet: usize, marking: &mut Marking) -> StruckCells {
        let mut struck = StruckCells::default();
        let Some(start) = self.starts.get(sheet) else { return struck };
        let (mut records, mut depth) = (Records::new(self.stream, *start), 0usize);
        while let Some((kind, data)) = records.next() {
            match kind {
                BOF => depth += 1,
                EOF if depth <= 1 => break,
                EOF => depth -= 1,
                // Charts inside of a sheet have cells of their own.
                _ if depth > 1 || data.len() < 6 => {}
                ROW if data.len() >= 14 && data[12] & 0x20 != 0 => marking.hidden(u16_at(data, 0) as u32 + 1),
                COL_INFO if data.len() >= 10 && data[8] & 0x01 != 0 => {
                    marking.hidden_columns(u16_at(data, 0) as u32, u16_at(data, 2) as u32);
                }
                // A long note of the older version goes on in records without a row.
                NOTE if u16_at(data, 0) != 0xFFFF => marking.comments(1),
                MUL_RK => {
                    for (at, cell) in data[4..data.len() - 2].chunks_exact(6).enumerate() {
                        if self.struck.contains(&(u16_at(cell, 0) as u16)) {
                            struck.whole.insert((u16_at(data, 0), u16_at(data, 2) + at));
                        }
                    }
                }
                kind if CELLS.contains(&kind) => {
                    let at = (u16_at(data, 0), u16_at(data, 2));
                    if self.struck.contains(&(u16_at(data, 4) as u16)) {
                        struck.whole.insert(at);
                    }
                    if kind == LABEL_SST && data.len() >= 10 && !self.strings.is_empty() {
                        let index = u32_at(data, 6) as usize;
                        if self.strings.contains_key(&index) {
                            struck.texts.insert(at, index);
                        }
                    }
                }
                _ => {}
            }
        }
        struck
    }

    /// What counts of the text of a cell.
    pub(super) fn read(&self, at: (usize, usize), text: &str, struck: &StruckCells) -> (String, Struck) {
        let turns = struck.texts.get(&at).and_then(|index| self.strings.get(index));
        let mut turns = turns.map(Vec::as_slice).unwrap_or_default().iter().peekable();
        let (mut pieces, mut unit, mut is_struck) = (Pieces::default(), 0, struck.whole.contains(&at));
        for character in text.chars() {
            while let Some((_, turned)) = turns.next_if(|(from, _)| *from <= unit) {
                is_struck = *turned;
            }
            pieces.push(character.encode_utf8(&mut [0; 4]), is_struck);
            unit += character.len_utf16();
        }
        pieces.read()
    }
}

impl StruckCells {
    pub(super) fn is_whole(&self, at: (usize, usize)) -> bool {
        self.whole.contains(&at)
    }

    pub(super) fn has_text(&self, at: (usize, usize)) -> bool {
        self.texts.contains_key(&at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
    }

    #[test]
    fn notes_of_a_sheet_are_counted() {
        let mut stream =
            [record(BOF, &[0, 6, 5, 0]), record(BOUND_SHEET, &[24, 0, 0, 0, 0, 0, 1, 0, b'A'])].concat();
        stream.extend(record(EOF, &[]));
        stream.resize(24, 0);
        stream.extend(record(BOF, &[0, 6, 16, 0]));
        stream.extend(record(NOTE, &[1, 0, 2, 0, 0, 0, 1, 0]));
        stream.extend(record(NOTE, &[5, 0, 0, 0, 0, 0, 2, 0]));
        stream.extend(record(NOTE, &[0xFF, 0xFF, 0, 0, 9, 0]));
        stream.extend(record(EOF, &[]));
        let mut marking = Marking::default();
        BiffMarks::of(&stream).sheet(0, &mut marking);
        assert_eq!(marking.finish(&[]).comments, 2);
    }
}
