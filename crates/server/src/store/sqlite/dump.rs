//! Reading whole: for `verify`, and the quarantine for people who settle.

use rusqlite::Transaction;
use tiexin_domain::RegionCode;
use tiexin_protocol::wire::Quarantined;

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

pub(super) fn quarantine(tx: &Transaction<'_>, scope: &RegionCode) -> Result<Vec<Quarantined>> {
    let mut query = tx.prepare(
        "SELECT change, verdict, received_at FROM conflict WHERE scope = ?1
         UNION ALL SELECT change, verdict, received_at FROM parked WHERE scope = ?1 ORDER BY 3, 1",
    )?;
    let mut rows = query.query([scope.as_str()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Quarantined {
            change: serde_json::from_str(&row.get::<_, String>(0)?)?,
            verdict: serde_json::from_str(&row.get::<_, String>(1)?)?,
            received_at: row.get(2)?,
        });
    }
    Ok(found)
}
