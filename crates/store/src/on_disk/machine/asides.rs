//! The keyrings of books that were moved aside. Most hold the data key of the book that is there now, because it came
//! back from its own backup: unbound, one of them would open a copy of the bound book.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Binding;
use crate::error::UnlockError;
use crate::on_disk::connection::DATABASE;
use crate::on_disk::keyring::Keyring;
use crate::on_disk::suite::DataKey;

/// Binds those that open with passwords alone. The layer needs no password, so it is put on whatever they open.
pub(crate) fn bind(dir: &Path, binding: &Binding, machine: &DataKey) -> Result<(), UnlockError> {
    for path in keyrings(dir)? {
        match Keyring::read_at(&path) {
            Ok(mut keyring) if keyring.machine().is_none() => {
                keyring.bind(binding.clone(), machine)?;
                keyring.write_at(&path)?;
            }
            // Bound already; or it opens nothing.
            Ok(_) | Err(UnlockError::KeyringUnreadable) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Releases those that this machine can release, or of them those with `only` this binding; gives the bindings that
/// they had. Those of another machine stay as they are.
pub(crate) fn release(dir: &Path, only: Option<&Binding>) -> Result<Vec<Binding>, UnlockError> {
    let mut released = Vec::new();
    for path in keyrings(dir)? {
        let Ok(mut keyring) = Keyring::read_at(&path) else { continue };
        if only.is_some() && keyring.machine() != only {
            continue;
        }
        if let Ok(Some(binding)) = keyring.release() {
            keyring.write_at(&path)?;
            released.push(binding);
        }
    }
    Ok(released)
}

/// Whether one of them still needs this binding. What cannot be read may need it.
pub(crate) fn need(dir: &Path, binding: &Binding) -> bool {
    let needs = |path: &PathBuf| Keyring::read_at(path).map_or(true, |k| k.machine() == Some(binding));
    keyrings(dir).map_or(true, |paths| paths.iter().any(needs))
}

fn keyrings(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let begin = format!("{DATABASE}.aside-");
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let ours = |name: &str| name.starts_with(&begin) && name.ends_with(".keyring.json");
        if entry.file_type()?.is_file() && entry.file_name().to_str().is_some_and(ours) {
            found.push(entry.path());
        }
    }
    Ok(found)
}
