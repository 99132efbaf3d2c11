//! What stands in a cell: formats, formulas, errors, pictures, and what is hidden.

use std::io::Cursor;

use rust_xlsxwriter::{Format, Formula, Workbook as Writer};
use tiexin_intake::{Cell, Mapping, Number, Workbook};
use zip::write::SimpleFileOptions;

use crate::book::{Book, fixture, open, plan_with};
use crate::hostile::{text_cell, xlsx};

fn saved(fill: impl Fn(&mut Writer)) -> Workbook {
    let mut writer = Writer::new();
    fill(&mut writer);
    open(&writer.save_to_buffer().unwrap(), "台账.xlsx")
}

fn cell(workbook: &Workbook, row: u32, column: usize) -> Cell {
    workbook.sheets[0].row(row).map(|r| r.cell(column).clone()).unwrap_or_default()
}

#[test]
fn a_number_knows_what_its_format_shows() {
    let formats =
        ["General", "0", "0.00", "#,##0.0_ ", "0.00_);(0.00)", "0%", "0.00E+00", "0!.0,", "@", "#,##0,"];
    let workbook = saved(|writer| {
        let sheet = writer.add_worksheet();
        for (row, format) in formats.iter().enumerate() {
            sheet.write_with_format(row as u32, 0, 10.1, &Format::new().set_num_format(*format)).unwrap();
        }
        sheet.write_with_format(10, 0, 10.1, &Format::new().set_num_format_index(4)).unwrap();
        sheet.write_with_format(11, 0, 10.1, &Format::new().set_num_format_index(7)).unwrap();
        sheet.write(12, 0, 10.1).unwrap();
    });
    let places: Vec<Option<u8>> = (1..=13)
        .map(|row| match cell(&workbook, row, 0) {
            Cell::Number(Number { value: 10.1, places }) => places,
            other => panic!("{row}: {other:?}"),
        })
        .collect();
    let plain = [None, Some(0), Some(2), Some(1), Some(2), None, None, None, None, None];
    assert_eq!(places, [&plain[..], &[Some(2), Some(2), None]].concat());
    assert_eq!(cell(&workbook, 3, 0).shown(), "10.10");
}

#[test]
fn a_unit_that_only_the_format_shows_is_read() {
    let workbook = saved(|writer| {
        let format = Format::new().set_num_format("0.00\"万元\"");
        writer.add_worksheet().write_with_format(0, 0, 1.55, &format).unwrap();
    });
    assert_eq!(cell(&workbook, 1, 0), Cell::Text("1.55万元".into()));
}

#[test]
fn a_formula_without_a_stored_result_is_told_apart_from_an_empty_cell() {
    let cells = [
        r#"<c r="A1"><f>SUM(Z1:Z9)</f></c>"#,
        r#"<c r="B1"><f>SUM(Z1:Z9)</f><v></v></c>"#,
        r#"<c r="C1"><f t="shared" ref="C1:D1" si="0">Z1</f></c>"#,
        r#"<c r="D1"><f t="shared" si="0"/></c>"#,
        // Results: an empty text, nought, a number.
        r#"<c r="E1" t="str"><f>IF(Z1="","",Z1)</f><v></v></c>"#,
        r#"<c r="F1"><f>Z1</f><v>0</v></c>"#,
        r#"<c r="G1"><f>Z1</f><v>35</v></c>"#,
        r#"<c r="H1"><f/></c>"#,
    ];
    let bytes = xlsx(|sheet| write!(sheet, r#"<row r="1">{}</row>"#, cells.concat()).unwrap());
    let workbook = open(&bytes, "台账.xlsx");
    let read: Vec<Cell> = (0..8).map(|column| cell(&workbook, 1, column)).collect();
    let number = |value| Cell::Number(Number::general(value));
    let uncounted = || Cell::Uncounted;
    assert_eq!(
        read,
        [
            uncounted(),
            uncounted(),
            uncounted(),
            uncounted(),
            Cell::Empty,
            number(0.0),
            number(35.0),
            Cell::Empty
        ]
    );
}

#[test]
fn a_prefix_before_every_tag_does_not_hide_a_formula() {
    let bytes = xlsx(|sheet| {
        let cell = r#"<x:c r="A1"><x:f>SUM(Z1:Z9)</x:f></x:c>"#;
        let space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        write!(sheet, r#"<x:row xmlns:x="{space}" r="1">{cell}</x:row>"#).unwrap();
    });
    assert_eq!(cell(&open(&bytes, "台账.xlsx"), 1, 0), Cell::Uncounted);
}

#[test]
fn a_nought_of_a_program_that_cannot_compute_is_no_result() {
    // Such programs write 0 and ask the spreadsheet program to compute when it opens the file.
    let workbook = saved(|writer| {
        let sheet = writer.add_worksheet();
        sheet.write_formula(0, 0, Formula::new("=SUM(Z1:Z9)")).unwrap();
        sheet.write_formula(0, 1, Formula::new("=40-5").set_result("35")).unwrap();
        sheet.write_number(0, 2, 0.0).unwrap();
    });
    assert_eq!(cell(&workbook, 1, 0), Cell::Uncounted);
    assert_eq!(cell(&workbook, 1, 1), Cell::Number(Number::general(35.0)));
    assert_eq!(cell(&workbook, 1, 2), Cell::Number(Number::general(0.0)));
}

#[test]
fn pictures_in_cells_are_seen() {
    let cells = [
        r#"<c r="A1" t="str"><f>_xlfn.DISPIMG("ID_5F",1)</f><v>=DISPIMG("ID_5F",1)</v></c>"#,
        r#"<c r="B1" t="e"><f>DISPIMG("ID_5F",1)</f><v>#NAME?</v></c>"#,
        &text_cell("C1", "=DISPIMG(&quot;ID_5F&quot;,1)"),
        r#"<c r="D1" t="e" vm="1"><v>#VALUE!</v></c>"#,
        r#"<c r="E1" t="e"><f>Z1*1</f><v>#VALUE!</v></c>"#,
    ];
    let bytes = xlsx(|sheet| write!(sheet, r#"<row r="1">{}</row>"#, cells.concat()).unwrap());
    let mut zip = zip::ZipWriter::new_append(Cursor::new(bytes)).unwrap();
    zip.start_file("xl/richData/rdrichvalue.xml", SimpleFileOptions::default()).unwrap();
    let workbook = open(&zip.finish().unwrap().into_inner(), "台账.xlsx");
    for column in 0..4 {
        assert_eq!(cell(&workbook, 1, column), Cell::Picture, "{column}");
    }
    assert_eq!(cell(&workbook, 1, 4), Cell::Error("#VALUE!".into()));
}

#[test]
fn hidden_sheets_are_read_and_said_to_be_hidden() {
    let workbook = saved(|writer| {
        for (name, hide) in [("一", 0), ("二", 1), ("三", 2)] {
            let sheet = writer.add_worksheet().set_name(name).unwrap();
            sheet.write_row(0, 0, ["活动名称", "项目", "开始时间", "参加人数"]).unwrap();
            sheet.write_row(1, 0, ["广场宣传", "宣传教育", "2026-10-12 09:00", "35人"]).unwrap();
            match hide {
                1 => drop(sheet.set_hidden(true)),
                2 => drop(sheet.set_very_hidden(true)),
                _ => {}
            }
        }
    });
    let hidden: Vec<bool> = workbook.sheets.iter().map(|sheet| sheet.hidden).collect();
    assert_eq!(hidden, [false, true, true]);
    assert!(workbook.sheets.iter().all(|sheet| sheet.rows.len() == 2));
    let plan = plan_with(&Book::default(), "340323100", &Mapping::default(), &workbook);
    assert_eq!((plan.data_rows, plan.rows.taken()), (1, 1));
}

#[test]
fn hidden_rows_and_columns_are_read_like_others() {
    let workbook = saved(|writer| {
        let sheet = writer.add_worksheet();
        for row in 0..4 {
            sheet.write_row(row, 0, ["甲", "乙"]).unwrap();
        }
        sheet.set_row_hidden(1).unwrap();
        sheet.set_column_hidden(1).unwrap();
        sheet.autofilter(0, 0, 3, 1).unwrap();
        sheet.set_row_hidden(2).unwrap();
    });
    assert_eq!(workbook.sheets[0].rows.len(), 4);
    assert_eq!(cell(&workbook, 3, 1), Cell::Text("乙".into()));
}

/// Written by xlwt 1.3, which writes formulas but cannot compute them.
fn old_workbook() -> Workbook {
    open(&fixture("formats/xlwt.xls"), "台账.xls")
}

#[test]
fn numbers_of_an_xls_know_what_their_formats_show() {
    let workbook = old_workbook();
    let places = [None, Some(0), Some(2), Some(1), Some(2), None];
    for (row, places) in (1..).zip(places) {
        // A number alone, and two that are stored as one record.
        for (column, value) in [10.1, 10.0, 2016.1].into_iter().enumerate() {
            assert_eq!(
                cell(&workbook, row, column),
                Cell::Number(Number { value, places }),
                "{row} {column}"
            );
        }
    }
    assert_eq!(cell(&workbook, 7, 0), Cell::Text("10.1万元".into()));
    assert!(matches!(cell(&workbook, 8, 0), Cell::DateTime(_)));
    assert_eq!(cell(&workbook, 9, 0), Cell::Number(Number::general(10.1)));
}

#[test]
fn formulas_and_errors_of_an_xls_are_told() {
    let workbook = old_workbook();
    assert_eq!(cell(&workbook, 10, 0), Cell::Uncounted);
    assert_eq!(cell(&workbook, 10, 1), Cell::Uncounted);
    // This one may well be an empty text.
    assert_eq!(cell(&workbook, 10, 2), Cell::Empty);
    assert_eq!(cell(&workbook, 10, 3), Cell::Uncounted);
    assert_eq!(cell(&workbook, 11, 0), Cell::Error("#N/A".into()));
    assert_eq!(cell(&workbook, 11, 1), Cell::Error("#REF!".into()));
}

#[test]
fn hidden_sheets_of_an_xls_are_read_and_said_to_be_hidden() {
    let workbook = old_workbook();
    let hidden: Vec<bool> = workbook.sheets.iter().map(|sheet| sheet.hidden).collect();
    assert_eq!(hidden, [false, true, true]);
    assert_eq!(workbook.sheets[1].rows[0].cell(1), &Cell::Number(Number { value: 1.5, places: Some(2) }));
}
