//! Carried packages.

use deadpool_postgres::Transaction;
use tiexin_protocol::package::{Fault, Part};
use tokio_postgres::GenericClient;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::store::Kept;

/// Numbers of parts are small.
fn number(part: u32) -> i32 {
    i32::try_from(part).unwrap_or(i32::MAX)
}

fn count(column: i32) -> Result<u32> {
    u32::try_from(column).map_err(|_| Error::Row("同步包".into()))
}

pub(super) async fn keep_part(tx: &Transaction<'_>, part: &Part, now: i64) -> Result<Kept> {
    let header = &part.header;
    let (package, device) = (header.address.package, header.address.device);
    tx.execute(
        "INSERT INTO package (id, device, whole_hash, parts, received_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        &[&package, &device, &header.whole_hash, &number(header.parts), &now],
    )
    .await?;
    // Locked: of two last parts at once, the second one sees the first.
    let row = tx
        .query_one(
            "SELECT device = $2 AND whole_hash = $3 AND parts = $4, reply_parts FROM package WHERE id = $1
             FOR UPDATE",
            &[&package, &device, &header.whole_hash, &number(header.parts)],
        )
        .await?;
    if !row.try_get::<_, bool>(0)? {
        return Err(Fault::Forked.into());
    }
    // Kept as long as parts of it come.
    let late = "UPDATE package SET received_at = greatest(received_at, $2) WHERE id = $1";
    tx.execute(late, &[&package, &now]).await?;
    let reply_parts = row.try_get::<_, Option<i32>>(1)?.map(count).transpose()?;
    if reply_parts.is_none() {
        tx.execute(
            "INSERT INTO package_file (package, reply, part, bytes) VALUES ($1, false, $2, $3)
             ON CONFLICT DO NOTHING",
            &[&package, &number(header.part), &part.bytes()],
        )
        .await?;
    }
    let query = "SELECT part FROM package_file WHERE package = $1 AND NOT reply ORDER BY part";
    let rows = tx.query(query, &[&package]).await?;
    let held = rows.iter().map(|row| count(row.try_get(0)?)).collect::<Result<_>>()?;
    Ok(Kept { held, reply_parts })
}

pub(super) async fn parts(client: &impl GenericClient, package: Uuid) -> Result<Vec<Vec<u8>>> {
    let query = "SELECT bytes FROM package_file WHERE package = $1 AND NOT reply ORDER BY part";
    let rows = client.query(query, &[&package]).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

pub(super) async fn finish(tx: &Transaction<'_>, package: Uuid, reply: &[Part], now: i64) -> Result<u32> {
    let row = tx.query_one("SELECT reply_parts FROM package WHERE id = $1 FOR UPDATE", &[&package]).await?;
    if let Some(parts) = row.try_get::<_, Option<i32>>(0)? {
        return count(parts);
    }
    tx.execute("DELETE FROM package_file WHERE package = $1", &[&package]).await?;
    for part in reply {
        tx.execute(
            "INSERT INTO package_file (package, reply, part, bytes) VALUES ($1, true, $2, $3)",
            &[&package, &number(part.header.part), &part.bytes()],
        )
        .await?;
    }
    let parts = u32::try_from(reply.len()).unwrap_or(u32::MAX);
    tx.execute(
        "UPDATE package SET finished_at = $2, reply_parts = $3 WHERE id = $1",
        &[&package, &now, &number(parts)],
    )
    .await?;
    Ok(parts)
}

pub(super) async fn reply(client: &impl GenericClient, package: Uuid, part: u32) -> Result<Option<Vec<u8>>> {
    let query = "SELECT bytes FROM package_file WHERE package = $1 AND reply AND part = $2";
    let row = client.query_opt(query, &[&package, &number(part)]).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}
