//! A disk of a few megabytes: a tmpfs of its own.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::window::Trouble;

/// Unmounted when dropped.
pub struct SmallDisk {
    dir: TempDir,
}

impl SmallDisk {
    /// None (said loudly) where nothing may be mounted.
    pub fn of(megabytes: u32) -> Option<SmallDisk> {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let size = format!("size={megabytes}m,mode=0755");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(dir.path()).output();
        if mounted.is_ok_and(|done| done.status.success()) {
            return Some(SmallDisk { dir });
        }
        eprintln!("SKIPPED: a small disk is a tmpfs, and only root may mount one");
        None
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    fn ballast(&self) -> PathBuf {
        self.dir.path().join("ballast")
    }

    /// Leaves so many bytes free, to a page.
    pub fn fill(&self, leave: u64) -> Result<(), Trouble> {
        let trouble = |e: std::io::Error| Trouble(e.to_string());
        let mut file = OpenOptions::new().create(true).append(true).open(self.ballast()).map_err(trouble)?;
        let piece = vec![7; 64 * 1024];
        while file.write_all(&piece).is_ok() {}
        let full = file.metadata().map_err(trouble)?.len();
        file.set_len(full.saturating_sub(leave)).map_err(trouble)
    }

    /// Takes the ballast away.
    pub fn free(&self) -> Result<(), Trouble> {
        File::create(self.ballast()).map(drop).map_err(|e| Trouble(e.to_string()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a program may still be closing its files.
        let _ = Command::new("umount").arg("-l").arg(self.dir.path()).status();
    }
}
