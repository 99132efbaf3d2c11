//! Backups and what follows when one is put back.

use rusqlite::Transaction;
use serde_json::json;
use tiexin_protocol::planted;
use uuid::Uuid;

use super::note;
use crate::error::Result;

/// From now on only what a finished backup holds counts as safe.
pub(super) fn backup_begins(tx: &Transaction<'_>, now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO meta (name, value) VALUES ('durability', 'backup')
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [],
    )?;
    tx.execute("UPDATE incarnation SET marked = acked", [])?;
    note(tx, now, "backup_begins", json!({}))
}

pub(super) fn backup_ended(tx: &Transaction<'_>, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE incarnation SET durable = max(durable, marked), marked = NULL WHERE marked IS NOT NULL",
        [],
    )?;
    note(tx, now, "backup_ended", json!({}))
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
    super::settle::restored(tx, now)?;
    note(tx, now, "restored", json!({}))
}
