//! A whole copy of the book in a folder, encrypted like the book: database, attachments, keyring, and a list of
//! them by which a damaged stick is noticed before anything is put back.

mod list;
mod look;
mod restore;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use rusqlite::params;
use tiexin_files::gone;
use tiexin_protocol::blob::BlobHash;

use crate::blob::{self, Held};
use crate::book::Book;
use crate::error::{Result, StoreError, UnlockError};
use crate::on_disk::connection::{self, DATABASE, Purpose, database};
use crate::on_disk::keyring::Keyring;
use crate::on_disk::suite::DataKey;
use list::{Counter, List, copy_part};
pub use look::{BackupLook, look, opens};
pub(crate) use restore::interrupted;
pub use restore::{Restored, restore};

/// How often a copy in the making is looked at.
const GLANCE: Duration = Duration::from_millis(60);

/// What a backup holds, or what came back from one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Files of attachments, whole or on their way.
    pub attachments: u64,
    /// Attachments that should be there and are missing or damaged.
    pub missing: u64,
}

impl Book {
    /// Writes a copy into the new folder `to`: same key, same passwords. Readers and writers go on. `now_ms` is
    /// when it is made, by the desk's clock.
    /// `progress(bytes, of)` returning false cancels; then, and after an error, nothing stays in `to`.
    ///
    /// `VACUUM INTO` writes through the cipher; SQLite's online backup would refuse between keys.
    ///
    /// # Errors
    /// `AlreadyThere` when a book or a backup lies in `to`; `Cancelled`.
    pub fn backup_to(
        &self,
        to: &Path,
        now_ms: i64,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<Copied> {
        if database(to).exists() || Keyring::path(to).exists() || to.join(blob::file::FOLDER).exists() {
            return Err(UnlockError::AlreadyThere.into());
        }
        let unfinished = Unfinished::begin(to)?;
        let (pages, blobs) = self.read(|conn| {
            let pages: i64 = conn.query_row(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                [],
                |r| r.get(0),
            )?;
            let blobs: i64 = conn.query_row("SELECT coalesce(sum(bytes), 0) FROM blob", [], |r| r.get(0))?;
            Ok((pages as u64, blobs as u64))
        })?;
        let mut counter = Counter::new(pages + blobs, progress);
        self.copy_database(&database(to), pages, &mut counter)?;
        let mut list = List::default();
        list.enter(to, DATABASE)?;
        let mut copied = Copied::default();
        let (records, attachments) = read_back(&database(to), self.key()).map_err(|error| match error {
            // The disk of the copy gave back something else: that says nothing about the book.
            StoreError::Damaged(error) => StoreError::Disk(error),
            other => other,
        })?;
        (list.made_ms, list.records) = (Some(now_ms), u64::try_from(records).ok());
        for held in &attachments {
            self.copy_blob(to, held, &mut list, &mut copied, &mut counter)?;
        }
        list.missing = copied.missing;
        list.write(to)?;
        // The keyring last: a folder without one is no backup.
        let mut keyring = Keyring::read(self.dir())?;
        // A backup opens on any machine: it is for the day on which this one is gone.
        match keyring.release() {
            Ok(Some(_)) => keyring.write(to)?,
            // Of another machine, where a rescue has let somebody in: that one gets in from the backup too.
            Ok(None) | Err(UnlockError::OtherMachine) => {
                tiexin_files::replace(&Keyring::path(to), &fs::read(Keyring::path(self.dir()))?)?;
            }
            Err(error) => return Err(error.into()),
        }
        unfinished.done();
        Ok(copied)
    }

    /// On a thread of its own, so that it can be watched and stopped.
    fn copy_database(&self, target: &Path, pages: u64, counter: &mut Counter<'_>) -> Result<()> {
        let (conn, named) = connection::open_to_copy(&database(self.dir()), self.key(), target)?;
        let stop = conn.get_interrupt_handle();
        let name = named.to_str().ok_or_else(|| std::io::Error::other("folder name"))?;
        std::thread::scope(|threads| {
            let (send, ended) = channel();
            threads.spawn(move || {
                let made = conn.execute("VACUUM INTO ?1", [name]);
                // The other side waits for it.
                let _ = send.send(made);
            });
            let mut stopped = false;
            loop {
                match ended.recv_timeout(GLANCE) {
                    Ok(Ok(_)) => break,
                    Ok(Err(_)) if stopped => return Err(StoreError::Cancelled),
                    Ok(Err(error)) => return Err(error.into()),
                    Err(RecvTimeoutError::Timeout) => {
                        let size = target.metadata().map_or(0, |meta| meta.len());
                        if !counter.at(size.min(pages)) {
                            stopped = true;
                            stop.interrupt();
                        }
                    }
                    Err(RecvTimeoutError::Disconnected) => {
                        return Err(StoreError::Unreadable { what: "backup" });
                    }
                }
            }
            tiexin_files::settle(target)?;
            if stopped || !counter.at(pages) { Err(StoreError::Cancelled) } else { Ok(()) }
        })
    }

    /// What is missing or damaged is counted, and what is there of it goes along.
    fn copy_blob(
        &self,
        to: &Path,
        held: &Held,
        list: &mut List,
        copied: &mut Copied,
        counter: &mut Counter<'_>,
    ) -> Result<()> {
        let name = format!("{}/{}", blob::file::FOLDER, held.sealed.file);
        let came = copy_part(&self.dir().join(&name), &to.join(&name), counter)?;
        let Some(part) = came else {
            // It may have gone since the database was copied: then nobody needs it.
            let needed = self.read(|conn| {
                let names = "SELECT 1 FROM blob WHERE file = ?1 AND whole";
                Ok(conn.prepare_cached(names)?.exists(params![held.sealed.file])?)
            })?;
            copied.missing += u64::from(needed);
            return Ok(());
        };
        list.put(name, part);
        copied.attachments += 1;
        // Read back from the copy, which is what somebody will depend on.
        let sound =
            !held.whole || held.sealed.whole(to)?.is_ok_and(|bytes| BlobHash::of(&bytes) == held.sealed.hash);
        copied.missing += u64::from(!sound);
        Ok(())
    }
}

/// How many records a copy has, and its attachments.
fn read_back(copy: &Path, key: &DataKey) -> Result<(i64, Vec<Held>)> {
    let copy = connection::open(copy, key, Purpose::Checkpoint)?;
    let records = copy.query_row("SELECT count(*) FROM record WHERE hidden = 0", [], |row| row.get(0))?;
    Ok((records, blob::all(&copy)?))
}

/// A backup in the making: what was begun goes when it is not finished.
struct Unfinished {
    to: PathBuf,
    made: bool,
    done: bool,
}

impl Unfinished {
    fn begin(to: &Path) -> Result<Unfinished> {
        let made = !to.exists();
        fs::create_dir_all(to)?;
        Ok(Unfinished { to: to.to_owned(), made, done: false })
    }

    fn done(mut self) {
        self.done = true;
    }

    fn clear(&self) -> std::io::Result<()> {
        for end in ["", "-journal", "-wal", "-shm"] {
            gone(tiexin_files::remove(self.to.join(format!("{DATABASE}{end}"))))?;
        }
        gone(tiexin_files::remove(self.to.join(list::FILE)))?;
        gone(tiexin_files::remove_folder(self.to.join(blob::file::FOLDER)))?;
        if self.made { tiexin_files::insist(|| fs::remove_dir(&self.to)) } else { Ok(()) }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.done
            && let Err(error) = self.clear()
        {
            tracing::warn!(%error, "an unfinished backup stays");
        }
    }
}
