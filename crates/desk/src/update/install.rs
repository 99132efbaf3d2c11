//! Where this program lies, and which versions lie beside it.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tiexin_protocol::release::{Release, Version};
use tiexin_protocol::statement::Signed;

use super::trial::{Stage, Trials};

/// The folder of the versions.
const VERSIONS: &str = "versions";
/// Where that lies for programs in `bin`, beside it.
const BELOW_LIB: &str = "lib/tiexin";
const CURRENT: &str = "current.json";
/// In the folder of a version: what was signed. It is written last, so that a version which has it is whole.
pub(super) const RELEASE: &str = "release.json";

/// An installed program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Install {
    /// Where versions lie.
    pub(super) versions: PathBuf,
    /// The file of this program, and where it lies.
    pub(super) exe: PathBuf,
    /// What runs. A version that came by a package is what its folder is called.
    pub(crate) running: Version,
    /// It came by a package.
    pub(super) updated: bool,
}

/// FROZEN: programs of every version read it. Which version is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Current {
    pub(super) version: Version,
    /// What was in use before, and to what it brought books.
    pub(super) former: Version,
    pub(super) former_book: i64,
}

impl Install {
    /// None: the system does not say where the program lies.
    pub fn of_this_program() -> Option<Install> {
        Install::of(&std::env::current_exe().ok()?)
    }

    /// The install to which a program belongs.
    pub fn of(exe: &Path) -> Option<Install> {
        let folder = exe.parent()?;
        let update = folder.ancestors().find_map(|folder| {
            let versions = folder.parent().filter(|parent| parent.ends_with(VERSIONS))?;
            let version: Version = folder.file_name()?.to_str()?.parse().ok()?;
            Some((versions.to_owned(), version)).filter(|_| folder.join(RELEASE).is_file())
        });
        let (versions, running, updated) = match update {
            Some((versions, version)) => (versions, version, true),
            None => (beside(folder), built()?, false),
        };
        Some(Install { versions, exe: exe.to_owned(), running, updated })
    }

    /// Of a version that came by a package: the folder of the programs that were installed.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        let above = self.versions.parent().filter(|_| self.updated)?;
        // As [`beside`] puts them.
        let prefix = above.ancestors().nth(2).filter(|_| above.ends_with(BELOW_LIB));
        Some(prefix.map_or_else(|| above.to_owned(), |prefix| prefix.join("bin")))
    }

    /// The file's own name.
    pub(super) fn name(&self) -> &str {
        self.exe.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// What is in use, as far as it can be read. Also where an installer has brought something newer meanwhile: see
    /// [`Install::switched`].
    pub(super) fn current(&self) -> Option<Current> {
        serde_json::from_slice(&std::fs::read(self.versions.join(CURRENT)).ok()?).ok()
    }

    /// What is in use, where it runs or will: else an installer has brought something as new, and nothing that is
    /// switched here has an effect.
    pub(super) fn switched(&self) -> Option<Current> {
        let runs = |current: &Current| self.updated && current.version == self.running;
        self.current().filter(|current| current.version > self.running || runs(current))
    }

    /// The version that the next start will run, or that runs.
    pub(super) fn in_use(&self, book: Option<&Path>) -> Version {
        let next =
            self.current().map(|current| current.version).filter(|version| self.is_usable(*version, book));
        next.map_or(self.running, |next| next.max(self.running))
    }

    /// Whether it is whole, and has not failed with this book.
    pub(super) fn is_usable(&self, version: Version, book: Option<&Path>) -> bool {
        let refused = |book: &Path| Trials::of(book).stage(version) == Some(Stage::Refused);
        self.program(version).is_some() && !book.is_some_and(refused)
    }

    /// What the next start will run, if that is not what runs now.
    pub(crate) fn next(&self, book: Option<&Path>) -> Option<Version> {
        let next = self.current().map(|current| current.version);
        match next {
            Some(next) if next > self.running => Some(next).filter(|next| self.is_usable(*next, book)),
            // Somebody went back.
            Some(next) if self.updated && next < self.running => Some(next),
            _ => None,
        }
    }

    /// What can be gone back to without losing anything.
    pub(crate) fn former(&self, book: Option<&Path>) -> Option<Version> {
        let current = self.switched().filter(|current| self.is_usable(current.version, book))?;
        let brought_to = book.and_then(|book| Trials::of(book).brought_to());
        let moved = brought_to.is_some_and(|book| book > current.former_book);
        Some(current.former).filter(|former| *former < current.version && !moved)
    }

    pub(super) fn use_now(&self, current: &Current) -> io::Result<()> {
        tiexin_files::replace(&self.versions.join(CURRENT), &serde_json::to_vec(current)?)
    }

    pub(super) fn folder(&self, version: Version) -> PathBuf {
        self.versions.join(version.to_string())
    }

    /// This program in another version; none where that is not whole or has no such program.
    pub(super) fn program(&self, version: Version) -> Option<PathBuf> {
        let folder = self.folder(version);
        let signed: Signed = serde_json::from_slice(&std::fs::read(folder.join(RELEASE)).ok()?).ok()?;
        // It was checked when it was put here, where only who may install can write.
        let release: Release = serde_json::from_str(&signed.body).ok()?;
        let (_, part) = release.part(&tiexin_protocol::release::platform()).ok()?;
        Some(folder.join(&part.program(self.name())?.path)).filter(|path| path.is_file())
    }
}

/// `/usr/bin` is no place for versions: they lie below `lib` beside it.
fn beside(folder: &Path) -> PathBuf {
    match folder.parent() {
        Some(above) if folder.ends_with("bin") => above.join(BELOW_LIB).join(VERSIONS),
        _ => folder.join(VERSIONS),
    }
}

pub(super) fn built() -> Option<Version> {
    env!("CARGO_PKG_VERSION").parse().ok()
}
