//! This desk's own changes that the province did not apply, and what their author is told.

use serde_json::json;
use tiexin_contract::duplicates::{ListDuplicates, MergeRecords};
use tiexin_contract::family::GetFamily;
use tiexin_contract::quarantine::{ListQuarantine, PutAway, Settle};
use tiexin_contract::records::{GetRecord, SaveRecord};
use tiexin_contract::sync::GetSync;
use tiexin_domain::access::Role;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_protocol::wire::{ChangeVerdict, PushReply, Settled};
use tiexin_protocol::{Change, ChangeId, ParkCode, Verdict};
use tiexin_store::{Book, By, Save};
use uuid::Uuid;

use super::{NUMBER, grants, listed, parked, readable, town};
use crate::meanwhile::behind;
use crate::office::{Office, TOWNSHIP, VILLAGE, day, fields};

/// This desk's own changes since `from` get these verdicts from the province.
pub(crate) fn heard(book: &Book, from: u64, verdict: impl Fn(&Change) -> Verdict) {
    let sent = book.outbox_batch_after(from, 500, 1 << 20).unwrap();
    let verdicts: Vec<ChangeVerdict> = sent
        .iter()
        .map(|change| ChangeVerdict { seq: change.id.seq, duplicate: false, verdict: verdict(change) })
        .collect();
    let acked = verdicts.last().map_or(from, |last| last.seq);
    book.record_verdicts(&PushReply { verdicts, acked, durable: 0 }, 0).unwrap();
}

pub(crate) fn waiting_to(book: &Book) -> u64 {
    book.outbox_batch(5000, 1 << 30).unwrap().last().map_or(0, |change| change.id.seq)
}

/// The county sends a change back to its author.
pub(crate) fn sent_back(change: ChangeId) -> Settled {
    Settled {
        change,
        choice: Choice::Decline,
        note: Some("已由别人登记".into()),
        by: Some("县里".into()),
        at: Some(1),
        wrote: None,
    }
}

/// What gives a person of the book the ID number.
fn with_number(book: &Book, person: Uuid) -> Save {
    let mut here = book.get(person).unwrap().unwrap();
    here.fields.insert("id_number".into(), NUMBER.into());
    here.fields.insert("sex".into(), "male".into());
    Save { id: person, kind: "person".into(), fields: here.fields, void: None }
}

/// One person in two registrations, both with the number or neither: which one stays, which one gives way, and after
/// which change this desk's own ones are new.
async fn registered_twice(office: &Office, numbered: bool) -> (Uuid, Uuid, u64) {
    let home = office.family("钟户主", |_| {}).await;
    let stays = office.ok(GetFamily { household: home }).await.persons[0].id;
    let gives_way = Uuid::from_u128(55);
    let mut from = 0;
    behind(office, |book| {
        let by = By { author: book.users().unwrap()[0].id, now_ms: 1, group: Uuid::from_u128(3) };
        let mut twin = fields(json!({"region": VILLAGE, "name": "钟户主", "phone": "19900002581"}));
        if numbered {
            twin.insert("id_number".into(), NUMBER.into());
        }
        let mut saves = vec![Save { id: gives_way, kind: "person".into(), fields: twin, void: None }];
        saves.extend(numbered.then(|| with_number(book, stays)));
        book.save_group(&saves, &by).unwrap();
        from = waiting_to(book);
    })
    .await;
    (stays, gives_way, from)
}

/// Somebody edited one of the two meanwhile: the merge is done anew on what stands, or let go. Both persons have one
/// ID number, which is why they were merged.
#[tokio::test]
async fn a_merge_that_was_refused_is_done_anew() {
    for again in [true, false] {
        let office = Office::township(day(2026, 10, 20)).await;
        let (stays, gives_way, _) = registered_twice(&office, true).await;
        let mut from = 0;
        // Editing only the telephone is nobody's quarrel about the number.
        let phone = json!({"phone": "19900002599"});
        let edit =
            SaveRecord { kind: "person".into(), id: Some(stays), version: None, fields: fields(phone) };
        office.ok(edit).await;
        let number = json!({"id_number": "440524188001010014", "sex": null});
        let edit =
            SaveRecord { kind: "person".into(), id: Some(stays), version: None, fields: fields(number) };
        office.ok(edit).await;
        let back = json!({"id_number": NUMBER, "sex": null});
        let edit = SaveRecord { kind: "person".into(), id: Some(stays), version: None, fields: fields(back) };
        assert!(office.refused(edit.clone()).await.message.contains("已经登记过"), "touched, it is checked");
        behind(&office, |book| {
            let by = By { author: book.users().unwrap()[0].id, now_ms: 2, group: Uuid::from_u128(4) };
            book.save_group(&[with_number(book, stays)], &by).unwrap();
            from = waiting_to(book);
        })
        .await;
        office.ok(MergeRecords { stays, gives_way, take: vec!["phone".into()], money: Vec::new() }).await;
        behind(&office, |book| {
            heard(book, from, |change| match change.record == gives_way {
                true => Verdict::Conflict { code: "edited_meanwhile".into(), fields: Vec::new() },
                false => parked(ParkCode::Group),
            });
        })
        .await;
        let item = listed(&office).await.remove(0);
        assert!(item.mine && item.merges, "{item:?}");
        assert_eq!(item.choices, [Choice::Theirs, Choice::Ours]);
        assert!(item.message.contains("钟户主") && item.message.contains("重新办"), "{}", item.message);
        readable(&item);
        let choice = if again { Choice::Ours } else { Choice::Theirs };
        office.ok(Settle { id: item.id, choice, note: None }).await;
        assert!(listed(&office).await.is_empty());
        let pairs = office.ok(ListDuplicates { region: None, household: None }).await;
        let row = office.ok(GetRecord { id: stays }).await;
        if again {
            assert!(pairs.pairs.is_empty() && pairs.decided.len() == 1, "{pairs:?}");
            assert_eq!(row.fields["phone"], "199****2581");
        } else {
            assert_eq!(pairs.pairs.len(), 1, "it is proposed again");
            assert_eq!(row.fields["phone"], "199****2599");
        }
    }
}

/// Merged the other way meanwhile: the county sends the merge back, and its author reads that, not that a visit or a person was.
#[tokio::test]
async fn a_merge_that_was_sent_back_is_told_as_a_merge() {
    let office = Office::township(day(2026, 10, 20)).await;
    let (stays, gives_way, from) = registered_twice(&office, false).await;
    office.ok(MergeRecords { stays, gives_way, take: vec!["phone".into()], money: Vec::new() }).await;
    behind(&office, |book| {
        heard(book, from, |change| match change.record == gives_way {
            true => parked(ParkCode::RuleBroken),
            false => parked(ParkCode::Group),
        });
        let outcomes: Vec<Settled> = book.undecided().unwrap().into_iter().map(sent_back).collect();
        assert!(outcomes.len() > 1);
        book.keep_outcomes(&outcomes).unwrap();
    })
    .await;
    let answers = office.ok(ListQuarantine { region: None }).await.answers;
    assert_eq!(answers.len(), 1, "{answers:?}");
    let told = &answers[0];
    assert!(told.title.contains("并入“钟户主”"), "{}", told.title);
    assert_eq!((told.record, told.kind.as_str(), told.again), (stays, "person", false));
    assert!(told.wrote.is_empty());
    office.ok(PutAway { id: told.id }).await;
    assert!(office.ok(ListQuarantine { region: None }).await.answers.is_empty());
}

/// The author's grant has ended: what became of the own changes is told all the same, with the reason.
#[tokio::test]
async fn the_author_is_told_also_when_no_right_is_left() {
    let town = town().await;
    let office = &town.office;
    let mut from = 0;
    behind(office, |book| from = waiting_to(book)).await;
    for name in ["甲", "乙"] {
        let person = json!({"region": VILLAGE, "name": name, "household": town.home});
        office
            .ok(SaveRecord { kind: "person".into(), id: None, version: None, fields: fields(person) })
            .await;
    }
    behind(office, |book| heard(book, from, |_| parked(ParkCode::NoRight))).await;
    grants(office, &[]).await;
    assert_eq!(listed(office).await.len(), 2);
    assert_eq!(office.ok(GetSync {}).await.needs_person(), 2);
    behind(office, |book| {
        let undecided = book.undecided().unwrap();
        book.keep_outcomes(&[sent_back(undecided[0])]).unwrap();
    })
    .await;
    let told = office.ok(ListQuarantine { region: None }).await;
    assert_eq!((told.items.len(), told.answers.len()), (1, 1));
    assert_eq!(told.answers[0].note.as_deref(), Some("已由别人登记"));
    assert_eq!(office.ok(GetSync {}).await.needs_person(), 2, "the badge counts what the list shows");
    office.ok(PutAway { id: told.answers[0].id }).await;
    // What nobody has decided yet may be let go.
    assert_eq!(told.items[0].choices, [Choice::Theirs]);
    office.ok(Settle { id: told.items[0].id, choice: Choice::Theirs, note: None }).await;
    assert_eq!(office.ok(GetSync {}).await.needs_person(), 0);
}

/// What was decided about one save is told once, by the name of the family that its author saw, though nothing of it
/// stands here any more.
#[tokio::test]
async fn the_author_is_told_once_and_by_the_familys_name() {
    let town = town().await;
    let office = &town.office;
    let mut from = 0;
    behind(office, |book| from = waiting_to(book)).await;
    grants(office, &[(Role::Worker, TOWNSHIP)]).await;
    let home = office.family("钟新来", |_| {}).await;
    let phone = json!({"phone": "19900002599"});
    office
        .ok(SaveRecord { kind: "household".into(), id: Some(home), version: None, fields: fields(phone) })
        .await;
    behind(office, |book| {
        heard(book, from, |_| parked(ParkCode::NoRight));
        let outcomes: Vec<Settled> = book.undecided().unwrap().into_iter().map(sent_back).collect();
        assert_eq!(outcomes.len(), 5);
        book.keep_outcomes(&outcomes).unwrap();
    })
    .await;
    let answers = office.ok(ListQuarantine { region: None }).await.answers;
    let titles: Vec<&str> = answers.iter().map(|answer| answer.title.as_str()).collect();
    assert_eq!(titles, ["钟新来家", "钟新来（家庭户）"], "the family, and the edit of it");
    assert_eq!(office.ok(GetSync {}).await.needs_person(), 2);
    office.ok(PutAway { id: answers[0].id }).await;
    assert_eq!(office.ok(ListQuarantine { region: None }).await.answers, answers[1..]);
    assert_eq!(office.ok(GetSync {}).await.needs_person(), 1);
}
