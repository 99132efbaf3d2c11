//! The incarnation: a random number of this database, kept inside it and in a file beside it.
//! When the two differ, the database was put back from a copy: it must not go on counting
//! under the old number (`docs/sync.md`).

use std::fs;
use std::path::Path;

use uuid::Uuid;

use crate::on_disk::suite;

const FILE: &str = "incarnation";

/// What the file says; `None` when it is missing or unreadable.
pub(crate) fn outside(dir: &Path) -> Option<Uuid> {
    fs::read_to_string(dir.join(FILE)).ok()?.trim().parse().ok()
}

/// Writes the file.
pub(crate) fn keep_outside(dir: &Path, incarnation: Uuid) -> std::io::Result<()> {
    tiexin_files::replace(&dir.join(FILE), incarnation.to_string().as_bytes())
}

/// Whether the file is there: a book was opened here, whose tables were made before.
pub(crate) fn is_outside(dir: &Path) -> bool {
    dir.join(FILE).exists()
}

/// Takes the file away: its book is not here any more.
pub(crate) fn forget_outside(dir: &Path) -> std::io::Result<()> {
    tiexin_files::gone(tiexin_files::remove(dir.join(FILE)))
}

/// A fresh number.
pub(crate) fn fresh() -> std::io::Result<Uuid> {
    Ok(uuid::Builder::from_random_bytes(suite::random::<16>()?).into_uuid())
}
