//! What a record may be only beside other records is told before it is saved.

use serde_json::{Value, json};
use tiexin_contract::family::{ExportFamilies, GetFamily};
use tiexin_contract::records::{GetRecord, SaveRecord};
use tiexin_domain::Kind;
use tiexin_domain::around::{self, Reach, example};
use tiexin_store::{By, Save};
use uuid::Uuid;

use crate::families::cells;
use crate::meanwhile::behind;
use crate::office::{Office, TOWNSHIP, day, fields};

fn new(kind: &str, value: Value) -> SaveRecord {
    SaveRecord { kind: kind.into(), id: None, version: None, fields: fields(value) }
}

fn edit(kind: &str, id: Uuid, value: Value) -> SaveRecord {
    SaveRecord { kind: kind.into(), id: Some(id), version: None, fields: fields(value) }
}

/// Each declared rule by the command with which a form saves: as it is asked at the province
/// (`server/tests/province/surroundings.rs`). What is only told comes with what was saved.
#[tokio::test]
async fn every_declared_rule_is_asked_by_a_save() {
    for kind in Kind::ALL {
        for rule in around::rules(kind.code()) {
            let one = example(kind.code(), rule.code).unwrap();
            let office = Office::township(day(2026, 10, 20)).await;
            let others = one.others.clone();
            behind(&office, move |book| {
                let saves: Vec<Save> = others
                    .into_iter()
                    .map(|other| Save { id: other.id, kind: other.kind, fields: other.fields, void: None })
                    .collect();
                let by = By { author: book.users().unwrap()[0].id, now_ms: 1, group: Uuid::from_u128(3) };
                book.save_group(&saves, &by).unwrap();
            })
            .await;
            let save = new(kind.code(), Value::Object(one.record.fields.clone()));
            if rule.reach == Reach::Told {
                let gaps = office.ok(save).await.row.gaps;
                assert!(gaps.iter().any(|gap| gap.code == rule.code), "{kind:?} {}: {gaps:?}", rule.code);
                continue;
            }
            let refused = office.refused(save).await;
            // 换联系人 says the same in more words.
            let known = [rule.code, "from_missing"];
            let told = refused.problems.iter().any(|problem| known.contains(&problem.code.as_str()));
            assert!(told, "{kind:?} {}: {refused:?}", rule.code);
        }
    }
}

#[tokio::test]
async fn an_office_s_own_limit_is_asked_and_told() {
    let office = Office::township(day(2026, 10, 20)).await;
    let helper = json!({"name": "于桂", "region": "340323100002", "approval": "approved"});
    let helper = office.ok(new("volunteer", helper)).await.id;
    let paired = |home: Uuid| {
        let said = json!({"household": home, "by": helper, "by_name": "于桂", "by_kind": "volunteer",
            "from": "2026-10-05"});
        new("pairing", said)
    };
    let first = office.family("贾文广", |_| {}).await;
    let second = office.family("孙有福", |_| {}).await;
    office.ok(paired(first)).await;
    let own = r#"[{"code": "helper_families", "value": 1, "from": "2026-01-01", "place": "340323"}]"#;
    std::fs::write(office.folder.path().join("limits.json"), own).unwrap();
    let refused = office.refused(paired(second)).await;
    assert!(refused.about("by").is_some_and(|word| word.contains("最多结对1户")), "{refused:?}");
    std::fs::write(office.folder.path().join("limits.json"), "[").unwrap();
    office.ok(paired(second)).await;
}

/// Of a record alone, too: what is refused, and what a row lacks.
#[tokio::test]
async fn an_office_s_own_limit_holds_for_a_record_alone() {
    let office = Office::township(day(2026, 10, 20)).await;
    let hours = |minutes: u32| {
        let said = json!({"region": TOWNSHIP, "volunteer_name": "于桂", "date": "2026-10-05", "minutes": minutes,
            "what": "activity"});
        new("service_hours", said)
    };
    let refused = office.refused(hours(780)).await;
    assert!(refused.about("minutes").is_some_and(|word| word.contains("12 小时")), "{refused:?}");
    let review = json!({"region": TOWNSHIP, "name": "评议", "kind": "village_review", "date": "2026-10-05",
        "present": [{"name": "甲"}, {"name": "乙"}, {"name": "丙"}]});
    let review = office.ok(new("meeting", review)).await.id;
    let own = r#"[{"code": "entry_minutes", "value": 900, "from": "2026-01-01"},
        {"code": "village_reviewers", "value": 5, "from": "2026-01-01"}]"#;
    std::fs::write(office.folder.path().join("limits.json"), own).unwrap();
    office.ok(hours(780)).await;
    let gaps = office.ok(GetRecord { id: review }).await.gaps;
    assert!(gaps.iter().any(|gap| gap.message.contains("至少 5 人")), "{gaps:?}");
}

#[tokio::test]
async fn an_edit_makes_no_second_pair_of_the_same_time() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let page = office.ok(GetFamily { household: home }).await;
    let (file, former) = (page.files[0].id, page.contacts[0].id);
    let next = json!({
        "household": home, "file": file, "township_leader": "赵镇长", "village_worker": "孙村医", "from": "2026-10-10",
    });
    let next = office.ok(new("contact_pair", next)).await.id;
    assert_eq!(office.ok(GetRecord { id: former }).await.fields["to"], "2026-10-09");
    // The former pair goes on beside the next, or the next began before the former ended.
    for (id, value) in [
        (former, json!({"to": null})),
        (former, json!({"to": "2026-10-15"})),
        (next, json!({"from": "2026-10-01"})),
    ] {
        let refused = office.refused(edit("contact_pair", id, value.clone())).await;
        assert!(refused.about("from").is_some_and(|word| word.contains("另一对")), "{value} {refused:?}");
    }
    // What touches nothing of it is saved.
    office.ok(edit("contact_pair", former, json!({"handover_note": "已交接"}))).await;
    office.ok(edit("contact_pair", former, json!({"to": "2026-10-08"}))).await;
}

#[tokio::test]
async fn a_family_has_one_active_file_and_nobody_is_a_volunteer_twice() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let first = office.ok(GetFamily { household: home }).await.files[0].id;
    let file = json!({"household": home, "category": "death", "status": "active", "preference": "declined"});
    let refused = office.refused(new("support_file", file.clone())).await;
    assert!(refused.about("status").is_some_and(|word| word.contains("在册")), "{refused:?}");
    office.ok(edit("support_file", first, json!({"status": "closed", "status_reason": "重复"}))).await;
    let second = office.ok(new("support_file", file)).await.id;
    let refused = office.refused(edit("support_file", first, json!({"status": "active"}))).await;
    assert!(refused.about("status").is_some(), "{refused:?}");
    office.ok(edit("support_file", second, json!({"hospital": "县医院"}))).await;

    let volunteer = |approval: &str| {
        new(
            "volunteer",
            json!({"name": "于桂", "region": "340323100002", "approval": approval,
            "id_number": "34052419800101001X"}),
        )
    };
    office.ok(volunteer("declined")).await;
    office.ok(volunteer("pending")).await;
    let refused = office.refused(volunteer("approved")).await;
    assert!(refused.about("approval").is_some(), "{refused:?}");
}

/// What came together from two desks stands until somebody decides: both are told on the family's page.
#[tokio::test]
async fn two_active_files_and_two_heads_are_told_on_the_page() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    assert!(!office.ok(GetFamily { household: home }).await.gaps.iter().any(|gap| gap.contains("不止")));
    behind(&office, move |book| {
        let by = By { author: book.users().unwrap()[0].id, now_ms: 1, group: Uuid::from_u128(3) };
        let made = |id: u128, kind: &str, said: Value| {
            let mut all = fields(json!({"region": "340323100001", "household": home}));
            all.extend(fields(said));
            Save { id: Uuid::from_u128(id), kind: kind.into(), fields: all, void: None }
        };
        let file = json!({"head_name": "贾文广", "category": "death", "status": "active",
            "preference": "declined"});
        let saves =
            [made(71, "support_file", file), made(72, "person", json!({"name": "于桂", "relation": "head"}))];
        book.save_group(&saves, &by).unwrap();
    })
    .await;
    let gaps = office.ok(GetFamily { household: home }).await.gaps;
    for told in ["户主", "在册"] {
        assert!(gaps.iter().any(|gap| gap.contains("不止") && gap.contains(told)), "{told}: {gaps:?}");
    }
    let start = tiexin_contract::family::VisitStart { household: Some(home) };
    assert_eq!(office.ok(start).await.preference.as_deref(), Some("declined"));
    // The table for print has one row of the family.
    let path = office.folder.path().join("名册.xlsx").to_string_lossy().into_owned();
    office.ok(ExportFamilies { region: TOWNSHIP.parse().unwrap(), path: Some(path.clone()) }).await;
    assert_eq!(cells(&path).lines().filter(|cell| *cell == "贾文广").count(), 1);
}

#[tokio::test]
async fn nobody_is_a_member_twice_at_once() {
    let office = Office::township(day(2026, 10, 20)).await;
    let member = |said: Value| {
        let mut fields = json!({"name": "于桂", "region": "340323100002", "structure": "individual",
            "id_number": "34052419800101001X"});
        fields.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        new("member", fields)
    };
    let first = office.ok(member(json!({"joined": "2020-05"}))).await.id;
    let refused = office.refused(member(json!({"joined": "2026-10-20"}))).await;
    assert!(refused.about("joined").is_some_and(|word| word.contains("已经是会员")), "{refused:?}");
    // Who has left may come back.
    office.ok(edit("member", first, json!({"left": "2025-12"}))).await;
    office.ok(member(json!({"joined": "2026-10-20"}))).await;
    let refused = office.refused(edit("member", first, json!({"left": null}))).await;
    assert!(refused.about("joined").is_some(), "{refused:?}");
}
