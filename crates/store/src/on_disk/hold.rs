//! Who has the book of a folder open: everybody who reads and writes it together, or one who replaces it.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::error::UnlockError;

/// Its lock is what counts; the file is empty and stays.
pub(crate) const LOCK_FILE: &str = "book.lock";

/// Between two looks whether a hold has ended, and how many.
const LOOK: Duration = Duration::from_millis(20);
const LOOKS: usize = 15;

/// Ends when it is dropped, and with the process, however that ends.
#[derive(Debug)]
pub(crate) struct Hold {
    _file: File,
}

impl Hold {
    /// With others who have it open.
    ///
    /// # Errors
    /// `Replaced`: a restore is under way.
    pub(crate) fn shared(dir: &Path) -> Result<Hold, UnlockError> {
        Self::take(dir, File::try_lock_shared, UnlockError::Replaced)
    }

    /// Alone.
    ///
    /// # Errors
    /// `InUse`: a window, a browser's host or a command has it open.
    pub(crate) fn alone(dir: &Path) -> Result<Hold, UnlockError> {
        Self::take(dir, File::try_lock, UnlockError::InUse)
    }

    fn take(
        dir: &Path,
        lock: impl Fn(&File) -> Result<(), TryLockError>,
        held: UnlockError,
    ) -> Result<Hold, UnlockError> {
        let file = File::options().create(true).truncate(false).write(true).open(dir.join(LOCK_FILE))?;
        let mut taken = lock(&file);
        // Whoever is just letting go is not told of as somebody who has it.
        for _ in 0..LOOKS {
            if !matches!(taken, Err(TryLockError::WouldBlock)) {
                break;
            }
            std::thread::sleep(LOOK);
            taken = lock(&file);
        }
        match taken {
            Ok(()) => Ok(Hold { _file: file }),
            Err(TryLockError::WouldBlock) => Err(held),
            // A file system without locks serves one program at a time.
            Err(TryLockError::Error(e)) if e.kind() == std::io::ErrorKind::Unsupported => {
                Ok(Hold { _file: file })
            }
            Err(TryLockError::Error(e)) => Err(e.into()),
        }
    }
}
