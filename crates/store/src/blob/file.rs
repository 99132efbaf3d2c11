//! One blob's file: its chunks, each sealed by itself under the blob's own key, at fixed places.
//!
//! `magic ‖ chunk 0 ‖ chunk 1 …`; a chunk is what [`crate::on_disk::suite::CryptoSuite::seal`] gives, bound to hash,
//! number and length of the blob: chunks of two blobs, or two places, cannot be exchanged.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tiexin_protocol::blob::{BlobHash, CHUNK_BYTES, count, span};

use crate::on_disk::suite::{self, DataKey, SEALED_MORE};

/// Beside the database.
pub(crate) const FOLDER: &str = "blobs";
const MAGIC: &[u8; 8] = b"tiexinB1";

/// Where and under which key a blob lies.
pub(crate) struct Sealed {
    pub(crate) hash: BlobHash,
    pub(crate) bytes: u64,
    pub(crate) file: String,
    pub(crate) suite: String,
    pub(crate) key: DataKey,
}

impl Sealed {
    /// A place and a key for bytes that are to come.
    pub(crate) fn fresh(hash: BlobHash, bytes: u64) -> io::Result<Sealed> {
        let suite = suite::current().id().to_owned();
        let file = hex::encode(suite::random::<16>()?);
        Ok(Sealed { hash, bytes, file, suite, key: suite::new_data_key()? })
    }

    fn path(&self, dir: &Path) -> PathBuf {
        dir.join(FOLDER).join(&self.file)
    }

    fn bound(&self, chunk: u32) -> Vec<u8> {
        [&self.hash.0[..], &chunk.to_le_bytes(), &self.bytes.to_le_bytes()].concat()
    }

    fn place(chunk: u32) -> u64 {
        MAGIC.len() as u64 + u64::from(chunk) * (CHUNK_BYTES + SEALED_MORE) as u64
    }

    fn open(&self, dir: &Path) -> io::Result<File> {
        let path = self.path(dir);
        if !path.exists() {
            fs::create_dir_all(dir.join(FOLDER))?;
            let mut made = File::create_new(&path)?;
            made.write_all(MAGIC)?;
            return Ok(made);
        }
        OpenOptions::new().write(true).open(path)
    }

    /// Writes chunks to their places; on the disk only after [`Sealed::settle`].
    pub(crate) fn put<'c>(
        &self,
        dir: &Path,
        chunks: impl IntoIterator<Item = (u32, &'c [u8])>,
    ) -> io::Result<()> {
        let suite = suite::by_id(&self.suite).map_err(io::Error::other)?;
        let mut file = self.open(dir)?;
        for (chunk, plain) in chunks {
            let sealed = suite.seal(&self.key, plain, &self.bound(chunk))?;
            file.seek(SeekFrom::Start(Self::place(chunk)))?;
            file.write_all(&sealed)?;
        }
        Ok(())
    }

    /// Everything written so far is on the disk.
    pub(crate) fn settle(&self, dir: &Path) -> io::Result<()> {
        let path = self.path(dir);
        tiexin_files::settle(&path)?;
        tiexin_files::sync_folder(&path)
    }

    /// `None`: the chunk is not what was written there.
    pub(crate) fn chunk(&self, dir: &Path, chunk: u32) -> io::Result<Option<Vec<u8>>> {
        let Some((_, len)) = span(self.bytes, chunk) else { return Ok(None) };
        let mut file = match File::open(self.path(dir)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let Ok(suite) = suite::by_id(&self.suite) else { return Ok(None) };
        file.seek(SeekFrom::Start(Self::place(chunk)))?;
        let mut sealed = vec![0; len + SEALED_MORE];
        match file.read_exact(&mut sealed) {
            Ok(()) => Ok(suite.open(&self.key, &sealed, &self.bound(chunk))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All bytes, or the chunks that are damaged.
    pub(crate) fn whole(&self, dir: &Path) -> io::Result<Result<Vec<u8>, Vec<u32>>> {
        let mut all = Vec::with_capacity(self.bytes as usize);
        let mut damaged = Vec::new();
        for chunk in 0..count(self.bytes) {
            match self.chunk(dir, chunk)? {
                Some(plain) => all.extend_from_slice(&plain),
                None => damaged.push(chunk),
            }
        }
        Ok(if damaged.is_empty() { Ok(all) } else { Err(damaged) })
    }
}

/// Takes a file away; one that is gone already is fine.
pub(crate) fn remove(dir: &Path, file: &str) -> io::Result<()> {
    tiexin_files::gone(tiexin_files::remove(dir.join(FOLDER).join(file)))
}

/// The names of all files.
pub(crate) fn all(dir: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(dir.join(FOLDER)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

/// The names of the files that a book's rows name.
pub(crate) fn named(conn: &rusqlite::Connection) -> rusqlite::Result<Vec<String>> {
    conn.prepare("SELECT file FROM blob")?.query_map([], |row| row.get(0))?.collect()
}
