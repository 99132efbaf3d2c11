//! Reading whole: for `verify`.

use deadpool_postgres::Transaction;
use tiexin_domain::RegionCode;

use super::{hash, place, pull, push, seq};
use crate::audit::{AuditHead, AuditRow};
use crate::error::Result;
use crate::plan::RecordRow;
use crate::store::ScopeDump;

pub(super) async fn dump(tx: &Transaction<'_>, scope: &RegionCode) -> Result<Option<ScopeDump>> {
    let Some(state) = pull::scope(tx, scope).await? else { return Ok(None) };
    let log = pull::log(tx, scope, 0, usize::MAX).await?;
    let rows = tx
        .query(
            "SELECT id, kind, region, version, record, origins FROM record WHERE scope = $1 ORDER BY id",
            &[&scope.as_str()],
        )
        .await?;
    let records = rows
        .iter()
        .map(|row| {
            Ok(RecordRow {
                scope: scope.clone(),
                id: row.try_get(0)?,
                kind: row.try_get(1)?,
                region: place(row, 2)?,
                version: seq(row, 3)?,
                record: row.try_get(4)?,
                origins: row.try_get(5)?,
            })
        })
        .collect::<Result<_>>()?;
    Ok(Some(ScopeDump { state, log, records, regions: push::regions_of(tx, scope).await? }))
}

pub(super) async fn audit(tx: &Transaction<'_>, book: &str) -> Result<(AuditHead, Vec<AuditRow>)> {
    let head = tx.query_opt("SELECT seq, chain FROM audit_head WHERE book = $1", &[&book]).await?;
    let head = match head {
        Some(row) => AuditHead { seq: seq(&row, 0)?, chain: hash(&row, 1)? },
        None => AuditHead::default(),
    };
    let rows = tx
        .query("SELECT seq, at, act, detail, chain FROM audit WHERE book = $1 ORDER BY seq", &[&book])
        .await?;
    let rows = rows
        .iter()
        .map(|row| {
            Ok(AuditRow {
                book: book.to_owned(),
                seq: seq(row, 0)?,
                at: row.try_get(1)?,
                act: row.try_get(2)?,
                detail: row.try_get(3)?,
                chain: hash(row, 4)?,
            })
        })
        .collect::<Result<_>>()?;
    Ok((head, rows))
}
