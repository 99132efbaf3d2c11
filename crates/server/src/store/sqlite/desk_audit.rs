//! The audits that desks keep of their own.

use rusqlite::{Row, Transaction, params};
use tiexin_domain::RegionCode;
use uuid::Uuid;

use super::{db, hash, id, seq};
use crate::desk_audit::{AuditWanted, DeskEntry, DeskEntryRead};
use crate::error::Result;

pub(super) fn knows(tx: &Transaction<'_>, device: Uuid, seq: u64, chain: [u8; 32]) -> Result<bool> {
    let found = tx
        .prepare_cached("SELECT 1 FROM desk_audit WHERE device = ?1 AND seq = ?2 AND chain = ?3")?
        .exists(params![device.as_bytes(), db(seq), chain])?;
    Ok(found)
}

pub(super) fn keep(tx: &Transaction<'_>, device: Uuid, entries: &[DeskEntry], now: i64) -> Result<()> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO desk_audit (device, seq, chain, received_at, at, author, act, about, entry)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (device, seq, chain) DO NOTHING",
    )?;
    for e in entries {
        let about = e.about.as_ref().map(Uuid::as_bytes);
        insert.execute(params![
            device.as_bytes(),
            db(e.seq),
            e.chain,
            now,
            e.at,
            e.author.as_bytes(),
            e.act,
            about,
            e.text
        ])?;
    }
    Ok(())
}

pub(super) fn chain(tx: &Transaction<'_>, device: Uuid) -> Result<Vec<(u64, [u8; 32], String)>> {
    let all = "SELECT seq, chain, entry FROM desk_audit WHERE device = ?1 ORDER BY seq, number";
    let mut select = tx.prepare(all)?;
    let rows = select.query_map([device.as_bytes()], |row| Ok((seq(row, 0)?, hash(row, 1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const READ: &str = "SELECT a.number, a.received_at, a.at, a.device, d.name, x.user_id, a.entry, r.region
     FROM desk_audit a JOIN device d ON d.id = a.device
     LEFT JOIN device_author x ON x.device = a.device AND x.author = a.author
     LEFT JOIN record r ON r.id = a.about
     WHERE a.number < ?1 AND (?2 IS NULL OR x.user_id = ?2) AND (?3 = '[]' OR a.act IN (SELECT value FROM json_each(?3)))
       AND a.at >= ?4 AND a.at < ?5
     ORDER BY a.number DESC LIMIT ?6";

pub(super) fn read(tx: &Transaction<'_>, wanted: &AuditWanted, most: usize) -> Result<Vec<DeskEntryRead>> {
    let before = wanted.before.map_or(i64::MAX, db);
    let (from, until) = (wanted.from.unwrap_or(i64::MIN), wanted.until.unwrap_or(i64::MAX));
    let user = wanted.user.as_ref().map(Uuid::as_bytes);
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let acts = serde_json::to_string(&wanted.acts)?;
    let mut select = tx.prepare_cached(READ)?;
    let rows = select.query_map(params![before, user, acts, from, until, most], one)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn one(row: &Row<'_>) -> rusqlite::Result<DeskEntryRead> {
    let user: Option<[u8; 16]> = row.get(5)?;
    let place: Option<String> = row.get(7)?;
    Ok(DeskEntryRead {
        number: seq(row, 0)?,
        received_at: row.get(1)?,
        at: row.get(2)?,
        device: id(row, 3)?,
        device_name: row.get(4)?,
        user: user.map(Uuid::from_bytes),
        text: row.get(6)?,
        region: place.and_then(|code| RegionCode::new(code).ok()),
    })
}
