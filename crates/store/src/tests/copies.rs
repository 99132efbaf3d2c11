//! Backup, restore, and books of earlier versions.

use std::fs;

use tiexin_protocol::wire::{FormerHeard, TakenIn};

use super::province::{Province, desk, own};
use super::*;
use crate::{StoreError, UnlockError, restore};

use super::backups::on;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn a_backup_is_whole_encrypted_and_opens_with_the_same_password() {
    let (_dir, book, _) = book();
    let home = household(&book, VILLAGE, "欧阳贞观");
    let away = tempfile::tempdir().unwrap();
    let to = away.path().join("2026-11-23");
    book.backup_to(&to, NOW, &mut on).unwrap();
    let again = book.backup_to(&to, NOW, &mut on);
    assert!(matches!(again, Err(StoreError::Unlock(UnlockError::AlreadyThere))));
    for file in fs::read_dir(&to).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for word in ["欧阳贞观", "household", "SQLite format 3"] {
            assert!(!bytes.windows(word.len()).any(|w| w == word.as_bytes()), "{word}");
        }
    }
    let copy = reopen(&to);
    assert_eq!(record(&copy, home), record(&book, home));
    sound(&copy);
}

#[test]
fn a_restored_desk_counts_anew_and_loses_nothing() {
    let (dir, book) = desk();
    let mut province = Province::new();
    let first = household(&book, VILLAGE, "已传");
    province.round(&book);
    let waiting = household(&book, VILLAGE, "未传");
    let backup = tempfile::tempdir().unwrap();
    book.backup_to(backup.path(), NOW, &mut on).unwrap();
    // After the backup: one more household, and everything reaches the province.
    let later = household(&book, VILLAGE, "备份之后");
    province.round(&book);
    let old = own(&book);
    drop(book);
    restore(backup.path(), dir.path(), &mut on).unwrap();
    assert!(
        fs::read_dir(dir.path()).unwrap().any(|f| f.unwrap().file_name().to_string_lossy().contains("aside"))
    );
    let book = reopen(dir.path());
    assert_eq!(own(&book).0, old.0);
    assert_ne!(own(&book).1, old.1, "a new incarnation");
    assert_eq!(book.sync_state().unwrap().reading_anew, Some(2), "they are here, nobody has compared them");
    let again = book.outbox_batch(10, 1 << 20).unwrap();
    assert_eq!(again.iter().map(|c| (c.id.seq, c.record)).collect::<Vec<_>>(), [(1, waiting)]);
    // Every scope is read anew.
    let (header, records) = province.snapshot();
    let page = province.page(0, 10, own(&book));
    assert!(matches!(book.apply_page(&page, NOW), Err(StoreError::Rebase { .. })));
    book.apply_snapshot(&header, records.into_iter().map(Ok::<_, std::io::Error>), &mut |_| true, NOW)
        .unwrap();
    province.round(&book);
    for id in [first, waiting, later] {
        assert_eq!(record(&book, id), province.held[&id].record);
    }
    let state = book.sync_state().unwrap();
    assert_eq!((state.waiting, state.reading_anew), (0, None));
    sound(&book);
}

#[test]
fn a_disk_image_put_back_is_noticed() {
    let (dir, book) = desk();
    household(&book, VILLAGE, "张三");
    let image = tempfile::tempdir().unwrap();
    book.checkpoint().unwrap();
    let old = own(&book);
    drop(book);
    copy(dir.path(), image.path());
    fs::remove_file(image.path().join("incarnation")).unwrap();
    let book = reopen(image.path());
    assert_ne!(own(&book).1, old.1);
    assert_eq!(book.outbox_batch(10, 1 << 20).unwrap().len(), 1);
    sound(&book);
}

#[test]
fn migrations_are_sound_and_forward_only() {
    let steps = crate::on_disk::migrate::steps();
    rusqlite_migration::Migrations::new(steps).validate().unwrap();
}

/// The book of every version ever shipped opens with this program.
#[test]
fn books_of_every_version_open() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut versions = 0;
    for version in fs::read_dir(&fixtures).unwrap() {
        let version = version.unwrap();
        versions += 1;
        let dir = tempfile::tempdir().unwrap();
        copy(&version.path(), dir.path());
        let book = reopen(dir.path());
        sound(&book);
        assert_eq!(book.count("household", &[]).unwrap(), 2);
        assert_eq!(book.search("zs", &[], &[], 5).unwrap()[0].title, "张三家");
        assert_eq!(book.outbox_batch(10, 1 << 20).unwrap().len(), 3);
        household(&book, VILLAGE, "新来");
        sound(&book);
    }
    assert!(versions >= 4);
    let newest = format!("v{}", crate::on_disk::migrate::known());
    assert!(fixtures.join(&newest).exists(), "write_fixture has not been run for {newest}");
}

/// Writes the fixture of this version: `cargo test -p tiexin-store -- --ignored write_fixture`.
#[test]
#[ignore = "run once for each new schema version"]
fn write_fixture() {
    let name = format!("v{}", crate::on_disk::migrate::known());
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    fs::remove_dir_all(&to).unwrap_or_default();
    let (book, _) = Book::create(&to, user("wang"), KdfCost::QUICK, NOW).unwrap();
    let home = household(&book, VILLAGE, "张三");
    household(&book, VILLAGE, "李四");
    visit(&book, home, "张三", "2026-10-05", json!({"note": "一切都好"}));
    book.checkpoint().unwrap();
}

/// Another machine counted with this book's number, and the province was put back in between: what it has under the
/// number is not what this book told.
#[test]
fn another_machines_changes_hide_nothing_that_was_told_under_the_same_number() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    let home = household(&book, VILLAGE, "先传的");
    province.round(&book);
    let theirs = "b".repeat(16);
    let mine = book.own_print(1).unwrap().expect("kept while it may have to be told again");
    for (acked, print, doubled) in
        [(1, Some(&mine), false), (1, None, false), (1, Some(&theirs), true), (2, None, true)]
    {
        assert_eq!(book.is_doubled(acked, print.map(String::as_str)).unwrap(), doubled, "{acked} {print:?}");
    }
    let old = own(&book).1;
    book.take_new_incarnation().unwrap();
    let numbers =
        || book.former_numbers().unwrap().iter().map(|n| (n.incarnation, n.seq)).collect::<Vec<_>>();
    assert_eq!(numbers(), [(old, 1)]);
    let heard =
        FormerHeard { incarnation: old, acked: 2, durable: 2, print: Some(theirs.clone()), told: None };
    let after = |heard: &FormerHeard| book.former_heard(heard).unwrap().0;
    assert_eq!(after(&heard), Some(0), "the prints are asked for");
    assert_eq!(numbers(), [(old, 1)], "in doubt nothing is forgotten");

    // It is there, and then something of the other machine's.
    let told = |first: &str| {
        let taken = [(1, first), (2, theirs.as_str())];
        Some(taken.map(|(seq, print)| TakenIn { seq, print: print.into() }).to_vec())
    };
    let there = FormerHeard { durable: 0, told: told(&mine), ..heard.clone() };
    assert_eq!((after(&there), numbers()), (None, vec![(old, 1)]));
    assert!(book.outbox_batch(10, 1 << 20).unwrap().is_empty());
    assert_eq!(after(&FormerHeard { durable: 0, ..heard.clone() }), None, "this much was looked at");
    let other = FormerHeard { print: Some("c".repeat(16)), durable: 0, ..heard.clone() };
    assert_eq!(after(&other), Some(0), "and this was not");

    // A reply that was cut short, or says nothing, forgets nothing either and is no end of doubt.
    let cut = FormerHeard { told: Some(Vec::new()), ..other.clone() };
    assert_eq!(after(&FormerHeard { durable: 2, ..cut }), None);
    assert_eq!((after(&other), numbers()), (Some(0), vec![(old, 1)]));

    // It is not there.
    assert_eq!(after(&FormerHeard { told: told(&theirs), ..heard }), None);
    let again = book.outbox_batch(10, 1 << 20).unwrap();
    assert_eq!(again.iter().map(|c| (c.id.seq, c.record)).collect::<Vec<_>>(), [(1, home)]);
    assert!(numbers().is_empty());
    sound(&book);
}
