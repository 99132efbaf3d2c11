//! Files that are no ledgers, or want to be too much of one, get a clear message and cost little.

use std::io::{Cursor, Write};
use std::time::Instant;

use proptest::prelude::*;
use tiexin_intake::{FileRefused, Limits, Mapping, RefusalCode, read};
use zip::write::SimpleFileOptions;

use crate::book::{Book, fixture, open, plan_with, planned};

fn refused(bytes: &[u8], name: &str) -> FileRefused {
    read(bytes, name, &Limits::default()).expect_err("refused")
}

fn code(bytes: &[u8]) -> RefusalCode {
    let refused = refused(bytes, "台账.xlsx");
    assert!(refused.message.chars().count() > 10, "{}", refused.message);
    refused.code
}

const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const RELS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const BOOK_RELS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const SHEET_OPEN: &str = r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
const SHEET_CLOSE: &str = "</sheetData></worksheet>";

/// A workbook whose one sheet is written by `rows`.
pub(crate) fn xlsx(rows: impl Fn(&mut dyn Write)) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for (name, text) in [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", BOOK_RELS),
    ] {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    zip.write_all(SHEET_OPEN.as_bytes()).unwrap();
    rows(&mut zip);
    zip.write_all(SHEET_CLOSE.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

pub(crate) fn text_cell(at: &str, text: &str) -> String {
    format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

const HEAD: [&str; 4] = ["活动名称", "项目", "开始时间", "参加人数"];

fn head_row() -> String {
    let cells: String =
        HEAD.iter().zip(["A1", "B1", "C1", "D1"]).map(|(text, at)| text_cell(at, text)).collect();
    format!(r#"<row r="1">{cells}</row>"#)
}

#[test]
fn what_is_no_spreadsheet_is_told_so() {
    use RefusalCode::*;
    assert_eq!(code(b""), FileNotLedger);
    assert_eq!(code(b"%PDF-1.7 ..."), FileNotLedger);
    assert_eq!(code(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), FileNotLedger);
    assert_eq!(code("今天走访了三户人家。".as_bytes()), FileNotLedger);
    assert_eq!(code(b"<html><body><table><tr><td>1</td></tr></table></body></html>"), FileNotLedger);
    assert_eq!(code(&[0, 1, 2, 3, 255, 254, 0, 0, 9]), FileNotLedger);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("照片.jpg", SimpleFileOptions::default()).unwrap();
    assert_eq!(code(&zip.finish().unwrap().into_inner()), FileNotLedger);
    assert_eq!(code(&vec![b'a'; 33 << 20]), FileTooLarge);
}

#[test]
fn a_table_that_is_no_ledger_is_refused_by_its_plan() {
    let plan =
        planned(&Book::default(), "340323100", "品名,单价,库存\n米,3,5\n油,9,2\n".as_bytes(), "库存.csv");
    assert_eq!(plan.refusal().unwrap().code, RefusalCode::FileNotLedger);
    let heads: Vec<&str> = plan.sheets[0].columns.iter().map(|c| c.head.as_str()).collect();
    assert_eq!(heads, ["品名", "单价", "库存"]);
}

#[test]
fn the_extension_is_never_believed() {
    let plan = planned(&Book::default(), "340323100", &fixture("guyang-2026-10/members.xls"), "members.csv");
    assert_eq!(plan.rows.taken(), 2957);
}

#[test]
fn cut_off_files_are_told_so() {
    for name in ["special-families.xlsx", "members.xls"] {
        let bytes = fixture(&format!("guyang-2026-10/{name}"));
        for part in [3, 8, 40, 50, 80, 99] {
            let cut = &bytes[..bytes.len() * part / 100];
            assert_eq!(code(cut), RefusalCode::FileDamaged, "{name} at {part} %");
        }
    }
}

#[test]
fn protected_files_are_told_so() {
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    container.create_stream("/EncryptionInfo").unwrap().write_all(&[4, 0, 4, 0]).unwrap();
    container.create_stream("/EncryptedPackage").unwrap().write_all(&[7; 5000]).unwrap();
    let bytes = container.into_inner().into_inner();
    assert_eq!(code(&bytes), RefusalCode::FileEncrypted);

    // FILEPASS stands behind the first BOF of a protected xls.
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    let bof =
        [0x09, 0x08, 0x10, 0x00, 0x00, 0x06, 0x05, 0x00, 0xbb, 0x0d, 0xcc, 0x07, 0, 0, 0, 0, 6, 0, 0, 0];
    let pass = [0x2f, 0x00, 0x06, 0x00, 0x01, 0x00, 0x01, 0x00, 0x01, 0x00];
    let mut stream = container.create_stream("/Workbook").unwrap();
    stream.write_all(&[&bof[..], &pass[..], &[0u8; 5000]].concat()).unwrap();
    drop(stream);
    assert_eq!(code(&container.into_inner().into_inner()), RefusalCode::FileEncrypted);
}

#[test]
fn a_zip_bomb_is_refused_before_it_goes_off() {
    let limits = Limits { sheet_bytes: 16 << 20, ..Limits::default() };
    let refused = |bytes: &[u8]| read(bytes, "台账.xlsx", &limits).expect_err("refused").code;
    // 40 MB of one endless text, a few kilobytes packed.
    let blank = vec![b' '; 1 << 20];
    let opening = br#"<row r="1"><c r="A1" t="inlineStr"><is><t>"#;
    let closing = b"</t></is></c></row>";
    let bomb = xlsx(|sheet| {
        sheet.write_all(opening).unwrap();
        (0..40).for_each(|_| sheet.write_all(&blank).unwrap());
        sheet.write_all(closing).unwrap();
    });
    assert!(bomb.len() < 200 << 10);
    let started = Instant::now();
    assert_eq!(refused(&bomb), RefusalCode::FileTooLarge);
    assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
    // The directory lies about the size: what comes out is counted all the same.
    let real = (40 << 20) + (SHEET_OPEN.len() + SHEET_CLOSE.len() + opening.len() + closing.len()) as u32;
    let mut lying = bomb.clone();
    let places: Vec<usize> =
        (0..bomb.len() - 4).filter(|at| bomb[*at..at + 4] == real.to_le_bytes()).collect();
    assert!(!places.is_empty());
    for at in places {
        lying[at..at + 4].copy_from_slice(&1000u32.to_le_bytes());
    }
    assert!(matches!(refused(&lying), RefusalCode::FileTooLarge | RefusalCode::FileDamaged));
}

#[test]
fn many_references_to_one_long_text_are_refused() {
    // 90 kB once in the file, 90 MB in its cells.
    let bytes = xlsx(|sheet| {
        for row in 1..=1000 {
            write!(sheet, r#"<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>"#).unwrap();
        }
    });
    let mut zip = zip::ZipWriter::new_append(Cursor::new(bytes)).unwrap();
    zip.start_file("xl/sharedStrings.xml", SimpleFileOptions::default()).unwrap();
    let namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    write!(zip, r#"<sst xmlns="{namespace}"><si><t>{}</t></si></sst>"#, "长".repeat(30_000)).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 20_000);
    assert_eq!(code(&bytes), RefusalCode::FileTooLarge);
}

#[test]
fn rows_without_values_are_not_kept() {
    let bytes = xlsx(|sheet| {
        sheet.write_all(head_row().as_bytes()).unwrap();
        let cells = ["A2", "B2", "D2"].iter().zip(["广场宣传", "宣传教育", "35人"]);
        let cells: String = cells.map(|(at, text)| text_cell(at, text)).collect();
        write!(sheet, r#"<row r="2">{cells}{}</row>"#, text_cell("C2", "2026-10-12 09:00")).unwrap();
        // Down to the last row that a sheet can have; written densely they would only take longer.
        for row in (3..100_000).chain([1_048_576]) {
            let cells = if row % 20 == 0 { format!(r#"<c r="A{row}" s="1"/>"#) } else { String::new() };
            write!(sheet, r#"<row r="{row}">{cells}</row>"#).unwrap();
        }
    });
    let workbook = open(&bytes, "activities.xlsx");
    assert_eq!(workbook.sheets[0].rows.len(), 2);
    let plan = plan_with(&Book::default(), "340323100", &Mapping::default(), &workbook);
    assert_eq!((plan.data_rows, plan.rows.taken()), (1, 1));
}

#[test]
fn of_formulas_only_the_saved_value_is_read() {
    let bytes = xlsx(|sheet| {
        sheet.write_all(head_row().as_bytes()).unwrap();
        let cells = [("A", "广场宣传"), ("B", "宣传教育"), ("C", "2026-10-12 09:00")];
        for (row, value) in [(2, "<v>35</v>"), (3, "")] {
            let name = |text: &str| text.replace("宣传", if row == 2 { "宣传" } else { "义诊" });
            let cell = |(c, text): &(&str, &str)| {
                let text = if *c == "A" { name(text) } else { (*text).to_owned() };
                text_cell(&format!("{c}{row}"), &text)
            };
            let texts: String = cells.iter().map(cell).collect();
            write!(sheet, r#"<row r="{row}">{texts}<c r="D{row}"><f>SUM(Z1:Z9)</f>{value}</c></row>"#)
                .unwrap();
        }
    });
    let plan = planned(&Book::default(), "340323100", &bytes, "activities.xlsx");
    let counts: Vec<Option<u64>> =
        plan.groups.iter().map(|g| g.records[0].fields.get("headcount").and_then(|v| v.as_u64())).collect();
    assert_eq!(counts, [Some(35)]);
    // The other one is told, not taken for an empty cell.
    assert_eq!((plan.findings[0].row, plan.findings[0].code.as_str()), (3, "cell_error"));
}

#[test]
fn an_xls_cannot_claim_more_than_it_holds() {
    // One cell at the far corner makes the library lay out the whole sheet; 200 sheets do it 200 times.
    let record = |kind: u16, data: &[u8]| {
        [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes()[..], data].concat()
    };
    let bof = record(0x0809, &[0, 6, 0x10, 0, 0xbb, 0x0d, 0xcc, 0x07, 0, 0, 0, 0, 6, 0, 0, 0]);
    let number = |row: u16, column: u16| {
        record(
            0x0203,
            &[&row.to_le_bytes()[..], &column.to_le_bytes()[..], &[0, 0], &1f64.to_le_bytes()[..]].concat(),
        )
    };
    let end = record(0x000A, &[]);
    let sheet = [bof.clone(), number(0, 0), number(65_535, 255), end.clone()].concat();
    let bound = |at: u32| record(0x0085, &[&at.to_le_bytes()[..], &[0, 0, 1, 0, b'S']].concat());
    let globals = bof.len() + 200 * bound(0).len() + end.len();
    let bounds: Vec<u8> = (0..200).flat_map(|_| bound(globals as u32)).collect();
    let stream = [bof, bounds, end, sheet, vec![0; 4096]].concat();
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    container.create_stream("/Workbook").unwrap().write_all(&stream).unwrap();
    assert_eq!(code(&container.into_inner().into_inner()), RefusalCode::FileTooLarge);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_bytes_take_the_desk_down(bytes in proptest::collection::vec(any::<u8>(), 0..600), magic in 0usize..4) {
        let start: &[u8] = [&b""[..], b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\xEF\xBB\xBF"][magic];
        let _ = read(&[start, &bytes].concat(), "x", &Limits::default());
    }

    #[test]
    fn no_table_takes_the_desk_down(rows in proptest::collection::vec(
        proptest::collection::vec("[0-9年月日./: 男女是否无x村社区张=，、-]{0,8}", 0..7), 0..8,
    )) {
        for head in [
            "信息编码,家庭类别,男方姓名,男方身份证号,村,失独时间,联系电话",
            "姓名,身份证号,性别,村居,会员类型,服务对象,出生日期",
            "日期,户主,走访类型,见面人员,走访人,慰问金额,村",
            "活动名称,项目,开始时间,结束时间,地点,参加人数,经费",
        ] {
            let body: String = rows.iter().map(|r| r.join(",") + "\n").collect();
            if let Ok(workbook) = read(format!("{head}\n{body}").as_bytes(), "x.csv", &Limits::default()) {
                let plan = plan_with(&Book::default(), "340323100", &Mapping::default(), &workbook);
                prop_assert_eq!(plan.rows.taken() + plan.rows.refused, plan.data_rows);
            }
        }
    }

    #[test]
    fn no_damage_takes_the_desk_down(at in 0usize..12_000, with in any::<[u8; 4]>(), which in 0usize..2) {
        let name = ["special-families.xlsx", "members.xls"][which];
        let mut bytes = fixture(&format!("guyang-2026-10/{name}"));
        let at = at % (bytes.len() - 4);
        bytes[at..at + 4].copy_from_slice(&with);
        let _ = read(&bytes, name, &Limits::default());
    }
}
