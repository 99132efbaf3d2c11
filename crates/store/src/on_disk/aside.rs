//! Moving a book aside: its database with its log, the bytes of its attachments, and the keyring that opens it.
//!
//! A database without its log lacks what was saved last. So it is written down first where everything goes; whoever
//! comes after a power cut finishes that before anything else is looked at.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::blob::file::FOLDER;
use crate::on_disk::connection::{DATABASE, database};
use crate::on_disk::keyring::Keyring;

/// While it is there a book is being moved; it holds the ending of the new names.
pub(crate) const NOTE: &str = "book.moving";

/// Renames the book as far as it is there; gives the new name of the database, the first free `book.db.aside-N`.
pub(crate) fn move_aside(dir: &Path) -> io::Result<PathBuf> {
    if let Some(to) = finish(dir)? {
        return Ok(to);
    }
    let free = (1..)
        .map(|n| format!(".aside-{n}"))
        .find(|end| moves(dir, end).iter().all(|(_, to)| !to.exists()) && !keyring(dir, end).exists());
    // Invariant: the range has no end.
    let end = free.unwrap_or_default();
    tiexin_files::replace(&dir.join(NOTE), end.as_bytes())?;
    carry_out(dir, &end)
}

/// Finishes what a power cut broke off; gives the new name of the database.
pub(crate) fn finish(dir: &Path) -> io::Result<Option<PathBuf>> {
    match fs::read_to_string(dir.join(NOTE)) {
        Ok(end) => carry_out(dir, &end).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The name of the database that was moved aside last, of those that lie here.
pub fn last_aside(dir: &Path) -> io::Result<Option<String>> {
    let mut last: Option<u64> = None;
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        let end = name.to_str().and_then(|name| name.strip_prefix(DATABASE)?.strip_prefix(".aside-"));
        last = last.max(end.and_then(|number| number.parse().ok()));
    }
    Ok(last.map(|number| format!("{DATABASE}.aside-{number}")))
}

/// Whether something of a book lies here that a database put in its place would meet.
pub(crate) fn anything(dir: &Path) -> bool {
    moves(dir, "").iter().any(|(from, _)| from.exists())
}

fn carry_out(dir: &Path, end: &str) -> io::Result<PathBuf> {
    // Whatever takes the book's place may bring a keyring of its own.
    if Keyring::path(dir).is_file() {
        tiexin_files::replace(&keyring(dir, end), &fs::read(Keyring::path(dir))?)?;
    }
    for (from, to) in moves(dir, end) {
        tiexin_files::gone(tiexin_files::rename(from, to))?;
    }
    // Otherwise the empty place would be taken for that of a book which somebody took away.
    crate::on_disk::incarnation::forget_outside(dir)?;
    let note = dir.join(NOTE);
    tiexin_files::sync_folder(&note)?;
    tiexin_files::remove(&note)?;
    // Only then may anything come in its place: a note that outlived it would move that aside as well.
    tiexin_files::sync_folder(&note)?;
    Ok(database(dir).with_added_extension(end.trim_start_matches('.')))
}

/// From where to where, in this order. The copy to which the book was to go back comes first: left alone here, it would
/// be put in the place of the database that has gone aside.
pub(crate) fn moves(dir: &Path, end: &str) -> [(PathBuf, PathBuf); 5] {
    let part =
        |name: &str| (dir.join(format!("{DATABASE}{name}")), dir.join(format!("{DATABASE}{end}{name}")));
    let blobs = (dir.join(FOLDER), dir.join(format!("{FOLDER}{end}")));
    [part(crate::on_disk::before::COPY), blobs, part(""), part("-wal"), part("-shm")]
}

fn keyring(dir: &Path, end: &str) -> PathBuf {
    dir.join(format!("{DATABASE}{end}.keyring.json"))
}
