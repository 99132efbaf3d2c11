//! A whole copy of the book, encrypted like the book, and putting it back.

use std::path::Path;

use crate::blob;
use crate::book::Book;
use crate::connection::{DATABASE, database};
use crate::error::{Result, UnlockError};
use crate::keyring::{Keyring, replace_file};
use crate::unlock::move_aside;

impl Book {
    /// Writes a copy into the new folder `to`: same key, same passwords. Readers and writers go on.
    ///
    /// `VACUUM INTO` writes through the cipher; SQLite's online backup would refuse between keys. A copy that
    /// fails, as on a full stick, is taken away again: it would only be in the way of the next.
    pub fn backup_to(&self, to: &Path) -> Result<()> {
        std::fs::create_dir_all(to)?;
        if database(to).exists() || Keyring::path(to).exists() || to.join(blob::file::FOLDER).exists() {
            return Err(UnlockError::AlreadyThere.into());
        }
        self.copy_to(to).inspect_err(|_| {
            if let Err(error) = take_away(to) {
                tracing::warn!(%error, "a part of a backup stays");
            }
        })
    }

    fn copy_to(&self, to: &Path) -> Result<()> {
        let target = database(to);
        let conn = crate::connection::open(
            &database(self.dir()),
            self.key(),
            crate::connection::Purpose::Checkpoint,
        )?;
        let name = target.to_str().ok_or_else(|| std::io::Error::other("folder name"))?;
        conn.execute("VACUUM INTO ?1", [name])?;
        // What the copy names; a file that went meanwhile is fetched from the province again.
        let files = crate::connection::open(&target, self.key(), crate::connection::Purpose::Checkpoint)
            .and_then(|copy| blob::file::named(&copy))?;
        files.iter().try_for_each(|file| blob::file::copy(self.dir(), to, file))?;
        // The keyring last: a folder without one is no backup.
        let keyring = std::fs::read(Keyring::path(self.dir()))?;
        replace_file(&Keyring::path(to), &keyring)?;
        Ok(())
    }
}

/// What a backup has written so far.
fn take_away(to: &Path) -> std::io::Result<()> {
    let there = |done: std::io::Result<()>| match done {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    for end in ["", "-journal", "-wal", "-shm"] {
        there(std::fs::remove_file(to.join(format!("{DATABASE}{end}"))))?;
    }
    there(std::fs::remove_dir_all(to.join(blob::file::FOLDER)))?;
    for end in ["json", "new"] {
        there(std::fs::remove_file(Keyring::path(to).with_extension(end)))?;
    }
    Ok(())
}

/// Puts the backup in folder `backup` into `dir`, whose book must be closed; the book that was
/// there is moved aside. The next unlock notices that the incarnation differs: what had not come
/// back from the province is sent again, every scope is read anew.
pub fn restore(backup: &Path, dir: &Path) -> Result<(), UnlockError> {
    let source = database(backup);
    if !source.is_file() || !Keyring::path(backup).is_file() {
        return Err(UnlockError::NoBook);
    }
    std::fs::create_dir_all(dir)?;
    let keyring = std::fs::read(Keyring::path(backup))?;
    let coming = dir.join(format!("{DATABASE}.coming"));
    std::fs::copy(&source, &coming)?;
    std::fs::File::open(&coming)?.sync_all()?;
    let blobs = dir.join(format!("{}.coming", blob::file::FOLDER));
    blob::file::copy_all(backup, &blobs)?;
    let target = database(dir);
    if target.exists() {
        let aside = move_aside(&target)?;
        if Book::exists(dir) {
            // The old keyring opens the book that was moved aside.
            std::fs::copy(Keyring::path(dir), aside.with_added_extension("keyring.json"))?;
        }
    }
    replace_file(&Keyring::path(dir), &keyring)?;
    if blobs.exists() {
        std::fs::rename(&blobs, dir.join(blob::file::FOLDER))?;
    }
    std::fs::rename(&coming, &target)?;
    let mark = crate::incarnation::fresh()?;
    crate::incarnation::keep_outside(dir, mark)?;
    Ok(())
}
