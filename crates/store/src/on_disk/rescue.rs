//! A forgotten password: the book's key as it is left with the province, and a new password by it.

use std::path::Path;

use secrecy::SecretString;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::audit::Entry;
use crate::book::Book;
use crate::error::{Result, UnlockError};
use crate::on_disk::connection::{self, Purpose};
use crate::on_disk::keyring::{Keyring, LocalUser};
use crate::on_disk::suite::DataKey;
use crate::on_disk::unlock;

impl Book {
    /// The book's key, 64 hex digits, to be encrypted for the province's escrow key and for nothing else.
    pub fn key_for_escrow(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.key().as_ref()))
    }

    /// Sets a new password for a user by the book's own key. The audit tells of it.
    ///
    /// # Errors
    /// `RescueForeign`: the key is of another book. `NoSuchUser`, `WeakPassword`.
    pub fn rescue(
        dir: &Path,
        key: &str,
        user: Uuid,
        password: &SecretString,
        now_ms: i64,
    ) -> Result<LocalUser, UnlockError> {
        let key = read(key)?;
        if unlock::is_gone(dir)? {
            return Err(UnlockError::DatabaseGone);
        }
        // Every key opens an empty file.
        if unlock::holds_nothing(dir)? {
            return Err(UnlockError::NoBook);
        }
        // Looked at without moving anything aside: the rescue may be of another machine.
        let opened = connection::open(&connection::database(dir), &key, Purpose::Read)
            .and_then(|conn| conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())));
        opened.map_err(|_| UnlockError::RescueForeign)?;
        let alone = Keyring::alone(dir)?;
        let mut keyring = Keyring::read(dir)?;
        keyring.rewrap(user, &key, password)?;
        let holder = keyring.holder_by_id(user)?;
        holder.let_in_again();
        let rescued = holder.user.clone();
        keyring.write(dir)?;
        drop(alone);
        let book = unlock::open_database(dir, key)?;
        let entry = Entry { actor: user, at: now_ms, act: "rescued", about: Some(user), ..Entry::default() };
        book.write(|tx| tx.note(entry)).map_err(unlock::unlock_error)?;
        Ok(rescued)
    }
}

fn read(text: &str) -> Result<DataKey, UnlockError> {
    let mut key = Zeroizing::new([0u8; 32]);
    hex::decode_to_slice(text, key.as_mut()).map_err(|_| UnlockError::RescueForeign)?;
    Ok(key)
}
