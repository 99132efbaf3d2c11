//! `preference`: a user's own settings on this desk.

use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use crate::book::Book;
use crate::error::Result;

impl Book {
    pub fn preference(&self, user: Uuid, key: &str) -> Result<Option<String>> {
        self.read(|conn| {
            Ok(conn
                .prepare_cached("SELECT value FROM preference WHERE user = ?1 AND key = ?2")?
                .query_row(params![user, key], |row| row.get(0))
                .optional()?)
        })
    }

    /// The values of all settings whose keys begin so.
    pub fn preferences_under(&self, user: Uuid, prefix: &str) -> Result<Vec<String>> {
        self.read(|conn| {
            let mut select = conn.prepare_cached(
                "SELECT value FROM preference WHERE user = ?1 AND substr(key, 1, length(?2)) = ?2 ORDER BY key",
            )?;
            let values = select.query_map(params![user, prefix], |row| row.get(0))?;
            Ok(values.collect::<Result<_, _>>()?)
        })
    }

    pub fn set_preference(&self, user: Uuid, key: &str, value: &str) -> Result<()> {
        self.write(|w| {
            w.tx.prepare_cached(
                "INSERT INTO preference (user, key, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT (user, key) DO UPDATE SET value = excluded.value
                 WHERE preference.value <> excluded.value",
            )?
            .execute(params![user, key, value])?;
            Ok(())
        })?;
        Ok(())
    }
}
