//! The rows of a push: a statement for each table, all sent at once.

use deadpool_postgres::Transaction;
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::PushRequest;
use tokio_postgres::types::ToSql;

use super::{append, db};
use crate::error::Result;
use crate::plan::{Outcome, Quarantine};

/// Sends every statement before waiting for the first: one round trip for the lot.
pub(super) async fn write(tx: &Transaction<'_>, request: &PushRequest, outcome: &Outcome) -> Result<()> {
    futures::try_join!(
        log(tx, outcome),
        history(tx, outcome),
        records(tx, outcome),
        regions(tx, outcome),
        scopes(tx, outcome),
        quarantine(tx, "conflict", &outcome.conflicts),
        quarantine(tx, "parked", &outcome.parked),
        verdicts(tx, request, outcome),
        acked(tx, request, outcome),
        audit(tx, outcome),
    )?;
    Ok(())
}

async fn run(tx: &Transaction<'_>, sql: &str, columns: &[&(dyn ToSql + Sync)]) -> Result<()> {
    let statement = tx.prepare_cached(sql).await?;
    tx.execute(&statement, columns).await?;
    Ok(())
}

macro_rules! column {
    ($rows:expr, $row:pat => $value:expr) => {
        $rows.iter().map(|$row| $value).collect::<Vec<_>>()
    };
}

async fn log(tx: &Transaction<'_>, outcome: &Outcome) -> Result<()> {
    let rows = &outcome.log;
    if rows.is_empty() {
        return Ok(());
    }
    run(
        tx,
        "INSERT INTO log (scope, seq, commit_end, device, incarnation, own, echo, record, region,
                          left_region, entry, whole, chain)
         SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::uuid[], $5::uuid[], $6::bigint[],
                              $7::boolean[], $8::uuid[], $9::text[], $10::text[], $11::text[], $12::text[],
                              $13::bytea[])",
        &[
            &column!(rows, r => r.scope.as_str()),
            &column!(rows, r => db(r.seq)),
            &column!(rows, r => db(r.commit_end)),
            &column!(rows, r => r.origin.device),
            &column!(rows, r => r.origin.incarnation),
            &column!(rows, r => db(r.origin.seq)),
            &column!(rows, r => r.echo),
            &column!(rows, r => r.record),
            &column!(rows, r => r.region.as_str()),
            &column!(rows, r => r.left.as_ref().map(RegionCode::as_str)),
            &column!(rows, r => r.entry.as_str()),
            &column!(rows, r => r.whole.as_deref()),
            &column!(rows, r => r.chain.0.as_slice()),
        ],
    )
    .await
}

async fn history(tx: &Transaction<'_>, outcome: &Outcome) -> Result<()> {
    let rows = &outcome.overwritten;
    if rows.is_empty() {
        return Ok(());
    }
    run(
        tx,
        "INSERT INTO field_history (scope, record, field, gave_way_at, value, author, written_at)
         SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::uuid[],
                              $7::bigint[])",
        &[
            &column!(rows, (scope, ..) => scope.as_str()),
            &column!(rows, (_, record, ..) => *record),
            &column!(rows, (.., old) => old.field.as_str()),
            &column!(rows, (_, _, at, _) => db(*at)),
            &column!(rows, (.., old) => old.value.to_string()),
            &column!(rows, (.., old) => old.author),
            &column!(rows, (.., old) => db(old.seq)),
        ],
    )
    .await
}

async fn records(tx: &Transaction<'_>, outcome: &Outcome) -> Result<()> {
    let left = &outcome.left;
    if !left.is_empty() {
        run(
            tx,
            "DELETE FROM record USING unnest($1::text[], $2::uuid[]) AS gone (scope, id)
             WHERE record.scope = gone.scope AND record.id = gone.id",
            &[&column!(left, (scope, _) => scope.as_str()), &column!(left, (_, id) => *id)],
        )
        .await?;
    }
    let rows = &outcome.records;
    if rows.is_empty() {
        return Ok(());
    }
    run(
        tx,
        "INSERT INTO record (scope, id, kind, region, version, record, origins)
         SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[],
                              $7::text[])
         ON CONFLICT (scope, id) DO UPDATE SET region = excluded.region, version = excluded.version,
           record = excluded.record, origins = excluded.origins",
        &[
            &column!(rows, r => r.scope.as_str()),
            &column!(rows, r => r.id),
            &column!(rows, r => r.kind.as_str()),
            &column!(rows, r => r.region.as_str()),
            &column!(rows, r => db(r.version)),
            &column!(rows, r => r.record.as_str()),
            &column!(rows, r => r.origins.as_str()),
        ],
    )
    .await
}

async fn regions(tx: &Transaction<'_>, outcome: &Outcome) -> Result<()> {
    let rows = &outcome.regions;
    if rows.is_empty() {
        return Ok(());
    }
    run(
        tx,
        "INSERT INTO region_digest (scope, region, digest, records)
         SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bigint[])
         ON CONFLICT (scope, region) DO UPDATE SET digest = excluded.digest, records = excluded.records",
        &[
            &column!(rows, (scope, ..) => scope.as_str()),
            &column!(rows, (_, region, _) => region.as_str()),
            &column!(rows, (.., state) => state.digest.0.as_slice()),
            &column!(rows, (.., state) => db(state.records)),
        ],
    )
    .await
}

async fn scopes(tx: &Transaction<'_>, outcome: &Outcome) -> Result<()> {
    let rows = &outcome.scopes;
    if rows.is_empty() {
        return Ok(());
    }
    run(
        tx,
        "UPDATE scope SET head = n.head, chain = n.chain, digest = n.digest
         FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bytea[]) AS n (id, head, chain, digest)
         WHERE scope.id = n.id",
        &[
            &column!(rows, (scope, _) => scope.as_str()),
            &column!(rows, (_, state) => db(state.head)),
            &column!(rows, (_, state) => state.chain.0.as_slice()),
            &column!(rows, (_, state) => state.digest.0.as_slice()),
        ],
    )
    .await
}

async fn quarantine(tx: &Transaction<'_>, table: &str, rows: &[Quarantine]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let changes = rows.iter().map(|r| serde_json::to_string(&r.change)).collect::<Result<Vec<_>, _>>()?;
    let verdicts = rows.iter().map(|r| serde_json::to_string(&r.verdict)).collect::<Result<Vec<_>, _>>()?;
    run(
        tx,
        &format!(
            "INSERT INTO {table} (scope, device, incarnation, own, record, change, verdict, received_at)
             SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[], $6::text[],
                                  $7::text[], $8::bigint[])"
        ),
        &[
            &column!(rows, r => r.scope.as_str()),
            &column!(rows, r => r.change.id.device),
            &column!(rows, r => r.change.id.incarnation),
            &column!(rows, r => db(r.change.id.seq)),
            &column!(rows, r => r.change.record),
            &changes,
            &verdicts,
            &column!(rows, r => r.received_at),
        ],
    )
    .await
}

async fn verdicts(tx: &Transaction<'_>, request: &PushRequest, outcome: &Outcome) -> Result<()> {
    let rows = &outcome.verdicts;
    if rows.is_empty() {
        return Ok(());
    }
    let said = rows.iter().map(|r| serde_json::to_string(&r.verdict)).collect::<Result<Vec<_>, _>>()?;
    run(
        tx,
        "INSERT INTO verdict (device, incarnation, own, print, verdict)
         SELECT $1, $2, own, print, verdict
         FROM unnest($3::bigint[], $4::bytea[], $5::text[]) AS v (own, print, verdict)",
        &[
            &request.device,
            &request.incarnation,
            &column!(rows, r => db(r.seq)),
            &column!(rows, r => r.print.as_slice()),
            &said,
        ],
    )
    .await
}

async fn acked(tx: &Transaction<'_>, request: &PushRequest, outcome: &Outcome) -> Result<()> {
    let Some(last) = outcome.verdicts.last() else { return Ok(()) };
    run(
        tx,
        "INSERT INTO incarnation (device, incarnation, acked) VALUES ($1, $2, $3)
         ON CONFLICT (device, incarnation) DO UPDATE SET acked = excluded.acked",
        &[&request.device, &request.incarnation, &db(last.seq)],
    )
    .await
}

async fn audit(tx: &Transaction<'_>, outcome: &Outcome) -> Result<()> {
    match &outcome.audit {
        Some(row) => append(tx, row).await,
        None => Ok(()),
    }
}
