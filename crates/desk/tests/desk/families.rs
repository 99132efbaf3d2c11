//! A family's page, visits, the family's wish.

use tiexin_contract::ErrorCode;
use tiexin_contract::family::{GetFamily, MoveFamily, RecordVisit, VisitStart};
use tiexin_contract::records::{Care, RecordPage};
use tiexin_domain::nouns::support_file::ContactPreference;
use tiexin_domain::nouns::{Person, Visit};
use uuid::Uuid;

use crate::office::{Office, VILLAGE, day, family, fields};

fn visit(home: Uuid, on: chrono::NaiveDate) -> RecordVisit {
    let mut visit = Visit::routine(VILLAGE.parse().unwrap(), home, "", on);
    visit.visitors = vec![" 王丽 ".into(), "王丽".into()];
    visit.note = Some("一切都好".into());
    RecordVisit { id: None, visit }
}

#[tokio::test]
async fn a_visit_appears_on_the_timeline_of_its_family() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let before = office.ok(GetFamily { household: home }).await;
    assert_eq!((before.days_since_visit, before.overdue_days), (None, Some(0)));
    assert_eq!(before.contacts.len(), 1);
    assert!(before.gaps.iter().any(|gap| gap.contains("缺身份证号")));
    assert!(!before.gaps.iter().any(|gap| gap.contains("联系人")));
    let saved = office.ok(visit(home, day(2026, 10, 15))).await;
    assert_eq!(saved.row.title, "贾文广 2026-10-15 日常走访");
    assert_eq!(saved.row.fields["visitors"], serde_json::json!(["王丽"]));
    let after = office.ok(GetFamily { household: home }).await;
    assert_eq!((after.days_since_visit, after.overdue_days), (Some(5), Some(-25)));
    assert_eq!(after.timeline[0].id, saved.id);
    // A correction: what the form leaves out is gone, who recorded it stays.
    let mut correction = visit(home, day(2026, 10, 16));
    correction.id = Some(saved.id);
    correction.visit.note = None;
    let corrected = office.ok(correction).await.row;
    assert_eq!(corrected.fields["date"], "2026-10-16");
    assert!(!corrected.fields.contains_key("note"));
    assert_eq!(corrected.recorded_by.as_deref(), Some("王丽"));
}

#[tokio::test]
async fn the_list_of_files_tells_who_looks_after_a_family_and_when_it_was_seen() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    office.family("孙有福", |family| family.contacts = None).await;
    let list = crate::office::list("support_file", VILLAGE, 10);
    let care = |page: &RecordPage, name: &str| {
        page.rows.iter().find(|row| row.fields["head_name"] == name).unwrap().care.clone().unwrap()
    };
    let before = office.ok(list.clone()).await;
    assert_eq!(care(&before, "孙有福"), Care::default());
    assert!(care(&before, "贾文广").township_leader.is_some());
    assert_eq!(care(&before, "贾文广").last_visit, None);
    office.ok(visit(home, day(2026, 10, 15))).await;
    office.ok(visit(home, day(2026, 9, 1))).await;
    let after = office.ok(list).await;
    assert_eq!(care(&after, "贾文广").last_visit, Some(day(2026, 10, 15)));
    assert_eq!(care(&after, "孙有福").last_visit, None);
}

#[tokio::test]
async fn a_visit_in_the_future_or_to_nobody_is_refused() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    assert!(office.refused(visit(home, day(2026, 10, 21))).await.about("date").is_some());
    let nobody = office.refused(visit(Uuid::from_u128(1), day(2026, 10, 20))).await;
    assert_eq!(nobody.code, ErrorCode::Invalid);
    assert!(nobody.about("household").is_some());
}

#[tokio::test]
async fn a_declined_family_is_visited_only_with_a_reason() {
    let office = Office::township(day(2026, 10, 20)).await;
    let wish = |family: &mut tiexin_contract::family::RegisterFamily| {
        family.file.as_mut().unwrap().preference = Some(ContactPreference::Declined);
    };
    let home = office.family("贾文广", wish).await;
    let start = office.ok(VisitStart { household: Some(home) }).await;
    assert_eq!(start.preference.as_deref(), Some("declined"));
    let mut plain = visit(home, day(2026, 10, 20));
    assert!(office.refused(plain.clone()).await.about("contact_reason").is_some());
    plain.visit.contact_reason = Some("本人来电求助".into());
    office.ok(plain).await;
    assert_eq!(office.ok(GetFamily { household: home }).await.overdue_days, None);
}

#[tokio::test]
async fn the_visit_form_begins_with_who_is_likely() {
    let office = Office::township(day(2026, 9, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let mut first = visit(home, day(2026, 9, 18));
    first.visit.visitors = vec!["周主任".into()];
    office.ok(first).await;
    let start = office.ok(VisitStart { household: Some(home) }).await;
    assert_eq!(start.visitors, ["王丽", "周主任", "李村医", "赵镇长"]);
    assert_eq!(start.festivals, ["中秋", "国庆"]);
    assert_eq!(start.persons.len(), 1);
    assert!(start.last_visit.is_some());
    let open = office.ok(VisitStart { household: None }).await;
    assert_eq!(open.suggested[0].id, home);
}

#[tokio::test]
async fn a_family_is_registered_whole_or_not_at_all() {
    let office = Office::township(day(2026, 10, 20)).await;
    let mut wrong = family("贾文广");
    wrong.persons[0].id_number = Some("123".into());
    let error = office.refused(wrong).await;
    assert!(error.about("persons.0.id_number").is_some());
    let none = tiexin_contract::records::Search { text: "贾文广".into(), limit: 5, kinds: vec![] };
    assert!(office.ok(none).await.is_empty());
    let home = office
        .family("", |family| {
            family.persons[0] = Person { name: "孙有福".into(), ..family.persons[0].clone() };
        })
        .await;
    let page = office.ok(GetFamily { household: home }).await;
    assert_eq!(page.household.title, "孙有福家");
    assert_eq!(page.household.fields["head"], page.persons[0].id.to_string());
}

#[tokio::test]
async fn a_family_that_moves_takes_its_people_along() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    office.ok(visit(home, day(2026, 10, 15))).await;
    let moved = tiexin_contract::records::SaveRecord {
        kind: "household".into(),
        id: Some(home),
        version: None,
        fields: fields(serde_json::json!({"region": "340323100002", "head_name": "贾文广大"})),
    };
    office.ok(moved).await;
    let page = office.ok(GetFamily { household: home }).await;
    for row in page.persons.iter().chain(&page.files).chain(&page.contacts) {
        assert_eq!(row.region.as_str(), "340323100002");
    }
    assert_eq!(page.files[0].fields["head_name"], "贾文广大");
    assert_eq!(page.persons[0].title, "贾文广");
    assert_eq!(
        (page.timeline[0].region.as_str(), &page.timeline[0].fields["head_name"]),
        (VILLAGE, &"贾文广".into())
    );
}

#[tokio::test]
async fn a_family_moves_with_all_that_is_about_it_and_without_what_was_done_for_it() {
    let office = Office::of("340323", day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let seen = office.ok(visit(home, day(2026, 10, 15))).await.id;
    let to = |region: &str| MoveFamily {
        household: home,
        region: region.parse().unwrap(),
        address: None,
        on: None,
        why: None,
        handover: None,
    };
    for (region, code) in [(VILLAGE, "region_same"), ("340323104", "region_not_village")] {
        let refused = office.refused(to(region)).await;
        assert_eq!(refused.problems[0].code, code, "{refused:?}");
    }
    assert_eq!(office.refused(to("340121100001")).await.code, ErrorCode::NoRight);
    let moved = office.ok(to("340323104001")).await;
    assert!(moved.leaves);
    let page = office.ok(GetFamily { household: home }).await;
    let about = [&page.persons, &page.files, &page.contacts];
    assert_eq!(moved.records, 1 + about.iter().map(|rows| rows.len() as u64).sum::<u64>());
    for row in about.into_iter().flatten().chain([&page.household]) {
        assert_eq!(row.region.as_str(), "340323104001", "{row:?}");
    }
    let done = page.timeline.iter().find(|row| row.id == seen).unwrap();
    assert_eq!(done.region.as_str(), VILLAGE);
    assert_eq!(page.household.fields["moved_on"], "2026-10-20");
    // Before the province knows of it the family can be edited, and moved on.
    let moved = office.ok(to("340323100002")).await;
    assert!(moved.leaves);
}
