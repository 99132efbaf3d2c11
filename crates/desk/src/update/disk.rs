//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

/// A virus scanner holds what is new for a moment.
const TRIES: u32 = 20;
const WAIT: Duration = Duration::from_millis(150);

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
    patient(|| fs::rename(from, to))?;
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
    gone(patient(|| fs::remove_file(path)))
}

/// The same with all that lies in it.
pub(super) fn remove_folder(path: &Path) -> io::Result<()> {
    gone(patient(|| fs::remove_dir_all(path)))
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn patient(mut work: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    for _ in 0..TRIES {
        match work() {
            Err(error) if cfg!(windows) && error.kind() == io::ErrorKind::PermissionDenied => {
                std::thread::sleep(WAIT);
            }
            done => return done,
        }
    }
    work()
}
