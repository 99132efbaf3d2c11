//! I1, and what a save does and does not.

use tiexin_domain::Kind;
use tiexin_domain::record::Void;
use tiexin_protocol::VoidChange;

use super::*;
use crate::StoreError;
use crate::asking::figures::{Days, Reach};

fn counts(book: &Book) -> (i64, i64, i64) {
    book.read(|conn| {
        let count = |table: &str| {
            conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
        };
        Ok((count("record")?, count("outbox")?, count("audit")?))
    })
    .unwrap()
}

/// I1: row, outbox change and audit entry are one transaction.
#[test]
fn i1_a_row_its_change_and_its_audit_entry_commit_together() {
    let (_dir, book, _) = book();
    assert_eq!(counts(&book), (0, 0, 1));
    household(&book, VILLAGE, "张三");
    assert_eq!(counts(&book), (1, 1, 2));
    // A failure after the save, for whatever reason, takes all three back.
    let failed = book.write(|tx| {
        tx.save(&save(id(), "household", json!({"region": VILLAGE, "head_name": "李四"})), &by())?;
        Err::<(), _>(StoreError::Cancelled)
    });
    assert!(failed.is_err());
    assert_eq!(counts(&book), (1, 1, 2));
    household(&book, VILLAGE, "李四");
    assert_eq!(counts(&book), (2, 2, 3));
    sound(&book);
}

#[test]
fn i1_a_panic_inside_a_write_leaves_no_trace() {
    let (_dir, book, _) = book();
    let other = book.clone();
    let panicked = std::thread::spawn(move || {
        let _ = other.write(|tx| {
            tx.save(&save(id(), "household", json!({"region": VILLAGE, "head_name": "张三"})), &by())?;
            panic!("on purpose");
            #[allow(unreachable_code)]
            Ok(())
        });
    });
    assert!(panicked.join().is_err());
    assert_eq!(counts(&book), (0, 0, 1));
    household(&book, VILLAGE, "李四");
    sound(&book);
}

#[test]
fn saving_what_stands_writes_nothing() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let before = counts(&book);
    let same = save(home, "household", Value::Object(record(&book, home).fields));
    let (saved, changed) = put(&book, &same);
    assert!(matches!(saved, Saved::Unchanged(_)));
    assert!(changed.is_empty());
    assert_eq!(counts(&book), before);
}

#[test]
fn an_edit_travels_as_the_fields_that_changed() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let mut next = record(&book, home).fields;
    next.insert("phone".into(), "19900002580".into());
    next.insert("kinds".into(), json!(["general", "hardship"]));
    next.insert("from_the_future".into(), json!({"a": [1]}));
    let (saved, changed) = put(&book, &save(home, "household", Value::Object(next.clone())));
    assert_eq!(saved.record().fields, next);
    assert_eq!(changed.kinds.into_iter().collect::<Vec<_>>(), ["household"]);
    let changes = book.outbox_batch(10, 1 << 20).unwrap();
    assert_eq!(changes.len(), 2);
    assert_eq!(changes[1].set["phone"], "19900002580");
    assert_eq!(changes[1].set["kinds"], json!({"+": ["hardship"]}));
    assert_eq!(changes[1].set.len(), 3);
    assert_eq!(changes.iter().map(|c| c.id.seq).collect::<Vec<_>>(), [1, 2]);
    sound(&book);
}

#[test]
fn a_void_household_hides_its_children_and_brings_them_back() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let one = person(&book, home, "张三", json!({}));
    let member = id();
    let membership = json!({"region": VILLAGE, "name": "张三", "person": one.to_string()});
    put(&book, &save(member, "member", membership));
    visit(&book, home, "张三", "2026-10-05", json!({}));
    let shown = |book: &Book| {
        let reach = Reach {
            kind: Kind::Visit,
            region: VILLAGE.parse().unwrap(),
            days: Days::Within(20_261_001, 20_261_031),
        };
        let mut attended = 0;
        book.facts(|f| f.each(&reach, false, |fact, _| attended += fact.persons().count())).unwrap();
        let count = |kind| book.count(kind, &[]).unwrap();
        (count("household"), count("person"), count("member"), count("visit"), attended)
    };
    assert_eq!(shown(&book), (1, 1, 1, 1, 1));
    let mut hide = save(home, "household", Value::Object(record(&book, home).fields));
    hide.void = Some(VoidChange::Hide(Void { reason: "录重".into() }));
    put(&book, &hide);
    assert_eq!(shown(&book), (0, 0, 0, 0, 0));
    sound(&book);
    // A child that comes later is hidden from the start.
    visit(&book, home, "张三", "2026-10-06", json!({}));
    assert_eq!(shown(&book).3, 0);
    hide.void = Some(VoidChange::Restore);
    put(&book, &hide);
    assert_eq!(shown(&book), (1, 1, 1, 2, 2));
    // No change was made to a child (I16).
    assert_eq!(book.outbox_batch(100, 1 << 20).unwrap().len(), 7);
    sound(&book);
}

#[test]
fn kind_and_township_of_a_record_are_for_ever() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let moved =
        save(home, "household", json!({"region": "340323101001", "head_name": "张三", "kinds": ["general"]}));
    assert!(matches!(book.write(|tx| tx.save(&moved, &by())), Err(StoreError::ScopeChanged(_))));
    let other = save(home, "person", json!({"region": VILLAGE, "name": "张三"}));
    assert!(matches!(book.write(|tx| tx.save(&other, &by())), Err(StoreError::KindChanged(_))));
    let nowhere = save(id(), "household", json!({"head_name": "张三"}));
    assert!(matches!(book.write(|tx| tx.save(&nowhere, &by())), Err(StoreError::RegionMissing)));
    // Inside the township a household may move.
    let next_village = save(home, "household", json!({"region": "340323100002", "head_name": "张三"}));
    put(&book, &next_village);
    sound(&book);
}

#[test]
fn a_batch_for_the_province_holds_whole_groups() {
    let (_dir, book, _) = book();
    let one = |name: &str| save(id(), "household", json!({"region": VILLAGE, "head_name": name}));
    for size in [2, 3, 1] {
        let group: Vec<Save> = (0..size).map(|i| one(&format!("户{i}"))).collect();
        book.save_group(&group, &by()).unwrap();
    }
    let lens = |changes, bytes| book.outbox_batch(changes, bytes).unwrap().len();
    assert_eq!(lens(6, 1 << 20), 6);
    assert_eq!(lens(5, 1 << 20), 5);
    assert_eq!(lens(4, 1 << 20), 2);
    assert_eq!(lens(2, 1 << 20), 2);
    // A group larger than the limit goes alone, whole.
    assert_eq!(lens(1, 1 << 20), 2);
    assert_eq!(lens(6, 10), 2);
}

#[test]
fn drafts_and_preferences_survive_a_restart() {
    let (dir, book, user) = book();
    book.keep_draft(user.id, "visit/new", "{\"note\":\"写到一半", None, NOW).unwrap();
    book.keep_draft(user.id, "visit/new", "{\"note\":\"写到一大半", Some(NOW), NOW + 1).unwrap();
    book.set_preference(user.id, "font", "large").unwrap();
    drop(book);
    let book = reopen(dir.path());
    assert_eq!(book.draft(user.id, "visit/new").unwrap().unwrap().0, "{\"note\":\"写到一大半");
    assert_eq!(book.drafts(user.id).unwrap(), [("visit/new".to_owned(), NOW + 1)]);
    book.drop_draft(user.id, "visit/new", None).unwrap();
    assert_eq!(book.draft(user.id, "visit/new").unwrap(), None);
    assert_eq!(book.preference(user.id, "font").unwrap().as_deref(), Some("large"));
}

#[test]
fn an_older_form_does_not_write_over_a_newer_draft() {
    let (_dir, book, user) = book();
    let keep = |body: &str, over| book.keep_draft(user.id, "visit:new", body, over, NOW).unwrap();
    let first = keep("一", None).unwrap();
    let second = keep("一二", Some(first)).unwrap();
    assert_ne!(first, second, "two within a millisecond");
    // A second window that has seen the first, and one that has seen none.
    assert_eq!((keep("旧", Some(first)), keep("空", None)), (None, None));
    assert!(!book.drop_draft(user.id, "visit:new", Some(first)).unwrap());
    assert_eq!(book.draft(user.id, "visit:new").unwrap(), Some(("一二".to_owned(), second)));
    assert_eq!(keep("一二", Some(first)), Some(second), "the same once more: its answer was lost");
    let third = keep("一二三", Some(second)).unwrap();
    assert!(third != first && third != second, "no version comes a second time");
    assert!(book.drop_draft(user.id, "visit:new", Some(third)).unwrap());
    assert!(keep("再写", Some(third)).is_some(), "it was saved elsewhere; what is typed on is kept");
}
