//! `seen`: entries of the province's log that this desk has read, for a record's history.

use rusqlite::{Connection, params};
use tiexin_protocol::{LogEntry, VoidChange};

use crate::error::Result;

pub(crate) fn put(conn: &Connection, n: i64, entry: &LogEntry) -> Result<()> {
    let names: Vec<&str> = entry.set.keys().map(String::as_str).collect();
    let act = match entry.void {
        Some(VoidChange::Hide(_)) => "void",
        Some(VoidChange::Restore) => "restore",
        None => "change",
    };
    conn.prepare_cached(
        "INSERT OR REPLACE INTO seen (record, seq, author, noted_at, fields, act) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![n, entry.seq as i64, entry.author, entry.noted_at, names.join(" "), act])?;
    Ok(())
}
