//! Records that came while the program did not know their kind, and a program that knows it.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tiexin_domain::Record;
use tiexin_domain::shape::{Field, Find, Holds, Role, Shape};
use uuid::Uuid;

use super::*;
use crate::ListQuery;
use crate::anew::{self, Prints};
use crate::asking::search::index;
use crate::{derive, meta};

/// As a program leaves records whose kind it does not know: no column but place, day and name, no words, no links.
fn as_if_unknown(book: &Book) {
    let conn = book.writer();
    conn.execute_batch(
        "UPDATE record SET sort = NULL, natural = NULL, day = 0, until = NULL, household = NULL, category = NULL,
           number = NULL, flags = 0, persons = NULL;
         DELETE FROM name_search WHERE rowid IN (SELECT n FROM record);
         DELETE FROM text_search WHERE rowid IN (SELECT n FROM record);
         DELETE FROM link; DELETE FROM blob_use; DELETE FROM blob_queue;
         DELETE FROM meta WHERE key IN ('derived', 'deriving');",
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

/// Makes the book say by what it is derived.
fn derived(book: &Book, prints: &Value) {
    book.write(|w| Ok(meta::put(&w.tx, "derived", &prints.to_string())?)).unwrap();
}

fn says(book: &Book, key: &str) -> Option<Value> {
    book.read(|conn| Ok(meta::get(conn, key)?)).unwrap().map(|text| serde_json::from_str(&text).unwrap())
}

fn own() -> Value {
    serde_json::to_value(Prints::own()).unwrap()
}

/// A number of its own, as programs wrote before there were prints: nothing is known of what it derived.
#[test]
fn a_book_of_a_program_before_prints_is_derived_whole() {
    for number in [json!(3), json!(999)] {
        let (dir, book, home) = town(6);
        visit(&book, home, "张三丰", "2026-10-05", json!({"note": "低保"}));
        as_if_unknown(&book);
        derived(&book, &number);
        sound(&book);
        drop(book);
        let book = reopen(dir.path());
        sound(&book);
        assert_eq!((people(&book), book.search("低保", &[], &[], 5).unwrap().len()), (6, 1));
        assert_eq!((says(&book, "derived"), says(&book, "deriving")), (Some(own()), None));
    }
}

/// Only what the shape of a kind says otherwise is gone over: of the others nothing is read.
#[test]
fn only_kinds_whose_shape_differs_are_derived_anew() {
    let (dir, book, home) = town(4);
    let met = visit(&book, home, "张三丰", "2026-10-05", json!({}));
    for kind in ["person", "visit"] {
        book.writer().execute("UPDATE record SET number = 77 WHERE kind = ?1", [kind]).unwrap();
    }
    let mut before = own();
    before["person"] = json!("another");
    derived(&book, &before);
    let report = book.verify().unwrap();
    assert_eq!(report.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["columns_differ"]);
    drop(book);
    let book = reopen(dir.path());
    let number = |sql: &str| book.writer().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("SELECT count(*) FROM record WHERE kind = 'person' AND number IS NOT NULL"), 0);
    assert_eq!(number("SELECT number FROM record WHERE kind = 'visit'"), 77, "{met}");
    assert_eq!(says(&book, "derived"), Some(own()));
}

/// Records of a kind come, an older program guesses at them, this one knows the kind.
#[test]
fn a_kind_that_came_by_guess_is_derived_once_it_is_known() {
    let (dir, book, _) = town(5);
    as_if_unknown(&book);
    let mut before = own();
    before.as_object_mut().unwrap().remove("person");
    derived(&book, &before);
    drop(book);
    let book = reopen(dir.path());
    assert_eq!(book.search("张小", &[], &[], 20).unwrap().len(), 5);
    assert_eq!(book.search("zsf", &[], &[], 20).unwrap().len(), 0, "of the household nothing is done");
    // The other way round: this program does not know a kind that the one before it did.
    let mut later = own();
    later["kind_of_the_future"] = json!("its print");
    put(
        &book,
        &save(id(), "kind_of_the_future", json!({"region": VILLAGE, "name": "甲", "date": "2026-10-05"})),
    );
    book.writer().execute("UPDATE record SET day = 5 WHERE kind = 'kind_of_the_future'", []).unwrap();
    derived(&book, &later);
    drop(book);
    let book = reopen(dir.path());
    let day = "SELECT day FROM record WHERE kind = 'kind_of_the_future'";
    assert_eq!(book.writer().query_row(day, [], |row| row.get::<_, i64>(0)).unwrap(), 20_261_005);
}

/// A third program opens a book that the second one had not gone over whole.
#[test]
fn what_another_program_had_begun_is_gone_over_from_the_beginning() {
    let (dir, book, _) = town(20);
    let (mut first, mut second) = (own(), own());
    first["person"] = json!("first");
    derived(&book, &first);
    // The second changed the visits too, and came half way.
    second["person"] = json!("second");
    second["household"] = json!("second");
    let going = json!({"to": 12, "by": second}).to_string();
    book.writer().execute("INSERT INTO meta (key, value) VALUES ('deriving', ?1)", [going]).unwrap();
    book.writer().execute("UPDATE record SET number = 77, natural = 'x' WHERE n <= 12", []).unwrap();
    sound(&book);
    drop(book);
    let book = reopen(dir.path());
    sound(&book);
    assert_eq!((says(&book, "derived"), says(&book, "deriving")), (Some(own()), None));
}

const CHILD: &str = "TIEXIN_STORE_ANEW_CHILD";

/// Not a test by itself: derives a book anew, a few rows at a time, and says how many are left.
#[test]
fn the_one_that_derives_and_is_killed() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    let book = reopen(Path::new(&dir));
    as_if_unknown(&book);
    let mut out = std::io::stdout().lock();
    let mut left = u64::MAX;
    while left > 0 {
        left = book.write(|tx| anew::step(&tx.tx, 1)).unwrap().0;
        writeln!(out, "left {left}").unwrap();
        out.flush().unwrap();
    }
}

/// kill −9 while a book is derived anew: the next program ends it.
#[test]
fn a_program_that_is_killed_while_it_derives_leaves_it_to_the_next() {
    let (dir, book, _) = town(100);
    drop(book);
    let mut broken_off = 0;
    for round in 0..5 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::anew::the_one_that_derives_and_is_killed", "--nocapture"])
            .env(CHILD, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut steps = 0;
        let mut last = u64::MAX;
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
            if let Some((_, left)) = line.split_once("left ") {
                (steps, last) = (steps + 1, left.parse().unwrap());
                if steps == 1 + round * 17 {
                    child.kill().unwrap();
                }
            }
        }
        child.wait().unwrap();
        broken_off += u64::from(last > 0 && last < u64::MAX);
        let book = reopen(dir.path());
        sound(&book);
        assert_eq!((people(&book), book.search("张小", &[], &[], 200).unwrap().len()), (100, 100));
        assert_eq!((says(&book, "derived"), says(&book, "deriving")), (Some(own()), None));
    }
    assert!(broken_off > 0, "none was killed before it had ended");
}

/// A kind by which all is tried that a shape can say of what is derived.
const EVERYTHING: &[Field] = &[
    Field::new("household", "户", Holds::Reference(&["household"])).roles(&[Role::Family]),
    Field::new("file", "档", Holds::Reference(&["support_file"])).roles(&[Role::Parent]),
    Field::new("name", "名", Holds::Text).roles(&[Role::Sort]).finds(&[Find::Name]),
    Field::new("other", "又名", Holds::Text).roles(&[Role::Sort]).finds(&[Find::Name]),
    Field::new("date", "日", Holds::PartialDay).roles(&[Role::Day]),
    Field::new("until", "至", Holds::Moment).roles(&[Role::Until]),
    Field::new("id_number", "证", Holds::Text).roles(&[Role::Natural]).finds(&[Find::IdNumber]),
    Field::new("phone", "话", Holds::Text).finds(&[Find::Phone]),
    Field::new("code", "码", Holds::Text).finds(&[Find::Code]),
    Field::new("kind", "类", Holds::Code(&[("one", "一"), ("two", "二")]))
        .roles(&[Role::Category])
        .absent("two")
        .bits(&[("one", 1), ("two", 2)]),
    Field::new("tags", "签", Holds::Codes(&[("one", "一"), ("two", "二")])).bits(&[("two", 4)]),
    Field::new("sure", "实", Holds::Flag).bits(&[("true", 8)]),
    Field::new("here", "在", Holds::Text).bits(&[("*", 16)]),
    Field::new("gifts", "礼", Holds::Parts(&[Field::new("amount", "元", Holds::Money)]))
        .roles(&[Role::Number]),
    Field::new("people", "人数", Holds::References(&[])).roles(&[Role::Number]),
    Field::new("count", "数", Holds::Count).roles(&[Role::Number]),
    Field::new("met", "见", Holds::People).roles(&[Role::Persons]),
    Field::new("words", "词", Holds::Texts).finds(&[Find::Words]),
    Field::new("note", "注", Holds::LongText).finds(&[Find::Words]),
];

/// What is made of a shape. When this differs, raise `anew::HOW`: books that are there already were derived otherwise.
#[test]
fn how_a_shape_is_derived_has_the_number_it_is_said_to_have() {
    static SHAPE: Shape = Shape {
        merges: true,
        flags: |fields| if fields.contains_key("phone") { 32 } else { 0 },
        ended: |fields| fields.contains_key("gone"),
        ..Shape::new::<tiexin_domain::nouns::Visit>("个", EVERYTHING)
    };
    let whole = json!({
        "region": VILLAGE, "household": Uuid::from_u128(7), "file": Uuid::from_u128(8), "merged_into": Uuid::from_u128(9),
        "name": "吕 绿茹", "other": "单于", "date": "2014-01", "until": "2026-05-29T09:00:00", "gone": true,
        "id_number": "34052419800101001x", "phone": "19900002580", "code": "34032310000017", "kind": "one",
        "tags": ["one", "two"], "sure": true, "here": "是", "gifts": [{"amount": "30.05"}, {"item": "米"}],
        "people": ["a", "b"], "count": 3, "met": [{"name": "乙"}, {"name": "乙 "}, {"name": "丙", "person": "x"}],
        "words": ["就医", "住院"], "note": "话 2026 139 0000 1234",
    });
    let mut all = blake3::Hasher::new();
    let mut seen = |fields: &Fields| {
        let kind = "kind_of_the_future".to_owned();
        let scope = "340323100".parse().unwrap();
        let record =
            Record { id: Uuid::from_u128(1), kind, scope, version: 3, fields: fields.clone(), void: None };
        for (columns, found) in [
            (derive::by_shape(&SHAPE, &record), index::by_shape(&SHAPE, &record)),
            (derive::derive(&record), index::documents(&record)),
        ] {
            all.update(format!("{columns:?} {:?}\n", index::Entry::of(found)).as_bytes());
        }
    };
    let whole = fields(whole);
    seen(&whole);
    // The order of a map is none.
    let names: BTreeSet<&String> = whole.keys().filter(|name| *name != "region").collect();
    for name in names {
        let mut without = whole.clone();
        without.remove(name);
        seen(&without);
    }
    for date in ["2014", "2026-10-05", "不详"] {
        let mut other = whole.clone();
        other.insert("date".into(), date.into());
        seen(&other);
    }
    let hash = all.finalize().to_hex();
    // 6: links to the persons whom a record names.
    assert_eq!((anew::HOW, &hash.as_str()[..16]), (6, "7d4232d1a239f43f"));
}
