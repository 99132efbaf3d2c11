//! The machine's secret as a file of its user, outside the book's folder.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Keeper, key_of};
use crate::on_disk::suite::{self, DataKey};

const BEGIN: &str = "tiexin-";
const END: &str = ".key";
/// Of what is read: 64 digits, and room for the end of a line.
const LONGEST: u64 = 80;

pub(super) struct KeyFile {
    /// Where a new one goes.
    pub(super) folder: Option<PathBuf>,
}

impl Keeper for KeyFile {
    /// What is kept in the keyring is the path, UTF-8.
    fn keep(&self, key: &DataKey) -> io::Result<Vec<u8>> {
        let folder = self.folder.as_deref().ok_or(io::ErrorKind::InvalidInput)?;
        let name = format!("{BEGIN}{}{END}", hex::encode(suite::random::<8>()?));
        let path = folder.canonicalize()?.join(name);
        let text = path.to_str().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
        let mut options = File::options();
        options.create_new(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        file.write_all(Zeroizing::new(hex::encode(key.as_ref())).as_bytes())?;
        // Before a keyring may depend on it.
        file.sync_all()?;
        tiexin_files::sync_folder(&path)?;
        Ok(text.into_bytes())
    }

    fn give(&self, kept: &[u8]) -> io::Result<DataKey> {
        let path = path_of(kept)?;
        // A device or a pipe would hold us up for ever.
        if !fs::metadata(path)?.is_file() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut text = Zeroizing::new(String::new());
        File::open(path)?.take(LONGEST).read_to_string(&mut text)?;
        let bytes = Zeroizing::new(hex::decode(text.trim()).map_err(io::Error::other)?);
        key_of(&bytes)
    }

    fn forget(&self, kept: &[u8]) -> io::Result<()> {
        tiexin_files::gone(tiexin_files::remove(path_of(kept)?))
    }
}

/// The path stands in a file that came from anywhere: nothing but a key file is read or taken away by it.
pub(super) fn path_of(kept: &[u8]) -> io::Result<&Path> {
    let path = std::str::from_utf8(kept).map(Path::new).map_err(io::Error::other)?;
    let name = path.file_name().and_then(|name| name.to_str());
    match name {
        Some(name) if name.starts_with(BEGIN) && name.ends_with(END) => Ok(path),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}
