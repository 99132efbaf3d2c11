//! What deciding does beyond the column in dispute, and what is told to who decided second.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiexin_contract::duplicates::MergeRecords;
use tiexin_contract::family::GetFamily;
use tiexin_contract::quarantine::{BothValues, Item, ListQuarantine, PutAway, Settle};
use tiexin_contract::records::{GetRecord, SaveRecord};
use tiexin_contract::sync::GetSync;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::{Fields, Kind};
use tiexin_protocol::wire::{QuarantineMarks, Quarantined};
use tiexin_protocol::{Change, ChangeId, ParkCode, Verdict};
use tiexin_store::{By, Save};
use uuid::Uuid;

use crate::meanwhile::behind;
use crate::office::{Office, TOWNSHIP, VILLAGE, day, fields};
use crate::waiting::{heard, listed, sent_back, town, waiting_to};

const NUMBER: &str = "34052419800101001X";
const OTHER_NUMBER: &str = "440524188001010014";

async fn person_of(office: &Office, home: Uuid) -> Uuid {
    office.ok(GetFamily { household: home }).await.persons[0].id
}

async fn edit(office: &Office, id: Uuid, set: Value) {
    let save = SaveRecord { kind: "person".into(), id: Some(id), version: None, fields: fields(set) };
    office.ok(save).await;
}

async fn whole(office: &Office, id: Uuid) -> Fields {
    let mut found = Fields::new();
    behind(office, |book| found = book.get(id).unwrap().unwrap().fields).await;
    found
}

fn clash(fields: &[&str]) -> Verdict {
    Verdict::Conflict { code: "sensitive".into(), fields: fields.iter().map(|f| (*f).into()).collect() }
}

fn companion() -> Verdict {
    Verdict::Parked { code: ParkCode::Group, message: String::new() }
}

/// Somebody at another desk changed the person's ID number, which was changed here first, and more.
async fn contested(person: Uuid, office: &Office) {
    let set = json!({"id_number": OTHER_NUMBER, "birth": "1990-01-01", "health": "糖尿病", "politics": "党员", "name": "钟户主",
        "phone": "19900002581"});
    let change = Change {
        id: ChangeId { device: Uuid::from_u128(77), incarnation: Uuid::from_u128(78), seq: 1 },
        group: Uuid::from_u128(1000),
        record: person,
        kind: "person".into(),
        scope: TOWNSHIP.parse().unwrap(),
        base: 1,
        set: fields(set),
        void: None,
        author: Uuid::from_u128(5),
        noted_at: 1_790_000_000_000,
    };
    let told = Quarantined {
        change,
        verdict: clash(&["id_number"]),
        received_at: 1_790_000_000_001,
        author_name: Some("孙专干".into()),
        standing: Vec::new(),
    };
    let scope: tiexin_domain::RegionCode = TOWNSHIP.parse().unwrap();
    let marks = QuarantineMarks { mark: "1".into(), scopes: BTreeMap::from([(scope.clone(), 1)]) };
    behind(office, |book| book.keep_quarantine(&scope, &[told], &marks).unwrap()).await;
}

fn field<'i>(item: &'i Item, name: &str) -> Option<&'i BothValues> {
    item.parts.iter().flat_map(|part| &part.fields).find(|both| both.field == name)
}

#[tokio::test]
async fn the_columns_in_no_dispute_are_shown_and_come_with_either_choice() {
    for choice in [Choice::Theirs, Choice::Ours] {
        let town = town().await;
        let office = &town.office;
        let home = office.family("另一户", |_| {}).await;
        let person = person_of(office, home).await;
        edit(office, person, json!({"id_number": NUMBER, "health": "高血压", "name": "钟户主"})).await;
        contested(person, office).await;
        let item = listed(office).await.remove(0);
        let clash = field(&item, "id_number").expect("told");
        assert!(clash.clash && item.parts[0].fields[0].clash, "{item:?}");
        let health = field(&item, "health").unwrap();
        assert_eq!((&health.ours, &health.theirs, health.clash), (&json!("糖尿病"), &json!("高血压"), false));
        assert!(field(&item, "name").is_none(), "it does not differ");
        assert!(field(&item, "phone").is_some() && field(&item, "politics").is_some());
        assert!(item.message.contains("其余栏目"), "{}", item.message);
        office.ok(Settle { id: item.id, choice: choice.clone(), note: None }).await;
        let now = whole(office, person).await;
        let number = if choice == Choice::Theirs { NUMBER } else { OTHER_NUMBER };
        assert_eq!(now["id_number"], number, "{choice:?}");
        assert_eq!((&now["health"], &now["politics"]), (&json!("糖尿病"), &json!("党员")), "{choice:?}");
        assert_eq!(now["phone"], "19900002581");
        // What follows the number stays with it.
        let birth = if choice == Choice::Theirs { "1980-01-01" } else { "1990-01-01" };
        assert_eq!(now["birth"], birth, "{choice:?}");
        assert!(listed(office).await.is_empty());
    }
}

/// What would not obey the rules by itself is left out, and holds up neither the decision nor the rest.
#[tokio::test]
async fn the_rest_that_breaks_a_rule_is_left_out() {
    let town = town().await;
    let office = &town.office;
    let home = office.family("另一户", |_| {}).await;
    let person = person_of(office, home).await;
    edit(office, person, json!({"id_number": NUMBER})).await;
    contested(person, office).await;
    // A number of seven digits was let through by an older program.
    behind(office, |book| {
        let mut waits = book.unsettled().unwrap().remove(0).told;
        waits.change.set.insert("phone".into(), json!("1990000"));
        let scope: tiexin_domain::RegionCode = TOWNSHIP.parse().unwrap();
        let marks = QuarantineMarks { mark: "2".into(), scopes: BTreeMap::from([(scope.clone(), 2)]) };
        book.keep_quarantine(&scope, &[waits], &marks).unwrap();
    })
    .await;
    let item = listed(office).await.remove(0);
    office.ok(Settle { id: item.id, choice: Choice::Theirs, note: None }).await;
    let now = whole(office, person).await;
    assert_eq!((&now["id_number"], &now["health"]), (&json!(NUMBER), &json!("糖尿病")));
    assert_ne!(now.get("phone"), Some(&json!("1990000")));
}

/// The supervisor decided first, whatever each of them chose: who comes second is told so, and what he wanted saved is
/// nothing that he could adopt after all.
#[tokio::test]
async fn who_decides_second_is_told_what_stands() {
    for (own, stands) in [(Choice::Ours, Choice::Theirs), (Choice::Theirs, Choice::Ours)] {
        let office = Office::township(day(2026, 10, 20)).await;
        let home = office.family("钟户主", |_| {}).await;
        let person = person_of(&office, home).await;
        let mut after = 0;
        behind(&office, |book| after = waiting_to(book)).await;
        edit(&office, person, json!({"id_number": NUMBER, "health": "糖尿病"})).await;
        behind(&office, |book| heard(book, after, |_| clash(&["id_number"]))).await;
        let item = listed(&office).await.remove(0);
        assert!(item.mine && item.choices.contains(&own), "{item:?}");
        behind(&office, |book| after = waiting_to(book).max(after + 1)).await;
        office.ok(Settle { id: item.id, choice: own.clone(), note: None }).await;
        assert!(listed(&office).await.is_empty());
        behind(&office, |book| {
            let sent = book.outbox_batch_after(after, 500, 1 << 20).unwrap();
            let decision = sent.iter().find(|change| change.kind == "settlement").unwrap().clone();
            assert!(sent.len() > 1, "what is saved goes with it");
            heard(book, after, |change| match change.kind.as_str() {
                "settlement" => clash(&["choice"]),
                _ => companion(),
            });
            let mut set = decision.set;
            set.extend(fields(json!({"choice": stands, "recorded_by": "赵科长", "recorded_at": 7})));
            let by = By { author: Uuid::from_u128(9), now_ms: 1, group: Uuid::from_u128(4) };
            let save =
                Save { id: decision.record, kind: Kind::Settlement.code().into(), fields: set, void: None };
            book.save_group(&[save], &by).unwrap();
        })
        .await;
        let all = office.ok(ListQuarantine { region: None }).await;
        assert!(all.items.is_empty(), "nothing to adopt: {:?}", all.items);
        let answer = &all.answers[0];
        assert_eq!((&answer.choice, answer.instead_of.as_ref()), (&stands, Some(&own)));
        assert_eq!((answer.by.as_deref(), answer.record), (Some("赵科长"), person));
        assert!(answer.title.contains("钟户主"), "{answer:?}");
        assert_eq!(office.ok(GetSync {}).await.needs_person(), 1, "the badge counts what the list shows");
        assert_eq!(whole(&office, person).await.get("id_number"), None, "what stands is the province's");
        office.ok(PutAway { id: answer.id }).await;
        assert!(office.ok(ListQuarantine { region: None }).await.answers.is_empty());
        assert_eq!(office.ok(GetSync {}).await.needs_person(), 0);
    }
}

/// Somebody wrote to one of the two meanwhile: it is told which one stays, and merging anew takes what is there now.
#[tokio::test]
async fn a_merge_done_anew_takes_what_is_there_now() {
    let office = Office::township(day(2026, 10, 20)).await;
    let twin = |phone: Option<&str>| {
        let phone = phone.map(str::to_owned);
        let family =
            move |family: &mut tiexin_contract::family::RegisterFamily| family.household.phone = phone;
        office.family("贾文广", family)
    };
    let (stays, gives_way) = (twin(None).await, twin(None).await);
    let mut after = 0;
    behind(&office, |book| after = waiting_to(book)).await;
    office.ok(MergeRecords { stays, gives_way, take: Vec::new(), money: Vec::new() }).await;
    behind(&office, |book| {
        heard(book, after, |change| match change.record == gives_way {
            true => Verdict::Conflict { code: "edited_meanwhile".into(), fields: Vec::new() },
            false => companion(),
        });
    })
    .await;
    let phone = json!({"phone": "19900002581", "notes": "门口有狗"});
    let edit =
        SaveRecord { kind: "household".into(), id: Some(gives_way), version: None, fields: fields(phone) };
    office.ok(edit).await;
    let item = listed(&office).await.remove(0);
    assert_eq!(item.reason, "合并时有人改过");
    let roles: Vec<_> = item.parts.iter().map(|part| (part.record, part.role.as_deref())).collect();
    assert_eq!(roles, [(stays, Some("留下的一份")), (gives_way, Some("并入的一份"))]);
    assert_eq!(field(&item, "phone").map(|both| &both.ours), Some(&json!("199****2581")));
    office.ok(Settle { id: item.id, choice: Choice::Ours, note: None }).await;
    let row = office.ok(GetRecord { id: stays }).await;
    assert_eq!((&row.fields["phone"], &row.fields["notes"]), (&json!("199****2581"), &json!("门口有狗")));
    assert!(office.ok(GetRecord { id: gives_way }).await.void.is_some());
    assert_eq!(row.region.as_str(), VILLAGE);
}

/// A new record of one's own that was sent back: by its family and its day, though it stands nowhere.
#[tokio::test]
async fn what_was_sent_back_is_told_by_its_family_and_its_day() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("钟户主", |_| {}).await;
    let mut after = 0;
    behind(&office, |book| after = waiting_to(book)).await;
    let mut visit =
        tiexin_domain::nouns::Visit::routine(VILLAGE.parse().unwrap(), home, "钟户主", day(2026, 10, 15));
    visit.visitors = vec!["王丽".into()];
    office.ok(tiexin_contract::family::RecordVisit { id: None, visit }).await;
    behind(&office, |book| {
        heard(book, after, |_| Verdict::Parked { code: ParkCode::NoRight, message: String::new() });
        book.keep_outcomes(&[sent_back(book.undecided().unwrap()[0])]).unwrap();
    })
    .await;
    let answer = office.ok(ListQuarantine { region: None }).await.answers.remove(0);
    assert!(answer.title.contains("钟户主") && answer.title.contains("10"), "{answer:?}");
}
