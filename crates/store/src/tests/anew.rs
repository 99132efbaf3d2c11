//! Records that came while the program did not know their kind, and a program that knows it.

use serde_json::{Value, json};
use tiexin_domain::{Kind, Record};
use uuid::Uuid;

use super::*;
use crate::ListQuery;
use crate::anew;
use crate::derive::derive;
use crate::search::index::documents;

/// As a program leaves records whose kind it does not know: no column but place, day and name, no words, no links.
fn as_if_unknown(book: &Book) {
    let conn = book.writer();
    conn.execute_batch(
        "UPDATE record SET sort = NULL, natural = NULL, day = 0, until = NULL, household = NULL, category = NULL,
           number = NULL, flags = 0, persons = NULL;
         DELETE FROM name_search WHERE rowid IN (SELECT n FROM record);
         DELETE FROM text_search WHERE rowid IN (SELECT n FROM record);
         DELETE FROM link; DELETE FROM blob_use; DELETE FROM blob_queue;
         DELETE FROM meta WHERE key IN ('derived', 'derived_to');",
    )
    .unwrap();
}

fn town(people: usize) -> (TempDir, Book, Uuid) {
    let (dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三丰");
    for n in 0..people {
        person(&book, home, &format!("张小{n}"), json!({"relation": "child", "birth": "1980-01-01"}));
    }
    (dir, book, home)
}

fn people(book: &Book) -> u64 {
    let query = ListQuery { kind: "person".into(), limit: 5, ..ListQuery::default() };
    let page = book.list(&query).unwrap();
    assert_eq!(page.records.len(), 5.min(page.total.unwrap() as usize));
    page.total.unwrap()
}

#[test]
fn a_kind_that_was_unknown_is_derived_and_found_after_an_update() {
    let (dir, book, home) = town(8);
    as_if_unknown(&book);
    assert!(book.search("张小", &[], &[], 20).unwrap().is_empty());
    // What waits to be derived is no damage.
    sound(&book);
    drop(book);
    let book = reopen(dir.path());
    sound(&book);
    assert_eq!(people(&book), 8);
    assert_eq!(book.search("zxsf", &[], &[], 20).unwrap().len(), 0);
    assert_eq!(book.search("张小", &[], &[], 20).unwrap().len(), 8);
    assert_eq!(book.children_of_kind(home, "person").unwrap().len(), 8);
    assert_eq!(book.derive_some().unwrap(), 0);
}

#[test]
fn it_goes_on_where_it_stopped_and_is_told_from_damage() {
    let (dir, book, _) = town(30);
    as_if_unknown(&book);
    let mut left = u64::MAX;
    while left > 0 {
        let (now, _) = book.write(|tx| anew::step(&tx.tx, 7)).unwrap();
        assert!(now < left);
        left = now;
        sound(&book);
        if left > 0 && left < 20 {
            // A column of a row that was gone over already.
            book.writer().execute("UPDATE record SET number = 77 WHERE n = 3", []).unwrap();
            let report = book.verify().unwrap();
            assert_eq!(report.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["columns_differ"]);
            book.writer().execute("UPDATE record SET number = NULL WHERE n = 3", []).unwrap();
        }
    }
    assert_eq!(people(&book), 30);
    drop(book);
    sound(&reopen(dir.path()));
}

/// A book that a later version derived: nothing is known of what it changed.
#[test]
fn a_book_of_a_later_version_is_derived_by_this_one() {
    let (dir, book, home) = town(6);
    visit(&book, home, "张三丰", "2026-10-05", json!({"note": "低保"}));
    as_if_unknown(&book);
    book.writer().execute("INSERT INTO meta (key, value) VALUES ('derived', '999')", []).unwrap();
    sound(&book);
    drop(book);
    let book = reopen(dir.path());
    sound(&book);
    assert_eq!(book.search("低保", &[], &[], 5).unwrap().len(), 1);
}

/// What is derived of records of every kind. When this differs, raise `anew::VERSION` and name the kinds in
/// `anew::CHANGED`: books that are there already were derived otherwise.
#[test]
fn what_is_derived_has_the_version_it_is_said_to_have() {
    let mut all = blake3::Hasher::new();
    let known = fields(everything());
    let mut died = known.clone();
    died.remove("died_on");
    died.insert("deceased".into(), true.into());
    for kind in Kind::ALL.iter().map(Kind::code).chain(["kind_of_the_future"]) {
        for fields in [&known, &died, &fields(json!({"region": VILLAGE}))] {
            let record = Record {
                id: Uuid::from_u128(1),
                kind: kind.into(),
                scope: "340323100".parse().unwrap(),
                version: 3,
                fields: fields.clone(),
                void: None,
            };
            all.update(format!("{kind} {:?} {:?}\n", derive(&record), documents(&record)).as_bytes());
        }
    }
    let hash = all.finalize().to_hex();
    assert_eq!((anew::VERSION, &hash.as_str()[..16]), (3, "a9652dcbdf95bae0"));
}

fn everything() -> Value {
    let text = r#"{
        "region": "340323100001", "household": "00000000-0000-0000-0000-000000000007", "file": "00000000-0000-0000-0000-000000000008", "owner": "00000000-0000-0000-0000-000000000009",
        "person": {"name": "甲", "person": "00000000-0000-0000-0000-00000000000a"}, "merged_into": "00000000-0000-0000-0000-00000000000b",
        "name": "张三", "head_name": "李四", "title": "题", "code": "34032310000017", "phone": "19900002580",
        "id_number": "34052419800101001x", "relation": "child", "birth": "1980-01-01", "died_on": "2014",
        "lunar_birthday": true, "date": "2026-10-05", "follow_up": "2026-11-05", "kind": "routine",
        "presence": "away", "met": [{"name": "乙"}], "persons": [{"name": "丙"}], "insured": {"name": "丁"},
        "gifts": [{"item": "米", "amount": "30.00"}], "needs": ["就医"], "note": "话", "notes": "注",
        "health": "好", "living": "好", "safety": "好", "festival": "中秋", "paid_on": "2026-09-01",
        "amount": "100.00", "policy": "P1", "score": 3, "file_opened": true, "assessed": true, "paired": true,
        "start": "2026-05-29T09:00:00", "end": "2026-05-29", "project": "health", "headcount": 40,
        "archived": true, "place": "村部", "head": "戊", "summary": "结", "joined": "2020-01", "left": "2024",
        "sex": "male", "structure": "individual", "residence": "floating",
        "tags": ["lost_child", "childbearing", "youth"], "approved_on": "2021-01-01", "approval": "approved",
        "minutes": 90, "category": "death", "opened_on": "2015-01-01", "status": "active",
        "preference": "phone_only", "anniversary": true, "township_leader": "己", "village_worker": "庚",
        "from": "2020-01-01", "to": "2027-01-01", "taken_at": "2026-01-01", "what": "receipt", "bytes": 5,
        "child_name": "某", "loss_cause": "某", "session_note": "密", "stays": "00000000-0000-0000-0000-00000000000c",
        "gives_way": "00000000-0000-0000-0000-00000000000d"
    }"#;
    serde_json::from_str(text).unwrap()
}
