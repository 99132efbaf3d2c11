//! What happened to the files of a watched folder, in order.

use std::collections::BTreeMap;

/// A file, whatever its name: a deleted one and the next of its name are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) usize);

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Write {
        file: FileId,
        at: u64,
        bytes: Vec<u8>,
    },
    Truncate {
        file: FileId,
        size: u64,
    },
    /// Everything before it that was written to the file is safe.
    Sync {
        file: FileId,
    },
    /// The name stands for the file.
    Create {
        file: FileId,
        name: String,
    },
    Delete {
        name: String,
    },
    /// Everything before it that was done to names is safe.
    SyncFolder,
    /// A small file beside the database was replaced in one step, durably, by other means than SQLite's.
    Beside {
        name: String,
        bytes: Vec<u8>,
    },
}

/// What happened in a folder since it is watched. Names are relative to the folder.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    pub(crate) events: Vec<Event>,
    /// What lay there at the beginning, all of it safe.
    pub(crate) base: BTreeMap<FileId, Vec<u8>>,
    pub(crate) base_names: BTreeMap<String, FileId>,
    /// What the names stand for now.
    names: BTreeMap<String, FileId>,
    sizes: BTreeMap<FileId, u64>,
    files: usize,
    /// Bytes by which the files may still grow; none: as many as they like.
    room: Option<u64>,
    /// Syncs reach nothing.
    lying: bool,
}

impl Journal {
    pub(crate) fn begin(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Journal {
        let mut journal = Journal::default();
        for (name, bytes) in files {
            journal.lies_there(name, bytes);
        }
        journal
    }

    fn lies_there(&mut self, name: String, bytes: Vec<u8>) -> FileId {
        let file = self.fresh(bytes.len() as u64);
        self.names.insert(name.clone(), file);
        self.base_names.insert(name, file);
        self.base.insert(file, bytes);
        file
    }

    fn fresh(&mut self, size: u64) -> FileId {
        let file = FileId(self.files);
        self.files += 1;
        self.sizes.insert(file, size);
        file
    }

    /// How many things happened. A position between two of them is `0..=len()`.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// What happened, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// SQLite has opened a file. `there` reads its bytes: only of one that is new here, since a second look at an
    /// open file would take SQLite's locks from it (POSIX drops them with the first descriptor that is closed).
    pub(crate) fn open(&mut self, name: &str, there: impl FnOnce() -> Vec<u8>) -> FileId {
        if let Some(file) = self.names.get(name) {
            return *file;
        }
        let there = there();
        if !there.is_empty() {
            // Put there by other means since the watch began.
            return self.lies_there(name.to_owned(), there);
        }
        let file = self.fresh(0);
        self.names.insert(name.to_owned(), file);
        self.events.push(Event::Create { file, name: name.to_owned() });
        file
    }

    /// How much of a write of `len` bytes at `at` finds room.
    pub(crate) fn fits(&self, file: FileId, at: u64, len: usize) -> usize {
        let Some(room) = self.room else { return len };
        let size = self.sizes.get(&file).copied().unwrap_or_default();
        let most = (size + room).saturating_sub(at);
        len.min(usize::try_from(most).unwrap_or(len))
    }

    pub(crate) fn write(&mut self, file: FileId, at: u64, bytes: &[u8]) {
        let size = self.sizes.entry(file).or_default();
        let end = at + bytes.len() as u64;
        if end > *size {
            if let Some(room) = &mut self.room {
                *room = room.saturating_sub(end - *size);
            }
            *size = end;
        }
        self.events.push(Event::Write { file, at, bytes: bytes.to_vec() });
    }

    pub(crate) fn truncate(&mut self, file: FileId, size: u64) {
        let before = self.sizes.insert(file, size).unwrap_or_default();
        if let Some(room) = &mut self.room {
            *room += before.saturating_sub(size);
        }
        self.events.push(Event::Truncate { file, size });
    }

    pub(crate) fn sync(&mut self, file: FileId, folder: bool) {
        if self.lying {
            return;
        }
        self.events.push(Event::Sync { file });
        if folder {
            self.events.push(Event::SyncFolder);
        }
    }

    pub(crate) fn delete(&mut self, name: &str, folder: bool) {
        if let Some(file) = self.names.remove(name)
            && let Some(room) = &mut self.room
        {
            *room += self.sizes.get(&file).copied().unwrap_or_default();
        }
        self.events.push(Event::Delete { name: name.to_owned() });
        if folder && !self.lying {
            self.events.push(Event::SyncFolder);
        }
    }

    pub(crate) fn beside(&mut self, name: &str, bytes: Vec<u8>) {
        self.events.push(Event::Beside { name: name.to_owned(), bytes });
    }

    pub(crate) fn folder_synced(&mut self) {
        if !self.lying {
            self.events.push(Event::SyncFolder);
        }
    }

    /// The file that a name stands for now.
    pub fn file(&self, name: &str) -> Option<FileId> {
        self.names.get(name).copied()
    }

    pub(crate) fn set_room(&mut self, room: Option<u64>) {
        self.room = room;
    }

    pub(crate) fn set_lying(&mut self, lying: bool) {
        self.lying = lying;
    }
}
