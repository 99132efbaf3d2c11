//! Attachments' bytes: what is known of them.

use deadpool_postgres::Transaction;
use tiexin_domain::RegionCode;
use tiexin_protocol::blob::BlobHash;
use tokio_postgres::GenericClient;
use uuid::Uuid;

use crate::blob::{Claim, Whole};
use crate::error::{Error, Result};
use crate::origins;
use crate::store::{bytes32, region};

/// Numbers of chunks are small.
fn number(chunk: u32) -> i32 {
    i32::try_from(chunk).unwrap_or(i32::MAX)
}

pub(super) async fn claim(
    client: &impl GenericClient,
    device: Uuid,
    scope: &RegionCode,
    record: Uuid,
) -> Result<Claim> {
    let found = client.query_opt("SELECT record, origins FROM record WHERE id = $1", &[&record]).await?;
    let held = found
        .map(|row| -> Result<_> {
            Ok(origins::unpack(serde_json::from_str(row.try_get(0)?)?, row.try_get(1)?)?)
        })
        .transpose()?;
    let refused = client
        .query(
            "SELECT change FROM parked WHERE scope = $1 AND device = $2 AND record = $3
             UNION ALL SELECT change FROM conflict WHERE scope = $1 AND device = $2 AND record = $3",
            &[&scope.as_str(), &device, &record],
        )
        .await?;
    let refused =
        refused.iter().map(|row| Ok(serde_json::from_str(row.try_get(0)?)?)).collect::<Result<_>>()?;
    Ok(Claim { held, refused })
}

pub(super) async fn of(client: &impl GenericClient, record: Uuid, hash: BlobHash) -> Result<Option<Whole>> {
    let found = client
        .query_opt(
            "SELECT scope, bytes, prints FROM blob_of JOIN blob USING (scope, sha256)
             WHERE record = $1 AND sha256 = $2",
            &[&record, &&hash.0[..]],
        )
        .await?;
    let Some(row) = found else { return Ok(None) };
    let prints: Vec<u8> = row.try_get(2)?;
    Ok(Some(Whole {
        scope: region(row.try_get(0)?)?,
        hash,
        bytes: row.try_get::<_, i64>(1)? as u64,
        prints: prints.chunks(32).map(bytes32).collect::<Result<_>>()?,
    }))
}

pub(super) async fn chunks(
    client: &impl GenericClient,
    record: Uuid,
    hash: BlobHash,
) -> Result<Vec<(u32, [u8; 32])>> {
    let rows = client
        .query(
            "SELECT chunk, print FROM blob_chunk WHERE record = $1 AND sha256 = $2 ORDER BY chunk",
            &[&record, &&hash.0[..]],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let chunk = u32::try_from(row.try_get::<_, i32>(0)?).map_err(|_| Error::Row("附件".into()))?;
            Ok((chunk, bytes32(row.try_get(1)?)?))
        })
        .collect()
}

pub(super) async fn keep(
    client: &impl GenericClient,
    record: Uuid,
    hash: BlobHash,
    chunk: u32,
    print: [u8; 32],
    now: i64,
) -> Result<()> {
    client
        .execute(
            "INSERT INTO blob_chunk (record, sha256, chunk, print, added_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (record, sha256, chunk) DO UPDATE SET print = excluded.print",
            &[&record, &&hash.0[..], &number(chunk), &&print[..], &now],
        )
        .await?;
    Ok(())
}

pub(super) async fn drop_chunks(
    client: &impl GenericClient,
    record: Uuid,
    hash: BlobHash,
    chunk: Option<u32>,
) -> Result<()> {
    client
        .execute(
            "DELETE FROM blob_chunk WHERE record = $1 AND sha256 = $2 AND ($3::integer IS NULL OR chunk = $3)",
            &[&record, &&hash.0[..], &chunk.map(number)],
        )
        .await?;
    Ok(())
}

pub(super) async fn finish(tx: &Transaction<'_>, record: Uuid, whole: &Whole, now: i64) -> Result<()> {
    let hash = &whole.hash.0[..];
    tx.execute(
        "INSERT INTO blob (scope, sha256, bytes, prints, added_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        &[&whole.scope.as_str(), &hash, &(whole.bytes as i64), &whole.prints.concat(), &now],
    )
    .await?;
    tx.execute(
        "INSERT INTO blob_of (record, sha256, scope) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &[&record, &hash, &whole.scope.as_str()],
    )
    .await?;
    tx.execute("DELETE FROM blob_chunk WHERE record = $1 AND sha256 = $2", &[&record, &hash]).await?;
    Ok(())
}

pub(super) async fn total(client: &impl GenericClient, scope: &RegionCode) -> Result<u64> {
    let row = client
        .query_one("SELECT coalesce(sum(bytes), 0)::bigint FROM blob WHERE scope = $1", &[&scope.as_str()])
        .await?;
    Ok(row.try_get::<_, i64>(0)? as u64)
}

pub(super) async fn all(client: &impl GenericClient, scope: &RegionCode) -> Result<Vec<BlobHash>> {
    let rows =
        client.query("SELECT sha256 FROM blob WHERE scope = $1 ORDER BY sha256", &[&scope.as_str()]).await?;
    rows.iter().map(|row| Ok(BlobHash(bytes32(row.try_get(0)?)?))).collect()
}
