//! Days as offices write them: each read right or told.

use rust_xlsxwriter::{Format, Workbook as Writer};
use tiexin_domain::Kind;
use tiexin_intake::{LedgerPlan, Mapping};

use crate::book::{Book, open, plan_as, planned, text};
use crate::habits::VISITS;
use crate::variations::{SCOPE, codes, found, of, texts, township, xlsx};

#[test]
fn the_year_of_a_document_is_not_the_sheets() {
    let bytes = xlsx(&[("东关社区", &|s| {
        texts(
            s,
            0,
            &[
                &["固卫协〔2025〕17号"],
                &["2026年10月东关社区走访记录"],
                VISITS,
                &["10.5", "余喆", "日常", "康梅"],
            ],
        )
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "走访.xlsx");
    assert_eq!((of(&plan, Kind::Visit)[0]["date"].as_str(), plan.findings.len()), (Some("2026-10-05"), 0));
}

#[test]
fn a_number_that_is_a_day_is_read_as_shown_or_waits() {
    let mut writer = Writer::new();
    let sheet = writer.add_worksheet().set_name("东关社区").unwrap();
    texts(sheet, 0, &[&["2026年10月走访记录"], VISITS]);
    let two = Format::new().set_num_format("0.00");
    for (row, value, format) in [(2, 10.1, Some(&two)), (3, 10.3, None), (4, 10.15, None)] {
        texts(sheet, row, &[&["", "余喆", "日常", ["康梅", "李华", "张三"][row as usize - 2]]]);
        match format {
            Some(format) => sheet.write_number_with_format(row, 0, value, format).unwrap(),
            None => sheet.write_number(row, 0, value).unwrap(),
        };
    }
    let plan = planned(&township(), SCOPE, &writer.save_to_buffer().unwrap(), "走访.xlsx");
    let days: Vec<String> = of(&plan, Kind::Visit).iter().map(|v| text(v, "date")).collect();
    assert_eq!(
        (days, codes(&plan)),
        (vec!["2026-10-10".into(), "2026-10-15".into()], vec![found(4, "date_unclear")])
    );
}

#[test]
fn days_that_cannot_be_are_told() {
    let bytes = xlsx(&[("东关社区", &|s| {
        texts(
            s,
            0,
            &[
                &["2026年10月走访记录"],
                VISITS,
                &["2026-09-28", "余喆", "日常", "康梅"],
                &["2027-10-05", "余喆", "日常", "康梅"],
            ],
        )
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "走访.xlsx");
    assert_eq!(codes(&plan), [found(3, "date_outside_month"), found(4, "date_future")]);
    assert_eq!((plan.rows.new, plan.rows.refused), (1, 1));
}

const AID: &[&str] = &["序号", "村（社区）", "户主", "发放日期", "慰问时节", "发放形式", "金额", "资金来源"];

/// A list of payments below a title, which is merged over so many columns.
fn paid(book: &Book, title: &str, merged: u16, date: &str) -> LedgerPlan {
    let bytes = xlsx(&[("Sheet1", &|s| {
        if merged > 1 {
            s.merge_range(0, 0, 0, merged - 1, title, &Format::new()).unwrap();
        } else {
            texts(s, 0, &[&[title]]);
        }
        texts(s, 1, &[AID, &["1", "东关社区", "余喆", date, "中秋", "现金", "600", "协会"]]);
    })]);
    plan_as(book, (SCOPE, Some("aid_entry")), &Mapping::default(), &open(&bytes, "名单.xlsx"))
}

#[test]
fn the_title_above_any_list_tells_the_year_and_is_no_part_of_its_head() {
    let book = township();
    for merged in [8, 7, 1] {
        for title in ["谷阳镇2025年9月中秋慰问发放表", "2025年9月慰问"] {
            let plan = paid(&book, title, merged, "9月20日");
            let told = format!("{merged} {title}: {:?} {:?}", plan.findings, plan.notices);
            assert_eq!(plan.rows.new, 1, "{told}");
            assert_eq!(of(&plan, Kind::AidEntry)[0]["date"], "2025-09-20", "{told}");
            assert!(plan.notices.is_empty(), "{told}");
            let heads: Vec<&str> = plan.sheets[0].columns.iter().map(|c| c.head.as_str()).collect();
            assert_eq!((plan.sheets[0].head_rows, heads), ((2, 2), AID.to_vec()), "{told}");
        }
    }
    let hours: &[&str] = &["志愿者", "服务日期", "服务时长", "做了什么"];
    let bytes = xlsx(&[("Sheet1", &|s| {
        s.merge_range(0, 0, 0, 3, "谷阳镇2025年9月服务工时登记表", &Format::new()).unwrap();
        texts(s, 1, &[hours, &["康梅", "9月20日", "3小时", "走访"]]);
    })]);
    let workbook = open(&bytes, "工时.xlsx");
    let plan = plan_as(&book, (SCOPE, Some("service_hours")), &Mapping::default(), &workbook);
    assert_eq!(of(&plan, Kind::Hours)[0]["date"], "2025-09-20", "{:?}", plan.findings);
}

#[test]
fn a_day_outside_of_the_titles_month_is_told_in_any_list() {
    let book = township();
    for (date, codes_told) in [("2025-08-15", vec![found(3, "date_outside_month")]), ("9月3日", vec![])] {
        let plan = paid(&book, "谷阳镇2025年9月中秋慰问发放表", 8, date);
        assert_eq!((plan.rows.new, codes(&plan)), (1, codes_told), "{date}");
    }
}

#[test]
fn a_day_that_may_be_lunar_is_never_taken_for_a_solar_one_unsaid() {
    let book = township();
    for date in ["八月十五", "五月初五", "正月初五", "农历八月十五"] {
        let plan = paid(&book, "谷阳镇2025年9月中秋慰问发放表", 8, date);
        assert_eq!((plan.rows.refused, codes(&plan)), (1, vec![found(3, "date_unclear")]), "{date}");
        assert!(plan.findings[0].hint.contains("公历"), "{}", plan.findings[0].hint);
    }
    let plan = paid(&book, "谷阳镇2025年9月中秋慰问发放表", 8, "九月十五日");
    assert_eq!((plan.rows.new, codes(&plan)), (1, vec![found(3, "date_maybe_lunar")]));
    let plan = paid(&book, "谷阳镇2025年9月中秋慰问发放表", 8, "二〇二五年九月十五日");
    assert_eq!((plan.rows.new, codes(&plan)), (1, vec![]));
    assert_eq!(of(&plan, Kind::AidEntry)[0]["date"], "2025-09-15");
}
