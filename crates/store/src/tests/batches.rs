//! A ledger is written as one and taken back as one.

use tiexin_domain::RegionCode;

use super::province::{Province, desk};
use super::*;
use crate::{BatchOutcome, BatchSave, Fill, Kept, Over, Source, StoreError, Why};

/// Groups of records as a ledger gives them.
type Rows = Vec<Vec<Save>>;

fn rows(names: &[&str]) -> Rows {
    let row = |name: &&str| {
        let home = id();
        let person = json!({"region": VILLAGE, "name": name, "household": home.to_string()});
        vec![
            save(home, "household", json!({"region": VILLAGE, "head_name": name})),
            save(id(), "person", person),
        ]
    };
    names.iter().map(row).collect()
}

fn source() -> Source {
    let signed = fields(json!({"recorded_by": "王专干"}));
    Source { batch: id(), label: "特殊家庭台账".into(), signed, told: None }
}

fn write(book: &Book, source: &Source, rows: &Rows) -> BatchOutcome {
    write_while(book, source, rows, &mut |_, _| true).unwrap()
}

fn write_while(
    book: &Book,
    source: &Source,
    rows: &Rows,
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<BatchOutcome, StoreError> {
    fn fill(save: &Save) -> Fill<'_> {
        Fill { id: save.id, kind: &save.kind, fields: &save.fields, over: Over::Lacking }
    }
    let batch: Vec<BatchSave<'_>> =
        rows.iter().map(|row| BatchSave { group: id(), records: row.iter().map(fill).collect() }).collect();
    book.save_batch(source, &batch, AUTHOR, NOW, progress)
}

const AUTHOR: Uuid = Uuid::from_u128(1);

#[test]
fn the_same_ledger_twice_adds_nothing() {
    let (_dir, book, _) = book();
    let rows = rows(&["张三", "李四"]);
    let first = write(&book, &source(), &rows);
    assert_eq!((first.created, first.changed, first.unchanged), (4, 0, 0));
    let again = write(&book, &source(), &rows);
    assert_eq!((again.created, again.changed, again.unchanged), (0, 0, 4));
    assert_eq!(book.batches().unwrap().len(), 1);
    assert_eq!(book.outbox_batch(100, 1 << 20).unwrap().len(), 4);
    sound(&book);
}

/// What somebody wrote is never overwritten by a ledger; nor is what the ledger itself said further up.
#[test]
fn a_record_that_is_there_gets_only_what_it_lacks() {
    let (_dir, book, _) = book();
    let known = household(&book, VILLAGE, "张三");
    let new = id();
    let told = |home, name: &str, phone: &str| {
        vec![save(home, "household", json!({"region": VILLAGE, "head_name": name, "phone": phone}))]
    };
    let rows = vec![told(known, "张四", "19900002580"), told(new, "李四", "1"), told(new, "李五", "2")];
    let source = source();
    let outcome = write(&book, &source, &rows);
    assert_eq!((outcome.created, outcome.changed, outcome.unchanged), (1, 1, 1));
    let held = record(&book, known);
    assert_eq!((held.text("head_name"), held.text("phone")), (Some("张三"), Some("19900002580")));
    assert_eq!(held.text("recorded_by"), None, "it is not the import that recorded it");
    let made = record(&book, new);
    assert_eq!((made.text("head_name"), made.text("phone")), (Some("李四"), Some("1")));
    assert_eq!(made.text("recorded_by"), Some("王专干"));
    book.undo_batch(source.batch, AUTHOR, NOW).unwrap();
    assert_eq!(record(&book, known).text("phone"), None);
    assert!(record(&book, new).void.is_some());
    sound(&book);
}

/// The rows come from another thread, piece by piece: more of them than one piece, and one that is none.
#[test]
fn a_row_that_cannot_be_made_takes_the_batch_with_it() {
    let (_dir, book, _) = book();
    let names: Vec<String> = (0..1_000).map(|i| format!("户{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut all = rows(&names);
    all.push(vec![save(id(), "household", json!({"head_name": "无处"}))]);
    let failed = write_while(&book, &source(), &all, &mut |_, _| true);
    assert!(matches!(failed, Err(StoreError::RegionMissing)));
    assert_eq!(book.count("household", &[]).unwrap(), 0);
    all.pop();
    assert_eq!(write(&book, &source(), &all).created, 2_000);
    assert_eq!(book.search("户999", &[], &[], 5).unwrap().len(), 2, "the family and its person");
    sound(&book);
}

#[test]
fn cancelling_writes_nothing() {
    let (_dir, book, _) = book();
    let names: Vec<String> = (0..200).map(|i| format!("户{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows = rows(&names);
    let cancelled = write_while(&book, &source(), &rows, &mut |done, _| done < 128);
    assert!(matches!(cancelled, Err(StoreError::Cancelled)));
    assert_eq!(book.count("household", &[]).unwrap(), 0);
    assert!(book.outbox_batch(10, 1 << 20).unwrap().is_empty());
    sound(&book);
}

#[test]
fn a_batch_is_taken_back_but_not_what_was_edited_since() {
    let (_dir, book, _) = book();
    let known = household(&book, VILLAGE, "原有");
    let source = source();
    let mut all = rows(&["张三", "李四"]);
    all.push(vec![save(known, "household", json!({"region": VILLAGE, "phone": "19900002580"}))]);
    write(&book, &source, &all);
    assert_eq!(record(&book, known).text("phone"), Some("19900002580"));
    let edited = all[1][0].id;
    let mut fields = record(&book, edited).fields;
    fields.insert("phone".into(), "19900001111".into());
    put(&book, &save(edited, "household", Value::Object(fields)));
    // To look at a whole number is no edit.
    book.write(|w| w.note_act("unmask", Some(all[0][0].id), &["phone"], AUTHOR, NOW)).unwrap();
    let plan = book.undo_plan(source.batch).unwrap();
    let outcome = book.undo_batch(source.batch, AUTHOR, NOW).unwrap();
    // The family that was edited keeps its people.
    let person = Kept { id: all[1][1].id, why: Why::Needed { by: edited } };
    assert_eq!(outcome.kept, [Kept { id: edited, why: Why::Edited }, person]);
    assert_eq!((outcome.undone, plan.goes.len(), plan.back), (3, 2, vec![known]));
    assert_eq!(plan.stays, outcome.kept);
    assert_eq!(record(&book, known).text("phone"), None);
    assert!(record(&book, all[0][0].id).void.unwrap().is_undone_import());
    assert_eq!(book.count("household", &[]).unwrap(), 2);
    assert!(matches!(book.undo_batch(source.batch, AUTHOR, NOW), Err(StoreError::NoSuchBatch)));
    // Numbers stay gapless.
    let seqs: Vec<u64> = book.outbox_batch(100, 1 << 20).unwrap().iter().map(|c| c.id.seq).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    sound(&book);
}

/// A visit recorded since keeps the family, and the family keeps its people; what nobody needs goes.
#[test]
fn what_is_needed_since_stays_when_a_batch_is_taken_back() {
    let (_dir, book, _) = book();
    let source = source();
    let all = rows(&["张三", "李四"]);
    write(&book, &source, &all);
    let (home, person) = (all[0][0].id, all[0][1].id);
    let visit = json!({"region": VILLAGE, "household": home.to_string(), "head_name": "张三", "date": "2026-10-08", "kind": "routine", "presence": "at_home"});
    let visit = save(id(), "visit", visit);
    put(&book, &visit);
    // A member who is a person of the other family.
    let other = all[1][1].id;
    let member =
        save(id(), "member", json!({"region": VILLAGE, "name": "李四", "person": other.to_string()}));
    put(&book, &member);
    let outcome = book.undo_batch(source.batch, AUTHOR, NOW).unwrap();
    let kept: Vec<Uuid> = outcome.kept.iter().map(|kept| kept.id).collect();
    assert_eq!(outcome.undone, 0, "{:?}", outcome.kept);
    assert!([home, person, other, all[1][0].id].iter().all(|id| kept.contains(id)));
    assert!(outcome.kept.contains(&Kept { id: home, why: Why::Needed { by: visit.id } }));
    assert_eq!((book.count("household", &[]).unwrap(), book.count("visit", &[]).unwrap()), (2, 1));
    sound(&book);
}

/// What went with an import that was taken back comes back with the next one, and goes with it again.
#[test]
fn a_ledger_read_again_brings_back_what_was_undone() {
    let (_dir, book, _) = book();
    let all = rows(&["张三"]);
    let first = source();
    write(&book, &first, &all);
    book.undo_batch(first.batch, AUTHOR, NOW).unwrap();
    // Filling alone leaves what is hidden alone.
    assert_eq!(write(&book, &source(), &all).unchanged, 2);
    let second = source();
    let mut corrected = all[0][0].fields.clone();
    corrected.insert("phone".into(), "19900001111".into());
    let fills = [
        Fill { id: all[0][0].id, kind: "household", fields: &corrected, over: Over::Restored },
        Fill { id: all[0][1].id, kind: "person", fields: &all[0][1].fields, over: Over::Restored },
    ];
    let batch = [BatchSave { group: id(), records: fills.to_vec() }];
    let outcome = book.save_batch(&second, &batch, AUTHOR, NOW, &mut |_, _| true).unwrap();
    assert_eq!((outcome.created, outcome.changed), (0, 2));
    let home = record(&book, all[0][0].id);
    assert_eq!((home.void.as_ref(), home.text("phone")), (None, Some("19900001111")));
    sound(&book);
    assert_eq!(book.undo_batch(second.batch, AUTHOR, NOW).unwrap().undone, 2);
    assert_eq!(book.count("household", &[]).unwrap(), 0);
    sound(&book);
}

/// What was taken back comes back as the import had made it, but for what somebody wrote since; and goes again.
#[test]
fn a_batch_that_was_taken_back_is_brought_back() {
    let (_dir, book, _) = book();
    let known = household(&book, VILLAGE, "原有");
    let mut all = rows(&["张三", "李四"]);
    all.push(vec![save(known, "household", json!({"region": VILLAGE, "phone": "19900002580"}))]);
    let source = Source { told: Some("[1]".into()), ..source() };
    let outcome = write(&book, &source, &all);
    assert_eq!((outcome.made.len(), outcome.filled.len()), (2, 1));
    assert!(matches!(book.redo_batch(source.batch, AUTHOR, NOW), Err(StoreError::NoSuchBatch)));
    book.undo_batch(source.batch, AUTHOR, NOW).unwrap();
    // Somebody brings one back by hand and writes on, and voids another for a reason of their own.
    let (by_hand, voided) = (all[0][0].id, all[1][1].id);
    let restore = Some(tiexin_protocol::VoidChange::Restore);
    let mut fields = record(&book, by_hand).fields;
    fields.insert("phone".into(), "19900001111".into());
    put(&book, &Save { void: restore, ..save(by_hand, "household", Value::Object(fields)) });
    let hide = Some(tiexin_protocol::VoidChange::Hide(tiexin_domain::Void::by_person("重复")));
    let fields = record(&book, voided).fields;
    put(&book, &Save { void: hide, ..save(voided, "person", Value::Object(fields)) });

    let done = book.redo_batch(source.batch, AUTHOR, NOW + 1).unwrap();
    assert_eq!((done.redone, done.left), (3, 2), "by hand, and void");
    assert_eq!(record(&book, known).text("phone"), Some("19900002580"));
    assert_eq!(record(&book, by_hand).text("phone"), Some("19900001111"));
    assert_eq!(record(&book, voided).void.unwrap().reason, "重复");
    assert!(record(&book, all[1][0].id).void.is_none() && record(&book, all[0][1].id).void.is_none());
    assert_eq!(book.batches().unwrap()[0].undone_at, None);
    assert_eq!(book.batch_told(source.batch).unwrap().as_deref(), Some("[1]"));
    sound(&book);
    // It can be taken back once more; the family that was written by hand stays, with its person.
    assert_eq!(book.undo_batch(source.batch, AUTHOR, NOW + 2).unwrap().undone, 2);
    assert_eq!(record(&book, known).text("phone"), None);
    assert!(record(&book, by_hand).void.is_none() && record(&book, all[0][1].id).void.is_none());
    sound(&book);
}

/// Findings name people: they go with the last record of their import.
#[test]
fn what_an_import_told_goes_with_its_township() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    let source = Source { told: Some("[]".into()), ..source() };
    write(&book, &source, &rows(&["张三"]));
    province.round(&book);
    book.prune_sent(u64::MAX >> 1).unwrap();
    book.drop_scope(&VILLAGE.parse::<RegionCode>().unwrap().scope()).unwrap();
    assert_eq!(book.batch_told(source.batch).unwrap(), None);
}

/// A value that a person chose of two is written over the book's; taken back, the book's stands again.
#[test]
fn a_chosen_difference_is_written_over() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let chosen = fields(json!({"region": VILLAGE, "head_name": "张三丰"}));
    let source = source();
    let gone = id();
    let fill = |id| Fill { id, kind: "household", fields: &chosen, over: Over::Chosen };
    let batch: Vec<BatchSave<'_>> =
        [home, gone].into_iter().map(|home| BatchSave { group: id(), records: vec![fill(home)] }).collect();
    let outcome = book.save_batch(&source, &batch, AUTHOR, NOW, &mut |_, _| true).unwrap();
    assert_eq!((outcome.created, outcome.changed, outcome.unchanged), (0, 1, 1));
    assert_eq!(record(&book, home).text("head_name"), Some("张三丰"));
    assert!(book.get(gone).unwrap().is_none(), "nothing is made of a difference");
    book.undo_batch(source.batch, AUTHOR, NOW).unwrap();
    assert_eq!(record(&book, home).text("head_name"), Some("张三"));
    sound(&book);
}

/// Neither a team's record beside another's name, nor a name beside another's record.
#[test]
fn half_of_a_reference_and_its_name_is_not_filled_in_beside_anothers() {
    let (_dir, book, _) = book();
    let (old, young) = (id().to_string(), id().to_string());
    let volunteer = |mut said: Value| {
        (said["region"], said["name"], said["approval"]) = (json!(VILLAGE), json!("周明"), json!("approved"));
        save(id(), "volunteer", said)
    };
    let row = || volunteer(json!({"team": "青年队", "team_id": young}));
    for (there, team, of) in [
        (json!({"team": "银龄队"}), Some("银龄队"), None),
        (json!({"team": "青年 队"}), Some("青年 队"), Some(&young)),
        (json!({"team_id": old}), None, Some(&old)),
    ] {
        let there = volunteer(there);
        put(&book, &there);
        write(&book, &source(), &vec![vec![Save { id: there.id, ..row() }]]);
        let now = record(&book, there.id);
        assert_eq!((now.text("team"), now.text("team_id")), (team, of.map(String::as_str)));
    }
    let (first, made) = (source(), volunteer(json!({"team": "银龄队", "team_id": old})));
    let back = volunteer(json!({"team": "青年队"}));
    write(&book, &first, &vec![vec![made.clone()]]);
    book.undo_batch(first.batch, AUTHOR, NOW).unwrap();
    let fill = Fill { id: made.id, kind: "volunteer", fields: &back.fields, over: Over::Restored };
    let batch = [BatchSave { group: id(), records: vec![fill] }];
    book.save_batch(&source(), &batch, AUTHOR, NOW, &mut |_, _| true).unwrap();
    let now = record(&book, made.id);
    assert_eq!((now.text("team"), now.text("team_id")), (Some("青年队"), None));
}

/// One audit entry tells of many records; each has its history all the same.
#[test]
fn what_a_batch_made_has_its_history_and_is_not_mistaken_for_what_it_changed() {
    let (_dir, book, _) = book();
    let (home, other) = (id(), id());
    let row = |id, value| vec![save(id, "household", value)];
    let all = vec![
        row(home, json!({"region": VILLAGE, "head_name": "张三"})),
        row(other, json!({"region": VILLAGE, "head_name": "李四", "phone": "1"})),
        row(home, json!({"region": VILLAGE, "head_name": "张三", "phone": "2"})),
        row(id(), json!({"region": VILLAGE, "head_name": "王五"})),
    ];
    let source = source();
    let before = book.verify().unwrap().audit_entries;
    let outcome = write(&book, &source, &all);
    assert_eq!((outcome.created, outcome.changed, outcome.unchanged), (3, 1, 0));
    // Two made, one changed, one made, and the import.
    assert_eq!(book.verify().unwrap().audit_entries, before + 4);
    let told = |id| {
        let events = book.history(id).unwrap();
        let told = events.into_iter().map(|mut event| {
            event.fields.sort();
            (event.act, event.fields.join(" "))
        });
        told.collect::<Vec<_>>()
    };
    let made = |fields: &str| ("create".to_owned(), fields.to_owned());
    assert_eq!(told(home), [("change".to_owned(), "phone".to_owned()), made("head_name recorded_by region")]);
    assert_eq!(told(other), [made("head_name phone recorded_by region")]);
    sound(&book);
    let undone = book.undo_batch(source.batch, AUTHOR, NOW).unwrap();
    assert_eq!((undone.undone, undone.kept.len()), (3, 0));
    assert!(record(&book, home).void.is_some(), "made here, so it goes, whatever came to it later");
    assert_eq!(told(other).len(), 2);
    sound(&book);
}

#[test]
fn a_batch_of_a_township_that_was_given_up_has_nothing_to_take_back() {
    for safe in [false, true] {
        let (_dir, book) = desk();
        let mut province = Province::new();
        let source = source();
        write(&book, &source, &rows(&["张三", "李四"]));
        province.round(&book);
        if safe {
            book.prune_sent(u64::MAX >> 1).unwrap();
        }
        book.drop_scope(&VILLAGE.parse::<RegionCode>().unwrap().scope()).unwrap();
        // Where nothing is left, its row's number goes to this one.
        let later = household(&book, "340323104001", "别处");
        let undone = book.undo_batch(source.batch, AUTHOR, NOW).unwrap();
        assert_eq!((undone.undone, undone.kept.len()), (0, 0), "safe: {safe}");
        assert!(record(&book, later).void.is_none());
        sound(&book);
    }
}

/// An import filled one field of a family; another desk wrote another field of it since.
#[test]
fn what_came_from_elsewhere_stays_when_an_import_is_taken_back() {
    let (_dir, book) = desk();
    let (_other_dir, other) = desk();
    let mut province = Province::new();
    let known = household(&book, VILLAGE, "张三");
    province.round(&book);
    province.round(&other);
    let source = source();
    let told = json!({"region": VILLAGE, "head_name": "张三", "phone": "19900002580"});
    write(&book, &source, &vec![vec![save(known, "household", told)]]);
    province.round(&book);
    province.round(&other);
    let mut there = record(&other, known).fields;
    there.insert("notes".into(), "别处写的".into());
    put(&other, &save(known, "household", Value::Object(there)));
    province.round(&other);
    province.round(&book);
    assert_eq!(book.undo_batch(source.batch, AUTHOR, NOW).unwrap().undone, 1);
    let held = record(&book, known);
    assert_eq!((held.text("phone"), held.text("notes")), (None, Some("别处写的")));
    assert_eq!(book.redo_batch(source.batch, AUTHOR, NOW + 1).unwrap().redone, 1);
    let held = record(&book, known);
    assert_eq!((held.text("phone"), held.text("notes")), (Some("19900002580"), Some("别处写的")));
    sound(&book);
}

#[test]
fn a_column_mapping_is_kept() {
    let (_dir, book, _) = book();
    book.keep_column_mapping("members", "abc", "{\"a\":1}", NOW).unwrap();
    book.keep_column_mapping("members", "abc", "{\"a\":2}", NOW).unwrap();
    assert_eq!(book.column_mapping("members", "abc").unwrap().as_deref(), Some("{\"a\":2}"));
    assert_eq!(book.column_mapping("visits", "abc").unwrap(), None);
}
