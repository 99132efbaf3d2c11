//! A disk below SQLite that remembers every write, and says what a power cut may have left of them.
//!
//! [`watch`] a folder, let real SQLite work in it, then have the [`Journal`] make [`Image`]s: the folder as it may
//! lie there after a power cut between two of its writes. The disk can also fill up ([`Watch::room`]) and lie about
//! what is safe ([`Watch::lie`]).
//!
//! It is a shim over the system's own VFS that is the default of the whole process once a folder was watched, so
//! that the code under test opens its files as ever. Files elsewhere go through untouched.
//!
//! For tests only: nothing that ships may depend on it (`xtask tidy`). `unsafe` is allowed here, in
//! `vfs.rs`, because SQLite's interface is one of C pointers, and in `files/src/windows.rs`.
//!
//! What is taken for granted of a disk, as SQLite does: what was synced stays; a write harms no byte outside it
//! (`SQLITE_IOCAP_POWERSAFE_OVERWRITE`, the default on Unix).

mod image;
mod journal;
mod vfs;
mod watch;

pub use image::{Image, Whim};
pub use journal::{Event, FileId, Journal};
pub use watch::{Watch, watch};
