//! Torn and reordered writes below SQLite: what a power cut may leave of a book, opened again with the real store.
//!
//! A session works in a real book (or a pilot's province) on the disk of `tiexin-disk`. Then power cuts are made up:
//! at any write, with any part of what was not synced. Every image must open, pass `verify`, and hold exactly what
//! was acknowledged before the cut, with or without what was under way. All of it follows from a seed.

mod desk;
mod memory;
mod office;
mod province;
mod session;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use fastrand::Rng;
use tiexin_disk::Image;

use tiexin_testkit::window::Trouble;

pub use desk::DeskImages;
pub use province::ProvinceImages;

/// What the images were, counted.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub images: u64,
    pub sessions: u64,
    /// Further counts in words.
    pub facts: BTreeMap<String, u64>,
}

impl Seen {
    fn count(&mut self, what: impl Into<String>) {
        *self.facts.entry(what.into()).or_default() += 1;
    }

    fn image(&mut self, image: &Image) {
        self.images += 1;
        for whim in &image.whims {
            self.count(format!("unsynced {whim:?}"));
        }
        if image.whims.is_empty() {
            self.count("nothing was unsynced");
        } else {
            self.count(format!("sectors of {}", image.sector));
        }
    }
}

impl Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} images of {} sessions", self.images, self.sessions)?;
        self.facts.iter().try_for_each(|(what, count)| write!(f, "; {what}: {count}"))
    }
}

/// Where nothing waits for a real disk, when there is such a place.
fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

fn folder() -> Result<tempfile::TempDir, Trouble> {
    tempfile::Builder::new().prefix("tiexin-torn").tempdir_in(scratch()).map_err(trouble)
}

/// Whatever went wrong, in its own words.
fn trouble(error: impl std::fmt::Debug) -> Trouble {
    Trouble(format!("{error:?}"))
}

/// Sometimes the index of the write-ahead log survives the cut, and says anything: SQLite must not believe it.
fn stray_index(dir: &Path, name: &str, dice: &mut Rng) -> Result<(), Trouble> {
    if dice.u8(0..4) == 0 {
        let mut bytes = vec![0; 32 * 1024];
        dice.fill(&mut bytes);
        std::fs::write(dir.join(format!("{name}-shm")), bytes).map_err(trouble)?;
    }
    Ok(())
}
