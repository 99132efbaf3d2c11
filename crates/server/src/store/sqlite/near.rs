//! `near`: which records stand beside which, for the rules that need surroundings.

use rusqlite::{Connection, OptionalExtension, Transaction};
use tiexin_domain::{RegionCode, around};
use uuid::Uuid;

use super::id;
use crate::error::Result;
use crate::plan::{NearRow, near_print};

/// Makes it anew where it was made by other rules than this program declares.
pub(super) fn settle(connection: &mut Connection) -> Result<()> {
    let tx = connection.transaction()?;
    let print = near_print();
    let made: Option<String> =
        tx.query_row("SELECT value FROM meta WHERE name = 'near'", [], |row| row.get(0)).optional()?;
    if made.as_ref() == Some(&print) {
        return Ok(());
    }
    tx.execute("DELETE FROM near", [])?;
    for (kind, field) in around::parked_kinds() {
        tx.execute(
            "INSERT INTO near (scope, record, parent)
             SELECT scope, id, json_extract(record, ?2) FROM record
             WHERE kind = ?1 AND json_type(record, ?2) = 'text'",
            (kind, format!("$.fields.{field}")),
        )?;
    }
    tx.execute(
        "INSERT INTO meta (name, value) VALUES ('near', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [print],
    )?;
    tx.commit()?;
    Ok(())
}

const OF: &str = "SELECT record FROM near WHERE scope = ?1 AND parent = ?2";
const SAME: &str = "SELECT other.record FROM near AS own JOIN near AS other
       ON other.scope = own.scope AND other.parent = own.parent
     WHERE own.scope = ?1 AND own.record = ?2";

/// Records of these scopes that belong to one of `named`, or to the same as one of them.
pub(super) fn beside(tx: &Transaction<'_>, scopes: &[RegionCode], named: &[String]) -> Result<Vec<Uuid>> {
    let mut of = tx.prepare_cached(OF)?;
    let mut same = tx.prepare_cached(SAME)?;
    let mut found = Vec::new();
    for scope in scopes {
        for name in named {
            let rows = of.query_map((scope.as_str(), name), |row| id(row, 0))?;
            found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
            let Ok(own) = name.parse::<Uuid>() else { continue };
            let rows = same.query_map((scope.as_str(), own.as_bytes()), |row| id(row, 0))?;
            found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
        }
    }
    Ok(found)
}

pub(super) fn write(tx: &Transaction<'_>, left: &[(RegionCode, Uuid)], rows: &[NearRow]) -> Result<()> {
    let mut gone = tx.prepare_cached("DELETE FROM near WHERE scope = ?1 AND record = ?2")?;
    for (scope, record) in left {
        gone.execute((scope.as_str(), record.as_bytes()))?;
    }
    let mut put = tx.prepare_cached(
        "INSERT INTO near (scope, record, parent) VALUES (?1, ?2, ?3)
         ON CONFLICT (scope, record) DO UPDATE SET parent = excluded.parent",
    )?;
    for row in rows {
        match &row.parent {
            Some(parent) => put.execute((row.scope.as_str(), row.record.as_bytes(), parent))?,
            None => gone.execute((row.scope.as_str(), row.record.as_bytes()))?,
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::file::migrations;

    #[test]
    fn neighbours_are_found_by_an_index() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrations().to_latest(&mut connection).unwrap();
        for sql in [OF, SAME] {
            let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let plan = explain.query_map(("", ""), |row| row.get::<_, String>(3)).unwrap();
            for step in plan {
                let step = step.unwrap();
                assert!(step.starts_with("SEARCH"), "{sql}: {step}");
            }
        }
    }
}
