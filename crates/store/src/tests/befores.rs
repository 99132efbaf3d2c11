//! A newer program changes the tables and then fails: the former one opens the book as it was, nothing is lost.

use std::fs;

use super::*;
use crate::on_disk::aside::{NOTE, moves};
use crate::on_disk::migrate::FUTURE;
use crate::{UnlockError, go_back, stay};

/// A step that works.
const MORE: &str = "CREATE TABLE of_the_future (n INTEGER); INSERT INTO of_the_future VALUES (1);";
/// One after which the program that made it cannot open the book.
const BREAKS: &str = "ALTER TABLE meta RENAME TO meta_of_the_future;";

/// As a program with one step more.
fn later<T>(step: &'static str, done: impl FnOnce() -> T) -> T {
    FUTURE.set(Some(step));
    let result = done();
    FUTURE.set(None);
    result
}

fn unlock(dir: &Path) -> Result<Book, UnlockError> {
    Book::unlock(dir, "wang", &secret(PASSWORD), NOW).map(|(book, _)| book)
}

fn kept(dir: &Path) -> bool {
    dir.join("book.db.before").is_file()
}

fn waiting(book: &Book) -> u64 {
    book.sync_state().unwrap().waiting
}

/// A book that is to go back, a backup of it from before its tables were changed, and the household in both.
fn to_go_back() -> (TempDir, TempDir, Uuid) {
    let (dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let backup = tempfile::tempdir().unwrap();
    book.backup_to(backup.path(), NOW, &mut |_, _| true).unwrap();
    drop(book);
    assert!(later(BREAKS, || unlock(dir.path())).is_err());
    assert!(go_back(dir.path()).unwrap());
    (dir, backup, home)
}

#[test]
fn a_newer_program_that_fails_leaves_the_book_to_the_former() {
    let (dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    let before = waiting(&book);
    assert!(before > 0);
    drop(book);
    assert!(later(BREAKS, || unlock(dir.path())).is_err());
    // The tables were changed: the former program cannot open them.
    assert!(matches!(unlock(dir.path()), Err(UnlockError::NewerThanProgram { .. })));
    assert!(go_back(dir.path()).unwrap());
    let book = unlock(dir.path()).unwrap();
    sound(&book);
    assert_eq!(record(&book, home).fields["head_name"], "张三");
    assert_eq!(waiting(&book), before, "work that was not sent is not lost");
    assert!(!kept(dir.path()));
    household(&book, VILLAGE, "李四");
    drop(book);
    assert_eq!(waiting(&unlock(dir.path()).unwrap()), before + 1);
}

#[test]
fn a_newer_program_that_opens_the_book_keeps_it() {
    let (dir, book, _) = book();
    household(&book, VILLAGE, "张三");
    drop(book);
    later(MORE, || {
        let book = unlock(dir.path()).unwrap();
        assert!(kept(dir.path()));
        stay(dir.path()).unwrap();
        let home = household(&book, VILLAGE, "李四");
        drop(book);
        // Nothing to go back to: what was recorded since stays.
        assert!(!go_back(dir.path()).unwrap());
        assert_eq!(record(&unlock(dir.path()).unwrap(), home).fields["head_name"], "李四");
    });
    assert!(matches!(unlock(dir.path()), Err(UnlockError::NewerThanProgram { .. })));
}

#[test]
fn a_book_whose_tables_stay_has_no_copy() {
    let (dir, book, _) = book();
    drop(book);
    drop(unlock(dir.path()).unwrap());
    assert!(!kept(dir.path()) && !go_back(dir.path()).unwrap());
}

/// Each file operation of going back is the last one that was done.
#[test]
fn going_back_can_be_broken_off_after_every_step() {
    for step in 0..5 {
        let (dir, book, _) = book();
        let home = household(&book, VILLAGE, "张三");
        drop(book);
        assert!(later(BREAKS, || unlock(dir.path())).is_err());
        let at = |end: &str| dir.path().join(format!("book.db{end}"));
        go_back(dir.path()).unwrap();
        // A log of the changed database that nobody has moved into it yet.
        fs::write(at("-wal"), b"of the changed database").unwrap();
        if step > 0 {
            fs::remove_file(at("-wal")).unwrap();
        }
        if step > 1 {
            let _ = fs::remove_file(at("-shm"));
        }
        if step > 2 {
            fs::rename(at(".before"), at("")).unwrap();
        }
        if step > 3 {
            fs::remove_file(at(".back")).unwrap();
        }
        let book = unlock(dir.path()).unwrap();
        sound(&book);
        assert_eq!(record(&book, home).fields["head_name"], "张三", "step {step}");
    }
}

/// Before the copy is whole, and after it before the tables are changed: both leave the book as it was.
#[test]
fn a_change_can_be_broken_off_before_it_begins() {
    for (end, text) in [(".before-part", "half a copy"), (".before", "a copy")] {
        let (dir, book, _) = book();
        let home = household(&book, VILLAGE, "张三");
        drop(book);
        fs::write(dir.path().join(format!("book.db{end}")), text).unwrap();
        let book = unlock(dir.path()).unwrap();
        assert_eq!(record(&book, home).fields["head_name"], "张三");
        drop(book);
        // The next change makes a copy of its own.
        assert!(later(BREAKS, || unlock(dir.path())).is_err());
        go_back(dir.path()).unwrap();
        assert_eq!(record(&unlock(dir.path()).unwrap(), home).fields["head_name"], "张三");
    }
}

#[test]
fn the_tables_are_not_changed_under_a_program_that_works_with_them() {
    let (dir, book, _) = book();
    let home = household(&book, VILLAGE, "张三");
    assert!(matches!(later(MORE, || unlock(dir.path())), Err(UnlockError::OpenInFormer)));
    assert_eq!(record(&book, home).fields["head_name"], "张三");
    household(&book, VILLAGE, "李四");
    drop(book);
    assert!(later(MORE, || unlock(dir.path())).is_ok());
}

#[test]
fn a_backup_that_takes_the_place_leaves_no_copy_of_the_other_book() {
    let (dir, backup, _) = to_go_back();
    crate::restore(backup.path(), dir.path(), &mut |_, _| true).unwrap();
    assert!(!kept(dir.path()));
    sound(&unlock(dir.path()).unwrap());
}

#[test]
fn a_backup_that_does_not_come_leaves_the_way_back() {
    let (dir, backup, home) = to_go_back();
    let stopped = crate::restore(backup.path(), dir.path(), &mut |_, _| false);
    assert!(matches!(stopped, Err(UnlockError::Cancelled)));
    assert_eq!(record(&unlock(dir.path()).unwrap(), home).fields["head_name"], "张三");
}

/// A log beside a database that is not its own would change that one.
#[test]
fn a_power_cut_while_it_makes_room_mixes_no_two_databases() {
    for steps in 0..=5 {
        let (dir, _backup, _) = to_go_back();
        let at = |end: &str| dir.path().join(format!("book.db{end}"));
        fs::write(at("-wal"), b"of the changed database").unwrap();
        let changed = fs::read(at("")).unwrap();
        fs::write(dir.path().join(NOTE), ".aside-1").unwrap();
        for (from, to) in moves(dir.path(), ".aside-1").into_iter().take(steps) {
            let _ = fs::rename(from, to);
        }
        let opened = unlock(dir.path());
        assert!(matches!(opened, Err(UnlockError::MovedAside { .. })), "{steps}: {:?}", opened.err());
        // It went back before anything was moved, or lies aside as it was.
        let whole = fs::read(at(".aside-1")).unwrap() == changed;
        assert_eq!((at(".aside-1-wal").exists(), at(".aside-1.before").exists()), (whole, whole), "{steps}");
        assert_eq!(whole, steps > 0, "{steps}");
    }
}

#[test]
fn a_destroyed_book_leaves_no_copy() {
    let (dir, book, _) = book();
    drop(book);
    assert!(later(BREAKS, || unlock(dir.path())).is_err());
    assert!(kept(dir.path()));
    crate::wipe(dir.path()).unwrap();
    assert!(!kept(dir.path()));
}

/// A later cipher, say: the former program can still read what the later one cannot.
#[test]
fn a_program_that_never_opened_the_book_does_not_move_it_aside() {
    let (dir, book, _) = book();
    drop(book);
    let (path, whole) = (dir.path().join("book.db"), fs::read(dir.path().join("book.db")).unwrap());
    fs::write(&path, vec![7; whole.len()]).unwrap();
    let first = Book::unlock_first(dir.path(), "wang", &secret(PASSWORD), NOW);
    assert!(matches!(first, Err(UnlockError::NotReadable)));
    assert_eq!(fs::read(&path).unwrap(), vec![7; whole.len()]);
    fs::write(&path, whole).unwrap();
    assert!(Book::unlock_first(dir.path(), "wang", &secret(PASSWORD), NOW).is_ok());
}
