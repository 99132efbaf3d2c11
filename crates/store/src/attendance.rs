//! `attendance`: the different persons of a record that is shown, for counting 人.

use rusqlite::{Connection, params};

use crate::derive::Derived;
use crate::error::Result;

pub(crate) fn put(conn: &Connection, record: i64, kind: &str, d: &Derived) -> Result<()> {
    let Some(day) = d.day else { return Ok(()) };
    if d.persons.is_empty() {
        return Ok(());
    }
    let mut insert = conn.prepare_cached(
        "INSERT OR IGNORE INTO attendance (kind, day, record, person, place, category, flags)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let category = d.category.as_deref().unwrap_or_default();
    for person in &d.persons {
        insert.execute(params![kind, day, record, person, d.place, category, d.flags])?;
    }
    Ok(())
}

pub(crate) fn remove(conn: &Connection, record: i64, kind: &str, d: &Derived) -> Result<()> {
    let Some(day) = d.day else { return Ok(()) };
    if !d.persons.is_empty() {
        conn.prepare_cached("DELETE FROM attendance WHERE kind = ?1 AND day = ?2 AND record = ?3")?
            .execute(params![kind, day, record])?;
    }
    Ok(())
}
