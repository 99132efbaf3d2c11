//! OpenDocument spreadsheets, as LibreOffice writes them.

use std::io::{Cursor, Write};

use tiexin_intake::{Cell, Format, Limits, Merge, Number, RefusalCode, read};
use zip::write::SimpleFileOptions;

use crate::book::{Book, open, planned};

const SPREADSHEET: &str = "application/vnd.oasis.opendocument.spreadsheet";
const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:automatic-styles>
 <style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>
 <style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>
 </office:automatic-styles><office:body><office:spreadsheet>"#;
const FOOT: &str = "</office:spreadsheet></office:body></office:document-content>";

fn packed(kind: &str, manifest: &str, tables: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let content = format!("{HEAD}{tables}{FOOT}");
    for (name, text) in
        [("mimetype", kind), ("META-INF/manifest.xml", manifest), ("content.xml", content.as_str())]
    {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn ods(tables: &str) -> Vec<u8> {
    packed(SPREADSHEET, "<manifest/>", tables)
}

fn text(text: &str) -> String {
    format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
}

fn number(value: &str, shown: &str) -> String {
    format!(
        r#"<table:table-cell office:value-type="float" office:value="{value}"><text:p>{shown}</text:p></table:table-cell>"#
    )
}

#[test]
fn a_spreadsheet_is_read() {
    let rows = [
        r#"<table:table-row><table:table-cell table:number-columns-spanned="3" table:number-rows-spanned="1" office:value-type="string"><text:p>2026年10月</text:p></table:table-cell><table:covered-table-cell table:number-columns-repeated="2"/>"#.to_owned(),
        text("四") + "</table:table-row>",
        r#"<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="4"/></table:table-row>"#.into(),
        "<table:table-row>".into(),
        number("10.1", "10.10") + &number("1.55", "1.55万元") + &number("35", "35"),
        r#"<table:table-cell office:value-type="date" office:date-value="2026-10-12T09:00:00"><text:p>10-12</text:p></table:table-cell>"#.into(),
        r#"<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>"#.into(),
        r#"<table:table-cell table:formula="of:=SUM([.A1])"/><table:table-cell office:value-type="string"><office:annotation><text:p>批注</text:p></office:annotation><text:p>甲&amp;<text:span>乙</text:span></text:p><text:p>丙<text:s text:c="2"/>丁</text:p></table:table-cell>"#.into(),
        "</table:table-row>".into(),
        r#"<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2" office:value-type="string"><text:p>同</text:p></table:table-cell></table:table-row>"#.into(),
        r#"<table:table-row table:number-rows-repeated="1048568"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#.into(),
    ];
    let hidden = r#"<table:table table:name="旧" table:style-name="ta2"><table:table-row><table:table-cell/></table:table-row></table:table>"#;
    let sheet =
        format!(r#"<table:table table:name="活动" table:style-name="ta1">{}</table:table>"#, rows.concat());
    let workbook = open(&ods(&(sheet + hidden)), "台账.ods");
    assert_eq!(workbook.format, Format::Ods);
    let [sheet, old] = &workbook.sheets[..] else { panic!("{}", workbook.sheets.len()) };
    assert_eq!((sheet.name.as_deref(), sheet.hidden, old.hidden), (Some("活动"), false, true));
    assert_eq!(sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 5, 6, 7]);
    assert_eq!(sheet.merges, [Merge { first_row: 1, last_row: 1, first_column: 0, last_column: 2 }]);
    assert_eq!(sheet.rows[0].cell(3), &Cell::Text("四".into()));
    let at = chrono::NaiveDate::from_ymd_opt(2026, 10, 12).unwrap().and_hms_opt(9, 0, 0).unwrap();
    assert_eq!(
        sheet.rows[1].cells,
        [
            Cell::Number(Number { value: 10.1, places: Some(2) }),
            Cell::Text("1.55万元".into()),
            Cell::Number(Number::general(35.0)),
            Cell::DateTime(at),
            Cell::Error("#N/A".into()),
            Cell::Uncounted,
            Cell::Text("甲&乙\n丙  丁".into()),
        ]
    );
    assert_eq!(sheet.rows[3].cells, [Cell::Text("同".into()), Cell::Text("同".into())]);
}

#[test]
fn a_ledger_of_libre_office_is_imported() {
    let row = |cells: [&str; 4]| format!("<table:table-row>{}</table:table-row>", cells.map(text).concat());
    let rows = row(["活动名称", "项目", "开始时间", "参加人数"])
        + &row(["义诊", "健康服务", "2026-10-13 09:00", "20"]);
    let bytes = ods(&format!(r#"<table:table table:name="活动">{rows}</table:table>"#));
    assert_eq!(planned(&Book::default(), "340323100", &bytes, "活动.ods").rows.taken(), 1);
}

#[test]
fn what_cannot_be_read_is_told() {
    let table = r#"<table:table table:name="活动"></table:table>"#;
    let code = |bytes: &[u8]| read(bytes, "台账.ods", &Limits::default()).expect_err("refused").code;
    assert_eq!(code(&packed(SPREADSHEET, "<manifest:encryption-data/>", table)), RefusalCode::FileEncrypted);
    assert_eq!(
        code(&packed("application/vnd.oasis.opendocument.text", "", table)),
        RefusalCode::FileNotLedger
    );
    assert_eq!(code(&ods("<table:table><table:table-row>")), RefusalCode::FileDamaged);
    // A few bytes that claim a million rows of values, or of columns.
    for many in ["table:number-rows-repeated=\"1000000\"", "table:number-rows-repeated=\"4294967295\""] {
        let row = format!("<table:table-row {many}>{}</table:table-row>", text("甲").repeat(8));
        assert_eq!(code(&ods(&format!("<table:table>{row}</table:table>"))), RefusalCode::FileTooLarge);
    }
    let cell =
        text("甲").replace("<table:table-cell", "<table:table-cell table:number-columns-repeated=\"999999\"");
    let row = format!("<table:table><table:table-row>{cell}</table:table-row></table:table>");
    assert_eq!(code(&ods(&row)), RefusalCode::FileTooLarge);
}
