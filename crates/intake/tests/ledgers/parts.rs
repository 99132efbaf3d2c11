//! Lists of parts in a list's columns.

use serde_json::json;
use tiexin_intake::LedgerPlan;

use crate::book::Book;
use crate::lists::as_kind;

fn agreements(book: &Book, cells: &[&str]) -> LedgerPlan {
    let own = ["村", "事项名称", "承接类别", "委托单位", "签订日期", "从哪天起", "到哪天止"];
    let parts = ["任务事项", "任务1数量", "任务3事项", "拨付1时间", "拨付1金额", "拨付2金额"];
    let said =
        ["东关社区", "家庭健康促进行动", "购买服务", "县卫健委", "2026-10-05", "2026-10-05", "2026-12-31"];
    let heads: Vec<&str> = own.into_iter().chain(parts).collect();
    let row: Vec<&str> = said.iter().chain(cells).copied().collect();
    as_kind(book, "agreement", &[&heads[..], &row[..]])
}

#[test]
fn numbered_columns_are_parts_of_a_list_and_empty_ones_none() {
    let mut book = Book::default();
    let read = agreements(&book, &["健康讲座", "12", "入户宣传", "2026-11-01", "3000", ""]);
    assert_eq!((read.rows.new, read.rows.refused), (1, 0), "{:?}", read.findings);
    let held = &read.groups[0].records[0].fields;
    assert_eq!(held["tasks"], json!([{"what": "健康讲座", "target": 12}, {"what": "入户宣传"}]));
    assert_eq!(held["schedule"], json!([{"due": "2026-11-01", "amount": "3000.00"}]));
    book.write(&read);
    // A sheet that says less of the list is no other one.
    let less = agreements(&book, &["健康讲座", "", "", "", "", ""]);
    assert_eq!((less.rows.unchanged, less.rows.differs), (1, 0), "{:?}", less.changes);
}

#[test]
fn a_part_without_what_it_must_have_waits_and_names_its_column() {
    let read = agreements(&Book::default(), &["", "12", "", "2026-11-01", "", ""]);
    assert_eq!((read.rows.new, read.rows.refused), (0, 1));
    assert!(
        read.findings.iter().any(|found| found.field == Some("agreement.tasks.1.what")),
        "{:?}",
        read.findings
    );
}

/// Of the columns' three parts a row may have the last alone: it is the record's first.
#[test]
fn a_fault_is_told_at_the_column_of_its_part() {
    let heads = ["村", "事项名称", "承接类别", "委托单位", "签订日期", "从哪天起", "到哪天止"];
    let said =
        ["东关社区", "家庭健康促进行动", "购买服务", "县卫健委", "2026-10-05", "2026-10-05", "2026-12-31"];
    let told = |parts: &[&str], cells: &[&str]| {
        let heads: Vec<&str> = heads.iter().chain(parts).copied().collect();
        let row: Vec<&str> = said.iter().chain(cells).copied().collect();
        let read = as_kind(&Book::default(), "agreement", &[&heads[..], &row[..]]);
        read.findings.iter().map(|found| (found.code.as_str().to_owned(), found.field)).collect::<Vec<_>>()
    };
    let tasks = ["任务1事项", "任务1数量", "任务3事项", "任务3数量"];
    let missing = "missing".to_owned();
    assert_eq!(told(&tasks, &["", "", "", "12"]), [(missing.clone(), Some("agreement.tasks.3.what"))]);
    // The sheet has no column for it: another one of the same part.
    let bare = ["任务1事项", "任务3数量"];
    assert_eq!(told(&bare, &["健康讲座", "12"]), [(missing, Some("agreement.tasks.3.target"))]);
}
