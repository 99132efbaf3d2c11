//! Grids written in the old binary format: \[MS-XLS\] in an OLE container, with the records that readers look at.

use std::io::{Cursor, Write};

use crate::grid::{Cell, Grid};

const FORMAT: u16 = 0x041E;
const XF: u16 = 0x00E0;
const BOUNDSHEET: u16 = 0x0085;
const ROW: u16 = 0x0208;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const FORMULA: u16 = 0x0006;
const MERGED: u16 = 0x00E5;
const EOF: u16 = 0x000A;

/// Numbers of formats that are not built in begin here.
const OWN_FORMATS: u16 = 164;

pub(crate) fn write(grids: &[Grid]) -> Vec<u8> {
    // Sectors of 512 bytes, as Excel writes this format.
    let memory = Cursor::new(Vec::new());
    let mut container = cfb::CompoundFile::create_with_version(cfb::Version::V3, memory).expect("memory");
    container.create_stream("/Workbook").expect("a stream").write_all(&stream(grids)).expect("memory");
    container.flush().expect("memory");
    container.into_inner().into_inner()
}

/// 2.1.4: globals, then the sheets.
fn stream(grids: &[Grid]) -> Vec<u8> {
    let formats = formats(grids);
    let mut globals = [begin(5), record(0x0042, &1200u16.to_le_bytes())].concat();
    for (nth, format) in (OWN_FORMATS..).zip(&formats) {
        globals.extend(record(FORMAT, &[&nth.to_le_bytes()[..], &wide(format)].concat()));
    }
    // One for General, then one for each format.
    for format in std::iter::once(0).chain(OWN_FORMATS..OWN_FORMATS + formats.len() as u16) {
        globals.extend(record(XF, &[&[0, 0][..], &format.to_le_bytes(), &[0; 16]].concat()));
    }
    let sheets: Vec<Vec<u8>> = grids.iter().map(|grid| sheet(grid, &formats)).collect();
    let bound = |grid: &Grid, at: usize| {
        let name: Vec<u8> = grid.name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let head = [&(at as u32).to_le_bytes()[..], &[u8::from(grid.hidden), 0]].concat();
        record(BOUNDSHEET, &[&head[..], &[(name.len() / 2) as u8, 1], &name].concat())
    };
    let size: usize = grids.iter().map(|grid| bound(grid, 0).len()).sum();
    let end = record(EOF, &[]);
    let mut at = globals.len() + size + end.len();
    for (grid, sheet) in grids.iter().zip(&sheets) {
        globals.extend(bound(grid, at));
        at += sheet.len();
    }
    [globals, end, sheets.concat()].concat()
}

/// All formats but General.
fn formats(grids: &[Grid]) -> Vec<&'static str> {
    let mut formats = Vec::new();
    for cell in grids.iter().flat_map(|grid| &grid.rows).flat_map(|row| &row.cells) {
        if let Cell::Number(_, format) = cell
            && *format != "General"
            && !formats.contains(format)
        {
            formats.push(*format);
        }
    }
    formats
}

fn sheet(grid: &Grid, formats: &[&str]) -> Vec<u8> {
    let width = grid.rows.iter().map(|row| row.cells.len()).max().unwrap_or_default() as u16;
    let size = [
        &0u32.to_le_bytes()[..],
        &(grid.rows.len() as u32).to_le_bytes(),
        &[0, 0],
        &width.to_le_bytes(),
        &[0, 0],
    ];
    let mut out = [begin(0x10), record(0x0200, &size.concat())].concat();
    for (r, row) in (0u16..).zip(&grid.rows) {
        let flags = if row.hidden { 0x120u32 } else { 0x100 };
        let numbers = [r, 0, width, 255, 0, 0].map(u16::to_le_bytes).concat();
        out.extend(record(ROW, &[&numbers[..], &flags.to_le_bytes()].concat()));
        for (c, cell) in (0u16..).zip(&row.cells) {
            out.extend(written(r, c, cell, formats));
        }
    }
    if !grid.merges.is_empty() {
        let area = |merge: &crate::grid::Merge| {
            [merge.rows.0, merge.rows.1, merge.columns.0, merge.columns.1]
                .map(|n| (n as u16).to_le_bytes())
                .concat()
        };
        let areas: Vec<u8> = grid.merges.iter().flat_map(area).collect();
        out.extend(record(MERGED, &[&(grid.merges.len() as u16).to_le_bytes()[..], &areas].concat()));
    }
    out.extend(record(EOF, &[]));
    out
}

fn written(r: u16, c: u16, cell: &Cell, formats: &[&str]) -> Vec<u8> {
    let at = |xf: u16| [r, c, xf].map(u16::to_le_bytes).concat();
    // The formula itself is the number 0: only its stored result is looked at.
    let formula = |result: [u8; 8]| {
        let zero = [&[9, 0, 0x1F][..], &0f64.to_le_bytes()].concat();
        record(FORMULA, &[&at(0)[..], &result, &[0; 6], &zero[..2], &zero[2..]].concat())
    };
    match cell {
        Cell::Empty | Cell::Picture => Vec::new(),
        Cell::Text(text) => record(LABEL, &[at(0), wide(text)].concat()),
        Cell::Number(value, format) => {
            let xf = formats.iter().position(|known| known == format).map_or(0, |nth| nth as u16 + 1);
            record(NUMBER, &[&at(xf)[..], &value.to_le_bytes()].concat())
        }
        Cell::Formula(_, Some(value)) => formula(value.to_le_bytes()),
        // 2.5.133: an empty text.
        Cell::Formula(_, None) => formula([3, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
        Cell::Error(error) => {
            let code = match *error {
                "#DIV/0!" => 0x07,
                "#VALUE!" => 0x0F,
                "#REF!" => 0x17,
                _ => 0x2A,
            };
            formula([2, 0, code, 0, 0, 0, 0xFF, 0xFF])
        }
    }
}

fn begin(kind: u16) -> Vec<u8> {
    record(0x0809, &[&0x0600u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat())
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// A text with its length, in UTF-16.
fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut out = [&(units.len() as u16).to_le_bytes()[..], &[1]].concat();
    out.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    out
}
