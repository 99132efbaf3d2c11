//! Whether a version has opened this book. The first time it tries, that is written down before and after; one that
//! did not come to the end is given up for this book, and the book goes back to what it was.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_files::Trouble;
use tiexin_protocol::release::Version;
use tiexin_store::UnlockError;

use crate::errors;

const FILE: &str = "program.json";
/// Held by who opens a book for the first time: one who lets go without a word has died.
const LOCK: &str = "program.lock";

/// FROZEN: programs of every version read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// It was started, and has not touched the book.
    Started,
    /// It is opening the book.
    Opening,
    Opened,
    /// It could not open the book.
    Refused,
}

/// FROZEN: see above. What is known of a version and this book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) stage: Stage,
    /// To what it brought the book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) book: Option<i64>,
}

/// What is known of all versions and this book.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trials {
    versions: BTreeMap<Version, Known>,
}

impl Trials {
    pub(crate) fn of(book: &Path) -> Trials {
        let text = std::fs::read(book.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    pub(crate) fn stage(&self, version: Version) -> Option<Stage> {
        self.versions.get(&version).map(|known| known.stage)
    }

    /// The newest that could not open this book.
    pub(crate) fn refused(&self) -> Option<Version> {
        self.versions
            .iter()
            .rev()
            .find(|(_, known)| known.stage == Stage::Refused)
            .map(|(version, _)| *version)
    }

    /// What this book was brought to by versions that came by package.
    pub(super) fn brought_to(&self) -> Option<i64> {
        self.versions
            .values()
            .filter(|known| known.stage == Stage::Opened)
            .filter_map(|known| known.book)
            .max()
    }
}

/// Writes down how it stands.
pub(super) fn note(book: &Path, version: Version, known: Known) -> io::Result<()> {
    let mut trials = Trials::of(book);
    trials.versions.insert(version, known);
    tiexin_files::replace(&book.join(FILE), &serde_json::to_vec(&trials)?)
}

pub(super) fn note_stage(book: &Path, version: Version, stage: Stage) -> io::Result<()> {
    note(book, version, Known { stage, book: None })
}

/// A version that is put in place anew is tried anew.
pub(super) fn forget(book: &Path, version: Version) -> io::Result<()> {
    let mut trials = Trials::of(book);
    match trials.versions.remove(&version) {
        Some(_) => tiexin_files::replace(&book.join(FILE), &serde_json::to_vec(&trials)?),
        None => Ok(()),
    }
}

/// Gives a version up for this book, which goes back to what it was before it: whoever opens it next sees to that.
pub(super) fn give_up(book: &Path, version: Version) -> io::Result<()> {
    // First: were the other first, the former program would meet a book that it cannot open.
    tiexin_store::go_back(book)?;
    note_stage(book, version, Stage::Refused)
}

/// Gives a version up for this book that has not touched it: nothing goes back, a copy that lies there is of an earlier
/// change. False: it is opening the book or has opened it, and what keeps it from starting now may pass.
pub(super) fn give_up_untouched(book: &Path, version: Version) -> io::Result<bool> {
    let untouched = matches!(Trials::of(book).stage(version), None | Some(Stage::Started));
    if untouched {
        note_stage(book, version, Stage::Refused)?;
    }
    Ok(untouched)
}

/// It is about to run for the first time.
pub(super) fn note_started(book: &Path, version: Version) -> io::Result<()> {
    match Trials::of(book).stage(version) {
        None if is_dead(book) => note_stage(book, version, Stage::Started),
        // Whoever is opening the book writes down more.
        _ => Ok(()),
    }
}

/// Whether the one that was opening this book is gone. Looks without making the lock: an administrator's would be in
/// the user's way.
pub(super) fn is_dead(book: &Path) -> bool {
    match File::open(book.join(LOCK)) {
        Ok(file) => matches!(taken(file), Ok(Some(_))),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// `None`: somebody is opening the book.
fn lock(book: &Path) -> io::Result<Option<File>> {
    taken(File::options().create(true).truncate(false).write(true).open(book.join(LOCK))?)
}

fn taken(file: File) -> io::Result<Option<File>> {
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        // A file system without locks serves one program at a time.
        Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => Ok(Some(file)),
        Err(TryLockError::Error(e)) => Err(e),
    }
}

/// Opens a book by `open`, which is told whether this version does so for the first time. `version`: this one, where it
/// came as an update. What is in the way of the person is told by `tell`.
pub(super) fn opening<T>(
    book: &Path,
    version: Option<Version>,
    open: impl FnOnce(bool) -> Result<T, UnlockError>,
    tell: impl FnOnce(UnlockError) -> ErrorReply,
) -> Result<T, ErrorReply> {
    let stage = |version| Trials::of(book).stage(version);
    let Some(version) = version.filter(|version| stage(*version) != Some(Stage::Opened)) else {
        return again(book, open, tell);
    };
    let Some(_alone) = lock(book).map_err(|error| errors::disk(&Trouble::of(&error)))? else {
        return Err(ErrorReply::new(ErrorCode::Disk, "贴心正在打开这份台账，请稍等再登录。"));
    };
    // Another program of this version may have come first.
    match stage(version) {
        Some(Stage::Opened) => return again(book, open, tell),
        Some(Stage::Refused) => return Err(given_up(version)),
        // It died over it: what it had changed is not the book to try again with.
        Some(Stage::Opening) => {
            give_up(book, version).map_err(|error| errors::disk(&Trouble::of(&error)))?;
            return Err(given_up(version));
        }
        Some(Stage::Started) | None => {}
    }
    // A version that was given up may have left it to the next one.
    if let Err(error) = tiexin_store::finish_going_back(book) {
        return Err(tell(error));
    }
    // Of an earlier change that was kept: it must never come back.
    tiexin_store::stay(book)
        .and_then(|()| note_stage(book, version, Stage::Opening))
        .map_err(|error| errors::disk(&Trouble::of(&error)))?;
    let opened = match open(true) {
        Ok(opened) => opened,
        Err(error) if is_of_the_person(&error) => {
            // What it has changed so far is begun anew the next time.
            tiexin_store::go_back(book)
                .and_then(|_| note_stage(book, version, Stage::Started))
                .map_err(|error| errors::disk(&Trouble::of(&error)))?;
            return Err(tell(error));
        }
        Err(error) => {
            tracing::error!(cause = %error, %version, "the new version could not open the book");
            give_up(book, version).map_err(|error| errors::disk(&Trouble::of(&error)))?;
            return Err(given_up(version));
        }
    };
    let known = Known { stage: Stage::Opened, book: Some(tiexin_store::book_version()) };
    note(book, version, known).map_err(|error| errors::disk(&Trouble::of(&error)))?;
    stay(book);
    Ok(opened)
}

/// By a version that has opened the book before, or that was installed.
fn again<T>(
    book: &Path,
    open: impl FnOnce(bool) -> Result<T, UnlockError>,
    tell: impl FnOnce(UnlockError) -> ErrorReply,
) -> Result<T, ErrorReply> {
    let opened = open(false).map_err(tell)?;
    // The installed program may have come by an installer, and have changed the tables.
    stay(book);
    Ok(opened)
}

/// The copy would only take room.
fn stay(book: &Path) {
    if let Err(error) = tiexin_store::stay(book) {
        tracing::warn!(%error, "the copy of the former book stays until the next sign-in");
    }
}

/// It says nothing about the program.
fn is_of_the_person(error: &UnlockError) -> bool {
    use UnlockError as E;
    matches!(
        error,
        E::NoBook
            | E::AlreadyThere
            | E::KeyringGone
            | E::NoSuchUser
            | E::NameTaken
            | E::WrongPassword { .. }
            | E::TooSoon { .. }
            | E::Locked { .. }
            | E::WeakPassword
            | E::RescueForeign
            | E::InUse
            | E::OpenInFormer
            | E::Replaced
            | E::RestoreUnfinished
            | E::DatabaseGone
            | E::OtherMachine
    )
}

fn given_up(version: Version) -> ErrorReply {
    ErrorReply::new(
        ErrorCode::NewerBook,
        format!(
            "新版本 {version} 没能打开这份台账，内容都在，没有丢。请关闭贴心再打开，会自动回到原来的版本；并把这件事告诉管理员。"
        ),
    )
}
