//! xls, the old binary format.

use std::io::{Cursor, Read};

use calamine::{Reader, Xls, XlsError};

use super::cells::{cell_of_data, listed, merge};
use super::{Limits, Rows, Spent, biff};
use crate::refusal::{FileRefused, Watch};
use crate::workbook::Sheet;

pub(super) fn read(bytes: &[u8], limits: &Limits, watch: Watch<'_>) -> Result<Vec<Sheet>, FileRefused> {
    biff::check(&workbook_stream(bytes)?, limits)?;
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(refused)?;
    let mut spent = Spent::default();
    let mut sheets = Vec::new();
    for (name, hidden) in listed(book.sheets_metadata()) {
        let range = book.worksheet_range(&name).map_err(refused)?;
        let (first_row, first_column) = range.start().unwrap_or((0, 0));
        let mut rows = Rows::new(limits, watch, &mut spent);
        for (row, column, value) in range.used_cells() {
            rows.seen()?;
            if let Some(cell) = cell_of_data(value, None) {
                rows.put(first_row + row as u32 + 1, first_column as usize + column, cell)?;
            }
        }
        let rows = rows.finish();
        let merges = book.merge_cells_by_sheet_name(&name).map_err(refused)?.iter().map(merge).collect();
        sheets.push(Sheet { name: Some(name), rows, merges, hidden });
    }
    Ok(sheets)
}

/// The BIFF records inside the OLE container, after telling apart what else such a container can be.
fn workbook_stream(bytes: &[u8]) -> Result<Vec<u8>, FileRefused> {
    let mut container = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_| FileRefused::damaged())?;
    if container.exists("/EncryptedPackage") {
        return Err(FileRefused::encrypted());
    }
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

fn refused(error: XlsError) -> FileRefused {
    match error {
        XlsError::Password => FileRefused::encrypted(),
        _ => FileRefused::damaged(),
    }
}
