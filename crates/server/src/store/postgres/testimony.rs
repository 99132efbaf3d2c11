//! What a device is told of how it stands, and what desks brought to a restored book.

use deadpool_postgres::{GenericClient, Transaction};
use serde_json::json;
use tiexin_protocol::statement::Signed;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{hash, lock_head, note, seq};
use crate::audit::{AuditRow, PROVINCE};
use crate::error::Result;
use crate::store::{StandingFacts, TakenBack, Testimony};

const AUTHORS: &str = "SELECT author, user_id FROM device_author WHERE device = $1 ORDER BY 1, 2";
const TAKEN: &str = "SELECT seq, at, act, detail, chain FROM audit WHERE book = 'province'
       AND act IN ('device_revoked', 'device_wiped', 'user_disabled', 'user_enabled', 'grant_ended') AND at >= $1
     ORDER BY at DESC, seq DESC LIMIT $2";

pub(super) async fn facts(
    client: &impl GenericClient,
    device: Uuid,
    since: i64,
    most: usize,
) -> Result<StandingFacts> {
    let (authors, taken) = futures::try_join!(client.prepare_cached(AUTHORS), client.prepare_cached(TAKEN))?;
    let most = most as i64;
    let (of_device, newest): ([&(dyn tokio_postgres::types::ToSql + Sync); 1], [_; 2]) =
        ([&device], [&since as &(dyn tokio_postgres::types::ToSql + Sync), &most]);
    let (authors, acts) =
        futures::try_join!(client.query(&authors, &of_device), client.query(&taken, &newest))?;
    let author = |row: &Row| Ok((row.try_get(0)?, row.try_get(1)?));
    let act = |row: &Row| {
        Ok(AuditRow {
            book: PROVINCE.into(),
            seq: seq(row, 0)?,
            at: row.try_get(1)?,
            act: row.try_get(2)?,
            detail: row.try_get(3)?,
            chain: hash(row, 4)?,
        })
    };
    let authors = authors.iter().map(author).collect::<Result<_>>()?;
    Ok((authors, acts.iter().rev().map(act).collect::<Result<_>>()?))
}

pub(super) async fn keep(tx: &Transaction<'_>, told: &Testimony, now: i64) -> Result<()> {
    let Signed { body, signature } = &told.signed;
    tx.execute(
        "INSERT INTO testimony (device, told, body, signature, heard_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (device) DO UPDATE SET told = excluded.told, body = excluded.body,
           signature = excluded.signature, heard_at = excluded.heard_at WHERE excluded.told > testimony.told",
        &[&told.device, &told.told, body, signature, &now],
    )
    .await?;
    Ok(())
}

pub(super) async fn all(client: &impl GenericClient) -> Result<Vec<Signed>> {
    let rows = client.query("SELECT body, signature FROM testimony ORDER BY device", &[]).await?;
    rows.iter().map(|row| Ok(Signed { body: row.try_get(0)?, signature: row.try_get(1)? })).collect()
}

pub(super) async fn take_back(tx: &Transaction<'_>, back: &TakenBack, now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO device (id, device_key, name, app, enrolled_at) VALUES ($1, $2, $3, '', $4)
         ON CONFLICT DO NOTHING",
        &[&back.device, &back.key, &back.name, &back.enrolled_at],
    )
    .await?;
    // Its audit book, so that no push has to begin it.
    lock_head(tx, &back.device.to_string()).await?;
    for (author, user) in &back.authors {
        tx.execute(
            "INSERT INTO device_author (device, author, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            &[&back.device, author, user],
        )
        .await?;
        note(tx, now, "device_enrolled", json!({"device": back.device, "user": user, "author": author}))
            .await?;
    }
    Ok(())
}
