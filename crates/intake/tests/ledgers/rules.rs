//! Rows of a list held to the rules of a save, by themselves and beside other records.

use serde_json::json;
use tiexin_domain::Kind;
use uuid::Uuid;

use crate::belonging::{HOME, book, put, read};
use crate::book::planned;
use crate::variations::{SCOPE, codes, found};

/// A day that lies before one that only the book knows is refused as a save would; what was wrong before is no obstacle.
#[test]
fn what_a_row_fills_is_asked_what_a_save_is() {
    let mut book = book();
    let file = json!({"household": HOME, "head_name": "李桂兰", "code": "3403231000902", "category": "death",
        "status": "closed", "opened_on": "2020-01-05"});
    put(&mut book, 4, Kind::SupportFile, file);
    let head = ["户主", "信息编码", "家庭类别", "结档日期"];
    for (closed, told) in [("2019-03-01", vec![found(2, "date_invalid")]), ("2021-03-01", vec![])] {
        let row = ["李桂兰", "3403231000902", "死亡", closed];
        let plan = read(&book, "support_file", &[&head, &row]);
        assert_eq!((plan.rows.filled, codes(&plan)), (usize::from(told.is_empty()), told), "{closed}");
        assert_eq!(plan.changes.len(), plan.rows.filled);
    }
}

/// What a save at a desk would refuse. A ledger tells what was: it waits for what the province would keep apart only.
#[test]
fn a_row_of_a_list_is_held_to_the_rules_beside_others() {
    let mut book = book();
    let home = Uuid::from_u128(5);
    let file = json!({"household": home, "category": "death", "preference": "declined"});
    put(&mut book, 6, Kind::SupportFile, file);
    let pairing =
        json!({"household": home, "head_name": "赵有田", "by_name": "爱心超市", "from": "2026-01-01"});
    put(&mut book, 7, Kind::Pairing, pairing);
    put(&mut book, 8, Kind::Organisation, json!({"name": "孟庄社区计生协"}));
    let post = json!({"name": "王前", "post": "president", "organisation": Uuid::from_u128(8),
        "organisation_name": "孟庄社区计生协", "staffing": "part_time", "from": "2025-01-01"});
    put(&mut book, 9, Kind::Post, post);
    let lists: [(&str, &[&str], &[&str], &str); 3] = [
        (
            "visit",
            &["户主", "走访日期", "走访类型", "见面情况", "走访人"],
            &["赵有田", "2026-10-05", "日常走访", "在家", "周明"],
            "reason_missing",
        ),
        (
            "pairing",
            &["户主", "结对人", "从哪天起", "到哪天止"],
            &["赵有田", "爱心超市", "2026-06-01", "2026-08-01"],
            "pairing_twice",
        ),
        // Who holds a post is of no family, and the organisation is what both name.
        (
            "post",
            &["姓名", "岗位", "所属组织", "人员性质", "任职时间", "所在地"],
            &["周后", "会长", "孟庄社区计生协", "兼职", "2026-01-01", "孟庄社区"],
            "post_twice",
        ),
    ];
    for (kind, head, row, code) in lists {
        let plan = read(&book, kind, &[head, row]);
        assert_eq!((plan.rows.new, codes(&plan)), (0, vec![found(2, code)]), "{kind}");
    }
    let ledger = "日期,户主,走访类型,走访人\n2026-10-05,赵有田,日常,周明\n";
    let plan = planned(&book, SCOPE, ledger.as_bytes(), "走访.csv");
    assert_eq!((plan.rows.new, plan.rows.refused), (1, 0), "{:?}", plan.findings);
}
