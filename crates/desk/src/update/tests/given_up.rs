//! Versions that do not open a book, and what becomes of it.

use std::fs;

use tiexin_contract::ErrorCode;
use tiexin_store::UnlockError;

use super::{Computer, GOOD, version};
use crate::update::trial::{self, Stage, Trials, note_stage};
use crate::update::{Install, launch, opening};

#[test]
fn a_version_that_cannot_open_the_book_is_given_up_for_it() {
    let computer = Computer::new();
    computer.apply(&computer.package("1.2.0", GOOD)).unwrap();
    let (book, new) = (computer.book(), version("1.2.0"));
    let wrong = computer.opening(new, Err(UnlockError::WrongPassword { wait_seconds: 1 })).unwrap_err();
    assert_eq!(wrong.code, ErrorCode::WrongPassword);
    computer.opening(new, Err(UnlockError::OtherMachine)).unwrap_err();
    assert_eq!(computer.starts(), Some(new), "a wrong password says nothing of the program");
    let failed = computer.opening(new, Err(UnlockError::Migration)).unwrap_err();
    assert_eq!(failed.code, ErrorCode::NewerBook);
    assert!(failed.message.contains("会自动回到原来的版本"), "{}", failed.message);
    // In the same run it does not try again.
    assert!(computer.opening(new, Ok(())).is_err());
    assert_eq!((computer.starts(), Trials::of(&book).refused()), (None, Some(new)));
    // Put in place anew it is tried anew.
    computer.apply(&computer.package("1.2.0", GOOD)).unwrap();
    computer.opening(new, Ok(())).unwrap();
    assert_eq!((computer.starts(), Trials::of(&book).stage(new)), (Some(new), Some(Stage::Opened)));
    // Once it has opened the book, nothing gives it up by itself.
    assert!(computer.opening(new, Err(UnlockError::Migration)).is_err());
    assert_eq!(computer.starts(), Some(new));
}

/// The copy of an earlier change could not be removed, and work was recorded since.
#[test]
fn a_version_that_fell_before_it_touched_the_book_turns_nothing_back() {
    let computer = Computer::new();
    let (book, new) = (computer.book(), version("1.2.0"));
    fs::write(book.join("book.db.before"), "of an earlier change").unwrap();
    trial::note_started(&book, new).unwrap();
    assert!(trial::give_up_untouched(&book, new).unwrap());
    assert_eq!(Trials::of(&book).stage(new), Some(Stage::Refused));
    assert!(!book.join("book.db.back").exists());
}

/// A scanner may hold its file for a moment.
#[test]
fn a_version_that_has_opened_the_book_is_not_given_up_when_it_does_not_start() {
    let computer = Computer::new();
    let (book, new) = (computer.book(), version("1.2.0"));
    for stage in [Stage::Opening, Stage::Opened] {
        note_stage(&book, new, stage).unwrap();
        assert!(!trial::give_up_untouched(&book, new).unwrap());
        // Nor does another start make less of it.
        trial::note_started(&book, new).unwrap();
        assert_eq!(Trials::of(&book).stage(new), Some(stage));
    }
}

#[test]
fn a_version_that_was_asked_to_end_has_not_broken() {
    use std::os::unix::process::ExitStatusExt;
    let ended = std::process::ExitStatus::from_raw;
    for signal in [1, 2, 15] {
        assert!(!launch::broke(ended(signal)), "signal {signal}");
    }
    for signal in [4, 6, 9, 11] {
        assert!(launch::broke(ended(signal)), "signal {signal}");
    }
    assert!(launch::broke(ended(127 << 8)) && !launch::broke(ended(1 << 8)));
}

/// Somebody else was quicker between the change of the tables and the opening.
#[test]
fn a_change_that_was_in_somebodys_way_is_begun_anew() {
    let computer = Computer::new();
    computer.apply(&computer.package("1.2.0", GOOD)).unwrap();
    let (book, new) = (computer.book(), version("1.2.0"));
    let (database, before) = (book.join("book.db"), book.join("book.db.before"));
    let changes = |_| {
        fs::write(&database, "changed").unwrap();
        fs::write(&before, "as it was").unwrap();
        Err::<(), _>(UnlockError::Replaced)
    };
    opening(&computer.desk_of(new), changes, crate::errors::unlock).unwrap_err();
    assert_eq!(Trials::of(&book).stage(new), Some(Stage::Started));
    computer.opening(new, Ok(())).unwrap();
    assert_eq!(fs::read_to_string(&database).unwrap(), "as it was");
    assert!(!before.exists());
}

/// The mended version comes before anybody has opened the book again.
#[test]
fn the_next_version_finds_the_book_as_it_was() {
    let computer = Computer::new();
    let book = computer.book();
    fs::write(book.join("book.db"), "changed by the one that was given up").unwrap();
    fs::write(book.join("book.db.before"), "as it was").unwrap();
    note_stage(&book, version("1.2.0"), Stage::Opening).unwrap();
    trial::give_up(&book, version("1.2.0")).unwrap();
    computer.apply(&computer.package("1.2.1", GOOD)).unwrap();
    computer.opening(version("1.2.1"), Ok(())).unwrap();
    assert_eq!(fs::read_to_string(book.join("book.db")).unwrap(), "as it was");
    assert!(!book.join("book.db.before").exists() && !book.join("book.db.back").exists());
}

#[test]
fn a_version_that_died_over_the_book_is_given_up_and_one_that_works_on_it_is_not() {
    let computer = Computer::new();
    computer.apply(&computer.package("1.2.0", GOOD)).unwrap();
    let (book, new) = (computer.book(), version("1.2.0"));
    note_stage(&book, new, Stage::Opening).unwrap();
    let alive = fs::File::create(book.join("program.lock")).unwrap();
    alive.lock().unwrap();
    assert_eq!(computer.starts(), Some(new));
    drop(alive);
    assert_eq!(computer.starts(), None);
    assert_eq!(Trials::of(&book).stage(new), Some(Stage::Refused));
    // Who looks makes no lock: an administrator's would be in the user's way.
    fs::remove_file(book.join("program.lock")).unwrap();
    note_stage(&book, new, Stage::Opening).unwrap();
    assert_eq!(computer.starts(), None);
    assert!(!book.join("program.lock").exists());
}

/// A window and a command: the one that comes second has not seen the start of the first.
#[test]
fn a_version_that_died_over_the_book_is_given_up_by_one_that_runs_already() {
    let computer = Computer::new();
    computer.apply(&computer.package("1.2.0", GOOD)).unwrap();
    let (book, new) = (computer.book(), version("1.2.0"));
    note_stage(&book, new, Stage::Opening).unwrap();
    fs::write(book.join("book.db.before"), "as it was").unwrap();
    let failed = computer.opening(new, Ok(())).unwrap_err();
    assert_eq!((failed.code, Trials::of(&book).stage(new)), (ErrorCode::NewerBook, Some(Stage::Refused)));
    assert!(book.join("book.db.before").exists() && book.join("book.db.back").exists());
}

#[test]
fn the_former_version_runs_where_the_newest_was_given_up() {
    let computer = Computer::new();
    computer.apply(&computer.package("1.2.0", GOOD)).unwrap();
    computer.opening(version("1.2.0"), Ok(())).unwrap();
    let second = Computer { install: computer.desk_of(version("1.2.0")).install.unwrap(), ..computer };
    second.apply(&second.package("1.3.0", GOOD)).unwrap();
    let base = Install::of(&second.folder.path().join("program/tiexin-desk")).unwrap();
    let computer = Computer { install: base, ..second };
    assert_eq!(computer.starts(), Some(version("1.3.0")));
    assert!(computer.opening(version("1.3.0"), Err(UnlockError::Migration)).is_err());
    assert_eq!(computer.starts(), Some(version("1.2.0")));
}
