//! Reading facts for the forms: which records of a kind, in a region, in a period, with which
//! values. Counting itself belongs to the report crate.
//!
//! What `derive.rs` keeps in columns is read from a covering index and never parses JSON, the
//! persons of a record among them; a condition on any other field still works, by reading the
//! record's fields, only slower.

mod filter;

use std::collections::{BTreeSet, HashSet};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};
use tiexin_domain::nouns::visit::Presence;
use tiexin_domain::shape::{self, Role};
use tiexin_domain::{Fields, Kind, Level, RegionCode, nouns};
use uuid::Uuid;

pub use filter::Filter;

use crate::book::Book;
use crate::derive::{bounds, persons_in, visit_flag};
use crate::error::{Result, StoreError};

/// Which records are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    pub kind: Kind,
    pub region: RegionCode,
    pub days: Days,
}

/// Days as `yyyymmdd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Days {
    /// What happened on these days, both ends included. Records without a day are not among them.
    Within(i64, i64),
    /// What stands at the end of this day: begun by then or at a day unknown, and not ended.
    StandingAt(i64),
}

/// One record, as far as it is counted.
#[derive(Debug, Clone, Copy)]
pub struct Fact<'r> {
    /// The record's number in this book, see [`FactReader::ids`].
    pub record: i64,
    /// Region code filled to 12 digits.
    pub place: i64,
    /// 64 bits of the household's id.
    pub household: Option<i64>,
    category: Option<&'r str>,
    number: Option<i64>,
    flags: i64,
    persons: &'r [u8],
}

impl<'r> Fact<'r> {
    /// The different persons met, surveyed, insured, counselled: the same number for the same person.
    pub fn persons(&self) -> impl Iterator<Item = i64> + use<'r> {
        persons_in(self.persons)
    }

    /// Of a visit: whether the family was seen, by [`Presence::met`].
    pub fn met(&self) -> bool {
        self.flags & visit_flag::MET != 0
    }

    /// Facts that agree in this meet the same filters, unless a filter needs fields.
    pub fn class(&self) -> (&'r str, i64) {
        (self.category.unwrap_or_default(), self.flags)
    }
}

/// Reads facts in one consistent state of the book.
pub struct FactReader<'a> {
    conn: &'a Connection,
}

impl Book {
    /// Runs `look` with facts that all come from one state of the book.
    pub fn facts<T>(&self, look: impl FnOnce(&FactReader<'_>) -> Result<T>) -> Result<T> {
        self.read(|conn| look(&FactReader { conn }))
    }
}

/// ` AND …` by which of what is insert-only neither what was taken back is counted, nor what takes it back.
fn not_taken_back(kind: &Kind) -> String {
    let Some(field) = shape::reversal(kind.code()) else { return String::new() };
    format!(
        " AND json_extract(fields, '$.{field}') IS NULL AND NOT EXISTS (
            SELECT 1 FROM link JOIN record AS other ON other.n = link.child
            WHERE link.parent = record.id AND other.kind = record.kind AND other.hidden = 0)"
    )
}

/// Whether a record of the kind with an end still stands at the end of the day ?2.
fn outlasts(kind: &Kind) -> &'static str {
    let says = |role| nouns::shape(kind).is_some_and(|shape| shape.role(role).is_some());
    if says(Role::EndsNothing) {
        "1"
    } else if says(Role::LastDay) {
        "until >= ?2"
    } else {
        "until > ?2"
    }
}

impl FactReader<'_> {
    /// Shows every record in reach that is not void, nor made void by its parent. With
    /// `with_fields` the records' fields come too.
    pub fn each(
        &self,
        reach: &Reach,
        with_fields: bool,
        mut see: impl FnMut(&Fact, Option<&Fields>),
    ) -> Result<()> {
        let (first, last) = bounds(&reach.region);
        let fields = if with_fields { ", fields" } else { "" };
        let stands = not_taken_back(&reach.kind);
        let columns = format!("n, place, household, category, number, flags, persons{fields}");
        let mut look = |row: &Row| -> Result<()> {
            let fact = Fact {
                record: row.get(0)?,
                place: row.get(1)?,
                household: row.get(2)?,
                category: optional_text(row.get_ref(3)?)?,
                number: row.get(4)?,
                flags: row.get(5)?,
                persons: row
                    .get_ref(6)?
                    .as_bytes_or_null()
                    .map_err(rusqlite::Error::from)?
                    .unwrap_or_default(),
            };
            let fields: Option<Fields> = match with_fields {
                true => serde_json::from_str(row.get_ref(7)?.as_str().map_err(rusqlite::Error::from)?).ok(),
                false => None,
            };
            see(&fact, fields.as_ref());
            Ok(())
        };
        match reach.days {
            Days::Within(from, to) => {
                let mut query = self.conn.prepare_cached(&format!(
                    "SELECT {columns} FROM record WHERE kind = ?1 AND day BETWEEN ?2 AND ?3
                     AND place BETWEEN ?4 AND ?5 AND hidden = 0{stands}"
                ))?;
                let mut rows = query.query(params![reach.kind.code(), from, to, first, last])?;
                while let Some(row) = rows.next()? {
                    look(row)?;
                }
            }
            Days::StandingAt(day) => {
                let mut query = self.conn.prepare_cached(&format!(
                    "SELECT {columns} FROM record WHERE kind = ?1 AND hidden = 0
                     AND place BETWEEN ?3 AND ?4 AND (day IS NULL OR day <= ?2)
                     AND (until IS NULL OR {}){stands}",
                    outlasts(&reach.kind)
                ))?;
                let mut rows = query.query(params![reach.kind.code(), day, first, last])?;
                while let Some(row) = rows.next()? {
                    look(row)?;
                }
            }
        }
        Ok(())
    }

    /// How many records happened within the days: nothing but a walk along the index that
    /// [`FactReader::each`] reads, for comparison.
    pub fn count_within(&self, kind: &Kind, region: &RegionCode, from: i64, to: i64) -> Result<u64> {
        let (first, last) = bounds(region);
        let mut query = self.conn.prepare_cached(
            "SELECT count(*) FROM record WHERE kind = ?1 AND day BETWEEN ?2 AND ?3
             AND place BETWEEN ?4 AND ?5 AND hidden = 0",
        )?;
        let count: i64 = query.query_row(params![kind.code(), from, to, first, last], |row| row.get(0))?;
        Ok(count as u64)
    }

    /// The numbers of the visits in reach whose 见面情况 is one of these: a form may leave them out of its figures.
    pub fn visits_of_presence(&self, reach: &Reach, wanted: &[Presence]) -> Result<HashSet<i64>> {
        let mut found = HashSet::new();
        if reach.kind != Kind::Visit || wanted.is_empty() {
            return Ok(found);
        }
        let (first, last) = bounds(&reach.region);
        let (from, to) = match reach.days {
            Days::Within(from, to) => (from, to),
            Days::StandingAt(day) => (0, day),
        };
        // Where nobody was met is in the index; of the few that it leaves the fields are read.
        let unmet = wanted.iter().all(|presence| !presence.met());
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT n, fields FROM record WHERE kind = 'visit' AND day BETWEEN ?1 AND ?2
             AND place BETWEEN ?3 AND ?4 AND hidden = 0 AND (flags & {} = 0 OR NOT ?5)",
            visit_flag::MET
        ))?;
        let mut rows = query.query(params![from, to, first, last, unmet])?;
        while let Some(row) = rows.next()? {
            let fields: Option<Fields> =
                serde_json::from_str(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?).ok();
            if wanted.contains(&Presence::of(&fields.unwrap_or_default())) {
                found.insert(row.get(0)?);
            }
        }
        Ok(found)
    }

    /// The first day, `yyyymmdd`, of any record of a kind in the book; 0 when one of them has none. Void ones
    /// do not count.
    pub fn earliest(&self, kind: &Kind) -> Result<Option<i64>> {
        self.first_day(kind, 0)
    }

    /// The same of those that have a day.
    pub fn earliest_dated(&self, kind: &Kind) -> Result<Option<i64>> {
        self.first_day(kind, 1)
    }

    fn first_day(&self, kind: &Kind, from: i64) -> Result<Option<i64>> {
        let mut query = self.conn.prepare_cached(
            "SELECT min(day) FROM record WHERE kind = ?1 AND day >= ?2 AND day IS NOT NULL AND hidden = 0",
        )?;
        Ok(query.query_row(params![kind.code(), from], |row| row.get(0))?)
    }

    /// The records' ids, in the given order.
    pub fn ids(&self, records: &[i64]) -> Result<Vec<Uuid>> {
        let mut query = self.conn.prepare_cached("SELECT id FROM record WHERE n = ?1")?;
        let id = |n: &i64| -> Result<Uuid> {
            let id = query.query_row([n], |row| Ok(Uuid::from_slice(row.get_ref(0)?.as_blob()?)))?;
            id.map_err(|_| StoreError::Unreadable { what: "record.id" })
        };
        records.iter().map(id).collect()
    }

    /// The units of a level below a region that have any record, in the order of their codes. A
    /// record that belongs to a region above that level stands under that region's own code.
    pub fn units(&self, region: &RegionCode, level: Level) -> Result<BTreeSet<RegionCode>> {
        let (first, last) = bounds(region);
        let span = 10i64.pow(12 - level.digits() as u32);
        let mut query = self.conn.prepare_cached(
            "SELECT min(place) FROM record WHERE kind = ?1 AND hidden = 0 AND place BETWEEN ?2 AND ?3",
        )?;
        let mut units = BTreeSet::new();
        for kind in Kind::ALL {
            let mut from = first;
            while from <= last {
                let Some(place) = query.query_row(params![kind.code(), from, last], |row| row.get(0))? else {
                    break;
                };
                units.extend(unit_of(place, level));
                from = next_unit(place, span);
            }
        }
        Ok(units)
    }
}

fn next_unit(place: i64, span: i64) -> i64 {
    (place / span + 1) * span
}

/// The region a place belongs to at a level; a place above that level keeps its own.
pub fn unit_of(place: i64, level: Level) -> Option<RegionCode> {
    let digits = format!("{place:012}");
    let filled = |level: Level| digits[level.digits()..].bytes().any(|b| b != b'0');
    let own = match () {
        () if filled(Level::Township) => Level::Village,
        () if filled(Level::County) => Level::Township,
        () if filled(Level::City) => Level::County,
        () if filled(Level::Province) => Level::City,
        () => Level::Province,
    };
    RegionCode::new(&digits[..own.min(level).digits()]).ok()
}

fn optional_text(value: ValueRef<'_>) -> Result<Option<&str>> {
    Ok(value.as_str_or_null().map_err(rusqlite::Error::from)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_knows_its_region() {
        let unit = |place, level| unit_of(place, level).map(|r| r.as_str().to_owned());
        assert_eq!(unit(340_323_100_001, Level::Township).as_deref(), Some("340323100"));
        assert_eq!(unit(340_323_100_001, Level::Village).as_deref(), Some("340323100001"));
        assert_eq!(unit(340_323_100_000, Level::Village).as_deref(), Some("340323100"));
        assert_eq!(unit(340_323_000_000, Level::Township).as_deref(), Some("340323"));
        assert_eq!(unit(340_300_000_000, Level::Township).as_deref(), Some("3403"));
        assert_eq!(next_unit(340_323_100_001, 1000), 340_323_101_000);
    }

    #[test]
    fn what_is_agreed_ends_nothing_and_a_last_day_is_one_more() {
        for (kind, stands) in [
            (Kind::Visit, "1"),
            (Kind::Activity, "1"),
            (Kind::ContactPair, "until >= ?2"),
            (Kind::Policy, "until >= ?2"),
            (Kind::Member, "until > ?2"),
            (Kind::Person, "until > ?2"),
        ] {
            assert_eq!(outlasts(&kind), stands, "{kind:?}");
        }
    }
}
