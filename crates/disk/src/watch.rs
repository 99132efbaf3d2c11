//! Folders under watch.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::journal::Journal;

pub(crate) type Shared = Arc<Mutex<Journal>>;

static WATCHED: Mutex<Vec<(PathBuf, Shared)>> = Mutex::new(Vec::new());

/// A folder of which every write of SQLite's is remembered until this is dropped. Close what is open there first:
/// a file that stays open goes on being remembered.
pub struct Watch {
    dir: PathBuf,
    journal: Shared,
    /// The files beside the database as they were last seen.
    beside: Mutex<BTreeMap<String, Vec<u8>>>,
}

/// Watches a folder from now on; what lies in it now is safe. Nothing in it may be open.
///
/// # Errors
/// Of reading the folder.
///
/// # Panics
/// When SQLite takes no VFS, which it always does.
pub fn watch(dir: &Path) -> std::io::Result<Watch> {
    crate::vfs::install();
    // SQLite resolves links before it opens.
    let dir = dir.canonicalize()?;
    let mut files = Vec::new();
    for entry in fs::read_dir(&dir)? {
        let path = entry?.path();
        if path.is_file() {
            files.push((name_in(&dir, &path), fs::read(&path)?));
        }
    }
    let beside = files.iter().filter(|(name, _)| is_beside(name)).cloned().collect();
    let journal = Arc::new(Mutex::new(Journal::begin(files)));
    lock(&WATCHED).push((dir.clone(), journal.clone()));
    Ok(Watch { dir, journal, beside: Mutex::new(beside) })
}

impl Watch {
    /// The position between what has happened and what will.
    pub fn now(&self) -> usize {
        lock(&self.journal).len()
    }

    /// What has happened so far.
    pub fn journal(&self) -> Journal {
        lock(&self.journal).clone()
    }

    /// Runs `look` on what has happened so far.
    pub fn look<T>(&self, look: impl FnOnce(&Journal) -> T) -> T {
        look(&lock(&self.journal))
    }

    /// The files together may grow by so many bytes, then the disk is full; `None`: there is room again.
    pub fn room(&self, bytes: Option<u64>) {
        lock(&self.journal).set_room(bytes);
    }

    /// From now on the disk says of everything that it is safe, and nothing is.
    pub fn lie(&self, lying: bool) {
        lock(&self.journal).set_lying(lying);
    }

    /// The folder was synced by other means than SQLite's.
    pub fn folder_synced(&self) {
        lock(&self.journal).folder_synced();
    }

    /// Looks whether a `.json` file or one without an extension was replaced, and remembers that it was.
    ///
    /// # Errors
    /// Of reading the folder.
    pub fn look_beside(&self) -> std::io::Result<()> {
        let mut known = lock(&self.beside);
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            let name = name_in(&self.dir, &path);
            if !path.is_file() || !is_beside(&name) {
                continue;
            }
            let bytes = fs::read(&path)?;
            if known.get(&name) != Some(&bytes) {
                lock(&self.journal).beside(&name, bytes.clone());
                known.insert(name, bytes);
            }
        }
        Ok(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        lock(&WATCHED).retain(|(_, journal)| !Arc::ptr_eq(journal, &self.journal));
    }
}

fn is_beside(name: &str) -> bool {
    name.ends_with(".json") || !name.contains('.')
}

fn name_in(dir: &Path, path: &Path) -> String {
    path.strip_prefix(dir).unwrap_or(path).to_string_lossy().into_owned()
}

/// The journal that remembers a file, and the file's name in it.
pub(crate) fn watching(path: &Path) -> Option<(Shared, String)> {
    lock(&WATCHED)
        .iter()
        .find(|(dir, _)| path.starts_with(dir))
        .map(|(dir, journal)| (journal.clone(), name_in(dir, path)))
}

/// A panic leaves nothing half done here.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
