//! An election: posts end and others begin, written, told and taken back as a whole.

use std::collections::HashSet;

use super::province::{Province, desk};
use super::*;
use crate::{Nature, Source, StoreError};

fn source() -> Source {
    Source { batch: id(), label: "换届".into(), signed: Fields::new(), told: None }
}

fn post(name: &str, organisation: Uuid, from: &str) -> Value {
    json!({"region": VILLAGE, "name": name, "organisation": organisation, "organisation_name": "东关社区计生协",
        "post": "president", "staffing": "part_time", "from": from})
}

/// An organisation, its president so far, and an election that puts another one in his place.
struct Town {
    house: Uuid,
    former: Uuid,
    next: Uuid,
    source: Source,
}

impl Town {
    fn of(book: &Book) -> Town {
        let (house, former) = (id(), id());
        put(
            book,
            &save(
                house,
                "organisation",
                json!({"region": VILLAGE, "name": "东关社区计生协", "kind": "association"}),
            ),
        );
        put(book, &save(former, "post", post("张三", house, "2023-10-01")));
        Town { house, former, next: id(), source: source() }
    }

    fn elect(&self, book: &Book) {
        let changed = [
            (self.former, fields(json!({"until": "2026-10-01", "why_ended": "term"}))),
            (self.house, fields(json!({"last_election": "2026-10-01"}))),
        ];
        let made = [save(self.next, "post", post("李四", self.house, "2026-10-01"))];
        let done = book.elect(&self.source, &changed, &made, &by()).unwrap();
        assert_eq!((done.changed, done.created), (2, 1));
    }

    /// When the former one ends, whether the next one stands, and the day at the organisation.
    fn now(&self, book: &Book) -> (Option<String>, bool, Option<String>) {
        let text = |id: Uuid, field: &str| record(book, id).text(field).map(str::to_owned);
        let next = book.get(self.next).unwrap().is_some_and(|post| post.void.is_none());
        (text(self.former, "until"), next, text(self.house, "last_election"))
    }
}

fn after() -> (Option<String>, bool, Option<String>) {
    (Some("2026-10-01".into()), true, Some("2026-10-01".into()))
}

fn undo(book: &Book, town: &Town, at: i64) -> Result<u64, StoreError> {
    book.undo_batch_of(town.source.batch, &Nature::Election, Uuid::from_u128(1), NOW + at)
        .map(|done| done.undone)
}

#[test]
fn an_election_is_one_group_of_changes_and_so_is_taking_it_back() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    let town = Town::of(&book);
    province.round(&book);
    let groups = |changes: usize| {
        let told = book.outbox_batch(100, 1 << 20).unwrap();
        assert_eq!(told.len(), changes);
        told.into_iter().map(|change| change.group).collect::<HashSet<_>>().len()
    };
    town.elect(&book);
    assert_eq!((town.now(&book), groups(3)), (after(), 1));
    province.round(&book);
    assert_eq!(undo(&book, &town, 1).unwrap(), 3);
    assert_eq!((town.now(&book), groups(3)), ((None, false, None), 1));
    province.round(&book);
    let redone = book.redo_batch_of(town.source.batch, &Nature::Election, Uuid::from_u128(1), NOW + 2);
    assert_eq!(redone.unwrap().redone, 3);
    assert_eq!((town.now(&book), groups(3)), (after(), 1));
    province.round(&book);
    assert_eq!(undo(&book, &town, 3).unwrap(), 3);
    assert_eq!((town.now(&book), groups(3)), ((None, false, None), 1));
    sound(&book);
}

#[test]
fn an_election_of_which_something_was_written_since_is_not_taken_back_by_half() {
    let (_dir, book, _) = book();
    let town = Town::of(&book);
    town.elect(&book);
    // What the election did not touch is in nobody's way.
    let mut house = record(&book, town.house).fields;
    house.insert("notes".into(), "挂牌".into());
    put(&book, &Save { id: town.house, kind: "organisation".into(), fields: house, void: None });
    assert_eq!(book.undo_plan_of(town.source.batch, &Nature::Election).unwrap().back.len(), 2);
    // The former one left earlier than that.
    let mut former = record(&book, town.former).fields;
    former.insert("until".into(), "2026-09-15".into());
    put(&book, &Save { id: town.former, kind: "post".into(), fields: former, void: None });
    let plan = book.undo_plan_of(town.source.batch, &Nature::Election).unwrap();
    assert_eq!((plan.goes.len() + plan.back.len(), plan.stays.len()), (0, 1));
    assert!(matches!(undo(&book, &town, 1), Err(StoreError::BatchOvertaken)));
    assert_eq!(town.now(&book), (Some("2026-09-15".into()), true, Some("2026-10-01".into())));
    sound(&book);
}
