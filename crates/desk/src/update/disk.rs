//! Files that are there whole or not at all.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// Puts `bytes` in the place of a file.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_added_extension("new");
    let mut file = File::create(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    rename(&fresh, path)
}

/// Renames for good.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    tiexin_files::rename(from, to)?;
    settle(to)
}

/// Makes sure of what was made or renamed in the folder of `path`. Windows does so with the file.
pub(super) fn settle(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// What is not there is gone already.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    gone(tiexin_files::remove(path))
}

/// The same with all that lies in it.
pub(super) fn remove_folder(path: &Path) -> io::Result<()> {
    gone(tiexin_files::remove_folder(path))
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
