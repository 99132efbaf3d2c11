//! `draft`: what is being typed. Kept by the second, survives a crash, never leaves this desk. The time at which it was
//! kept is its version: a form that is behind does not write over a newer one.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::book::Book;
use crate::error::Result;

impl Book {
    /// Keeps what is being typed; `key` names the form, `over` the version that it replaces. Gives the version it has
    /// now; none: another one than `over` is kept, and stays.
    pub fn keep_draft(
        &self,
        user: Uuid,
        key: &str,
        body: &str,
        over: Option<i64>,
        now_ms: i64,
    ) -> Result<Option<i64>> {
        let (version, _) = self.write(|w| {
            let version = match kept(&w.tx, user, key)? {
                // Sent twice: the first answer was lost.
                Some((there, version)) if there == body => return Ok(Some(version)),
                Some((_, version)) if over != Some(version) => return Ok(None),
                // Never one that was there before: within a millisecond, or after a clock was set back.
                Some((_, version)) => now_ms.max(version + 1),
                None => now_ms,
            };
            w.tx.prepare_cached(
                "INSERT INTO draft (user, key, body, saved_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (user, key) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at",
            )?
            .execute(params![user, key, body, version])?;
            Ok(Some(version))
        })?;
        Ok(version)
    }

    /// What was being typed, and its version.
    pub fn draft(&self, user: Uuid, key: &str) -> Result<Option<(String, i64)>> {
        self.read(|conn| kept(conn, user, key))
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

    /// It was saved, or given up. False: another version than `only` is kept, and stays.
    pub fn drop_draft(&self, user: Uuid, key: &str, only: Option<i64>) -> Result<bool> {
        let (dropped, _) = self.write(|w| {
            let there = kept(&w.tx, user, key)?;
            if only.is_some() && there.is_some_and(|(_, version)| only != Some(version)) {
                return Ok(false);
            }
            w.tx.execute("DELETE FROM draft WHERE user = ?1 AND key = ?2", params![user, key])?;
            Ok(true)
        })?;
        Ok(dropped)
    }
}

fn kept(conn: &Connection, user: Uuid, key: &str) -> Result<Option<(String, i64)>> {
    Ok(conn
        .prepare_cached("SELECT body, saved_at FROM draft WHERE user = ?1 AND key = ?2")?
        .query_row(params![user, key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}
