//! What a visit's form becomes.

use super::*;
use serde_json::{Value, json};

fn today() -> Today {
    Today { day: chrono::NaiveDate::from_ymd_opt(2026, 11, 29).unwrap(), sure: true }
}

fn seen() -> Fields {
    json!({
        "region": "340323100001", "household": Uuid::nil(), "head_name": "某", "date": "2026-10-05",
        "kind": "festival", "festival": "中秋", "presence": "at_home", "visitors": ["王丽"],
        "met": [{"name": "某"}], "note": "好", "needs": "无", "health": "好", "living": "好", "safety": "好",
        "gifts": [{"item": "米", "amount": "100.00", "signed_by": "某"}, {"item": "油"}],
        "follow_up": "2026-12-01", "contact_reason": "来电", "time": "09:00", "weather": "晴",
    })
    .as_object()
    .unwrap()
    .clone()
}

fn opened() -> VisitDraft {
    VisitDraft::of_fields(&seen(), "").unwrap()
}

#[test]
fn an_untouched_correction_changes_nothing() {
    assert_eq!(opened().changes(&seen(), today(), None), Ok(Changes::default()));
}

#[test]
fn every_field_of_a_correction_is_sent_alone() {
    let text = json!("另写");
    let edits: Vec<(&str, Value, &str)> = vec![
        ("date", json!("10.6"), "date"),
        ("festival", text.clone(), "festival"),
        ("met", json!([{"name": "另"}]), "met"),
        ("visitors", json!(["李芳"]), "visitors"),
        ("presence", json!("away"), "presence"),
        ("note", text.clone(), "note"),
        ("needs", text.clone(), "needs"),
        ("health", text.clone(), "health"),
        ("living", text.clone(), "living"),
        ("safety", text.clone(), "safety"),
        ("gift_item", text.clone(), "gifts"),
        ("gift_amount", json!("200元"), "gifts"),
        ("gift_signed", text.clone(), "gifts"),
        ("follow_up", json!("2026-12-02"), "follow_up"),
        ("contact_reason", text, "contact_reason"),
    ];
    for (field, value, sent) in edits {
        let mut draft = serde_json::to_value(opened()).unwrap();
        draft[field] = value;
        let draft: VisitDraft = serde_json::from_value(draft).unwrap();
        let changes = draft.changes(&seen(), today(), None).unwrap();
        assert_eq!(changes.fields.keys().collect::<Vec<_>>(), [sent], "{field}");
        assert_eq!(changes.seen[sent], seen()[sent], "{field}");
    }
    let mut draft = opened();
    draft.gift_amount = "200".into();
    let gifts = &draft.changes(&seen(), today(), None).unwrap().fields["gifts"];
    assert_eq!(gifts, &json!([{"item": "米", "amount": "200.00", "signed_by": "某"}, {"item": "油"}]));
}

#[test]
fn a_signature_without_a_gift_is_told_and_not_dropped() {
    let mut draft = VisitDraft { gift_signed: "某".into(), ..opened() };
    draft.gift_item.clear();
    draft.gift_amount.clear();
    assert_eq!(draft.visit(today(), None).unwrap_err()[0].field, "gift_item");
}

#[test]
fn somebody_met_and_nobody_met_is_asked_about() {
    let with = |presence: Presence, met: &[&str]| {
        let person = |name: &&str| PersonRef { person: None, name: (*name).to_owned() };
        let draft = VisitDraft {
            presence: presence.code().into(),
            met: met.iter().map(person).collect(),
            ..opened()
        };
        VisitDraft::doubts(&draft.visit(today(), None).unwrap())
    };
    for presence in [Presence::Away, Presence::NotWilling] {
        assert!(with(presence.clone(), &["于桂"])[0].contains("于桂"));
        assert!(with(presence, &[]).is_empty());
    }
    for presence in [Presence::AtHome, Presence::InHospital, Presence::ByPhone] {
        assert!(with(presence, &["于桂"]).is_empty());
    }
}

#[test]
fn everything_wrong_is_told_at_once() {
    let draft =
        VisitDraft { date: "2月30日".into(), gift_amount: "很多".into(), ..VisitDraft::default() };
    let fields: Vec<String> = draft.visit(today(), None).unwrap_err().into_iter().map(|p| p.field).collect();
    assert_eq!(fields, ["household", "date", "gift_amount"]);
}
