//! A small ledger of the old binary format: those that offices hand in are larger than a corpus may be.

use std::io::{Cursor, Write};

const ROWS: [[&str; 4]; 4] = [
    ["序号", "姓名", "身份证号码", "联系电话"],
    ["1", "张三", "34052419800101001X", "13812345678"],
    ["2", "李四", "440524188001010014", "0552-6012345"],
    ["3", "王五", "", "无"],
];

pub(super) fn ledger() -> Vec<u8> {
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory");
    container.create_stream("/Workbook").expect("a stream").write_all(&stream()).expect("memory");
    container.flush().expect("memory");
    container.into_inner().into_inner()
}

/// \[MS-XLS\] 2.1.4: globals with the texts, then one sheet.
fn stream() -> Vec<u8> {
    let texts: Vec<&str> = ROWS.iter().flatten().copied().collect();
    let mut strings = [(texts.len() as u32).to_le_bytes(), (texts.len() as u32).to_le_bytes()].concat();
    for text in &texts {
        strings.extend(wide(text));
    }
    let begin =
        |kind: u16| record(0x0809, &[&0x0600u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat());
    let globals = [record(0x0042, &1200u16.to_le_bytes()), record(0x00FC, &strings)].concat();
    let name = [&[4u8][..], &wide("会员名册")[2..]].concat();
    // Where the sheet begins is known once everything before it is.
    let sheet_at = begin(5).len() + 4 + 6 + name.len() + globals.len() + 4;
    let bound = record(0x0085, &[&(sheet_at as u32).to_le_bytes()[..], &[0, 0], &name].concat());
    let mut out = [begin(5), bound, globals, record(0x000A, &[])].concat();
    debug_assert_eq!(out.len(), sheet_at);
    out.extend(begin(0x10));
    out.extend(record(0x0200, &[0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 4, 0, 0, 0]));
    for (n, _) in texts.iter().enumerate() {
        let (row, column) = ((n / 4) as u16, (n % 4) as u16);
        let cell = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        out.extend(record(0x00FD, &[&cell[..], &(n as u32).to_le_bytes()].concat()));
    }
    let number = [&4u16.to_le_bytes()[..], &0u16.to_le_bytes(), &[0, 0], &4.5f64.to_le_bytes()].concat();
    out.extend(record(0x0203, &number));
    out.extend(record(0x00E5, &[1, 0, 0, 0, 0, 0, 0, 0, 3, 0]));
    out.extend(record(0x000A, &[]));
    out
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_ledger_is_read() {
        let read =
            tiexin_intake::read(&super::ledger(), "会员.xls", &tiexin_intake::Limits::default()).unwrap();
        assert_eq!(read.sheets[0].name.as_deref(), Some("会员名册"));
        assert_eq!(read.sheets[0].rows.len(), 5);
    }
}
