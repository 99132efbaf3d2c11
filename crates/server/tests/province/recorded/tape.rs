//! Where recorded messages lie, and how they are written.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;
use tiexin_protocol::PROTOCOL;

/// All recordings of all versions.
fn shelf() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/tests/fixtures")
}

/// The folder of the recording that comes next.
pub(super) fn next() -> PathBuf {
    let free = (0..).map(|n| shelf().join(format!("wire-{PROTOCOL}.{n}"))).find(|folder| !folder.exists());
    free.expect("numbers do not end")
}

/// The folders of all recordings, oldest first.
pub(super) fn recordings() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(shelf()).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.file_name().unwrap().to_str().unwrap().starts_with("wire-"));
    folders.sort();
    assert!(!folders.is_empty(), "nothing was ever recorded");
    folders
}

/// A recorded message.
#[derive(Debug, Clone)]
pub(super) struct Message {
    /// `07-late-edits`: request and reply have the same.
    pub(super) name: String,
    /// The type that carries it.
    pub(super) shape: String,
    pub(super) text: String,
}

impl Message {
    pub(super) fn value(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{}.{}: {e}", self.name, self.shape))
    }
}

/// The JSON messages of a recording, in order.
pub(super) fn messages(folder: &Path) -> Vec<Message> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    let read = |file: &PathBuf| {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let (name, shape) = stem.split_once('.').expect("<name>.<Shape>.json");
        let text = std::fs::read_to_string(file).unwrap();
        Message { name: name.into(), shape: shape.into(), text }
    };
    files.iter().map(read).collect()
}

/// Writes a recording.
pub(super) struct Tape {
    folder: PathBuf,
    number: usize,
    messages: usize,
}

impl Tape {
    pub(super) fn begin(folder: &Path) -> Tape {
        std::fs::create_dir_all(folder).unwrap();
        Tape { folder: folder.to_owned(), number: 0, messages: 0 }
    }

    /// What follows belongs to another exchange: its number and name.
    pub(super) fn turn(&mut self, what: &str) -> Turn<'_> {
        self.number += 1;
        let name = format!("{:02}-{what}", self.number);
        Turn { tape: self, name }
    }

    pub(super) fn messages(&self) -> usize {
        self.messages
    }
}

/// One exchange.
pub(super) struct Turn<'a> {
    tape: &'a mut Tape,
    name: String,
}

impl Turn<'_> {
    /// Keeps a message; its shape is its type.
    pub(super) fn keep<T: Serialize>(&mut self, message: &T) -> &mut Self {
        let shape = std::any::type_name::<T>().rsplit("::").next().unwrap_or_default();
        let text = serde_json::to_string_pretty(message).unwrap();
        self.bytes(&format!("{shape}.json"), format!("{text}\n").as_bytes())
    }

    /// Keeps what is no JSON.
    pub(super) fn bytes(&mut self, end: &str, bytes: &[u8]) -> &mut Self {
        std::fs::write(self.tape.folder.join(format!("{}.{end}", self.name)), bytes).unwrap();
        self.tape.messages += 1;
        self
    }
}
