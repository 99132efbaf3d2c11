//! Grids written as an xlsx.

use std::io::{Cursor, Read, Write};

use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet, XlsxError};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::grid::{Cell, Grid};

/// A result that is taken out again: the writer leaves none away.
const UNSTORED: &str = "UNSTORED";

/// The file. Panics where the writer refuses: that is a fault of the generator.
pub(crate) fn write(grids: &[Grid]) -> Vec<u8> {
    let mut book = Workbook::new();
    for grid in grids {
        sheet(book.add_worksheet(), grid).expect("a sheet that can be written");
    }
    let bytes = book.save_to_buffer().expect("memory");
    let unstored = |cell: &Cell| matches!(cell, Cell::Formula(_, None));
    let any = grids.iter().flat_map(|grid| &grid.rows).any(|row| row.cells.iter().any(unstored));
    if any { without_results(&bytes) } else { bytes }
}

fn sheet(page: &mut Worksheet, grid: &Grid) -> Result<(), XlsxError> {
    page.set_name(&grid.name)?.set_hidden(grid.hidden);
    // Before the cells: the writer puts the text of a merge into its first cell, which is written again below.
    for merge in &grid.merges {
        let (top, left) = (merge.rows.0 as u32, merge.columns.0 as u16);
        page.merge_range(top, left, merge.rows.1 as u32, merge.columns.1 as u16, "", &Format::new())?;
    }
    for (r, row) in (0..).zip(&grid.rows) {
        if row.hidden {
            page.set_row_hidden(r)?;
        }
        for (c, cell) in (0..).zip(&row.cells) {
            put(page, r, c, cell)?;
        }
    }
    Ok(())
}

fn put(page: &mut Worksheet, r: u32, c: u16, cell: &Cell) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => drop(page.write_string(r, c, text)?),
        Cell::Number(value, "General") => drop(page.write_number(r, c, *value)?),
        Cell::Number(value, format) => {
            page.write_number_with_format(r, c, *value, &Format::new().set_num_format(*format))?;
        }
        Cell::Formula(formula, stored) => {
            let result = stored.map_or_else(|| UNSTORED.to_owned(), |value| value.to_string());
            page.write_formula(r, c, Formula::new(formula).set_result(result))?;
        }
        Cell::Error(error) => {
            page.write_formula(r, c, Formula::new("VLOOKUP(\"x\",A1:B2,2,0)").set_result(*error))?;
        }
        Cell::Picture => {
            page.write_formula(r, c, Formula::new("DISPIMG(\"ID_1\",1)").set_result("=DISPIMG(\"ID_1\",1)"))?;
        }
    }
    Ok(())
}

/// As report servers write formulas: with no value at all.
fn without_results(bytes: &[u8]) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(bytes)).expect("an xlsx");
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..old.len() {
        let mut part = old.by_index(at).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("a part that can be read");
        if name.starts_with("xl/worksheets/sheet") {
            let xml = String::from_utf8(content).expect("XML");
            let unstored = format!("<v>{UNSTORED}</v>");
            let mut pieces = xml.split(&*unstored).peekable();
            let mut plain = String::new();
            while let Some(piece) = pieces.next() {
                // The cell's type, just before: a text, as the writer had it.
                let typed = pieces.peek().and_then(|_| piece.rsplit_once(" t=\"str\""));
                plain +=
                    &typed.map_or_else(|| piece.to_owned(), |(before, behind)| [before, behind].concat());
            }
            content = plain.into_bytes();
        }
        new.start_file(name, SimpleFileOptions::default()).expect("memory");
        new.write_all(&content).expect("memory");
    }
    new.finish().expect("memory").into_inner()
}
