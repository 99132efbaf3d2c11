//! A copy of a workbook with some cells written over, as a worker would in Excel.

use std::io::{Cursor, Read, Write};

use serde_json::{Map, Value};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const SHEET: &str = "xl/worksheets/sheet1.xml";

/// Writes texts into cells (`J6`) of the first sheet of an xlsx. Their rows must be there.
pub(crate) fn mended(book: &[u8], cells: &Map<String, Value>) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(book)).expect("an xlsx");
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..old.len() {
        let mut part = old.by_index(at).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("a part that can be read");
        if name == SHEET {
            let mut xml = String::from_utf8(content).expect("XML");
            for (cell, text) in cells {
                xml = written(&xml, cell, text.as_str().expect("a text"));
            }
            content = xml.into_bytes();
        }
        new.start_file(name, SimpleFileOptions::default()).expect("memory");
        new.write_all(&content).expect("memory");
    }
    new.finish().expect("memory").into_inner()
}

fn written(xml: &str, cell: &str, text: &str) -> String {
    let number = cell.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let row = xml.find(&format!("<row r=\"{number}\"")).expect("the row is there");
    let begin = row + xml[row..].find('>').expect("XML") + 1;
    let end = begin + xml[begin..].find("</row>").expect("a row with cells");
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    let new = format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{escaped}</t></is></c>");
    let mut cells = String::new();
    let mut placed = false;
    for (at, old) in cells_of(&xml[begin..end]) {
        if !placed && order(at) >= order(cell) {
            cells.push_str(&new);
            placed = true;
        }
        if at != cell {
            cells.push_str(old);
        }
    }
    if !placed {
        cells.push_str(&new);
    }
    [&xml[..begin], &cells, &xml[end..]].concat()
}

/// Columns in the order of a sheet: `Z` before `AA`.
fn order(cell: &str) -> (usize, &str) {
    let letters = cell.trim_end_matches(|c: char| c.is_ascii_digit());
    (letters.len(), letters)
}

/// The cells of a row with their addresses.
fn cells_of(mut row: &str) -> Vec<(&str, &str)> {
    let mut cells = Vec::new();
    while let Some(begin) = row.find("<c ") {
        let head = begin + row[begin..].find('>').expect("XML") + 1;
        let end = if row[..head].ends_with("/>") {
            head
        } else {
            head + row[head..].find("</c>").expect("XML") + 4
        };
        let at = row[begin..head]
            .split("r=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("an address");
        cells.push((at, &row[begin..end]));
        row = &row[end..];
    }
    cells
}

#[test]
fn a_cell_is_written_over_or_put_in_its_place() {
    let xml = r#"<row r="6" spans="1:3"><c r="A6" t="s"><v>1</v></c><c r="C6"/></row>"#;
    let new = |at: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>5&lt;6</t></is></c>");
    for (cell, between) in [
        ("A6", [String::new(), new("A6"), r#"<c r="C6"/>"#.into()]),
        ("B6", [r#"<c r="A6" t="s"><v>1</v></c>"#.into(), new("B6"), r#"<c r="C6"/>"#.into()]),
        ("AA6", [r#"<c r="A6" t="s"><v>1</v></c>"#.into(), r#"<c r="C6"/>"#.into(), new("AA6")]),
    ] {
        let want = format!(r#"<row r="6" spans="1:3">{}</row>"#, between.concat());
        assert_eq!(written(xml, cell, "5<6"), want);
    }
}
