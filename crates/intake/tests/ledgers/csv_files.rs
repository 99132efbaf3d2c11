//! CSV as other programs write it.

use encoding_rs::GB18030;
use tiexin_intake::{Limits, RefusalCode, Workbook, read};

use crate::book::{Book, open, planned};

fn texts(workbook: &Workbook) -> Vec<(u32, Vec<String>)> {
    let cells = |row: &tiexin_intake::Row| row.cells.iter().map(|cell| cell.shown()).collect();
    workbook.sheets[0].rows.iter().map(|row| (row.number, cells(row))).collect()
}

fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
    texts(&open(text.as_bytes(), "台账.csv"))
}

fn row(number: u32, cells: &[&str]) -> (u32, Vec<String>) {
    (number, cells.iter().map(|cell| (*cell).to_owned()).collect())
}

#[test]
fn rows_have_the_numbers_that_a_spreadsheet_shows() {
    let text = "台账\r\n\r\n甲,乙\r\n\"一\n二\",2\r\n3,4\r\n";
    let expected = [row(1, &["台账"]), row(3, &["甲", "乙"]), row(4, &["一\n二", "2"]), row(5, &["3", "4"])];
    assert_eq!(rows(text), expected);
    assert_eq!(rows(&text.replace("\r\n", "\r")), expected);
    assert_eq!(rows(&format!("sep=,\r\n{text}")), expected);
}

#[test]
fn a_separator_that_the_file_tells_is_believed() {
    let expected = [row(1, &["甲", "乙"]), row(2, &["1,5", "2"])];
    assert_eq!(rows("SEP=;\n甲;乙\n1,5;2\n"), expected);
    assert_eq!(rows("\"sep=|\"\n甲|乙\n1,5|2\n"), expected);
    assert_eq!(rows("sep=\t\n甲\t乙\n1,5\t2\n"), expected);
}

#[test]
fn what_keeps_a_spreadsheet_from_counting_is_no_part_of_the_number() {
    let text = "甲,乙,丙,丁\n=\"0340399\",\"=\"\"0340399\"\"\",'0340399,=0340399\n";
    assert_eq!(rows(text)[1], row(2, &["0340399"; 4]));
    assert_eq!(rows("甲,乙\n=A1+1,'甲' 乙\n")[1], row(2, &["=A1+1", "'甲' 乙"]));
}

#[test]
fn a_title_in_brackets_is_a_title() {
    for title in ["[刘集镇]2026年10月活动登记", "{刘集镇}", "<刘集镇>活动登记", "[1]"] {
        let text = format!("{title},\n甲,乙\n1,2\n");
        assert_eq!(rows(&text).len(), 3, "{title}");
    }
    for text in ["{\"甲\": [1, 2]}", "[[\"甲\",\"乙\"],[1,2]]", "{\\rtf1\\ansi 甲,乙\n1,2\n}"] {
        let refused = read(text.as_bytes(), "台账.csv", &Limits::default()).expect_err(text);
        assert_eq!(refused.code, RefusalCode::FileNotLedger, "{text}");
    }
}

#[test]
fn one_odd_cell_refuses_neither_the_file_nor_the_other_rows() {
    let head = "活动名称,项目,开始时间,参加人数,负责人\n";
    let text = format!(
        "{head}广场宣传,宣传教育,2026-10-12 09:00,35人,康梅\n义诊,宣传教育,2026-10-13 09:00,20人,李华\n"
    );
    for bytes in [text.as_bytes().to_vec(), GB18030.encode(&text).0.into_owned()] {
        for bad in [0xFF, 0xC3] {
            let comma = bytes.iter().rposition(|b| *b == b',').unwrap();
            let mut odd = bytes.clone();
            odd.insert(comma, bad);
            let plan = planned(&Book::default(), "340323100", &odd, "活动.csv");
            assert_eq!(plan.data_rows, 2);
            assert_eq!(plan.groups[0].records[0].fields["headcount"], 35);
        }
    }
    let plan =
        planned(&Book::default(), "340323100", text.replace("义诊", "义\u{b}诊").as_bytes(), "活动.csv");
    assert_eq!((plan.data_rows, plan.rows.taken()), (2, 2));
}
