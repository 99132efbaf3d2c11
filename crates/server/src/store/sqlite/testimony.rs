//! What a device is told of how it stands, and what desks brought to a restored book.

use rusqlite::Transaction;
use serde_json::json;
use tiexin_protocol::statement::Signed;
use uuid::Uuid;

use super::{hash, id, note, seq};
use crate::audit::{AuditRow, PROVINCE};
use crate::error::Result;
use crate::store::{StandingFacts, TakenBack, Testimony};

pub(super) fn facts(tx: &Transaction<'_>, device: Uuid, since: i64, most: usize) -> Result<StandingFacts> {
    let mut query =
        tx.prepare_cached("SELECT author, user_id FROM device_author WHERE device = ?1 ORDER BY 1, 2")?;
    let authors = query.query_map([device.as_bytes()], |row| Ok((id(row, 0)?, id(row, 1)?)))?;
    let authors = authors.collect::<rusqlite::Result<_>>()?;
    let mut query = tx.prepare_cached(
        "SELECT seq, at, act, detail, chain FROM audit WHERE book = 'province'
           AND act IN ('device_revoked', 'device_wiped', 'user_disabled', 'user_enabled', 'grant_ended') AND at >= ?1
         ORDER BY at DESC, seq DESC LIMIT ?2",
    )?;
    let acts = query.query_map((since, most as i64), |row| {
        Ok(AuditRow {
            book: PROVINCE.into(),
            seq: seq(row, 0)?,
            at: row.get(1)?,
            act: row.get(2)?,
            detail: row.get(3)?,
            chain: hash(row, 4)?,
        })
    })?;
    let mut acts: Vec<AuditRow> = acts.collect::<rusqlite::Result<_>>()?;
    acts.reverse();
    Ok((authors, acts))
}

pub(super) fn keep(tx: &Transaction<'_>, told: &Testimony, now: i64) -> Result<()> {
    let Signed { body, signature } = &told.signed;
    tx.execute(
        "INSERT INTO testimony (device, told, body, signature, heard_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (device) DO UPDATE SET told = excluded.told, body = excluded.body,
           signature = excluded.signature, heard_at = excluded.heard_at WHERE excluded.told > testimony.told",
        (told.device.as_bytes(), told.told, body, signature, now),
    )?;
    Ok(())
}

pub(super) fn all(tx: &Transaction<'_>) -> Result<Vec<Signed>> {
    let mut query = tx.prepare("SELECT body, signature FROM testimony ORDER BY device")?;
    let rows = query.query_map([], |row| Ok(Signed { body: row.get(0)?, signature: row.get(1)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn take_back(tx: &Transaction<'_>, back: &TakenBack, now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO device (id, device_key, name, app, enrolled_at) VALUES (?1, ?2, ?3, '', ?4)
         ON CONFLICT DO NOTHING",
        (back.device.as_bytes(), &back.key, &back.name, back.enrolled_at),
    )?;
    for (author, user) in &back.authors {
        tx.execute(
            "INSERT INTO device_author (device, author, user_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            (back.device.as_bytes(), author.as_bytes(), user.as_bytes()),
        )?;
        note(tx, now, "device_enrolled", json!({"device": back.device, "user": user, "author": author}))?;
    }
    Ok(())
}
