//! Roots over all chains, and what desks have witnessed of them.

use deadpool_postgres::Transaction;
use tiexin_domain::RegionCode;
use tiexin_protocol::statement::Signed;
use tokio_postgres::{GenericClient, Row};

use super::{db, hash, note, seq};
use crate::error::Result;
use crate::witness::{Head, Root, Witness, noted};

pub(super) async fn heads(client: &impl GenericClient) -> Result<Vec<Head>> {
    let rows = client
        .query(
            "SELECT ('scope ' || id) COLLATE \"C\", head, chain FROM scope UNION ALL
             SELECT ('audit ' || book) COLLATE \"C\", seq, chain FROM audit_head WHERE seq > 0 ORDER BY 1",
            &[],
        )
        .await?;
    let head =
        |row: &Row| Ok(Head { what: row.try_get(0)?, seq: seq(row, 1)?, chain: hex::encode(hash(row, 2)?) });
    rows.iter().map(head).collect()
}

pub(super) async fn add(tx: &Transaction<'_>, root: &Root, now: i64) -> Result<()> {
    let Signed { body, signature } = &root.signed;
    tx.execute(
        "INSERT INTO audit_root (day, made_at, body, signature, heads) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (day) DO NOTHING",
        &[&root.day, &now, body, signature, &serde_json::to_string(&root.heads)?],
    )
    .await?;
    Ok(())
}

const ROOT: &str = "SELECT day, body, signature, heads FROM audit_root";

fn read(row: &Row) -> Result<Root> {
    let signed = Signed { body: row.try_get(1)?, signature: row.try_get(2)? };
    Ok(Root { day: row.try_get(0)?, signed, heads: serde_json::from_str(row.try_get(3)?)? })
}

pub(super) async fn of_day(client: &impl GenericClient, day: &str) -> Result<Option<Root>> {
    let row = client.query_opt(&format!("{ROOT} WHERE day = $1"), &[&day]).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn newest(client: &impl GenericClient) -> Result<Option<Signed>> {
    let query = "SELECT body, signature FROM audit_root ORDER BY day DESC LIMIT 1";
    let row = client.query_opt(query, &[]).await?;
    row.map(|row| Ok(Signed { body: row.try_get(0)?, signature: row.try_get(1)? })).transpose()
}

pub(super) async fn all(client: &impl GenericClient) -> Result<Vec<Root>> {
    client.query(&format!("{ROOT} ORDER BY day"), &[]).await?.iter().map(read).collect()
}

pub(super) async fn chain_at(
    client: &impl GenericClient,
    scope: &RegionCode,
    seq: u64,
) -> Result<Option<[u8; 32]>> {
    let query = "SELECT chain FROM log WHERE scope = $1 AND seq = $2";
    let row = client.query_opt(query, &[&scope.as_str(), &db(seq)]).await?;
    row.map(|row| hash(&row, 0)).transpose()
}

pub(super) async fn audit_chain_at(
    client: &impl GenericClient,
    book: &str,
    seq: u64,
) -> Result<Option<[u8; 32]>> {
    let query = "SELECT chain FROM audit WHERE book = $1 AND seq = $2";
    let row = client.query_opt(query, &[&book, &db(seq)]).await?;
    row.map(|row| hash(&row, 0)).transpose()
}

pub(super) async fn add_witness(tx: &Transaction<'_>, witness: &Witness, now: i64) -> Result<()> {
    let new = tx
        .execute(
            "INSERT INTO witness (device, what, seq, chain, noted_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
            &[&witness.device, &witness.what, &db(witness.seq), &witness.chain, &now],
        )
        .await?;
    if new == 0 { Ok(()) } else { note(tx, now, "witness_disagrees", noted(witness)).await }
}

pub(super) async fn witnesses(client: &impl GenericClient) -> Result<Vec<Witness>> {
    let query = "SELECT device, what, seq, chain FROM witness ORDER BY noted_at, 1, 2";
    let witness = |row: &Row| {
        Ok(Witness {
            device: row.try_get(0)?,
            what: row.try_get(1)?,
            seq: seq(row, 2)?,
            chain: row.try_get(3)?,
        })
    };
    client.query(query, &[]).await?.iter().map(witness).collect()
}

pub(super) async fn restored_from(client: &impl GenericClient) -> Result<Option<i64>> {
    let before = "SELECT max(at) FROM audit WHERE book = 'province' AND seq <
        (SELECT max(seq) FROM audit WHERE book = 'province' AND act = 'restored')";
    Ok(client.query_one(before, &[]).await?.try_get(0)?)
}

pub(super) async fn restored_at(client: &impl GenericClient) -> Result<Option<i64>> {
    let newest = "SELECT max(at) FROM audit WHERE book = 'province' AND act = 'restored'";
    Ok(client.query_one(newest, &[]).await?.try_get(0)?)
}
