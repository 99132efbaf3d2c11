//! The marked copy says beside each row what became of it.

use tiexin_intake::{Cell, Mapping, marked_copy};

use crate::book::{Book, fixture, open, plan_with};

#[test]
fn findings_stand_beside_their_rows() {
    let mut book = Book::default();
    let workbook = open(&fixture("guyang-2026-10/special-families.xlsx"), "special-families.xlsx");
    let plan = plan_with(&book, "340323100", &Mapping::default(), &workbook);
    let copy = open(&marked_copy(&workbook, &plan, true).unwrap(), "copy.xlsx");
    let (original, sheet) = (&workbook.sheets[0], &copy.sheets[0]);
    assert_eq!(sheet.name, original.name);
    let result = original.width();
    assert_eq!(sheet.row(4).unwrap().cell(result).shown(), "导入结果");
    let said = |row: u32| sheet.row(row).unwrap().cell(result).shown();
    assert_eq!(said(5), "已导入");
    assert!(said(7).starts_with("未导入：【子女情况>死亡/伤残时间】日期不存在"), "{}", said(7));
    assert!(said(32).starts_with("已导入，待补：【男方>身份证号】缺叶家的身份证号"), "{}", said(32));
    assert_eq!(said(45), "");
    for row in &original.rows {
        for (at, cell) in row.cells.iter().enumerate() {
            assert_eq!(sheet.row(row.number).unwrap().cell(at).shown(), cell.shown(), "{} {at}", row.number);
        }
    }
    book.write(&plan);
    let again = plan_with(&book, "340323100", &Mapping::default(), &workbook);
    let copy = open(&marked_copy(&workbook, &again, true).unwrap(), "copy.xlsx");
    assert_eq!(copy.sheets[0].row(5).unwrap().cell(result).shown(), "已在册，未改动");
    // The copy can be imported in its turn: its rows are known.
    let reimported = plan_with(&book, "340323100", &Mapping::default(), &copy);
    assert_eq!((reimported.groups.len(), reimported.rows.taken()), (0, plan.rows.taken()));
}

#[test]
fn a_text_that_looks_like_a_formula_stays_text() {
    let csv = "活动名称,项目,开始时间,参加人数\n=cmd|' /C calc'!A0,宣传教育,2026-10-12 09:00,35\n";
    let workbook = open(csv.as_bytes(), "activities.csv");
    let plan = plan_with(&Book::default(), "340323100", &Mapping::default(), &workbook);
    let bytes = marked_copy(&workbook, &plan, true).unwrap();
    let copy = open(&bytes, "copy.xlsx");
    assert_eq!(copy.sheets[0].row(2).unwrap().cell(0), &Cell::Text("=cmd|' /C calc'!A0".into()));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut xml)
        .unwrap();
    assert!(!xml.contains("<f>") && xml.contains("t=\"s\""));
}
