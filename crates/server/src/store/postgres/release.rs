//! New versions of the program.

use deadpool_postgres::Transaction;
use serde_json::json;
use tokio_postgres::GenericClient;

use super::note;
use crate::error::{Refused, Result};
use crate::store::{KeptRelease, ReleasePiece};

pub(super) async fn keep_piece(tx: &Transaction<'_>, piece: &ReleasePiece, now: i64) -> Result<()> {
    // Until it is finished it is withdrawn: no desk hears of it.
    tx.execute(
        "INSERT INTO release (version, signed, added_at, withdrawn_at) VALUES ($1, '', $2, $2)
         ON CONFLICT DO NOTHING",
        &[&piece.version, &now],
    )
    .await?;
    tx.execute(
        "INSERT INTO release_piece (version, platform, piece, bytes) VALUES ($1, $2, $3, $4)
         ON CONFLICT (version, platform, piece) DO UPDATE SET bytes = excluded.bytes",
        &[&piece.version, &piece.platform, &piece.number, &piece.bytes],
    )
    .await?;
    Ok(())
}

pub(super) async fn finish(tx: &Transaction<'_>, version: &str, signed: &str, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE release SET signed = $2, added_at = $3, withdrawn_at = NULL WHERE version = $1",
        &[&version, &signed, &now],
    )
    .await?;
    note(tx, now, "release_added", json!({"version": version})).await
}

pub(super) async fn withdraw(tx: &Transaction<'_>, version: &str, now: i64) -> Result<()> {
    let known = tx
        .execute(
            "UPDATE release SET withdrawn_at = $2 WHERE version = $1 AND withdrawn_at IS NULL",
            &[&version, &now],
        )
        .await?;
    if known == 0 {
        return Err(Refused::NotFound.into());
    }
    tx.execute("DELETE FROM release_piece WHERE version = $1", &[&version]).await?;
    note(tx, now, "release_withdrawn", json!({"version": version})).await
}

pub(super) async fn forget_unfinished(tx: &Transaction<'_>, version: &str) -> Result<()> {
    tx.execute("DELETE FROM release_piece WHERE version = $1", &[&version]).await?;
    tx.execute("DELETE FROM release WHERE version = $1 AND signed = ''", &[&version]).await?;
    Ok(())
}

pub(super) async fn all(client: &impl GenericClient) -> Result<Vec<KeptRelease>> {
    let query = "SELECT signed, added_at, withdrawn_at FROM release WHERE signed <> ''";
    let mut all = Vec::new();
    for row in client.query(query, &[]).await? {
        let (signed, added_at, withdrawn_at) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        all.push(KeptRelease { signed, added_at, withdrawn_at });
    }
    Ok(all)
}

pub(super) async fn piece(
    client: &impl GenericClient,
    version: &str,
    platform: &str,
    number: i64,
) -> Result<Option<Vec<u8>>> {
    let query = "SELECT bytes FROM release_piece JOIN release USING (version)
         WHERE version = $1 AND platform = $2 AND piece = $3 AND withdrawn_at IS NULL";
    let row = client.query_opt(query, &[&version, &platform, &number]).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}
