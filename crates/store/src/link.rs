//! `link`: which record belongs to which person or file (the household stands in its own column), or names which.

use rusqlite::{CachedStatement, Connection, params};
use uuid::Uuid;

use crate::error::Result;

/// Writes links: its statement is looked up once, however many they are.
pub(crate) struct Putting<'c>(CachedStatement<'c>);

impl<'c> Putting<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Result<Putting<'c>> {
        Ok(Putting(conn.prepare_cached("INSERT OR IGNORE INTO link (parent, child) VALUES (?1, ?2)")?))
    }

    pub(crate) fn put(&mut self, child: i64, parents: &[Uuid]) -> Result<()> {
        for parent in parents {
            self.0.execute(params![parent, child])?;
        }
        Ok(())
    }
}

pub(crate) fn put(conn: &Connection, child: i64, parents: &[Uuid]) -> Result<()> {
    if parents.is_empty() {
        return Ok(());
    }
    Putting::new(conn)?.put(child, parents)
}

pub(crate) fn remove(conn: &Connection, child: i64, parents: &[Uuid]) -> Result<()> {
    for parent in parents {
        conn.prepare_cached("DELETE FROM link WHERE parent = ?1 AND child = ?2")?
            .execute(params![parent, child])?;
    }
    Ok(())
}

pub(crate) fn children(conn: &Connection, parent: Uuid) -> Result<Vec<i64>> {
    let children = conn
        .prepare_cached("SELECT child FROM link WHERE parent = ?1")?
        .query_map([parent], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(children)
}
