//! Devices, their codes and their authors.

use deadpool_postgres::Transaction;
use serde_json::json;
use tiexin_domain::access::User;
use tokio_postgres::types::ToSql;
use tokio_postgres::{GenericClient, Row};
use uuid::Uuid;

use super::{db, lock_head, note, people, wire};
use crate::access::Device;
use crate::code;
use crate::devices::{Greeting, Revocation};
use crate::error::{Refused, Result};
use crate::store::{Enrolment, OpenCode, escrowed};

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

pub(super) async fn codes(client: &impl GenericClient, now: i64) -> Result<Vec<OpenCode>> {
    let query = "SELECT hash, user_id, expires_at FROM enrol_code WHERE used_at IS NULL AND expires_at > $1
         ORDER BY expires_at, hash";
    let code = |row: &Row| {
        Ok(OpenCode { hash: row.try_get(0)?, user: row.try_get(1)?, expires_at: row.try_get(2)? })
    };
    client.query(query, &[&now]).await?.iter().map(code).collect()
}

pub(super) async fn cancel_codes(tx: &Transaction<'_>, hash: &str, now: i64) -> Result<u64> {
    let cancel = "UPDATE enrol_code SET expires_at = $2
         WHERE left(hash, length($1)) = $1 AND used_at IS NULL AND expires_at > $2";
    let ended = tx.execute(cancel, &[&hash, &now]).await?;
    if ended > 0 {
        note(tx, now, "enrol_code_cancelled", json!({"codes": ended})).await?;
    }
    Ok(ended)
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
    // Enrolled after the backup from which this book was put back: it goes on under the id it has.
    let id = e.device.unwrap_or(e.new_device);
    let device = match device(tx, id).await? {
        Some(found) if found.revoked_at.is_some() => return Err(Refused::DeviceRevoked.into()),
        Some(found) if found.key != e.key => return Err(Refused::KeyInvalid.into()),
        Some(found) => found.id,
        None => {
            tx.execute(
                "INSERT INTO device (id, device_key, name, app, enrolled_at) VALUES ($1, $2, $3, $4, $5)",
                &[&id, &e.key, &e.name, &e.app, &now],
            )
            .await?;
            // Its audit book, so that no push has to begin it.
            lock_head(tx, &id.to_string()).await?;
            id
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
    if !code::is_for(&found, e.person.as_ref()) {
        return Err(Refused::CodeOfAnother.into());
    }
    if found.disabled {
        return Err(Refused::UserDisabled.into());
    }
    note(tx, now, "device_enrolled", json!({"device": device, "user": user, "author": e.author})).await?;
    Ok((device, found))
}

const DEVICE: &str =
    "SELECT id, device_key, name, app, enrolled_at, last_seen, revoked_at,
    CASE WHEN waiting_from IS NULL THEN waiting ELSE greatest(0, waiting + waiting_from - (
      SELECT coalesce(sum(i.acked), 0) FROM incarnation i WHERE i.device = device.id))::bigint END, lease_until,
    retires_at, wiped_at, copied_at, wipe_order, escrow, escrow_to FROM device";

fn read(row: &Row) -> Result<Device> {
    Ok(Device {
        id: row.try_get(0)?,
        key: row.try_get(1)?,
        name: row.try_get(2)?,
        app: row.try_get(3)?,
        enrolled_at: row.try_get(4)?,
        last_seen: row.try_get(5)?,
        revoked_at: row.try_get(6)?,
        waiting: row.try_get::<_, Option<i64>>(7)?.map(wire),
        lease_until: row.try_get(8)?,
        retires_at: row.try_get(9)?,
        wiped_at: row.try_get(10)?,
        copied_at: row.try_get(11)?,
        wipe_order: row.try_get(12)?,
        escrow: escrowed(row.try_get(13)?, row.try_get(14)?),
    })
}

pub(super) async fn devices(client: &impl GenericClient) -> Result<Vec<Device>> {
    let rows = client.query(&format!("{DEVICE} ORDER BY enrolled_at, id"), &[]).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn device(
    client: &impl deadpool_postgres::GenericClient,
    device: Uuid,
) -> Result<Option<Device>> {
    let statement = client.prepare_cached(&format!("{DEVICE} WHERE id = $1")).await?;
    client.query_opt(&statement, &[&device]).await?.as_ref().map(read).transpose()
}

pub(super) async fn users(client: &impl GenericClient) -> Result<Vec<(Uuid, Uuid, Uuid)>> {
    let rows = client.query("SELECT device, author, user_id FROM device_author ORDER BY 1, 2", &[]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}

pub(super) async fn seen(
    client: &impl deadpool_postgres::GenericClient,
    device: Uuid,
    now: i64,
) -> Result<()> {
    let later = "UPDATE device SET last_seen = $2 WHERE id = $1 AND (last_seen IS NULL OR last_seen < $2)";
    let statement = client.prepare_cached(later).await?;
    client.execute(&statement, &[&device, &now]).await?;
    Ok(())
}

const GREET: &str = "UPDATE device SET last_seen = $5, app = $2, waiting = coalesce($3, waiting),
       waiting_from = CASE WHEN $3::bigint IS NULL THEN waiting_from ELSE
         (SELECT coalesce(sum(i.acked), 0)::bigint FROM incarnation i WHERE i.device = device.id) END,
       lease_until = coalesce($4, lease_until)
     WHERE id = $1";
const HEARD: &str =
    "INSERT INTO incarnation_heard (device, incarnation, first_at, last_at) VALUES ($1, $2, $3, $3)
     ON CONFLICT (device, incarnation) DO UPDATE SET last_at = excluded.last_at";
/// An older incarnation that still speaks: the newer one is not its restored self.
const TWO: &str =
    "SELECT EXISTS (SELECT 1 FROM incarnation_heard own JOIN incarnation_heard other USING (device)
     WHERE own.device = $1 AND own.incarnation = $2 AND other.first_at > own.first_at)";

pub(super) async fn greet(tx: &Transaction<'_>, told: &Greeting, now: i64) -> Result<Device> {
    let key = &told.device;
    let (greet, heard, two) =
        (tx.prepare_cached(GREET).await?, tx.prepare_cached(HEARD).await?, tx.prepare_cached(TWO).await?);
    if let Some(escrow) = &told.escrow {
        tx.execute(
            "UPDATE device SET escrow = $2, escrow_to = $3 WHERE id = $1",
            &[key, &escrow.sealed, &escrow.to],
        )
        .await?;
        note(tx, now, "escrow_left", json!({"device": told.device, "to": escrow.to})).await?;
    }
    let waiting = told.waiting.map(db);
    let greeting: [&(dyn ToSql + Sync); 5] = [key, &told.app, &waiting, &told.lease_until, &now];
    let Some(incarnation) = told.incarnation else {
        tx.execute(&greet, &greeting).await?;
        return Ok(device(tx, told.device).await?.ok_or(Refused::DeviceUnknown)?);
    };
    // Sent at once, done one after the other.
    let (key_of, keys): ([&(dyn ToSql + Sync); 3], [&(dyn ToSql + Sync); 2]) =
        ([key, &incarnation, &now], [key, &incarnation]);
    let (_, _, two, before) = futures::try_join!(
        async { Ok(tx.execute(&greet, &greeting).await?) },
        async { Ok(tx.execute(&heard, &key_of).await?) },
        async { Ok(tx.query_one(&two, &keys).await?.try_get::<_, bool>(0)?) },
        device(tx, told.device),
    )?;
    let before = before.ok_or(Refused::DeviceUnknown)?;
    if !two {
        return Ok(before);
    }
    tx.execute("UPDATE device SET copied_at = $2 WHERE id = $1", &[key, &now]).await?;
    if before.copied_at.is_none() {
        note(tx, now, "device_copied", json!({"device": told.device})).await?;
    }
    Ok(Device { copied_at: Some(now), ..before })
}

pub(super) async fn revoke(
    tx: &Transaction<'_>,
    device: Uuid,
    revocation: &Revocation,
    now: i64,
) -> Result<()> {
    let Revocation { order, lost, by } = revocation;
    let set =
        if *lost { "revoked_at = coalesce(revoked_at, $2)" } else { "retires_at = coalesce(retires_at, $2)" };
    let update = format!("UPDATE device SET {set}, wipe_order = $3 WHERE id = $1");
    if tx.execute(&update, &[&device, &now, order]).await? == 0 {
        return Err(Refused::DeviceUnknown.into());
    }
    note(tx, now, "device_revoked", json!({"device": device, "lost": lost, "by": by})).await
}

pub(super) async fn wiped(tx: &Transaction<'_>, device: Uuid, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE device SET wiped_at = coalesce(wiped_at, $2), revoked_at = coalesce(revoked_at, $2) WHERE id = $1",
        &[&device, &now],
    )
    .await?;
    note(tx, now, "device_wiped", json!({"device": device})).await
}
