//! Two desks work without a network on the same families; it comes back; a supervisor exports the month.

use chrono::NaiveDate;
use serde_json::json;
use tiexin_contract::family::{GetFamily, RecordVisit};
use tiexin_contract::records::RecordHistory;
use tiexin_contract::report::ExportReport;
use tiexin_contract::sync::SyncState;
use tiexin_desk::ManualClock;
use tiexin_domain::nouns::PersonRef;
use tiexin_domain::nouns::visit::VisitKind;
use tiexin_domain::record::Fields;
use tiexin_testkit::desks::{self, StoryDesk, ledgers};
use tiexin_testkit::f1::Row;
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;
use uuid::Uuid;

const GUYANG: &str = "340323100";
const LIUJI: &str = "340323104";

fn day(d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, d).unwrap()
}

on_both_stores!(the_story);

async fn the_story(keep: Keep) {
    let clock = || ManualClock::on(day(31));
    let province = Province::start(keep).unwrap();
    let network = Network::to(province.address()).await.unwrap();
    let guyang_code = province.user("guyang", "worker", GUYANG).unwrap();
    let liuji_code = province.user("liuji", "worker", LIUJI).unwrap();
    // The second worker helps out in the first township too.
    province
        .administer(&["grant", "add", "--user", "liuji", "--role", "worker", "--region", GUYANG])
        .unwrap();
    let county_code = province.user("county", "supervisor", "340323").unwrap();

    // Both townships take in their ledgers; everything reaches the province and each other.
    let a = StoryDesk::enrolled(clock(), "guyang", &network.url(), &guyang_code).await.unwrap();
    let b = StoryDesk::enrolled(clock(), "liuji", &network.url(), &liuji_code).await.unwrap();
    a.import(&ledgers("guyang-2026-10"), GUYANG).await.unwrap();
    b.import(&ledgers("liuji-2026-10"), LIUJI).await.unwrap();
    for desk in [&a, &b, &a, &b] {
        told_everything(&desk.sync().await.unwrap());
    }

    // The network goes. Both go on working, on the same family too.
    network.cut();
    let family = a.household("3403231000006").await;
    assert_eq!(b.household("3403231000006").await, family);
    let met = person_named(&a, family, "余喆").await;
    // The ledger holds such a visit already: these add nothing to 户 and 人.
    visit(&a, family, "余喆", VisitKind::Emergency, vec![met.clone()]).await;
    visit(&b, family, "余喆", VisitKind::Emergency, vec![met]).await;
    let mine = register(&a, "340323100001", &["甲新户", "甲新户妻"]).await;
    visit(&a, mine.0, "甲新户", VisitKind::Routine, mine.1).await;
    let theirs = register(&b, "340323104001", &["乙新户"]).await;
    visit(&b, theirs.0, "乙新户", VisitKind::Hospital, theirs.1).await;
    a.edit("household", family, json!({"current_address": "东头一号", "phone": "19900001111"}))
        .await
        .unwrap();
    b.edit("household", family, json!({"current_address": "西头二号", "hardship": ["因病"]})).await.unwrap();
    let offline = a.sync().await;
    assert!(offline.is_err() || offline.unwrap().trouble.is_some(), "a cut network is told");
    let state = a.sync_state().await;
    assert!(state.waiting > 0 && !state.complete, "nothing says synced: {state:?}");

    // It comes back.
    network.restore();
    let c = StoryDesk::enrolled(clock(), "county", &network.url(), &county_code).await.unwrap();
    for desk in [&a, &b, &a, &b, &c] {
        told_everything(&desk.sync().await.unwrap());
    }
    converged(&[&a, &b, &c]).await;
    one_household(&a, &b, &c, family).await;
    for desk in [&a, &b, &c] {
        let report = desk.verify().await;
        assert!(report.sound, "{:?}", report.faults);
    }
    let verified = province.administer(&["verify"]);
    assert!(verified.is_ok(), "{verified:?}");

    export_matches(&c).await;
}

fn told_everything(state: &SyncState) {
    assert_eq!((state.waiting, state.parked, state.conflicts), (0, 0, 0), "{state:?}");
    assert!(state.complete && state.trouble.is_none() && state.last_full_round.is_some(), "{state:?}");
}

/// Wherever two desks hold the same scope, they hold the same.
async fn converged(desks: &[&StoryDesk]) {
    let mut shared = 0;
    let mut seen: std::collections::HashMap<String, (u64, String)> = Default::default();
    for desk in desks {
        for scope in desk.sync_state().await.scopes {
            assert!(scope.agreed, "{scope:?}");
            let now = (scope.sequence, scope.digest.clone());
            if let Some(before) = seen.insert(scope.scope.to_string(), now.clone()) {
                assert_eq!(before, now, "{}", scope.scope);
                shared += 1;
            }
        }
    }
    assert!(shared >= 3, "the desks share both townships: {seen:?}");
}

/// Different fields merged; the same field kept the later receipt, and the other value can be found again.
async fn one_household(a: &StoryDesk, b: &StoryDesk, c: &StoryDesk, family: Uuid) {
    let fields = async |desk: &StoryDesk| -> Fields {
        desk.run(GetFamily { household: family }).await.unwrap().household.fields
    };
    let (at_a, at_b, at_c) = (fields(a).await, fields(b).await, fields(c).await);
    assert_eq!(at_a, at_b);
    assert_eq!(at_a, at_c);
    assert_eq!(at_a["current_address"], "西头二号");
    assert_eq!(at_a["hardship"], json!(["因病"]));
    let history = c.run(RecordHistory { id: family }).await.unwrap();
    let kept = history.iter().filter_map(|h| h.overwritten.as_ref()).any(|o| o.value == "东头一号");
    assert!(kept, "the overwritten address is in the history: {history:?}");
}

async fn person_named(desk: &StoryDesk, household: Uuid, name: &str) -> PersonRef {
    let page = desk.run(GetFamily { household }).await.unwrap();
    let person = page.persons.iter().find(|p| p.fields["name"] == name).expect("the person");
    PersonRef { person: Some(person.id), name: name.into() }
}

async fn visit(desk: &StoryDesk, household: Uuid, head: &str, kind: VisitKind, met: Vec<PersonRef>) {
    let page = desk.run(GetFamily { household }).await.unwrap();
    let region = page.household.region;
    let mut visit = desks::visit(region, household, head, day(30), "谈心一小时，情绪平稳。");
    visit.kind = kind;
    visit.met = met;
    desk.run(RecordVisit { id: None, visit }).await.unwrap();
}

/// A new special family, and who can be met there.
async fn register(desk: &StoryDesk, village: &str, persons: &[&str]) -> (Uuid, Vec<PersonRef>) {
    let saved = desk.run(desks::family(village, persons)).await.unwrap();
    let page = desk.run(GetFamily { household: saved.id }).await.unwrap();
    let met = page
        .persons
        .iter()
        .map(|p| PersonRef { person: Some(p.id), name: p.fields["name"].as_str().unwrap_or_default().into() })
        .collect::<Vec<_>>();
    assert_eq!(met.len(), persons.len());
    (saved.id, met)
}

async fn export_matches(county: &StoryDesk) {
    // What was recorded offline.
    let guyang = Row::of("guyang-2026-10").more("日常走访", 1, 2);
    let liuji = Row::of("liuji-2026-10").more("住院探望", 1, 1);
    let total = guyang.plus(&liuji);
    let path = county.dir.path().join("F1.xlsx");
    let export = ExportReport {
        form: "F1".into(),
        month: "2026-10".into(),
        region: "340323".parse().unwrap(),
        by_village: false,
        path: Some(path.to_string_lossy().into_owned()),
    };
    county.run(export).await.unwrap();
    for (unit, row) in [("谷阳镇", guyang), ("刘集镇", liuji), ("合计", total)] {
        assert_eq!(Row::exported(&path, unit), row, "{unit}");
    }
}
