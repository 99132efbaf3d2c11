//! What has to be done by a date: in which order, till when, and who is told.

use serde_json::{Value, json};
use tiexin_contract::family::{GetFamily, RegisterFamily};
use tiexin_contract::records::SaveRecord;
use tiexin_contract::today::{GetToday, Open, Todo};
use tiexin_domain::PartialDate;
use tiexin_domain::access::Role;
use tiexin_domain::nouns::support_file::{Assistance, ContactPreference};
use tiexin_domain::reminder::Act;
use tiexin_store::{By, Save};
use uuid::Uuid;

use super::{today, wish};
use crate::meanwhile::behind;
use crate::office::{Office, TOWNSHIP, VILLAGE, day, fields, saved};
use crate::waiting::grants;

/// Till its last day a contract covers; on the family's page and here it is told when it does no more.
#[tokio::test]
async fn a_doctor_s_contract_that_has_ended_is_told() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office
        .family("贾文广", |family| {
            let file = family.file.as_mut().unwrap();
            file.doctor = Some("李医生".into());
            file.doctor_until = Some(PartialDate::Day(day(2026, 10, 19)));
        })
        .await;
    let gaps = office.ok(GetFamily { household: home }).await.gaps;
    for lacks in ["家庭医生签约已到期", "缺就医绿色通道医院"] {
        assert!(gaps.iter().any(|gap| gap == lacks), "{lacks}: {gaps:?}");
    }
    let told: Vec<String> = office.ok(today()).await.todo.into_iter().map(|one| one.rule).collect();
    assert_eq!(told, ["doctor_ends"]);
}

/// Whatever the family wishes: somebody is in danger. Why is not told, nor to others than the named contacts.
#[tokio::test]
async fn of_an_urgent_risk_the_named_contact_is_told_until_somebody_got_in_touch() {
    let office = Office::township(day(2026, 10, 20)).await;
    let mut sessions = Vec::new();
    for (head, leader, risk) in [
        ("贾文广", Some("赵镇长"), "urgent"),
        ("孙有福", Some("王丽"), "urgent"),
        ("周大伟", Some("王丽"), "watch"),
        ("吴安", None, "urgent"),
    ] {
        let contact = |family: &mut RegisterFamily| {
            wish(ContactPreference::Declined)(family);
            match leader {
                Some(leader) => family.contacts.as_mut().unwrap().township_leader = Some(leader.into()),
                None => family.contacts = None,
            }
        };
        let home = office.family(head, contact).await;
        let session =
            json!({"household": home, "date": "2026-10-19", "person": {"name": head}, "risk": risk});
        sessions.push(saved(&office, "counselling", session).await);
    }
    // Who has waited longer comes behind.
    let asked = json!({"region": VILLAGE, "matter": "medical", "asked_on": "2026-09-20", "anonymous": true});
    let asked = saved(&office, "rights_case", asked).await;
    let page = office.ok(today()).await;
    let told: Vec<(Uuid, &str)> = page.todo.iter().map(|one| (one.record, one.says.as_str())).collect();
    assert_eq!(told, [(sessions[1], "请今天与本人联系"), (asked, "该答复了")]);
    let touched = SaveRecord {
        kind: "counselling".into(),
        id: Some(sessions[1]),
        version: None,
        fields: fields(json!({"contacted_on": "2026-10-20"})),
    };
    office.ok(touched).await;
    let left: Vec<Uuid> = office.ok(today()).await.todo.iter().map(|one| one.record).collect();
    assert_eq!(left, [asked]);
}

#[tokio::test]
async fn what_is_due_by_a_date_is_told_the_most_urgent_first() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", wish(ContactPreference::Welcome)).await;
    let policy =
        json!({"region": TOWNSHIP, "product": "住院护理补贴保险", "from": "2025-11-11", "to": "2026-11-10"});
    let policy = saved(&office, "policy", policy).await;
    let case = |matter: &str| json!({"region": VILLAGE, "matter": matter, "asked_on": "2026-10-04", "anonymous": true});
    let asked = saved(&office, "rights_case", case("medical")).await;
    // Of which nobody is told what it is.
    let danger = saved(&office, "rights_case", case("violence")).await;
    let wish =
        json!({"household": home, "date": "2026-07-01", "person": {"name": "贾文广"}, "wish": "一辆轮椅"});
    let wish = saved(&office, "wish", wish).await;
    let page = office.ok(today()).await;
    let told: Vec<(Uuid, &str, i64)> =
        page.todo.iter().map(|one| (one.record, one.says.as_str(), one.days_ahead)).collect();
    assert_eq!(
        told,
        [
            (danger, "请今天受理", -16),
            (asked, "该答复了", -1),
            (policy, "保险到期", 21),
            (wish, "还没有人认领", -51)
        ]
    );
    assert_eq!((page.todo_total, page.open), (4, Open { due: 1, todo: 4 }));
    assert_eq!((&page.todo[0].act, page.todo[0].household), (&Act::Open, None));
    // A county that wants none of one, and another sooner.
    let own = r#"[{"code": "policy_ends", "of": "gaps", "quiet": true}]"#;
    std::fs::write(office.folder.path().join("reminders.json"), own).unwrap();
    assert_eq!(office.ok(today()).await.todo_total, 3);
}

/// On the day on which it was taken down: who handles it, who took it down and the supervisors. What it is, nobody.
#[tokio::test]
async fn an_urgent_request_that_nobody_accepted_is_told_the_same_day_to_few() {
    let office = Office::township(day(2026, 10, 20)).await;
    let told = async || {
        let page = office.ok(today()).await;
        let whole = serde_json::to_string(&page).unwrap();
        for word in ["violence", "家庭暴力", "urgent", "紧急", "保护令"] {
            assert!(!whole.contains(word), "{word}: {whole}");
        }
        page.todo.into_iter().map(|one| (one.record, one.says)).collect::<Vec<_>>()
    };
    let cases = [
        json!({"urgent": true, "matter": "medical", "handler": "王丽"}),
        json!({"urgent": true, "matter": "violence", "handler": "李 专干"}),
        json!({"matter": "violence"}),
        json!({"urgent": true, "matter": "violence", "handler": "王丽", "accepted_on": "2026-10-20"}),
    ];
    let id = |nth: usize| Uuid::from_u128(0x700 + nth as u128);
    behind(&office, |book| {
        let by = By { author: Uuid::from_u128(0xA17), now_ms: 9, group: Uuid::from_u128(99) };
        let save = |(nth, more): (usize, &Value)| {
            let mut all = fields(json!({"region": VILLAGE, "asked_on": "2026-10-20", "anonymous": true,
                "wish": "想要人身安全保护令", "recorded_by_id": Uuid::from_u128(0xA17)}));
            all.extend(fields(more.clone()));
            Save { id: id(nth), kind: "rights_case".into(), fields: all, void: None }
        };
        let all: Vec<Save> = cases.iter().enumerate().map(save).collect();
        book.save_group(&all, &by).unwrap();
    })
    .await;
    let now = |nth: usize| (id(nth), "请今天受理".to_owned());
    assert_eq!(told().await, [now(0)]);
    // Who took one down knows it.
    let own = json!({"region": VILLAGE, "asked_on": "2026-10-20", "anonymous": true, "urgent": true, "matter": "other"});
    let own = saved(&office, "rights_case", own).await;
    assert!(told().await.contains(&(own, "请今天受理".to_owned())));
    grants(&office, &[(Role::Supervisor, TOWNSHIP)]).await;
    let seen = told().await;
    assert!([0, 1, 2].into_iter().all(|nth| seen.contains(&now(nth))) && seen.len() == 4, "{seen:?}");
}

/// What has waited for months hides neither what is due now nor whom to visit.
#[tokio::test]
async fn what_has_long_been_overdue_comes_behind() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", wish(ContactPreference::Welcome)).await;
    let case =
        |asked: &str| json!({"region": VILLAGE, "matter": "medical", "asked_on": asked, "anonymous": true});
    let long = saved(&office, "rights_case", case("2026-08-01")).await;
    assert!(!office.ok(today()).await.todo.iter().any(Todo::is_pressing));
    let now = saved(&office, "rights_case", case("2026-10-04")).await;
    let wish =
        json!({"household": home, "date": "2026-07-01", "person": {"name": "贾文广"}, "wish": "一辆轮椅"});
    let wish = saved(&office, "wish", wish).await;
    // Papers of this month stand before what is older than a month.
    let policy =
        json!({"region": TOWNSHIP, "product": "住院护理补贴保险", "from": "2025-11-11", "to": "2026-11-10"});
    let policy = saved(&office, "policy", policy).await;
    let page = office.ok(today()).await;
    let told: Vec<(Uuid, i64, bool)> =
        page.todo.iter().map(|one| (one.record, one.days_ahead, one.is_pressing())).collect();
    assert_eq!(told, [(now, -1, true), (policy, 21, false), (long, -65, false), (wish, -51, false)]);
}

/// Fifteen days, unless whoever took it up set another day: a longer one, or one put off with a reason.
#[tokio::test]
async fn a_request_is_due_on_the_day_that_was_set_for_it() {
    let office = Office::township(day(2026, 10, 20)).await;
    let asked = json!({"region": VILLAGE, "matter": "medical", "asked_on": "2026-10-04", "anonymous": true});
    let case = |due: Value| {
        let mut case = asked.clone();
        case["due"] = due;
        case
    };
    let usual = saved(&office, "rights_case", case(Value::Null)).await;
    let near = saved(&office, "rights_case", case("2026-10-23".into())).await;
    // Not for some weeks yet.
    saved(&office, "rights_case", case("2026-12-03".into())).await;
    let page = office.ok(today()).await;
    let told: Vec<(Uuid, &str, i64)> =
        page.todo.iter().map(|one| (one.record, one.says.as_str(), one.days_ahead)).collect();
    assert_eq!(told, [(usual, "该答复了", -1), (near, "该答复了", 3)]);
}

#[tokio::test]
async fn papers_of_the_year_and_sessions_are_begun_from_here() {
    let office = Office::township(day(2026, 12, 28)).await;
    let drawing = |family: &mut RegisterFamily| {
        wish(ContactPreference::Welcome)(family);
        family.file.as_mut().unwrap().assistance = Some(Assistance::Yes);
    };
    let home = office.family("贾文广", drawing).await;
    let pair = json!({"household": home, "person": {"name": "贾文广"}, "counsellor_name": "周老师",
        "agreed_on": "2026-12-01", "from": "2026-12-01", "rhythm_days": "14"});
    saved(&office, "counselling_pair", pair).await;
    let page = office.ok(today()).await;
    let told: Vec<_> =
        page.todo.iter().map(|one| (one.rule.as_str(), one.household, one.act.clone())).collect();
    let made = |kind: &str| Act::Make(kind.to_owned());
    assert_eq!(
        told,
        [
            ("session_due", Some(home), made("counselling")),
            ("papers_of_the_year", Some(home), made("assistance_review"))
        ]
    );
    assert_eq!(page.todo[0].date, day(2026, 12, 15));
    let whole = serde_json::to_string(&page).unwrap();
    assert!(!whole.contains("某某") && !whole.contains("某因"));
    let review = json!({"household": home, "person": {"name": "贾文广"}, "year": 2027, "kind": "annual"});
    saved(&office, "assistance_review", review).await;
    let session = json!({"household": home, "date": "2026-12-28", "person": {"name": "贾文广"}});
    saved(&office, "counselling", session).await;
    assert!(office.ok(today()).await.todo.is_empty());
}

/// A place may tell of families only who looks after them.
#[tokio::test]
async fn the_named_contact_is_told_of_the_own_families() {
    let office = Office::township(day(2026, 10, 20)).await;
    let own = r#"[{"code": "wish_unclaimed", "region": "340323", "says": "还没有人认领", "late": 300,
        "to": [{"level": "village"}, {"level": "township", "contact": true}],
        "of": {"dated": {"kind": "wish", "by": "date", "plus": 60, "when": {"claimed_on": null}}}}]"#;
    std::fs::write(office.folder.path().join("reminders.json"), own).unwrap();
    let wish = async |home: Uuid, head: &str, on: &str| {
        let wished = json!({"household": home, "date": on, "person": {"name": head}, "wish": "一辆轮椅"});
        saved(&office, "wish", wished).await
    };
    let mut homes = Vec::new();
    for (head, leader) in [("贾文广", "赵镇长"), ("孙有福", "王丽")] {
        let contact = |family: &mut RegisterFamily| {
            family.contacts.as_mut().unwrap().township_leader = Some(leader.into());
        };
        let home = office.family(head, contact).await;
        wish(home, head, "2026-07-01").await;
        homes.push(home);
    }
    let told = async |region: &str| {
        let page = office.ok(GetToday { region: region.parse().unwrap() }).await;
        page.todo.into_iter().map(|one| one.title).collect::<Vec<_>>()
    };
    assert_eq!(told(TOWNSHIP).await, ["孙有福 2026-07-01 微心愿"]);
    assert_eq!(told(VILLAGE).await.len(), 2);
    // However many another's families wait for.
    for _ in 0..61 {
        wish(homes[0], "贾文广", "2026-06-01").await;
    }
    assert_eq!(told(TOWNSHIP).await, ["孙有福 2026-07-01 微心愿"]);
}
