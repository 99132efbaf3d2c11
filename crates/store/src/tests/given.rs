//! Money that was given: insert-only, and added up to the fen.

use serde_json::{Value, json};
use tiexin_domain::around::{self, Subject};
use tiexin_domain::nouns::AidEntry;
use tiexin_domain::{Fen, Fields, Kind, Noun};
use tiexin_protocol::VoidChange;
use uuid::Uuid;

use super::{VILLAGE, book, by, fields, household, id, put, record, save, sound};
use crate::figures::{Days, Reach};
use crate::{BatchSave, Book, Fill, Kept, Over, Save, Source, StoreError, Why, meta};

fn said(home: Uuid, more: Value) -> Value {
    let mut all = fields(
        json!({"region": VILLAGE, "household": home, "head_name": "张三", "date": "2026-10-05",
        "form": "cash", "amount": "300.05", "source": "association", "programme": "困难慰问", "period": "2026"}),
    );
    all.extend(fields(more));
    Value::Object(all)
}

fn given(book: &Book, home: Uuid, more: Value) -> Uuid {
    let entry = id();
    put(book, &save(entry, "aid_entry", said(home, more)));
    entry
}

fn taken_back(book: &Book, entry: Uuid) -> Uuid {
    let first = AidEntry::from_fields(&record(book, entry).fields).unwrap();
    let back = first.reversal(entry, "张三 慰问救助", first.date, "记重了").unwrap();
    let back_id = id();
    put(book, &Save { id: back_id, kind: "aid_entry".into(), fields: back.to_fields(), void: None });
    back_id
}

#[test]
fn the_door_takes_no_change_of_what_is_insert_only() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let entry = given(&book, home, json!({}));
    let refused = |save: Save| {
        let told = book.write(|tx| tx.save(&save, &by()));
        assert!(matches!(told, Err(StoreError::Fixed(of)) if of == entry), "{told:?}");
    };
    refused(save(entry, "aid_entry", said(home, json!({"amount": "500.00"}))));
    let mut void = save(entry, "aid_entry", said(home, json!({})));
    void.void = Some(VoidChange::Hide(tiexin_domain::Void::by_person("重复")));
    refused(void);
    let asked = save(entry, "aid_entry", said(home, json!({"notes": "补记"})));
    assert!(matches!(book.ask_group(&[asked], &by()), Err(StoreError::Fixed(_))));
    // As it stands it is saved again, and nothing is written.
    put(&book, &save(entry, "aid_entry", said(home, json!({}))));
    assert_eq!(book.outbox_batch(100, 1 << 20).unwrap().len(), 2);
    // A merge turns whom it names.
    let other = household(&book, VILLAGE, "张三");
    let turned = save(entry, "aid_entry", said(other, json!({})));
    book.merge_group(&[turned], &by(), false).unwrap();
    assert_eq!(record(&book, entry).reference("household"), Some(other));
    sound(&book);
}

#[test]
fn an_import_that_is_taken_back_leaves_what_is_insert_only() {
    let (_dir, book, user) = book();
    let home = household(&book, VILLAGE, "张三");
    let (entry, batch) = (id(), id());
    let made = fields(said(home, json!({})));
    let fill = Fill { id: entry, kind: "aid_entry", fields: &made, over: Over::Lacking };
    let source = Source { batch, label: "名单".into(), signed: fields(json!({})), told: None };
    let rows = [BatchSave { group: id(), records: vec![fill] }];
    book.save_batch(&source, &rows, user.id, 1, &mut |_, _| true).unwrap();
    assert_eq!(book.undo_plan(batch).unwrap().stays, [Kept { id: entry, why: Why::Fixed }]);
    let outcome = book.undo_batch(batch, user.id, 2).unwrap();
    assert_eq!((outcome.undone, outcome.kept), (0, vec![Kept { id: entry, why: Why::Fixed }]));
    assert_eq!(record(&book, entry).void, None);
    sound(&book);
}

#[test]
fn what_was_taken_back_is_in_no_figure_and_leaves_nothing_of_the_sum() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let wrong = given(&book, home, json!({"date": "2026-09-30"}));
    given(&book, home, json!({"amount": "200.10", "period": "2025"}));
    let reach = |from, to| Reach {
        kind: Kind::AidEntry,
        region: "340323".parse().unwrap(),
        days: Days::Within(from, to),
    };
    let counted = |from, to| {
        let mut count = 0;
        book.facts(|facts| facts.each(&reach(from, to), false, |_, _| count += 1)).unwrap();
        count
    };
    assert_eq!((counted(20_260_901, 20_260_930), counted(20_261_001, 20_261_031)), (1, 1));
    taken_back(&book, wrong);
    assert_eq!((counted(20_260_901, 20_260_930), counted(20_261_001, 20_261_031)), (0, 1));
    let sums = book.aid_sums(&"340323".parse().unwrap()).unwrap();
    let told: Vec<_> = sums.iter().map(|one| (one.period.as_deref(), one.sum, one.entries)).collect();
    assert_eq!(told, [(Some("2025"), Fen(20_010), 1), (Some("2026"), Fen(0), 2)]);
    assert_eq!(sums[0].township.as_str(), "340323100");
    sound(&book);
}

/// Or a gift would be in no list, no report and no rule once somebody made its family void.
#[test]
fn what_was_given_stands_when_its_family_is_made_void() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let entry = given(&book, home, json!({}));
    assert!(!book.hanging(home).unwrap().kinds.contains_key("aid_entry"));
    let mut gone = save(home, "household", Value::Object(record(&book, home).fields));
    gone.void = Some(VoidChange::Hide(tiexin_domain::Void::by_person("登记错了")));
    put(&book, &gone);
    let reach = Reach {
        kind: Kind::AidEntry,
        region: "340323".parse().unwrap(),
        days: Days::Within(20_261_001, 20_261_031),
    };
    let mut count = 0;
    book.facts(|facts| facts.each(&reach, false, |_, _| count += 1)).unwrap();
    assert_eq!(count, 1);
    let beside = book.look(|look| look.children_of_kind(home, "aid_entry")).unwrap();
    assert_eq!(beside.iter().map(|one| one.id).collect::<Vec<_>>(), [entry]);
    // Nothing is said to keep it, or a picture of its receipt, out of sight.
    assert_eq!(book.void_above(entry).unwrap(), None);
    // What takes it back, too.
    taken_back(&book, entry);
    assert_eq!(book.look(|look| look.children_of_kind(home, "aid_entry")).unwrap().len(), 2);
    sound(&book);
}

/// A person ticks which money a merge turns, and may tick one of the two; undoing a merge turns what it turned.
#[test]
fn what_was_taken_back_stays_so_whomever_the_two_name() {
    let (_dir, book, _) = book();
    let (home, other) = (household(&book, VILLAGE, "张三"), household(&book, VILLAGE, "张三"));
    let entry = given(&book, home, json!({}));
    let told = |fields: &Fields| {
        let subject = Subject { kind: "aid_entry", id: id(), before: None, fields };
        let found = around::problems(&book, subject, around::Reach::Desks).unwrap();
        found.into_iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    let again = fields(said(home, json!({})));
    assert_eq!(told(&again), ["paid_twice"]);
    let back = record(&book, taken_back(&book, entry));
    let mut turned = back.fields.clone();
    turned.insert("household".into(), json!(other));
    book.merge_group(&[save(back.id, "aid_entry", Value::Object(turned))], &by(), false).unwrap();
    assert!(told(&again).is_empty());
    assert_eq!(told(&back.fields), ["reversal_wrong"]);
}

/// An ID number is one person, whichever family the payment stands with; also in a book of a program that did not know.
#[test]
fn a_payment_is_found_by_its_number_in_all_the_book() {
    let (_dir, book, _) = book();
    let homes = ["张三", "李四", "王五"].map(|name| household(&book, VILLAGE, name));
    let paid = |number: &str| json!({"programme": "大病慰问", "person": {"name": "李秀英"}, "recipient_number": number});
    let told = |home: Uuid, number: &str| {
        let fields = fields(said(home, paid(number)));
        let subject = Subject { kind: "aid_entry", id: id(), before: None, fields: &fields };
        let found = around::problems(&book, subject, around::Reach::Desks).unwrap();
        found.into_iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    let (number, another) = ("11010519491231002X", "34052419800101001X");
    assert!(told(homes[1], number).is_empty());
    let entry = given(&book, homes[0], paid(number));
    for written in [number, "11010519491231002x", "110105 19491231 002X"] {
        assert_eq!(told(homes[1], written), ["paid_twice"], "{written}");
    }
    assert!(told(homes[1], another).is_empty());
    // As a program left it that looked inside the family only.
    book.writer().execute("DELETE FROM link", []).unwrap();
    book.write(|w| Ok(meta::put(&w.tx, "derived", "{}")?)).unwrap();
    assert!(told(homes[2], number).is_empty());
    while book.derive_some().unwrap() > 0 {}
    assert_eq!(told(homes[2], number), ["paid_twice"]);
    taken_back(&book, entry);
    assert!(told(homes[2], number).is_empty());
    sound(&book);
}

#[test]
fn a_sum_that_is_not_that_of_its_entries_is_found() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    given(&book, home, json!({}));
    book.writer().execute("UPDATE record SET number = number + 1 WHERE kind = 'aid_entry'", []).unwrap();
    let faults = book.verify().unwrap().faults;
    assert!(faults.iter().any(|fault| fault.code == "sums_differ"), "{faults:?}");
}
