//! `elsewhere`: what a scope's log says of a record that is shown as another scope's.
//!
//! A record lies in one scope; but a desk reads the logs one after the other, and between the entry with
//! which it left and the entry with which it came both or neither may have been read.

use rusqlite::{Connection, OptionalExtension, params};
use tiexin_domain::{Record, RegionCode};
use uuid::Uuid;

use crate::error::{Result, StoreError};
use crate::record::text;

fn parse(state: &str) -> Result<Record> {
    serde_json::from_str(state).map_err(|_| StoreError::Unreadable { what: "elsewhere" })
}

pub(crate) fn get(conn: &Connection, scope: &RegionCode, id: Uuid) -> Result<Option<Record>> {
    let state: Option<String> = conn
        .prepare_cached("SELECT state FROM elsewhere WHERE scope = ?1 AND id = ?2")?
        .query_row(params![scope.as_str(), id], |row| row.get(0))
        .optional()?;
    state.as_deref().map(parse).transpose()
}

/// Keeps the state as its scope's; it is not the one that is shown.
pub(crate) fn put(conn: &Connection, state: &Record) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO elsewhere (scope, id, state) VALUES (?1, ?2, ?3)
         ON CONFLICT (scope, id) DO UPDATE SET state = excluded.state",
    )?
    .execute(params![state.scope.as_str(), state.id, text(state)?])?;
    Ok(())
}

pub(crate) fn remove(conn: &Connection, scope: &RegionCode, id: Uuid) -> Result<()> {
    conn.prepare_cached("DELETE FROM elsewhere WHERE scope = ?1 AND id = ?2")?
        .execute(params![scope.as_str(), id])?;
    Ok(())
}

/// Forgets what a scope's log says of records that are shown as others'.
pub(crate) fn remove_scope(conn: &Connection, scope: &RegionCode) -> Result<()> {
    conn.prepare_cached("DELETE FROM elsewhere WHERE scope = ?1")?.execute([scope.as_str()])?;
    Ok(())
}

/// The shown scope no longer has the record: what another one says of it, to be shown from now on.
pub(crate) fn take(conn: &Connection, id: Uuid) -> Result<Option<Record>> {
    let found: Option<String> = conn
        .prepare_cached("SELECT state FROM elsewhere WHERE id = ?1 ORDER BY scope LIMIT 1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let Some(record) = found.as_deref().map(parse).transpose()? else { return Ok(None) };
    remove(conn, &record.scope, id)?;
    Ok(Some(record))
}

/// All of them, of all scopes.
pub(crate) fn all(conn: &Connection) -> Result<Vec<Record>> {
    let mut select = conn.prepare_cached("SELECT state FROM elsewhere")?;
    let states =
        select.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    states.iter().map(|state| parse(state)).collect()
}
