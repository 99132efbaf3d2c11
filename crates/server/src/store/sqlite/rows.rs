//! Reading columns, and the audit's head.

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, Transaction};
use serde_json::Value;
use tiexin_domain::RegionCode;
use uuid::Uuid;

use super::{db, wire};
use crate::audit::{AuditHead, AuditRow, PROVINCE};
use crate::error::Result;

pub(super) fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get::<_, [u8; 16]>(column).map(Uuid::from_bytes)
}

pub(super) fn hash(row: &Row<'_>, column: usize) -> rusqlite::Result<[u8; 32]> {
    row.get::<_, [u8; 32]>(column)
}

pub(super) fn seq(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(wire)
}

pub(super) fn place(row: &Row<'_>, column: usize) -> rusqlite::Result<RegionCode> {
    let code: String = row.get(column)?;
    RegionCode::new(code).map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, e.into()))
}

pub(super) fn head(tx: &Transaction<'_>, book: &str) -> Result<AuditHead> {
    let head = tx
        .prepare_cached("SELECT seq, chain FROM audit_head WHERE book = ?1")?
        .query_row([book], |row| Ok(AuditHead { seq: seq(row, 0)?, chain: hash(row, 1)? }))
        .optional()?;
    Ok(head.unwrap_or_default())
}

pub(super) fn append(tx: &Transaction<'_>, row: &AuditRow) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO audit (book, seq, at, act, detail, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((&row.book, db(row.seq), row.at, &row.act, &row.detail, row.chain))?;
    tx.prepare_cached(
        "INSERT INTO audit_head (book, seq, chain) VALUES (?1, ?2, ?3)
         ON CONFLICT (book) DO UPDATE SET seq = excluded.seq, chain = excluded.chain",
    )?
    .execute((&row.book, db(row.seq), row.chain))?;
    Ok(())
}

/// Notes an administrative act.
pub(super) fn note(tx: &Transaction<'_>, now: i64, act: &str, detail: Value) -> Result<()> {
    append(tx, &head(tx, PROVINCE)?.next(PROVINCE.into(), now, act, detail))
}
