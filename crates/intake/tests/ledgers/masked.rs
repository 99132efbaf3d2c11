//! What this program shows masked, exported and read again: it says nothing of the whole number.

use serde_json::json;
use tiexin_domain::Kind;
use tiexin_intake::{Mapping, NoticeCode};
use uuid::Uuid;

use crate::book::{Book, open, plan_as, planned};
use crate::variations::{SCOPE, codes, found, texts, xlsx};

#[test]
fn a_masked_number_changes_nothing_and_is_counted_once() {
    let mut book = Book::default();
    let home =
        json!({"region": "340323100001", "head_name": "李桂兰", "phone": "19000000004", "notes": "独居"});
    book.records.insert(Uuid::from_u128(1), (Kind::Household, home.as_object().cloned().unwrap()));
    let csv = "户主,所在村（社区）,联系电话,另一个电话,备注\n李桂兰,东关社区,190****0004,190****0005,独居\n";
    let plan =
        plan_as(&book, (SCOPE, Some("household")), &Mapping::default(), &open(csv.as_bytes(), "家庭.csv"));
    assert_eq!((plan.rows.unchanged, plan.groups.len()), (1, 0), "{:?}", plan.changes);
    assert!(plan.findings.is_empty(), "{:?}", plan.findings);
    let told: Vec<&str> = plan
        .notices
        .iter()
        .filter(|notice| notice.code == NoticeCode::MaskedCells)
        .map(|notice| notice.hint.as_str())
        .collect();
    assert!(matches!(&told[..], [hint] if hint.contains("2 格")), "{told:?}");
}

#[test]
fn a_masked_number_of_somebody_new_stands_in_no_remark() {
    let csv = "姓名,身份证号,联系电话,村,会员类型\n周明,****************12,190****0004,东关社区,个体会员\n";
    let plan = planned(&Book::default(), SCOPE, csv.as_bytes(), "会员.csv");
    assert_eq!((plan.rows.new, codes(&plan)), (1, Vec::new()));
    let all = format!("{:?}", plan.groups);
    assert!(!all.contains('*'), "{all}");
}

/// A remark is compared sentence by sentence, and each may say a number.
#[test]
fn a_number_in_a_remark_is_a_guess_and_its_end_is_no_answer() {
    let mut book = Book::default();
    let home = json!({"region": "340323100001", "head_name": "李桂兰", "notes": "独居；女儿电话19000000004"});
    book.records.insert(Uuid::from_u128(1), (Kind::Household, home.as_object().cloned().unwrap()));
    for (remark, unchanged, guessed) in [
        ("女儿电话19000000004", 1, 0),
        ("女儿电话19012340004", 0, 1),
        ("电话19012340004；独居", 0, 1),
        ("独居", 1, 0),
        ("0004", 0, 0),
    ] {
        let csv = format!("户主,所在村（社区）,备注\n李桂兰,东关社区,{remark}\n");
        let file = open(csv.as_bytes(), "家庭.csv");
        let plan = plan_as(&book, (SCOPE, Some("household")), &Mapping::default(), &file);
        assert_eq!((plan.rows.unchanged, plan.guesses.len()), (unchanged, guessed), "{remark}");
    }
}

/// The row of a second sheet is compared with the book's as that of the first is.
#[test]
fn a_row_that_repeats_another_guesses_as_much_as_the_first() {
    let mut book = Book::default();
    let mut put = |id: u128, kind: Kind, mut fields: serde_json::Value| {
        fields["region"] = json!("340323100001");
        book.records.insert(Uuid::from_u128(id), (kind, fields.as_object().cloned().unwrap()));
    };
    let home = Uuid::from_u128(1);
    put(1, Kind::Household, json!({"head_name": "李桂兰", "phone": "19000000004"}));
    put(2, Kind::Person, json!({"household": home, "name": "李桂兰"}));
    put(
        3,
        Kind::SupportFile,
        json!({"household": home, "head_name": "李桂兰", "code": "3403231000902", "category": "death"}),
    );
    let head = ["信息编码", "男方姓名", "村居", "家庭类别", "联系电话"];
    let row = |phone| ["3403231000902", "李桂兰", "东关社区", "死亡", phone];
    let sheets = xlsx(&[
        ("Sheet1", &|sheet| texts(sheet, 0, &[&head, &row("")])),
        ("Sheet2", &|sheet| texts(sheet, 0, &[&head, &row("19012340004")])),
    ]);
    let plan = planned(&book, SCOPE, &sheets, "特殊家庭.xlsx");
    assert!(codes(&plan).contains(&found(2, "same_event")), "{:?}", plan.findings);
    let guessed: Vec<&str> = plan.guesses.iter().map(|guess| guess.number.as_str()).collect();
    assert_eq!(guessed, ["19012340004"]);
}
