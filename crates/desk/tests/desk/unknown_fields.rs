//! A field that its kind does not have is refused by its name, whichever way it comes in.

use serde_json::{Value, json};
use tiexin_contract::ErrorReply;
use tiexin_contract::family::GetFamily;
use tiexin_contract::records::{EditRecord, GetRecord, SaveRecord};
use tiexin_domain::record::Fields;
use tiexin_store::{By, Save};
use uuid::Uuid;

use crate::meanwhile::behind;
use crate::office::{Office, VILLAGE, day, fields};

fn told(refused: &ErrorReply, field: &str) -> String {
    let problem = refused.problems.iter().find(|problem| problem.field == field);
    let problem = problem.unwrap_or_else(|| panic!("{field}: {refused:?}"));
    assert_eq!(problem.code, "unknown_field");
    problem.message.clone()
}

/// As a script would call it: the types of the contract do not know the field either.
async fn called(office: &Office, name: &str, args: Value) -> Result<Value, ErrorReply> {
    office.desk.call(None, name, args).await
}

#[tokio::test]
async fn no_save_takes_a_field_that_does_not_exist() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let save =
        |id, sent: Value| SaveRecord { kind: "household".into(), id, version: None, fields: fields(sent) };
    let new = json!({"region": VILLAGE, "head_name": "王有才", "note": "老宅还留着"});
    let refused = office.refused(save(None, new)).await;
    assert_eq!(told(&refused, "note"), "家庭户没有“note”这一栏；要填备注，请写 notes");
    told(&office.refused(save(Some(home), json!({"adress": "东头"}))).await, "adress");
    let edit = EditRecord { id: home, fields: fields(json!({"adress": "东头"})), seen: Fields::new() };
    told(&office.refused(edit).await, "adress");
    let visit = json!({"visit": {"region": VILLAGE, "household": home, "head_name": "", "date": "2026-10-19",
        "kind": "routine", "visitors": ["王丽"], "notes": "一切都好"}});
    let refused = called(&office, "visit.record", visit.clone()).await.unwrap_err();
    assert_eq!(told(&refused, "notes"), "走访没有“notes”这一栏；要填走访情况，请写 note");
    let person = json!({"region": VILLAGE, "name": "王有才", "birth_date": "1970"});
    let family = json!({"household": {"region": VILLAGE, "head_name": "王有才"}, "persons": [person]});
    told(&called(&office, "family.register", family).await.unwrap_err(), "birth_date");
    let family =
        json!({"household": {"region": VILLAGE, "head_name": "王有才"}, "persons": [], "contact": {}});
    told(&called(&office, "family.register", family).await.unwrap_err(), "contact");
    assert!(office.ok(GetFamily { household: home }).await.timeline.is_empty());
}

/// A record of a newer program, edited with this one: what this one does not know comes through whole.
#[tokio::test]
async fn what_a_newer_program_wrote_stays_and_may_be_sent_back() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let id = Uuid::from_u128(7);
    let written = json!({"region": VILLAGE, "household": home, "head_name": "贾文广", "date": "2026-10-19",
        "kind": "routine", "visitors": ["王丽"], "mood": "好"});
    behind(&office, |book| {
        let by = By { author: book.users().unwrap()[0].id, now_ms: 1, group: Uuid::from_u128(8) };
        let save = Save { id, kind: "visit".into(), fields: fields(written.clone()), void: None };
        book.save_group(&[save], &by).unwrap();
    })
    .await;
    let mut again = written.clone();
    again["note"] = "一切都好".into();
    let save =
        SaveRecord { kind: "visit".into(), id: Some(id), version: None, fields: fields(again.clone()) };
    office.ok(save).await;
    called(&office, "visit.record", json!({"id": id, "visit": again.clone()})).await.unwrap();
    again["mood"] = "不好".into();
    let refused = called(&office, "visit.record", json!({"id": id, "visit": again})).await.unwrap_err();
    told(&refused, "mood");
    let row = office.ok(GetRecord { id }).await;
    assert_eq!((&row.fields["mood"], &row.fields["note"]), (&json!("好"), &json!("一切都好")));
}
