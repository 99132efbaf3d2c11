//! Destroying a book because the province has ordered it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::blob::file::FOLDER;
use crate::book::Book;
use crate::on_disk::connection::DATABASE;
use crate::on_disk::keyring::Keyring;
use crate::on_disk::suite;

/// What belongs to a book besides its database and keyring. `.new`: begun by former programs.
const FILES: [&str; 9] = [
    "incarnation",
    "keyring.lock",
    "keyring.new",
    "demo-accounts.json",
    "backup.json",
    "backup.new",
    crate::on_disk::hold::LOCK_FILE,
    crate::on_disk::aside::NOTE,
    "book.new",
];
/// Folders in folders that are looked into for backups.
const DEPTH: usize = 4;

/// Destroys the book in the folder, the backups below it, and what was moved aside. The keys go first: a
/// database without its keyring can be read by nobody. Whatever else lies in the folder stays.
///
/// # Errors
/// The first thing that could not be removed; everything else is gone, the keys before all.
pub fn wipe(dir: &Path) -> io::Result<()> {
    let mut books = Vec::new();
    find(dir, DEPTH, &mut books)?;
    let mut failed = None;
    for book in &books {
        keep_first(&mut failed, destroy_keys(book));
    }
    for book in &books {
        keep_first(&mut failed, remove_files(book));
    }
    for book in books.iter().filter(|book| book.as_path() != dir) {
        // A backup's folder, if nothing else lay in it.
        let _ = tiexin_files::insist(|| fs::remove_dir(book));
    }
    failed.map_or(Ok(()), Err)
}

fn keep_first(failed: &mut Option<io::Error>, done: io::Result<()>) {
    if let Err(error) = done {
        failed.get_or_insert(error);
    }
}

/// The folder itself and every folder below it that holds a book.
fn find(dir: &Path, depth: usize, books: &mut Vec<PathBuf>) -> io::Result<()> {
    books.push(dir.to_owned());
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        // A link may lead anywhere.
        if depth > 0 && entry.file_type()?.is_dir() {
            if Book::exists(&path) || path.join(DATABASE).is_file() {
                find(&path, depth - 1, books)?;
            } else {
                let mut below = Vec::new();
                find(&path, depth - 1, &mut below)?;
                books.extend(below.into_iter().skip(1));
            }
        }
    }
    Ok(())
}

/// Of a file that was begun and not finished: the one that it was to become.
fn is_key(name: &str) -> bool {
    let name = tiexin_files::begun_as(name).unwrap_or(name);
    name.ends_with("keyring.json") || name == "keyring.new"
}

/// Also the keyrings of databases that were moved aside, each with its machine's key.
fn destroy_keys(dir: &Path) -> io::Result<()> {
    let mut failed = None;
    for path in named(dir, is_key)? {
        if let Some(binding) = Keyring::read_at(&path).ok().as_ref().and_then(Keyring::machine) {
            binding.forget();
        }
        keep_first(&mut failed, destroy_key(&path));
    }
    debug_assert!(failed.is_some() || !Keyring::path(dir).exists());
    failed.map_or(Ok(()), Err)
}

fn destroy_key(path: &Path) -> io::Result<()> {
    let mut left = fs::metadata(path)?.len();
    let mut file = File::options().write(true).open(path)?;
    while left > 0 {
        let noise = suite::random::<256>()?;
        let part = usize::try_from(left.min(256)).unwrap_or(256);
        file.write_all(&noise[..part])?;
        left -= part as u64;
    }
    file.sync_all()?;
    drop(file);
    tiexin_files::remove(path)
}

fn remove_files(dir: &Path) -> io::Result<()> {
    let ours = |name: &str| {
        let name = tiexin_files::begun_as(name).unwrap_or(name);
        name.starts_with(DATABASE) || FILES.contains(&name) || is_key(name)
    };
    let mut failed = None;
    for path in named(dir, ours)? {
        keep_first(&mut failed, tiexin_files::remove(path));
    }
    // Those of the book, of books that were moved aside, of a restore that was broken off.
    let bytes = |name: &str| name == FOLDER || name.starts_with("blobs.");
    for folder in entries(dir, fs::FileType::is_dir, bytes)? {
        keep_first(&mut failed, tiexin_files::remove_folder(folder));
    }
    failed.map_or(Ok(()), Err)
}

fn named(dir: &Path, wanted: impl Fn(&str) -> bool) -> io::Result<Vec<PathBuf>> {
    entries(dir, fs::FileType::is_file, wanted)
}

fn entries(
    dir: &Path,
    is: impl Fn(&fs::FileType) -> bool,
    wanted: impl Fn(&str) -> bool,
) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if is(&entry.file_type()?) && entry.file_name().to_str().is_some_and(&wanted) {
            found.push(entry.path());
        }
    }
    Ok(found)
}
