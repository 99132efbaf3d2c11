//! Spreadsheets that are web pages or XML, whatever they are named.

use std::cell::Cell as Shared;

use encoding_rs::GB18030;
use proptest::prelude::*;
use tiexin_intake::{Cell, Format, Limits, Merge, Number, RefusalCode, Workbook, read, read_watched};

use crate::book::{Book, open, planned};

fn page(text: &str) -> Workbook {
    open(text.as_bytes(), "台账.xls")
}

fn shown(workbook: &Workbook, sheet: usize) -> Vec<(u32, Vec<String>)> {
    let cells = |row: &tiexin_intake::Row| row.cells.iter().map(|cell| cell.shown()).collect();
    workbook.sheets[sheet].rows.iter().map(|row| (row.number, cells(row))).collect()
}

fn row(number: u32, cells: &[&str]) -> (u32, Vec<String>) {
    (number, cells.iter().map(|cell| (*cell).to_owned()).collect())
}

const PAGE: &str = r#"<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>导出</title>
<style>td {mso-number-format:"\@";}</style></head><body>
<!--[if gte mso 9]><xml><x:ExcelWorksheet><x:Name>活动</x:Name></x:ExcelWorksheet></xml><![endif]-->
<h3>2026年10月活动登记</h3>
<table border=1><tr><th>活动名称<th>项目<th>开始时间<th>参加人数<th>负责人</tr>
<tr><td rowspan=2>广场<br>宣传</td><td>宣传教育</td><td>2026-10-12&nbsp;09:00</td><td x:num="35">35人</td><td>康梅&amp;李华</td></tr>
<tr><td>健康服务</td><td>2026-10-13 09:00</td><td>20</td></tr>
<tr><td colspan=3>合
   计</td><td x:num="3403231040597">3.40323E+12</td><td></td></tr>
</table></body></html>"#;

#[test]
fn the_table_of_a_page_is_a_sheet() {
    for bytes in [PAGE.as_bytes().to_vec(), GB18030.encode(PAGE).0.into_owned()] {
        let workbook = open(&bytes, "活动.xls");
        assert_eq!(workbook.format, Format::Html);
        assert_eq!(workbook.sheets.len(), 1);
        assert_eq!(workbook.sheets[0].name.as_deref(), Some("活动"));
        assert_eq!(
            shown(&workbook, 0),
            [
                row(1, &["2026年10月活动登记"]),
                row(2, &["活动名称", "项目", "开始时间", "参加人数", "负责人"]),
                row(3, &["广场\n宣传", "宣传教育", "2026-10-12\u{a0}09:00", "35人", "康梅&李华"]),
                row(4, &["", "健康服务", "2026-10-13 09:00", "20"]),
                row(5, &["合 计", "", "", "3403231040597"]),
            ]
        );
        let merge =
            |first_row, last_row, last_column| Merge { first_row, last_row, first_column: 0, last_column };
        assert_eq!(workbook.sheets[0].merges, [merge(3, 4, 0), merge(5, 5, 2)]);
    }
    let plan = planned(&Book::default(), "340323100", PAGE.as_bytes(), "活动.xls");
    assert_eq!(plan.groups[0].records[0].fields["headcount"], 35);
}

#[test]
fn a_page_without_the_tags_that_may_be_left_out() {
    let text = "<table><td>甲<td>乙<tr><td>1<td>=\"0340399\"<tr><td rowspan=2>3<td><img src=x><td>5<tr><td>4</table>";
    let workbook = page(text);
    let rows = shown(&workbook, 0);
    assert_eq!(rows[..2], [row(1, &["甲", "乙"]), row(2, &["1", "0340399"])]);
    assert_eq!(workbook.sheets[0].rows[2].cell(1), &Cell::Picture);
    assert_eq!(rows[3], row(4, &["", "4"]));
}

#[test]
fn several_tables_are_several_sheets_and_a_title_is_a_title() {
    let text = "<table><tr><td>谷阳镇走访记录</td></tr></table>
        <table><tr><td>甲<td>乙</tr></table><p>其他</p><table><tr><td><table><tr><td>丙<td>丁</table></td></tr></table>";
    let workbook = page(text);
    assert_eq!(workbook.sheets.iter().map(|s| s.name.clone().unwrap()).collect::<Vec<_>>(), ["表1", "表2"]);
    assert_eq!(shown(&workbook, 0), [row(1, &["谷阳镇走访记录"]), row(2, &["甲", "乙"])]);
    assert_eq!(shown(&workbook, 1).last().unwrap().1, ["丙", "丁"]);
}

#[test]
fn a_formula_of_a_page_without_a_result_is_told() {
    let workbook =
        page("<table><tr><td>甲<td x:fmla=\"=SUM(A1)\"></td><td x:err=\"#N/A\">#N/A</td></tr></table>");
    let row = &workbook.sheets[0].rows[0];
    assert_eq!((row.cell(1), row.cell(2)), (&Cell::Uncounted, &Cell::Error("#N/A".into())));
}

#[test]
fn a_page_that_cannot_be_read_says_what_to_do() {
    for text in [
        "<html><frameset><frame src=\"a.files/sheet001.htm\"></frameset></html>",
        "<html><body>今天没有表格</body></html>",
        "<?xml version=\"1.0\"?><office:document/>",
        "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n",
    ] {
        let refused = read(text.as_bytes(), "台账.xls", &Limits::default()).expect_err(text);
        assert_eq!(refused.code, RefusalCode::FileNotLedger);
        assert!(refused.message.contains("xlsx"), "{}", refused.message);
    }
}

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="s1"><NumberFormat ss:Format="0.00"/></Style><Style ss:ID="s2"><NumberFormat ss:Format="Fixed"/></Style></Styles>
<Worksheet ss:Name="活动 &amp; 走访"><Table>
<Row><Cell ss:MergeAcross="2"><Data ss:Type="String">2026年10月</Data></Cell><Cell><Data ss:Type="String">四</Data></Cell></Row>
<Row ss:Index="3" ss:StyleID="s1"><Cell><Data ss:Type="Number">10.1</Data></Cell>
 <Cell ss:Index="3" ss:StyleID="s2"><Data ss:Type="Number">2016.1</Data><Comment><ss:Data>批注</ss:Data></Comment></Cell>
 <Cell ss:Formula="=SUM(R1C1)"><Data ss:Type="Number">35</Data></Cell><Cell ss:Formula="=SUM(R1C1)"/></Row>
<Row><Cell ss:MergeDown="1"><Data ss:Type="DateTime">2026-10-12T09:00:00.000</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell>
 <Cell><Data ss:Type="Error">#N/A</Data></Cell><Cell><Data ss:Type="String">甲&amp;<B>乙</B>&#10;丙<![CDATA[<丁>]]></Data></Cell></Row>
</Table></Worksheet>
<Worksheet ss:Name="旧"><Table><Row><Cell><Data ss:Type="String">旧</Data></Cell></Row></Table>
<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>
</Workbook>"#;

#[test]
fn an_xml_spreadsheet_is_read() {
    let workbook = page(XML);
    assert_eq!(workbook.format, Format::Xml);
    let [sheet, old] = &workbook.sheets[..] else { panic!("{}", workbook.sheets.len()) };
    assert_eq!((sheet.name.as_deref(), sheet.hidden, old.hidden), (Some("活动 & 走访"), false, true));
    let number = |value, places| Cell::Number(Number { value, places });
    let at = chrono::NaiveDate::from_ymd_opt(2026, 10, 12).unwrap().and_hms_opt(9, 0, 0).unwrap();
    assert_eq!(sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!(sheet.rows[0].cell(3), &Cell::Text("四".into()));
    assert_eq!(
        sheet.rows[1].cells,
        [number(10.1, Some(2)), Cell::Empty, number(2016.1, Some(2)), number(35.0, Some(2)), Cell::Uncounted]
    );
    assert_eq!(
        sheet.rows[2].cells,
        [
            Cell::DateTime(at),
            Cell::Bool(true),
            Cell::Error("#N/A".into()),
            Cell::Text("甲&乙\n丙<丁>".into())
        ]
    );
    let merge = |row, last_row, last_column| Merge { first_row: row, last_row, first_column: 0, last_column };
    assert_eq!(sheet.merges, [merge(1, 1, 2), merge(4, 5, 0)]);
}

#[test]
fn an_xml_spreadsheet_that_was_cut_off_is_told_so() {
    for part in [30, 60, 80] {
        let cut: String = XML.chars().take(XML.chars().count() * part / 100).collect();
        let refused = read(cut.as_bytes(), "台账.xls", &Limits::default()).expect_err("cut off");
        assert_eq!(refused.code, RefusalCode::FileDamaged, "{part}");
    }
}

#[test]
fn other_formats_keep_within_the_limits() {
    let limits = Limits { cells: 1000, text_bytes: 10_000, sheets: 4, ..Limits::default() };
    let many = |open: &str, one: &str, count: usize| format!("{open}{}", one.repeat(count));
    let table = "<table><tr><td>1<td>1</table>";
    let book = "<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">";
    let cell = "<Cell><Data ss:Type=\"Number\">1</Data></Cell>";
    for text in [
        many("<table>", "<tr><td>1<td>2", 1000),
        many("<table>", "<tr><td colspan=1000>1<td>2", 10),
        many("<html>", table, 10),
        many("<html>", "<table>", 100),
        many("<table><tr>", "<td>长长长长长长长长长长长长长长长长长长长长长长长", 200),
        many(&format!("{book}<Worksheet><Table><Row>"), cell, 600),
        many(&format!("{book}<Worksheet><Table>"), &format!("<Row>{cell}{cell}</Row>"), 600),
        many(book, "<Worksheet></Worksheet>", 10),
    ] {
        let refused = read(text.as_bytes(), "x.xls", &limits).expect_err("too large");
        assert_eq!(refused.code, RefusalCode::FileTooLarge, "{}", &text[..40]);
    }
    // A tag of many attributes, and a page of nothing but tags.
    for text in [format!("<table {}", many("", " a1 b2", 200_000)), many("<table>", "<b><i>", 200_000)] {
        let started = std::time::Instant::now();
        assert!(read(text.as_bytes(), "x.xls", &Limits::default()).is_err());
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}

#[test]
fn reading_a_page_can_be_stopped() {
    let asked = Shared::new(0);
    let stop = |_| {
        asked.set(asked.get() + 1);
        false
    };
    let text = format!("<table>{}", "<tr><td>1<td>2".repeat(20_000));
    let refused = read_watched(text.as_bytes(), "x.xls", &Limits::default(), &stop).expect_err("stopped");
    assert_eq!((refused.code, asked.get()), (RefusalCode::Cancelled, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_page_takes_the_desk_down(parts in proptest::collection::vec(prop_oneof![
        Just("<table>"), Just("</table>"), Just("<tr>"), Just("<td rowspan=3>"), Just("<td colspan=2 x:num=5>"),
        Just("</td>"), Just("<td><table>"), Just("甲"), Just("</tr>"), Just("<!--"), Just("-->"), Just("<xml>"),
        Just("<p>"), Just("<td rowspan=99999999999 colspan=0>"), Just("&#0;&nbsp;"), Just("<td"), Just("<caption>题"),
    ], 0..60)) {
        if let Ok(workbook) = read(format!("<html>{}", parts.concat()).as_bytes(), "x.xls", &Limits::default()) {
            for sheet in &workbook.sheets {
                prop_assert!(sheet.rows.windows(2).all(|two| two[0].number < two[1].number));
            }
        }
    }

    #[test]
    fn no_xml_takes_the_desk_down(at in 0usize..2_000, with in "[<>&/\"=0-9a-zA-Z ]{1,6}") {
        let mut text: Vec<char> = XML.chars().collect();
        let at = at % (text.len() - 8);
        text.splice(at..at + with.len(), with.chars());
        let _ = read(text.into_iter().collect::<String>().as_bytes(), "x.xls", &Limits::default());
    }
}
