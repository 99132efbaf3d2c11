//! Reading a package: the head whole, a part as a stream. Nothing is believed that was not signed.

use std::io::{self, Read, Write};

use tiexin_protocol::release::{Part, ProgramFile, Release, ReleaseFault, head_length};
use tiexin_protocol::statement::Signed;

use super::{BUFFER, ReleaseError, Trusted, WINDOW_LOG};

/// A head whose signature counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub release: Release,
    /// As it was signed.
    pub signed: Signed,
    /// Where the parts begin in the file.
    pub parts_at: u64,
}

/// Where unpacked files go.
pub trait Sink {
    type File: Write;
    /// # Errors
    /// Of writing.
    fn begin(&mut self, file: &ProgramFile) -> io::Result<Self::File>;
    /// It came whole, and is what was signed.
    ///
    /// # Errors
    /// Of writing.
    fn end(&mut self, file: &ProgramFile, written: Self::File) -> io::Result<()>;
}

/// The head of a package.
///
/// # Errors
/// `NotRelease`, `TooLarge`, `Damaged`; `Foreign` and `NoKeys`: nobody who counts has signed it.
pub fn read_head(from: &mut impl Read, trusted: &Trusted) -> Result<Opened, ReleaseError> {
    let (signed, parts_at) = unchecked(from)?;
    Ok(Opened { release: open(&signed, trusted)?, signed, parts_at })
}

/// Whether a package of this length is shorter than its own head says. Nothing of it is believed, it is only measured:
/// for those who have no key.
///
/// # Errors
/// `NotRelease`, `TooLarge`, `Damaged`.
pub fn is_cut(from: &mut impl Read, length: u64) -> Result<bool, ReleaseError> {
    let (signed, parts_at) = unchecked(from)?;
    let said: Release = serde_json::from_str(&signed.body).map_err(|_| ReleaseFault::Damaged)?;
    let whole = said.platforms.iter().try_fold(parts_at, |sum, part| sum.checked_add(part.bytes));
    Ok(whole.is_none_or(|whole| length < whole))
}

/// The head as it lies there, and where the parts begin.
fn unchecked(from: &mut impl Read) -> Result<(Signed, u64), ReleaseError> {
    let mut beginning = [0; 12];
    exactly(from, &mut beginning, ReleaseFault::NotRelease)?;
    let mut head = vec![0; head_length(&beginning)?];
    exactly(from, &mut head, ReleaseFault::Damaged)?;
    let signed: Signed = serde_json::from_slice(&head).map_err(|_| ReleaseFault::Damaged)?;
    Ok((signed, (beginning.len() + head.len()) as u64))
}

/// The same without a file.
///
/// # Errors
/// As [`read_head`].
pub fn open(signed: &Signed, trusted: &Trusted) -> Result<Release, ReleaseFault> {
    let release = trusted.check(signed)?;
    release.sound()?;
    Ok(release)
}

fn exactly(from: &mut impl Read, to: &mut [u8], cut: ReleaseFault) -> Result<(), ReleaseError> {
    from.read_exact(to).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => ReleaseError::Fault(cut),
        _ => ReleaseError::Io(error),
    })
}

/// Copies a part as it is packed and compares it with what was signed.
///
/// # Errors
/// `Damaged`: then what was written is of no use.
pub fn compare(part: &Part, from: impl Read, to: &mut impl Write) -> Result<(), ReleaseError> {
    let (mut from, mut left, mut hasher) = (from, part.bytes, blake3::Hasher::new());
    let mut buffer = vec![0; BUFFER];
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(BUFFER).min(BUFFER);
        exactly(&mut from, &mut buffer[..most], ReleaseFault::Damaged)?;
        hasher.update(&buffer[..most]);
        to.write_all(&buffer[..most])?;
        left -= most as u64;
    }
    same(&hasher, &part.hash)
}

fn same(hasher: &blake3::Hasher, said: &str) -> Result<(), ReleaseError> {
    let same = hasher.finalize().to_hex().as_str() == said;
    if same { Ok(()) } else { Err(ReleaseFault::Damaged.into()) }
}

/// Unpacks a part. Never more is written than what was signed says, and never more held than a window of zstd.
///
/// # Errors
/// `Damaged`: then nothing of what was written may be used.
pub fn unpack<S: Sink>(part: &Part, from: impl Read, sink: &mut S) -> Result<(), ReleaseError> {
    let packed = Hashing { from: from.take(part.bytes), hasher: blake3::Hasher::new(), failed: None };
    let mut plain = zstd::Decoder::new(packed).map_err(|_| ReleaseFault::Damaged)?.single_frame();
    plain.window_log_max(WINDOW_LOG).map_err(|_| ReleaseFault::Damaged)?;
    for file in &part.files {
        if let Err(error) = one(file, &mut plain, sink) {
            // A stick that was pulled is not a package that was altered.
            let pulled = plain.get_mut().get_mut().failed.take();
            return Err(pulled.map_or(error, ReleaseError::Io));
        }
    }
    let mut more = [0];
    if !matches!(plain.read(&mut more), Ok(0)) {
        return Err(ReleaseFault::Damaged.into());
    }
    // What zstd did not want stands behind its stream; there is none in an honest part.
    let mut packed = plain.finish();
    let behind = io::copy(&mut packed, &mut io::sink())?;
    let Hashing { from, hasher, .. } = packed.into_inner();
    if behind > 0 || from.limit() > 0 {
        return Err(ReleaseFault::Damaged.into());
    }
    same(&hasher, &part.hash)
}

fn one<S: Sink>(file: &ProgramFile, plain: &mut impl Read, sink: &mut S) -> Result<(), ReleaseError> {
    let mut to = sink.begin(file)?;
    let (mut left, mut hasher, mut buffer) = (file.bytes, blake3::Hasher::new(), vec![0; BUFFER]);
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(BUFFER).min(BUFFER);
        // Whatever zstd says against it, it is not what was signed.
        let read = plain.read(&mut buffer[..most]).map_err(|_| ReleaseFault::Damaged)?;
        if read == 0 {
            return Err(ReleaseFault::Damaged.into());
        }
        hasher.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        left -= read as u64;
    }
    same(&hasher, &file.hash)?;
    Ok(sink.end(file, to)?)
}

/// Counts what it reads into a hash, and keeps what reading itself failed with.
struct Hashing<R> {
    from: R,
    hasher: blake3::Hasher,
    failed: Option<io::Error>,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self.from.read(to) {
            Ok(read) => {
                self.hasher.update(&to[..read]);
                Ok(read)
            }
            Err(error) => {
                let kind = error.kind();
                self.failed = Some(error);
                Err(kind.into())
            }
        }
    }
}
