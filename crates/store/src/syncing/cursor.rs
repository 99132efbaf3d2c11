//! `cursor`: how far this desk has read each scope's log.

use rusqlite::{Connection, Row as SqlRow, params};
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::View;
use tiexin_protocol::{Chain, Digest};
use uuid::Uuid;

use crate::book::Book;
use crate::error::{Result, StoreError};

/// How far the desk has read a scope's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeCursor {
    pub scope: RegionCode,
    pub generation: Uuid,
    /// How much of the scope this desk has loaded.
    pub view: View,
    pub since: u64,
    /// Chain after entry `since`.
    pub chain: Chain,
    /// Digest of the scope's base state.
    pub digest: Digest,
    /// When the digest was last found equal to the server's; milliseconds since 1970 UTC.
    pub checked_at: Option<i64>,
}

/// The highest number that an entry of a log may have: it stands in the database as it is, and the next one is a
/// number still.
pub(crate) const MOST: u64 = i64::MAX as u64 - 1;

const SELECT: &str = "SELECT scope, generation, view, since, chain, digest, checked_at FROM cursor";

fn read(row: &SqlRow<'_>) -> Result<ScopeCursor> {
    let scope: String = row.get(0)?;
    let view: String = row.get(2)?;
    Ok(ScopeCursor {
        scope: scope.parse().map_err(|_| StoreError::Unreadable { what: "cursor" })?,
        generation: row.get(1)?,
        view: serde_json::from_str(&view).map_err(|_| StoreError::Unreadable { what: "cursor" })?,
        since: row.get::<_, i64>(3)? as u64,
        chain: Chain(row.get(4)?),
        digest: Digest(row.get(5)?),
        checked_at: row.get(6)?,
    })
}

pub(crate) fn get(conn: &Connection, scope: &RegionCode) -> Result<Option<ScopeCursor>> {
    let mut select = conn.prepare_cached(&format!("{SELECT} WHERE scope = ?1"))?;
    let mut rows = select.query([scope.as_str()])?;
    rows.next()?.map(read).transpose()
}

pub(crate) fn all(conn: &Connection) -> Result<Vec<ScopeCursor>> {
    let mut select = conn.prepare_cached(&format!("{SELECT} ORDER BY scope"))?;
    let mut rows = select.query([])?;
    let mut cursors = Vec::new();
    while let Some(row) = rows.next()? {
        cursors.push(read(row)?);
    }
    Ok(cursors)
}

pub(crate) fn put(conn: &Connection, cursor: &ScopeCursor) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO cursor (scope, generation, view, since, chain, digest, checked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (scope) DO UPDATE SET generation = excluded.generation, view = excluded.view,
           since = excluded.since, chain = excluded.chain, digest = excluded.digest,
           checked_at = excluded.checked_at",
    )?
    .execute(params![
        cursor.scope.as_str(),
        cursor.generation,
        crate::record::text(&cursor.view)?,
        cursor.since as i64,
        cursor.chain.0,
        cursor.digest.0,
        cursor.checked_at
    ])?;
    Ok(())
}

pub(crate) fn remove(conn: &Connection, scope: &RegionCode) -> Result<()> {
    conn.execute("DELETE FROM cursor WHERE scope = ?1", [scope.as_str()])?;
    Ok(())
}

impl Book {
    /// Begins a scope of which the province said that its log is empty; does nothing when it was begun.
    /// Nothing is there on either side: they agree.
    pub fn start_scope(
        &self,
        scope: &RegionCode,
        generation: Uuid,
        view: &[RegionCode],
        now_ms: i64,
    ) -> Result<()> {
        self.write(|w| {
            if get(&w.tx, scope)?.is_some() {
                return Ok(());
            }
            let begun = ScopeCursor {
                scope: scope.clone(),
                generation,
                view: view.to_vec(),
                since: 0,
                chain: Chain::default(),
                digest: Digest::default(),
                checked_at: Some(now_ms),
            };
            put(&w.tx, &begun)
        })?;
        Ok(())
    }

    /// The province's log goes on under another generation from what was read of it under the older one, as it
    /// has checked: reading goes on where it was.
    pub fn continue_scope(&self, scope: &RegionCode, older: Uuid, generation: Uuid) -> Result<()> {
        self.write(|w| {
            w.tx.execute(
                "UPDATE cursor SET generation = ?3 WHERE scope = ?1 AND generation = ?2",
                params![scope.as_str(), older, generation],
            )?;
            Ok(())
        })?;
        Ok(())
    }

    /// How far each scope has been read.
    pub fn cursors(&self) -> Result<Vec<ScopeCursor>> {
        self.read(all)
    }
}
