//! Backups and what follows when one is put back.

use rusqlite::{OptionalExtension, Transaction};
use serde_json::json;
use tiexin_protocol::planted;
use uuid::Uuid;

use super::{note, wire};
use crate::error::{Result, not_begun};
use crate::replica::Behind;

/// From now on only what a finished backup holds counts as safe.
pub(super) fn backup_begins(tx: &Transaction<'_>, now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO meta (name, value) VALUES ('durability', 'backup'), ('backup_begun', ?1)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [now.to_string()],
    )?;
    tx.execute("UPDATE incarnation SET marked = acked", [])?;
    note(tx, now, "backup_begins", json!({}))
}

pub(super) fn backup_ended(tx: &Transaction<'_>, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE incarnation SET durable = max(durable, marked), marked = NULL WHERE marked IS NOT NULL",
        [],
    )?;
    tx.execute(
        "INSERT INTO meta (name, value) SELECT 'backup_held', value FROM meta WHERE name = 'backup_begun'
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [],
    )?;
    if tx.execute("DELETE FROM meta WHERE name = 'backup_begun'", [])? == 0 {
        return Err(not_begun());
    }
    note(tx, now, "backup_ended", json!({}))
}

/// What desks have to keep for a backup's sake.
pub(super) fn behind(tx: &Transaction<'_>) -> Result<Behind> {
    let held: Option<String> =
        tx.query_row("SELECT value FROM meta WHERE name = 'backup_held'", [], |row| row.get(0)).optional()?;
    let (changes, desks): (i64, i64) = tx.query_row(
        "SELECT coalesce(sum(acked - durable), 0), count(*) FROM incarnation
         WHERE durable < acked AND EXISTS (SELECT 1 FROM meta WHERE name = 'durability' AND value = 'backup')",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let backup_held = held.and_then(|at| at.parse().ok());
    Ok(Behind { changes: wire(changes), desks: wire(desks), backup_held, ..Behind::default() })
}

/// A copy that nobody has told of is one that was put back.
pub(super) fn served(tx: &Transaction<'_>, now: i64) -> Result<()> {
    if tx.query_row("SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'copy')", [], |row| row.get(0))? {
        restored(tx, now)?;
    }
    Ok(())
}

/// Every log goes on under a new generation: desks notice and tell again what this book lacks (I12).
pub(super) fn restored(tx: &Transaction<'_>, now: i64) -> Result<()> {
    let ids: Vec<String> = tx
        .prepare("SELECT id FROM scope")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in ids.into_iter().filter(|_| !planted("generation_kept")) {
        tx.execute(
            "UPDATE scope SET generation = ?2, began = head WHERE id = ?1",
            (id, Uuid::new_v4().as_bytes()),
        )?;
    }
    tx.execute("UPDATE incarnation SET durable = acked, marked = NULL", [])?;
    tx.execute("DELETE FROM meta WHERE name = 'copy'", [])?;
    super::settle::restored(tx, now)?;
    note(tx, now, "restored", json!({}))
}
