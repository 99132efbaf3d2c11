//! What a backup consists of: every file with its size and hash. Of the encrypted bytes, so that reading it takes
//! no password and tells nothing.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{StoreError, UnlockError};

pub(super) const FILE: &str = "backup.json";

/// Frozen: backups are read years later. New fields only, with a default.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct List {
    /// By path below the folder, with `/`.
    pub(super) files: BTreeMap<String, Part>,
    /// Attachments that were missing or damaged on the desk already.
    #[serde(default)]
    pub(super) missing: u64,
    /// When it was made, by the desk's clock: milliseconds since 1970 UTC.
    #[serde(default)]
    pub(super) made_ms: Option<i64>,
    /// Records that are not void. How many, never which: the list is not encrypted.
    #[serde(default)]
    pub(super) records: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) bytes: u64,
    pub(super) blake3: String,
}

impl List {
    /// `None`: a backup of before there were lists, or one whose list cannot be read: then nobody knows what is missing.
    pub(super) fn read(dir: &Path) -> Option<List> {
        serde_json::from_slice(&fs::read(dir.join(FILE)).ok()?).ok()
    }

    pub(super) fn write(&self, dir: &Path) -> io::Result<()> {
        let text = serde_json::to_vec(self).map_err(io::Error::other)?;
        tiexin_files::replace(&dir.join(FILE), &text)
    }

    pub(super) fn put(&mut self, name: String, part: Part) {
        self.files.insert(name, part);
    }

    /// Enters a file that lies there already.
    pub(super) fn enter(&mut self, dir: &Path, name: &str) -> io::Result<()> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(dir.join(name))?)?;
        let part = Part { bytes: hasher.count(), blake3: hasher.finalize().to_hex().to_string() };
        self.put(name.to_owned(), part);
        Ok(())
    }
}

/// Bytes that were copied so far, and who wants to know.
pub(super) struct Counter<'p> {
    done: u64,
    all: u64,
    progress: &'p mut dyn FnMut(u64, u64) -> bool,
}

impl<'p> Counter<'p> {
    pub(super) fn new(all: u64, progress: &'p mut dyn FnMut(u64, u64) -> bool) -> Counter<'p> {
        Counter { done: 0, all, progress }
    }

    /// Whether to go on.
    pub(super) fn at(&mut self, done: u64) -> bool {
        self.done = done;
        (self.progress)(self.done.min(self.all), self.all)
    }

    fn more(&mut self, bytes: usize) -> Result<(), Broken> {
        if self.at(self.done + bytes as u64) { Ok(()) } else { Err(Broken::Stopped) }
    }
}

/// Why a copy was not finished.
#[derive(Debug)]
pub(super) enum Broken {
    /// The counter said so.
    Stopped,
    Io(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Broken {
        Broken::Io(error)
    }
}

impl From<Broken> for StoreError {
    fn from(broken: Broken) -> StoreError {
        match broken {
            Broken::Stopped => StoreError::Cancelled,
            Broken::Io(error) => error.into(),
        }
    }
}

impl From<Broken> for UnlockError {
    fn from(broken: Broken) -> UnlockError {
        match broken {
            Broken::Stopped => UnlockError::Cancelled,
            Broken::Io(error) => error.into(),
        }
    }
}

/// Copies a file, durably. `None`: it is not there.
pub(super) fn copy_part(from: &Path, to: &Path, counter: &mut Counter<'_>) -> Result<Option<Part>, Broken> {
    let mut source = match File::open(from) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut target = File::create(to)?;
    let mut hasher = blake3::Hasher::new();
    let mut piece = vec![0; 256 * 1024];
    loop {
        let read = match source.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        hasher.update(&piece[..read]);
        target.write_all(&piece[..read])?;
        counter.more(read)?;
    }
    target.sync_all()?;
    Ok(Some(Part { bytes: hasher.count(), blake3: hasher.finalize().to_hex().to_string() }))
}
