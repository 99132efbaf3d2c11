//! Deriving anew what another program derived otherwise or could not derive: columns, links and search words of
//! kinds and fields that it did not know when the records came.
//!
//! The book keeps a print of each kind's shape by which its records were derived (`Shape::derives`). A program whose
//! prints differ goes once over the records of the kinds that differ, a stretch at a time; each stretch commits with
//! how far it came, so that any end of the program is only a pause.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use rusqlite::{Connection, params_from_iter};
use serde::{Deserialize, Serialize};
use tiexin_domain::{Kind, shape};

use crate::book::Book;
use crate::error::Result;
use crate::{meta, record};

/// How columns, links and search words are made of what a shape says. Raise it whenever [`crate::derive`], the search
/// documents or their spelling give anything else for the same shape and record; a test compares.
pub(crate) const HOW: u32 = 6;

/// By which the rows are derived: [`Prints`] as JSON. Programs before it wrote a number of their own.
const DERIVED: &str = "derived";
/// How far deriving anew has come, and by what: [`Going`] as JSON.
const DERIVING: &str = "deriving";
/// In [`Prints`]: of any kind that does not stand there.
const OTHER: &str = "*";

/// Rows gone over at an opening, at most; [`Book::derive_some`] goes on.
const AT_OPENING: i64 = if tiexin_protocol::SMALL { 500 } else { 50_000 };
/// Rows of one commit.
pub(crate) const STRETCH: i64 = if tiexin_protocol::SMALL { 100 } else { 2_000 };

/// By kind, what its records are derived by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Prints(pub(crate) BTreeMap<String, String>);

impl Prints {
    /// Those of this program.
    pub(crate) fn own() -> &'static Prints {
        static OWN: OnceLock<Prints> = OnceLock::new();
        OWN.get_or_init(|| {
            let print = |derives: &str| {
                blake3::hash(format!("{HOW}\n{derives}").as_bytes()).to_hex()[..16].to_owned()
            };
            let known = Kind::ALL.iter().filter_map(|kind| {
                let shape = shape::of(kind.code())?;
                Some((kind.code().to_owned(), print(&shape.derives())))
            });
            Prints(known.chain([(OTHER.to_owned(), print(""))]).collect())
        })
    }

    fn of(&self, kind: &str) -> Option<&String> {
        self.0.get(kind).or_else(|| self.0.get(OTHER))
    }

    /// The kinds that either of the two names, apart by whether both say the same of them.
    fn compared<'p>(&'p self, other: &'p Prints) -> (BTreeSet<&'p str>, BTreeSet<&'p str>) {
        let named = self.0.keys().chain(other.0.keys()).map(String::as_str).filter(|kind| *kind != OTHER);
        named.partition(|kind| self.of(kind) == other.of(kind))
    }
}

#[derive(Serialize, Deserialize)]
struct Going {
    /// All rows up to here are done.
    to: i64,
    by: Prints,
}

/// What was derived otherwise and this program did not come to yet.
pub(crate) struct Behind {
    /// All rows up to here are done.
    to: i64,
    /// By what the rows behind it are derived.
    derived: Prints,
}

impl Behind {
    /// `None`: all is derived as this program does it.
    pub(crate) fn read(conn: &Connection) -> Result<Option<Behind>> {
        // What cannot be read is of a program before prints: nothing is known of what it derived.
        let derived = meta::get(conn, DERIVED)?.and_then(|text| serde_json::from_str::<Prints>(&text).ok());
        let mut derived = derived.unwrap_or_default();
        let own = Prints::own();
        let going = meta::get(conn, DERIVING)?.and_then(|text| serde_json::from_str::<Going>(&text).ok());
        match going {
            None if derived == *own => Ok(None),
            None => Ok(Some(Behind { to: 0, derived })),
            Some(going) if going.by == *own => Ok(Some(Behind { to: going.to, derived })),
            Some(other) => {
                // Another program had begun: of the kinds it went over some rows are derived by it.
                let (_, mixed) = derived.compared(&other.by);
                let mixed: Vec<String> = mixed.into_iter().map(str::to_owned).collect();
                if derived.0.get(OTHER) != other.by.0.get(OTHER) {
                    derived = Prints::default();
                }
                derived.0.extend(mixed.into_iter().map(|kind| (kind, String::new())));
                Ok(Some(Behind { to: 0, derived }))
            }
        }
    }

    /// Whether a row waits to be derived anew.
    pub(crate) fn has(&self, n: i64, kind: &str) -> bool {
        n > self.to && self.derived.of(kind) != Prints::own().of(kind)
    }

    /// The kinds that wait, as a condition on `record` and its values. By `n`, never by an index on `kind`: each
    /// stretch would sort all that is left.
    fn condition(&self) -> (String, Vec<&str>) {
        let own = Prints::own();
        let (same, changed) = own.compared(&self.derived);
        let marks = |kinds: &BTreeSet<&str>| vec!["?"; kinds.len()].join(", ");
        if self.derived.0.get(OTHER) == own.0.get(OTHER) {
            (format!("+kind IN ({})", marks(&changed)), changed.into_iter().collect())
        } else {
            (format!("+kind NOT IN ({})", marks(&same)), same.into_iter().collect())
        }
    }
}

/// Derives a stretch of rows anew; gives how many row numbers are left.
pub(crate) fn step(conn: &Connection, stretch: i64) -> Result<u64> {
    let Some(behind) = Behind::read(conn)? else { return Ok(0) };
    let last: i64 = conn.query_row("SELECT coalesce(max(n), 0) FROM record", [], |row| row.get(0))?;
    let end = last.min(behind.to + stretch);
    let (of_kind, kinds) = behind.condition();
    let sql =
        format!("{} WHERE n > {} AND n <= {end} AND {of_kind} ORDER BY n", record::select!(), behind.to);
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
        meta::put(conn, DERIVED, &record::text(Prints::own())?)?;
        // `derived_to`: of a program before prints.
        conn.execute("DELETE FROM meta WHERE key IN (?1, 'derived_to')", [DERIVING])?;
    } else {
        meta::put(conn, DERIVED, &record::text(&behind.derived)?)?;
        meta::put(conn, DERIVING, &record::text(&Going { to: end, by: Prints::own().clone() })?)?;
    }
    Ok((last - end) as u64)
}

impl Book {
    /// Goes on deriving what another program left, a stretch; gives how many row numbers are left. Call until
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
