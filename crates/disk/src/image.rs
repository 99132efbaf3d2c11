//! The folder as a power cut may have left it.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use fastrand::Rng;

use crate::journal::{Event, FileId, Journal};

/// What became of the writes of a file that were not synced yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whim {
    /// None of them reached the disk.
    Nothing,
    /// All of them did.
    Everything,
    /// The first ones did, the last of these by some sectors only.
    Beginning,
    /// Some did, in any order.
    Some,
    /// Of each some sectors did, in any order.
    Torn,
    /// The same, and some sectors hold garbage or zeros.
    Garbage,
}

impl Whim {
    const ALL: [Whim; 6] =
        [Whim::Nothing, Whim::Everything, Whim::Beginning, Whim::Some, Whim::Torn, Whim::Garbage];
}

/// Files with their bytes, by name.
#[derive(Debug, Clone, Default)]
pub struct Image {
    pub files: BTreeMap<String, Vec<u8>>,
    /// What the whims were, of files that had unsynced writes.
    pub whims: Vec<Whim>,
    /// Writes that were not synced when the power went.
    pub unsynced: usize,
    /// Bytes of a sector that is written whole or not.
    pub sector: usize,
}

impl Image {
    /// Writes the files into a folder that lacks them.
    ///
    /// # Errors
    /// Of writing.
    pub fn lay(&self, dir: &Path) -> io::Result<()> {
        std::fs::create_dir_all(dir)?;
        for (name, bytes) in &self.files {
            let path = dir.join(name);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(path, bytes)?;
        }
        Ok(())
    }
}

/// A part of a write that reaches the disk whole or not.
#[derive(Clone)]
struct Piece {
    at: u64,
    bytes: Vec<u8>,
}

impl Journal {
    /// The folder after a power cut at position `cut`: everything synced before is there; of the rest, what `dice`
    /// says.
    pub fn image(&self, cut: usize, dice: &mut Rng) -> Image {
        let before = &self.events[..cut.min(self.events.len())];
        let mut image = Image { sector: if dice.bool() { 512 } else { 4096 }, ..Image::default() };
        for (name, file) in self.names_after(before, dice) {
            let bytes = self.content(file, before, &mut image, dice);
            image.files.insert(name, bytes);
        }
        for event in before {
            if let Event::Beside { name, bytes } = event {
                image.files.insert(name.clone(), bytes.clone());
            }
        }
        image
    }

    /// A position at which much is under way: half of the time right before a sync.
    pub fn moment(&self, from: usize, dice: &mut Rng) -> usize {
        let cut = dice.usize(from..=self.events.len());
        if dice.bool() {
            return cut;
        }
        let next = self.events[cut..].iter().position(|event| matches!(event, Event::Sync { .. }));
        next.map_or(cut, |n| cut + n)
    }

    /// Which names there are, and for which files: names are safe when the folder was synced; of what was done to
    /// them later, the first so-and-so-many acts are there, for each name by itself.
    fn names_after(&self, before: &[Event], dice: &mut Rng) -> BTreeMap<String, FileId> {
        let mut names = self.base_names.clone();
        let safe = before.iter().rposition(|event| *event == Event::SyncFolder).unwrap_or(0);
        let mut late: BTreeMap<&str, Vec<Option<FileId>>> = BTreeMap::new();
        for (n, event) in before.iter().enumerate() {
            let (name, file) = match event {
                Event::Create { file, name } => (name, Some(*file)),
                Event::Delete { name } => (name, None),
                _ => continue,
            };
            if n < safe {
                set(&mut names, name, file);
            } else {
                late.entry(name).or_default().push(file);
            }
        }
        for (name, acts) in late {
            if let Some(n) = dice.usize(0..=acts.len()).checked_sub(1) {
                set(&mut names, name, acts[n]);
            }
        }
        names
    }

    fn content(&self, file: FileId, before: &[Event], image: &mut Image, dice: &mut Rng) -> Vec<u8> {
        let mut bytes = self.base.get(&file).cloned().unwrap_or_default();
        let synced = before.iter().rposition(|event| *event == Event::Sync { file }).unwrap_or(0);
        for event in &before[..synced] {
            apply(&mut bytes, event, file);
        }
        let late: Vec<&Event> = before[synced..].iter().filter(|event| is_of(event, file)).collect();
        if late.is_empty() {
            return bytes;
        }
        let whim = dice.choice(Whim::ALL).unwrap_or(Whim::Nothing);
        image.whims.push(whim);
        image.unsynced += late.len();
        match whim {
            Whim::Nothing => {}
            Whim::Everything => late.iter().for_each(|event| apply(&mut bytes, event, file)),
            Whim::Beginning => beginning(&mut bytes, &late, file, image.sector, dice),
            Whim::Some | Whim::Torn | Whim::Garbage => scattered(&mut bytes, &late, whim, image.sector, dice),
        }
        // A file may have its new size before its new bytes.
        if whim != Whim::Everything && dice.u8(0..4) == 0 {
            let longest = late.iter().filter_map(|event| end(event)).max().unwrap_or_default();
            if bytes.len() < longest {
                bytes.resize(longest, 0);
            }
        }
        bytes
    }
}

fn set(names: &mut BTreeMap<String, FileId>, name: &str, file: Option<FileId>) {
    match file {
        Some(file) => names.insert(name.to_owned(), file),
        None => names.remove(name),
    };
}

fn is_of(event: &Event, wanted: FileId) -> bool {
    matches!(event, Event::Write { file, .. } | Event::Truncate { file, .. } if *file == wanted)
}

fn end(event: &Event) -> Option<usize> {
    match event {
        Event::Write { at, bytes, .. } => Some(*at as usize + bytes.len()),
        _ => None,
    }
}

fn apply(to: &mut Vec<u8>, event: &Event, wanted: FileId) {
    match event {
        Event::Write { file, at, bytes } if *file == wanted => put(to, *at, bytes),
        Event::Truncate { file, size } if *file == wanted => to.resize(*size as usize, 0),
        _ => {}
    }
}

fn put(to: &mut Vec<u8>, at: u64, bytes: &[u8]) {
    let (at, end) = (at as usize, at as usize + bytes.len());
    if to.len() < end {
        to.resize(end, 0);
    }
    to[at..end].copy_from_slice(bytes);
}

fn beginning(to: &mut Vec<u8>, late: &[&Event], file: FileId, sector: usize, dice: &mut Rng) {
    let whole = dice.usize(0..=late.len());
    late[..whole].iter().for_each(|event| apply(to, event, file));
    if let Some(Event::Write { at, bytes, .. }) = late.get(whole) {
        let pieces = pieces(*at, bytes, sector);
        let some = dice.usize(0..=pieces.len());
        pieces[..some].iter().for_each(|piece| put(to, piece.at, &piece.bytes));
    }
}

/// Whether a truncation happened is decided in its place; the writes between two of them come in any order.
fn scattered(to: &mut Vec<u8>, late: &[&Event], whim: Whim, sector: usize, dice: &mut Rng) {
    // How likely a piece is to have arrived: from hardly any to nearly all.
    let arrives = dice.u8(16..240);
    let mut waiting: Vec<Piece> = Vec::new();
    let flush = |to: &mut Vec<u8>, waiting: &mut Vec<Piece>, dice: &mut Rng| {
        dice.shuffle(waiting);
        waiting.drain(..).for_each(|piece| put(to, piece.at, &piece.bytes));
    };
    for event in late {
        match event {
            Event::Write { at, bytes, .. } => {
                let parts = match whim {
                    Whim::Some => vec![Piece { at: *at, bytes: bytes.clone() }],
                    _ => pieces(*at, bytes, sector),
                };
                for mut piece in parts {
                    if dice.u8(..) >= arrives {
                        continue;
                    }
                    if whim == Whim::Garbage && dice.u8(0..8) == 0 {
                        spoil(&mut piece.bytes, dice);
                    }
                    waiting.push(piece);
                }
            }
            Event::Truncate { size, .. } => {
                flush(to, &mut waiting, dice);
                if dice.bool() {
                    to.resize(*size as usize, 0);
                }
            }
            _ => {}
        }
    }
    flush(to, &mut waiting, dice);
}

fn spoil(bytes: &mut [u8], dice: &mut Rng) {
    if dice.bool() { bytes.fill(0) } else { dice.fill(bytes) }
}

/// The write as the sectors of the file cut it.
fn pieces(at: u64, bytes: &[u8], sector: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while from < bytes.len() {
        let within = (at as usize + from) % sector;
        let until = (from + sector - within).min(bytes.len());
        pieces.push(Piece { at: at + from as u64, bytes: bytes[from..until].to_vec() });
        from = until;
    }
    pieces
}
