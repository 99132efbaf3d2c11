//! A backup carries the bytes of attachments, says what it lacks, and is put in place whole or not at all.

use std::fs;
use std::path::PathBuf;

use tiexin_protocol::blob::{BlobHash, CHUNK_BYTES};

use super::blobs::{attach, bytes, files, scope};
use super::*;
use crate::{Copied, StoreError, UnlockError, look_at_backup, opens_backup, restore};

/// Nobody stops it.
pub(super) fn on(_: u64, _: u64) -> bool {
    true
}

/// A book with three photos, none of which ever went to a province, and a backup of it.
struct Kept {
    dir: TempDir,
    away: TempDir,
    photos: [Vec<u8>; 3],
    copied: Copied,
}

impl Kept {
    /// `before`: what becomes of the photos' files before the backup is made.
    fn new(before: impl FnOnce([PathBuf; 3])) -> Kept {
        let (dir, book, _) = book();
        let away = tempfile::tempdir().unwrap();
        let home = household(&book, VILLAGE, "张三");
        let photos = [bytes(CHUNK_BYTES + 1, 1), bytes(700, 2), bytes(3 * CHUNK_BYTES, 3)];
        let files = photos.each_ref().map(|photo| {
            let known = files(dir.path());
            attach(&book, home, photo, None);
            files(dir.path()).into_iter().find(|file| !known.contains(file)).unwrap()
        });
        before(files);
        let copied = book.backup_to(&away.path().join("备份"), NOW, &mut on).unwrap();
        Kept { dir, away, photos, copied }
    }

    fn backup(&self) -> PathBuf {
        self.away.path().join("备份")
    }

    /// The files of the photos in the backup, by size.
    fn copies(&self) -> Vec<PathBuf> {
        let mut copies = files(&self.backup());
        copies.sort_by_key(|file| file.metadata().unwrap().len());
        copies
    }

    /// Which of the photos a book has.
    fn held(&self, dir: &Path) -> [bool; 3] {
        let book = reopen(dir);
        self.photos.each_ref().map(
            |photo| matches!(book.blob(&scope(), BlobHash::of(photo)), Ok(Some(there)) if there == *photo),
        )
    }

    fn names(&self, dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn flip(file: &Path, at: usize) {
    let mut stored = fs::read(file).unwrap();
    stored[at] ^= 1;
    fs::write(file, stored).unwrap();
}

/// The list finds no place, as on a stick that is full or pulled out.
#[test]
fn a_backup_that_is_not_finished_leaves_nothing_that_it_began() {
    let (_dir, book, _) = book();
    let away = tempfile::tempdir().unwrap();
    fs::create_dir_all(away.path().join("backup.json/x")).unwrap();
    assert!(matches!(book.backup_to(away.path(), NOW, &mut on), Err(StoreError::Io(_))));
    let left: Vec<_> = fs::read_dir(away.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(left, ["backup.json"]);
}

/// A stick that gives back something else than was written says nothing about the book.
#[test]
fn a_copy_that_cannot_be_read_back_is_no_damage_of_the_book() {
    let (_dir, book, _) = book();
    let away = tempfile::tempdir().unwrap();
    let to = away.path().join("备份");
    let mut spoiled = |done: u64, all: u64| {
        if done == all {
            fs::write(to.join("book.db"), vec![7; 8192]).unwrap();
        }
        true
    };
    let failed = book.backup_to(&to, NOW, &mut spoiled);
    assert!(matches!(failed, Err(StoreError::Disk(_))), "{failed:?}");
    assert!(!to.exists());
    sound(&book);
}

#[test]
fn photos_that_never_left_the_desk_come_back_on_another_machine() {
    let kept = Kept::new(|_| {});
    assert_eq!(kept.copied, Copied { attachments: 3, missing: 0 });
    let other = tempfile::tempdir().unwrap();
    let came = restore(&kept.backup(), other.path(), &mut on).unwrap();
    assert_eq!((came.copied, came.aside), (kept.copied, None));
    assert_eq!(kept.held(other.path()), [true; 3]);
    let book = reopen(other.path());
    assert_eq!(book.blobs_wanted().unwrap().len(), 3, "they still are to go up");
    assert_eq!(book.verify().unwrap().blobs, 3);
    sound(&book);
}

#[test]
fn a_restore_over_a_book_with_photos_puts_those_aside() {
    let kept = Kept::new(|_| {});
    let book = reopen(kept.dir.path());
    let home = household(&book, VILLAGE, "李四");
    let later = bytes(100, 8);
    attach(&book, home, &later, None);
    drop(book);
    let came = restore(&kept.backup(), kept.dir.path(), &mut on).unwrap();
    assert_eq!(
        came.aside,
        Some(kept.dir.path().join("book.db.aside-1")),
        "and it is said where the old book is"
    );
    assert_eq!(kept.held(kept.dir.path()), [true; 3]);
    assert_eq!(files(kept.dir.path()).len(), 3);
    assert_eq!(fs::read_dir(kept.dir.path().join("blobs.aside-1")).unwrap().count(), 4, "and the later one");
    sound(&reopen(kept.dir.path()));
}

#[test]
fn what_the_desk_itself_had_lost_is_told_when_the_backup_is_made() {
    let kept = Kept::new(|[first, _, last]| {
        fs::remove_file(first).unwrap();
        flip(&last, CHUNK_BYTES + 500);
    });
    let told = Copied { attachments: 2, missing: 2 };
    assert_eq!(kept.copied, told);
    let other = tempfile::tempdir().unwrap();
    assert_eq!(restore(&kept.backup(), other.path(), &mut on).unwrap().copied, told);
    assert_eq!(kept.held(other.path()), [false, true, false]);
    let faults = reopen(other.path()).verify().unwrap().faults;
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["blob_damaged", "blob_missing"]);
    assert!(faults.iter().all(|fault| fault.what.contains("只能从备份里找回")), "{faults:?}");
}

#[test]
fn what_a_stick_lost_is_counted_and_the_rest_comes_back() {
    let kept = Kept::new(|_| {});
    let copies = kept.copies();
    fs::remove_file(&copies[0]).unwrap();
    flip(&copies[1], 90);
    let other = tempfile::tempdir().unwrap();
    let came = restore(&kept.backup(), other.path(), &mut on).unwrap().copied;
    assert_eq!(came, Copied { attachments: 2, missing: 2 });
    assert_eq!(kept.held(other.path()), [false, false, true]);
}

#[test]
fn a_backup_whose_database_is_damaged_touches_nothing() {
    let kept = Kept::new(|_| {});
    let before = kept.names(kept.dir.path());
    flip(&kept.backup().join("book.db"), 5000);
    let refused = restore(&kept.backup(), kept.dir.path(), &mut on);
    assert!(matches!(refused, Err(UnlockError::BackupDamaged)), "{refused:?}");
    assert_eq!(kept.names(kept.dir.path()), before);
    assert_eq!(kept.held(kept.dir.path()), [true; 3]);
    fs::remove_file(kept.backup().join("keyring.json")).unwrap();
    let refused = restore(&kept.backup(), kept.dir.path(), &mut on);
    assert!(matches!(refused, Err(UnlockError::NotABackup)), "{refused:?}");
}

#[test]
fn a_backup_of_before_there_were_lists_is_taken_as_it_is() {
    let kept = Kept::new(|_| {});
    fs::remove_file(kept.backup().join("backup.json")).unwrap();
    let other = tempfile::tempdir().unwrap();
    let came = restore(&kept.backup(), other.path(), &mut on).unwrap().copied;
    assert_eq!(came, Copied { attachments: 3, missing: 0 });
    assert_eq!(kept.held(other.path()), [true; 3]);
}

#[test]
fn progress_reaches_the_end_and_stopping_leaves_nothing() {
    let kept = Kept::new(|_| {});
    let book = reopen(kept.dir.path());
    let to = kept.away.path().join("另一份");
    let mut told = Vec::new();
    book.backup_to(&to, NOW, &mut |done, all| {
        told.push((done, all));
        true
    })
    .unwrap();
    assert!(told.is_sorted_by_key(|(done, _)| *done));
    let all = told[0].1;
    assert!(told.iter().all(|(done, of)| *of == all && done <= of));
    // A slow disk is told of more often: only the steps that are always there can be stopped at.
    assert!(told.len() > 4, "{told:?}");
    for stop in 1..5 {
        let to = kept.away.path().join("停下");
        let mut step = 0;
        let stopped = book.backup_to(&to, NOW, &mut |_, _| {
            step += 1;
            step < stop
        });
        assert!(matches!(stopped, Err(StoreError::Cancelled)), "{stopped:?}");
        assert!(!to.exists(), "step {stop}");
    }
    let before = kept.names(kept.dir.path());
    drop(book);
    for stop in 1..4 {
        let mut step = 0;
        let stopped = restore(&to, kept.dir.path(), &mut |_, _| {
            step += 1;
            step < stop
        });
        assert!(matches!(stopped, Err(UnlockError::Cancelled)), "{stopped:?}");
        let now = kept.names(kept.dir.path());
        assert!(now.iter().all(|name| before.contains(name)), "{now:?}");
    }
    assert_eq!(kept.held(kept.dir.path()), [true; 3]);
}

#[test]
fn a_large_book_can_be_stopped_while_it_is_copied() {
    let (_dir, book, _) = book();
    book.write(|w| {
        let mut fill = w.tx.prepare("INSERT INTO meta VALUES (?1, hex(randomblob(1000000)))")?;
        (0..24).try_for_each(|n| fill.execute([format!("x{n}")]).map(drop).map_err(Into::into))
    })
    .unwrap();
    let away = tempfile::tempdir().unwrap();
    let to = away.path().join("备份");
    let mut asked = 0;
    let stopped = book.backup_to(&to, NOW, &mut |done, all| {
        asked += 1;
        assert!(done < all, "asked again though it was to stop");
        false
    });
    assert!(matches!(stopped, Err(StoreError::Cancelled)), "{stopped:?}");
    assert!(asked > 0 && !to.exists());
    assert_eq!(book.backup_to(&to, NOW, &mut on).unwrap(), Copied::default(), "the same place is free again");
    sound(&reopen(&to));
}

#[test]
fn a_restore_that_was_broken_off_is_told_and_can_be_done_again() {
    let kept = Kept::new(|_| {});
    let dir = kept.dir.path();
    // The power goes after the old book was moved aside.
    fs::copy(kept.backup().join("book.db"), dir.join("book.db.coming")).unwrap();
    crate::on_disk::aside::move_aside(dir).unwrap();
    let opened = Book::unlock(dir, "wang", &secret(PASSWORD), NOW);
    assert!(matches!(opened, Err(UnlockError::RestoreUnfinished)), "{:?}", opened.err());
    assert!(!dir.join("book.db").exists(), "no empty book in its place");
    // And once more, after the bytes had been put in place.
    fs::create_dir_all(dir.join("blobs")).unwrap();
    fs::write(dir.join("blobs").join("00"), "x").unwrap();
    restore(&kept.backup(), dir, &mut on).unwrap();
    assert_eq!(kept.held(dir), [true; 3]);
    sound(&reopen(dir));
}

#[test]
fn a_backup_says_when_it_was_made_whose_it_is_and_how_much_is_in_it() {
    let kept = Kept::new(|_| {});
    let seen = look_at_backup(&kept.backup()).unwrap();
    assert_eq!((seen.made_ms, seen.records), (Some(NOW), Some(4)), "a household and three photos");
    assert_eq!((seen.attachments, seen.missing, seen.lacking), (3, 0, 0));
    assert_eq!(seen.users.iter().map(|user| user.display_name.as_str()).collect::<Vec<_>>(), ["王专干"]);
    assert!(seen.bytes > 4 * CHUNK_BYTES as u64);
    fs::remove_file(&kept.copies()[0]).unwrap();
    assert_eq!(look_at_backup(&kept.backup()).unwrap().lacking, 1);
    // One that an older program made.
    fs::write(kept.backup().join("backup.json"), r#"{"files":{}}"#).unwrap();
    let seen = look_at_backup(&kept.backup()).unwrap();
    assert_eq!((seen.made_ms, seen.records, seen.users.len()), (None, None, 1));
    let nothing = look_at_backup(kept.away.path());
    assert!(matches!(nothing, Err(UnlockError::NotABackup)));
}

#[test]
fn a_backup_is_tried_with_a_password_without_being_written_to() {
    let kept = Kept::new(|_| {});
    let before = fs::read(kept.backup().join("keyring.json")).unwrap();
    let tried = |name, password| opens_backup(&kept.backup(), name, &secret(password));
    assert_eq!(tried("wang", PASSWORD).unwrap().display_name, "王专干");
    assert!(matches!(tried("wang", "另一个够长的密码"), Err(UnlockError::WrongPassword { .. })));
    assert!(matches!(tried("li", PASSWORD), Err(UnlockError::NoSuchUser)));
    assert_eq!(fs::read(kept.backup().join("keyring.json")).unwrap(), before);
}
