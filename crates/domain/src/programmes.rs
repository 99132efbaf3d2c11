//! The catalogue of programmes under which help is given by hand: data with the days from which and to which a row counts
//! (`assets/programmes.json`); an office may have rows of its own, which go before. This only reads them.
//!
//! A programme is known by its name, and the name is a neutral one: it stands on lists and slips. Not here: fund money,
//! which needs an application.

use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::date::PartialDate;
use crate::money::Fen;
use crate::region::RegionCode;
use crate::rows::{self, Row};

const BUILT_IN: &str = include_str!("../../../assets/programmes.json");

/// To whom it is given once in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Household,
    Person,
}

/// How often it is given: by so much of a date its period is told, or a second one of the year would not be known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    #[default]
    Year,
    Month,
}

impl Every {
    /// Whether a period is written so.
    pub fn is_told_by(self, period: PartialDate) -> bool {
        match (self, period) {
            (Every::Year, PartialDate::Year(_)) | (Every::Month, PartialDate::Month(..)) => true,
            (Every::Year, PartialDate::Month(..) | PartialDate::Day(_))
            | (Every::Month, PartialDate::Year(_) | PartialDate::Day(_)) => false,
        }
    }
}

/// One row: a programme as it is in that place from that day on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    pub name: String,
    pub unit: Unit,
    /// None said: once a year.
    #[serde(default)]
    pub every: Every,
    /// What is given each time; none: the office says.
    #[serde(default)]
    pub amount: Option<Fen>,
    pub from: NaiveDate,
    /// Its last day; none: until a later row of the same place.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// None: everywhere.
    #[serde(default)]
    pub place: Option<RegionCode>,
    /// Which paper says so, or that it is assumed.
    #[serde(default)]
    pub source: Option<String>,
}

impl Row for Programme {
    fn place(&self) -> Option<&RegionCode> {
        self.place.as_ref()
    }

    fn begins(&self) -> NaiveDate {
        self.from
    }

    fn ends(&self) -> Option<NaiveDate> {
        self.to
    }
}

/// The row in force of a programme at a place on a day: an office's own before the program's, the nearest place, then the
/// latest day.
pub fn in_force<'p>(
    own: &'p [Programme],
    name: &str,
    place: &RegionCode,
    day: NaiveDate,
) -> Option<&'p Programme> {
    let among = |all: &'p [Programme]| rows::nearest(all.iter().filter(|row| row.name == name), place, day);
    among(own).or_else(|| among(built_in()))
}

/// When a programme is in force that is not on the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhen {
    /// Its last day; and the first of a later row, if one is known.
    Ended(NaiveDate, Option<NaiveDate>),
    /// Its first day is still to come.
    Begins(NaiveDate),
}

/// When a programme that is not in force at a place on a day was, or will be; none of one that has no row there.
pub fn elsewhen(own: &[Programme], name: &str, place: &RegionCode, day: NaiveDate) -> Option<Elsewhen> {
    let here = move |row: &&Programme| {
        row.name == name && row.place.as_ref().is_none_or(|theirs| theirs.covers(place))
    };
    let rows = || own.iter().chain(built_in()).filter(here);
    let ended = rows().filter_map(|row| row.to).filter(|last| *last < day).max();
    let begins = rows().map(|row| row.from).filter(|first| *first > day).min();
    ended.map(|last| Elsewhen::Ended(last, begins)).or(begins.map(Elsewhen::Begins))
}

/// The names in force at a place on a day, each once.
pub fn names<'p>(own: &'p [Programme], place: &RegionCode, day: NaiveDate) -> Vec<&'p str> {
    let mut names: Vec<&'p str> = Vec::new();
    for row in own.iter().chain(built_in()).filter(|row| rows::counts(*row, place, day)) {
        if !names.contains(&row.name.as_str()) {
            names.push(&row.name);
        }
    }
    names
}

fn built_in() -> &'static [Programme] {
    static ROWS: OnceLock<Vec<Programme>> = OnceLock::new();
    ROWS.get_or_init(|| {
        serde_json::from_str(BUILT_IN).unwrap_or_else(|e| unreachable!("assets/programmes.json: {e}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programme_is_what_its_place_says_on_that_day() {
        let own: Vec<Programme> = serde_json::from_str(
            r#"[
            {"name": "困难慰问", "unit": "household", "amount": "500.00", "from": "2026-01-01", "place": "340323"},
            {"name": "困难慰问", "unit": "household", "amount": "600.00", "from": "2026-07-01", "place": "340323"},
            {"name": "夏令慰问", "unit": "person", "from": "2026-06-01", "to": "2026-08-31"}
        ]"#,
        )
        .unwrap();
        let amount = |place: &str, on: &str| {
            in_force(&own, "困难慰问", &place.parse().unwrap(), on.parse().unwrap()).unwrap().amount
        };
        let (there, elsewhere) = ("340323100001", "340102001001");
        assert_eq!(amount(there, "2025-12-31"), None, "as without rows of its own");
        assert_eq!(amount(there, "2026-06-30"), Some(Fen(50_000)));
        assert_eq!(amount(there, "2026-07-01"), Some(Fen(60_000)));
        assert_eq!(amount(elsewhere, "2026-07-01"), None);
        let told = |on: &str| names(&own, &there.parse().unwrap(), on.parse().unwrap());
        assert!(told("2026-08-31").contains(&"夏令慰问") && !told("2026-09-01").contains(&"夏令慰问"));
        assert_eq!(told("2026-07-01").iter().filter(|name| **name == "困难慰问").count(), 1);
    }

    #[test]
    fn a_programme_that_has_ended_says_when() {
        let own: Vec<Programme> = serde_json::from_str(
            r#"[
            {"name": "夏令慰问", "unit": "person", "from": "2026-06-01", "to": "2026-08-31", "place": "340323"},
            {"name": "夏令慰问", "unit": "person", "from": "2027-06-01", "to": "2027-08-31", "place": "340323"}
        ]"#,
        )
        .unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let told = |place: &str, on: &str| elsewhen(&own, "夏令慰问", &place.parse().unwrap(), day(on));
        let there = "340323100001";
        assert_eq!(told(there, "2026-05-31"), Some(Elsewhen::Begins(day("2026-06-01"))));
        let again = Some(day("2027-06-01"));
        assert_eq!(told(there, "2026-09-01"), Some(Elsewhen::Ended(day("2026-08-31"), again)));
        assert_eq!(told(there, "2027-09-01"), Some(Elsewhen::Ended(day("2027-08-31"), None)));
        assert_eq!(told("340102001001", "2026-09-01"), None);
    }

    #[test]
    fn a_row_with_a_wrong_word_is_not_read_as_another() {
        for row in [
            r#"{"name": "甲", "unit": "village", "from": "2026-01-01"}"#,
            r#"{"name": "甲", "unit": "person"}"#,
            r#"{"name": "甲", "unit": "person", "every": "week", "from": "2026-01-01"}"#,
            r#"{"name": "甲", "unit": "person", "from": "2026-01-01", "amount": 500}"#,
        ] {
            assert!(serde_json::from_str::<Programme>(row).is_err(), "{row}");
        }
    }
}
