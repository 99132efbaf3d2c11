//! The incarnation: a random number of this database, kept inside it and in a file beside it.
//! When the two differ, the database was put back from a copy: it must not go on counting
//! under the old number (`docs/sync.md`).

use std::fs;
use std::path::Path;

use uuid::Uuid;

use crate::suite;

const FILE: &str = "incarnation";

/// What the file says; `None` when it is missing or unreadable.
pub(crate) fn outside(dir: &Path) -> Option<Uuid> {
    fs::read_to_string(dir.join(FILE)).ok()?.trim().parse().ok()
}

/// Writes the file.
pub(crate) fn keep_outside(dir: &Path, incarnation: Uuid) -> std::io::Result<()> {
    tiexin_files::replace(&dir.join(FILE), incarnation.to_string().as_bytes())
}

/// A fresh number.
pub(crate) fn fresh() -> std::io::Result<Uuid> {
    Ok(uuid::Builder::from_random_bytes(suite::random::<16>()?).into_uuid())
}
