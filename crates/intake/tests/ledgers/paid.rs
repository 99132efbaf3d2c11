//! Money that a list tells of, with the number by which the province knows it again.

use serde_json::{Value, json};
use tiexin_domain::Kind;
use tiexin_intake::Mapping;
use uuid::Uuid;

use crate::book::{Book, open, plan_as};

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
        let list = format!(
            "户主,发放日期,慰问时节,发放形式,金额,资金来源\n李桂兰,{day},春节,现金,{amount},协会\n"
        );
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
