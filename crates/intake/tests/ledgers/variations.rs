//! The same ledgers as other offices keep them.

use rust_xlsxwriter::{Format, Workbook as Writer, Worksheet};
use serde_json::json;
use tiexin_domain::{Fields, Kind};
use tiexin_intake::{LedgerKind, LedgerPlan};

use crate::book::{Book, fixture, planned, text};

pub(crate) const SCOPE: &str = "340323100";

type Fill<'a> = &'a dyn Fn(&mut Worksheet);

pub(crate) fn xlsx(sheets: &[(&str, Fill<'_>)]) -> Vec<u8> {
    let mut writer = Writer::new();
    for (name, fill) in sheets {
        fill(writer.add_worksheet().set_name(*name).unwrap());
    }
    writer.save_to_buffer().unwrap()
}

/// Texts from a row (from 0) on; empty ones leave the cell out.
pub(crate) fn texts(sheet: &mut Worksheet, first: u32, rows: &[&[&str]]) {
    for (down, row) in rows.iter().enumerate() {
        for (right, text) in row.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
            sheet.write_string(first + down as u32, right as u16, *text).unwrap();
        }
    }
}

pub(crate) fn codes(plan: &LedgerPlan) -> Vec<(u32, String)> {
    plan.findings.iter().map(|f| (f.row, f.code.as_str().to_owned())).collect()
}

pub(crate) fn found(row: u32, code: &str) -> (u32, String) {
    (row, code.to_owned())
}

pub(crate) fn of(plan: &LedgerPlan, kind: Kind) -> Vec<&Fields> {
    plan.groups
        .iter()
        .flat_map(|g| &g.records)
        .filter(|r| r.kind == kind)
        .map(|r| r.fields.as_ref())
        .collect()
}

fn families_in(bytes: &[u8], name: &str) -> LedgerPlan {
    planned(&Book::default(), SCOPE, bytes, name)
}

/// A book with the families of the sample township.
pub(crate) fn township() -> Book {
    let mut book = Book::default();
    let plan = families_in(&fixture("guyang-2026-10/special-families.xlsx"), "special-families.xlsx");
    book.write(&plan);
    book
}

#[test]
fn one_level_heads_in_another_order_with_other_words() {
    let bytes = xlsx(&[("Sheet1", &|s| {
        texts(
            s,
            0,
            &[
                &[
                    "联系方式",
                    "母亲公民身份号码",
                    "母亲姓名",
                    "父亲公民身份号码",
                    "父亲姓名",
                    "失独时间",
                    "类型",
                    "档案编号",
                    "所在村居",
                    "民族",
                    "双岗联系人（镇）",
                    "双岗联系人（村）",
                ],
                &[
                    "１９９００００２５８０",
                    "340399196512210428",
                    "白　梅霞",
                    "３４０３９９１９７３０９１６６４５４",
                    "熊国学",
                    "２０１３年８月２１日",
                    "失独家庭",
                    "３４０３２３１０００００１",
                    "东关社区",
                    "汉",
                    "龙建",
                    "刘素月",
                ],
                &[
                    "199 0000 1655",
                    "",
                    "",
                    "34039919501021203x",
                    "廖长",
                    "2005.4",
                    "独生子女残疾",
                    "3403231000002",
                    "谷阳镇孟庄社区居委会",
                    "回",
                    "李国庆",
                    "",
                ],
            ],
        );
        s.write_number(2, 1, 340_399_194_807_259_449_f64).unwrap();
        s.write_string(2, 2, "龚华桂").unwrap();
        texts(
            s,
            3,
            &[&[
                "12345",
                "",
                "",
                "",
                "谭学",
                "2003-02-15",
                "死亡",
                "3403231000004",
                "曹庄",
                "汉",
                "丁田田",
                "万云",
            ]],
        );
        s.write_number(3, 3, 340_399_590_622_495_f64).unwrap();
    })]);
    let plan = families_in(&bytes, "x.xlsx");
    assert_eq!(plan.kind, Some(LedgerKind::SpecialFamilies));
    assert_eq!((plan.data_rows, plan.rows.taken(), plan.rows.refused), (3, 2, 1));
    assert!(codes(&plan).contains(&found(3, "id_lost_digits")));
    let fourth: Vec<_> = codes(&plan).into_iter().filter(|(row, _)| *row == 4).collect();
    assert_eq!(fourth, [found(4, "id_upgraded"), found(4, "phone_invalid")]);
    let files = of(&plan, Kind::SupportFile);
    assert_eq!(files[0]["code"], "3403231000001");
    assert_eq!(files[0]["phone"], "19900002580");
    assert_eq!(files[0]["loss_date"], "2013-08-21");
    assert_eq!(files[0]["region"], "340323100001");
    assert_eq!(files[0]["category"], "death");
    assert_eq!(files[0]["notes"], "民族：汉");
    assert_eq!(files[1]["region"], "340323100003");
    assert_eq!(files[1]["notes"], "民族：汉；联系方式：12345");
    let persons = of(&plan, Kind::Person);
    assert_eq!(persons[0]["id_number"], "340399197309166454");
    assert_eq!(persons[1]["name"], "白梅霞");
    assert_eq!(persons[2]["id_number"], "340399195906224959");
}

#[test]
fn three_levels_totals_and_heads_in_between() {
    let format = Format::new();
    let bytes = xlsx(&[("台账", &|s| {
        s.merge_range(0, 0, 0, 9, "固镇县谷阳镇", &format).unwrap();
        s.merge_range(1, 0, 1, 9, "计划生育特殊家庭帮扶台账", &format).unwrap();
        texts(s, 2, &[&["填报单位：谷阳镇", "", "", "", "填报日期：2026.10.30"]]);
        let head = |s: &mut Worksheet, at: u32| {
            s.merge_range(at, 0, at + 2, 0, "序号", &format).unwrap();
            s.merge_range(at, 1, at + 2, 1, "村\n(社区)", &format).unwrap();
            s.merge_range(at, 2, at, 7, "家庭基本情况", &format).unwrap();
            s.merge_range(at + 1, 2, at + 1, 3, "丈夫", &format).unwrap();
            s.merge_range(at + 1, 4, at + 1, 5, "妻子", &format).unwrap();
            s.merge_range(at + 1, 6, at + 1, 7, "子女", &format).unwrap();
            texts(s, at + 2, &[&["", "", "姓名", "身份证号码", "姓名", "身份证号码", "姓名", "伤残时间"]]);
            s.merge_range(at, 8, at + 2, 8, "家庭类别", &format).unwrap();
            s.merge_range(at, 9, at + 2, 9, "联系电话", &format).unwrap();
        };
        head(s, 3);
        texts(
            s,
            6,
            &[
                &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"],
                &[
                    "1",
                    "",
                    "熊国学",
                    "340399197309166454",
                    "白梅霞",
                    "340399196512210428",
                    "傅萍",
                    "2013年8月",
                    "伤残",
                    "19900002580",
                ],
                &["2", "", "廖长", "340399195010212031", "", "", "", "2005-04-23", "死亡", "无"],
                &["", "小计", "2户"],
            ],
        );
        s.merge_range(7, 1, 8, 1, "东关社区居民委员会", &format).unwrap();
        head(s, 11);
        texts(
            s,
            14,
            &[
                &["3", "", "谭学", "340399194808127173", "", "", "", "2003-02-15", "死亡", ""],
                &["合  计", "", "3"],
                &["备注：本表一式两份，由村专干如实填写并签字。"],
                &["单位负责人：张三", "", "", "审核人：李四", "", "填表人：王五"],
            ],
        );
    })]);
    let plan = families_in(&bytes, "x.xlsx");
    assert_eq!((plan.data_rows, plan.rows.taken(), plan.rows.refused), (3, 2, 1));
    assert_eq!(codes(&plan), [found(8, "date_partial"), found(15, "region_unknown")]);
    assert_eq!(plan.sheets[0].head_rows, (4, 6));
    assert_eq!(plan.findings[0].column, "家庭基本情况>子女>伤残时间");
    assert_eq!((plan.findings[0].letter.as_str(), plan.findings[0].value.as_str()), ("H", "2013年8月"));
    let files = of(&plan, Kind::SupportFile);
    assert_eq!((&files[0]["child_name"], &files[0]["loss_date"]), (&json!("傅萍"), &json!("2013-08")));
    assert_eq!(files[1]["region"], "340323100001");
}

#[test]
fn csv_with_two_levels_blank_lines_and_line_breaks() {
    let csv = "\u{feff}固镇县谷阳镇计划生育特殊家庭台账,,,,,,\r\n\r\n\
        村居,男方,,女方,,家庭类型,\"失独/\n伤残时间\"\r\n\
        ,姓名,身份证号,姓名,身份证号,,\r\n\
        东关社区,熊国学,340399197309166454,白梅霞,340399196512210428,伤残,2013/8/21\r\n\
        \r\n\
        东关社区,廖长,\"340399195010\n212031\",龚华桂,340399194807259449,死亡,2005年\r\n";
    let plan = families_in(csv.as_bytes(), "x.csv");
    assert_eq!((plan.data_rows, plan.rows.taken()), (2, 2));
    assert_eq!(codes(&plan), [found(7, "date_partial")]);
    assert_eq!(plan.findings[0].sheet, None);
    let persons = of(&plan, Kind::Person);
    assert_eq!(persons[2]["id_number"], "340399195010212031");
    assert_eq!(persons[3]["relation"], "spouse");
}

#[test]
fn merged_villages_fill_their_own_rows_only() {
    let format = Format::new();
    let bytes = xlsx(&[("台账", &|s| {
        texts(
            s,
            4,
            &[
                &["村", "户主", "身份证号", "家庭类别", "配偶姓名", "配偶身份证号"],
                &["", "熊国学", "340399197309166454", "伤残"],
                &["", "余英爱", "340399195012103269", "死亡"],
                &["", "谭学", "340399194808127173", "死亡"],
            ],
        );
        s.merge_range(5, 0, 6, 0, "东关社区", &format).unwrap();
    })]);
    let plan = families_in(&bytes, "x.xlsx");
    assert_eq!(codes(&plan), [found(8, "region_unknown")]);
    let persons = of(&plan, Kind::Person);
    // 户主 says nothing of the sex: the number does.
    assert_eq!((&persons[1]["name"], &persons[1]["sex"]), (&json!("余英爱"), &json!("female")));
}

#[test]
fn visits_of_all_villages_on_one_sheet() {
    let book = township();
    let bytes = xlsx(&[("走访", &|s| {
        texts(
            s,
            0,
            &[
                &[
                    "走访人员",
                    "村（社区）",
                    "走访对象",
                    "走访时间",
                    "走访类别",
                    "见面对象",
                    "慰问金",
                    "档案号",
                    "慰问物资",
                    "天气",
                    "内容",
                ],
                &[
                    "康梅 李华",
                    "东关社区",
                    "余喆",
                    "3日",
                    "中秋节走访",
                    "夫妻",
                    "３００元",
                    "",
                    "米面油",
                    "晴",
                    "聊了一小时",
                ],
                &["康梅", "东关社区", "余喆", "10月4号", "住院看望", "洪凤玉（妻）", "", "3403231000006"],
                &["康梅", "孟庄社区", "余喆", "10.5", "日常"],
                &["康梅", "没有村", "余喆", "10.5", "日常"],
                &["康梅", "", "余喆", "10.5", "日常"],
                &["康梅", "", "廖长", "10.5", "日常", "", "", "3403231000006"],
                &["康梅", "", "余喆", "10月", "日常"],
                &["康梅", "", "余喆", "10.5", "日常", "", "一箱牛奶"],
                &["", "", "余喆", "10.5", "日常"],
                &["康梅", "", "余喆", "10.5", "日常"],
            ],
        );
    })]);
    let plan = planned(&book, SCOPE, &bytes, "services-2026-10.xlsx");
    assert_eq!(
        codes(&plan),
        [
            found(4, "household_unknown"),
            found(5, "region_unknown"),
            found(7, "household_unknown"),
            found(8, "date_invalid"),
            found(9, "number_invalid"),
            found(10, "visitor_missing"),
            found(11, "duplicate_in_file"),
        ]
    );
    let visits = of(&plan, Kind::Visit);
    assert_eq!(visits.len(), 3);
    assert_eq!(visits[0]["date"], "2026-10-03");
    assert_eq!((&visits[0]["kind"], &visits[0]["festival"]), (&json!("festival"), &json!("中秋")));
    assert_eq!(visits[0]["visitors"], json!(["康梅", "李华"]));
    assert_eq!(visits[0]["met"].as_array().unwrap().len(), 2);
    assert_eq!(visits[0]["gifts"], json!([{"item": "慰问金", "amount": "300.00"}, {"item": "米面油"}]));
    assert_eq!(visits[0]["note"], "聊了一小时\n天气：晴");
    assert_eq!((&visits[1]["kind"], &visits[1]["presence"]), (&json!("hospital"), &json!("in_hospital")));
    assert!(visits[1]["met"][0]["person"].is_string());
    // A row that was copied is told, not booked twice; imported again neither adds anything.
    let mut book = book;
    book.write(&plan);
    let again = planned(&book, SCOPE, &bytes, "services-2026-10.xlsx");
    assert_eq!((again.groups.len(), again.rows.unchanged), (0, 3));
}

#[test]
fn dates_without_a_year_and_without_a_title_look_back() {
    let csv = "日期,户主,走访类型,走访人\n12月30日,余喆,日常,康梅\n10.30,余喆,日常,康梅\n";
    let plan = planned(&township(), SCOPE, csv.as_bytes(), "走访.csv");
    let dates: Vec<_> = of(&plan, Kind::Visit).iter().map(|v| text(v, "date")).collect();
    assert_eq!(dates, ["2025-12-30", "2026-10-30"]);
}

#[test]
fn several_tables_on_a_sheet_each_under_its_village() {
    let csv = "2026年10月东关社区走访记录\n日期,户主,走访类型,走访人\n10.5,余喆,日常,康梅\n\n\
        2026年9月孟庄社区走访记录\n日期,户主,走访类型,走访人\n9.6,白学,生日,徐兰\n10.7,余喆,日常,徐兰\n";
    let plan = planned(&township(), SCOPE, csv.as_bytes(), "走访.csv");
    assert_eq!(
        (plan.data_rows, codes(&plan)),
        (3, vec![found(8, "date_outside_month"), found(8, "household_unknown")])
    );
    assert_eq!(of(&plan, Kind::Visit)[1]["date"], "2026-09-06");
}
