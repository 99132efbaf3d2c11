//! Opening connections: the key first, then how SQLite is to behave.

use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use crate::suite::DataKey;

/// The database's file name inside the book's folder.
pub(crate) const DATABASE: &str = "book.db";

/// Where the database lies.
pub(crate) fn database(dir: &Path) -> PathBuf {
    dir.join(DATABASE)
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Write,
    Read,
    Checkpoint,
}

pub(crate) fn open(path: &Path, key: &DataKey, purpose: Purpose) -> rusqlite::Result<Connection> {
    cipher_ready();
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    prepare(&conn, key, purpose)?;
    Ok(conn)
}

/// Waits, once in a process, until the cipher is there. SQLite calls itself ready a moment before
/// it starts SQLCipher, and a second thread that sets a key in that moment is refused (measured:
/// 3 of 100 processes whose first opens coincide).
fn cipher_ready() {
    static READY: Once = Once::new();
    READY.call_once(|| {
        for _ in 0..500 {
            let keyed = Connection::open_in_memory().and_then(|c| c.execute_batch("PRAGMA key = 'ready'"));
            if keyed.is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        // Whoever opens next is told the reason.
    });
}

/// The raw key leaves no trace in memory beyond SQLCipher's own.
pub(crate) fn prepare(conn: &Connection, key: &DataKey, purpose: Purpose) -> rusqlite::Result<()> {
    // SQLCipher would write its errors to the terminal; they come back as errors anyway.
    conn.execute_batch("PRAGMA cipher_log_level = NONE;")?;
    let digits = Zeroizing::new(hex::encode(key.as_ref()));
    let pragma = Zeroizing::new(format!("PRAGMA key = \"x'{}'\";", digits.as_str()));
    conn.execute_batch(&pragma)?;
    conn.busy_timeout(Duration::from_secs(15))?;
    // Temporary b-trees must never reach the disk in the clear. FULL: NORMAL can lose the last
    // commits at a power cut. mmap would bypass the cipher's page buffers.
    conn.execute_batch(
        "PRAGMA temp_store = MEMORY; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA mmap_size = 0; PRAGMA wal_autocheckpoint = 0; PRAGMA trusted_schema = OFF;",
    )?;
    match purpose {
        Purpose::Write => {
            conn.execute_batch("PRAGMA cache_size = -32768;")?;
            crate::checkpoint::watch(conn);
        }
        Purpose::Read => conn.execute_batch("PRAGMA cache_size = -16384; PRAGMA query_only = ON;")?,
        Purpose::Checkpoint => conn.execute_batch("PRAGMA cache_size = -2048;")?,
    }
    conn.set_prepared_statement_cache_capacity(128);
    Ok(())
}
