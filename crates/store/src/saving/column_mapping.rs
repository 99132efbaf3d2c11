//! `column_mapping`: how a worker has matched the columns of an odd ledger, for the next one like it.

use rusqlite::{OptionalExtension, params};

use crate::book::Book;
use crate::error::Result;

impl Book {
    /// The mapping kept for ledgers of this kind with these column heads.
    pub fn column_mapping(&self, kind: &str, signature: &str) -> Result<Option<String>> {
        self.read(|conn| {
            Ok(conn
                .prepare_cached("SELECT mapping FROM column_mapping WHERE kind = ?1 AND signature = ?2")?
                .query_row(params![kind, signature], |row| row.get(0))
                .optional()?)
        })
    }

    /// Keeps a mapping; the last one stands.
    pub fn keep_column_mapping(&self, kind: &str, signature: &str, mapping: &str, now_ms: i64) -> Result<()> {
        self.write(|w| {
            w.tx.prepare_cached(
                "INSERT INTO column_mapping (kind, signature, mapping, used_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (kind, signature) DO UPDATE SET mapping = excluded.mapping, used_at = excluded.used_at",
            )?
            .execute(params![kind, signature, mapping, now_ms])?;
            Ok(())
        })?;
        Ok(())
    }
}
