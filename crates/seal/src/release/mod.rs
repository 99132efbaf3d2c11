//! Update packages: whose signature counts, packing and signing, and reading in bounded memory.

mod pack;
mod read;
mod trust;

use std::io;

use tiexin_protocol::release::ReleaseFault;

pub use pack::{Packer, head};
pub use read::{Opened, Sink, compare, is_cut, open, read_head, unpack};
pub use trust::{Signer, TRUSTED_FILE, Trusted};

/// Why a package was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    #[error(transparent)]
    Fault(#[from] ReleaseFault),
    /// Of the file that is read, or of what is written.
    #[error("读写文件出错，请检查磁盘空间和U盘")]
    Io(#[from] io::Error),
}

/// Bytes held at a time.
const BUFFER: usize = 64 * 1024;
/// zstd may not ask for a window larger than 8 MiB.
const WINDOW_LOG: u32 = 23;

#[cfg(test)]
mod tests;
