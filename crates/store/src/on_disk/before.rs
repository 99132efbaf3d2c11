//! The database as it was before a newer program changed its tables. The former program opens that copy, if the newer
//! one then cannot open the book.
//!
//! The copy is made before the first step of a migration and goes as soon as the book was opened: nothing was
//! recorded in between, so that going back loses no work (`docs/decisions/0019-updates.md`). Going back is written
//! down first; whoever opens the book next carries it out before anything else is looked at.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tiexin_files::gone;

use crate::on_disk::connection::{DATABASE, database};
use crate::on_disk::hold::Hold;
use crate::{UnlockError, on_disk::migrate};

/// Endings of the copy, of one that is not whole yet, and of the note that it is to come back.
pub(crate) const COPY: &str = ".before";
const PART: &str = ".before-part";
const NOTE: &str = ".back";

fn named(dir: &Path, end: &str) -> PathBuf {
    dir.join(format!("{DATABASE}{end}"))
}

/// The version of the tables of every book that this program has opened.
pub fn book_version() -> i64 {
    migrate::known()
}

/// Copies the database, whose log is empty and which nobody else has open.
pub(crate) fn keep(dir: &Path) -> io::Result<()> {
    let (part, copy) = (named(dir, PART), named(dir, COPY));
    gone(tiexin_files::remove(&copy))?;
    fs::copy(database(dir), &part)?;
    tiexin_files::settle(&part)?;
    tiexin_files::rename(&part, &copy)?;
    tiexin_files::sync_folder(&copy)
}

/// The book of this folder is to be as it was before the last change of its tables, if that is known; by whoever opens
/// it next. False: its tables were not changed.
///
/// Only for a book that nobody has worked with since: what was recorded after the change would be lost.
///
/// # Errors
/// The disk takes nothing.
pub fn go_back(dir: &Path) -> io::Result<bool> {
    let kept = named(dir, COPY).is_file();
    if kept {
        tiexin_files::replace(&named(dir, NOTE), b"")?;
    }
    Ok(kept)
}

/// The book was opened as it is now: the copy is of no use any more. What was to go back stays as it is, too: see
/// [`finish_going_back`].
///
/// # Errors
/// The copy stays.
pub fn stay(dir: &Path) -> io::Result<()> {
    gone(tiexin_files::remove(named(dir, NOTE)))?;
    gone(tiexin_files::remove(named(dir, PART)))?;
    gone(tiexin_files::remove(named(dir, COPY)))
}

/// Goes back, if that was written down.
///
/// # Errors
/// `InUse`: somebody has the book open.
pub fn finish_going_back(dir: &Path) -> Result<(), UnlockError> {
    let note = named(dir, NOTE);
    if !note.is_file() {
        return Ok(());
    }
    let _alone = Hold::alone(dir)?;
    let copy = named(dir, COPY);
    if copy.is_file() {
        // The log is of the changed database.
        for end in ["-wal", "-shm"] {
            gone(tiexin_files::remove(named(dir, end)))?;
        }
        tiexin_files::rename(&copy, database(dir))?;
        tiexin_files::sync_folder(&copy)?;
    }
    gone(tiexin_files::remove(&note))?;
    Ok(tiexin_files::sync_folder(&note)?)
}
