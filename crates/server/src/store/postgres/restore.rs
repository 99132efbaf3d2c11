//! Backups and what follows when one is put back.

use deadpool_postgres::Transaction;
use serde_json::json;
use uuid::Uuid;

use super::note;
use crate::error::Result;

/// From now on only what a finished backup holds counts as safe.
pub(super) async fn backup_begins(tx: &Transaction<'_>, now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO meta (name, value) VALUES ('durability', 'backup')
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &[],
    )
    .await?;
    tx.execute("UPDATE incarnation SET marked = acked", &[]).await?;
    note(tx, now, "backup_begins", json!({})).await
}

pub(super) async fn backup_ended(tx: &Transaction<'_>, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE incarnation SET durable = greatest(durable, marked), marked = NULL WHERE marked IS NOT NULL",
        &[],
    )
    .await?;
    note(tx, now, "backup_ended", json!({})).await
}

/// Every log goes on under a new generation: desks notice and tell again what this book lacks (I12).
pub(super) async fn restored(tx: &Transaction<'_>, now: i64) -> Result<()> {
    for row in tx.query("SELECT id FROM scope ORDER BY id FOR UPDATE", &[]).await? {
        let id: &str = row.try_get(0)?;
        tx.execute("UPDATE scope SET generation = $2, began = head WHERE id = $1", &[&id, &Uuid::new_v4()])
            .await?;
    }
    tx.execute("UPDATE incarnation SET durable = acked, marked = NULL", &[]).await?;
    super::settle::restored(tx, now).await?;
    note(tx, now, "restored", json!({})).await
}
