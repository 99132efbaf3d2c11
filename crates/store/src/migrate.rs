//! Forward-only migrations. A database newer than the program is refused, never touched.

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::error::UnlockError;

/// Every step ever shipped, in order. A shipped file is frozen: the next change is a new file.
const STEPS: &[&str] = &[include_str!("../migrations/0001_book.sql")];

/// The schema version this program writes.
pub(crate) fn known() -> i64 {
    STEPS.len() as i64
}

/// The steps as the library wants them.
pub(crate) fn steps() -> Vec<M<'static>> {
    STEPS.iter().map(|sql| M::up(sql)).collect()
}

/// Brings the schema up to date.
pub(crate) fn run(conn: &mut Connection) -> Result<(), UnlockError> {
    let found: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known() {
        return Err(UnlockError::NewerThanProgram { found, known: known() });
    }
    if found == known() {
        return Ok(());
    }
    Migrations::new(steps()).to_latest(conn).map_err(|error| {
        tracing::error!(%error, "migration failed");
        UnlockError::Migration
    })
}
