//! New versions of the program.

use rusqlite::{OptionalExtension, Transaction};
use serde_json::json;

use super::note;
use crate::error::{Refused, Result};
use crate::store::{KeptRelease, ReleasePiece};

pub(super) fn keep_piece(tx: &Transaction<'_>, piece: &ReleasePiece, now: i64) -> Result<()> {
    // Until it is finished it is withdrawn: no desk hears of it.
    tx.execute(
        "INSERT INTO release (version, signed, added_at, withdrawn_at) VALUES (?1, '', ?2, ?2)
         ON CONFLICT DO NOTHING",
        (&piece.version, now),
    )?;
    tx.execute(
        "INSERT INTO release_piece (version, platform, piece, bytes) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (version, platform, piece) DO UPDATE SET bytes = excluded.bytes",
        (&piece.version, &piece.platform, piece.number, &piece.bytes),
    )?;
    Ok(())
}

pub(super) fn finish(tx: &Transaction<'_>, version: &str, signed: &str, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE release SET signed = ?2, added_at = ?3, withdrawn_at = NULL WHERE version = ?1",
        (version, signed, now),
    )?;
    note(tx, now, "release_added", json!({"version": version}))
}

pub(super) fn withdraw(tx: &Transaction<'_>, version: &str, now: i64) -> Result<()> {
    let known = tx.execute(
        "UPDATE release SET withdrawn_at = ?2 WHERE version = ?1 AND withdrawn_at IS NULL",
        (version, now),
    )?;
    if known == 0 {
        return Err(Refused::NotFound.into());
    }
    tx.execute("DELETE FROM release_piece WHERE version = ?1", [version])?;
    note(tx, now, "release_withdrawn", json!({"version": version}))
}

pub(super) fn forget_unfinished(tx: &Transaction<'_>, version: &str) -> Result<()> {
    tx.execute("DELETE FROM release_piece WHERE version = ?1", [version])?;
    tx.execute("DELETE FROM release WHERE version = ?1 AND signed = ''", [version])?;
    Ok(())
}

pub(super) fn all(tx: &Transaction<'_>) -> Result<Vec<KeptRelease>> {
    let mut query =
        tx.prepare_cached("SELECT signed, added_at, withdrawn_at FROM release WHERE signed <> ''")?;
    let rows = query.query_map([], |row| {
        Ok(KeptRelease { signed: row.get(0)?, added_at: row.get(1)?, withdrawn_at: row.get(2)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn piece(
    tx: &Transaction<'_>,
    version: &str,
    platform: &str,
    number: i64,
) -> Result<Option<Vec<u8>>> {
    let mut query = tx.prepare_cached(
        "SELECT bytes FROM release_piece JOIN release USING (version)
         WHERE version = ?1 AND platform = ?2 AND piece = ?3 AND withdrawn_at IS NULL",
    )?;
    Ok(query.query_row((version, platform, number), |row| row.get(0)).optional()?)
}
