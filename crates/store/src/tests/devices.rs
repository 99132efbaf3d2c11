//! The lease's clock, a book that is destroyed on order, a password that was forgotten.

use std::fs;

use secrecy::SecretString;
use uuid::Uuid;

use super::*;
use crate::{UnlockError, wipe};

/// What each hello tells anew and has not changed writes no page.
#[test]
fn a_value_that_stands_there_is_not_written_again() {
    let (dir, book, _) = book();
    let kinds = ["household".to_owned()];
    let hear = |acked| {
        book.set_access(Some("mark")).unwrap();
        book.set_server("https://province.example").unwrap();
        book.set_kinds_known(Some(&kinds), &[]).unwrap();
        book.set_told_to(acked).unwrap();
        book.set_preference(Uuid::nil(), "province.notices", "[]").unwrap();
        book.set_users(&book.users().unwrap()).unwrap();
    };
    hear(2);
    book.checkpoint().unwrap();
    let log = || fs::metadata(dir.path().join("book.db-wal")).unwrap().len();
    assert_eq!(log(), 0);
    (hear(2), hear(1));
    assert_eq!(log(), 0);
    book.set_access(None).unwrap();
    assert!(log() > 0, "and a new one is");
}

const DAY: i64 = 24 * 3600 * 1000;

fn over(book: &Book, now: i64) -> bool {
    book.lease(now).unwrap().expect("a lease").over()
}

#[test]
fn a_book_without_a_lease_is_never_locked_by_one() {
    let (_dir, book, _) = book();
    assert_eq!(book.lease(NOW + 9_999 * DAY).unwrap(), None);
}

#[test]
fn a_lease_ends_and_is_renewed() {
    let (_dir, book, _) = book();
    book.lease_renewed(30 * DAY, NOW).unwrap();
    assert!(!over(&book, NOW + 30 * DAY - 1) && over(&book, NOW + 30 * DAY));
    book.lease_renewed(30 * DAY, NOW + 40 * DAY).unwrap();
    assert!(!over(&book, NOW + 69 * DAY) && over(&book, NOW + 70 * DAY));
}

#[test]
fn a_clock_set_back_prolongs_nothing() {
    let (_dir, book, _) = book();
    book.lease_renewed(30 * DAY, NOW).unwrap();
    book.time_passed(0, NOW + 29 * DAY).unwrap();
    // Back by ten years, and used for eight hours a day: the hours count.
    let back = NOW - 3650 * DAY;
    for _ in 0..2 {
        assert!(!over(&book, back));
        book.time_passed(8 * 3600 * 1000, back).unwrap();
    }
    book.time_passed(8 * 3600 * 1000, back).unwrap();
    assert!(over(&book, back));
    // Nor does a lie about the time it was open.
    book.time_passed(-40 * DAY, back).unwrap();
    assert!(over(&book, back));
}

#[test]
fn a_clock_far_ahead_locks_only_until_the_province_was_spoken_with() {
    let (_dir, book, _) = book();
    book.lease_renewed(30 * DAY, NOW).unwrap();
    let ahead = NOW + 3650 * DAY;
    book.time_passed(0, ahead).unwrap();
    assert!(over(&book, ahead) && over(&book, NOW));
    book.lease_renewed(30 * DAY, ahead).unwrap();
    assert!(!over(&book, ahead));
    book.lease_renewed(30 * DAY, NOW).unwrap();
    assert!(!over(&book, NOW + 29 * DAY) && over(&book, NOW + 30 * DAY));
}

#[test]
fn a_carried_lease_counts_from_the_asking_and_never_shortens() {
    let (_dir, book, _) = book();
    book.lease_renewed(30 * DAY, NOW).unwrap();
    let asked = book.lease_clock(NOW + 10 * DAY).unwrap();
    book.lease_carried(30 * DAY, asked).unwrap();
    assert!(!over(&book, NOW + 40 * DAY - 1) && over(&book, NOW + 40 * DAY));
    book.lease_carried(30 * DAY, NOW + DAY).unwrap();
    assert!(!over(&book, NOW + 40 * DAY - 1));
}

#[test]
fn the_end_of_a_lease_stands_in_no_file_that_can_be_read() {
    let (dir, book, _) = book();
    book.lease_renewed(30 * DAY, NOW).unwrap();
    book.checkpoint().unwrap();
    let end = (NOW + 30 * DAY).to_string();
    for file in fs::read_dir(dir.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(end.len()).any(|window| window == end.as_bytes()));
    }
}

#[test]
fn a_destroyed_book_leaves_neither_keys_nor_contents_and_nothing_else_is_touched() {
    let (dir, book, _) = book();
    household(&book, VILLAGE, "欧阳贞观");
    book.checkpoint().unwrap();
    let keyring = fs::read(dir.path().join("keyring.json")).unwrap();
    book.backup_to(&dir.path().join("备份").join("2026-10"), NOW, &mut |_, _| true).unwrap();
    fs::create_dir_all(dir.path().join("blobs/ab")).unwrap();
    fs::write(dir.path().join("blobs/ab/photo"), b"sealed").unwrap();
    fs::create_dir_all(dir.path().join("blobs.aside-1")).unwrap();
    fs::write(dir.path().join("blobs.aside-1/photo"), b"sealed").unwrap();
    fs::write(dir.path().join("book.db.aside-1"), b"old").unwrap();
    fs::write(dir.path().join("book.db.aside-1.keyring.json"), b"old keys").unwrap();
    for begun in
        ["keyring.new", ".keyring.json.part", ".book.db.aside-1.keyring.json.part", ".incarnation.part"]
    {
        fs::write(dir.path().join(begun), b"half").unwrap();
    }
    fs::write(dir.path().join("我的文档.txt"), "别人的文件").unwrap();
    fs::create_dir(dir.path().join("照片")).unwrap();
    fs::write(dir.path().join("照片/book.txt"), "也是").unwrap();
    drop(book);
    wipe(dir.path()).unwrap();
    let left: Vec<String> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(left.iter().all(|name| ["我的文档.txt", "照片", "备份"].contains(&name.as_str())), "{left:?}");
    assert!(!dir.path().join("备份/2026-10").exists());
    assert_eq!(fs::read_to_string(dir.path().join("照片/book.txt")).unwrap(), "也是");
    assert!(!Book::exists(dir.path()));
    assert!(!keyring.is_empty());
    // Twice is no fault.
    wipe(dir.path()).unwrap();
}

#[test]
fn the_keys_are_gone_even_where_a_file_resists() {
    let (dir, book, _) = book();
    drop(book);
    // A folder in the place of a file cannot be removed as one.
    fs::remove_file(dir.path().join("incarnation")).unwrap();
    fs::create_dir(dir.path().join("incarnation")).unwrap();
    wipe(dir.path()).unwrap();
    assert!(!dir.path().join("keyring.json").exists() && !dir.path().join("book.db").exists());
}

#[cfg(windows)]
#[test]
fn one_file_that_is_held_keeps_no_other_from_being_removed() {
    use std::os::windows::fs::OpenOptionsExt;
    let (dir, book, _) = book();
    drop(book);
    let held = dir.path().join("book.db.aside-1");
    fs::write(&held, b"old").unwrap();
    let other = fs::OpenOptions::new().read(true).share_mode(1).open(&held).unwrap();
    wipe(dir.path()).unwrap_err();
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [held]);
    drop(other);
    wipe(dir.path()).unwrap();
}

#[test]
fn a_forgotten_password_is_set_anew_by_the_books_key_alone() {
    let (dir, book, user) = book();
    let user = user.id;
    let home = household(&book, VILLAGE, "张三");
    let key = book.key_for_escrow();
    drop(book);
    let fresh = SecretString::from("新的密码也很好记".to_owned());
    let rescue =
        |key: &str, id: Uuid, password: &SecretString| Book::rescue(dir.path(), key, id, password, NOW);
    let other = tempfile::tempdir().unwrap();
    let foreign =
        Book::create(other.path(), super::user("li"), KdfCost::QUICK, NOW).unwrap().0.key_for_escrow();
    assert!(matches!(rescue(&foreign, user, &fresh), Err(UnlockError::RescueForeign)));
    assert!(matches!(rescue("zz", user, &fresh), Err(UnlockError::RescueForeign)));
    assert!(matches!(rescue(&key, Uuid::new_v4(), &fresh), Err(UnlockError::NoSuchUser)));
    let weak = SecretString::from("短".to_owned());
    assert!(matches!(rescue(&key, user, &weak), Err(UnlockError::WeakPassword)));
    drop(reopen(dir.path()));
    assert!(dir.path().read_dir().unwrap().all(|f| !f.unwrap().path().to_string_lossy().contains("aside")));

    let rescued = rescue(&key, user, &fresh).unwrap();
    let (book, _) = Book::unlock(dir.path(), &rescued.name, &fresh, NOW).unwrap();
    assert_eq!(record(&book, home).fields["head_name"], "张三");
    assert!(book.audit(None, 9).unwrap().iter().any(|entry| entry.act == "rescued" && entry.actor == user));
    sound(&book);
    let old = SecretString::from(PASSWORD.to_owned());
    let refused = Book::unlock(dir.path(), &rescued.name, &old, NOW);
    assert!(matches!(refused, Err(UnlockError::WrongPassword { .. })));
}
