//! `claim`: what insert-only records claim in the whole province.

use deadpool_postgres::Transaction;
use tiexin_protocol::Held;
use uuid::Uuid;

use super::push;
use crate::error::Result;

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
