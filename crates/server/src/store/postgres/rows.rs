//! Reading columns, and the audit's head.

use deadpool_postgres::Transaction;
use serde_json::Value;
use tiexin_domain::RegionCode;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use super::{bytes32, db, region, wire};
use crate::audit::{AuditHead, AuditRow, PROVINCE};
use crate::error::{Error, Result};

pub(super) fn place(row: &Row, column: usize) -> Result<RegionCode> {
    region(row.try_get(column)?)
}

pub(super) fn hash(row: &Row, column: usize) -> Result<[u8; 32]> {
    bytes32(row.try_get::<_, &[u8]>(column)?)
}

pub(super) fn seq(row: &Row, column: usize) -> Result<u64> {
    Ok(wire(row.try_get(column)?))
}

/// The head of a book, held until the transaction ends: its entries are written one after the other.
pub(super) async fn lock_head(tx: &Transaction<'_>, book: &str) -> Result<AuditHead> {
    let begin = tx
        .prepare_cached("INSERT INTO audit_head (book, seq, chain) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING")
        .await?;
    let lock = tx.prepare_cached("SELECT seq, chain FROM audit_head WHERE book = $1 FOR UPDATE").await?;
    if let Some(row) = tx.query_opt(&lock, &[&book]).await? {
        return Ok(AuditHead { seq: seq(&row, 0)?, chain: hash(&row, 1)? });
    }
    tx.execute(&begin, &[&book, &[0u8; 32].as_slice()]).await?;
    let row = tx.query_one(&lock, &[&book]).await?;
    Ok(AuditHead { seq: seq(&row, 0)?, chain: hash(&row, 1)? })
}

pub(super) async fn append(tx: &Transaction<'_>, row: &AuditRow) -> Result<()> {
    let statement = tx
        .prepare_cached(
            "WITH head AS (UPDATE audit_head SET seq = $2, chain = $6 WHERE book = $1)
             INSERT INTO audit (book, seq, at, act, detail, chain) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .await?;
    tx.execute(&statement, &[&row.book, &db(row.seq), &row.at, &row.act, &row.detail, &row.chain.as_slice()])
        .await?;
    Ok(())
}

/// Notes an administrative act.
pub(super) async fn note(tx: &Transaction<'_>, now: i64, act: &str, detail: Value) -> Result<()> {
    let head = lock_head(tx, PROVINCE).await?;
    append(tx, &head.next(PROVINCE.into(), now, act, detail)).await
}

/// Whether another transaction was in the way and trying again may do.
pub(super) fn raced(error: &Error) -> bool {
    let Error::Postgres(e) = error else { return false };
    [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION]
        .iter()
        .any(|code| e.code() == Some(code))
}
