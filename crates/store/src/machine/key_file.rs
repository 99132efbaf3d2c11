//! The machine's secret as a file of its user, outside the book's folder.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Keeper, key_of};
use crate::keyring::sync_folder;
use crate::suite::{self, DataKey};

pub(super) struct KeyFile {
    /// Where a new one goes.
    pub(super) folder: Option<PathBuf>,
}

impl Keeper for KeyFile {
    /// What is kept in the keyring is the path, UTF-8.
    fn keep(&self, key: &DataKey) -> io::Result<Vec<u8>> {
        let folder = self.folder.as_deref().ok_or(io::ErrorKind::InvalidInput)?;
        let name = format!("tiexin-{}.key", hex::encode(suite::random::<8>()?));
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
        sync_folder(&path)?;
        Ok(text.into_bytes())
    }

    fn give(&self, kept: &[u8]) -> io::Result<DataKey> {
        let text = Zeroizing::new(fs::read_to_string(path_of(kept)?)?);
        let bytes = Zeroizing::new(hex::decode(text.trim()).map_err(io::Error::other)?);
        key_of(&bytes)
    }

    fn forget(&self, kept: &[u8]) -> io::Result<()> {
        let path = path_of(kept)?;
        // The path stands in a file that came from anywhere: nothing else is taken away by it.
        let ours = path.file_name().and_then(|name| name.to_str());
        if !ours.is_some_and(|name| name.starts_with("tiexin-") && name.ends_with(".key")) {
            return Ok(());
        }
        match tiexin_files::remove(path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }
}

fn path_of(kept: &[u8]) -> io::Result<&Path> {
    std::str::from_utf8(kept).map(Path::new).map_err(io::Error::other)
}
