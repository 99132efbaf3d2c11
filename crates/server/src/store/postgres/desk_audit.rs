//! The audits that desks keep of their own.

use deadpool_postgres::Transaction;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{db, hash, region, seq};
use crate::desk_audit::{AuditWanted, DeskEntry, DeskEntryRead};
use crate::error::Result;

pub(super) async fn knows(tx: &Transaction<'_>, device: Uuid, seq: u64, chain: [u8; 32]) -> Result<bool> {
    let statement =
        tx.prepare_cached("SELECT 1 FROM desk_audit WHERE device = $1 AND seq = $2 AND chain = $3").await?;
    Ok(tx.query_opt(&statement, &[&device, &db(seq), &chain.as_slice()]).await?.is_some())
}

pub(super) async fn keep(tx: &Transaction<'_>, device: Uuid, entries: &[DeskEntry], now: i64) -> Result<()> {
    let statement = tx
        .prepare_cached(
            "INSERT INTO desk_audit (device, seq, chain, received_at, at, author, act, about, entry)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (device, seq, chain) DO NOTHING",
        )
        .await?;
    for e in entries {
        let chain = e.chain.as_slice();
        tx.execute(
            &statement,
            &[&device, &db(e.seq), &chain, &now, &e.at, &e.author, &e.act, &e.about, &e.text],
        )
        .await?;
    }
    Ok(())
}

pub(super) async fn chain(tx: &Transaction<'_>, device: Uuid) -> Result<Vec<(u64, [u8; 32], String)>> {
    let all = "SELECT seq, chain, entry FROM desk_audit WHERE device = $1 ORDER BY seq, number";
    let rows = tx.query(all, &[&device]).await?;
    rows.iter().map(|row| Ok((seq(row, 0)?, hash(row, 1)?, row.try_get(2)?))).collect()
}

const READ: &str = "SELECT a.number, a.received_at, a.at, a.device, d.name, x.user_id, a.entry, r.region
     FROM desk_audit a JOIN device d ON d.id = a.device
     LEFT JOIN device_author x ON x.device = a.device AND x.author = a.author
     LEFT JOIN record r ON r.id = a.about
     WHERE a.number < $1 AND ($2::uuid IS NULL OR x.user_id = $2) AND (cardinality($3::text[]) = 0 OR a.act = ANY ($3))
       AND a.at >= $4 AND a.at < $5
     ORDER BY a.number DESC LIMIT $6";

pub(super) async fn read(
    tx: &Transaction<'_>,
    wanted: &AuditWanted,
    most: usize,
) -> Result<Vec<DeskEntryRead>> {
    let before = wanted.before.map_or(i64::MAX, db);
    let (from, until) = (wanted.from.unwrap_or(i64::MIN), wanted.until.unwrap_or(i64::MAX));
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let statement = tx.prepare_cached(READ).await?;
    let rows = tx.query(&statement, &[&before, &wanted.user, &wanted.acts, &from, &until, &most]).await?;
    rows.iter().map(one).collect()
}

fn one(row: &Row) -> Result<DeskEntryRead> {
    let place: Option<String> = row.try_get(7)?;
    Ok(DeskEntryRead {
        number: seq(row, 0)?,
        received_at: row.try_get(1)?,
        at: row.try_get(2)?,
        device: row.try_get(3)?,
        device_name: row.try_get(4)?,
        user: row.try_get(5)?,
        text: row.try_get(6)?,
        region: place.map(region).transpose()?,
    })
}
