//! How many there may be, or must be. It differs by place and year, so it is data with the day from which it counts
//! (`assets/limits.json`); an office may have rows of its own. This only reads them.
//!
//! Not here: what is so everywhere and always. A day has 24 hours.

use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::programmes::{self, Elsewhen, Programme};
use crate::region::RegionCode;
use crate::rows::{self, Row};

const BUILT_IN: &str = include_str!("../../../assets/limits.json");

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Whom one counsellor accompanies at a time, at most.
    CounsellorPairs,
    /// Families with which one person is paired at a time, at most.
    HelperFamilies,
    /// Minutes of one entry of service hours, at most.
    EntryMinutes,
    /// Experts who review a topic, at least.
    TopicExperts,
    /// Who is present at a village's review, at least.
    VillageReviewers,
}

/// One row: so much from that day on, in that place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitRule {
    pub code: Limit,
    pub value: u32,
    /// Until a later row of the same place.
    pub from: NaiveDate,
    /// None: everywhere.
    #[serde(default)]
    pub place: Option<RegionCode>,
    /// Which paper says so, or that it is assumed.
    #[serde(default)]
    pub source: Option<String>,
}

/// The limits of an office, and its programmes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Its own, asked before those of the program.
    own: Vec<LimitRule>,
    programmes: Vec<Programme>,
}

static OF_THE_PROGRAM: Limits = Limits { own: Vec::new(), programmes: Vec::new() };

impl Limits {
    /// Those that come with the program, alone.
    pub fn of_the_program() -> &'static Limits {
        &OF_THE_PROGRAM
    }

    /// Those of the program behind an office's own.
    pub fn with_own(own: Vec<LimitRule>) -> Limits {
        Limits { own, ..Limits::default() }
    }

    /// The same, with an office's own programmes.
    pub fn and_programmes(self, programmes: Vec<Programme>) -> Limits {
        Limits { programmes, ..self }
    }

    /// The programme by this name in force at a place on a day.
    pub fn programme(&self, name: &str, place: &RegionCode, day: NaiveDate) -> Option<&Programme> {
        programmes::in_force(&self.programmes, name, place, day)
    }

    /// When a programme is in force there that is not on the day; none of one that has no row.
    pub fn programme_elsewhen(&self, name: &str, place: &RegionCode, day: NaiveDate) -> Option<Elsewhen> {
        programmes::elsewhen(&self.programmes, name, place, day)
    }

    /// The names of all that are in force there then.
    pub fn programmes(&self, place: &RegionCode, day: NaiveDate) -> Vec<&str> {
        programmes::names(&self.programmes, place, day)
    }

    /// The limit in force at a place on a day; none: nothing is asked there.
    pub fn value(&self, limit: Limit, place: &RegionCode, day: NaiveDate) -> Option<u32> {
        in_force(&self.own, limit, place, day).or_else(|| in_force(built_in(), limit, place, day))
    }
}

impl Row for LimitRule {
    fn place(&self) -> Option<&RegionCode> {
        self.place.as_ref()
    }

    fn begins(&self) -> NaiveDate {
        self.from
    }
}

fn in_force(rules: &[LimitRule], limit: Limit, place: &RegionCode, day: NaiveDate) -> Option<u32> {
    let of = rules.iter().filter(|rule| rule.code == limit);
    rows::nearest(of, place, day).map(|rule| rule.value)
}

fn built_in() -> &'static [LimitRule] {
    static RULES: OnceLock<Vec<LimitRule>> = OnceLock::new();
    RULES.get_or_init(|| {
        serde_json::from_str(BUILT_IN).unwrap_or_else(|e| unreachable!("assets/limits.json: {e}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn own(rows: &str) -> Limits {
        Limits::with_own(serde_json::from_str(rows).unwrap())
    }

    #[test]
    fn every_limit_of_the_program_reaches_every_place() {
        for limit in [
            Limit::CounsellorPairs,
            Limit::HelperFamilies,
            Limit::EntryMinutes,
            Limit::TopicExperts,
            Limit::VillageReviewers,
        ] {
            for place in ["34", "340323100001", "110000"] {
                let value = Limits::of_the_program().value(limit, &place.parse().unwrap(), day("2010-01-01"));
                assert!(value.is_some_and(|value| value > 0), "{limit:?} {place}");
            }
        }
    }

    #[test]
    fn the_nearest_place_wins_then_the_latest_day_and_then_the_program() {
        let limits = own(r#"[
            {"code": "counsellor_pairs", "value": 9, "from": "2027-01-01"},
            {"code": "counsellor_pairs", "value": 8, "from": "2026-01-01"},
            {"code": "counsellor_pairs", "value": 2, "from": "2026-07-01", "place": "340323", "source": "文号"}
        ]"#);
        let value = |limit: Limit, place: &str, on: &str| {
            limits.value(limit, &place.parse().unwrap(), day(on)).unwrap()
        };
        let pairs = |place: &str, on: &str| value(Limit::CounsellorPairs, place, on);
        let (there, elsewhere) = ("340323100001", "340102001001");
        assert_eq!(
            (pairs(there, "2026-06-30"), pairs(there, "2026-07-01"), pairs(there, "2027-01-01")),
            (8, 2, 2)
        );
        assert_eq!((pairs(elsewhere, "2026-12-31"), pairs(elsewhere, "2027-01-01")), (8, 9));
        // Before its own rows, and of what it has none: as without them.
        let program = Limits::of_the_program();
        let village = there.parse().unwrap();
        let on = day("2025-12-31");
        for limit in [Limit::CounsellorPairs, Limit::HelperFamilies] {
            assert_eq!(limits.value(limit, &village, on), program.value(limit, &village, on), "{limit:?}");
        }
    }

    #[test]
    fn a_row_with_a_wrong_word_is_not_read_as_another() {
        for row in [
            r#"{"code": "pairs", "value": 9, "from": "2027-01-01"}"#,
            r#"{"code": "counsellor_pairs", "value": 9}"#,
            r#"{"code": "counsellor_pairs", "value": 9, "from": "2027-01-01", "where": "340323"}"#,
        ] {
            assert!(serde_json::from_str::<LimitRule>(row).is_err(), "{row}");
        }
    }
}
