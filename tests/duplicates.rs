//! Two desks without a network register the same family. The county merges it; a third desk that has not heard
//! of it still works on the registration that gave way; in the end the merge is taken back.

use chrono::NaiveDate;
use serde_json::json;
use tiexin_contract::duplicates::{CompareDuplicates, Duplicates, ListDuplicates, MergeRecords, UndoMerge};
use tiexin_contract::family::{GetFamily, RecordVisit};
use tiexin_contract::records::{GetRecord, SaveRecord};
use tiexin_desk::ManualClock;
use tiexin_domain::IdNumber;
use tiexin_domain::nouns::merge::MergeDecision;
use tiexin_domain::nouns::person::Relation;
use tiexin_testkit::desks::{self, StoryDesk};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;
use uuid::Uuid;

const TOWN: &str = "340323100";
const VILLAGE: &str = "340323100001";

fn day(d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, d).unwrap()
}

on_both_stores!(the_story);

async fn register(desk: &StoryDesk) -> Uuid {
    let mut family = desks::family(VILLAGE, &["贾文广", "白梅霞"]);
    let number = IdNumber::read("34052419800101001X").unwrap().number;
    let head = family.persons.remove(0).with_id(&number);
    family.persons.insert(0, head);
    family.persons[0].relation = Some(Relation::Head);
    desk.run(family).await.unwrap().id
}

async fn look_alike(desk: &StoryDesk) -> Duplicates {
    desk.run(ListDuplicates { region: None, household: None }).await.unwrap()
}

async fn the_story(keep: Keep) {
    let clock = || ManualClock::on(day(31));
    let province = Province::start(keep).unwrap();
    let lines = [
        Network::to(province.address()).await.unwrap(),
        Network::to(province.address()).await.unwrap(),
        Network::to(province.address()).await.unwrap(),
    ];
    let mut workers = Vec::new();
    for (name, line) in ["one", "two", "third"].into_iter().zip(&lines) {
        let code = province.user(name, "worker", TOWN).unwrap();
        workers.push(StoryDesk::enrolled(clock(), name, &line.url(), &code).await.unwrap());
    }
    let code = province.user("county", "supervisor", "340323").unwrap();
    let county = StoryDesk::enrolled(clock(), "county", &province.url(), &code).await.unwrap();
    let [one, two, third] = &workers[..] else { panic!("three desks") };

    // Neither knows of the other's registration.
    for line in &lines[..2] {
        line.cut();
    }
    let homes = [register(one).await, register(two).await];
    for line in &lines[..2] {
        line.restore();
    }
    for desk in [one, two, third, &county] {
        desk.sync().await.unwrap();
    }
    one.sync().await.unwrap();
    let told = look_alike(&county).await;
    assert_eq!(told.pairs.len(), 1, "{:?}", told.pairs);
    let pair = &told.pairs[0];
    assert_eq!((pair.kind.as_str(), pair.reason.as_str()), ("household", "户主身份证号相同"));
    assert!(homes.contains(&pair.one.id) && homes.contains(&pair.other.id));
    assert_eq!(look_alike(one).await.pairs.len(), 1, "a worker of the township is asked as well");
    let (stays, away) = (pair.one.id, pair.other.id);

    // Money comes in for the one that will give way; the third desk goes out of reach.
    let claim = json!({"region": VILLAGE, "household": away, "head_name": "贾文广",
        "insured": {"name": "贾文广"}, "amount": "500.00", "paid_on": "2026-09-01"});
    let fields = claim.as_object().unwrap().clone();
    let claim = SaveRecord { kind: "insurance_claim".into(), id: None, version: None, fields };
    let claim = two.run(claim).await.unwrap().id;
    for desk in [two, third, &county] {
        desk.sync().await.unwrap();
    }
    lines[2].cut();
    let both = county.run(CompareDuplicates { one: stays, other: away }).await.unwrap();
    assert_eq!(both.other.money.len(), 1);
    let merging = MergeRecords { stays, gives_way: away, take: Vec::new(), money: Vec::new() };
    let merged = county.run(merging).await.unwrap();
    assert_eq!((merged.turned, merged.left), (3, 1), "two people and the file; the claim is left alone");
    assert!(county.sync().await.unwrap().complete);

    // What the third desk does meanwhile, on the one that gave way.
    let late = desks::visit(VILLAGE.parse().unwrap(), away, "贾文广", day(30), "帮着收拾东西");
    let late = third.run(RecordVisit { id: None, visit: late }).await.unwrap().id;
    third.edit("household", away, json!({"phone": "19900002580", "notes": "门口有狗"})).await.unwrap();
    lines[2].restore();
    let state = third.sync().await.unwrap();
    assert_eq!((state.waiting, state.parked, state.conflicts), (0, 0, 0), "{state:?}");
    for desk in [one, two, third, &county] {
        desk.sync().await.unwrap();
        let page = desk.run(GetFamily { household: stays }).await.unwrap();
        assert_eq!(page.household.fields["notes"], "门口有狗");
        assert_eq!((page.persons.len(), page.files.len()), (4, 2));
        let visit = page.timeline.iter().find(|row| row.id == late).expect("the late visit");
        assert_eq!(visit.fields["household"], json!(stays));
        // Not turned, not lost.
        let money = page.timeline.iter().find(|row| row.id == claim).expect("the claim");
        assert_eq!(money.fields["household"], json!(away));
        let gone = desk.run(GetRecord { id: away }).await.unwrap();
        assert!(gone.void.is_some() && !gone.fields.contains_key("notes"));
        let kinds: Vec<String> = look_alike(desk).await.pairs.into_iter().map(|pair| pair.kind).collect();
        assert_eq!(kinds, ["person", "support_file"], "what is left alike of the one family");
    }

    // Taken back: everybody has two again, and what came late stays where it came.
    county.run(UndoMerge { id: merged.id }).await.unwrap();
    county.sync().await.unwrap();
    for desk in [one, two, third, &county] {
        desk.sync().await.unwrap();
        let page = desk.run(GetFamily { household: away }).await.unwrap();
        assert_eq!((page.household.void.is_some(), page.persons.len(), page.files.len()), (false, 2, 1));
        assert_eq!(page.timeline.iter().map(|row| row.id).collect::<Vec<_>>(), [claim]);
        let page = desk.run(GetFamily { household: stays }).await.unwrap();
        assert_eq!((page.persons.len(), page.files.len()), (2, 1));
        assert_eq!(page.timeline.iter().map(|row| row.id).collect::<Vec<_>>(), [late]);
        let told = look_alike(desk).await;
        // Taking back says nothing of whether they are one family: the pair is proposed again.
        assert_eq!((told.pairs.len(), &told.decided[0].decision), (1, &MergeDecision::Undone));
        assert_eq!(told.pairs[0].kind, "household");
        let report = desk.verify().await;
        assert!(report.sound, "{:?}", report.faults);
        assert!(desk.sync_state().await.scopes.iter().all(|scope| scope.agreed));
    }
    let verified = province.administer(&["verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}
