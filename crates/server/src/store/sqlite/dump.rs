//! Reading whole: for `verify`.

use rusqlite::Transaction;
use tiexin_domain::RegionCode;

use super::{hash, head, id, place, pull, push, seq};
use crate::audit::{AuditHead, AuditRow};
use crate::error::Result;
use crate::plan::RecordRow;
use crate::store::ScopeDump;

pub(super) fn dump(tx: &Transaction<'_>, scope: &RegionCode) -> Result<Option<ScopeDump>> {
    let Some(state) = pull::scope(tx, scope)? else { return Ok(None) };
    let log = pull::log(tx, scope, 0, i64::MAX as usize)?;
    let mut query = tx.prepare(
        "SELECT id, kind, region, version, record, origins FROM record WHERE scope = ?1 ORDER BY id",
    )?;
    let rows = query.query_map([scope.as_str()], |row| {
        Ok(RecordRow {
            scope: scope.clone(),
            id: id(row, 0)?,
            kind: row.get(1)?,
            region: place(row, 2)?,
            version: seq(row, 3)?,
            record: row.get(4)?,
            origins: row.get(5)?,
        })
    })?;
    let records = rows.collect::<rusqlite::Result<_>>()?;
    Ok(Some(ScopeDump { state, log, records, regions: push::regions(tx, scope)? }))
}

pub(super) fn audit(tx: &Transaction<'_>, book: &str) -> Result<(AuditHead, Vec<AuditRow>)> {
    let mut query =
        tx.prepare("SELECT seq, at, act, detail, chain FROM audit WHERE book = ?1 ORDER BY seq")?;
    let rows = query.query_map([book], |row| {
        Ok(AuditRow {
            book: book.to_owned(),
            seq: seq(row, 0)?,
            at: row.get(1)?,
            act: row.get(2)?,
            detail: row.get(3)?,
            chain: hash(row, 4)?,
        })
    })?;
    Ok((head(tx, book)?, rows.collect::<rusqlite::Result<_>>()?))
}
