//! The written forms and lists, read back cell by cell.

use std::collections::BTreeSet;
use std::path::Path;

use calamine::{Data, DataType, Reader, Xlsx};
use chrono::NaiveDate;
use tiexin_domain::Fen;
use tiexin_report::{
    Cell, Column, Form, Forms, ReportCell, ReportRow, Sheet, Standing, TableError, TableWriter, report_bytes,
    write_report,
};

/// F1 for a county with two townships; figures are the column's number, the money 3500.5.
fn county_f1() -> Sheet {
    filled(
        "F1",
        "固镇县",
        &[("340323100", "谷阳镇", false), ("340323104", "刘集镇", false), ("340323", "合计", true)],
    )
}

fn filled(code: &str, unit: &str, units: &[(&str, &str, bool)]) -> Sheet {
    let form: Form = Forms::built_in().get(code).unwrap().clone();
    let rows = units.iter().enumerate().map(|(r, (region, label, total))| ReportRow {
        region: region.parse().unwrap(),
        label: (*label).into(),
        total: *total,
        standing: Standing::Figures,
        below: None,
        cells: (0..)
            .zip(&form.columns)
            .map(|(c, column)| ReportCell {
                path: column.path.clone(),
                value: if column.path[1..] == ["金额(元)"] {
                    "3500.50".into()
                } else {
                    (r * 20 + c).to_string()
                },
            })
            .collect(),
    });
    Sheet {
        form: form.code.clone(),
        title: form.title.clone(),
        unit: unit.into(),
        period: "2026年10月".into(),
        unit_line: form
            .unit_line
            .iter()
            .map(|t| t.replace("{unit}", unit).replace("{period}", "2026年10月"))
            .collect(),
        columns: 1 + form.columns.len() as u32,
        heads: form.heads.clone(),
        head_rows: form.head_rows,
        rows: rows.collect(),
        foot: form.foot.clone(),
        signed: Vec::new(),
        rules: Vec::new(),
    }
}

fn open(bytes: &[u8]) -> Xlsx<std::io::Cursor<Vec<u8>>> {
    calamine::open_workbook_from_rs(std::io::Cursor::new(bytes.to_vec())).unwrap()
}

/// One part of the xlsx package as text.
fn part(bytes: &[u8], name: &str) -> String {
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    std::io::read_to_string(package.by_name(name).unwrap()).unwrap()
}

#[test]
fn the_form_reads_back_cell_by_cell() {
    let sheet = county_f1();
    let bytes = report_bytes(&sheet).unwrap();
    let mut book = open(&bytes);
    assert_eq!(book.sheet_names(), ["暖心活动月报"]);
    let merged = book.merge_cells_by_sheet_name("暖心活动月报").unwrap();
    let merged: BTreeSet<_> = merged.iter().map(|d| (d.start, d.end)).collect();
    let range = book.worksheet_range("暖心活动月报").unwrap();
    let text = |row, column| range.get_value((row, column)).and_then(DataType::as_string).unwrap_or_default();

    assert_eq!(text(0, 0), "暖心活动月报");
    assert!(merged.contains(&((0, 0), (0, 20))));
    assert_eq!(text(1, 0), "填报单位：固镇县");
    assert_eq!(text(1, 10), "填报时间：2026年10月");
    for head in &sheet.heads {
        let start = (2 + head.row, head.column);
        let end = (start.0 + head.row_span - 1, start.1 + head.column_span - 1);
        assert_eq!(text(start.0, start.1), head.text);
        assert_eq!(merged.contains(&(start, end)), start != end, "{}", head.text);
    }
    for (r, row) in (5u32..).zip(&sheet.rows) {
        assert_eq!(text(r, 0), row.label);
        for (c, cell) in (1u32..).zip(&row.cells) {
            let value = range.get_value((r, c)).unwrap();
            assert_eq!(value.get_float(), cell.value.parse().ok(), "a figure is a number: {value:?}");
        }
    }
    assert_eq!(range.get_value((5, 1)), Some(&Data::Float(0.0)), "zero is shown");
    let foot: Vec<String> = [0, 5, 10, 15].map(|c| text(8, c)).into();
    assert_eq!(foot, ["单位负责人：", "审核人：", "填表人：", "联系电话："]);
}

#[test]
fn the_foot_is_signed_and_below_it_stands_what_a_reader_should_know() {
    let mut sheet = county_f1();
    sheet.signed = ["", "", "刘素月", "0552-6010000"].map(String::from).into();
    sheet.rules = vec!["外出未遇的走访不计入（本期 2 次）".into()];
    sheet.rows[1].standing = Standing::NeverSent;
    let mut book = open(&report_bytes(&sheet).unwrap());
    let range = book.worksheet_range("暖心活动月报").unwrap();
    let text = |row, column| range.get_value((row, column)).and_then(DataType::as_string).unwrap_or_default();
    let foot: Vec<String> = [0, 5, 10, 15].map(|c| text(8, c)).into();
    assert_eq!(foot, ["单位负责人：", "审核人：", "填表人：刘素月", "联系电话：0552-6010000"]);
    let notes = [text(9, 0), text(10, 0), text(11, 0)];
    assert_eq!(notes, ["说明：外出未遇的走访不计入（本期 2 次）", "说明：没有报来过数据：刘集镇", ""]);
    assert_eq!(text(6, 0), "刘集镇", "the unit's own cell stays as the form has it");
}

#[test]
fn the_form_prints_as_one_landscape_page_with_borders_and_a_frozen_head() {
    let bytes = report_bytes(&county_f1()).unwrap();
    let page = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(page.contains(r#"paperSize="9""#) && page.contains(r#"orientation="landscape""#), "{page}");
    assert!(page.contains(r#"<pageSetUpPr fitToPage="1"/>"#) && page.contains(r#"fitToHeight="0""#));
    assert!(page.contains(r#"<pane xSplit="1" ySplit="5" topLeftCell="B6""#));
    let names = part(&bytes, "xl/workbook.xml");
    assert!(names.contains("_xlnm.Print_Titles") && names.contains("$1:$5"), "{names}");
    let styles = part(&bytes, "xl/styles.xml");
    assert!(styles.contains("仿宋_GB2312") && styles.contains("宋体"));
    assert!(styles.contains(r#"horizontal="right""#) && styles.contains("0.00_ ;-0.00_ ;0_ "));
    // Every cell of the grid has a style with a border, merged ones too.
    let boxed: BTreeSet<usize> = xf_with_border(&styles);
    for row in 3..=8 {
        let line = page.split(&format!("<row r=\"{row}\"")).nth(1).unwrap().split("</row>").next().unwrap();
        let styles: Vec<usize> =
            line.split(" s=\"").skip(1).map(|s| s.split('"').next().unwrap().parse().unwrap()).collect();
        assert_eq!(styles.iter().filter(|s| boxed.contains(s)).count(), 21, "row {row}");
    }
}

fn xf_with_border(styles: &str) -> BTreeSet<usize> {
    let cells = styles.split("<cellXfs").nth(1).unwrap().split("</cellXfs>").next().unwrap();
    let with = cells.split("<xf ").skip(1).enumerate().filter(|(_, xf)| !xf.contains(r#"borderId="0""#));
    with.map(|(at, _)| at).collect()
}

#[test]
fn a_form_of_one_row_and_other_heads_is_written_too() {
    for code in ["F3", "F4"] {
        let sheet = filled(code, "谷阳镇", &[("340323100", "谷阳镇", false)]);
        let mut book = open(&report_bytes(&sheet).unwrap());
        let range = book.worksheet_range(&sheet.title).unwrap();
        assert_eq!(range.get_value((2, 0)), Some(&Data::String("机构名称".into())));
        assert_eq!(range.get_value((4, 0)), Some(&Data::String("谷阳镇".into())));
    }
}

#[test]
fn the_old_file_stays_when_the_new_one_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("F1.xlsx");
    write_report(&county_f1(), &path).unwrap();
    assert!(write_report(&county_f1(), &folder.path().join("no/such/F1.xlsx")).is_err());
    assert_eq!(files(folder.path()), ["F1.xlsx"]);
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn columns(titles: &[&str]) -> Vec<Column> {
    titles.iter().map(|t| Column::new(*t)).collect()
}

#[test]
fn a_list_reads_back_as_it_was_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("会员.xlsx");
    let day = NaiveDate::from_ymd_opt(2026, 10, 5).unwrap();
    let mut table = TableWriter::to_file(&path, "会员", columns(&["姓名", "人数", "日期", "金额"])).unwrap();
    let long = "长".repeat(40_000);
    let rows: [[Cell; 4]; 4] = [
        [Cell::Text("张三"), Cell::Number(-3), Cell::Date(day), Cell::Money(Fen(350_050))],
        [Cell::Text("=1+1"), Cell::Text("+86"), Cell::Text("-"), Cell::Text("@x")],
        [Cell::Blank, Cell::Number(340_399_197_309_166_454), Cell::Money(Fen(-1)), Cell::Text("")],
        [
            Cell::Text(&long),
            Cell::Blank,
            Cell::Date(NaiveDate::from_ymd_opt(1850, 1, 2).unwrap()),
            Cell::Blank,
        ],
    ];
    for row in &rows {
        table.row(row).unwrap();
    }
    assert!(matches!(table.row(&[Cell::Blank; 5]), Err(TableError::TooWide(1))));
    assert_eq!(table.finish().unwrap(), 4);
    assert_eq!(files(folder.path()), ["会员.xlsx"]);

    let bytes = std::fs::read(&path).unwrap();
    let mut book = open(&bytes);
    assert!(book.worksheet_formula("会员").unwrap().is_empty(), "nothing became a formula");
    let range = book.worksheet_range("会员").unwrap();
    let at = |row, column| range.get_value((row, column)).cloned().unwrap_or(Data::Empty);
    let text = |t: &str| Data::String(t.into());
    assert_eq!([at(0, 0), at(0, 3)], [text("姓名"), text("金额")]);
    assert_eq!([at(1, 0), at(1, 1), at(1, 3)], [text("张三"), Data::Float(-3.0), Data::Float(3500.5)]);
    assert_eq!(at(1, 2).as_date(), Some(day));
    assert_eq!([at(2, 0), at(2, 1), at(2, 2), at(2, 3)], ["=1+1", "+86", "-", "@x"].map(text));
    assert_eq!(at(3, 1), text("340399197309166454"), "what a spreadsheet cannot hold exactly stays text");
    assert_eq!(at(3, 2), Data::Float(-0.01));
    assert_eq!(at(4, 0).as_string().unwrap().chars().count(), 32_767);
    assert_eq!(at(4, 2), text("1850-01-02"));
}

#[test]
fn a_list_in_memory_is_the_same_list() {
    let mut table = TableWriter::to_memory("名单[1]", columns(&["姓名"])).unwrap();
    table.row(&[Cell::Text("李四")]).unwrap();
    let mut book = open(&table.finish_bytes().unwrap());
    assert_eq!(book.worksheet_range("名单1").unwrap().get_value((1, 0)), Some(&Data::String("李四".into())));
}

#[test]
fn a_list_that_is_given_up_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let mut table = TableWriter::to_file(&path, "名单", columns(&["姓名"])).unwrap();
    table.row(&[Cell::Text("王五")]).unwrap();
    drop(table);
    assert!(files(folder.path()).is_empty());
}
