//! A second secret that belongs to this machine: a copied folder alone opens nowhere, whatever password is known.
//!
//! A random key in the machine's keeping encrypts every user's wrapped data key once more. Putting this layer on and
//! taking it off needs no password of anybody, only the machine; the keyring is one file, replaced in one step.
//! Backups are written without the layer: they are for the day on which the machine is gone.

pub(crate) mod asides;
#[cfg(windows)]
mod dpapi;
mod key_file;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::UnlockError;
use crate::on_disk::suite::{self, DataKey};

/// What puts a key into the machine's keeping.
trait Keeper: Sync {
    /// Gives what stands in the keyring; of no use without the machine.
    fn keep(&self, key: &DataKey) -> io::Result<Vec<u8>>;
    /// # Errors
    /// It was kept elsewhere, or is lost.
    fn give(&self, kept: &[u8]) -> io::Result<DataKey>;
    fn forget(&self, kept: &[u8]) -> io::Result<()>;
}

/// Where this machine may keep a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MachineSecret {
    /// The system's own protection of data. Windows only.
    System,
    /// A file in this folder, which must lie outside the book's.
    KeyFile(PathBuf),
}

/// How a book is bound, as far as can be told without a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Whether this machine gives its secret.
    pub here: bool,
    /// By the system's own protection; otherwise by a key file.
    pub by_system: bool,
    /// Where the key file lies on the machine of the binding. None: another keeper, or no path that can be shown.
    pub key_file: Option<PathBuf>,
}

const DPAPI: &str = "dpapi";
const KEY_FILE: &str = "file";

/// In the keyring. Frozen: new values of `by` only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Binding {
    /// Who keeps the key.
    by: String,
    /// What that one needs to give it back, hex.
    kept: String,
}

impl MachineSecret {
    /// Whether this machine can keep it so.
    pub fn is_there(&self) -> bool {
        match self {
            MachineSecret::System => cfg!(windows),
            MachineSecret::KeyFile(_) => true,
        }
    }

    /// A new key in the machine's keeping.
    pub(crate) fn begin(&self, book: &Path) -> Result<(Binding, DataKey), UnlockError> {
        let (by, folder) = match self {
            MachineSecret::System => (DPAPI, None),
            MachineSecret::KeyFile(folder) => {
                outside(folder, book)?;
                (KEY_FILE, Some(folder.as_path()))
            }
        };
        let keeper = keeper(by, folder)?;
        let key = suite::new_data_key()?;
        let kept = keeper.keep(&key)?;
        // Nothing is entrusted to a machine that does not give it back.
        if keeper.give(&kept).ok().as_ref() != Some(&key) {
            let _ = keeper.forget(&kept);
            return Err(io::Error::other("the machine's keeping does not give back").into());
        }
        Ok((Binding { by: by.into(), kept: hex::encode(kept) }, key))
    }
}

impl Binding {
    /// # Errors
    /// `OtherMachine`.
    pub(crate) fn key(&self) -> Result<DataKey, UnlockError> {
        let kept = hex::decode(&self.kept).map_err(|_| UnlockError::KeyringUnreadable)?;
        keeper(&self.by, None)?.give(&kept).map_err(|_| UnlockError::OtherMachine)
    }

    /// The keyring is rid of it.
    pub(crate) fn forget(&self) {
        let gone =
            hex::decode(&self.kept).map_err(io::Error::other).and_then(|kept| match keeper(&self.by, None) {
                Ok(keeper) => keeper.forget(&kept),
                Err(_) => Ok(()),
            });
        if let Err(error) = gone {
            tracing::warn!(%error, "a key of this machine that is not needed any more stays");
        }
    }

    pub(crate) fn state(&self) -> Bound {
        Bound { here: self.key().is_ok(), by_system: self.by == DPAPI, key_file: self.key_file() }
    }

    fn key_file(&self) -> Option<PathBuf> {
        let kept = (self.by == KEY_FILE).then(|| hex::decode(&self.kept).ok()).flatten()?;
        let path = key_file::path_of(&kept).ok()?;
        // It goes to a terminal, and came with a folder from anywhere.
        let shown = path.to_str().is_some_and(|text| !text.chars().any(char::is_control));
        shown.then(|| path.to_owned())
    }
}

/// `folder`: where a new key file goes.
fn keeper(by: &str, folder: Option<&Path>) -> Result<Box<dyn Keeper>, UnlockError> {
    match by {
        KEY_FILE => Ok(Box::new(key_file::KeyFile { folder: folder.map(Path::to_owned) })),
        #[cfg(windows)]
        DPAPI => Ok(Box::new(dpapi::Dpapi)),
        // Another system, or a program of later.
        _ => Err(UnlockError::OtherMachine),
    }
}

/// A key that is copied together with the book protects nothing.
fn outside(folder: &Path, book: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    if folder.canonicalize()?.starts_with(book.canonicalize()?) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the key file would lie with the book"));
    }
    Ok(())
}

fn key_of(bytes: &[u8]) -> io::Result<DataKey> {
    let key: [u8; 32] = bytes.try_into().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    Ok(Zeroizing::new(key))
}
