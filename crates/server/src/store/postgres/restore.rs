//! Backups and what follows when one is put back.

use deadpool_postgres::Transaction;
use serde_json::{Value, json};
use tokio_postgres::GenericClient;
use uuid::Uuid;

use super::note;
use crate::error::{Result, not_begun};

/// From now on only what a finished backup holds counts as safe.
pub(super) async fn backup_begins(tx: &Transaction<'_>, now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO meta (name, value) VALUES ('durability', 'backup'), ('backup_begun', $1)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &[&now.to_string()],
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
    tx.execute(
        "INSERT INTO meta (name, value) SELECT 'backup_held', value FROM meta WHERE name = 'backup_begun'
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &[],
    )
    .await?;
    if tx.execute("DELETE FROM meta WHERE name = 'backup_begun'", &[]).await? == 0 {
        return Err(not_begun());
    }
    note(tx, now, "backup_ended", json!({})).await
}

/// A time that was written down under this name.
pub(super) async fn moment(client: &impl GenericClient, name: &str) -> Result<Option<i64>> {
    let row = client.query_opt("SELECT value FROM meta WHERE name = $1", &[&name]).await?;
    Ok(row.map(|row| row.try_get::<_, String>(0)).transpose()?.and_then(|at| at.parse().ok()))
}

/// This book is what a backup held.
pub(super) async fn restored(tx: &Transaction<'_>, now: i64) -> Result<()> {
    went_on(tx, now, json!({})).await?;
    tx.execute("UPDATE incarnation SET durable = acked", &[]).await?;
    Ok(())
}

/// Every log goes on under a new generation: desks notice and tell again what this book lacks (I12).
pub(super) async fn went_on(tx: &Transaction<'_>, now: i64, detail: Value) -> Result<()> {
    for row in tx.query("SELECT id FROM scope ORDER BY id FOR UPDATE", &[]).await? {
        let id: &str = row.try_get(0)?;
        tx.execute("UPDATE scope SET generation = $2, began = head WHERE id = $1", &[&id, &Uuid::new_v4()])
            .await?;
    }
    tx.execute("UPDATE incarnation SET marked = NULL WHERE marked IS NOT NULL", &[]).await?;
    super::replica::begin_anew(tx).await?;
    super::settle::restored(tx, now).await?;
    note(tx, now, "restored", detail).await
}
