//! Putting a backup in place.

use std::fs;
use std::path::{Path, PathBuf};

use tiexin_files::gone;

use super::Copied;
use super::list::{Counter, List, copy_part};
use crate::blob::file::FOLDER;
use crate::error::UnlockError;
use crate::on_disk::aside;
use crate::on_disk::connection::{DATABASE, database};
use crate::on_disk::hold::Hold;
use crate::on_disk::keyring::Keyring;

/// What came back, and where the book lies that was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub copied: Copied,
    /// The database of the book that was moved aside; its attachments and its keyring lie beside it under the same
    /// ending. None: there was no book.
    pub aside: Option<PathBuf>,
}

/// Puts the backup in folder `backup` into `dir`, whose book must be closed; the book that was
/// there is moved aside. The next unlock notices that the incarnation differs: what had not come
/// back from the province is sent again, every scope is read anew.
///
/// Everything is copied and compared with the backup's own list first; until then the book that is there stays
/// untouched. An attachment that is missing or damaged does not hold back the others: it is counted.
/// `progress(bytes, of)` returning false cancels.
///
/// # Errors
/// `InUse` while anybody has the book open; `NotABackup`; `BackupDamaged` when its database is not what was written; `Cancelled`.
pub fn restore(
    backup: &Path,
    dir: &Path,
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Restored, UnlockError> {
    must_be_one(backup)?;
    let keyring = fs::read(Keyring::path(backup))?;
    let list = List::read(backup);
    fs::create_dir_all(dir)?;
    let _alone = Hold::alone(dir)?;
    aside::finish(dir)?;
    let coming = Coming::clean(dir)?;
    let copied = coming.take(backup, list.as_ref(), progress).inspect_err(|_| coming.leave())?;
    let target = database(dir);
    // A folder of bytes alone is what an interrupted restore left, or a book whose database somebody took away; a log
    // alone would be taken for that of the database which comes.
    let aside = if aside::anything(dir) { Some(aside::move_aside(dir)?) } else { None };
    // The way back is of the book that has made room.
    crate::on_disk::before::stay(dir)?;
    tiexin_files::replace(&Keyring::path(dir), &keyring)?;
    if coming.blobs.exists() {
        tiexin_files::rename(&coming.blobs, dir.join(FOLDER))?;
    }
    tiexin_files::rename(&coming.database, &target)?;
    let mark = crate::on_disk::incarnation::fresh()?;
    crate::on_disk::incarnation::keep_outside(dir, mark)?;
    Ok(Restored { copied, aside })
}

/// # Errors
/// `NotABackup`: the folder lacks the database or the keyring.
pub(super) fn must_be_one(backup: &Path) -> Result<(), UnlockError> {
    let whole = database(backup).is_file() && Keyring::path(backup).is_file();
    if whole { Ok(()) } else { Err(UnlockError::NotABackup) }
}

/// What is being copied, beside the book that is still there.
struct Coming {
    database: PathBuf,
    blobs: PathBuf,
}

impl Coming {
    fn at(dir: &Path) -> Coming {
        let name = |what: &str| dir.join(format!("{what}.coming"));
        Coming { database: name(DATABASE), blobs: name(FOLDER) }
    }

    /// Without what an interrupted restore may have left.
    fn clean(dir: &Path) -> std::io::Result<Coming> {
        let coming = Coming::at(dir);
        coming.clear()?;
        Ok(coming)
    }

    fn leave(&self) {
        if let Err(error) = self.clear() {
            tracing::warn!(%error, "copies of an unfinished restore stay until the next one");
        }
    }

    fn clear(&self) -> std::io::Result<()> {
        gone(tiexin_files::remove(&self.database))?;
        gone(tiexin_files::remove_folder(&self.blobs))
    }

    fn take(
        &self,
        backup: &Path,
        list: Option<&List>,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<Copied, UnlockError> {
        let files = files(backup, list)?;
        let size = |name: &str| backup.join(name).metadata().map_or(0, |meta| meta.len());
        let all = size(DATABASE) + files.iter().map(|name| size(name)).sum::<u64>();
        let mut counter = Counter::new(all, progress);
        let listed = |name: &str| list.and_then(|list| list.files.get(name));
        let came = copy_part(&database(backup), &self.database, &mut counter)?;
        if listed(DATABASE).is_some_and(|part| came.as_ref() != Some(part)) {
            return Err(UnlockError::BackupDamaged);
        }
        let mut copied = Copied { missing: list.map_or(0, |list| list.missing), ..Copied::default() };
        for name in files {
            // Names come from a file that anybody may have written.
            let Some(file) = Path::new(&name).file_name() else { continue };
            let came = copy_part(&backup.join(FOLDER).join(file), &self.blobs.join(file), &mut counter)?;
            copied.attachments += u64::from(came.is_some());
            copied.missing +=
                u64::from(came.is_none() || listed(&name).is_some_and(|part| came.as_ref() != Some(part)));
        }
        Ok(copied)
    }
}

/// Whether the book was moved aside for a backup that then did not take its place: its copy lies here whole.
pub(crate) fn interrupted(dir: &Path) -> bool {
    !database(dir).exists() && Coming::at(dir).database.exists()
}

/// The attachments' files that the backup says it has, or has.
fn files(backup: &Path, list: Option<&List>) -> std::io::Result<Vec<String>> {
    let named = |name: &String| name.starts_with(FOLDER);
    match list {
        Some(list) => Ok(list.files.keys().filter(|name| named(name)).cloned().collect()),
        None => {
            Ok(crate::blob::file::all(backup)?.into_iter().map(|file| format!("{FOLDER}/{file}")).collect())
        }
    }
}
