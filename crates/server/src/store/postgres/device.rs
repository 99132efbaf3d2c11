//! Devices, their codes and their authors.

use deadpool_postgres::Transaction;
use serde_json::json;
use tiexin_domain::access::User;
use tokio_postgres::{GenericClient, Row};
use uuid::Uuid;

use super::{note, people};
use crate::access::Device;
use crate::error::{Refused, Result};
use crate::store::Enrolment;

pub(super) async fn add_code(
    tx: &Transaction<'_>,
    user: &str,
    hash: &str,
    expires_at: i64,
    now: i64,
) -> Result<()> {
    let user = people::named(tx, user).await?;
    tx.execute(
        "INSERT INTO enrol_code (hash, user_id, expires_at) VALUES ($1, $2, $3)",
        &[&hash, &user, &expires_at],
    )
    .await?;
    note(tx, now, "enrol_code_issued", json!({"user": user, "expires_at": expires_at})).await
}

pub(super) async fn enrol(tx: &Transaction<'_>, e: &Enrolment, now: i64) -> Result<(Uuid, User)> {
    // Locked: of two who come with one code at once, the second finds it used.
    let code = tx
        .query_opt(
            "SELECT user_id FROM enrol_code WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 FOR UPDATE",
            &[&e.code_hash, &now],
        )
        .await?;
    let user: Uuid = code.ok_or(Refused::CodeInvalid)?.try_get(0)?;
    let device = match e.device {
        Some(known) => {
            let found = device(tx, known).await?.ok_or(Refused::DeviceUnknown)?;
            if found.revoked_at.is_some() {
                return Err(Refused::DeviceRevoked.into());
            }
            if found.key != e.key {
                return Err(Refused::KeyInvalid.into());
            }
            known
        }
        None => {
            tx.execute(
                "INSERT INTO device (id, device_key, name, app, enrolled_at) VALUES ($1, $2, $3, $4, $5)",
                &[&e.new_device, &e.key, &e.name, &e.app, &now],
            )
            .await?;
            e.new_device
        }
    };
    let taken = tx
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM device_author WHERE author = $1 AND user_id <> $2)
                 OR EXISTS (SELECT 1 FROM \"user\" WHERE id = $1 AND id <> $2)",
            &[&e.author, &user],
        )
        .await?;
    if taken.try_get(0)? {
        return Err(Refused::AuthorTaken.into());
    }
    tx.execute(
        "INSERT INTO device_author (device, author, user_id) VALUES ($1, $2, $3), ($1, $3, $3)
         ON CONFLICT DO NOTHING",
        &[&device, &e.author, &user],
    )
    .await?;
    tx.execute(
        "UPDATE enrol_code SET used_at = $2, used_by = $3 WHERE hash = $1",
        &[&e.code_hash, &now, &device],
    )
    .await?;
    let found = people::users_of(tx, device).await?.into_iter().find(|u| u.id == user);
    let found = found.ok_or(Refused::UserUnknown)?;
    if found.disabled {
        return Err(Refused::UserDisabled.into());
    }
    note(tx, now, "device_enrolled", json!({"device": device, "user": user, "author": e.author})).await?;
    Ok((device, found))
}

const DEVICE: &str = "SELECT id, device_key, name, app, enrolled_at, last_seen, revoked_at FROM device";

fn read(row: &Row) -> Result<Device> {
    Ok(Device {
        id: row.try_get(0)?,
        key: row.try_get(1)?,
        name: row.try_get(2)?,
        app: row.try_get(3)?,
        enrolled_at: row.try_get(4)?,
        last_seen: row.try_get(5)?,
        revoked_at: row.try_get(6)?,
    })
}

pub(super) async fn devices(client: &impl GenericClient) -> Result<Vec<Device>> {
    let rows = client.query(&format!("{DEVICE} ORDER BY enrolled_at, id"), &[]).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn device(tx: &Transaction<'_>, device: Uuid) -> Result<Option<Device>> {
    let statement = tx.prepare_cached(&format!("{DEVICE} WHERE id = $1")).await?;
    tx.query_opt(&statement, &[&device]).await?.as_ref().map(read).transpose()
}

pub(super) async fn revoke(tx: &Transaction<'_>, device: Uuid, now: i64) -> Result<()> {
    let known = tx
        .execute("UPDATE device SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1", &[&device, &now])
        .await?;
    if known == 0 {
        return Err(Refused::DeviceUnknown.into());
    }
    note(tx, now, "device_revoked", json!({"device": device})).await
}
