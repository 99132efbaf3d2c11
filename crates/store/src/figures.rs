//! Reading facts for the forms: which records of a kind, in a region, in a period, with which
//! values. Counting itself belongs to the report crate.
//!
//! What `derive.rs` keeps in columns is read from a covering index and never parses JSON, the
//! persons of a record among them; a condition on any other field still works, by reading the
//! record's fields, only slower.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};
use serde_json::Value;
use tiexin_domain::nouns::visit::Presence;
use tiexin_domain::{Fen, Fields, Kind, Level, RegionCode};
use uuid::Uuid;

use crate::book::Book;
use crate::derive::{bounds, member_flag, persons_in, visit_flag};
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

/// Conditions on a kind's fields, and the number that is summed.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    conditions: Vec<Condition>,
    sum: Option<Summed>,
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Category(Vec<String>),
    AnyFlag(i64),
    NoFlag(i64),
    /// Not in a column: read from the fields.
    Field(String, Vec<Value>),
}

#[derive(Debug, Clone, PartialEq)]
enum Summed {
    Number,
    Field(String),
}

impl Filter {
    /// `wanted`: field → values, any of which will do; a field that holds a list must contain one,
    /// and `false` also means absent. `sum`: the number field that is added up.
    pub fn new(kind: &Kind, wanted: &BTreeMap<String, Vec<Value>>, sum: Option<&str>) -> Filter {
        let conditions = wanted.iter().map(|(field, values)| {
            let derived = derived(kind, field, values);
            derived.unwrap_or_else(|| Condition::Field(field.clone(), values.clone()))
        });
        let sum = sum.map(|field| match (kind, field) {
            (Kind::InsuranceClaim, "amount")
            | (Kind::Activity, "headcount")
            | (Kind::Volunteer, "minutes") => Summed::Number,
            _ => Summed::Field(field.to_owned()),
        });
        Filter { conditions: conditions.collect(), sum }
    }

    /// Whether the records' fields must be read: slower.
    pub fn needs_fields(&self) -> bool {
        matches!(self.sum, Some(Summed::Field(_)))
            || self.conditions.iter().any(|c| matches!(c, Condition::Field(..)))
    }

    /// Whether a record is meant. `fields` are asked only when [`Filter::needs_fields`].
    pub fn matches(&self, fact: &Fact, fields: Option<&Fields>) -> bool {
        self.conditions.iter().all(|c| c.holds(fact.category.unwrap_or_default(), fact.flags, fields))
    }

    /// The number that is summed; money in fen. None when the record has none.
    pub fn number(&self, fact: &Fact, fields: Option<&Fields>) -> Option<i64> {
        match self.sum.as_ref()? {
            Summed::Number => fact.number,
            Summed::Field(field) => match fields?.get(field)? {
                Value::Number(number) => number.as_i64(),
                Value::String(text) => Fen::parse(text).ok().map(|fen| fen.0),
                _ => None,
            },
        }
    }
}

impl Condition {
    fn holds(&self, category: &str, flags: i64, fields: Option<&Fields>) -> bool {
        match self {
            Condition::Category(codes) => codes.iter().any(|code| code == category),
            Condition::AnyFlag(bits) => flags & bits != 0,
            Condition::NoFlag(bits) => flags & bits == 0,
            Condition::Field(field, values) => fields.is_some_and(|fields| {
                let has = |wanted: &Value| match fields.get(field) {
                    Some(Value::Array(items)) => items.contains(wanted),
                    Some(value) => value == wanted,
                    None => wanted == &Value::Bool(false),
                };
                values.iter().any(has)
            }),
        }
    }
}

/// The column of `derive.rs` that says the same as a condition on a field, if there is one.
fn derived(kind: &Kind, field: &str, values: &[Value]) -> Option<Condition> {
    let texts: Option<Vec<String>> = values.iter().map(|v| v.as_str().map(str::to_owned)).collect();
    let bit = match (kind, field) {
        (Kind::Visit, "kind") | (Kind::Activity, "project") | (Kind::Volunteer, "approval") => {
            return texts.map(Condition::Category);
        }
        (Kind::SupportFile, "category") => return texts.map(Condition::Category),
        (Kind::Visit, "presence") => {
            let presences = texts?.into_iter().map(|code| Presence::from_code(&code));
            let bits: Option<Vec<i64>> = presences.map(|one| visit_flag::of_presence(&one)).collect();
            return Some(Condition::AnyFlag(bits?.iter().fold(0, |all, bit| all | bit)));
        }
        (Kind::Member, _) => {
            let bits: Option<Vec<i64>> = texts?.iter().map(|code| member_bit(field, code)).collect();
            return Some(Condition::AnyFlag(bits?.iter().fold(0, |all, bit| all | bit)));
        }
        (Kind::Counselling, "file_opened") => 1,
        (Kind::Counselling, "assessed") => 2,
        (Kind::Counselling, "paired") => 4,
        (Kind::Activity, "archived") => 1,
        _ => return None,
    };
    match values {
        [Value::Bool(true)] => Some(Condition::AnyFlag(bit)),
        [Value::Bool(false)] => Some(Condition::NoFlag(bit)),
        _ => None,
    }
}

fn member_bit(field: &str, code: &str) -> Option<i64> {
    use member_flag::*;
    Some(match (field, code) {
        ("sex", "male") => MALE,
        ("sex", "female") => FEMALE,
        ("structure", "individual") => INDIVIDUAL,
        ("structure", "unit") => UNIT,
        ("residence", "floating") => FLOATING,
        ("residence", "resident") => RESIDENT,
        ("tags", "lost_child") => LOST_CHILD,
        ("tags", "childbearing") => CHILDBEARING,
        ("tags", "youth") => YOUTH,
        _ => return None,
    })
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

/// The end of a record's standing is in `until` for these kinds; for others it means something else.
fn ends(kind: &Kind) -> bool {
    matches!(kind, Kind::Member | Kind::ContactPair | Kind::Person)
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
                     AND place BETWEEN ?4 AND ?5 AND hidden = 0"
                ))?;
                let mut rows = query.query(params![reach.kind.code(), from, to, first, last])?;
                while let Some(row) = rows.next()? {
                    look(row)?;
                }
            }
            Days::StandingAt(day) => {
                let mut query = self.conn.prepare_cached(&format!(
                    "SELECT {columns} FROM record WHERE kind = ?1 AND hidden = 0
                     AND place BETWEEN ?4 AND ?5 AND (day IS NULL OR day <= ?2)
                     AND (until IS NULL OR until > ?2 OR NOT ?3)"
                ))?;
                let ends = ends(&reach.kind);
                let mut rows = query.query(params![reach.kind.code(), day, ends, first, last])?;
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
}
