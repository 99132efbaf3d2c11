//! `near`: which records stand beside which, for the rules that need surroundings.

use std::collections::HashMap;

use deadpool_postgres::{Object, Transaction};
use tiexin_domain::around;
use tiexin_protocol::Held;
use uuid::Uuid;

use super::push;
use crate::error::Result;
use crate::plan::near_print;

/// Makes it anew where it was made by other rules than this program declares. Under the lock of migrations.
pub(super) async fn settle(client: &mut Object) -> Result<()> {
    let tx = client.transaction().await?;
    let print = near_print();
    let made = tx.query_opt("SELECT value FROM meta WHERE name = 'near'", &[]).await?;
    let made: Option<String> = made.map(|row| row.try_get(0)).transpose()?;
    if made.as_ref() == Some(&print) {
        return Ok(tx.rollback().await?);
    }
    // Nobody writes a record of such a kind meanwhile that would then be missing.
    tx.batch_execute("LOCK TABLE record IN SHARE MODE; DELETE FROM near").await?;
    for (kind, field) in around::parked_kinds() {
        tx.execute(
            "INSERT INTO near (scope, record, parent)
             SELECT scope, id, record::json -> 'fields' ->> $2::text FROM record
             WHERE kind = $1 AND record::json -> 'fields' ->> $2::text IS NOT NULL",
            &[&kind, &field],
        )
        .await?;
    }
    tx.execute(
        "INSERT INTO meta (name, value) VALUES ('near', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &[&print],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Records of these scopes that belong to one of `named`, or to the same as one of them.
pub(super) const BESIDE: &str = "SELECT r.id, r.record, r.origins
     FROM near AS n JOIN record AS r ON r.scope = n.scope AND r.id = n.record
     WHERE n.scope = ANY ($1) AND n.parent = ANY ($2)
     UNION
     SELECT r.id, r.record, r.origins
     FROM near AS own JOIN near AS n ON n.scope = own.scope AND n.parent = own.parent
       JOIN record AS r ON r.scope = n.scope AND r.id = n.record
     WHERE own.scope = ANY ($1) AND own.record = ANY ($3)";

pub(super) async fn beside(
    tx: &Transaction<'_>,
    scopes: &[&str],
    named: &[String],
) -> Result<HashMap<Uuid, Held>> {
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let records: Vec<Uuid> = named.iter().filter_map(|name| name.parse().ok()).collect();
    let statement = tx.prepare_cached(BESIDE).await?;
    let rows = tx.query(&statement, &[&scopes, &named, &records]).await?;
    rows.iter().map(push::held_row).collect()
}
