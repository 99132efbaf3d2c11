//! What no form can say and no record may hold: a choice that its list does not have, days in the wrong order.

use serde_json::{Value, json};
use tiexin_contract::family::{GetFamily, RecordVisit};
use tiexin_contract::records::{GetRecord, SaveRecord};
use tiexin_domain::nouns::Visit;
use tiexin_domain::nouns::support_file::LossCategory;
use tiexin_domain::nouns::visit::VisitKind;
use tiexin_domain::{Kind, shape};
use tiexin_store::{By, Save};
use uuid::Uuid;

use crate::meanwhile::behind;
use crate::office::{Office, VILLAGE, day, fields};

fn new(kind: &str, value: Value) -> SaveRecord {
    SaveRecord { kind: kind.into(), id: None, version: None, fields: fields(value) }
}

fn edit(kind: &str, id: Uuid, value: Value) -> SaveRecord {
    SaveRecord { id: Some(id), ..new(kind, value) }
}

/// Every field that holds one choice, of every kind that a form saves: a new record, and an edit.
#[tokio::test]
async fn a_choice_that_is_none_of_its_list_is_told_with_what_may_be_chosen() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |family| family.contacts = None).await;
    for (kind, field) in [
        ("volunteer", "approval"),
        ("member", "structure"),
        ("member", "residence"),
        ("member", "sex"),
        ("person", "relation"),
        ("activity", "project"),
    ] {
        let labels = shape::field(kind, field).unwrap().choices().unwrap();
        let mut record = shape::valid(&Kind::from_code(kind)).unwrap();
        record.insert("region".into(), json!(VILLAGE));
        record.insert(field.into(), json!("随手写的"));
        let refused = office.refused(new(kind, Value::Object(record.clone()))).await;
        let told = refused.about(field).unwrap_or_default();
        assert!(labels.iter().all(|(_, label)| told.contains(label)), "{kind}.{field}: {refused:?}");
        // A label means its code.
        record.insert(field.into(), json!(labels[0].1));
        let id = office.ok(new(kind, Value::Object(record))).await.id;
        assert_eq!(office.ok(GetRecord { id }).await.fields[field], labels[0].0, "{kind}.{field}");
        let refused = office.refused(edit(kind, id, json!({field: "随手写的"}))).await;
        assert!(refused.about(field).is_some(), "{kind}.{field}: {refused:?}");
    }
    let file = office.ok(GetFamily { household: home }).await.files[0].id;
    for (field, text) in [("category", "失独"), ("preference", "不想被打扰"), ("status", "销了")] {
        let refused = office.refused(edit("support_file", file, json!({field: text}))).await;
        assert!(refused.about(field).is_some(), "{field}: {refused:?}");
    }
    let refused = office.refused(edit("household", home, json!({"kinds": ["hardship", "五保"]}))).await;
    assert!(refused.about("kinds").is_some(), "{refused:?}");
    office.ok(edit("household", home, json!({"kinds": ["困难", "general"]}))).await;
    let kinds = office.ok(GetRecord { id: home }).await.fields["kinds"].to_string();
    assert!(kinds.contains("hardship") && kinds.contains("general") && !kinds.contains("困难"), "{kinds}");
    // By the commands of their own.
    let mut visit = Visit::routine(VILLAGE.parse().unwrap(), home, "", day(2026, 10, 5));
    visit.visitors = vec!["王丽".into()];
    visit.kind = VisitKind::Other("路过".into());
    assert!(office.refused(RecordVisit { id: None, visit }).await.about("kind").is_some());
    let mut family = crate::office::family("孙有福");
    family.file.as_mut().unwrap().category = LossCategory::Other("失独".into());
    assert!(office.refused(family).await.about("file.category").is_some());
}

/// F3 counts persons by sex and residence; a form begins with 常住人口 whatever the member is.
#[tokio::test]
async fn a_unit_has_neither_sex_nor_residence() {
    let office = Office::township(day(2026, 10, 20)).await;
    let member = |structure: &str| {
        new(
            "member",
            json!({"region": VILLAGE, "name": "谷阳超市", "structure": structure,
            "residence": "resident", "sex": "male"}),
        )
    };
    let unit = office.ok(member("unit")).await.row;
    assert!(!unit.fields.contains_key("residence") && !unit.fields.contains_key("sex"), "{:?}", unit.fields);
    let person = office.ok(member("individual")).await;
    assert_eq!(
        (&person.row.fields["residence"], &person.row.fields["sex"]),
        (&json!("resident"), &json!("male"))
    );
    let turned = office.ok(edit("member", person.id, json!({"structure": "unit"}))).await.row;
    assert!(!turned.fields.contains_key("residence"), "{:?}", turned.fields);
}

/// F3 counts members by sex: of a person whose number tells it nobody has to say it again.
#[tokio::test]
async fn a_member_has_the_sex_that_the_person_s_number_tells() {
    let office = Office::township(day(2026, 10, 20)).await;
    let person = json!({"region": VILLAGE, "name": "于桂", "id_number": "34052419800101001X"});
    let person = office.ok(new("person", person)).await.id;
    let member = |said: Value| {
        let mut all = fields(json!({"region": VILLAGE, "name": "于桂", "structure": "individual"}));
        all.extend(fields(said));
        new("member", Value::Object(all))
    };
    let id = office.ok(member(json!({"person": person, "left": "2020"}))).await.id;
    assert_eq!(office.ok(GetRecord { id }).await.fields["sex"], "male");
    // Also of a membership that is tied to the person later.
    let id = office.ok(member(json!({"joined": "2021"}))).await.id;
    assert!(!office.ok(GetRecord { id }).await.fields.contains_key("sex"));
    office.ok(edit("member", id, json!({"person": person}))).await;
    assert_eq!(office.ok(GetRecord { id }).await.fields["sex"], "male");
    // And of one that was there before the person's number came.
    let person = office.ok(new("person", json!({"region": VILLAGE, "name": "孙有福"}))).await.id;
    let id = office.ok(member(json!({"name": "孙有福", "person": person}))).await.id;
    assert!(!office.ok(GetRecord { id }).await.fields.contains_key("sex"));
    office.ok(edit("person", person, json!({"id_number": "11010519491231002X"}))).await;
    assert_eq!(office.ok(GetRecord { id }).await.fields["sex"], "female");
}

/// A newer program knows more choices: what it wrote stays, and hinders no other work.
#[tokio::test]
async fn a_choice_of_a_newer_program_stays() {
    let office = Office::township(day(2026, 10, 20)).await;
    let id = Uuid::from_u128(0x77);
    behind(&office, move |book| {
        let by = By { author: book.users().unwrap()[0].id, now_ms: 1, group: Uuid::from_u128(3) };
        let fields = fields(json!({"region": VILLAGE, "name": "于桂", "approval": "on_trial"}));
        book.save_group(&[Save { id, kind: "volunteer".into(), fields, void: None }], &by).unwrap();
    })
    .await;
    office.ok(edit("volunteer", id, json!({"team": "一队"}))).await;
    assert_eq!(office.ok(GetRecord { id }).await.fields["approval"], "on_trial");
    office.ok(edit("volunteer", id, json!({"approval": "approved"}))).await;
}

#[tokio::test]
async fn days_in_the_wrong_order_are_told_and_a_death_is_told_once() {
    let office = Office::township(day(2026, 10, 20)).await;
    let person = |value: Value| {
        let mut said = fields(json!({"region": VILLAGE, "name": "于桂"}));
        said.extend(fields(value));
        new("person", Value::Object(said))
    };
    let refused = office.refused(person(json!({"birth": "1980", "died_on": "1979-05"}))).await;
    assert_eq!(refused.about("died_on"), Some("离世时间早于出生日期，请核对"));
    let refused = office.refused(person(json!({"died_on": "2020", "deceased": true}))).await;
    assert!(refused.about("deceased").is_some(), "{refused:?}");
    let id = office.ok(person(json!({"birth": "1980", "deceased": true}))).await.id;
    // Now somebody knows when.
    office.ok(edit("person", id, json!({"died_on": "2020"}))).await;
    assert!(!office.ok(GetRecord { id }).await.fields.contains_key("deceased"));
    let refused = office.refused(edit("person", id, json!({"birth": "2021"}))).await;
    assert!(refused.about("died_on").is_some(), "{refused:?}");
    let member = json!({"region": VILLAGE, "name": "于桂", "structure": "individual", "joined": "2020-05",
        "left": "2020-04"});
    let refused = office.refused(new("member", member)).await;
    assert_eq!(refused.about("left"), Some("退会时间早于入会时间，请核对"));
}
