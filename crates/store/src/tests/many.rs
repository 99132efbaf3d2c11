//! Many records changed alike, and taken back as one.

use tiexin_domain::Void;

use super::province::{Province, desk};
use super::*;
use crate::{Nature, OfMany, Source, StoreError, Why};

const AUTHOR: Uuid = Uuid::from_u128(1);

fn source() -> Source {
    Source { batch: id(), label: "批量修改".into(), signed: Fields::new(), told: None }
}

fn set(ids: &[Uuid], value: Value) -> Vec<OfMany> {
    let one = |id: &Uuid| OfMany { id: *id, group: super::id(), set: fields(value.clone()), void: None };
    ids.iter().map(one).collect()
}

fn fields_only() -> Nature {
    Nature::Many { hidden: None }
}

fn acts(book: &Book, id: Uuid) -> Vec<String> {
    book.history(id).unwrap().into_iter().map(|event| event.act).collect()
}

#[test]
fn many_records_are_changed_and_taken_back_as_one() {
    let (_dir, book, _) = book();
    let homes: Vec<Uuid> = ["张三", "李四", "王五"].map(|name| household(&book, VILLAGE, name)).into();
    put(&book, &save(homes[1], "household", json!({"region": VILLAGE, "head_name": "李四", "notes": "原"})));
    let source = source();
    let done =
        book.change_many(&source, &set(&homes, json!({"notes": "同"})), AUTHOR, NOW, &mut |_, _| true);
    assert_eq!(done.unwrap().changed, 3);
    // Somebody goes on with one of them.
    put(
        &book,
        &save(homes[2], "household", json!({"region": VILLAGE, "head_name": "王五", "notes": "后来"})),
    );
    let undone = book.undo_batch_of(source.batch, &fields_only(), AUTHOR, NOW).unwrap();
    assert_eq!((undone.undone, undone.kept.len()), (2, 1));
    assert_eq!((undone.kept[0].id, undone.kept[0].why), (homes[2], Why::Edited));
    let notes = |at: usize| record(&book, homes[at]).text("notes").map(str::to_owned);
    assert_eq!([notes(0), notes(1), notes(2)], [None, Some("原".into()), Some("后来".into())]);
    assert_eq!(acts(&book, homes[0])[0], "bulk_undo");
    let redone = book.redo_batch_of(source.batch, &fields_only(), AUTHOR, NOW + 1).unwrap();
    assert_eq!(redone.redone, 2);
    assert_eq!([notes(0), notes(1), notes(2)], [Some("同".into()), Some("同".into()), Some("后来".into())]);
    sound(&book);
    assert_eq!(book.undo_batch_of(source.batch, &fields_only(), AUTHOR, NOW + 2).unwrap().undone, 2);
    assert_eq!([notes(0), notes(1)], [None, Some("原".into())]);
    sound(&book);
}

#[test]
fn batches_are_taken_back_one_after_the_other() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let (first, second) = (source(), source());
    for (source, text) in [(&first, "一"), (&second, "二")] {
        book.change_many(source, &set(&[home], json!({"notes": text})), AUTHOR, NOW, &mut |_, _| true)
            .unwrap();
    }
    // The second stands above the first.
    assert_eq!(book.undo_plan(first.batch).unwrap().stays.len(), 1);
    book.undo_batch_of(second.batch, &fields_only(), AUTHOR, NOW).unwrap();
    assert_eq!(record(&book, home).text("notes"), Some("一"));
    assert_eq!(book.undo_batch_of(first.batch, &fields_only(), AUTHOR, NOW).unwrap().undone, 1);
    assert_eq!(record(&book, home).text("notes"), None);
    sound(&book);
}

/// What another desk wrote into other fields, or into the same one, is not undone along with the batch.
#[test]
fn what_came_from_elsewhere_since_stays_when_a_batch_is_taken_back() {
    let (_dir, book) = desk();
    let (_other_dir, other) = desk();
    let mut province = Province::new();
    let homes: Vec<Uuid> = ["张三", "李四"].map(|name| household(&book, VILLAGE, name)).into();
    province.round(&book);
    province.round(&other);
    let source = source();
    book.change_many(&source, &set(&homes, json!({"notes": "同"})), AUTHOR, NOW, &mut |_, _| true).unwrap();
    province.round(&book);
    province.round(&other);
    let mut first = record(&other, homes[0]).fields;
    first.insert("phone".into(), "19900002580".into());
    put(&other, &save(homes[0], "household", Value::Object(first)));
    let mut second = record(&other, homes[1]).fields;
    second.insert("notes".into(), "别处写的".into());
    put(&other, &save(homes[1], "household", Value::Object(second)));
    province.round(&other);
    province.round(&book);
    assert_eq!(record(&book, homes[0]).text("phone"), Some("19900002580"));
    let undone = book.undo_batch_of(source.batch, &fields_only(), AUTHOR, NOW).unwrap();
    assert_eq!((undone.undone, undone.kept.len()), (1, 1));
    assert_eq!((undone.kept[0].id, undone.kept[0].why), (homes[1], Why::Edited));
    let first = record(&book, homes[0]);
    assert_eq!((first.text("notes"), first.text("phone")), (None, Some("19900002580")));
    assert_eq!(record(&book, homes[1]).text("notes"), Some("别处写的"));
    sound(&book);
}

#[test]
fn many_records_are_made_void_and_come_back_as_one() {
    let (_dir, book, _) = book();
    let homes: Vec<Uuid> = ["张三", "李四"].map(|name| household(&book, VILLAGE, name)).into();
    let visit = visit(&book, homes[0], "张三", "2026-10-05", json!({}));
    let hidden = Void::by_person("登记错了");
    let of =
        |id: &Uuid| OfMany { id: *id, group: super::id(), set: Fields::new(), void: Some(hidden.clone()) };
    let many: Vec<OfMany> = homes.iter().map(of).collect();
    let source = Source { told: Some("为什么".into()), ..source() };
    book.change_many(&source, &many, AUTHOR, NOW, &mut |_, _| true).unwrap();
    assert_eq!(book.batch_told(source.batch).unwrap().as_deref(), Some("为什么"));
    assert_eq!(book.count("visit", &[]).unwrap(), 0, "it goes with its family");
    let nature = Nature::Many { hidden: Some(hidden.clone()) };
    assert_eq!(book.undo_batch_of(source.batch, &nature, AUTHOR, NOW).unwrap().undone, 2);
    assert!(record(&book, homes[0]).void.is_none() && record(&book, visit).void.is_none());
    assert_eq!((book.count("household", &[]).unwrap(), book.count("visit", &[]).unwrap()), (2, 1));
    assert_eq!(book.redo_batch_of(source.batch, &nature, AUTHOR, NOW + 1).unwrap().redone, 2);
    assert_eq!(record(&book, homes[1]).void, Some(hidden));
    sound(&book);
}

#[test]
fn a_change_of_many_that_is_cancelled_writes_nothing() {
    let (_dir, book, _) = book();
    let homes: Vec<Uuid> = (0..100).map(|n| household(&book, VILLAGE, &format!("张{n}"))).collect();
    let many = set(&homes, json!({"notes": "同"}));
    let cancelled = book.change_many(&source(), &many, AUTHOR, NOW, &mut |done, _| done == 0);
    assert!(matches!(cancelled, Err(StoreError::Cancelled)));
    assert!(book.batches().unwrap().is_empty() && record(&book, homes[0]).text("notes").is_none());
    // What nobody can see any more is passed over.
    let gone = Some(tiexin_protocol::VoidChange::Hide(Void::by_person("重复")));
    let void =
        Save { void: gone, ..save(homes[0], "household", Value::Object(record(&book, homes[0]).fields)) };
    put(&book, &void);
    let done = book.change_many(&source(), &many, AUTHOR, NOW, &mut |_, _| true).unwrap();
    assert_eq!((done.changed, done.unchanged), (99, 1));
    sound(&book);
}

/// What the undo tells is what it did: what somebody at another desk has hidden or shown again since is not taken back,
/// and is told as staying, before and after.
#[test]
fn what_was_hidden_or_shown_elsewhere_since_stays_so_and_is_told() {
    let (_dir, book) = desk();
    let (_other_dir, other) = desk();
    let mut province = Province::new();
    let homes: Vec<Uuid> = ["张三", "李四", "王五"].map(|name| household(&book, VILLAGE, name)).into();
    province.round(&book);
    province.round(&other);
    let change = |of: &Source, many: &[OfMany]| {
        book.change_many(of, many, AUTHOR, NOW, &mut |_, _| true).unwrap();
    };
    let (written, hidden) = (source(), source());
    change(&written, &set(&homes[..2], json!({"notes": "同"})));
    let why = Void::by_person("登记错了");
    let hide = |id: Uuid| OfMany { id, group: id, set: Fields::new(), void: Some(why.clone()) };
    change(&hidden, &[hide(homes[2])]);
    province.round(&book);
    province.round(&other);
    let void = |id: Uuid, void| {
        let fields = record(&other, id).fields;
        put(&other, &Save { void: Some(void), ..save(id, "household", Value::Object(fields)) });
    };
    void(homes[0], tiexin_protocol::VoidChange::Hide(Void::by_person("重复")));
    void(homes[2], tiexin_protocol::VoidChange::Restore);
    province.round(&other);
    province.round(&book);

    let nature = Nature::Many { hidden: Some(why.clone()) };
    for (batch, nature, goes, stays) in
        [(written.batch, fields_only(), 1, homes[0]), (hidden.batch, nature, 0, homes[2])]
    {
        let plan = book.undo_plan_of(batch, &nature).unwrap();
        assert_eq!((plan.goes.len(), plan.back.len()), (0, goes));
        let undone = book.undo_batch_of(batch, &nature, AUTHOR, NOW).unwrap();
        assert_eq!((undone.undone, &undone.kept), (goes as u64, &plan.stays));
        assert_eq!(undone.kept, [crate::Kept { id: stays, why: Why::Edited }]);
        // Nothing was taken from what stayed.
        let redone = book.redo_batch_of(batch, &nature, AUTHOR, NOW + 1).unwrap();
        assert_eq!((redone.redone, redone.left), (goes as u64, 0));
    }
    let first = record(&book, homes[0]);
    assert_eq!((first.text("notes"), first.void.as_ref().unwrap().reason.as_str()), (Some("同"), "重复"));
    assert!(record(&book, homes[2]).void.is_none());
    sound(&book);
}

/// What was taken back and written since is told as left when the batch is brought back, void or not.
#[test]
fn what_was_written_after_the_undo_is_told_as_left() {
    let (_dir, book, _) = book();
    let homes: Vec<Uuid> = ["张三", "李四"].map(|name| household(&book, VILLAGE, name)).into();
    let source = source();
    book.change_many(&source, &set(&homes, json!({"notes": "同"})), AUTHOR, NOW, &mut |_, _| true).unwrap();
    book.undo_batch_of(source.batch, &fields_only(), AUTHOR, NOW).unwrap();
    put(
        &book,
        &save(homes[0], "household", json!({"region": VILLAGE, "head_name": "张三", "notes": "后来"})),
    );
    let redone = book.redo_batch_of(source.batch, &fields_only(), AUTHOR, NOW + 1).unwrap();
    assert_eq!((redone.redone, redone.left), (1, 1));
    assert_eq!(record(&book, homes[0]).text("notes"), Some("后来"));
    sound(&book);
}

/// Who only looked at a whole number has changed nothing: the record goes with its batch, and comes back with it.
#[test]
fn a_look_at_a_record_is_no_edit_of_it() {
    let (_dir, book, _) = book();
    let (home, other) = (household(&book, VILLAGE, "张三"), household(&book, VILLAGE, "李四"));
    let source = source();
    book.change_many(&source, &set(&[home, other], json!({"notes": "同"})), AUTHOR, NOW, &mut |_, _| true)
        .unwrap();
    let looks = |at: i64| {
        for field in ["phone", "notes"] {
            book.write(|w| w.note_act("unmask", Some(home), &[field], AUTHOR, NOW + at)).unwrap();
        }
    };
    looks(1);
    assert_eq!(book.undo_plan_of(source.batch, &fields_only()).unwrap().back.len(), 2);
    assert_eq!(book.undo_batch_of(source.batch, &fields_only(), AUTHOR, NOW + 2).unwrap().undone, 2);
    looks(3);
    let redone = book.redo_batch_of(source.batch, &fields_only(), AUTHOR, NOW + 4).unwrap();
    assert_eq!((redone.redone, redone.left), (2, 0));
    looks(5);
    assert_eq!(book.undo_batch_of(source.batch, &fields_only(), AUTHOR, NOW + 6).unwrap().undone, 2);
    assert_eq!(record(&book, home).text("notes"), None);
    sound(&book);
}
