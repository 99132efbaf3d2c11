//! The rows of a push: one statement for its townships, one for its desk, sent at once.

use deadpool_postgres::Transaction;
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::PushRequest;
use tokio_postgres::types::ToSql;

use super::db;
use crate::error::Result;
use crate::plan::{Outcome, Quarantine};

/// Sends every statement before waiting for the first: one round trip for the lot.
pub(super) async fn write(tx: &Transaction<'_>, request: &PushRequest, outcome: &Outcome) -> Result<()> {
    futures::try_join!(
        township(tx, outcome),
        history(tx, outcome),
        quarantine(tx, "conflict", &outcome.conflicts),
        quarantine(tx, "parked", &outcome.parked),
        desk(tx, request, outcome),
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

/// Entries, records, digests and heads of the scopes: one statement, since each costs a turn of the database.
async fn township(tx: &Transaction<'_>, outcome: &Outcome) -> Result<()> {
    let Outcome { log, records, regions, scopes, left, .. } = outcome;
    if !left.is_empty() {
        // First of all: a record lives in one scope.
        run(
            tx,
            "DELETE FROM record USING unnest($1::text[], $2::uuid[]) AS gone (scope, id)
             WHERE record.scope = gone.scope AND record.id = gone.id",
            &[&column!(left, (scope, _) => scope.as_str()), &column!(left, (_, id) => *id)],
        )
        .await?;
    }
    if log.is_empty() {
        return Ok(());
    }
    run(
        tx,
        "WITH
         records AS (
           INSERT INTO record (scope, id, kind, region, version, record, origins)
           SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[])
           ON CONFLICT (scope, id) DO UPDATE SET region = excluded.region, version = excluded.version,
             record = excluded.record, origins = excluded.origins),
         regions AS (
           INSERT INTO region_digest (scope, region, digest, records)
           SELECT * FROM unnest($8::text[], $9::text[], $10::bytea[], $11::bigint[])
           ON CONFLICT (scope, region) DO UPDATE SET digest = excluded.digest, records = excluded.records),
         heads AS (
           UPDATE scope SET head = n.head, chain = n.chain, digest = n.digest
           FROM unnest($12::text[], $13::bigint[], $14::bytea[], $15::bytea[]) AS n (id, head, chain, digest)
           WHERE scope.id = n.id)
         INSERT INTO log (scope, seq, commit_end, device, incarnation, own, echo, record, region,
                          left_region, entry, whole, chain)
         SELECT * FROM unnest($16::text[], $17::bigint[], $18::bigint[], $19::uuid[], $20::uuid[], $21::bigint[],
                              $22::boolean[], $23::uuid[], $24::text[], $25::text[], $26::text[], $27::text[],
                              $28::bytea[])",
        &[
            &column!(records, r => r.scope.as_str()),
            &column!(records, r => r.id),
            &column!(records, r => r.kind.as_str()),
            &column!(records, r => r.region.as_str()),
            &column!(records, r => db(r.version)),
            &column!(records, r => r.record.as_str()),
            &column!(records, r => r.origins.as_str()),
            &column!(regions, (scope, ..) => scope.as_str()),
            &column!(regions, (_, region, _) => region.as_str()),
            &column!(regions, (.., state) => state.digest.0.as_slice()),
            &column!(regions, (.., state) => db(state.records)),
            &column!(scopes, (scope, _) => scope.as_str()),
            &column!(scopes, (_, state) => db(state.head)),
            &column!(scopes, (_, state) => state.chain.0.as_slice()),
            &column!(scopes, (_, state) => state.digest.0.as_slice()),
            &column!(log, r => r.scope.as_str()),
            &column!(log, r => db(r.seq)),
            &column!(log, r => db(r.commit_end)),
            &column!(log, r => r.origin.device),
            &column!(log, r => r.origin.incarnation),
            &column!(log, r => db(r.origin.seq)),
            &column!(log, r => r.echo),
            &column!(log, r => r.record),
            &column!(log, r => r.region.as_str()),
            &column!(log, r => r.left.as_ref().map(RegionCode::as_str)),
            &column!(log, r => r.entry.as_str()),
            &column!(log, r => r.whole.as_deref()),
            &column!(log, r => r.chain.0.as_slice()),
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

/// Verdicts, how far the desk was heard, and its audit entry.
async fn desk(tx: &Transaction<'_>, request: &PushRequest, outcome: &Outcome) -> Result<()> {
    let rows = &outcome.verdicts;
    let (Some(last), Some(audit)) = (rows.last(), &outcome.audit) else { return Ok(()) };
    let said = rows.iter().map(|r| serde_json::to_string(&r.verdict)).collect::<Result<Vec<_>, _>>()?;
    run(
        tx,
        "WITH
         acked AS (
           INSERT INTO incarnation (device, incarnation, acked) VALUES ($1, $2, $3)
           ON CONFLICT (device, incarnation) DO UPDATE SET acked = excluded.acked),
         head AS (UPDATE audit_head SET seq = $5, chain = $9 WHERE book = $4),
         entry AS (
           INSERT INTO audit (book, seq, at, act, detail, chain) VALUES ($4, $5, $6, $7, $8, $9))
         INSERT INTO verdict (device, incarnation, own, print, verdict)
         SELECT $1, $2, own, print, verdict
         FROM unnest($10::bigint[], $11::bytea[], $12::text[]) AS v (own, print, verdict)",
        &[
            &request.device,
            &request.incarnation,
            &db(last.seq),
            &audit.book,
            &db(audit.seq),
            &audit.at,
            &audit.act,
            &audit.detail,
            &audit.chain.as_slice(),
            &column!(rows, r => db(r.seq)),
            &column!(rows, r => r.print.as_slice()),
            &said,
        ],
    )
    .await
}
