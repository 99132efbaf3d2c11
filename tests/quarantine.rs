//! What the province does not apply waits for a person: a visit in a village that is not the worker's, two
//! file codes for one family. A supervisor decides; everybody concerned learns it.

use chrono::NaiveDate;
use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::family::{GetFamily, RecordVisit, RegisterFamily};
use tiexin_contract::quarantine::{Item, ListQuarantine, PutAway, Quarantine, Settle, UnmaskBoth};
use tiexin_contract::records::RecordHistory;
use tiexin_desk::ManualClock;
use tiexin_domain::RegionCode;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::nouns::support_file::LossCategory;
use tiexin_domain::nouns::{Household, Person, PersonRef, SupportFile, Visit};
use tiexin_testkit::desks::StoryDesk;
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;
use uuid::Uuid;

const TOWN: &str = "340323100";
const VILLAGE: &str = "340323100001";
const COUNTY: &str = "340323";

fn day(d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, d).unwrap()
}

on_both_stores!(the_story);

async fn waits(desk: &StoryDesk) -> Quarantine {
    desk.run(ListQuarantine { region: None }).await.unwrap()
}

async fn only(desk: &StoryDesk) -> Item {
    let mut all = waits(desk).await.items;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

async fn family(desk: &StoryDesk) -> Uuid {
    let region: RegionCode = VILLAGE.parse().unwrap();
    let household =
        Household { current_address: Some("村东".into()), ..Household::named(region.clone(), "甲户") };
    let persons = vec![Person::named(region.clone(), "甲户")];
    let file = Some(SupportFile::open(region, Uuid::nil(), "甲户", LossCategory::Death));
    desk.run(RegisterFamily { household, persons, file, contacts: None }).await.unwrap().id
}

async fn visit(desk: &StoryDesk, household: Uuid, on: u32) -> Uuid {
    let mut visit = Visit::routine(VILLAGE.parse().unwrap(), household, "甲户", day(on));
    visit.met = vec![PersonRef { person: None, name: "甲户".into() }];
    visit.visitors = vec!["helper".into()];
    visit.note = Some("帮忙送了一趟药。".into());
    desk.run(RecordVisit { id: None, visit }).await.unwrap().id
}

async fn visits(desk: &StoryDesk, household: Uuid) -> Vec<Uuid> {
    let page = desk.run(GetFamily { household }).await.unwrap();
    page.timeline.into_iter().map(|row| row.id).collect()
}

async fn converged(desks: &[&StoryDesk]) {
    for desk in desks {
        desk.sync().await.unwrap();
    }
    let mut seen: Option<(u64, String)> = None;
    for desk in desks {
        let state = desk.sync().await.unwrap();
        assert!(state.complete, "{state:?}");
        let town = state.scopes.iter().find(|scope| scope.scope.as_str() == TOWN).expect("the township");
        assert!(town.agreed);
        let now = (town.sequence, town.digest.clone());
        assert_eq!(*seen.get_or_insert(now.clone()), now);
        assert!(desk.verify().await.sound);
    }
}

async fn the_story(keep: Keep) {
    let clock = || ManualClock::on(day(20));
    let province = Province::start(keep).unwrap();
    let network = Network::to(province.address()).await.unwrap();
    let code = |name: &str, role: &str, region: &str| province.user(name, role, region).unwrap();
    let owner_code = code("owner", "worker", TOWN);
    // Reads the county but works, from tomorrow on, in another township only.
    let helper_code = code("helper", "auditor", COUNTY);
    let words = ["grant", "add", "--user", "helper", "--role", "worker", "--region", TOWN];
    province.administer(&words).unwrap();
    let chief_code = code("chief", "supervisor", COUNTY);
    let owner = StoryDesk::enrolled(clock(), "owner", &network.url(), &owner_code).await.unwrap();
    let helper = StoryDesk::enrolled(clock(), "helper", &network.url(), &helper_code).await.unwrap();
    let chief = StoryDesk::enrolled(clock(), "chief", &province.url(), &chief_code).await.unwrap();
    let home = family(&owner).await;
    owner.sync().await.unwrap();
    for desk in [&helper, &chief] {
        desk.sync().await.unwrap();
        assert_eq!(desk.sync_state().await.needs_person(), 0);
    }

    // No network; and meanwhile the office takes the helper's right to record here.
    network.cut();
    let (first, second) = (visit(&helper, home, 18).await, visit(&helper, home, 19).await);
    let words = ["grant", "end", "--user", "helper", "--role", "worker", "--region", TOWN];
    province.administer(&words).unwrap();
    network.restore();
    helper.sync().await.unwrap();
    let state = helper.sync_state().await;
    assert_eq!((state.waiting, state.parked), (0, 2));
    assert!(visits(&helper, home).await.is_empty(), "what did not take effect is not shown as if it had");
    let mine = waits(&helper).await.items;
    assert!(mine.iter().all(|item| item.mine && item.code == "no_right" && item.reason == "没有权限"));

    // The supervisor's desk hears of it, keeps it, and decides without a line.
    chief.sync().await.unwrap();
    assert_eq!(chief.sync_state().await.to_settle, 2);
    let there = waits(&chief).await.items;
    assert_eq!(there[0].parts[0].record, first);
    assert_eq!((there[0].author.as_str(), there[0].region_name.as_str()), ("helper", "东关社区"));
    let choices = [Choice::Adopt, Choice::Decline];
    assert!(there.iter().all(|item| item.choices == choices && !item.mine));
    let silent = Settle { id: there[1].id, choice: Choice::Decline, note: None };
    assert_eq!(chief.run(silent).await.unwrap_err().code, ErrorCode::Invalid);
    chief.run(Settle { id: there[0].id, choice: Choice::Adopt, note: None }).await.unwrap();
    let no =
        Settle { id: there[1].id, choice: Choice::Decline, note: Some("当天由本村登记过".into()) };
    chief.run(no).await.unwrap();
    assert!(waits(&chief).await.items.is_empty());
    assert_eq!(visits(&chief, home).await, [first]);

    // Everybody has it; the author reads what became of both, and whose it was stays in the history.
    converged(&[&chief, &owner, &helper]).await;
    for desk in [&owner, &helper] {
        assert_eq!(visits(desk, home).await, [first]);
    }
    assert_eq!((helper.sync_state().await.parked, helper.sync_state().await.answered), (0, 2));
    let answers = waits(&helper).await.answers;
    let told: Vec<_> =
        answers.iter().map(|a| (a.record, &a.choice, a.by.as_deref(), a.note.as_deref())).collect();
    assert_eq!(told[0], (first, &Choice::Adopt, Some("chief"), None));
    assert_eq!(told[1], (second, &Choice::Decline, Some("chief"), Some("当天由本村登记过")));
    for answer in answers {
        helper.run(PutAway { id: answer.id }).await.unwrap();
    }
    assert_eq!(helper.sync_state().await.needs_person(), 0);
    let history = owner.run(RecordHistory { id: first }).await.unwrap();
    assert!(history.iter().any(|h| h.act.contains("helper") && h.act.contains("已采纳")), "{history:?}");

    // Two people write one family's ID number, each without a line.
    let person = owner.run(GetFamily { household: home }).await.unwrap().persons[0].id;
    owner.edit("person", person, json!({"id_number": "34052419800101001X"})).await.unwrap();
    chief.edit("person", person, json!({"id_number": "440524188001010014"})).await.unwrap();
    chief.sync().await.unwrap();
    owner.sync().await.unwrap();
    assert_eq!(owner.sync_state().await.conflicts, 1);
    chief.sync().await.unwrap();
    let item = only(&chief).await;
    let field = &item.parts[0].fields[0];
    assert_eq!((item.verdict.as_str(), field.label.as_str()), ("conflict", "身份证号"));
    assert_eq!(
        (field.ours.as_str(), field.theirs.as_str()),
        (Some("****************1X"), Some("****************14"))
    );
    assert_eq!((item.author.as_str(), field.by.as_deref()), ("owner", Some("chief")));
    let show = UnmaskBoth { id: item.id, record: person, field: "id_number".into(), ours: true };
    assert_eq!(chief.run(show).await.unwrap().value, "34052419800101001X");
    chief.run(Settle { id: item.id, choice: Choice::Ours, note: None }).await.unwrap();
    converged(&[&chief, &owner, &helper]).await;
    for desk in [&chief, &owner, &helper] {
        let page = desk.run(GetFamily { household: home }).await.unwrap();
        assert_eq!(page.persons[0].fields["id_number"], "****************1X");
    }
    assert_eq!(owner.sync_state().await.conflicts, 0);
    assert_eq!(waits(&owner).await.answers[0].choice, Choice::Ours);
    let verified = province.administer(&["verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}
