//! What a sheet shows beside its values: struck text, hidden rows and columns, comments.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{Format, Note, Workbook as Writer};
use tiexin_intake::{Cell, Marks, Workbook};
use zip::write::SimpleFileOptions;

use crate::book::{fixture, open};
use crate::hostile::xlsx;

fn saved(fill: impl Fn(&mut Writer)) -> Workbook {
    let mut writer = Writer::new();
    fill(&mut writer);
    open(&writer.save_to_buffer().unwrap(), "台账.xlsx")
}

fn text(workbook: &Workbook, row: u32, column: usize) -> String {
    workbook.sheets[0].row(row).map(|r| r.cell(column).shown()).unwrap_or_default()
}

fn marks(workbook: &Workbook) -> &Marks {
    &workbook.sheets[0].marks
}

#[test]
fn a_struck_piece_of_a_text_is_left_out() {
    let workbook = saved(|writer| {
        let (plain, struck) = (Format::new(), Format::new().set_font_strikethrough());
        let sheet = writer.add_worksheet();
        sheet.write_rich_string(0, 0, &[(&struck, "200"), (&plain, "300")]).unwrap();
        sheet.write_rich_string(1, 1, &[(&plain, "王 "), (&struck, "小 & "), (&plain, "明")]).unwrap();
        sheet.write(2, 0, "200300").unwrap();
        sheet.write_rich_string(3, 0, &[(&plain, "甲"), (&Format::new().set_bold(), "乙")]).unwrap();
        // All pieces are struck: the text stays.
        sheet.write_rich_string(4, 0, &[(&struck, "作"), (&struck.clone().set_bold(), "废")]).unwrap();
        // The pieces stand in a cell whose font is struck: the first one has that font.
        sheet.write_rich_string_with_format(5, 0, &[(&plain, "5"), (&plain, "6")], &struck).unwrap();
    });
    assert_eq!(text(&workbook, 1, 0), "300");
    assert_eq!(text(&workbook, 2, 1), "王 明");
    assert_eq!(text(&workbook, 3, 0), "200300");
    assert_eq!(text(&workbook, 4, 0), "甲乙");
    assert_eq!(text(&workbook, 5, 0), "作废");
    assert_eq!(text(&workbook, 6, 0), "6");
    let expected =
        Marks { struck_cells: vec![(1, 0), (2, 1), (6, 0)], struck_rows: vec![5], ..Marks::default() };
    assert_eq!(marks(&workbook), &expected);
}

#[test]
fn a_struck_piece_inside_of_the_sheet_is_left_out() {
    let is = |runs: &str| format!(r#"<c t="inlineStr"><is>{runs}</is></c>"#);
    let cells = [
        is("<r><rPr><strike/></rPr><t>200</t></r><r><t>300</t></r>"),
        is(r#"<r><rPr><strike val="0"/></rPr><t>200</t></r><r><t>300</t></r>"#),
        is(
            r#"<r><rPr><strike val="true"/></rPr><t>2_x000D_</t></r><r><t xml:space="preserve">3_x000D_4 </t></r>"#,
        ),
        is("<t>7</t>"),
    ];
    let bytes = xlsx(|sheet| write!(sheet, "<row>{}</row>", cells.concat()).unwrap());
    let workbook = open(&bytes, "台账.xlsx");
    let read: Vec<Cell> = (0..4).map(|at| workbook.sheets[0].row(1).unwrap().cell(at).clone()).collect();
    assert_eq!(read, ["300", "200300", "3\r4 ", "7"].map(|text| Cell::Text(text.into())));
    assert_eq!(marks(&workbook).struck_cells, [(1, 0), (1, 2)]);
}

#[test]
fn a_row_is_struck_when_all_its_cells_are() {
    let workbook = saved(|writer| {
        let struck = Format::new().set_font_strikethrough();
        let sheet = writer.add_worksheet();
        for row in 0..4 {
            sheet.write(row, 0, "张三").unwrap();
            sheet.write(row, 1, 200).unwrap();
        }
        sheet.write_with_format(1, 0, "张三", &struck).unwrap();
        sheet.write_with_format(1, 1, 200, &struck).unwrap();
        // Only one cell of two; an empty cell does not count.
        sheet.write_with_format(2, 1, 200, &struck).unwrap();
        sheet.write_blank(1, 2, &Format::new()).unwrap();
        sheet.write_with_format(3, 0, "李四", &struck).unwrap();
        sheet.write_with_format(3, 1, 5, &struck.clone().set_num_format("0.00")).unwrap();
    });
    let expected = Marks { struck_rows: vec![2, 4], struck_whole: vec![(3, 1)], ..Marks::default() };
    assert_eq!(marks(&workbook), &expected);
    assert_eq!((text(&workbook, 2, 0), text(&workbook, 4, 1)), ("张三".into(), "5.00".into()));
}

#[test]
fn hidden_rows_and_columns_are_told() {
    let workbook = saved(|writer| {
        let sheet = writer.add_worksheet();
        for row in 0..5 {
            sheet.write(row, 0, "甲").unwrap();
        }
        for row in [1, 3, 7] {
            sheet.set_row_hidden(row).unwrap();
        }
        let other = writer.add_worksheet();
        other.write(0, 0, "乙").unwrap();
        other.write(0, 2, "丙").unwrap();
        // The second has no value, and a template hides all that stand to the right.
        for column in [0, 1, 3, 4, 5] {
            other.set_column_hidden(column).unwrap();
        }
    });
    assert_eq!(marks(&workbook), &Marks { hidden_rows: vec![2, 4], ..Marks::default() });
    assert_eq!(workbook.sheets[1].marks, Marks { hidden_columns: vec![0], ..Marks::default() });
}

#[test]
fn comments_are_counted_by_sheet() {
    let workbook = saved(|writer| {
        writer.add_worksheet().write(0, 0, "甲").unwrap();
        let sheet = writer.add_worksheet();
        sheet.write(0, 0, "乙").unwrap();
        sheet.insert_note(0, 0, &Note::new("已迁出")).unwrap();
        sheet.insert_note(3, 2, &Note::new("待核")).unwrap();
    });
    let counts: Vec<usize> = workbook.sheets.iter().map(|sheet| sheet.marks.comments).collect();
    assert_eq!(counts, [0, 2]);
}

#[test]
fn a_thread_of_comments_counts_once() {
    let bytes = xlsx(|sheet| write!(sheet, r#"<row r="1"><c r="A1"><v>1</v></c></row>"#).unwrap());
    let mut zip = zip::ZipWriter::new_append(Cursor::new(bytes)).unwrap();
    let mut part = |name: &str, text: &str| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    part(
        "xl/worksheets/_rels/sheet1.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" Target="../threadedComments/threadedComment1.xml"/></Relationships>"#,
    );
    part(
        "xl/threadedComments/threadedComment1.xml",
        r#"<ThreadedComments><threadedComment ref="A1" id="1"><text>?</text></threadedComment><threadedComment ref="A1" id="2" parentId="1"><text>!</text></threadedComment></ThreadedComments>"#,
    );
    let workbook = open(&zip.finish().unwrap().into_inner(), "台账.xlsx");
    assert_eq!(marks(&workbook).comments, 1);
}

/// Written by xlwt 1.3.
#[test]
fn struck_and_hidden_rows_of_an_xls_are_told() {
    let workbook = open(&fixture("formats/marks.xls"), "台账.xls");
    let expected = Marks {
        struck_rows: vec![2, 5],
        hidden_rows: vec![4],
        struck_whole: vec![(3, 1)],
        ..Marks::default()
    };
    assert_eq!(marks(&workbook), &expected);
    assert_eq!(text(&workbook, 5, 1), "200.00");
}

#[test]
fn struck_and_hidden_rows_of_an_xml_spreadsheet_are_told() {
    let cell = |style: &str, text: &str| {
        format!(r#"<Cell ss:StyleID="{style}"><Data ss:Type="String">{text}</Data></Cell>"#)
    };
    let rows = [
        format!("<Row>{}{}</Row>", cell("s0", "<S>200</S>300"), cell("s0", "甲")),
        format!("<Row>{}{}</Row>", cell("s1", "张三"), cell("s1", "200")),
        format!(r#"<Row ss:Hidden="1">{}{}</Row>"#, cell("s1", "张三"), cell("s0", "200")),
        r#"<Row ss:StyleID="s1"><Cell><Data ss:Type="Number">5</Data><Comment><ss:Data>批注</ss:Data></Comment></Cell></Row>"#.into(),
    ];
    let xml = format!(
        r#"<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles><Style ss:ID="s0"><Font ss:Size="11"/></Style><Style ss:ID="s1"><Font ss:StrikeThrough="1"/></Style></Styles><Worksheet ss:Name="S"><Table><Column/><Column ss:Hidden="1" ss:Span="3"/>{}</Table></Worksheet></Workbook>"#,
        rows.concat()
    );
    let workbook = open(xml.as_bytes(), "台账.xls");
    assert_eq!((text(&workbook, 1, 0), text(&workbook, 2, 1)), ("300".into(), "200".into()));
    let struck_cells = vec![(1, 0)];
    let expected = Marks {
        struck_rows: vec![2, 4],
        hidden_rows: vec![3],
        hidden_columns: vec![1],
        struck_cells,
        struck_whole: vec![(3, 0)],
        written: Vec::new(),
        comments: 1,
    };
    assert_eq!(marks(&workbook), &expected);
}

#[test]
fn struck_and_hidden_rows_of_a_page_are_told() {
    let page = "<table><tr><td><s>200</s>300<td>甲</tr>\
        <tr><td><del>张三</del><td style='text-decoration: Line-Through'>200</tr>\
        <tr style='height:0;display:none'><td>张三<td>200</tr>\
        <tr><td><span style='text-decoration:line-through'>李<b>四</b></span>王五<td><strike>5</strike></tr>\
        <tr><td><s>未关<td>6</tr></table>";
    let workbook = open(page.as_bytes(), "台账.xls");
    assert_eq!((text(&workbook, 1, 0), text(&workbook, 2, 1)), ("300".into(), "200".into()));
    assert_eq!((text(&workbook, 4, 0), text(&workbook, 4, 1)), ("王五".into(), "5".into()));
    assert_eq!((text(&workbook, 5, 0), text(&workbook, 5, 1)), ("未关".into(), "6".into()));
    let struck_cells = vec![(1, 0), (4, 0)];
    let struck_whole = vec![(4, 1), (5, 0)];
    let expected =
        Marks { struck_rows: vec![2], hidden_rows: vec![3], struck_cells, struck_whole, ..Marks::default() };
    assert_eq!(marks(&workbook), &expected);
}

/// Written by openpyxl 3, and from that by LibreOffice 7.4.
#[test]
fn programs_write_the_same_marks_in_their_formats() {
    for name in ["openpyxl.xlsx", "libreoffice.xlsx", "libreoffice.ods", "libreoffice.xls"] {
        let workbook = open(&fixture(&format!("formats/marks-{name}")), name);
        assert_eq!(text(&workbook, 3, 0), "300", "{name}");
        let struck_cells = vec![(3, 0)];
        let expected = Marks {
            struck_rows: vec![2],
            hidden_rows: vec![5],
            struck_cells,
            comments: 1,
            ..Marks::default()
        };
        assert_eq!(marks(&workbook), &expected, "{name}");
        assert_eq!((text(&workbook, 2, 0), text(&workbook, 2, 1)), ("张三".into(), "102".into()));
    }
}
