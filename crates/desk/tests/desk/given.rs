//! What was given is taken back, and never changed or made void by any command.

use calamine::{DataType, Reader};
use serde_json::{Value, json};
use tiexin_contract::aid::{GetProgrammes, ReverseAid};
use tiexin_contract::bulk::{Change, ChangeMany, Chosen};
use tiexin_contract::duplicates::CompareDuplicates;
use tiexin_contract::records::{ExportList, GetRecord, SaveRecord, TakenBack, VoidRecord};
use tiexin_domain::access::Role;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_protocol::ParkCode;
use uuid::Uuid;

use crate::meanwhile::behind;
use crate::office::{Office, TOWNSHIP, day, fields, list};
use crate::waiting::{change, grants, heard, listed, parked, told, waiting_to, waits_here};

fn gift(home: Uuid, said: Value) -> SaveRecord {
    let mut all =
        fields(json!({"household": home, "date": "2026-10-05", "occasion": "mid_autumn", "form": "cash",
        "amount": "300", "source": "association"}));
    all.extend(fields(said));
    SaveRecord { kind: "aid_entry".into(), id: None, version: None, fields: all }
}

#[tokio::test]
async fn no_command_changes_what_was_given() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let id = office.ok(gift(home, json!({}))).await.id;
    let edit = SaveRecord { id: Some(id), fields: fields(json!({"amount": "500"})), ..gift(home, json!({})) };
    let many = ChangeMany {
        job: Uuid::from_u128(1),
        kind: "aid_entry".into(),
        chosen: Chosen::All(Box::new(list("aid_entry", TOWNSHIP, 1))),
        change: Change::Void { reason: "重复".into() },
        dry_run: false,
        agreed: None,
    };
    let refused = [
        office.refused(edit).await.message,
        office.refused(VoidRecord { id, reason: "重复".into() }).await.message,
        office.refused(many).await.message,
    ];
    assert!(refused.iter().all(|told| told.contains("冲正")), "{refused:?}");
    let back = office.ok(ReverseAid { id, reason: "重复".into() }).await.row;
    assert_eq!((&back.fields["amount"], &back.fields["reason"]), (&json!("-300.00"), &json!("重复")));
    assert!(back.fields["reverses_name"].as_str().unwrap().contains("贾文广"));
    let first = office.ok(GetRecord { id }).await;
    assert_eq!((&first.fields["amount"], first.void), (&json!("300.00"), None));
    assert_eq!(office.ok(list("aid_entry", TOWNSHIP, 5)).await.total, 2);
}

/// A spreadsheet adds numbers up, and what was taken back is told from what stands.
#[tokio::test]
async fn a_list_of_what_was_given_is_exported_with_numbers_and_with_what_was_taken_back() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let wrong = office.ok(gift(home, json!({"programme": "困难慰问", "period": "2026"}))).await.id;
    let back = office.ok(ReverseAid { id: wrong, reason: "重复".into() }).await.id;
    let stands = office.ok(gift(home, json!({"date": "2026-10-06"}))).await.id;
    let rows = office.ok(list("aid_entry", TOWNSHIP, 5)).await.rows;
    let how = |id: Uuid| rows.iter().find(|row| row.id == id).unwrap().taken_back;
    assert_eq!((how(wrong), how(back), how(stands)), (Some(TakenBack::Was), Some(TakenBack::Takes), None));
    let columns = ["date", "amount", "taken_back", "period"].map(|name| (name.to_owned(), name.to_owned()));
    let path = office.folder.path().join("慰问.xlsx");
    let export = ExportList {
        list: list("aid_entry", TOWNSHIP, 5),
        columns: columns.into(),
        path: Some(path.to_str().unwrap().to_owned()),
    };
    office.ok(export).await;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let mut told: Vec<(f64, String)> =
        sheet.rows().skip(1).map(|row| (row[1].get_float().unwrap(), row[2].to_string())).collect();
    told.sort_by(|one, other| one.0.total_cmp(&other.0).then_with(|| one.1.cmp(&other.1)));
    let wanted = [(-300.0, "冲正"), (300.0, ""), (300.0, "已冲正")];
    assert_eq!(told, wanted.map(|(amount, how)| (amount, how.to_owned())));
}

#[tokio::test]
async fn a_payment_is_of_the_catalogue_and_once_in_a_period() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let paid = |programme: &str| gift(home, json!({"programme": programme, "period": "2026年"}));
    let refused = office.refused(paid("随便写的")).await;
    assert!(refused.about("programme").is_some_and(|told| told.contains("困难慰问")), "{refused:?}");
    let id = office.ok(paid("困难慰问")).await.id;
    assert_eq!(office.ok(GetRecord { id }).await.fields["period"], "2026");
    let refused = office.refused(paid("困难慰问")).await;
    assert!(refused.about("programme").is_some_and(|told| told.contains("已经发过")), "{refused:?}");
    office.ok(ReverseAid { id, reason: "金额不对".into() }).await;
    office.ok(paid("困难慰问")).await;
    // An office has programmes of its own.
    let own = r#"[{"name": "夏令慰问", "unit": "household", "amount": "200.00", "from": "2026-01-01"}]"#;
    std::fs::write(office.folder.path().join("programmes.json"), own).unwrap();
    let refused = office.refused(paid("夏令慰问")).await;
    assert!(refused.about("amount").is_some_and(|told| told.contains("200.00")), "{refused:?}");
}

/// A command of a script, say: a part of what somebody else's family was given.
#[tokio::test]
async fn nobody_writes_a_taking_back_by_hand() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let other = office.family("赵有田", |_| {}).await;
    let id = office.ok(gift(home, json!({}))).await.id;
    let part = gift(other, json!({"amount": "-100", "reverses": id, "reason": "少给了"}));
    let refused = office.refused(part).await;
    assert!(refused.about("reverses").is_some_and(|told| told.contains("冲正")), "{refused:?}");
    assert_eq!(office.ok(list("aid_entry", TOWNSHIP, 5)).await.total, 1);
}

/// An old program asked for it, or a changed one.
#[tokio::test]
async fn a_change_of_it_that_waits_can_only_be_sent_back() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let id = office.ok(gift(home, json!({}))).await.id;
    let mut edit = change(1, "aid_entry", json!({"amount": "500.00"}));
    (edit.record, edit.base, edit.scope) = (id, 1, TOWNSHIP.parse().unwrap());
    waits_here(&office, vec![told(edit, parked(ParkCode::RuleBroken))]).await;
    grants(&office, &[(Role::Supervisor, TOWNSHIP)]).await;
    let items = listed(&office).await;
    let [item] = &items[..] else { panic!("one thing waits, not {items:?}") };
    assert_eq!(item.choices, [Choice::Decline]);
    assert!(item.message.contains("冲正"), "{}", item.message);
}

/// The province has it from another township: whether it is paid once more its author does not say.
#[tokio::test]
async fn a_second_payment_is_decided_on_by_who_may_settle() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let mut from = 0;
    behind(&office, |book| from = waiting_to(book)).await;
    office.ok(gift(home, json!({"programme": "困难慰问", "period": "2026"}))).await;
    behind(&office, |book| heard(book, from, |_| parked(ParkCode::RuleBroken))).await;
    grants(&office, &[(Role::Worker, TOWNSHIP)]).await;
    let items = listed(&office).await;
    let [item] = &items[..] else { panic!("one thing waits, not {items:?}") };
    assert_eq!(item.choices, [Choice::Theirs]);
    assert!(item.message.contains("审核人"), "{}", item.message);
    grants(&office, &[(Role::Supervisor, TOWNSHIP)]).await;
    assert_eq!(listed(&office).await[0].choices, [Choice::Adopt, Choice::Theirs]);
}

/// Who merges two registrations ticks which money goes along: by its day one is told from another.
#[tokio::test]
async fn money_of_two_registrations_is_told_by_its_day() {
    let office = Office::township(day(2026, 10, 20)).await;
    let one = office.family("贾文广", |_| {}).await;
    let other = office.family("贾文广", |family| (family.file, family.contacts) = (None, None)).await;
    office.ok(gift(other, json!({}))).await;
    let both = office.ok(CompareDuplicates { one, other }).await;
    let titles: Vec<&str> = both.other.money.iter().map(|money| money.title.as_str()).collect();
    assert_eq!(titles, ["慰问救助 2026-10-05 300.00元"]);
}

/// The form offers what the catalogue has, an office's own before the program's.
#[tokio::test]
async fn the_programmes_in_force_can_be_asked_for() {
    let office = Office::township(day(2026, 10, 20)).await;
    let ask = || GetProgrammes { region: TOWNSHIP.parse().unwrap() };
    assert!(office.ok(ask()).await.iter().any(|name| name == "困难慰问"));
    let own = r#"[{"name": "金秋助学", "unit": "person", "every": "year", "from": "2026-01-01"}]"#;
    std::fs::write(office.folder.path().join("programmes.json"), own).unwrap();
    assert_eq!(office.ok(ask()).await.first().map(String::as_str), Some("金秋助学"));
}
