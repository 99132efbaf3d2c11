//! A package that came along on a stick: it lies in the folder that was read, or in `贴心更新` beside the rest.

use std::path::{Path, PathBuf};

use tiexin_protocol::release::{EXTENSION, ReleaseFault, STICK_FOLDER, Version};
use tiexin_sync::release::Trusted;

use super::install::Install;
use super::ready;
use super::trouble::Trouble;

/// Packages looked into, at most: a stick may be full of them.
const LOOKED_INTO: usize = 20;

/// The newest package on a stick that may follow what runs here, if nothing as new lies ready: a stick goes from desk to
/// desk, and comes back. An error: there are some, and none of them may, for a reason that a person should know.
pub(crate) fn newer_on(
    folder: &Path,
    book: &Path,
    install: &Install,
    trusted: &Trusted,
) -> Result<Option<PathBuf>, Trouble> {
    let ready = ready::ready(book, install, trusted).map(|release| release.version);
    let newest = newest_on(folder, book, install, trusted)?;
    Ok(newest.filter(|(version, _)| ready.is_none_or(|ready| ready < *version)).map(|(_, path)| path))
}

fn newest_on(
    folder: &Path,
    book: &Path,
    install: &Install,
    trusted: &Trusted,
) -> Result<Option<(Version, PathBuf)>, Trouble> {
    let mut newest = None;
    let mut refused = None;
    for path in packages(folder).into_iter().take(LOOKED_INTO) {
        match ready::open(&path, trusted).and_then(|(opened, _)| {
            ready::follows(&opened.release, install, Some(book))?;
            Ok(opened.release.version)
        }) {
            Ok(version) if newest.as_ref().is_none_or(|(known, _)| *known < version) => {
                newest = Some((version, path));
            }
            // An older one on the stick is what one expects to find there.
            Ok(_) | Err(Trouble::Fault(ReleaseFault::Older(..) | ReleaseFault::Same(_))) => {}
            Err(trouble) => refused = Some(trouble),
        }
    }
    match (newest, refused) {
        (None, Some(trouble)) => Err(trouble),
        (newest, _) => Ok(newest),
    }
}

fn packages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in [folder.to_owned(), folder.join(STICK_FOLDER)] {
        let entries = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
        let named = |path: &PathBuf| path.extension().is_some_and(|end| end.eq_ignore_ascii_case(EXTENSION));
        found.extend(entries.filter(named).filter(|path| path.is_file()));
    }
    found.sort();
    found.reverse();
    found
}
