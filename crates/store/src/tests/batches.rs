//! A ledger is written as one and taken back as one.

use super::*;
use crate::{BatchSave, Source, StoreError};

fn rows(book: &Book, names: &[&str]) -> Vec<BatchSave> {
    let _ = book;
    names
        .iter()
        .map(|name| {
            let home = id();
            let person = json!({"region": VILLAGE, "name": name, "household": home.to_string()});
            BatchSave {
                group: id(),
                saves: vec![
                    save(home, "household", json!({"region": VILLAGE, "head_name": name})),
                    save(id(), "person", person),
                ],
            }
        })
        .collect()
}

fn source() -> Source {
    Source { batch: id(), label: "特殊家庭台账".into() }
}

const AUTHOR: Uuid = Uuid::from_u128(1);

#[test]
fn the_same_ledger_twice_adds_nothing() {
    let (_dir, book, _) = book();
    let rows = rows(&book, &["张三", "李四"]);
    let first = book.save_batch(&source(), &rows, AUTHOR, NOW, &mut |_, _| true).unwrap();
    assert_eq!((first.created, first.changed, first.unchanged), (4, 0, 0));
    let again = book.save_batch(&source(), &rows, AUTHOR, NOW, &mut |_, _| true).unwrap();
    assert_eq!((again.created, again.changed, again.unchanged), (0, 0, 4));
    assert_eq!(book.batches().unwrap().len(), 1);
    assert_eq!(book.outbox_batch(100, 1 << 20).unwrap().len(), 4);
    sound(&book);
}

#[test]
fn cancelling_writes_nothing() {
    let (_dir, book, _) = book();
    let names: Vec<String> = (0..200).map(|i| format!("户{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows = rows(&book, &names);
    let cancelled = book.save_batch(&source(), &rows, AUTHOR, NOW, &mut |done, _| done < 128);
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
    let mut all = rows(&book, &["张三", "李四"]);
    let mut fields = record(&book, known).fields;
    fields.insert("phone".into(), "19900002580".into());
    all.push(BatchSave { group: id(), saves: vec![save(known, "household", Value::Object(fields))] });
    book.save_batch(&source, &all, AUTHOR, NOW, &mut |_, _| true).unwrap();
    let edited = all[1].saves[0].id;
    let mut fields = record(&book, edited).fields;
    fields.insert("phone".into(), "19900001111".into());
    put(&book, &save(edited, "household", Value::Object(fields)));
    let outcome = book.undo_batch(source.batch, "导入错误", AUTHOR, NOW).unwrap();
    assert_eq!((outcome.undone, outcome.kept.as_slice()), (4, [edited].as_slice()));
    assert_eq!(record(&book, known).text("phone"), None);
    assert_eq!(record(&book, all[0].saves[0].id).void.unwrap().reason, "导入错误");
    assert_eq!(book.count("household", &[]).unwrap(), 2);
    assert!(matches!(book.undo_batch(source.batch, "再来", AUTHOR, NOW), Err(StoreError::NoSuchBatch)));
    // Numbers stay gapless.
    let seqs: Vec<u64> = book.outbox_batch(100, 1 << 20).unwrap().iter().map(|c| c.id.seq).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
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
