//! `claim`: what insert-only records claim in the whole province.

use deadpool_postgres::Transaction;
use tiexin_domain::RegionCode;
use tiexin_protocol::Held;
use uuid::Uuid;

use super::push;
use crate::error::Result;
use crate::plan::ClaimRow;

/// In one order everywhere, and behind the scopes. Whoever comes second waits here for the first one's commit.
const BEGIN: &str = "INSERT INTO claim_key (key) SELECT * FROM unnest($1::text[]) AS wanted (key) ORDER BY 1
     ON CONFLICT DO NOTHING";
const LOCK: &str = "SELECT key FROM claim_key WHERE key = ANY ($1) ORDER BY key FOR UPDATE";
const OF: &str = "SELECT r.id, r.record, r.origins, c.key
     FROM claim AS c JOIN record AS r ON r.scope = c.scope AND r.id = c.record WHERE c.key = ANY ($1)";

/// Locks these claims to the commit; gives the records that claim one of them, in whichever townships, with the claim.
/// `claims`: sorted.
pub(super) async fn claimants(
    tx: &Transaction<'_>,
    claims: &[String],
) -> Result<Vec<(String, (Uuid, Held))>> {
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    for sql in [BEGIN, LOCK] {
        let statement = tx.prepare_cached(sql).await?;
        tx.query(&statement, &[&claims]).await?;
    }
    let statement = tx.prepare_cached(OF).await?;
    let rows = tx.query(&statement, &[&claims]).await?;
    rows.iter().map(|row| Ok((row.try_get(3)?, push::held_row(row)?))).collect()
}

pub(super) async fn write(
    tx: &Transaction<'_>,
    left: Vec<&(RegionCode, Uuid)>,
    rows: Vec<&ClaimRow>,
) -> Result<()> {
    if left.is_empty() && rows.is_empty() {
        return Ok(());
    }
    // Each anew: a merge may have turned what it names.
    let gone = left.iter().map(|(scope, record)| (scope, record));
    let gone = gone.chain(rows.iter().map(|row| (&row.scope, &row.record)));
    let (scopes, records): (Vec<&str>, Vec<Uuid>) =
        gone.map(|(scope, record)| (scope.as_str(), *record)).unzip();
    let statement = tx
        .prepare_cached(
            "DELETE FROM claim USING unnest($1::text[], $2::uuid[]) AS gone (scope, record)
             WHERE claim.scope = gone.scope AND claim.record = gone.record",
        )
        .await?;
    tx.execute(&statement, &[&scopes, &records]).await?;
    let mut kept: Vec<(&str, &str, Uuid)> = Vec::new();
    for row in &rows {
        kept.extend(row.claims.iter().map(|claim| (claim.as_str(), row.scope.as_str(), row.record)));
    }
    if kept.is_empty() {
        return Ok(());
    }
    let statement = tx
        .prepare_cached(
            "INSERT INTO claim (key, scope, record)
             SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[])",
        )
        .await?;
    let keys: Vec<&str> = kept.iter().map(|(key, ..)| *key).collect();
    let scopes: Vec<&str> = kept.iter().map(|(_, scope, _)| *scope).collect();
    let records: Vec<Uuid> = kept.iter().map(|(.., record)| *record).collect();
    tx.execute(&statement, &[&keys, &scopes, &records]).await?;
    Ok(())
}
