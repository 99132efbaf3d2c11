//! Making a book, opening it, and who may open it.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use secrecy::SecretString;
use uuid::Uuid;

use crate::audit::Entry;
use crate::book::{Book, Write};
use crate::connection::{self, Purpose};
use crate::error::{Result, StoreError, UnlockError};
use crate::keyring::{Holder, Keyring, LocalUser, NewUser};
use crate::suite::{self, DataKey, KdfCost};
use crate::{device, migrate};

impl Book {
    /// Whether a book lies in the folder.
    pub fn exists(dir: &Path) -> bool {
        Keyring::path(dir).is_file()
    }

    /// The users who may open the book in the folder. Needs no password.
    pub fn users_of(dir: &Path) -> Result<Vec<LocalUser>, UnlockError> {
        Ok(Keyring::read(dir)?.holders.into_iter().map(|h| h.user).collect())
    }

    /// Makes a new book with its first user and opens it.
    pub fn create(
        dir: &Path,
        first: NewUser,
        cost: KdfCost,
        now_ms: i64,
    ) -> Result<(Book, LocalUser), UnlockError> {
        std::fs::create_dir_all(dir)?;
        if Book::exists(dir) || connection::database(dir).exists() {
            return Err(UnlockError::AlreadyThere);
        }
        let key = suite::new_data_key()?;
        let keyring = Keyring::first(&first, &key, cost)?;
        // The key first: a crash in between leaves a keyring without a database, which opens empty.
        keyring.write(dir)?;
        let book = open_database(dir, key)?;
        let user = keyring.holders[0].user.clone();
        let made = Entry { actor: user.id, at: now_ms, act: "book_made", ..Entry::default() };
        book.write(|tx| tx.note(made)).map_err(unlock_error)?;
        Ok((book, user))
    }

    /// Opens the book for a user. Failures slow the next attempt down, then lock; they reach the
    /// audit with the next success. A database that cannot be read is moved aside, never deleted:
    /// it may hold unsent work; the next call then begins an empty one under the same key.
    pub fn unlock(
        dir: &Path,
        user: &str,
        password: &SecretString,
        now_ms: i64,
    ) -> Result<(Book, LocalUser), UnlockError> {
        let (key, user, failures) = Holder::open(dir, user, password, now_ms)?;
        if crate::backup::interrupted(dir) {
            return Err(UnlockError::RestoreUnfinished);
        }
        let book = open_database(dir, key)?;
        book.write(|tx| {
            for at in &failures {
                tx.note(Entry { actor: user.id, at: *at, act: "sign_in_failed", ..Entry::default() })?;
            }
            tx.note(Entry { actor: user.id, at: now_ms, act: "sign_in", ..Entry::default() })
        })
        .map_err(unlock_error)?;
        Holder::failures_told(dir, &user.name, &failures)?;
        Ok((book, user))
    }

    /// Lets one more user in.
    pub fn add_user(&self, new: NewUser, cost: KdfCost, by: Uuid, now_ms: i64) -> Result<()> {
        let _alone = Keyring::alone(self.dir())?;
        let mut keyring = Keyring::read(self.dir())?;
        keyring.add(&new, self.key(), cost)?;
        self.note_access("user_added", by, new.id, now_ms)?;
        Ok(keyring.write(self.dir())?)
    }

    /// Changes a user's password; the old one must be right.
    pub fn change_password(
        &self,
        user: &str,
        old: &SecretString,
        new: &SecretString,
        now_ms: i64,
    ) -> Result<()> {
        let (key, user, _) = Holder::open(self.dir(), user, old, now_ms)?;
        let _alone = Keyring::alone(self.dir())?;
        let mut keyring = Keyring::read(self.dir())?;
        keyring.holder_by_id(user.id)?.rewrap(&key, new)?;
        self.note_access("password_changed", user.id, user.id, now_ms)?;
        Ok(keyring.write(self.dir())?)
    }

    /// Takes a user's key away. What they recorded stays.
    pub fn remove_user(&self, id: Uuid, by: Uuid, now_ms: i64) -> Result<()> {
        let _alone = Keyring::alone(self.dir())?;
        let mut keyring = Keyring::read(self.dir())?;
        keyring.holder_by_id(id)?;
        if keyring.holders.len() == 1 {
            return Err(UnlockError::LastUser.into());
        }
        keyring.holders.retain(|h| h.user.id != id);
        self.note_access("user_removed", by, id, now_ms)?;
        Ok(keyring.write(self.dir())?)
    }

    fn note_access(&self, act: &'static str, by: Uuid, about: Uuid, now_ms: i64) -> Result<()> {
        let entry = Entry { actor: by, at: now_ms, act, about: Some(about), ..Entry::default() };
        self.write(|tx: &mut Write<'_>| tx.note(entry))?;
        Ok(())
    }
}

pub(crate) fn unlock_error(error: StoreError) -> UnlockError {
    match error {
        StoreError::Full(e) | StoreError::Sql(e) => UnlockError::Sql(e),
        StoreError::Io(e) => UnlockError::Io(e),
        StoreError::Busy(e) => UnlockError::Busy(e),
        StoreError::Unlock(e) => e,
        _ => UnlockError::Migration,
    }
}

pub(crate) fn open_database(dir: &Path, key: DataKey) -> Result<Book, UnlockError> {
    let path = connection::database(dir);
    let opened =
        connection::open(&path, &key, Purpose::Write).and_then(|writer| readable(&writer).map(|()| writer));
    let mut writer = match opened {
        Ok(writer) => writer,
        Err(error) if foreign(&error) => return Err(UnlockError::MovedAside { to: move_aside(&path)? }),
        Err(error) => return Err(error.into()),
    };
    migrate::run(&mut writer)?;
    device::settle_incarnation(&mut writer, dir)?;
    Book::open(dir, key, writer)
}

/// The first look into the file: decrypts the first page.
fn readable(conn: &Connection) -> rusqlite::Result<()> {
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
}

fn foreign(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt)
    )
}

/// Renames the database and what belongs to it, as far as it is there, to the first free `book.db.aside-N`.
pub(crate) fn move_aside(path: &Path) -> std::io::Result<PathBuf> {
    let with = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let blobs = path.with_file_name(crate::blob::file::FOLDER);
    let blobs_with = |end: &str| path.with_file_name(format!("{}{end}", crate::blob::file::FOLDER));
    let free =
        (1..).map(|i| format!(".aside-{i}")).find(|end| !with(end).exists() && !blobs_with(end).exists());
    // Invariant: the range has no end.
    let end = free.unwrap_or_default();
    // First: beside another database they would be files that no row names.
    if blobs.exists() {
        std::fs::rename(&blobs, blobs_with(&end))?;
    }
    for part in ["-wal", "-shm", ""] {
        let from = with(part);
        if from.exists() {
            std::fs::rename(&from, with(&format!("{end}{part}")))?;
        }
    }
    Ok(with(&end))
}
