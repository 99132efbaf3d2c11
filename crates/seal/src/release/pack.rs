//! Making a package.

use std::io::{self, Read, Write};

use tiexin_protocol::release::{Part, ProgramFile, Release, ReleaseFault, head_of};

use super::{BUFFER, ReleaseError, Signer, WINDOW_LOG};

/// Packs the files of one platform, one after the other; the same files give the same bytes.
pub struct Packer<W: Write> {
    to: zstd::Encoder<'static, Hashed<W>>,
    files: Vec<ProgramFile>,
}

impl<W: Write> Packer<W> {
    /// `level` of zstd: 1 to 19.
    ///
    /// # Errors
    /// As zstd says.
    pub fn begin(to: W, level: i32) -> io::Result<Packer<W>> {
        let mut to = zstd::Encoder::new(Hashed { to, hasher: blake3::Hasher::new(), bytes: 0 }, level)?;
        to.window_log(WINDOW_LOG)?;
        Ok(Packer { to, files: Vec::new() })
    }

    /// One more file. `run`: it is a program.
    ///
    /// # Errors
    /// Of reading and of writing.
    pub fn file(&mut self, path: &str, run: bool, from: &mut dyn Read) -> io::Result<()> {
        let (mut hasher, mut bytes, mut buffer) = (blake3::Hasher::new(), 0, vec![0; BUFFER]);
        loop {
            let read = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            hasher.update(&buffer[..read]);
            self.to.write_all(&buffer[..read])?;
            bytes += read as u64;
        }
        let hash = hasher.finalize().to_hex().to_string();
        self.files.push(ProgramFile { path: path.to_owned(), bytes, hash, run });
        Ok(())
    }

    /// What a release says of it.
    ///
    /// # Errors
    /// Of writing.
    pub fn end(self, platform: &str) -> io::Result<(Part, W)> {
        let mut done = self.to.finish()?;
        done.to.flush()?;
        let hash = done.hasher.finalize().to_hex().to_string();
        Ok((Part { platform: platform.to_owned(), bytes: done.bytes, hash, files: self.files }, done.to))
    }
}

/// Signs a release: what stands before its parts.
///
/// # Errors
/// The release is not one that a desk would take.
pub fn head(release: &Release, signer: &Signer) -> Result<Vec<u8>, ReleaseError> {
    release.sound()?;
    if release.platforms.iter().any(|part| part.files.iter().all(|file| !file.run)) {
        return Err(ReleaseFault::Damaged.into());
    }
    Ok(head_of(&signer.sign(release)?)?)
}

struct Hashed<W> {
    to: W,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
