//! A package that lies ready beside the book: the part of this platform, and what was signed.

use std::fs::{self, File};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tiexin_files::gone;
use tiexin_protocol::release::{PIECE_BYTES, Part, Release, ReleaseFault, platform};
use tiexin_protocol::statement::Signed;
use tiexin_sync::release::{self, Opened, Trusted};

use super::install::Install;
use super::trouble::Trouble;

/// The folder beside the book.
const FOLDER: &str = "update";
const RELEASE: &str = "release.json";
const PART: &str = "part";
/// What is being fetched, as far as it has come.
const WANTED: &str = "wanted.json";
const COMING: &str = "part.coming";

fn at(book: &Path, name: &str) -> PathBuf {
    book.join(FOLDER).join(name)
}

/// Opens a package for this computer: a file, and where the own part begins.
pub(super) fn open(path: &Path, trusted: &Trusted) -> Result<(Opened, BufReader<File>), Trouble> {
    let mut file = BufReader::new(File::open(path)?);
    let length = file.get_ref().metadata()?.len();
    if trusted.is_empty() && release::is_cut(&mut file, length)? {
        return Err(ReleaseFault::Damaged.into());
    }
    file.rewind()?;
    let opened = release::read_head(&mut file, trusted)?;
    let (begins, _) = opened.release.part(&platform())?;
    file.seek(SeekFrom::Start(opened.parts_at + begins))?;
    Ok((opened, file))
}

/// Copies the own part of a package beside the book, if it may follow what runs here.
pub(crate) fn take(
    path: &Path,
    book: &Path,
    install: &Install,
    trusted: &Trusted,
) -> Result<Release, Trouble> {
    let (Opened { release, signed, .. }, mut file) = open(path, trusted)?;
    follows(&release, install, Some(book))?;
    let (_, part) = release.part(&platform())?;
    drop_all(book)?;
    fs::create_dir_all(book.join(FOLDER))?;
    let mut coming = File::create(at(book, COMING))?;
    release::compare(part, &mut file, &mut coming).inspect_err(|_| {
        let _ = drop_all(book);
    })?;
    coming.sync_all()?;
    drop(coming);
    has_come(book, &signed)?;
    Ok(release)
}

/// Whether a package is taken to lie ready beside a book. For those who try packages of every kind.
pub fn is_taken(package: &Path, book: &Path, install: &Install, trusted: &Trusted) -> bool {
    take(package, book, install, trusted).is_ok()
}

pub(super) fn follows(release: &Release, install: &Install, book: Option<&Path>) -> Result<(), ReleaseFault> {
    release.follows(install.in_use(book), tiexin_store::book_version())
}

/// Whether it is newer than what runs here. An error: it is, and cannot be put in place here.
pub(crate) fn is_newer(release: &Release, install: &Install, book: &Path) -> Result<bool, ReleaseFault> {
    match follows(release, install, Some(book)) {
        Ok(()) => release.part(&platform()).map(|_| true),
        Err(ReleaseFault::Older(..) | ReleaseFault::Same(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// The part is whole.
fn has_come(book: &Path, signed: &Signed) -> Result<(), Trouble> {
    tiexin_files::rename(at(book, COMING), at(book, PART))?;
    gone(tiexin_files::remove(at(book, WANTED)))?;
    let text = serde_json::to_vec(signed).map_err(|_| ReleaseFault::Damaged)?;
    // With it the folder is settled, and the part in it.
    Ok(tiexin_files::replace(&at(book, RELEASE), &text)?)
}

/// What lies ready, if this program may be followed by it.
pub(crate) fn ready(book: &Path, install: &Install, trusted: &Trusted) -> Option<Release> {
    let (release, _) = lying(book, trusted).ok()?;
    follows(&release, install, Some(book)).ok().map(|()| release)
}

pub(super) fn lying(book: &Path, trusted: &Trusted) -> Result<(Release, Signed), Trouble> {
    let text = fs::read(at(book, RELEASE)).map_err(|_| Trouble::NothingReady)?;
    let signed: Signed = serde_json::from_slice(&text).map_err(|_| ReleaseFault::Damaged)?;
    let release = release::open(&signed, trusted)?;
    let (_, part) = release.part(&platform())?;
    let length = fs::metadata(at(book, PART)).map(|part| part.len()).unwrap_or_default();
    if length == part.bytes { Ok((release, signed)) } else { Err(ReleaseFault::Damaged.into()) }
}

/// The own part, to be unpacked.
pub(super) fn part_of(book: &Path) -> io::Result<BufReader<File>> {
    Ok(BufReader::new(File::open(at(book, PART))?))
}

/// It was put in place, or is of no use.
pub(super) fn drop_all(book: &Path) -> io::Result<()> {
    gone(tiexin_files::remove(at(book, RELEASE)))?;
    gone(tiexin_files::remove_folder(book.join(FOLDER)))
}

/// A part that comes from the province, piece by piece; what has come stays, however this ends.
pub(crate) struct Fetching {
    book: PathBuf,
    signed: Signed,
    pub(crate) release: Release,
    part: Part,
    file: File,
    /// Pieces that are here.
    pub(crate) have: u64,
}

impl Fetching {
    /// Goes on where the same release stopped.
    pub(crate) fn begin(
        signed: Signed,
        book: &Path,
        install: &Install,
        trusted: &Trusted,
    ) -> Result<Fetching, Trouble> {
        let release = release::open(&signed, trusted)?;
        follows(&release, install, Some(book))?;
        let (_, part) = release.part(&platform())?;
        let part = part.clone();
        let text = serde_json::to_vec(&signed).map_err(|_| ReleaseFault::Damaged)?;
        if fs::read(at(book, WANTED)).ok().as_ref() != Some(&text) {
            drop_all(book)?;
            fs::create_dir_all(book.join(FOLDER))?;
            tiexin_files::replace(&at(book, WANTED), &text)?;
        }
        let mut file =
            File::options().create(true).truncate(false).read(true).write(true).open(at(book, COMING))?;
        let have = (file.metadata()?.len() / PIECE_BYTES as u64).min(part.pieces());
        file.set_len(have.saturating_mul(PIECE_BYTES as u64).min(part.bytes))?;
        file.seek(SeekFrom::End(0))?;
        Ok(Fetching { book: book.to_owned(), signed, release, part, file, have })
    }

    pub(crate) fn pieces(&self) -> u64 {
        self.part.pieces()
    }

    /// Bytes that are here, and all of them.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        ((self.have * PIECE_BYTES as u64).min(self.part.bytes), self.part.bytes)
    }

    /// The next piece.
    pub(crate) fn add(&mut self, piece: &[u8]) -> Result<(), Trouble> {
        let left = self.part.bytes.saturating_sub(self.have * PIECE_BYTES as u64);
        if piece.len() as u64 != left.min(PIECE_BYTES as u64) {
            return Err(ReleaseFault::Damaged.into());
        }
        self.file.write_all(piece)?;
        self.have += 1;
        Ok(())
    }

    /// All have come: compared with what was signed. What differs is dropped, to be fetched anew.
    pub(crate) fn end(mut self) -> Result<Release, Trouble> {
        self.file.sync_all()?;
        self.file.seek(SeekFrom::Start(0))?;
        let whole = release::compare(&self.part, BufReader::new(&mut self.file), &mut io::sink());
        drop(self.file);
        if let Err(error) = whole {
            drop_all(&self.book)?;
            return Err(error.into());
        }
        has_come(&self.book, &self.signed)?;
        Ok(self.release)
    }
}
