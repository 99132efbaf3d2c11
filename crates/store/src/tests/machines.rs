//! A book that is bound to its machine: what opens where.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::{MachineSecret, StoreError, UnlockError};

/// A bound book; its machine's key lies in a folder of its own.
struct Office {
    book: TempDir,
    machine: TempDir,
    user: LocalUser,
}

impl Office {
    fn bound() -> Office {
        let (dir, book, user) = book();
        let office = Office { book: dir, machine: tempfile::tempdir().unwrap(), user };
        household(&book, VILLAGE, "张三");
        assert!(book.bind_machine(&office.secret(), office.user.id, NOW).unwrap());
        office
    }

    fn secret(&self) -> MachineSecret {
        MachineSecret::KeyFile(self.machine.path().to_owned())
    }

    fn keys(&self) -> Vec<PathBuf> {
        fs::read_dir(self.machine.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    /// A backup has taken the place of the bound book, which lies aside.
    fn restored(&self) {
        let away = tempfile::tempdir().unwrap();
        let book = reopen(self.book.path());
        book.backup_to(away.path(), NOW, &mut |_, _| true).unwrap();
        drop(book);
        crate::restore(away.path(), self.book.path(), &mut |_, _| true).unwrap();
        assert_eq!(Book::bound_of(self.book.path()).unwrap(), None);
    }

    /// The folder of the book as a thief has it: the machine stays behind.
    fn copied(&self) -> Elsewhere {
        let folder = tempfile::tempdir().unwrap();
        copy(self.book.path(), folder.path());
        let keys = self.keys();
        for key in &keys {
            fs::rename(key, key.with_extension("away")).unwrap();
        }
        Elsewhere { folder, keys }
    }
}

/// While it lives the machine of the book is another one.
struct Elsewhere {
    folder: TempDir,
    keys: Vec<PathBuf>,
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        for key in &self.keys {
            fs::rename(key.with_extension("away"), key).unwrap();
        }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn opens(dir: &Path) -> Result<(), UnlockError> {
    Book::unlock(dir, "wang", &secret(PASSWORD), NOW).map(|(book, _)| sound(&book))
}

#[test]
fn a_copied_folder_opens_nowhere_else_though_the_password_is_right() {
    let office = Office::bound();
    opens(office.book.path()).unwrap();
    assert_eq!(Book::bound_of(office.book.path()).unwrap().map(|bound| bound.here), Some(true));
    let elsewhere = office.copied();
    let before = fs::read(elsewhere.folder.path().join("keyring.json")).unwrap();
    for password in [PASSWORD, "not the password"] {
        let refused = Book::unlock(elsewhere.folder.path(), "wang", &secret(password), NOW).unwrap_err();
        assert!(matches!(refused, UnlockError::OtherMachine), "{refused:?}");
    }
    assert_eq!(Book::bound_of(elsewhere.folder.path()).unwrap().map(|bound| bound.here), Some(false));
    let after = fs::read(elsewhere.folder.path().join("keyring.json")).unwrap();
    assert_eq!(before, after, "no password was counted as wrong");
    let copy = elsewhere.folder.path().to_owned();
    let as_backup = crate::opens_backup(&copy, "wang", &secret(PASSWORD));
    assert!(matches!(as_backup, Err(UnlockError::OtherMachine)));
    // Back on its machine nothing is different.
    drop(elsewhere);
    opens(office.book.path()).unwrap();
}

/// A restore keeps the former book and its keyring in the folder; both hold the same data key.
#[test]
fn the_keyring_of_a_book_moved_aside_does_not_open_the_bound_book() {
    const ASIDE: &str = "book.db.aside-1.keyring.json";
    let (dir, book, user) = book();
    let away = tempfile::tempdir().unwrap();
    let backup = away.path().join("备份");
    book.backup_to(&backup, NOW, &mut |_, _| true).unwrap();
    drop(book);
    crate::restore(&backup, dir.path(), &mut |_, _| true).unwrap();
    let office = Office { book: dir, machine: tempfile::tempdir().unwrap(), user };
    let renamed = |dir: &Path| fs::rename(dir.join(ASIDE), dir.join("keyring.json")).unwrap();
    let book = reopen(office.book.path());
    assert!(book.bind_machine(&office.secret(), office.user.id, NOW).unwrap());
    drop(book);
    let elsewhere = office.copied();
    renamed(elsewhere.folder.path());
    let refused = opens(elsewhere.folder.path());
    assert!(matches!(refused, Err(UnlockError::OtherMachine)), "{refused:?}");
    drop(elsewhere);
    // Bound by a program that left the keyrings aside as they were: binding again binds them.
    fs::copy(backup.join("keyring.json"), office.book.path().join(ASIDE)).unwrap();
    let book = reopen(office.book.path());
    assert!(!book.bind_machine(&office.secret(), office.user.id, NOW).unwrap());
    let bound = fs::read_to_string(office.book.path().join(ASIDE)).unwrap();
    assert!(bound.contains("\"format\": 2"), "{bound}");
    // Released, the book that lies aside opens with the password as before.
    assert!(book.release_machine(office.user.id, NOW).unwrap());
    drop(book);
    assert_eq!(office.keys(), Vec::<PathBuf>::new());
    let elsewhere = office.copied();
    renamed(elsewhere.folder.path());
    opens(elsewhere.folder.path()).unwrap();
}

/// Bound again after a restore: the keyring of the former book has a key of its own.
#[test]
fn released_it_keeps_no_key_of_a_book_moved_aside_either() {
    let office = Office::bound();
    office.restored();
    let book = reopen(office.book.path());
    assert!(book.bind_machine(&office.secret(), office.user.id, NOW).unwrap());
    assert_eq!(office.keys().len(), 2);
    assert!(book.release_machine(office.user.id, NOW).unwrap());
    assert_eq!(office.keys(), Vec::<PathBuf>::new());
}

#[test]
fn released_it_opens_anywhere_and_the_machine_keeps_nothing() {
    let office = Office::bound();
    let book = reopen(office.book.path());
    assert!(!book.bind_machine(&office.secret(), office.user.id, NOW).unwrap(), "it was bound already");
    assert_eq!(office.keys().len(), 1);
    assert!(book.release_machine(office.user.id, NOW).unwrap());
    assert!(!book.release_machine(office.user.id, NOW).unwrap());
    assert_eq!(office.keys(), Vec::<PathBuf>::new());
    let acts: Vec<String> = book.audit(None, 4).unwrap().into_iter().map(|entry| entry.act).collect();
    assert_eq!(acts[0], "machine_released");
    assert!(acts.contains(&"machine_bound".to_owned()), "{acts:?}");
    drop(book);
    let elsewhere = office.copied();
    opens(elsewhere.folder.path()).unwrap();
    let keyring = fs::read_to_string(office.book.path().join("keyring.json")).unwrap();
    assert!(keyring.contains("\"format\": 1") && !keyring.contains("machine"), "{keyring}");
}

/// Everybody of the machine, with passwords that nobody else knows.
#[test]
fn users_who_come_later_and_new_passwords_are_bound_too() {
    let office = Office::bound();
    let book = reopen(office.book.path());
    let mut li = user("li");
    li.password = secret("another-good-one");
    book.add_user(li, KdfCost::QUICK, office.user.id, NOW).unwrap();
    book.change_password("wang", &secret(PASSWORD), &secret("changed-password"), NOW).unwrap();
    drop(book);
    let both = [("wang", "changed-password"), ("li", "another-good-one")];
    for (name, password) in both {
        Book::unlock(office.book.path(), name, &secret(password), NOW).unwrap();
    }
    let elsewhere = office.copied();
    for (name, password) in both {
        let refused = Book::unlock(elsewhere.folder.path(), name, &secret(password), NOW);
        assert!(matches!(refused, Err(UnlockError::OtherMachine)), "{name}");
    }
    drop(elsewhere);
    let book = Book::unlock(office.book.path(), "li", &secret("another-good-one"), NOW).unwrap().0;
    book.release_machine(office.user.id, NOW).unwrap();
    drop(book);
    for (name, password) in both {
        Book::unlock(office.book.path(), name, &secret(password), NOW).unwrap();
    }
}

#[test]
fn a_backup_is_for_the_day_on_which_the_machine_is_gone() {
    let office = Office::bound();
    let away = tempfile::tempdir().unwrap();
    let backup = away.path().join("备份");
    reopen(office.book.path()).backup_to(&backup, NOW, &mut |_, _| true).unwrap();
    let _gone = office.copied();
    crate::opens_backup(&backup, "wang", &secret(PASSWORD)).unwrap();
    let fresh = away.path().join("新电脑");
    crate::restore(&backup, &fresh, &mut |_, _| true).unwrap();
    opens(&fresh).unwrap();
    assert_eq!(Book::bound_of(&fresh).unwrap(), None);
}

#[test]
fn the_key_in_escrow_opens_it_on_another_machine() {
    let office = Office::bound();
    let book = reopen(office.book.path());
    let key = book.key_for_escrow();
    let mut li = user("li");
    li.password = secret("another-good-one");
    let li_id = li.id;
    book.add_user(li, KdfCost::QUICK, office.user.id, NOW).unwrap();
    drop(book);
    let elsewhere = office.copied();
    let dir = elsewhere.folder.path();
    Book::rescue(dir, &key, office.user.id, &secret("rescued-password"), NOW).unwrap();
    let (book, wang) = Book::unlock(dir, "wang", &secret("rescued-password"), NOW).unwrap();
    sound(&book);
    // The others wait for their machine; whoever was rescued works on, changes the password, makes backups.
    let refused = Book::unlock(dir, "li", &secret("another-good-one"), NOW);
    assert!(matches!(refused, Err(UnlockError::OtherMachine)));
    let refused = book.release_machine(wang.id, NOW);
    assert!(matches!(refused, Err(StoreError::Unlock(UnlockError::OtherMachine))));
    book.change_password("wang", &secret("rescued-password"), &secret("changed-password"), NOW).unwrap();
    let backup = elsewhere.folder.path().join("备份");
    book.backup_to(&backup, NOW, &mut |_, _| true).unwrap();
    crate::opens_backup(&backup, "wang", &secret("changed-password")).unwrap();
    drop(book);
    // Once nobody needs the machine that is gone, the book can be released from it.
    Book::rescue(dir, &key, li_id, &secret("rescued-password"), NOW).unwrap();
    let (book, li) = Book::unlock(dir, "li", &secret("rescued-password"), NOW).unwrap();
    assert!(book.release_machine(li.id, NOW).unwrap());
    assert_eq!(Book::bound_of(dir).unwrap(), None);
    drop(book);
    // On its own machine a rescued user stays bound.
    drop(elsewhere);
    Book::rescue(office.book.path(), &key, office.user.id, &secret("rescued-password"), NOW).unwrap();
    let elsewhere = office.copied();
    let refused = Book::unlock(elsewhere.folder.path(), "wang", &secret("rescued-password"), NOW);
    assert!(matches!(refused, Err(UnlockError::OtherMachine)));
}

#[test]
fn a_key_that_would_be_copied_along_is_refused() {
    let (dir, book, user) = book();
    let within = MachineSecret::KeyFile(dir.path().join("钥匙"));
    let refused = book.bind_machine(&within, user.id, NOW);
    assert!(matches!(refused, Err(StoreError::Unlock(UnlockError::Io(_)))), "{refused:?}");
    drop(book);
    opens(dir.path()).unwrap();
    assert_eq!(Book::bound_of(dir.path()).unwrap(), None);
}

/// The states between the steps of binding and releasing: a key without a keyring that needs it, the note in the audit
/// without the keyring, a keyring half written beside the old one.
#[test]
fn broken_off_between_its_steps_a_book_is_bound_or_it_is_not() {
    let office = Office::bound();
    let bound = fs::read(office.book.path().join("keyring.json")).unwrap();
    let book = reopen(office.book.path());
    let key = office.keys().remove(0);
    let kept = fs::read(&key).unwrap();
    book.release_machine(office.user.id, NOW).unwrap();
    drop(book);
    let released = fs::read(office.book.path().join("keyring.json")).unwrap();
    // Binding: the key is kept, and the new keyring not in its place.
    fs::write(&key, &kept).unwrap();
    fs::write(office.book.path().join(".keyring.json.part"), &bound[..bound.len() / 2]).unwrap();
    opens(office.book.path()).unwrap();
    assert_eq!(Book::bound_of(office.book.path()).unwrap(), None);
    // Binding: everything is in place. Releasing: nothing yet, the audit tells of it.
    fs::write(office.book.path().join("keyring.json"), &bound).unwrap();
    fs::write(office.book.path().join(".keyring.json.part"), &released[..released.len() / 2]).unwrap();
    opens(office.book.path()).unwrap();
    assert_eq!(Book::bound_of(office.book.path()).unwrap().map(|bound| bound.here), Some(true));
    // Releasing: the keyring is in place, the key is not forgotten yet.
    fs::write(office.book.path().join("keyring.json"), &released).unwrap();
    assert!(key.exists());
    opens(office.book.path()).unwrap();
    // And what is left over does not keep it from being bound anew.
    let book = reopen(office.book.path());
    assert!(book.bind_machine(&office.secret(), office.user.id, NOW).unwrap());
    drop(book);
    opens(office.book.path()).unwrap();
}

#[test]
fn an_altered_binding_is_told_in_words_and_a_newer_file_is_refused() {
    let office = Office::bound();
    let path = office.book.path().join("keyring.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"by\": \"file\"", "\"by\": \"tpm\"")).unwrap();
    assert!(matches!(opens(office.book.path()), Err(UnlockError::OtherMachine)));
    fs::write(&path, text.replace("\"format\": 2", "\"format\": 3")).unwrap();
    let newer = opens(office.book.path());
    assert!(matches!(newer, Err(UnlockError::NewerThanProgram { found: 3, known: 2 })), "{newer:?}");
    fs::write(&path, text).unwrap();
    opens(office.book.path()).unwrap();
}

/// A keyring comes with a folder from anywhere.
#[test]
fn nothing_but_a_key_file_is_read_or_taken_away_for_a_binding() {
    let office = Office::bound();
    let key = office.keys().remove(0).canonicalize().unwrap();
    let other = key.with_file_name("letter.txt");
    fs::rename(&key, &other).unwrap();
    let path = office.book.path().join("keyring.json");
    let text = fs::read_to_string(&path).unwrap();
    let kept = |path: &Path| hex::encode(path.to_str().unwrap());
    assert!(text.contains(&kept(&key)));
    fs::write(&path, text.replace(&kept(&key), &kept(&other))).unwrap();
    assert!(matches!(opens(office.book.path()), Err(UnlockError::OtherMachine)));
    crate::wipe(office.book.path()).unwrap();
    assert!(other.exists());
}

#[test]
fn a_destroyed_book_takes_its_machines_key_along() {
    let office = Office::bound();
    assert_eq!(office.keys().len(), 1);
    crate::wipe(office.book.path()).unwrap();
    assert_eq!(office.keys(), Vec::<PathBuf>::new());
}

#[test]
fn a_destroyed_book_takes_the_keys_of_books_moved_aside_along() {
    let office = Office::bound();
    office.restored();
    assert_eq!(office.keys().len(), 1);
    crate::wipe(office.book.path()).unwrap();
    assert_eq!(office.keys(), Vec::<PathBuf>::new());
}
