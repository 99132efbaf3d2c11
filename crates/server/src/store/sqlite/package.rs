//! Carried packages.

use rusqlite::{OptionalExtension, Transaction};
use tiexin_protocol::package::{Fault, Part};
use uuid::Uuid;

use crate::error::Result;
use crate::store::Kept;

pub(super) fn keep_part(tx: &Transaction<'_>, part: &Part, now: i64) -> Result<Kept> {
    let header = &part.header;
    let package = header.address.package.as_bytes();
    tx.execute(
        "INSERT INTO package (id, device, whole_hash, parts, received_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
        (package, header.address.device.as_bytes(), &header.whole_hash, header.parts, now),
    )?;
    let (same, reply_parts): (bool, Option<u32>) = tx.query_row(
        "SELECT device = ?2 AND whole_hash = ?3 AND parts = ?4, reply_parts FROM package WHERE id = ?1",
        (package, header.address.device.as_bytes(), &header.whole_hash, header.parts),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if !same {
        return Err(Fault::Forked.into());
    }
    // Kept as long as parts of it come.
    tx.execute("UPDATE package SET received_at = max(received_at, ?2) WHERE id = ?1", (package, now))?;
    if reply_parts.is_none() {
        tx.execute(
            "INSERT INTO package_file (package, reply, part, bytes) VALUES (?1, 0, ?2, ?3)
             ON CONFLICT DO NOTHING",
            (package, header.part, part.bytes()),
        )?;
    }
    let mut query =
        tx.prepare("SELECT part FROM package_file WHERE package = ?1 AND reply = 0 ORDER BY part")?;
    let held = query.query_map([package], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(Kept { held, reply_parts })
}

pub(super) fn parts(tx: &Transaction<'_>, package: Uuid) -> Result<Vec<Vec<u8>>> {
    let mut query =
        tx.prepare("SELECT bytes FROM package_file WHERE package = ?1 AND reply = 0 ORDER BY part")?;
    let parts = query.query_map([package.as_bytes()], |row| row.get(0))?;
    Ok(parts.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn finish(tx: &Transaction<'_>, package: Uuid, reply: &[Part], now: i64) -> Result<u32> {
    let done: Option<u32> =
        tx.query_row("SELECT reply_parts FROM package WHERE id = ?1", [package.as_bytes()], |row| {
            row.get(0)
        })?;
    if let Some(parts) = done {
        return Ok(parts);
    }
    tx.execute("DELETE FROM package_file WHERE package = ?1", [package.as_bytes()])?;
    for part in reply {
        tx.execute(
            "INSERT INTO package_file (package, reply, part, bytes) VALUES (?1, 1, ?2, ?3)",
            (package.as_bytes(), part.header.part, part.bytes()),
        )?;
    }
    let parts = u32::try_from(reply.len()).unwrap_or(u32::MAX);
    tx.execute(
        "UPDATE package SET finished_at = ?2, reply_parts = ?3 WHERE id = ?1",
        (package.as_bytes(), now, parts),
    )?;
    Ok(parts)
}

pub(super) fn reply(tx: &Transaction<'_>, package: Uuid, part: u32) -> Result<Option<Vec<u8>>> {
    let mut query =
        tx.prepare("SELECT bytes FROM package_file WHERE package = ?1 AND reply = 1 AND part = ?2")?;
    Ok(query.query_row((package.as_bytes(), part), |row| row.get(0)).optional()?)
}

pub(super) fn prune(tx: &Transaction<'_>, before: i64) -> Result<()> {
    tx.execute("DELETE FROM package WHERE received_at < ?1", [before])?;
    Ok(())
}
