//! Ways of writing that wrong a figure where they are not known: each told or read right.

use rust_xlsxwriter::{Format, Workbook as Writer};
use serde_json::json;
use tiexin_domain::Kind;
use tiexin_intake::NoticeCode;

use crate::book::{Book, planned, text};
use crate::variations::{SCOPE, codes, found, of, texts, township, xlsx};

pub(crate) const VISITS: &[&str] = &["日期", "户主", "走访类型", "走访人", "慰问金额（元）"];

#[test]
fn units_of_heads_captions_and_cells() {
    for (caption, head, cell, amount) in [
        ("", "慰问金额（万元）", "0.05", Some("500.00")),
        ("单位：千元", "慰问金额", "0.5", Some("500.00")),
        ("单位：万元", "慰问金额（元）", "500", Some("500.00")),
        ("", "慰问金额", "0.05万", Some("500.00")),
        ("单位：万元", "慰问金额", "500", None),
    ] {
        let bytes = xlsx(&[("东关社区", &|s| {
            let rows: [&[&str]; 4] = [
                &["2026年10月走访记录"],
                &[caption],
                &["日期", "户主", "走访类型", "走访人", head],
                &["10.5", "余喆", "日常", "康梅", cell],
            ];
            texts(s, 0, &rows)
        })]);
        let plan = planned(&township(), SCOPE, &bytes, "走访.xlsx");
        match amount {
            Some(amount) => {
                assert_eq!(of(&plan, Kind::Visit)[0]["gifts"][0]["amount"], amount, "{caption}{head}")
            }
            None => assert_eq!(codes(&plan), [found(4, "unit_unclear")]),
        }
    }
}

#[test]
fn an_amount_merged_over_rows_is_booked_once_and_told() {
    let mut writer = Writer::new();
    let sheet = writer.add_worksheet().set_name("东关社区").unwrap();
    let rows: [&[&str]; 4] = [
        &["2026年10月走访记录"],
        VISITS,
        &["10.5", "余喆", "节日", "康梅"],
        &["10.5", "熊国学", "节日", "康梅"],
    ];
    texts(sheet, 0, &rows);
    sheet.merge_range(2, 4, 3, 4, "600", &Format::new()).unwrap();
    let plan = planned(&township(), SCOPE, &writer.save_to_buffer().unwrap(), "走访.xlsx");
    let gifts: Vec<usize> = of(&plan, Kind::Visit)
        .iter()
        .map(|v| v.get("gifts").map_or(0, |g| g.as_array().unwrap().len()))
        .collect();
    assert_eq!(
        (gifts, codes(&plan)),
        (vec![1, 0], vec![found(3, "amount_merged"), found(4, "amount_merged")])
    );
}

#[test]
fn marks_for_as_above() {
    let bytes = xlsx(&[("走访", &|s| {
        texts(
            s,
            0,
            &[
                &["2026年10月走访记录"],
                &["日期", "村", "户主", "走访类型", "走访人", "慰问金额"],
                &["10.5", "东关社区", "余喆", "节日", "康梅、李华", "300"],
                &["〃", "同上", "熊国学", "″", "同上", "同上"],
            ],
        )
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "走访.xlsx");
    let visits = of(&plan, Kind::Visit);
    assert_eq!((&visits[1]["date"], &visits[1]["kind"]), (&json!("2026-10-05"), &json!("festival")));
    assert_eq!((&visits[1]["visitors"], &visits[1]["gifts"]), (&visits[0]["visitors"], &visits[0]["gifts"]));
    // An amount is told, everything else cannot be read in two ways.
    assert_eq!(codes(&plan), [found(4, "amount_above")]);
    let csv = "姓名,身份证号,村,会员类型\n樊志军,340399197601011214,东关社区,个体会员\n同上,,同上,个体会员\n";
    let plan = planned(&Book::default(), SCOPE, csv.as_bytes(), "会员.csv");
    assert!(codes(&plan).contains(&found(3, "ditto_unclear")) && plan.rows.refused == 1);
}

#[test]
fn a_village_named_once_for_its_rows() {
    let head = "姓名,身份证号,村,会员类型\n";
    let custom =
        format!("{head}樊志军,340399197601011214,东关社区,个体会员\n甲一,,,个体会员\n乙二,,,个体会员\n");
    let plan = planned(&Book::default(), SCOPE, custom.as_bytes(), "会员.csv");
    let villages: Vec<String> = of(&plan, Kind::Member).iter().map(|m| text(m, "region")).collect();
    assert_eq!(villages, ["340323100001"; 3]);
    assert_eq!(plan.notices[0].code, NoticeCode::VillageAbove);
    assert!(plan.findings.iter().all(|f| f.code.as_str() != "village_above"));
    // One blank among many is told on its row.
    let many: String = (0..9).map(|n| format!("甲{n}乙,,东关社区,个体会员\n")).collect();
    let plan =
        planned(&Book::default(), SCOPE, format!("{head}{many}丙三,,,个体会员\n").as_bytes(), "会员.csv");
    assert!(codes(&plan).contains(&found(11, "village_above")));
}

#[test]
fn a_family_on_two_rows_is_one_family() {
    for (head, rows) in [
        (
            "村,信息编码,类别,姓名,身份证号,与户主关系",
            ["东关社区,3403231000901,死亡,熊国学,340399197309166454,户主", ",,,白梅霞,340399196512210428,妻"],
        ),
        (
            "村,信息编码,类别,姓名,身份证号,失独时间",
            [
                "东关社区,3403231000901,死亡,熊国学,340399197309166454,2013.8.21",
                ",,,白梅霞,340399196512210428,",
            ],
        ),
        (
            "村,信息编码,类别,姓名,身份证号,失独时间",
            [
                "东关社区,3403231000901,死亡,熊国学,340399197309166454,2013.8.21",
                "东关社区,3403231000901,死亡,白梅霞,340399196512210428,2013.8.21",
            ],
        ),
    ] {
        let csv = format!("{head}\n{}\n", rows.join("\n"));
        let plan = planned(&Book::default(), SCOPE, csv.as_bytes(), "特殊家庭.csv");
        let kinds = |kind| of(&plan, kind).len();
        assert_eq!(
            (kinds(Kind::Household), kinds(Kind::Person), plan.rows.refused),
            (1, 2, 0),
            "{csv}{:?}",
            plan.findings
        );
    }
}

#[test]
fn one_cell_with_two_people() {
    let csv = "村,信息编码,类别,户主姓名,身份证号\n东关社区,3403231000901,死亡,熊国学、白梅霞,340399197309166454、340399196512210428\n";
    let plan = planned(&Book::default(), SCOPE, csv.as_bytes(), "特殊家庭.csv");
    assert_eq!((of(&plan, Kind::Person).len(), codes(&plan)), (2, vec![found(2, "second_person")]));
    let csv = "姓名,身份证号,村,会员类型\n樊志军、樊志强,,东关社区,个体会员\n";
    let plan = planned(&Book::default(), SCOPE, csv.as_bytes(), "会员.csv");
    assert!(codes(&plan).contains(&found(2, "name_unclear")));
}

#[test]
fn who_has_died_keeps_the_plain_name() {
    let csv = "村,信息编码,类别,男方姓名,男方身份证,女方姓名,女方身份证\n东关社区,3403231000901,死亡,熊国学（已故）,340399197309166454,白梅霞(2020年3月去世),340399196512210428\n";
    let plan = planned(&Book::default(), SCOPE, csv.as_bytes(), "特殊家庭.csv");
    let people = of(&plan, Kind::Person);
    assert_eq!((text(people[0], "name"), &people[0]["deceased"]), ("熊国学".into(), &json!(true)));
    assert_eq!(people[1]["died_on"], "2020-03");
    assert_eq!(codes(&plan), [found(2, "died_when")]);
}

#[test]
fn our_own_marked_copy_comes_back() {
    let bytes = xlsx(&[("活动", &|s| {
        texts(
            s,
            0,
            &[
                &["活动名称", "项目", "开始时间", "参加人数", "导入结果"],
                &["宣传日", "宣传教育", "2026-10-12 09:00", "35", "已导入"],
            ],
        )
    })]);
    let plan = planned(&Book::default(), SCOPE, &bytes, "活动.xlsx");
    assert_eq!((plan.rows.new, of(&plan, Kind::Activity)[0].get("summary")), (1, None));
}

/// Of a ledger as of a list.
#[test]
fn a_claim_of_somebody_of_another_family_is_told() {
    let claim = |insured: &str| {
        let rows: &[&[&str]] = &[
            &["理赔日期", "户主", "被保险人", "住院天数", "理赔金额"],
            &["2026-10-08", "余喆", insured, "5", "1200"],
        ];
        let bytes = xlsx(&[("东关社区", &|s| texts(s, 0, rows))]);
        let plan = planned(&township(), SCOPE, &bytes, "保险理赔.xlsx");
        (of(&plan, Kind::InsuranceClaim).len(), codes(&plan).contains(&found(2, "met_other")))
    };
    assert_eq!((claim("余喆"), claim("熊国学")), ((1, false), (1, true)));
}

#[test]
fn several_tables_on_one_sheet_are_each_read() {
    let below = xlsx(&[("东关社区", &|s| {
        texts(
            s,
            0,
            &[
                &["2026年10月走访记录"],
                &["日期", "户主", "走访类型", "走访人"],
                &["10.5", "余喆", "日常", "康梅"],
                &[],
                &["保险理赔"],
                &["理赔日期", "被保险人", "住院天数", "理赔金额"],
                &["2026-10-08", "余喆", "5", "1200"],
                &["活动登记"],
                &["活动名称", "项目", "开始时间", "参加人数"],
                &["宣传日", "宣传教育", "2026-10-12 09:00", "35"],
            ],
        )
    })]);
    let plan = planned(&township(), SCOPE, &below, "10月.xlsx");
    let kinds = [Kind::Visit, Kind::InsuranceClaim, Kind::Activity].map(|kind| of(&plan, kind).len());
    assert_eq!((kinds, plan.rows.refused), ([1, 1, 1], 0), "{:?}", plan.findings);
    assert_eq!(plan.notices[0].code, NoticeCode::SeveralTables);
    let beside = xlsx(&[("东关社区", &|s| {
        texts(
            s,
            0,
            &[
                &["2026年10月走访记录"],
                &["日期", "户主", "走访类型", "走访人", "", "日期", "户主", "走访类型", "走访人"],
                &["10.5", "余喆", "日常", "康梅", "", "10.6", "熊国学", "节日", "李华"],
                &["10.7", "余喆", "节日", "康梅"],
            ],
        )
    })]);
    let plan = planned(&township(), SCOPE, &beside, "10月.xlsx");
    let notes: Vec<bool> = of(&plan, Kind::Visit).iter().map(|v| v.contains_key("note")).collect();
    assert_eq!((notes, plan.rows.new), (vec![false; 3], 3), "{:?}", plan.findings);
}

#[test]
fn rows_that_do_not_count_wait() {
    let bytes = xlsx(&[("东关社区", &|s| {
        texts(
            s,
            0,
            &[
                &["2026年10月走访记录"],
                &["日期", "户主", "走访类型", "走访人", "备注"],
                &["10.5", "余喆", "日常", "康梅", "作废"],
                &["10.6", "余喆", "日常", "康梅", "未走访，家里没人"],
                &["10.7", "余喆", "日常", "康梅", "情绪好"],
                &["承前页"],
                &["", "", "日常", "康梅"],
            ],
        )
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "10月.xlsx");
    assert_eq!(codes(&plan), [found(3, "row_cancelled"), found(4, "row_cancelled")]);
    assert_eq!((plan.rows.new, plan.data_rows), (1, 3));
}

#[test]
fn a_number_of_people_is_no_name() {
    let visits: Vec<&str> = vec!["2人", "余喆等3人", "余喆（男，66岁）", "余喆和洪凤玉", "夫妻俩"];
    let rows: Vec<Vec<&str>> = visits
        .iter()
        .zip(["10.5", "10.6", "10.7", "10.8", "10.9"])
        .map(|(met, day)| vec![day, "余喆", "日常", "康梅", met])
        .collect();
    let bytes = xlsx(&[("东关社区", &|s| {
        texts(s, 0, &[&["2026年10月走访记录"], &["日期", "户主", "走访类型", "走访人", "见面人员"]]);
        for (down, row) in rows.iter().enumerate() {
            texts(s, down as u32 + 2, &[row]);
        }
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "10月.xlsx");
    let met: Vec<usize> = of(&plan, Kind::Visit)
        .iter()
        .map(|v| v.get("met").map_or(0, |met| met.as_array().unwrap().len()))
        .collect();
    assert_eq!(met, [0, 1, 1, 2, 2]);
    assert_eq!(codes(&plan), [found(3, "names_counted"), found(4, "names_counted")]);
}

#[test]
fn the_id_number_of_a_visit_finds_and_checks_the_family() {
    let csv = "日期,户主,身份证号,走访类型,走访人\n2026-10-05,余喆,340399196008070251,日常,康梅\n2026-10-06,余喆,340399197309166454,日常,康梅\n2026-10-07,余喆家,,日常,康梅\n";
    let plan = planned(&township(), SCOPE, csv.as_bytes(), "走访.csv");
    assert_eq!((plan.rows.new, codes(&plan)), (2, vec![found(3, "family_unclear")]));
}

#[test]
fn placeholders_and_closed_files() {
    let csv =
        "村,信息编码,类别,男方姓名,男方身份证,状态\n东关社区3组,3403231000901,死亡,熊国学,办理中,注销\n";
    let plan = planned(&Book::default(), SCOPE, csv.as_bytes(), "特殊家庭.csv");
    assert_eq!(codes(&plan), [found(2, "id_missing"), found(2, "left_when")]);
    assert_eq!(of(&plan, Kind::SupportFile)[0]["status"], "closed");
    let paid = "2026年特扶金发放花名册\n村,姓名,身份证号,类别,发放金额\n东关社区,熊国学,340399197309166454,死亡,590\n";
    let plan = planned(&Book::default(), SCOPE, paid.as_bytes(), "发放.csv");
    assert!(of(&plan, Kind::Household).is_empty());
}

#[test]
fn only_the_day_was_mended() {
    let head = "日期,户主,走访类型,走访人,见面人员,走访情况\n";
    let row = |day: &str| format!("{head}2026-10-{day},余喆,日常,康梅,余喆,送去棉被\n");
    let mut book = township();
    let first = planned(&book, SCOPE, row("10").as_bytes(), "走访.csv");
    book.write(&first);
    let again = planned(&book, SCOPE, row("12").as_bytes(), "走访.csv");
    assert_eq!((again.rows.new, codes(&again)), (1, vec![found(2, "maybe_known")]));
}

#[test]
fn what_a_sheet_does_not_say_is_told_once() {
    let csv = "日期,户主,走访人\n10.5,余喆,康梅\n10.6,熊国学,康梅\n";
    let plan = planned(&township(), SCOPE, csv.as_bytes(), "中秋节慰问.csv");
    assert_eq!(plan.rows.refused, 2, "a file's name is no title");
    let csv = format!("中秋节慰问记录,,\n{csv}");
    let plan = planned(&township(), SCOPE, csv.as_bytes(), "走访.csv");
    let visit = of(&plan, Kind::Visit)[0];
    assert_eq!((&visit["kind"], &visit["festival"]), (&json!("festival"), &json!("中秋")));
    let notices: Vec<NoticeCode> = plan.notices.iter().map(|notice| notice.code).collect();
    assert_eq!(notices, [NoticeCode::YearGuessed, NoticeCode::NobodyMet]);
    assert!(plan.notices[0].hint.contains("2 行"));
}

#[test]
fn a_cell_that_is_struck_in_a_row_that_is_not_is_told() {
    let mut writer = Writer::new();
    let struck = Format::new().set_font_strikethrough();
    let sheet = writer.add_worksheet().set_name("东关社区").unwrap();
    texts(sheet, 0, &[&["2026年10月走访记录"], VISITS, &["10.5", "余喆", "日常", "康梅"]]);
    sheet.write_with_format(2, 4, "300", &struck).unwrap();
    let plan = planned(&township(), SCOPE, &writer.save_to_buffer().unwrap(), "走访.xlsx");
    assert_eq!(codes(&plan), [found(3, "struck")]);
    assert_eq!(plan.findings[0].letter, "E");
    assert_eq!(of(&plan, Kind::Visit)[0]["gifts"][0]["amount"], "300.00");
}

#[test]
fn a_hidden_column_is_read_and_told() {
    let mut writer = Writer::new();
    let sheet = writer.add_worksheet().set_name("东关社区").unwrap();
    texts(sheet, 0, &[&["2026年10月走访记录"], VISITS, &["10.5", "余喆", "日常", "康梅", "300"]]);
    sheet.set_column_hidden(4).unwrap();
    let plan = planned(&township(), SCOPE, &writer.save_to_buffer().unwrap(), "走访.xlsx");
    let told: Vec<NoticeCode> = plan.notices.iter().map(|notice| notice.code).collect();
    assert!(told.contains(&NoticeCode::HiddenColumns), "{told:?}");
    assert_eq!(of(&plan, Kind::Visit)[0]["gifts"][0]["amount"], "300.00");
}

/// A preview writes nothing, and a row that waits is in no book: no hint may say that it was recorded.
#[test]
fn no_hint_says_of_a_row_that_waits_that_it_was_recorded() {
    let bytes = xlsx(&[("东关社区", &|s| {
        let rows: [&[&str]; 4] = [
            &["2026年10月走访记录"],
            VISITS,
            &["2026-09-28", "余喆", "不知道", "康梅"],
            &["2026-09-28", "查无此人", "日常", "康梅"],
        ];
        texts(s, 0, &rows)
    })]);
    let plan = planned(&township(), SCOPE, &bytes, "走访.xlsx");
    assert_eq!(plan.rows.refused, 2);
    let lies = plan.findings.iter().filter(|f| f.hint.contains("已按") || f.hint.contains("已记"));
    assert_eq!(lies.map(|f| &f.hint).collect::<Vec<_>>(), Vec::<&String>::new());
}
