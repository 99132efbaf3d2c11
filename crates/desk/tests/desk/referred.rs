//! What a record refers to beside its family: by id, by name, or a name without a record.

use serde_json::{Value, json};
use tiexin_contract::ErrorReply;
use tiexin_contract::records::{GetRecord, RecordHistory, SaveRecord, Search};
use uuid::Uuid;

use crate::office::{Office, VILLAGE, day, fields};

fn save(kind: &str, id: Option<Uuid>, value: Value) -> SaveRecord {
    SaveRecord { kind: kind.into(), id, version: None, fields: fields(value) }
}

fn wish(home: Uuid, claimer: Value) -> SaveRecord {
    save(
        "wish",
        None,
        json!({
            "region": VILLAGE, "household": home, "head_name": "贾文广", "person": {"name": "贾文广"},
            "date": "2026-10-05", "wish": "一辆轮椅", "claimer": claimer,
        }),
    )
}

async fn volunteer(office: &Office, region: &str, name: &str) -> Uuid {
    let value = json!({"region": region, "name": name, "approval": "approved"});
    office.ok(save("volunteer", None, value)).await.id
}

async fn claimed(office: &Office, wish: Uuid) -> (Value, Value) {
    let mut fields = office.ok(GetRecord { id: wish }).await.fields;
    let mut take = |field: &str| fields.remove(field).unwrap_or_default();
    (take("claimer"), take("claimed_by"))
}

fn told(refused: &ErrorReply) -> (&str, &str) {
    let [problem] = &refused.problems[..] else { panic!("{refused:?}") };
    (problem.field.as_str(), problem.code.as_str())
}

#[tokio::test]
async fn a_reference_is_found_by_name_and_keeps_the_name() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    // In another village of the township.
    let mei = volunteer(&office, "340323100002", "王小梅").await;
    let lan = volunteer(&office, VILLAGE, "李小兰").await;
    let wish = office.ok(wish(home, json!("王小梅"))).await.id;
    assert_eq!(claimed(&office, wish).await, (json!(mei), json!("王小梅")));
    office.ok(save("wish", Some(wish), json!({"claimer": lan}))).await;
    assert_eq!(claimed(&office, wish).await, (json!(lan), json!("李小兰")));
    // Another edit leaves it alone, also when she is called otherwise by then.
    office.ok(save("volunteer", Some(lan), json!({"name": "李兰"}))).await;
    office.ok(save("wish", Some(wish), json!({"cost": "300"}))).await;
    assert_eq!(claimed(&office, wish).await, (json!(lan), json!("李小兰")));
    // A name alone is of somebody else, who has no record.
    office.ok(save("wish", Some(wish), json!({"claimed_by": "镇爱心超市"}))).await;
    assert_eq!(claimed(&office, wish).await, (Value::Null, json!("镇爱心超市")));
    // Each change of whom it refers to is told once.
    let mut told = Vec::new();
    for entry in office.ok(RecordHistory { id: wish }).await {
        let own: Vec<_> = entry.changes.iter().filter(|change| change.label == "认领人").collect();
        assert!(own.len() <= 1, "{own:?}");
        told.extend(own.into_iter().map(|change| (change.old.clone(), change.new.clone())));
    }
    for (old, new) in [("王小梅", "李小兰"), ("李小兰", "镇爱心超市")] {
        assert!(told.contains(&(old.to_owned(), new.to_owned())), "{told:?}");
    }
}

/// What cannot be without a name has it from the record, or alone.
#[tokio::test]
async fn what_must_be_named_is_named_by_a_record_or_alone() {
    let office = Office::township(day(2026, 10, 20)).await;
    let mei = volunteer(&office, VILLAGE, "王小梅").await;
    let of = |said: Value| {
        let mut all = json!({"region": VILLAGE, "kind": "backbone", "from": "2026-10-05"});
        all.as_object_mut().unwrap().extend(fields(said));
        save("qualification", None, all)
    };
    let by_record = office.ok(of(json!({"holder": "王小梅"}))).await.id;
    let alone = office.ok(of(json!({"name": "李小兰"}))).await.id;
    let stored = office.ok(GetRecord { id: by_record }).await.fields;
    assert_eq!((&stored["holder"], &stored["name"]), (&json!(mei), &json!("王小梅")));
    let stored = office.ok(GetRecord { id: alone }).await.fields;
    assert!(!stored.contains_key("holder") && stored["name"] == "李小兰", "{stored:?}");
    assert_eq!(told(&office.refused(of(json!({}))).await).0, "name");
}

#[tokio::test]
async fn a_reference_is_never_guessed() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    for _ in 0..2 {
        volunteer(&office, VILLAGE, "王小梅").await;
    }
    for (claimer, code) in [
        (json!("王小梅"), "reference_unclear"),
        (json!("赵小竹"), "reference_unknown"),
        // A family takes up no wish.
        (json!(home), "reference_unknown"),
        (json!(Uuid::from_u128(7)), "reference_unknown"),
    ] {
        let refused = office.refused(wish(home, claimer.clone())).await;
        assert_eq!(told(&refused), ("claimer", code), "{claimer}");
    }
}

/// Whose it is stands on its own page, and there for those who may know.
#[tokio::test]
async fn a_search_leads_from_no_case_and_no_advice_to_the_family() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let case = json!({
        "region": VILLAGE, "household": home, "head_name": "贾文广", "person": {"name": "贾文广"},
        "matter": "labour", "asked_on": "2026-10-05", "handler": "梧桐老师",
    });
    let advice = json!({
        "region": VILLAGE, "household": home, "head_name": "贾文广", "person": {"name": "贾文广"},
        "kind": "parenting", "topic": ["infant"], "date": "2026-10-05", "by": "梧桐老师",
    });
    office.ok(save("rights_case", None, case)).await;
    office.ok(save("service", None, advice)).await;
    let hits = office.ok(Search { text: "梧桐老师".into(), limit: 20, kinds: Vec::new() }).await;
    assert_eq!(hits.iter().map(|hit| hit.household).collect::<Vec<_>>(), [None, None]);
}
