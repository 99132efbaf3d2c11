//! `draft`: what is being typed. Kept by the second, survives a crash, never leaves this desk.

use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use crate::book::Book;
use crate::error::Result;

impl Book {
    /// Keeps what is being typed; `key` names the form.
    pub fn keep_draft(&self, user: Uuid, key: &str, body: &str, now_ms: i64) -> Result<()> {
        self.write(|w| {
            w.tx.prepare_cached(
                "INSERT INTO draft (user, key, body, saved_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (user, key) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at",
            )?
            .execute(params![user, key, body, now_ms])?;
            Ok(())
        })?;
        Ok(())
    }

    /// What was being typed.
    pub fn draft(&self, user: Uuid, key: &str) -> Result<Option<String>> {
        self.read(|conn| {
            Ok(conn
                .prepare_cached("SELECT body FROM draft WHERE user = ?1 AND key = ?2")?
                .query_row(params![user, key], |row| row.get(0))
                .optional()?)
        })
    }

    /// Keys and times, newest first.
    pub fn drafts(&self, user: Uuid) -> Result<Vec<(String, i64)>> {
        self.read(|conn| {
            let drafts = conn
                .prepare_cached(
                    "SELECT key, saved_at FROM draft WHERE user = ?1 ORDER BY saved_at DESC, key",
                )?
                .query_map([user], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            Ok(drafts)
        })
    }

    /// It was saved, or given up.
    pub fn drop_draft(&self, user: Uuid, key: &str) -> Result<()> {
        self.write(|w| {
            Ok(w.tx.execute("DELETE FROM draft WHERE user = ?1 AND key = ?2", params![user, key])?)
        })?;
        Ok(())
    }
}
