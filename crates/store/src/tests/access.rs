//! Who gets in.

use std::fs;

use super::*;
use crate::on_disk::connection::{self, Purpose};
use crate::on_disk::keyring::Keyring;
use crate::on_disk::suite::random;
use crate::{StoreError, UnlockError};

fn wrong(dir: &Path, now: i64) -> UnlockError {
    Book::unlock(dir, "wang", &secret("not the password"), now).unwrap_err()
}

#[test]
fn the_right_password_opens_and_a_second_user_has_an_own_one() {
    let (dir, book, first) = book();
    let mut second = user("li");
    second.password = secret("another-good-one");
    book.add_user(second, KdfCost::QUICK, first.id, NOW).unwrap();
    drop(book);
    let names: Vec<String> = Book::users_of(dir.path()).unwrap().into_iter().map(|u| u.name).collect();
    assert_eq!(names, ["wang", "li"]);
    let (book, li) = Book::unlock(dir.path(), "li", &secret("another-good-one"), NOW).unwrap();
    book.change_password("li", &secret("another-good-one"), &secret("changed-password"), NOW).unwrap();
    book.remove_user(first.id, li.id, NOW).unwrap();
    assert!(matches!(book.remove_user(li.id, li.id, NOW), Err(StoreError::Unlock(UnlockError::LastUser))));
    let acts: Vec<String> = book.audit(None, 10).unwrap().into_iter().map(|e| e.act).collect();
    assert_eq!(acts, ["user_removed", "password_changed", "sign_in", "user_added", "book_made"]);
    drop(book);
    assert!(matches!(Book::unlock(dir.path(), "wang", &secret(PASSWORD), NOW), Err(UnlockError::NoSuchUser)));
    Book::unlock(dir.path(), "li", &secret("changed-password"), NOW).unwrap();
}

#[test]
fn short_passwords_and_taken_names_are_refused() {
    let (_dir, book, first) = book();
    let mut weak = user("li");
    weak.password = secret("1234567");
    let refused = book.add_user(weak, KdfCost::QUICK, first.id, NOW);
    assert!(matches!(refused, Err(StoreError::Unlock(UnlockError::WeakPassword))));
    let refused = book.add_user(user("wang"), KdfCost::QUICK, first.id, NOW);
    assert!(matches!(refused, Err(StoreError::Unlock(UnlockError::NameTaken))));
}

#[test]
fn wrong_passwords_slow_down_then_lock_and_reach_the_audit() {
    let (dir, book, _) = book();
    drop(book);
    let mut now = NOW;
    let mut waits = Vec::new();
    let locked = loop {
        match wrong(dir.path(), now) {
            UnlockError::WrongPassword { wait_seconds } => {
                waits.push(wait_seconds);
                // Even the right password has to wait.
                let early = Book::unlock(dir.path(), "wang", &secret(PASSWORD), now + 1).unwrap_err();
                assert!(matches!(early, UnlockError::TooSoon { .. }), "{early:?}");
                now += wait_seconds as i64 * 1000;
            }
            UnlockError::Locked { until } => break until,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(waits, [1, 1, 2, 4, 8, 16, 32]);
    assert_eq!(locked, now + 15 * 60 * 1000);
    let early = Book::unlock(dir.path(), "wang", &secret(PASSWORD), locked - 1).unwrap_err();
    assert!(matches!(early, UnlockError::Locked { .. }));
    let (book, _) = Book::unlock(dir.path(), "wang", &secret(PASSWORD), locked).unwrap();
    let failed = book.audit(None, 100).unwrap().iter().filter(|e| e.act == "sign_in_failed").count();
    assert_eq!(failed, 8);
    drop(book);
    // They are told once.
    let (book, _) = Book::unlock(dir.path(), "wang", &secret(PASSWORD), locked + 1).unwrap();
    let failed = book.audit(None, 100).unwrap().iter().filter(|e| e.act == "sign_in_failed").count();
    assert_eq!(failed, 8);
}

#[test]
fn a_clock_set_back_ten_years_locks_for_no_longer_than_a_lock_lasts() {
    let (dir, book, _) = book();
    drop(book);
    let mut now = NOW;
    while let UnlockError::WrongPassword { wait_seconds } = wrong(dir.path(), now) {
        now += wait_seconds as i64 * 1000;
    }
    let back = now - 10 * 365 * 24 * 3600 * 1000;
    let UnlockError::Locked { until } = wrong(dir.path(), back) else { panic!("locked") };
    assert_eq!(until, back + 15 * 60 * 1000);
    Book::unlock(dir.path(), "wang", &secret(PASSWORD), until).unwrap();
}

#[test]
fn nothing_readable_lies_on_the_disk() {
    let (dir, book, _) = book();
    let home = household(&book, VILLAGE, "欧阳贞观");
    visit(&book, home, "欧阳贞观", "2026-10-05", json!({"note": "送去米面油"}));
    let look = |what: &str| {
        for file in fs::read_dir(dir.path()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            for word in ["欧阳贞观", "欧 阳", "ouyang", "米面油", "household", "CREATE TABLE", PASSWORD]
            {
                let found = bytes.windows(word.len()).any(|w| w == word.as_bytes());
                assert!(!found, "{word} stands in the clear {what}");
            }
        }
    };
    look("before a checkpoint");
    book.checkpoint().unwrap();
    look("after a checkpoint");
    drop(book);
    look("when closed");
}

#[test]
fn a_damaged_database_is_moved_aside_and_a_new_one_begun() {
    let (dir, book, _) = book();
    household(&book, VILLAGE, "张三");
    book.checkpoint().unwrap();
    drop(book);
    let path = connection::database(dir.path());
    let mut bytes = fs::read(&path).unwrap();
    bytes[100..200].fill(0x5a);
    fs::write(&path, &bytes).unwrap();
    let UnlockError::MovedAside { to } =
        Book::unlock(dir.path(), "wang", &secret(PASSWORD), NOW).unwrap_err()
    else {
        panic!("moved aside")
    };
    assert_eq!(fs::read(&to).unwrap(), bytes, "not a byte of it is lost");
    let (book, _) = Book::unlock(dir.path(), "wang", &secret(PASSWORD), NOW).unwrap();
    assert_eq!(book.count("household", &[]).unwrap(), 0);
    sound(&book);
}

#[test]
fn somebody_elses_database_is_moved_aside_too() {
    let (dir, book, _) = book();
    drop(book);
    let path = connection::database(dir.path());
    fs::remove_file(&path).unwrap();
    let key = zeroize::Zeroizing::new(random::<32>().unwrap());
    let other = connection::open(&path, &key, Purpose::Write).unwrap();
    other.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)").unwrap();
    drop(other);
    let error = Book::unlock(dir.path(), "wang", &secret(PASSWORD), NOW).unwrap_err();
    assert!(matches!(error, UnlockError::MovedAside { to } if to.exists()));
}

/// A scanner or a cleaner took it, or emptied it: an empty book in its place would look as if all were well.
#[test]
fn a_book_whose_database_is_gone_is_told_and_none_is_begun() {
    for empty in [false, true] {
        let (dir, book, _) = book();
        household(&book, VILLAGE, "张三");
        book.checkpoint().unwrap();
        drop(book);
        let (path, away) = (connection::database(dir.path()), tempfile::tempdir().unwrap());
        fs::copy(&path, away.path().join("book.db")).unwrap();
        if empty {
            fs::write(&path, b"").unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        for _ in 0..2 {
            let error = Book::unlock(dir.path(), "wang", &secret(PASSWORD), NOW).unwrap_err();
            assert!(matches!(error, UnlockError::DatabaseGone), "{error}");
            let error = Book::unlock_first(dir.path(), "wang", &secret(PASSWORD), NOW).unwrap_err();
            assert!(matches!(error, UnlockError::DatabaseGone), "{error}");
        }
        assert_eq!(path.exists(), empty);
        assert!(!empty || path.metadata().unwrap().len() == 0, "nothing was made");
        // Out of quarantine it is the same book.
        fs::copy(away.path().join("book.db"), &path).unwrap();
        let book = reopen(dir.path());
        assert_eq!(book.count("household", &[]).unwrap(), 1);
        sound(&book);
    }
}

#[test]
fn a_book_whose_keyring_is_gone_is_told_to_everybody_who_asks() {
    let (dir, book, me) = book();
    let key = book.key_for_escrow();
    drop(book);
    fs::remove_file(Keyring::path(dir.path())).unwrap();
    let gone = |error: UnlockError| assert!(matches!(error, UnlockError::KeyringGone), "{error}");
    gone(Book::users_of(dir.path()).unwrap_err());
    gone(Book::unlock(dir.path(), "wang", &secret(PASSWORD), NOW).unwrap_err());
    gone(Book::rescue(dir.path(), &key, me.id, &secret("rescued-password"), NOW).unwrap_err());
    gone(Book::create(dir.path(), user("wang"), KdfCost::QUICK, NOW).unwrap_err());
    assert!(!Book::exists(dir.path()));
}

/// Killed between the keyring and the database, or before the tables were all there.
#[test]
fn a_book_that_was_just_being_made_is_begun_anew() {
    let (_other, stranger, _) = book();
    let foreign = stranger.key_for_escrow();
    let (dir, book, me) = book();
    drop(book);
    for empty in [false, true] {
        let begun = tempfile::tempdir().unwrap();
        fs::copy(Keyring::path(dir.path()), Keyring::path(begun.path())).unwrap();
        if empty {
            fs::write(connection::database(begun.path()), b"").unwrap();
        }
        // Nothing is in it that a key could be of.
        let rescued = Book::rescue(begun.path(), &foreign, me.id, &secret("rescued-password"), NOW);
        assert!(matches!(rescued, Err(UnlockError::NoBook)), "{rescued:?}");
        sound(&reopen(begun.path()));
    }
    // The file of a book that lay here once is nobody's.
    let again = tempfile::tempdir().unwrap();
    fs::copy(dir.path().join("incarnation"), again.path().join("incarnation")).unwrap();
    let (book, _) = Book::create(again.path(), user("wang"), KdfCost::QUICK, NOW).unwrap();
    sound(&book);
}

#[test]
fn a_newer_database_is_refused_and_left_alone() {
    let (dir, book, _) = book();
    book.writer().execute_batch("PRAGMA user_version = 99").unwrap();
    drop(book);
    let error = Book::unlock(dir.path(), "wang", &secret(PASSWORD), NOW).unwrap_err();
    assert!(
        matches!(error, UnlockError::NewerThanProgram { found: 99, known } if known == crate::on_disk::migrate::known())
    );
    assert!(connection::database(dir.path()).exists());
}

#[test]
fn a_wrapped_key_serves_its_own_user_only() {
    let (dir, book, first) = book();
    book.add_user(user("li"), KdfCost::QUICK, first.id, NOW).unwrap();
    drop(book);
    let path = Keyring::path(dir.path());
    let mut ring: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    ring["holders"][0]["key"] = ring["holders"][1]["key"].clone();
    fs::write(&path, ring.to_string()).unwrap();
    let error = Book::unlock(dir.path(), "wang", &secret(PASSWORD), NOW).unwrap_err();
    assert!(matches!(error, UnlockError::WrongPassword { .. }));
}

/// Eight threads open the first databases of their process at one moment.
#[test]
#[ignore = "wants a process of its own: books_may_be_opened_side_by_side_from_the_first_moment starts it"]
fn the_first_opens_of_a_process() {
    let start = std::sync::Barrier::new(8);
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                let dir = tempfile::tempdir().unwrap();
                let path = dir.path().join("book.db");
                let key = zeroize::Zeroizing::new([7; 32]);
                start.wait();
                connection::open(&path, &key, Purpose::Write).unwrap();
            });
        }
    });
}

/// SQLite calls itself ready a moment before SQLCipher is: whoever opens in that moment is told
/// that there is no cipher.
#[test]
fn books_may_be_opened_side_by_side_from_the_first_moment() {
    for _ in 0..30 {
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--ignored", "tests::access::the_first_opens_of_a_process"])
            .output()
            .unwrap();
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
        assert!(String::from_utf8_lossy(&child.stdout).contains("1 passed"), "it ran");
    }
}

#[test]
fn whether_a_book_is_joined_to_a_province_is_known_before_anybody_signs_in() {
    let (dir, book, _) = book();
    let known = || Book::enrolled_of(dir.path()).unwrap();
    assert_eq!(known(), None, "an older program's book says nothing");
    book.note_enrolled().unwrap();
    assert_eq!(known(), Some(false));
    book.enrolled(id(), "https://province.example", "谷阳镇 1 号机", None).unwrap();
    book.note_enrolled().unwrap();
    assert_eq!(known(), Some(true));
    // Nothing else of the keyring changes, and it goes with a backup.
    reopen(dir.path());
    assert_eq!(known(), Some(true));
}
