//! A family that moves; a move that was proposed, what happens to the family before somebody decides, and what is told
//! when what waits is void, was sent back or is taken back.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiexin_contract::ErrorCode;
use tiexin_contract::family::{GetFamily, MoveFamily};
use tiexin_contract::quarantine::{Item, ListQuarantine, Settle, SettleMany, WriteAgain};
use tiexin_contract::records::{GetRecord, RecordHistory, SaveRecord, VoidRecord};
use tiexin_domain::RegionCode;
use tiexin_domain::access::Role;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_protocol::wire::{QuarantineMarks, Quarantined, Settled};
use tiexin_protocol::{Change, ParkCode};
use uuid::Uuid;

use crate::families::visit;
use crate::meanwhile::behind;
use crate::office::{Office, TOWNSHIP, VILLAGE, day, fields, saved};
use crate::waiting::*;

/// Waits in the township that the move is meant for.
async fn waits_there(office: &Office, items: Vec<Quarantined>) {
    let scope: RegionCode = OLD.parse().unwrap();
    let marks = QuarantineMarks { mark: "8".into(), scopes: BTreeMap::from([(scope.clone(), 8)]) };
    behind(office, |book| book.keep_quarantine(&scope, &items, &marks).unwrap()).await;
}

/// Somebody proposes that the town's family moves; this desk's user may decide.
fn proposed(town: &Town, to: &str, seq: u64) -> Quarantined {
    let set = json!({"region": to, "moved_from": VILLAGE, "moved_on": "2026-10-19"});
    let scope = TOWNSHIP.parse().unwrap();
    let change = Change { record: town.home, base: 1, scope, ..change(seq, "household", set) };
    told(change, parked(ParkCode::NoRight))
}

async fn one(office: &Office) -> Item {
    let mut items = listed(office).await;
    assert_eq!(items.len(), 1);
    readable(&items[0]);
    items.remove(0)
}

fn settle(item: &Item, choice: Choice) -> Settle {
    Settle { id: item.id, choice, note: Some("核对过".into()) }
}

#[tokio::test]
async fn a_family_that_moves_takes_its_people_along() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    office.ok(visit(home, day(2026, 10, 15))).await;
    let moved = SaveRecord {
        kind: "household".into(),
        id: Some(home),
        version: None,
        fields: fields(json!({"region": "340323100002", "head_name": "贾文广大"})),
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
    let to = |region: &str| moves(home, region);
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

#[tokio::test]
async fn a_proposed_move_takes_along_what_belongs_to_the_family_on_the_day() {
    let town = town().await;
    let office = &town.office;
    grants(office, &[(Role::Supervisor, "340323")]).await;
    waits_there(office, vec![proposed(&town, OLD_VILLAGE, 1)]).await;
    // Registered since, one of them in another village by who had not heard of anything.
    let spouse = json!({"household": town.home, "name": "新妻", "relation": "spouse", "region": VILLAGE});
    let spouse = saved(office, "person", spouse).await;
    let visit = json!({"household": town.home, "region": VILLAGE, "date": "2026-10-19", "kind": "routine",
        "visitors": ["王丽"], "presence": "at_home"});
    let visit = saved(office, "visit", visit).await;
    behind(office, |book| {
        let by =
            tiexin_store::By { author: book.users().unwrap()[0].id, now_ms: 1, group: Uuid::from_u128(3) };
        let mut there = book.get(spouse).unwrap().unwrap();
        there.fields.insert("region".into(), "340323100002".into());
        let (kind, fields) = (there.kind, there.fields);
        book.save_group(&[tiexin_store::Save { id: spouse, kind, fields, void: None }], &by).unwrap();
    })
    .await;
    let item = one(office).await;
    assert!(item.message.contains("家里现有的"), "{}", item.message);
    office.ok(settle(&item, Choice::Adopt)).await;
    let page = office.ok(GetFamily { household: town.home }).await;
    let about = [&page.persons, &page.files, &page.contacts].into_iter().flatten();
    for row in about.chain([&page.household]) {
        assert_eq!(row.region.as_str(), OLD_VILLAGE, "{row:?}");
    }
    assert_eq!(page.persons.len(), 2);
    assert_eq!(office.ok(GetRecord { id: visit }).await.region.as_str(), VILLAGE);
    assert!(listed(office).await.is_empty());
}

#[tokio::test]
async fn a_family_that_is_void_by_now_is_not_moved() {
    let town = town().await;
    let office = &town.office;
    grants(office, &[(Role::Supervisor, "340323")]).await;
    waits_there(office, vec![proposed(&town, OLD_VILLAGE, 1)]).await;
    office.ok(VoidRecord { id: town.home, reason: "没有这户".into() }).await;
    let item = one(office).await;
    assert_eq!(item.choices, [Choice::Decline], "{item:?}");
    assert!(item.message.contains("没有这户") && !item.message.contains("同意请采纳"), "{}", item.message);
    office.refused(settle(&item, Choice::Adopt)).await;
    office.ok(settle(&item, Choice::Decline)).await;
    let row = office.ok(GetRecord { id: town.home }).await;
    assert!(row.void.is_some() && row.region.as_str() == VILLAGE, "{row:?}");
}

/// Of two proposals the second is not adopted with a click on everything.
#[tokio::test]
async fn of_two_proposals_the_second_is_looked_at_by_itself() {
    let town = town().await;
    let office = &town.office;
    grants(office, &[(Role::Supervisor, "340323")]).await;
    let both = vec![proposed(&town, OLD_VILLAGE, 1), proposed(&town, "340323104002", 2)];
    waits_there(office, both).await;
    let ids = listed(office).await.iter().map(|item| item.id).collect();
    let told = office.ok(SettleMany { ids, choice: Choice::Adopt, note: None, job: None }).await;
    assert_eq!((told.done, told.left.len()), (1, 1), "{told:?}");
    assert_eq!(office.ok(GetRecord { id: town.home }).await.region.as_str(), OLD_VILLAGE);
    let item = one(office).await;
    assert!(item.message.contains("后来已有变动") || item.message.contains("别的乡镇"), "{}", item.message);
}

#[tokio::test]
async fn an_edit_of_a_void_record_says_that_adopting_brings_it_back() {
    let town = town().await;
    let office = &town.office;
    let edit = Change {
        record: town.person,
        base: 1,
        scope: TOWNSHIP.parse().unwrap(),
        ..change(1, "person", json!({"health": "好"}))
    };
    let new = json!({"region": VILLAGE, "household": town.home, "head_name": "钟户主", "date": "2026-10-05",
        "kind": "routine", "visitors": ["老专干"], "presence": "at_home"});
    let new = Change { scope: TOWNSHIP.parse().unwrap(), ..change(2, "visit", new) };
    waits_here(office, [edit, new].map(|change| told(change, parked(ParkCode::NoRight))).into()).await;
    assert!(listed(office).await.iter().all(|item| !item.restores && !item.message.contains("作废")));
    office.ok(VoidRecord { id: town.person, reason: "登记错了".into() }).await;
    let items = listed(office).await;
    items.iter().for_each(readable);
    assert!(items[0].restores && items[0].message.contains("登记错了"), "{}", items[0].message);
    assert!(items[0].message.contains("采纳会同时恢复它"), "{}", items[0].message);
    // Not with a click on everything.
    let all = SettleMany { ids: vec![items[0].id], choice: Choice::Adopt, note: None, job: None };
    let many = office.ok(all).await;
    assert!(many.done == 0 && many.left[0].message.contains("单独打开"), "{many:?}");
    office.ok(settle(&items[0], Choice::Adopt)).await;
    let history = office.ok(RecordHistory { id: town.person }).await;
    assert!(history.iter().any(|entry| entry.act.contains("恢复")), "{history:?}");
    // What belongs to a void family is not seen, adopted or not.
    office.ok(VoidRecord { id: town.home, reason: "没有这户".into() }).await;
    let item = one(office).await;
    assert!(item.message.contains("采纳了也看不到"), "{}", item.message);
}

/// A worker of the township proposes a move to another one; the province keeps it for who may decide.
async fn proposes() -> (Office, Uuid) {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("钟户主", |_| {}).await;
    behind(&office, |book| book.enrolled(Uuid::from_u128(7), "https://province", "x", None).unwrap()).await;
    grants(&office, &[(Role::Worker, TOWNSHIP)]).await;
    let mut from = 0;
    behind(&office, |book| from = waiting_to(book)).await;
    assert!(office.ok(moves(home, OLD_VILLAGE)).await.asked);
    let again = office.refused(moves(home, "340323104002")).await;
    assert!(again.message.contains("没有再提一次"), "{again:?}");
    behind(&office, |book| heard(book, from, |_| parked(ParkCode::NoRight))).await;
    (office, home)
}

fn moves(household: Uuid, to: &str) -> MoveFamily {
    let region = to.parse().unwrap();
    MoveFamily { household, region, address: None, on: None, why: None, handover: None }
}

/// A family has one proposal at a time; its author takes it back, and who would decide hears of that.
#[tokio::test]
async fn a_proposal_is_taken_back_where_it_waits() {
    let (office, home) = proposes().await;
    let again = office.refused(moves(home, "340323104002")).await;
    assert!(again.message.contains("撤回") && again.message.contains("没有再提一次"), "{again:?}");
    let item = one(&office).await;
    assert_eq!(
        (item.mine, item.takes_back, item.choices.as_slice()),
        (true, true, [Choice::Theirs].as_slice())
    );
    let members = item.parts.len() as u64;
    let mut before = 0;
    behind(&office, |book| before = waiting_to(book)).await;
    office.ok(Settle { id: item.id, choice: Choice::Theirs, note: None }).await;
    assert!(listed(&office).await.is_empty());
    behind(&office, |book| {
        let told = book.outbox_batch_after(before, 500, 1 << 20).unwrap();
        assert_eq!(told.len() as u64, members);
        for change in &told {
            let lies = (change.kind.as_str(), change.scope.as_str(), &change.set["choice"]);
            assert_eq!(lies, ("settlement", OLD, &json!("theirs")));
        }
        // Nothing of that township is read here: what was told of it does not come back.
        heard(book, before, |_| tiexin_protocol::Verdict::Applied {
            version: 3,
            elsewhere: None,
            instead: None,
        });
        assert_eq!(book.sync_state().unwrap().unread, 0);
    })
    .await;
    // Another one may be proposed now.
    assert!(office.ok(moves(home, "340323104002")).await.asked);
}

#[tokio::test]
async fn what_was_sent_back_can_be_read_and_written_again() {
    let town = town().await;
    let office = &town.office;
    let mut from = 0;
    behind(office, |book| from = waiting_to(book)).await;
    let visit = json!({"household": town.home, "region": VILLAGE, "date": "2026-10-19", "kind": "routine",
        "visitors": ["王丽"], "presence": "at_home", "note": "走访写了很长的一段话"});
    saved(office, "visit", visit).await;
    behind(office, |book| {
        heard(book, from, |_| parked(ParkCode::NoRight));
        let undecided: Vec<Settled> = book.undecided().unwrap().into_iter().map(sent_back).collect();
        book.keep_outcomes(&undecided).unwrap();
    })
    .await;
    let answers = office.ok(ListQuarantine { region: None }).await.answers;
    let answer = &answers[0];
    assert!(answer.again, "{answer:?}");
    let wrote = |value: &str| answer.wrote.iter().any(|wrote| wrote.value.contains(value));
    assert!(wrote("走访写了很长的一段话") && wrote("2026") && wrote("钟户主"), "{answer:?}");
    assert!(answer.wrote.iter().all(|wrote| in_words(&wrote.value)), "{answer:?}");
    let before = office.ok(WriteAgain { id: answer.id }).await;
    let again = saved(office, &before.kind, Value::Object(before.fields)).await;
    assert_eq!(office.ok(GetRecord { id: again }).await.fields["note"], "走访写了很长的一段话");
    // Without the right it can be read only.
    grants(office, &[]).await;
    let answers = office.ok(ListQuarantine { region: None }).await.answers;
    assert!(!answers[0].again);
    office.refused(WriteAgain { id: answer.id }).await;
}
