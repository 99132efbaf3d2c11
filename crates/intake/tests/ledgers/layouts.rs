//! Tables in other layouts, and what is told once or of whom: read right, or named for what they are.

use tiexin_domain::Kind;
use tiexin_intake::NoticeCode;

use crate::book::{Book, fixture, open, planned, text};
use crate::variations::{SCOPE, codes, found, of, texts, township, xlsx};

const VISITS: &[&str] = &["日期", "户主", "走访类型", "走访人", "慰问金额（元）"];

#[test]
fn titles_of_two_years_are_told_with_what_each_says() {
    let bytes = xlsx(&[("东关社区", &|s| {
        texts(s, 0, &[&["2025年10月走访记录"], VISITS, &["10.5", "余喆", "日常", "康梅"]])
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "走访2026-10.xlsx");
    assert_eq!(codes(&plan), [found(3, "date_unclear")]);
    let hint = &plan.findings[0].hint;
    assert!(hint.contains("标题“2025年10月走访记录”写的是 2025 年"), "{hint}");
    assert!(hint.contains("文件名“走访2026-10.xlsx”写的是 2026 年"), "{hint}");
}

/// A row that waits is no use to anybody who does not know whose it is.
#[test]
fn a_finding_says_whose_row_it_is() {
    let head: &[&str] = &["日期", "信息编码", "走访类型", "走访人"];
    let bytes = xlsx(&[("东关社区", &|s| {
        texts(s, 0, &[&["2026年10月走访记录"], VISITS, &["10.5", "余喆", "什么", "康梅"]])
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "走访.xlsx");
    assert_eq!(plan.findings[0].who.as_deref(), Some("余喆"));
    let book = township();
    let code = book.of(Kind::SupportFile).find_map(|(_, f)| Some(text(f, "code")).filter(|c| !c.is_empty()));
    let code = code.expect("a family with a code");
    let bytes = xlsx(&[("东关社区", &|s| {
        texts(s, 0, &[&["2026年10月走访记录"], head, &["10.5", &code, "什么", "康梅"]])
    })]);
    let plan = planned(&book, SCOPE, &bytes, "走访.xlsx");
    assert!(plan.findings[0].who.as_ref().is_some_and(|who| !who.is_empty()), "{:?}", plan.findings);
}

#[test]
fn a_date_in_three_columns_and_a_second_time_in_the_row_are_read() {
    let bytes = xlsx(&[("东关社区", &|s| {
        let rows: [&[&str]; 4] = [
            &["走访记录"],
            &["年", "月", "日", "户主", "走访类型", "走访人"],
            &["2026", "10", "5", "余喆", "日常", "康梅"],
            &["", "", "8", "熊国学", "日常", "康梅"],
        ];
        texts(s, 0, &rows)
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "走访.xlsx");
    let days: Vec<String> = of(&plan, Kind::Visit).iter().map(|v| text(v, "date")).collect();
    assert_eq!((days, codes(&plan)), (vec!["2026-10-05".into(), "2026-10-08".into()], vec![]));
    let bytes = xlsx(&[("东关社区", &|s| {
        let rows: [&[&str]; 4] = [
            &["2026年10月走访记录"],
            &["户主", "走访类型", "第一次走访时间", "第一次走访人", "第二次走访时间", "第二次走访人"],
            &["余喆", "日常", "10.5", "康梅", "10.20", "李华"],
            &["熊国学", "日常", "10.6", "康梅", "", ""],
        ];
        texts(s, 0, &rows)
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "走访.xlsx");
    let mut visits: Vec<(String, String)> =
        of(&plan, Kind::Visit).iter().map(|v| (text(v, "date"), v["visitors"][0].to_string())).collect();
    visits.sort();
    let visit = |day: &str, who: &str| (day.to_owned(), format!("\"{who}\""));
    let wanted = [visit("2026-10-05", "康梅"), visit("2026-10-06", "康梅"), visit("2026-10-20", "李华")];
    assert_eq!(visits, wanted, "{:?}", plan.findings);
}

#[test]
fn ticks_under_kinds_of_members_are_read() {
    let bytes = xlsx(&[("会员", &|s| {
        let rows: [&[&str]; 4] = [
            &["姓名", "村居", "会员类型", "", "服务对象", ""],
            &["", "", "个体会员", "流动人口", "青少年", "留守老人"],
            &["张三", "东关社区", "√", "", "√", ""],
            &["李四", "东关社区", "√", "√", "", "√"],
        ];
        texts(s, 0, &rows)
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "会员.xlsx");
    let members = of(&plan, Kind::Member);
    let said: Vec<(String, String, String)> = members
        .iter()
        .map(|m| (text(m, "structure"), text(m, "residence"), m["tags"][0].to_string()))
        .collect();
    assert_eq!(said[0], ("individual".into(), String::new(), "\"youth\"".into()), "{members:?}");
    assert_eq!(said[1].1, "floating");
    assert!(!members.iter().any(|m| m.contains_key("notes")), "{members:?}");
}

#[test]
fn figures_beside_a_table_are_no_remarks_of_its_rows() {
    let bytes = xlsx(&[("东关社区", &|s| {
        let rows: [&[&str]; 4] = [
            &["2026年10月走访记录"],
            &["日期", "户主", "走访类型", "走访人", "", "本月统计", "户数"],
            &["10.5", "余喆", "日常", "康梅", "", "日常走访", "2"],
            &["10.6", "熊国学", "日常", "康梅", "", "节日看望", "0"],
        ];
        texts(s, 0, &rows)
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "走访.xlsx");
    assert_eq!(plan.rows.new, 2);
    assert!(of(&plan, Kind::Visit).iter().all(|visit| text(visit, "note").is_empty()));
    let beside = plan.notices.iter().find(|notice| notice.code == NoticeCode::BesideTable);
    assert!(beside.is_some_and(|notice| notice.hint.contains("F–G")), "{:?}", plan.notices);
}

#[test]
fn a_list_by_months_and_a_card_are_named_for_what_they_are() {
    let months = xlsx(&[("走访", &|s| {
        let head: &[&str] = &["户主", "1月", "2月", "3月", "4月", "5月", "6月", "7月"];
        texts(s, 0, &[&["2026年走访情况"], head, &["余喆", "√", "", "√", "", "", "", ""]])
    })]);
    let plan = planned(&township(), SCOPE, &months, "走访.xlsx");
    assert!(plan.refusal().unwrap().message.contains("一个月一列"), "{:?}", plan.notices);
    let card = xlsx(&[("余喆", &|s| {
        let rows: [&[&str]; 5] = [
            &["家庭登记卡"],
            &["户主姓名", "余喆"],
            &["联系电话", "19900002580"],
            &["家庭住址", "东关社区"],
            &["信息编码", "3403231000001"],
        ];
        texts(s, 0, &rows)
    })]);
    let plan = planned(&township(), SCOPE, &card, "余喆.xlsx");
    assert!(plan.refusal().unwrap().message.contains("登记卡"), "{:?}", plan.notices);
}

/// Services imported before the families: one sentence, and every row still waits.
#[test]
fn that_the_book_has_no_families_yet_is_told_once() {
    let bytes = fixture("guyang-2026-10/services-2026-10.xlsx");
    let plan = planned(&Book::default(), SCOPE, &bytes, "services.xlsx");
    let told = plan.notices.iter().filter(|notice| notice.code == NoticeCode::FamiliesMissing).count();
    assert!((1..=12).contains(&told), "once a sheet: {told}");
    assert_eq!((plan.rows.taken(), plan.rows.refused), (0, plan.data_rows));
    let findings = plan.findings.iter().filter(|f| f.code.as_str() == "household_unknown").count();
    assert!(findings < 20, "{findings} of {}", plan.data_rows);
    let copy = tiexin_intake::marked_copy(&open(&bytes, "services.xlsx"), &plan, false).unwrap();
    let copy = open(&copy, "标注.xlsx");
    let said = copy.sheets.iter().flat_map(|s| &s.rows).flat_map(|r| &r.cells);
    assert_eq!(said.filter(|cell| cell.shown().starts_with("不能导入")).count(), plan.data_rows);
}
