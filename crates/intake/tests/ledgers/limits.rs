//! An office's limits in what it imports.

use tiexin_domain::limits::Limits;

use crate::book::Book;
use crate::lists::as_kind;

#[test]
fn a_row_is_held_to_the_limits_of_the_office_that_imports_it() {
    let mut book = Book::default();
    let read = |book: &Book, long: &str| {
        let heads = ["村", "志愿者姓名", "服务日期", "服务时长", "做了什么"];
        let row = ["东关社区", "王丽", "2026-10-05", long, "活动"];
        let plan = as_kind(book, "service_hours", &[&heads[..], &row[..]]);
        (plan.rows.new, plan.rows.refused)
    };
    assert_eq!((read(&book, "12小时"), read(&book, "13小时")), ((1, 0), (0, 1)));
    let own = r#"[{"code": "entry_minutes", "value": 900, "from": "2026-01-01"}]"#;
    book.limits = Limits::with_own(serde_json::from_str(own).unwrap());
    assert_eq!((read(&book, "13小时"), read(&book, "16小时")), ((1, 0), (0, 1)));
}
