//! xls, the old binary format.

use std::borrow::Cow;
use std::io::{Cursor, Read, Write};

use calamine::{Data, Range, Reader, Xls, XlsError};

use super::biff_cells::{BiffCells, Told};
use super::biff_marks::BiffMarks;
use super::cells::{cell_of_data, listed, merge};
use super::struck::Struck;
use super::unlock::{self, Opened};
use super::{Limits, Rows, Spent, biff};
use crate::refusal::{FileRefused, Watch};
use crate::workbook::{Cell, Marks, Row, Sheet};

/// Of a container that holds no encrypted package.
pub(super) fn read(
    bytes: &[u8],
    container: Container<'_>,
    limits: &Limits,
    watch: Watch<'_>,
) -> Result<Vec<Sheet>, FileRefused> {
    let mut stream = workbook_stream(bytes, container)?;
    let unlocked = match unlock::workbook_stream(&mut stream) {
        Opened::Locked => return Err(FileRefused::encrypted()),
        Opened::Unlocked => Some(contained(&stream)?),
        Opened::Plain => None,
    };
    biff::check(&stream, limits)?;
    let mut book: Xls<_> = Xls::new(Cursor::new(unlocked.as_deref().unwrap_or(bytes))).map_err(refused)?;
    let told = BiffCells::of(&stream, limits)?;
    let marks = BiffMarks::of(&stream);
    let mut spent = Spent::default();
    let mut sheets = Vec::new();
    for tab in listed(book.sheets_metadata()) {
        let range = book.worksheet_range(&tab.name).map_err(refused)?;
        let mut rows = Rows::new(limits, watch, &mut spent);
        let struck = marks.sheet(tab.at, &mut rows.marking);
        let struck = |at, cell| match cell {
            Cell::Text(text) if struck.has_text(at) => {
                let (text, struck) = marks.read(at, &text, &struck);
                (Cell::Text(text), struck)
            }
            cell => (cell, Struck::whole_if(struck.is_whole(at))),
        };
        let (rows, marks) = rows_of(&range, told.of_sheet(tab.at), &told, struck, rows)?;
        let merges = book.merge_cells_by_sheet_name(&tab.name).map_err(refused)?.iter().map(merge).collect();
        sheets.push(Sheet { name: Some(tab.name), rows, merges, hidden: tab.hidden, marks });
    }
    Ok(sheets)
}

fn rows_of(
    range: &Range<Data>,
    mut rest: &[((u32, u32), Told)],
    told: &BiffCells,
    struck: impl Fn((usize, usize), Cell) -> (Cell, Struck),
    mut rows: Rows<'_>,
) -> Result<(Vec<Row>, Marks), FileRefused> {
    let (first_row, first_column) = range.start().unwrap_or((0, 0));
    // Both are in the order of rows and columns.
    for (row, column, value) in range.used_cells() {
        rows.seen()?;
        let (row, column) = (first_row + row as u32, first_column + column as u32);
        let before = rest.iter().take_while(|(at, _)| *at < (row, column)).count();
        let here = rest[before..].iter().take_while(|(at, _)| *at == (row, column)).count();
        let cell = match rest[before..before + here].last().map(|(_, told)| *told) {
            Some(Told::Uncounted) => Some(Cell::Uncounted),
            Some(Told::Format(format)) => cell_of_data(value, told.shown(format)),
            None => cell_of_data(value, None),
        };
        rest = &rest[before + here..];
        if let Some(cell) = cell {
            let (cell, struck) = struck((row as usize, column as usize), cell);
            rows.put_struck(row + 1, column as usize, cell, struck)?;
        }
    }
    Ok(rows.finish())
}

/// An OLE container.
pub(super) type Container<'a> = cfb::CompoundFile<Cursor<Cow<'a, [u8]>>>;

/// Opens an OLE container; a writer's slip that spreadsheet programs pass over is mended first.
pub(super) fn container(bytes: &[u8]) -> Result<Container<'_>, FileRefused> {
    let open = |bytes| cfb::CompoundFile::open(Cursor::new(bytes));
    match open(Cow::Borrowed(bytes)) {
        Ok(container) => Ok(container),
        Err(_) => open(Cow::Owned(without_surplus(bytes))).map_err(|_| FileRefused::damaged()),
    }
}

/// The container with sectors that lie beyond its end marked as free (\[MS-CFB\] 2.3): libraries of the
/// web write them as ends of chains. The chain of a file that was cut off still leads beyond its end.
fn without_surplus(bytes: &[u8]) -> Vec<u8> {
    const END_OF_CHAIN: [u8; 4] = 0xFFFF_FFFEu32.to_le_bytes();
    let mut mended = bytes.to_vec();
    let u32_at =
        |at: usize| bytes.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
    let shift = bytes.get(30).copied().unwrap_or(0);
    if !matches!(shift, 9 | 12) {
        return mended;
    }
    let size = 1usize << shift;
    let sectors = bytes.len().div_ceil(size).saturating_sub(1);
    // The first 109 sectors of the table stand in the head; a ledger has no more.
    for (at, sector) in
        (0..109).filter_map(|at| Some((at, u32_at(76 + at * 4)?))).filter(|(_, s)| *s < sectors)
    {
        for entry in 0..size / 4 {
            let place = (sector + 1) * size + entry * 4;
            if at * size / 4 + entry >= sectors
                && let Some(value) = mended.get_mut(place..place + 4)
                && *value == END_OF_CHAIN
            {
                value.fill(0xFF);
            }
        }
    }
    mended
}

/// The BIFF records inside the OLE container, after telling apart what else such a container can be.
fn workbook_stream(bytes: &[u8], mut container: Container<'_>) -> Result<Vec<u8>, FileRefused> {
    for path in ["/Workbook", "/Book"] {
        if !container.is_stream(path) {
            continue;
        }
        let mut stream = Vec::new();
        let opened = container.open_stream(path).map_err(|_| FileRefused::damaged())?;
        opened.take(bytes.len() as u64).read_to_end(&mut stream).map_err(|_| FileRefused::damaged())?;
        return Ok(stream);
    }
    if container.exists("/WordDocument") || container.exists("/PowerPoint Document") {
        return Err(FileRefused::not_ledger("这是文档，不是表格。请选择 .xlsx、.xls 或 .csv 台账"));
    }
    Err(FileRefused::not_ledger("文件中没有工作表，请选择 .xlsx、.xls 或 .csv 台账"))
}

/// A container around records that were decrypted: the library takes nothing else.
fn contained(stream: &[u8]) -> Result<Vec<u8>, FileRefused> {
    let written = || {
        let new = Cursor::new(Vec::new());
        // The older version: the library finds nothing in the newer one.
        let mut container = cfb::CompoundFile::create_with_version(cfb::Version::V3, new)?;
        container.create_stream("/Workbook")?.write_all(stream)?;
        Ok::<_, std::io::Error>(container.into_inner().into_inner())
    };
    written().map_err(|_| FileRefused::damaged())
}

fn refused(error: XlsError) -> FileRefused {
    match error {
        XlsError::Password => FileRefused::encrypted(),
        _ => FileRefused::damaged(),
    }
}
