//! Deriving anew what an older program could not derive: columns, links and search words of kinds and fields
//! that it did not know when the records came.
//!
//! The book says which version derived it. A program of another version goes once over the records of the kinds
//! that differ, a stretch at a time; each stretch commits with how far it came, so that any end of the program is
//! only a pause.

use rusqlite::{Connection, params_from_iter};

use crate::book::Book;
use crate::error::Result;
use crate::{meta, record};

/// What [`crate::derive::derive`], the search documents and `shape::parents` give. Raise it whenever one of them
/// gives anything else for some record, and name the kinds in [`CHANGED`]; a test compares.
pub(crate) const VERSION: i64 = 3;

/// Of which kinds a version derives anything else than the one before. 1: the first that is written down; older
/// programs knew neither attachments nor decisions, nor into what a record was merged. 2: a visit says how the
/// family was met; names are found by `v` and `u` for `ü`, files by the tail of their code, contacts by name. 3: a field
/// that a kind does not have, from wherever it came, is not derived of it.
const CHANGED: &[(i64, &[&str])] = &[
    (1, &["attachment", "settlement", "merge", "household", "person", "support_file", "contact_pair"]),
    (2, &["visit", "household", "person", "support_file", "contact_pair", "member", "volunteer", "activity"]),
    (3, &["contact_pair", "member", "volunteer", "activity", "attachment", "settlement", "merge"]),
];

/// The version that derived the book.
const DERIVED: &str = "derived";
/// How far the present one has come.
const DERIVED_TO: &str = "derived_to";

/// Rows gone over at an opening, at most; [`Book::derive_some`] goes on.
const AT_OPENING: i64 = if tiexin_protocol::SMALL { 500 } else { 50_000 };
/// Rows of one commit.
pub(crate) const STRETCH: i64 = if tiexin_protocol::SMALL { 100 } else { 2_000 };

/// What an older version derived and this one did not look at yet.
pub(crate) struct Behind {
    /// All rows up to here are done.
    to: i64,
    /// `None`: of any kind. The book comes from a version that this one does not know.
    kinds: Option<Vec<&'static str>>,
}

impl Behind {
    /// `None`: all is derived by this version.
    pub(crate) fn read(conn: &Connection) -> Result<Option<Behind>> {
        let derived = meta::number(conn, DERIVED)?.unwrap_or(0);
        if derived == VERSION {
            return Ok(None);
        }
        let newer = derived > VERSION;
        let changed = CHANGED.iter().filter(|(version, _)| *version > derived);
        let kinds = changed.flat_map(|(_, kinds)| kinds.iter().copied()).collect();
        let to = meta::number(conn, DERIVED_TO)?.unwrap_or(0);
        Ok(Some(Behind { to, kinds: (!newer).then_some(kinds) }))
    }

    /// Whether a row waits to be derived anew.
    pub(crate) fn has(&self, n: i64, kind: &str) -> bool {
        n > self.to && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }
}

/// Derives a stretch of rows anew; gives how many row numbers are left.
pub(crate) fn step(conn: &Connection, stretch: i64) -> Result<u64> {
    let Some(behind) = Behind::read(conn)? else { return Ok(0) };
    let last: i64 = conn.query_row("SELECT coalesce(max(n), 0) FROM record", [], |row| row.get(0))?;
    let end = last.min(behind.to + stretch);
    let mut of_kind = String::new();
    let kinds = behind.kinds.as_deref().unwrap_or_default();
    if behind.kinds.is_some() {
        // By `n`, never by an index on `kind`: each stretch would sort all that is left.
        of_kind = format!(" AND +kind IN ({})", vec!["?"; kinds.len()].join(", "));
    }
    let sql = format!("{} WHERE n > {} AND n <= {end}{of_kind} ORDER BY n", record::select!(), behind.to);
    let rows = {
        let mut select = conn.prepare(&sql)?;
        let mut found = select.query(params_from_iter(kinds))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            rows.push(record::read(row)?);
        }
        rows
    };
    for row in &rows {
        record::derive_anew(conn, row)?;
    }
    if end == last {
        meta::put(conn, DERIVED, &VERSION.to_string())?;
        conn.execute("DELETE FROM meta WHERE key = ?1", [DERIVED_TO])?;
    } else {
        meta::put(conn, DERIVED_TO, &end.to_string())?;
    }
    Ok((last - end) as u64)
}

impl Book {
    /// Goes on deriving what an older program left, a stretch; gives how many row numbers are left. Call until
    /// it gives 0. Until then lists and searches may lack such records.
    pub fn derive_some(&self) -> Result<u64> {
        // The usual answer needs no turn at writing.
        if self.read(Behind::read)?.is_none() {
            return Ok(0);
        }
        Ok(self.write(|w| step(&w.tx, STRETCH))?.0)
    }

    /// What is done of it while a book is opened.
    pub(crate) fn derive_at_opening(&self) -> Result<()> {
        for _ in 0..AT_OPENING / STRETCH {
            if self.derive_some()? == 0 {
                break;
            }
        }
        Ok(())
    }
}
