//! What a backup is, before anybody puts it in place: when it was made, whose it is, how much is in it.

use std::path::Path;

use secrecy::SecretString;

use super::list::List;
use super::restore::must_be_one;
use crate::blob::file::FOLDER;
use crate::error::UnlockError;
use crate::on_disk::connection::DATABASE;
use crate::on_disk::keyring::{Keyring, LocalUser};

/// Read without a password. What an older program did not write down is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupLook {
    /// Milliseconds since 1970 UTC, by the clock of the desk that made it.
    pub made_ms: Option<i64>,
    /// Who may open it.
    pub users: Vec<LocalUser>,
    /// Records that are not void.
    pub records: Option<u64>,
    pub attachments: u64,
    /// Attachments that were missing or damaged already when it was made.
    pub missing: u64,
    /// Of the database and the attachments, as they lie there.
    pub bytes: u64,
    /// Files of the list that are not there, or not of their size.
    pub lacking: u64,
    /// Whether its book was joined to a province.
    pub enrolled: Option<bool>,
}

/// Looks at the backup in a folder.
///
/// # Errors
/// `NotABackup`.
pub fn look(backup: &Path) -> Result<BackupLook, UnlockError> {
    must_be_one(backup)?;
    let keyring = Keyring::read(backup)?;
    let list = List::read(backup).unwrap_or_default();
    let size = |name: &str| backup.join(name).metadata().ok().map(|meta| meta.len());
    let named = list.files.iter();
    let lacking = named.filter(|(name, part)| size(name.as_str()) != Some(part.bytes)).count();
    let attachments = list.files.iter().filter(|(name, _)| name.starts_with(FOLDER));
    Ok(BackupLook {
        made_ms: list.made_ms,
        records: list.records,
        attachments: attachments.clone().count() as u64,
        missing: list.missing,
        bytes: size(DATABASE).unwrap_or(0) + attachments.map(|(_, part)| part.bytes).sum::<u64>(),
        lacking: lacking as u64,
        enrolled: keyring.enrolled,
        users: keyring.holders.into_iter().map(|holder| holder.user).collect(),
    })
}

/// Whether this user's password opens the backup. Nothing is written there, it may lie on a stick that cannot be
/// written: wrong passwords are not counted, only the work of each check slows them down.
///
/// # Errors
/// `NotABackup`; `NoSuchUser`; `WrongPassword`.
pub fn opens(backup: &Path, user: &str, password: &SecretString) -> Result<LocalUser, UnlockError> {
    must_be_one(backup)?;
    Keyring::read(backup)?.opened_by(user, password)
}
