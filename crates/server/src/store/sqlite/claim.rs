//! `claim`: what insert-only records claim in the whole province.

use rusqlite::Transaction;
use tiexin_domain::RegionCode;
use uuid::Uuid;

use super::id;
use crate::error::Result;
use crate::plan::ClaimRow;

const OF: &str = "SELECT record FROM claim WHERE key = ?1";
const GONE: &str = "DELETE FROM claim WHERE scope = ?1 AND record = ?2";

/// Records that claim one of these, in whichever townships.
pub(super) fn claimants(tx: &Transaction<'_>, claims: &[String]) -> Result<Vec<Uuid>> {
    let mut of = tx.prepare_cached(OF)?;
    let mut found = Vec::new();
    for claim in claims {
        let rows = of.query_map([claim], |row| id(row, 0))?;
        found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    Ok(found)
}

pub(super) fn write(tx: &Transaction<'_>, left: &[(RegionCode, Uuid)], rows: &[ClaimRow]) -> Result<()> {
    let mut gone = tx.prepare_cached(GONE)?;
    for (scope, record) in left {
        gone.execute((scope.as_str(), record.as_bytes()))?;
    }
    let mut put = tx.prepare_cached("INSERT INTO claim (key, scope, record) VALUES (?1, ?2, ?3)")?;
    for row in rows {
        // Each anew: a merge may have turned what it names.
        gone.execute((row.scope.as_str(), row.record.as_bytes()))?;
        for claim in &row.claims {
            put.execute((claim, row.scope.as_str(), row.record.as_bytes()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::file::migrations;
    use rusqlite::Connection;

    #[test]
    fn claims_are_found_by_an_index() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrations().to_latest(&mut connection).unwrap();
        for (sql, most) in [(OF, 1), (GONE, 2)] {
            let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let given = ["", ""].into_iter().take(most);
            let plan =
                explain.query_map(rusqlite::params_from_iter(given), |row| row.get::<_, String>(3)).unwrap();
            for step in plan {
                let step = step.unwrap();
                assert!(step.starts_with("SEARCH"), "{sql}: {step}");
            }
        }
    }
}
