//! A family moves to another township while its old worker, who has no network, still looks after it.

use chrono::NaiveDate;
use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::family::{GetFamily, MoveFamily, RecordVisit};
use tiexin_contract::quarantine::{ListQuarantine, SettleMany};
use tiexin_contract::records::GetRecord;
use tiexin_desk::ManualClock;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_testkit::desks::{self, StoryDesk};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;

const OLD: &str = "340323100";
const NEW: &str = "340323104";
const VILLAGE: &str = "340323100001";
const NEW_VILLAGE: &str = "340323104001";

fn day(d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, d).unwrap()
}

on_both_stores!(the_story);

async fn the_story(keep: Keep) {
    let clock = || ManualClock::on(day(31));
    let province = Province::start(keep).unwrap();
    let line = Network::to(province.address()).await.unwrap();
    let codes = [("old", "worker", OLD), ("new", "worker", NEW), ("county", "supervisor", "340323")]
        .map(|(name, role, region)| province.user(name, role, region).unwrap());
    let old = StoryDesk::enrolled(clock(), "old", &line.url(), &codes[0]).await.unwrap();
    let new = StoryDesk::enrolled(clock(), "new", &province.url(), &codes[1]).await.unwrap();
    let county = StoryDesk::enrolled(clock(), "county", &province.url(), &codes[2]).await.unwrap();
    let family = old.run(desks::family(VILLAGE, &["钟户主", "钟户主妻"])).await.unwrap().id;
    let seen = desks::visit(VILLAGE.parse().unwrap(), family, "钟户主", day(9), "一切都好");
    let seen = old.run(RecordVisit { id: None, visit: seen }).await.unwrap().id;
    for desk in [&old, &county, &new] {
        assert!(desk.sync().await.unwrap().complete);
    }

    // The old worker goes on without a network; meanwhile the county moves the family.
    line.cut();
    let late = desks::visit(VILLAGE.parse().unwrap(), family, "钟户主", day(30), "帮着收拾东西");
    let late = old.run(RecordVisit { id: None, visit: late }).await.unwrap().id;
    old.edit("household", family, json!({"phone": "19900002580"})).await.unwrap();
    let moving = MoveFamily {
        household: family,
        region: NEW_VILLAGE.parse().unwrap(),
        address: Some("新村 3 号".into()),
        on: None,
        why: Some("随女儿居住".into()),
        handover: Some("老钟耳背，电话要多响几声".into()),
    };
    assert_eq!(new.run(moving.clone()).await.unwrap_err().code, ErrorCode::NotFound);
    let moved = county.run(moving).await.unwrap();
    assert_eq!((moved.records, moved.leaves), (4, true), "the household, two people, the file");
    assert!(county.sync().await.unwrap().complete);
    assert!(new.sync().await.unwrap().complete);

    // At the new place: the family whole, with what was said for the colleagues; past visits stay.
    let page = new.run(GetFamily { household: family }).await.unwrap();
    assert_eq!((page.persons.len(), page.files.len(), page.timeline.len()), (2, 1, 0));
    assert_eq!(page.household.fields["current_address"], "新村 3 号");
    assert_eq!(page.household.fields["moved_from"], VILLAGE);
    assert!(page.household.fields["notes"].as_str().unwrap().contains("耳背"));

    // The old worker hears of it: the family leaves the desk, what was done there stays, what came late is
    // told as handed on, and nothing waits.
    line.restore();
    let state = old.sync().await.unwrap();
    assert_eq!((state.waiting, state.parked), (0, 2), "{state:?}");
    let gone = old.run(GetFamily { household: family }).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::NotFound);
    let kept = old.run(GetRecord { id: seen }).await.unwrap();
    assert_eq!(kept.fields["note"], "一切都好");
    assert!(old.run(GetRecord { id: late }).await.is_err());
    for trouble in old.run(ListQuarantine { region: None }).await.unwrap().items {
        assert_eq!((trouble.verdict.as_str(), trouble.code.as_str()), ("parked", "moved"));
        assert!(
            trouble.message.contains("迁往别处") && trouble.message.contains("迁入地"),
            "{}",
            trouble.message
        );
    }
    // The county adopts all that waits: it goes to the new place, nothing comes back, and its author is told.
    county.sync().await.unwrap();
    let waiting = county.run(ListQuarantine { region: None }).await.unwrap().items;
    assert_eq!((waiting.len(), county.sync_state().await.needs_person()), (2, 2));
    let ids = waiting.iter().map(|item| item.id).collect();
    let many = SettleMany { ids, choice: Choice::Adopt, note: None, job: None };
    let told = county.run(many).await.unwrap();
    assert_eq!((told.done, told.left), (2, Vec::new()));
    for desk in [&county, &new, &old] {
        desk.sync().await.unwrap();
    }
    assert_eq!(county.sync_state().await.needs_person(), 0, "what was adopted does not come back");
    assert_eq!(new.run(GetRecord { id: late }).await.unwrap().region.as_str(), NEW_VILLAGE);
    let answers = old.run(ListQuarantine { region: None }).await.unwrap();
    assert!(answers.items.is_empty() && answers.answers.iter().all(|one| one.choice == Choice::Adopt));
    assert_eq!(answers.answers.len(), 2);

    for desk in [&old, &new, &county] {
        desk.sync().await.unwrap();
        let report = desk.verify().await;
        assert!(report.sound, "{:?}", report.faults);
        assert!(desk.sync_state().await.scopes.iter().all(|scope| scope.agreed));
    }
    let verified = province.administer(&["verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}
