//! Devices, their codes and their authors.

use rusqlite::{OptionalExtension, Row, Transaction};
use serde_json::json;
use tiexin_domain::access::User;
use uuid::Uuid;

use super::{db, id, note, people, wire};
use crate::access::Device;
use crate::code;
use crate::devices::{Greeting, Revocation};
use crate::error::{Refused, Result};
use crate::store::{Enrolment, OpenCode, escrowed};

pub(super) fn add_code(
    tx: &Transaction<'_>,
    user: &str,
    hash: &str,
    expires_at: i64,
    now: i64,
) -> Result<()> {
    let user = people::named(tx, user)?;
    tx.execute(
        "INSERT INTO enrol_code (hash, user_id, expires_at) VALUES (?1, ?2, ?3)",
        (hash, user.as_bytes(), expires_at),
    )?;
    note(tx, now, "enrol_code_issued", json!({"user": user, "expires_at": expires_at}))
}

pub(super) fn codes(tx: &Transaction<'_>, now: i64) -> Result<Vec<OpenCode>> {
    let mut query = tx.prepare(
        "SELECT hash, user_id, expires_at FROM enrol_code WHERE used_at IS NULL AND expires_at > ?1
         ORDER BY expires_at, hash",
    )?;
    let rows = query.query_map([now], |row| {
        Ok(OpenCode { hash: row.get(0)?, user: id(row, 1)?, expires_at: row.get(2)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn cancel_codes(tx: &Transaction<'_>, hash: &str, now: i64) -> Result<u64> {
    let ended = tx.execute(
        "UPDATE enrol_code SET expires_at = ?2
         WHERE substr(hash, 1, length(?1)) = ?1 AND used_at IS NULL AND expires_at > ?2",
        (hash, now),
    )?;
    if ended > 0 {
        note(tx, now, "enrol_code_cancelled", json!({"codes": ended}))?;
    }
    Ok(ended as u64)
}

pub(super) fn enrol(tx: &Transaction<'_>, e: &Enrolment, now: i64) -> Result<(Uuid, User)> {
    let code = tx
        .query_row(
            "SELECT user_id FROM enrol_code WHERE hash = ?1 AND used_at IS NULL AND expires_at > ?2",
            (&e.code_hash, now),
            |row| id(row, 0),
        )
        .optional()?;
    let user = code.ok_or(Refused::CodeInvalid)?;
    // Enrolled after the backup from which this book was put back: it goes on under the id it has.
    let id_of = e.device.unwrap_or(e.new_device);
    let device = match device(tx, id_of)? {
        Some(found) if found.revoked_at.is_some() => return Err(Refused::DeviceRevoked.into()),
        Some(found) if found.key != e.key => return Err(Refused::KeyInvalid.into()),
        Some(found) => found.id,
        None => {
            tx.execute(
                "INSERT INTO device (id, device_key, name, app, enrolled_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                (id_of.as_bytes(), &e.key, &e.name, &e.app, now),
            )?;
            id_of
        }
    };
    let taken = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM device_author WHERE author = ?1 AND user_id <> ?2)
             OR EXISTS (SELECT 1 FROM \"user\" WHERE id = ?1 AND id <> ?2)",
        (e.author.as_bytes(), user.as_bytes()),
        |row| row.get::<_, bool>(0),
    )?;
    if taken {
        return Err(Refused::AuthorTaken.into());
    }
    for author in [e.author, user] {
        tx.execute(
            "INSERT INTO device_author (device, author, user_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            (device.as_bytes(), author.as_bytes(), user.as_bytes()),
        )?;
    }
    tx.execute(
        "UPDATE enrol_code SET used_at = ?2, used_by = ?3 WHERE hash = ?1",
        (&e.code_hash, now, device.as_bytes()),
    )?;
    let found = people::users_of(tx, device)?.into_iter().find(|u| u.id == user);
    let found = found.ok_or(Refused::UserUnknown)?;
    if !code::is_for(&found, e.person.as_ref()) {
        return Err(Refused::CodeOfAnother.into());
    }
    if found.disabled {
        return Err(Refused::UserDisabled.into());
    }
    note(tx, now, "device_enrolled", json!({"device": device, "user": user, "author": e.author}))?;
    Ok((device, found))
}

const DEVICE: &str = "SELECT id, device_key, name, app, enrolled_at, last_seen, revoked_at,
    CASE WHEN waiting_from IS NULL THEN waiting ELSE max(0, waiting + waiting_from - (
      SELECT coalesce(sum(i.acked), 0) FROM incarnation i WHERE i.device = device.id)) END, lease_until,
    retires_at, wiped_at, copied_at, wipe_order, escrow, escrow_to FROM device";

fn read(row: &Row<'_>) -> rusqlite::Result<Device> {
    Ok(Device {
        id: id(row, 0)?,
        key: row.get(1)?,
        name: row.get(2)?,
        app: row.get(3)?,
        enrolled_at: row.get(4)?,
        last_seen: row.get(5)?,
        revoked_at: row.get(6)?,
        waiting: row.get::<_, Option<i64>>(7)?.map(wire),
        lease_until: row.get(8)?,
        retires_at: row.get(9)?,
        wiped_at: row.get(10)?,
        copied_at: row.get(11)?,
        wipe_order: row.get(12)?,
        escrow: escrowed(row.get(13)?, row.get(14)?),
    })
}

pub(super) fn devices(tx: &Transaction<'_>) -> Result<Vec<Device>> {
    let mut query = tx.prepare(&format!("{DEVICE} ORDER BY enrolled_at, id"))?;
    let rows = query.query_map([], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn device(tx: &Transaction<'_>, device: Uuid) -> Result<Option<Device>> {
    let mut query = tx.prepare_cached(&format!("{DEVICE} WHERE id = ?1"))?;
    Ok(query.query_row([device.as_bytes()], read).optional()?)
}

pub(super) fn users(tx: &Transaction<'_>) -> Result<Vec<(Uuid, Uuid, Uuid)>> {
    let mut query = tx.prepare("SELECT device, author, user_id FROM device_author ORDER BY 1, 2")?;
    let rows = query.query_map([], |row| Ok((id(row, 0)?, id(row, 1)?, id(row, 2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn seen(tx: &Transaction<'_>, device: Uuid, now: i64) -> Result<()> {
    let later = "UPDATE device SET last_seen = ?2 WHERE id = ?1 AND (last_seen IS NULL OR last_seen < ?2)";
    tx.prepare_cached(later)?.execute((device.as_bytes(), now))?;
    Ok(())
}

pub(super) fn greet(tx: &Transaction<'_>, told: &Greeting, now: i64) -> Result<Device> {
    let key = told.device.as_bytes();
    tx.execute(
        "UPDATE device SET last_seen = ?5, app = ?2, waiting = coalesce(?3, waiting),
           waiting_from = CASE WHEN ?3 IS NULL THEN waiting_from ELSE
             (SELECT coalesce(sum(i.acked), 0) FROM incarnation i WHERE i.device = device.id) END,
           lease_until = coalesce(?4, lease_until)
         WHERE id = ?1",
        (key, &told.app, told.waiting.map(db), told.lease_until, now),
    )?;
    if let Some(escrow) = &told.escrow {
        tx.execute(
            "UPDATE device SET escrow = ?2, escrow_to = ?3 WHERE id = ?1",
            (key, &escrow.sealed, &escrow.to),
        )?;
        note(tx, now, "escrow_left", json!({"device": told.device, "to": escrow.to}))?;
    }
    let before = device(tx, told.device)?.ok_or(Refused::DeviceUnknown)?;
    let Some(incarnation) = told.incarnation else { return Ok(before) };
    tx.execute(
        "INSERT INTO incarnation_heard (device, incarnation, first_at, last_at) VALUES (?1, ?2, ?3, ?3)
         ON CONFLICT (device, incarnation) DO UPDATE SET last_at = excluded.last_at",
        (key, incarnation.as_bytes(), now),
    )?;
    // An older incarnation that still speaks: the newer one is not its restored self.
    let two: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM incarnation_heard own JOIN incarnation_heard other USING (device)
         WHERE own.device = ?1 AND own.incarnation = ?2 AND other.first_at > own.first_at)",
        (key, incarnation.as_bytes()),
        |row| row.get(0),
    )?;
    if two {
        tx.execute("UPDATE device SET copied_at = ?2 WHERE id = ?1", (key, now))?;
        if before.copied_at.is_none() {
            note(tx, now, "device_copied", json!({"device": told.device}))?;
        }
        return Ok(Device { copied_at: Some(now), ..before });
    }
    Ok(before)
}

pub(super) fn revoke(tx: &Transaction<'_>, device: Uuid, revocation: &Revocation, now: i64) -> Result<()> {
    let Revocation { order, lost, by } = revocation;
    let set =
        if *lost { "revoked_at = coalesce(revoked_at, ?2)" } else { "retires_at = coalesce(retires_at, ?2)" };
    let known = tx.execute(
        &format!("UPDATE device SET {set}, wipe_order = ?3 WHERE id = ?1"),
        (device.as_bytes(), now, order),
    )?;
    if known == 0 {
        return Err(Refused::DeviceUnknown.into());
    }
    note(tx, now, "device_revoked", json!({"device": device, "lost": lost, "by": by}))
}

pub(super) fn wiped(tx: &Transaction<'_>, device: Uuid, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE device SET wiped_at = coalesce(wiped_at, ?2), revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1",
        (device.as_bytes(), now),
    )?;
    note(tx, now, "device_wiped", json!({"device": device}))
}
