//! Attachments' bytes: what is known of them.

use rusqlite::{OptionalExtension, Transaction};
use tiexin_domain::RegionCode;
use tiexin_protocol::Change;
use tiexin_protocol::blob::BlobHash;
use uuid::Uuid;

use crate::blob::{Claim, Whole};
use crate::error::{Error, Result};
use crate::origins;
use crate::store::{bytes32, region};

pub(super) fn claim(tx: &Transaction<'_>, device: Uuid, scope: &RegionCode, record: Uuid) -> Result<Claim> {
    let found: Option<(String, String)> = tx
        .query_row("SELECT record, origins FROM record WHERE id = ?1", [record.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let held = found.map(|(record, origins)| origins::unpack(serde_json::from_str(&record)?, &origins));
    let mut refused = Vec::new();
    for table in ["parked", "conflict"] {
        let mut query = tx.prepare_cached(&format!(
            "SELECT change FROM {table} WHERE scope = ?1 AND device = ?2 AND record = ?3"
        ))?;
        let mut rows = query.query((scope.as_str(), device.as_bytes(), record.as_bytes()))?;
        while let Some(row) = rows.next()? {
            refused.push(serde_json::from_str::<Change>(row.get_ref(0)?.as_str().map_err(column)?)?);
        }
    }
    Ok(Claim { held: held.transpose()?, refused })
}

fn column<E>(_: E) -> Error {
    Error::Row("附件".into())
}

pub(super) fn of(tx: &Transaction<'_>, record: Uuid, hash: BlobHash) -> Result<Option<Whole>> {
    let found: Option<(String, i64, Vec<u8>)> = tx
        .query_row(
            "SELECT scope, bytes, prints FROM blob_of JOIN blob USING (scope, sha256)
             WHERE record = ?1 AND sha256 = ?2",
            (record.as_bytes(), hash.0),
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let Some((scope, bytes, prints)) = found else { return Ok(None) };
    let prints = prints.chunks(32).map(bytes32).collect::<Result<_>>()?;
    Ok(Some(Whole { scope: region(scope)?, hash, bytes: bytes as u64, prints }))
}

pub(super) fn chunks(tx: &Transaction<'_>, record: Uuid, hash: BlobHash) -> Result<Vec<(u32, [u8; 32])>> {
    let mut query = tx.prepare_cached(
        "SELECT chunk, print FROM blob_chunk WHERE record = ?1 AND sha256 = ?2 ORDER BY chunk",
    )?;
    let chunks = query.query_map((record.as_bytes(), hash.0), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(chunks.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn keep(
    tx: &Transaction<'_>,
    record: Uuid,
    hash: BlobHash,
    chunk: u32,
    print: [u8; 32],
    now: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO blob_chunk (record, sha256, chunk, print, added_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (record, sha256, chunk) DO UPDATE SET print = excluded.print",
        (record.as_bytes(), hash.0, chunk, print, now),
    )?;
    Ok(())
}

pub(super) fn drop_chunks(
    tx: &Transaction<'_>,
    record: Uuid,
    hash: BlobHash,
    chunk: Option<u32>,
) -> Result<()> {
    tx.execute(
        "DELETE FROM blob_chunk WHERE record = ?1 AND sha256 = ?2 AND (?3 IS NULL OR chunk = ?3)",
        (record.as_bytes(), hash.0, chunk),
    )?;
    Ok(())
}

pub(super) fn finish(tx: &Transaction<'_>, record: Uuid, whole: &Whole, now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO blob (scope, sha256, bytes, prints, added_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
        (whole.scope.as_str(), whole.hash.0, whole.bytes as i64, whole.prints.concat(), now),
    )?;
    tx.execute(
        "INSERT INTO blob_of (record, sha256, scope) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        (record.as_bytes(), whole.hash.0, whole.scope.as_str()),
    )?;
    drop_chunks(tx, record, whole.hash, None)
}

pub(super) fn total(tx: &Transaction<'_>, scope: &RegionCode) -> Result<u64> {
    let total: i64 =
        tx.query_row("SELECT coalesce(sum(bytes), 0) FROM blob WHERE scope = ?1", [scope.as_str()], |row| {
            row.get(0)
        })?;
    Ok(total as u64)
}

pub(super) fn all(tx: &Transaction<'_>, scope: &RegionCode) -> Result<Vec<BlobHash>> {
    let mut query = tx.prepare("SELECT sha256 FROM blob WHERE scope = ?1 ORDER BY sha256")?;
    let all = query.query_map([scope.as_str()], |row| Ok(BlobHash(row.get(0)?)))?;
    Ok(all.collect::<rusqlite::Result<_>>()?)
}
