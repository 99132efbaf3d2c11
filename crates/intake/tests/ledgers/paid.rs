//! Money that a list tells of, with the number by which the province knows it again.

use rust_xlsxwriter::{Format, Worksheet};
use serde_json::{Value, json};
use tiexin_domain::Kind;
use tiexin_intake::Mapping;
use uuid::Uuid;

use crate::book::{Book, open, plan_as};
use crate::variations::{codes, found, texts, xlsx};

const HOME: Uuid = Uuid::from_u128(1);
const HEADS: &str = "34052419800101001X";
const WIFES: &str = "11010519491231002X";

/// A family whose head has this number.
fn book(number: &str) -> Book {
    let mut book = Book::default();
    let mut put = |id: u128, kind: Kind, mut fields: Value| {
        fields["region"] = json!("340323100001");
        book.records.insert(Uuid::from_u128(id), (kind, fields.as_object().cloned().unwrap()));
    };
    put(1, Kind::Household, json!({"head_name": "李桂兰"}));
    put(
        2,
        Kind::Person,
        json!({"household": HOME, "name": "李桂兰", "relation": "head", "id_number": number}),
    );
    let wife = json!({"household": HOME, "name": "王秀英", "relation": "spouse", "id_number": WIFES});
    put(3, Kind::Person, wife);
    book
}

fn number(book: &Book, rest: &str) -> Value {
    let list = format!(
        "户主,发放日期,发放形式,金额,资金来源,项目,所属年度（期）,给谁\n李桂兰,2026-10-05,现金,500,协会,{rest}\n"
    );
    let workbook = open(list.as_bytes(), "名单.csv");
    let plan = plan_as(book, ("340323100", Some("aid_entry")), &Mapping::default(), &workbook);
    assert_eq!(plan.rows.new, 1, "{:?}", plan.findings);
    plan.groups[0].records[0].fields.get("recipient_number").cloned().unwrap_or_default()
}

#[test]
fn a_payment_has_the_number_of_whom_it_is_for() {
    let family = book(HEADS);
    assert_eq!(number(&family, "困难慰问,2026,"), HEADS);
    assert_eq!(number(&family, "大病慰问,2026,王秀英"), WIFES);
    // A number that is wrong in the book would have the payment refused, and nobody typed it here.
    assert_eq!(number(&book("340524198001010011"), "困难慰问,2026,"), Value::Null);
}

/// An entry is neither changed nor made void: whoever is told to do that can do neither.
#[test]
fn a_list_of_payments_says_to_take_back() {
    let mut book = book(HEADS);
    let read = |book: &Book, day: &str, amount: &str| {
        let list =
            format!("户主,发放日期,慰问时节,发放形式,金额,资金来源\n李桂兰,{day},春节,现金,{amount},协会\n");
        let workbook = open(list.as_bytes(), "名单.csv");
        plan_as(book, ("340323100", Some("aid_entry")), &Mapping::default(), &workbook)
    };
    let first = read(&book, "2026-02-10", "500");
    assert_eq!(first.rows.new, 1, "{:?}", first.findings);
    book.write(&first);
    for (day, amount, code) in
        [("2026-02-12", "500", "maybe_known"), ("2026-02-10", "-200", "number_invalid")]
    {
        let told = read(&book, day, amount);
        let found = told.findings.iter().find(|found| found.code.as_str() == code);
        let hint = &found.unwrap_or_else(|| panic!("{day} {amount}: {:?}", told.findings)).hint;
        assert!(hint.contains("冲正") && !hint.contains("作废") && !hint.contains("更正"), "{hint}");
    }
}

/// 600 over three families may be 200 each or 600 each, and what is taken in wrongly has to be taken back one by one.
#[test]
fn an_amount_merged_over_payments_waits_until_each_is_written() {
    let mut book = book(HEADS);
    for (id, head) in [(4, "赵有田"), (5, "孙立国")] {
        let home = json!({"region": "340323100001", "head_name": head});
        book.records.insert(Uuid::from_u128(id), (Kind::Household, home.as_object().cloned().unwrap()));
    }
    let fill = |sheet: &mut Worksheet| {
        let rows: [&[&str]; 4] = [
            &["村", "户主", "发放日期", "慰问时节", "发放形式", "金额", "资金来源"],
            &["东关社区", "李桂兰", "2026-02-10", "春节", "现金", "", "协会"],
            &["东关社区", "赵有田", "2026-02-10", "春节", "现金", "", "协会"],
            &["东关社区", "孙立国", "2026-02-10", "春节", "现金", "", "协会"],
        ];
        texts(sheet, 0, &rows);
        sheet.merge_range(1, 5, 3, 5, "600", &Format::new()).unwrap();
    };
    let mut workbook = open(&xlsx(&[("慰问", &fill)]), "名单.xlsx");
    let mut left = vec![2, 3, 4];
    for (written, amount) in [(3, "200"), (4, "250.5"), (2, "149.5")] {
        let plan = plan_as(&book, ("340323100", Some("aid_entry")), &Mapping::default(), &workbook);
        let told: Vec<_> = left.iter().map(|row| found(*row, "number_invalid")).collect();
        assert_eq!((plan.rows.new, codes(&plan)), (3 - left.len(), told));
        assert!(workbook.mend(Some("慰问"), written, "F", amount));
        left.retain(|row| *row != written);
    }
    let plan = plan_as(&book, ("340323100", Some("aid_entry")), &Mapping::default(), &workbook);
    let amounts: Vec<&Value> = plan.groups.iter().map(|group| &group.records[0].fields["amount"]).collect();
    assert_eq!(amounts, [&json!("149.50"), &json!("200.00"), &json!("250.50")]);
    // A cell that is emptied again is under the merge again.
    assert!(workbook.mend(Some("慰问"), 3, "F", " "));
    let plan = plan_as(&book, ("340323100", Some("aid_entry")), &Mapping::default(), &workbook);
    assert_eq!((plan.rows.new, codes(&plan)), (2, vec![found(3, "number_invalid")]));
}

/// Two families of one name in two villages.
fn namesakes() -> Book {
    let mut book = book(HEADS);
    for (id, region, head) in
        [(4, "340323100001", "白超"), (5, "340323100002", "白超"), (6, "340323100002", "白强")]
    {
        let home = json!({"region": region, "head_name": head});
        book.records.insert(Uuid::from_u128(id), (Kind::Household, home.as_object().cloned().unwrap()));
    }
    book
}

/// The village of the row above is no proof of whom money was given to.
#[test]
fn money_is_booked_to_neither_of_two_namesakes_by_the_village_of_the_row_above() {
    let list = |village: &str| {
        let rows = format!(
            "孟庄社区,白强,2026-02-10,春节,现金,500,协会\n{village},白超,2026-02-10,春节,现金,500,协会\n"
        );
        let workbook =
            open(format!("村,户主,发放日期,慰问时节,发放形式,金额,资金来源\n{rows}").as_bytes(), "名单.csv");
        plan_as(&namesakes(), ("340323100", Some("aid_entry")), &Mapping::default(), &workbook)
    };
    let blank = list("");
    assert_eq!((blank.rows.new, codes(&blank)), (1, vec![found(3, "household_unknown")]));
    let hint = &blank.findings[0].hint;
    assert!(hint.contains("分不清是哪一户") && hint.contains("请写明村"), "{hint}");
    let said = list("东关社区");
    assert_eq!((said.rows.new, codes(&said)), (2, vec![]));
    assert_eq!(said.groups[1].records[0].fields["household"], json!(Uuid::from_u128(4)));
}

/// What can be mended is taken, and told.
#[test]
fn a_village_of_the_row_above_that_decides_between_namesakes_is_told() {
    let list = "村,户主,调查日期,被调查人,主要需求\n孟庄社区,白强,2026-02-10,白强,就医\n,白超,2026-02-10,白超,就医\n";
    let workbook = open(list.as_bytes(), "名单.csv");
    let plan = plan_as(&namesakes(), ("340323100", Some("need_survey")), &Mapping::default(), &workbook);
    assert_eq!((plan.rows.new, codes(&plan)), (2, vec![found(3, "matched_by_name")]));
    assert_eq!(plan.groups[1].records[0].fields["household"], json!(Uuid::from_u128(5)));
}

/// What nobody wrote is not booked as cash of the association's: it could only be taken back one by one.
#[test]
fn a_list_that_does_not_say_whose_money_it_was_waits() {
    let list = |heads: &str, rest: &str| {
        let text = format!("户主,发放日期,慰问时节,金额{heads}\n李桂兰,2026-02-10,春节,500{rest}\n");
        plan_as(
            &book(HEADS),
            ("340323100", Some("aid_entry")),
            &Mapping::default(),
            &open(text.as_bytes(), "名单.csv"),
        )
    };
    let without = list("", "");
    assert_eq!((without.rows.new, codes(&without)), (0, vec![found(2, "field_missing"); 2]));
    let hints: Vec<&str> = without.findings.iter().map(|found| found.hint.as_str()).collect();
    for said in ["“发放形式”这一列", "“资金来源”这一列", "现金、打卡、实物"] {
        assert!(hints.iter().any(|hint| hint.contains(said)), "{hints:?}");
    }
    let blank = list(",发放形式,资金来源", ",,协会");
    assert_eq!((blank.rows.new, codes(&blank)), (0, vec![found(2, "field_missing")]));
    assert_eq!(list(",发放形式,资金来源", ",打卡,财政").rows.new, 1);
}

/// The sheet of an office: a title, who filled it in and the unit, then heads of its own, and a sum.
#[test]
fn an_offices_own_sheet_of_aid_is_read() {
    let sheet = |amount: &str, sum: &str| {
        let fill = |sheet: &mut Worksheet| {
            sheet.merge_range(0, 0, 0, 7, "谷阳镇2026年困难家庭慰问救助发放表", &Format::new()).unwrap();
            texts(sheet, 1, &[&["填报单位：谷阳镇计生协会", "", "", "", "", "", "", "单位：元"]]);
            let rows: [&[&str]; 3] = [
                &["序号", "户主", "发放时间", "慰问项目", "发放形式", "慰问金额", "资金来源", "领取人签字"],
                &["1", "李桂兰", "10月12日", "困难慰问", "现金", amount, "协会", "李桂兰"],
                &["合计", "", "", "", "", sum, "", ""],
            ];
            texts(sheet, 2, &rows);
        };
        let workbook = open(&xlsx(&[("Sheet1", &fill)]), "慰问.xlsx");
        plan_as(&book(HEADS), ("340323100", Some("aid_entry")), &Mapping::default(), &workbook)
    };
    for (amount, told) in [
        ("500", vec![found(4, "period_of_title")]),
        ("伍佰元", vec![found(4, "period_of_title")]),
        ("500元", vec![found(4, "period_of_title")]),
        ("500元/户", vec![found(4, "amount_each"), found(4, "period_of_title")]),
    ] {
        let plan = sheet(amount, "500");
        assert_eq!((plan.rows.new, codes(&plan)), (1, told), "{amount}");
        let heads: Vec<&str> = plan.sheets[0].columns.iter().map(|column| column.head.as_str()).collect();
        assert_eq!((plan.sheets[0].head_rows, heads[5]), ((3, 3), "慰问金额"), "{heads:?}");
        let fields = &plan.groups[0].records[0].fields;
        let said = ["date", "programme", "period", "amount", "signed_by"].map(|name| fields[name].clone());
        assert_eq!(json!(said), json!(["2026-10-12", "困难慰问", "2026", "500.00", "李桂兰"]), "{amount}");
        assert!(plan.notices.is_empty(), "{amount}: {:?}", plan.notices);
    }
    let other = sheet("500", "1500");
    let told: Vec<&str> = other.notices.iter().map(|notice| notice.code.as_str()).collect();
    assert_eq!(told, ["other_sum"]);
    let hint = &other.notices[0].hint;
    assert!(["第 5 行", "慰问金额", "1500", "加起来是 500"].iter().all(|said| hint.contains(said)), "{hint}");
    assert_eq!(codes(&sheet("500元/人", "500")), [found(4, "number_invalid")]);
}
