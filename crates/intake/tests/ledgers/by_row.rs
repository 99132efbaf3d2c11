//! What one row of a list says decides: of which kind somebody is, on which day, in which village.

use serde_json::json;
use tiexin_domain::Kind;
use tiexin_intake::Mapping;
use uuid::Uuid;

use crate::belonging::{book, made, put, read};
use crate::book::{open, plan_as};
use crate::variations::{SCOPE, codes, found};

/// A volunteer and a member of one name are two people: the row says which of them.
#[test]
fn the_kind_that_a_row_tells_decides_among_people_of_one_name() {
    let mut book = book();
    put(&mut book, 7, Kind::Volunteer, json!({"name": "秦丽", "approval": "approved"}));
    put(&mut book, 8, Kind::Member, json!({"name": "秦丽", "kind": "individual", "residence": "resident"}));
    let head = ["户主", "结对人", "结对方", "结对时间"];
    for (by, id, told) in [
        ("志愿者", Some(7), Vec::new()),
        ("会员", Some(8), Vec::new()),
        ("", None, vec![found(2, "reference_unclear")]),
    ] {
        let plan = read(&book, "pairing", &[&head, &["赵有田", "秦丽", by, "2026-10-05"]]);
        assert_eq!((plan.rows.new, codes(&plan)), (1, told), "{by}");
        let taken = plan.groups[0].records[0].fields.get("by").cloned();
        assert_eq!(taken, id.map(|id| json!(Uuid::from_u128(id))), "{by}");
    }
}

/// One reader of days, whichever kind and file: of a CSV no title tells the year.
#[test]
fn days_of_registers_are_read_as_those_of_what_was_done() {
    let csv = |kind: &str, text: &str| {
        plan_as(&book(), (SCOPE, Some(kind)), &Mapping::default(), &open(text.as_bytes(), "名单.csv"))
    };
    for (day, read) in [("24.3.5", "2024-03-05"), ("10月1日", "2026-10-01"), ("2026年10月1日", "2026-10-01")]
    {
        let plan = csv("pairing", &format!("户主,结对人,从哪天起\n赵有田,老年协会,{day}\n"));
        assert_eq!(made(&plan, "from"), read, "{day}: {:?}", plan.findings);
    }
    let site = |day: &str| {
        let rows = format!("东关社区会员之家,会员之家,东关社区,{day},120平方米,县级,2万元\n");
        csv("site", &format!("名称,类别,所在地,启用时间,面积（平方米）,评定级别,建设经费\n{rows}"))
    };
    let plan = site("24.3.5");
    let said = ["opened", "area_m2", "rated", "cost"].map(|field| made(&plan, field).clone());
    assert_eq!(json!(said), json!(["2024-03-05", 120, "county", "20000.00"]));
    // In which year a house was opened no row tells that does not say it.
    let plan = site("3月5日");
    assert_eq!(codes(&plan), [found(2, "date_invalid")]);
    assert!(plan.findings[0].hint.contains("没有写年份"), "{}", plan.findings[0].hint);
}

/// That a village is none here and that none was written cannot both be.
#[test]
fn a_village_that_is_none_here_is_told_once() {
    let rows: &[&[&str]] =
        &[&["名称", "类别", "所在地", "启用时间"], &["会员之家", "会员之家", "孟庄村", "2020-02-30"]];
    let plan = read(&book(), "site", rows);
    assert_eq!(codes(&plan), [found(2, "date_invalid"), found(2, "region_unknown")]);
    assert!(plan.findings[1].hint.contains("“孟庄社区”"), "{}", plan.findings[1].hint);
}
