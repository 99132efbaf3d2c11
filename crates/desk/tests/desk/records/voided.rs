//! What is made void, found and brought back.

use serde_json::{Value, json};
use tiexin_contract::family::GetFamily;
use tiexin_contract::records::{RestoreRecord, SaveRecord, Search, VoidRecord};
use tiexin_contract::voided::{ListVoided, VoidEffect};
use uuid::Uuid;

use super::{list, new};
use crate::office::{Office, TOWNSHIP, VILLAGE, day, fields};

/// A family made void takes all that belongs to it along, says so before, and is found again.
#[tokio::test]
async fn what_is_void_is_listed_found_and_brought_back_whole() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    office.family("孙有福", |_| {}).await;
    let visit = |date: &str| {
        let visit = json!({"region": VILLAGE, "household": home, "head_name": "贾文广", "date": date, "kind": "routine",
            "visitors": ["王丽"]});
        new("visit", visit)
    };
    let one = office.ok(visit("2026-10-19")).await.id;
    let other = office.ok(visit("2026-09-19")).await.id;
    office.ok(VoidRecord { id: other, reason: "记错了人家".into() }).await;
    let effect = office.ok(VoidEffect { id: home }).await;
    assert_eq!((effect.back, effect.with), (false, 4));
    assert_eq!(
        effect.words,
        "1 位家庭成员、1 份特殊家庭台账、1 对双岗联系人、1 次走访也不再显示。其中 1 次走访、服务或活动不再计入2026年10月的报表。"
    );
    office.ok(VoidRecord { id: home, reason: "迁往外省".into() }).await;
    let ask = |kind: Option<&str>, text: Option<&str>| ListVoided {
        region: TOWNSHIP.parse().unwrap(),
        kind: kind.map(str::to_owned),
        text: text.map(str::to_owned),
        skip: 0,
        limit: 10,
    };
    // What was made void last stands first; what only belongs to it is not a line of its own.
    let all = office.ok(ask(None, None)).await;
    let told: Vec<(Uuid, Option<&str>)> =
        all.rows.iter().map(|r| (r.row.id, r.row.void.as_deref())).collect();
    assert_eq!((told, all.total), (vec![(home, Some("迁往外省")), (other, Some("记错了人家"))], 2));
    assert_eq!(
        (all.rows[0].kind_label.as_str(), all.rows[0].by.as_deref(), all.rows[0].may),
        ("家庭户", Some("王丽"), true)
    );
    assert!(all.rows[0].at.is_some());
    assert_eq!(office.ok(ask(Some("visit"), None)).await.total, 1);
    assert_eq!(office.ok(ask(None, Some("jwg"))).await.rows[0].row.id, home);
    assert_eq!(office.ok(ask(None, Some("孙有福"))).await.total, 0);
    // Searches and lists leave it out as long as nobody asks.
    assert!(office.ok(Search { text: "贾文广".into(), limit: 10, kinds: vec![] }).await.is_empty());
    // The visit alone would be nowhere: neither here nor with the family.
    let refused = office.refused(RestoreRecord { id: other }).await;
    assert!(refused.message.contains("贾文广") && refused.message.contains("先恢复"), "{}", refused.message);
    let effect = office.ok(VoidEffect { id: home }).await;
    assert_eq!((effect.back, effect.with), (true, 4));
    assert!(effect.words.ends_with("重新计入2026年10月的报表。"), "{}", effect.words);
    office.ok(RestoreRecord { id: home }).await;
    assert_eq!(office.ok(list("visit")).await.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [one]);
    office.ok(RestoreRecord { id: other }).await;
    assert_eq!(office.ok(list("visit")).await.total, 2);
    assert_eq!(office.ok(ask(None, None)).await.total, 0);
}

/// It would be seen by nobody.
#[tokio::test]
async fn nothing_new_is_recorded_for_a_void_family() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    office.ok(VoidRecord { id: home, reason: "迁往外省".into() }).await;
    let child = || new("person", json!({"household": home, "name": "贾小宝", "relation": "child"}));
    let refused = office.refused(child()).await;
    assert!(refused.about("household").is_some_and(|said| said.contains("先恢复")), "{refused:?}");
    // Nor does somebody of another family go there.
    let other = office.family("孙有福", |_| {}).await;
    let other = office.ok(GetFamily { household: other }).await.persons[0].id;
    let there = SaveRecord { id: Some(other), ..new("person", json!({"household": home})) };
    let refused = office.refused(there).await;
    assert!(refused.about("household").is_some_and(|said| said.contains("先恢复")), "{refused:?}");
    office.ok(RestoreRecord { id: home }).await;
    office.ok(child()).await;
}

/// Every kind that people record can be made void, found among what is void, and brought back.
#[tokio::test]
async fn every_kind_that_is_made_void_is_found_again() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let page = office.ok(GetFamily { household: home }).await;
    let mut ids = vec![page.persons[0].id, page.files[0].id, page.contacts[0].id];
    let of_home = json!({"region": VILLAGE, "household": home, "head_name": "贾文广"});
    let with = |more: Value| {
        let mut all = fields(of_home.clone());
        all.extend(fields(more));
        Value::Object(all)
    };
    for (kind, value) in [
        ("visit", with(json!({"date": "2026-10-19", "kind": "routine", "visitors": ["王丽"]}))),
        (
            "need_survey",
            with(json!({"date": "2026-10-19", "needs": ["就医"], "persons": [{"name": "贾文广"}]})),
        ),
        (
            "insurance_claim",
            with(
                json!({"insured": {"name": "贾文广"}, "paid_on": "2026-10-01", "amount": "100.00", "days": 1}),
            ),
        ),
        (
            "counselling",
            with(json!({"date": "2026-10-19", "person": {"name": "贾文广"}, "counsellor": "李老师"})),
        ),
        ("member", json!({"region": VILLAGE, "name": "甲"})),
        ("volunteer", json!({"region": VILLAGE, "name": "乙", "approval": "approved"})),
        (
            "activity",
            json!({"region": VILLAGE, "name": "义诊", "start": "2026-05-29T09:00:00", "project": "health"}),
        ),
    ] {
        ids.push(office.ok(new(kind, value)).await.id);
    }
    ids.push(home);
    for id in ids {
        office.ok(VoidRecord { id, reason: "试".into() }).await;
        let all =
            ListVoided { region: TOWNSHIP.parse().unwrap(), kind: None, text: None, skip: 0, limit: 50 };
        let voided = office.ok(all).await;
        assert_eq!(voided.rows.iter().map(|row| row.row.id).collect::<Vec<_>>(), [id]);
        let one = &voided.rows[0];
        assert!(!one.row.title.is_empty() && one.may && !one.kind_label.is_ascii(), "{one:?}");
        office.ok(RestoreRecord { id }).await;
    }
}
