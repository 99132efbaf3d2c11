//! What a form is told by the desk besides its fields.

use serde_json::{Value, json};
use tiexin_contract::family::{FestivalsNear, GetFamily, RecordVisit, SameVisits, VisitStart};
use tiexin_contract::records::{EditRecord, RecordHistory, SaveRecord, Unmask};
use tiexin_domain::{Fields, Kind, shape};
use tiexin_forms::{Today, changes, kinds, opened, rows};
use uuid::Uuid;

use super::home_and_file;
use crate::office::{Office, VILLAGE, day, fields};

#[tokio::test]
async fn the_next_contacts_follow_on_the_former() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let page = office.ok(GetFamily { household: home }).await;
    let file = page.files[0].id;
    let pair = |worker: &str, from: Value| SaveRecord {
        kind: "contact_pair".into(),
        id: None,
        version: None,
        fields: fields(json!({
            "household": home, "file": file, "township_leader": "赵镇长", "village_worker": worker, "from": from,
        })),
    };
    assert!(office.refused(pair("孙", Value::Null)).await.about("from").is_some());
    office.ok(pair("孙村医", json!("10.20"))).await;
    let page = office.ok(GetFamily { household: home }).await;
    assert_eq!(page.contacts.len(), 2);
    assert_eq!(page.contacts[0].fields["village_worker"], "孙村医");
    assert_eq!(page.contacts[1].fields["to"], "2026-10-19");
    assert!(!page.gaps.iter().any(|gap| gap.contains("联系人")), "{:?}", page.gaps);
    // One that takes over later does not take the present one away.
    office.ok(pair("周村医", json!("2026-12-01"))).await;
    let page = office.ok(GetFamily { household: home }).await;
    assert_eq!(page.contacts[0].fields["village_worker"], "孙村医");
    assert_eq!(page.contacts[0].fields["to"], "2026-11-30");
    assert!(office.refused(pair("李", json!("2026-12-01"))).await.about("from").is_some());
}

#[tokio::test]
async fn a_visit_asks_about_the_festivals_of_its_day_and_the_same_visit_again() {
    let office = Office::township(day(2026, 11, 29)).await;
    let (home, _) = home_and_file(&office).await;
    let near = office.ok(FestivalsNear { day: day(2026, 9, 25) }).await;
    assert_eq!(near, ["中秋", "国庆"]);
    assert!(office.ok(VisitStart { household: Some(home) }).await.festivals.is_empty());
    let same = |kind: &str| SameVisits { household: home, date: day(2026, 10, 5), kind: kind.into() };
    assert!(office.ok(same("routine")).await.is_empty());
    let mut visit =
        tiexin_domain::nouns::Visit::routine(VILLAGE.parse().unwrap(), home, "", day(2026, 10, 5));
    visit.visitors = vec!["王丽".into()];
    for _ in 0..2 {
        // Asked about, never refused.
        office.ok(RecordVisit { id: None, visit: visit.clone() }).await;
    }
    assert_eq!(office.ok(same("routine")).await.len(), 2);
    assert!(office.ok(same("hospital")).await.is_empty());
}

#[tokio::test]
async fn what_happened_did_not_happen_tomorrow_and_a_code_is_one_familys() {
    let office = Office::township(day(2026, 10, 20)).await;
    let (_, file) = home_and_file(&office).await;
    let other = office.family("孙有福", |family| family.contacts = None).await;
    let other = office.ok(GetFamily { household: other }).await.files[0].id;
    let edit = |id: Uuid, value: Value| EditRecord { id, fields: fields(value), seen: Fields::new() };
    let tomorrow = office.refused(edit(file, json!({"preference_on": "2026-10-21"}))).await;
    assert!(tomorrow.about("preference_on").is_some_and(|word| word.contains("今天之后")));
    office.ok(edit(file, json!({"preference_on": "今天", "code": "34032310000017"}))).await;
    let twice = office.refused(edit(other, json!({"code": "34032310000017"}))).await;
    assert!(twice.about("code").is_some_and(|word| word.contains("已经登记过")), "{twice:?}");
    office.ok(edit(other, json!({"code": "34032310000018"}))).await;
}

#[tokio::test]
async fn contacts_without_a_file_are_told_and_not_dropped() {
    let office = Office::township(day(2026, 10, 20)).await;
    let mut family = crate::office::family("贾文广");
    family.file = None;
    assert!(office.refused(family).await.about("contacts").is_some());
}

/// What the form was shown masked goes back whole, wherever in the list it stands now.
#[tokio::test]
async fn a_number_in_a_part_stays_when_another_part_goes() {
    let office = Office::township(day(2026, 10, 20)).await;
    let mut new = shape::valid(&Kind::Agreement).unwrap();
    new.insert("region".into(), json!(VILLAGE));
    let tasks = json!([{"what": "讲座"}, {"what": "义诊", "target": "3场", "measure": "问13900001234"}]);
    new.insert("tasks".into(), tasks);
    let save = SaveRecord { kind: "agreement".into(), id: None, version: None, fields: new };
    let row = office.ok(save).await.row;
    assert_eq!(row.masked, ["tasks.1.measure"]);
    let (form, today) = (kinds::of("agreement"), Today { day: day(2026, 10, 20), sure: true });
    let mut typed = opened(&form, &row.fields);
    typed.insert("tasks".into(), rows::without(rows::rows(&typed, "tasks"), 0));
    let sent = changes(&form, &row.fields, &typed, today).unwrap();
    office.ok(EditRecord { id: row.id, fields: sent.fields, seen: sent.seen }).await;
    let shown = office.ok(Unmask { id: row.id, field: "tasks.0.measure".into() }).await;
    assert_eq!(shown.value, "问13900001234");
    let history = office.ok(RecordHistory { id: row.id }).await;
    let told = history
        .iter()
        .flat_map(|entry| &entry.changes)
        .find(|change| change.label == "任务" && change.old != "（空）")
        .unwrap();
    assert!(told.old.starts_with("讲座；义诊 3 问*") && told.new.starts_with("义诊 3 问*"), "{told:?}");
}
