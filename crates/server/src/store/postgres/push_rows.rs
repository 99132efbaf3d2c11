//! The rows of pushes: one statement for the townships, one for the desks, sent at once.

use deadpool_postgres::Transaction;
use tiexin_domain::RegionCode;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::db;
use super::push::Asked;
use crate::error::Result;
use crate::plan::{Outcome, Quarantine};

/// Sends every statement before waiting for the first: one round trip for the lot.
pub(super) async fn write(tx: &Transaction<'_>, all: &[(&Asked, Outcome)]) -> Result<()> {
    let (near, claims) = (of(all, |outcome| &outcome.near), of(all, |outcome| &outcome.claims));
    let near = near.into_iter().map(|row| (&row.scope, row.record, row.parent.as_slice())).collect();
    let claims = claims.into_iter().map(|row| (&row.scope, row.record, row.claims.as_slice())).collect();
    futures::try_join!(
        townships(tx, all),
        found_by(tx, ("near", "parent"), of(all, |outcome| &outcome.left), near),
        found_by(tx, ("claim", "key"), of(all, |outcome| &outcome.left), claims),
        history(tx, all),
        quarantine(tx, "conflict", of(all, |outcome| &outcome.conflicts)),
        quarantine(tx, "parked", of(all, |outcome| &outcome.parked)),
        desks(tx, all),
    )?;
    Ok(())
}

/// Rows of all pushes, one push after the other.
fn of<'a, T>(all: &'a [(&Asked, Outcome)], rows: impl Fn(&'a Outcome) -> &'a Vec<T>) -> Vec<&'a T> {
    all.iter().flat_map(|(_, outcome)| rows(outcome)).collect()
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
async fn townships(tx: &Transaction<'_>, all: &[(&Asked, Outcome)]) -> Result<()> {
    let left = of(all, |outcome| &outcome.left);
    let (log, records) = (of(all, |outcome| &outcome.log), of(all, |outcome| &outcome.records));
    let (regions, scopes) = (of(all, |outcome| &outcome.regions), of(all, |outcome| &outcome.scopes));
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

/// What records are found by: what they belong to, what they claim. Of each anew, for it may say less than before; of one
/// that has left the township none stays.
async fn found_by(
    tx: &Transaction<'_>,
    (table, column): (&str, &str),
    left: Vec<&(RegionCode, Uuid)>,
    rows: Vec<(&RegionCode, Uuid, &[String])>,
) -> Result<()> {
    if left.is_empty() && rows.is_empty() {
        return Ok(());
    }
    let gone = left.iter().map(|(scope, record)| (scope.as_str(), *record));
    let gone = gone.chain(rows.iter().map(|(scope, record, _)| (scope.as_str(), *record)));
    let (scopes, records): (Vec<&str>, Vec<Uuid>) = gone.unzip();
    run(
        tx,
        &format!(
            "DELETE FROM {table} USING unnest($1::text[], $2::uuid[]) AS gone (scope, record)
             WHERE {table}.scope = gone.scope AND {table}.record = gone.record"
        ),
        &[&scopes, &records],
    )
    .await?;
    let mut said: Vec<(&str, Uuid, &str)> = Vec::new();
    for (scope, record, values) in &rows {
        said.extend(values.iter().map(|value| (scope.as_str(), *record, value.as_str())));
    }
    if said.is_empty() {
        return Ok(());
    }
    run(
        tx,
        &format!(
            "INSERT INTO {table} (scope, record, {column})
             SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[])"
        ),
        &[
            &column!(said, (scope, ..) => *scope),
            &column!(said, (_, record, _) => *record),
            &column!(said, (.., value) => *value),
        ],
    )
    .await
}

async fn history(tx: &Transaction<'_>, all: &[(&Asked, Outcome)]) -> Result<()> {
    let rows = of(all, |outcome| &outcome.overwritten);
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

async fn quarantine(tx: &Transaction<'_>, table: &str, rows: Vec<&Quarantine>) -> Result<()> {
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

/// Verdicts, how far the desks were heard, and their audit entries.
async fn desks(tx: &Transaction<'_>, all: &[(&Asked, Outcome)]) -> Result<()> {
    let desks: Vec<_> = all
        .iter()
        .filter_map(|(asked, outcome)| {
            Some((&asked.request, outcome.verdicts.last()?.seq, outcome.audit.as_ref()?))
        })
        .collect();
    if desks.is_empty() {
        return Ok(());
    }
    let verdicts: Vec<_> = all
        .iter()
        .flat_map(|(asked, outcome)| outcome.verdicts.iter().map(|verdict| (&asked.request, verdict)))
        .collect();
    let said =
        verdicts.iter().map(|(_, row)| serde_json::to_string(&row.verdict)).collect::<Result<Vec<_>, _>>()?;
    run(
        tx,
        "WITH
         acked AS (
           INSERT INTO incarnation (device, incarnation, acked)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[])
           ON CONFLICT (device, incarnation) DO UPDATE SET acked = excluded.acked),
         head AS (
           UPDATE audit_head SET seq = n.seq, chain = n.chain
           FROM unnest($4::text[], $5::bigint[], $9::bytea[]) AS n (book, seq, chain)
           WHERE audit_head.book = n.book),
         entry AS (
           INSERT INTO audit (book, seq, at, act, detail, chain)
           SELECT * FROM unnest($4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::bytea[]))
         INSERT INTO verdict (device, incarnation, own, print, verdict)
         SELECT * FROM unnest($10::uuid[], $11::uuid[], $12::bigint[], $13::bytea[], $14::text[])",
        &[
            &column!(desks, (request, ..) => request.device),
            &column!(desks, (request, ..) => request.incarnation),
            &column!(desks, (_, acked, _) => db(*acked)),
            &column!(desks, (.., audit) => audit.book.as_str()),
            &column!(desks, (.., audit) => db(audit.seq)),
            &column!(desks, (.., audit) => audit.at),
            &column!(desks, (.., audit) => audit.act.as_str()),
            &column!(desks, (.., audit) => audit.detail.as_str()),
            &column!(desks, (.., audit) => audit.chain.as_slice()),
            &column!(verdicts, (request, _) => request.device),
            &column!(verdicts, (request, _) => request.incarnation),
            &column!(verdicts, (_, row) => db(row.seq)),
            &column!(verdicts, (_, row) => row.print.as_slice()),
            &said,
        ],
    )
    .await
}
