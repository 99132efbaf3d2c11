//! Opening connections: the key first, then how SQLite is to behave.

use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OpenFlags};
use tiexin_domain::numbers_in_text;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::on_disk::suite::DataKey;

/// The database's file name inside the book's folder.
pub(crate) const DATABASE: &str = "book.db";

/// Where the database lies.
pub(crate) fn database(dir: &Path) -> PathBuf {
    dir.join(DATABASE)
}

/// In SQL: a free text as lists show it, long numbers hidden.
pub(crate) const LISTED: &str = "listed_text";

/// In SQL: the key under which a household's own records lie, of its id.
pub(crate) const HOME_KEY: &str = "home_key";

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Write,
    Read,
    Checkpoint,
}

pub(crate) fn open(path: &Path, key: &DataKey, purpose: Purpose) -> rusqlite::Result<Connection> {
    cipher_ready();
    let conn = match tiexin_files::long_path(path) {
        Some(long) => Connection::open_with_flags_and_vfs(long, flags(), LONG_PATHS)?,
        None => Connection::open_with_flags(path, flags())?,
    };
    prepare(&conn, key, purpose)?;
    Ok(conn)
}

/// SQLite's usual file layer of Windows takes names of 1040 bytes, of which a Chinese character takes three.
const LONG_PATHS: &str = "win32-longpath";

/// A connection from which the database can be copied to `target`, and how SQL is to name the target: SQLite opens it
/// as it opened the database.
pub(crate) fn open_to_copy(
    path: &Path,
    key: &DataKey,
    target: &Path,
) -> rusqlite::Result<(Connection, PathBuf)> {
    let Some(target) = tiexin_files::long_path(target) else {
        return Ok((open(path, key, Purpose::Checkpoint)?, target.to_owned()));
    };
    cipher_ready();
    let path = tiexin_files::long_path(path).unwrap_or_else(|| path.to_owned());
    let conn = Connection::open_with_flags_and_vfs(path, flags(), LONG_PATHS)?;
    prepare(&conn, key, Purpose::Checkpoint)?;
    Ok((conn, target))
}

fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// How the pool of readers is to call the database: it can name no file layer but in a URI.
pub(crate) fn name_for_pool(path: &Path) -> PathBuf {
    let long = tiexin_files::long_path(path);
    long.and_then(|long| long.to_str().map(uri)).map_or_else(|| path.to_owned(), PathBuf::from)
}

/// SQLite takes the third slash away again.
fn uri(long: &str) -> String {
    let signs = long.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    format!("file:///{}?vfs={LONG_PATHS}", signs.collect::<String>())
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
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    conn.create_scalar_function(LISTED, 1, flags, |context| {
        // Of a field that this program does not know it may be any value.
        let value: Sql = context.get(0)?;
        Ok(match value {
            // The id of a record is no number of a person's.
            Sql::Text(text) if text.parse::<Uuid>().is_err() => {
                Sql::Text(numbers_in_text::mask(&text).unwrap_or(text))
            }
            other => other,
        })
    })?;
    conn.create_scalar_function(HOME_KEY, 1, flags, |context| {
        context.get(0).map(crate::derive::household_key)
    })?;
    match purpose {
        Purpose::Write => {
            conn.execute_batch("PRAGMA cache_size = -32768;")?;
            crate::on_disk::checkpoint::watch(conn);
        }
        Purpose::Read => conn.execute_batch("PRAGMA cache_size = -16384; PRAGMA query_only = ON;")?,
        Purpose::Checkpoint => conn.execute_batch("PRAGMA cache_size = -2048;")?,
    }
    conn.set_prepared_statement_cache_capacity(128);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_is_a_uri_for_the_pool() {
        let told = uri(r"\\?\D:\台 账\book.db");
        assert_eq!(told, "file:///%5C%5C%3F%5CD%3A%5C%E5%8F%B0%20%E8%B4%A6%5Cbook.db?vfs=win32-longpath");
        assert_eq!(name_for_pool(Path::new("book.db")), Path::new("book.db"));
    }
}
