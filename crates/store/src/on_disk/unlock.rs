//! Making a book, opening it, and who may open it.

use std::path::Path;

use rusqlite::Connection;
use secrecy::SecretString;
use uuid::Uuid;

use crate::audit::Entry;
use crate::book::{Book, Write};
use crate::error::{Result, StoreError, UnlockError, of_damage};
use crate::on_disk::connection::{self, Purpose};
use crate::on_disk::hold::Hold;
use crate::on_disk::keyring::{Holder, Keyring, LocalUser, NewUser};
use crate::on_disk::machine::{Binding, Bound, MachineSecret, asides};
use crate::on_disk::migrate::Due;
use crate::on_disk::suite::{self, DataKey, KdfCost};
use crate::{on_disk::aside, on_disk::before, on_disk::incarnation, on_disk::migrate, syncing::device};

impl Book {
    /// Whether a book lies in the folder.
    pub fn exists(dir: &Path) -> bool {
        Keyring::path(dir).is_file()
    }

    /// Whether a database lies in the folder without the keyring that opens it. A book that is being made has its
    /// keyring first.
    pub fn is_keyless(dir: &Path) -> bool {
        !Book::exists(dir) && connection::database(dir).is_file()
    }

    /// The users who may open the book in the folder. Needs no password.
    pub fn users_of(dir: &Path) -> Result<Vec<LocalUser>, UnlockError> {
        Ok(Keyring::read(dir)?.holders.into_iter().map(|h| h.user).collect())
    }

    /// Whether the book in the folder is joined to a province, as far as anybody who signed in has noted it. Needs
    /// no password.
    pub fn enrolled_of(dir: &Path) -> Result<Option<bool>, UnlockError> {
        Ok(Keyring::read(dir)?.enrolled)
    }

    /// Notes it for [`Book::enrolled_of`].
    pub fn note_enrolled(&self) -> Result<()> {
        let enrolled = Some(self.device()?.server.is_some());
        if Keyring::read(self.dir())?.enrolled != enrolled {
            let _alone = Keyring::alone(self.dir())?;
            let mut keyring = Keyring::read(self.dir())?;
            keyring.enrolled = enrolled;
            keyring.write(self.dir())?;
        }
        Ok(())
    }

    /// The user is called so from now on: on the sign-in screen nobody has opened the book yet.
    pub fn call_user(dir: &Path, id: Uuid, display_name: &str) -> Result<(), UnlockError> {
        if Keyring::read(dir)?.holder_by_id(id)?.user.display_name == display_name {
            return Ok(());
        }
        let _alone = Keyring::alone(dir)?;
        let mut keyring = Keyring::read(dir)?;
        keyring.holder_by_id(id)?.user.display_name = display_name.to_owned();
        keyring.write(dir)
    }

    /// Makes a new book with its first user and opens it.
    pub fn create(
        dir: &Path,
        first: NewUser,
        cost: KdfCost,
        now_ms: i64,
    ) -> Result<(Book, LocalUser), UnlockError> {
        std::fs::create_dir_all(dir)?;
        if Book::is_keyless(dir) {
            return Err(UnlockError::KeyringGone);
        }
        if Book::exists(dir) || connection::database(dir).exists() {
            return Err(UnlockError::AlreadyThere);
        }
        let key = suite::new_data_key()?;
        let keyring = Keyring::first(&first, &key, cost)?;
        // Of a book that lay here once.
        incarnation::forget_outside(dir)?;
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
        Book::let_in(dir, user, password, now_ms, false)
    }

    /// The same by a program that has never opened this book: what it cannot read stays where it is. The former
    /// program may be able to.
    pub fn unlock_first(
        dir: &Path,
        user: &str,
        password: &SecretString,
        now_ms: i64,
    ) -> Result<(Book, LocalUser), UnlockError> {
        Book::let_in(dir, user, password, now_ms, true)
    }

    fn let_in(
        dir: &Path,
        user: &str,
        password: &SecretString,
        now_ms: i64,
        first: bool,
    ) -> Result<(Book, LocalUser), UnlockError> {
        let (key, user, failures) = Holder::open(dir, user, password, now_ms)?;
        if first && !is_readable(dir, &key)? {
            return Err(UnlockError::NotReadable);
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
        keyring.rewrap(user.id, &key, new)?;
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

    /// How the book in the folder is bound to a machine. Needs no password.
    pub fn bound_of(dir: &Path) -> Result<Option<Bound>, UnlockError> {
        Ok(Keyring::read(dir)?.machine().map(Binding::state))
    }

    /// From now on a copy of the folder opens nowhere but on this machine; the keyrings of books that were moved
    /// aside are bound too. False: it was so already. Killed at any moment it is bound or it is not.
    ///
    /// # Errors
    /// `OtherMachine`: it is bound to another one. `Io`: this machine cannot keep the secret.
    pub fn bind_machine(&self, secret: &MachineSecret, by: Uuid, now_ms: i64) -> Result<bool> {
        let _alone = Keyring::alone(self.dir())?;
        let mut keyring = Keyring::read(self.dir())?;
        if let Some(binding) = keyring.machine() {
            let key = binding.key()?;
            asides::bind(self.dir(), binding, &key)?;
            return Ok(false);
        }
        let (binding, key) = secret.begin(self.dir())?;
        let mut bind = || -> Result<()> {
            keyring.bind(binding.clone(), &key)?;
            // Those aside first: once the book is bound nothing here opens it without the machine.
            asides::bind(self.dir(), &binding, &key)?;
            self.note_access("machine_bound", by, by, now_ms)?;
            Ok(keyring.write(self.dir())?)
        };
        let bound = bind();
        if bound.is_err() && Keyring::read(self.dir())?.machine() != Some(&binding) {
            if let Err(error) = asides::release(self.dir(), Some(&binding)) {
                tracing::warn!(%error, "a keyring aside stays bound to this machine");
            }
            self.forget(&binding);
        }
        bound.map(|()| true)
    }

    /// A copy of the folder opens with a password anywhere again. False: it was so already.
    ///
    /// # Errors
    /// `OtherMachine`: somebody's key is bound to another one.
    pub fn release_machine(&self, by: Uuid, now_ms: i64) -> Result<bool> {
        let _alone = Keyring::alone(self.dir())?;
        let mut keyring = Keyring::read(self.dir())?;
        let binding = keyring.release()?;
        if binding.is_some() {
            self.note_access("machine_released", by, by, now_ms)?;
            keyring.write(self.dir())?;
        }
        // Also what a release that was broken off has left, and bindings of before a restore, which have keys of their own.
        let aside = asides::release(self.dir(), None)?;
        for former in binding.iter().chain(&aside) {
            self.forget(former);
        }
        Ok(binding.is_some())
    }

    /// Only when nothing depends on it any more.
    fn forget(&self, binding: &Binding) {
        if !asides::need(self.dir(), binding) {
            binding.forget();
        }
    }

    fn note_access(&self, act: &'static str, by: Uuid, about: Uuid, now_ms: i64) -> Result<()> {
        let entry = Entry { actor: by, at: now_ms, act, about: Some(about), ..Entry::default() };
        self.write(|tx: &mut Write<'_>| tx.note(entry))?;
        Ok(())
    }
}

pub(crate) fn unlock_error(error: StoreError) -> UnlockError {
    match error {
        StoreError::Full(e) | StoreError::Disk(e) => UnlockError::Disk(e),
        StoreError::Damaged(e) => UnlockError::Damaged(e),
        StoreError::Sql(e) => UnlockError::Sql(e),
        StoreError::Io(e) => UnlockError::Io(e),
        StoreError::Busy(e) => UnlockError::Busy(e),
        StoreError::Unlock(e) => e,
        _ => UnlockError::Migration,
    }
}

pub(crate) fn open_database(dir: &Path, key: DataKey) -> Result<Book, UnlockError> {
    before::finish_going_back(dir)?;
    let hold = Hold::shared(dir)?;
    let moved = aside::finish(dir)?;
    if crate::on_disk::backup::interrupted(dir) {
        return Err(UnlockError::RestoreUnfinished);
    }
    if let Some(to) = moved {
        return Err(UnlockError::MovedAside { to });
    }
    if is_gone(dir)? {
        return Err(UnlockError::DatabaseGone);
    }
    // A power cut can tear the first page on its way from the log into the file, and with it the cipher's
    // salt: nothing can be read then. Closing such a connection moves the log again, and the page is whole.
    let opened = match open_readable(dir, &key) {
        Err(error) if foreign(&error) => open_readable(dir, &key),
        opened => opened,
    };
    let mut writer = match opened {
        Ok(writer) => writer,
        Err(error) if foreign(&error) => {
            drop(hold);
            return Err(put_aside(dir, &key)?);
        }
        Err(error) => return Err(error.into()),
    };
    let (mut writer, hold) = match migrate::due(&writer)? {
        Due::Nothing => (writer, hold),
        Due::Make => {
            migrate::run(&mut writer)?;
            (writer, hold)
        }
        Due::Change => {
            drop((writer, hold));
            change(dir, &key)?;
            // The hold first: what is opened without it may be replaced at that moment.
            let hold = Hold::shared(dir)?;
            (open_readable(dir, &key)?, hold)
        }
    };
    device::settle_incarnation(&mut writer, dir)?;
    Book::open(dir, key, writer, hold)
}

/// Brings the tables up to date. A copy of what they were stays until the book was opened ([`before::stay`]); a program
/// that has the book open in its former form would work on without knowing.
fn change(dir: &Path, key: &DataKey) -> Result<(), UnlockError> {
    let _alone = Hold::alone(dir).map_err(|error| match error {
        UnlockError::InUse => UnlockError::OpenInFormer,
        other => other,
    })?;
    let mut writer = open_readable(dir, key)?;
    // Another program may have done it meanwhile.
    if migrate::due(&writer)? != Due::Change {
        return Ok(());
    }
    let busy: i64 = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy != 0 {
        return Err(UnlockError::OpenInFormer);
    }
    before::keep(dir)?;
    migrate::run(&mut writer)
}

/// Whether a book was opened here whose database is not here any more: a scanner or a cleaner took it, or only a part of
/// the folder was copied. The file of its incarnation is written after the tables and goes with a book that is moved
/// aside: a book that is just being made has none yet.
pub(crate) fn is_gone(dir: &Path) -> std::io::Result<bool> {
    Ok(incarnation::is_outside(dir) && holds_nothing(dir)?)
}

/// Whether the database is not there, or empty.
pub(crate) fn holds_nothing(dir: &Path) -> std::io::Result<bool> {
    match std::fs::metadata(connection::database(dir)) {
        Ok(meta) => Ok(meta.len() == 0),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// Whether there is nothing here, or a database of this key.
fn is_readable(dir: &Path, key: &DataKey) -> Result<bool, UnlockError> {
    before::finish_going_back(dir)?;
    if holds_nothing(dir)? {
        return Ok(true);
    }
    let _hold = Hold::shared(dir)?;
    match open_readable(dir, key).or_else(|_| open_readable(dir, key)) {
        Ok(_) => Ok(true),
        Err(error) if foreign(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Moves away what cannot be read, once nobody else has it open.
fn put_aside(dir: &Path, key: &DataKey) -> Result<UnlockError, UnlockError> {
    let _alone = Hold::alone(dir)?;
    // Another program may have done so meanwhile, and begun a book in its place.
    match open_readable(dir, key) {
        Ok(_) => Ok(UnlockError::InUse),
        Err(error) if foreign(&error) => Ok(UnlockError::MovedAside { to: aside::move_aside(dir)? }),
        Err(error) => Err(error.into()),
    }
}

fn open_readable(dir: &Path, key: &DataKey) -> rusqlite::Result<Connection> {
    let conn = connection::open(&connection::database(dir), key, Purpose::Write)?;
    readable(&conn)?;
    Ok(conn)
}

/// The first look into the file: decrypts the first page.
fn readable(conn: &Connection) -> rusqlite::Result<()> {
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
}

fn foreign(error: &rusqlite::Error) -> bool {
    of_damage(error.sqlite_error_code())
}
