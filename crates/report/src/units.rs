//! The units of a report: those of the region tree, whether or not anything is known of them, and those
//! that have records.

use std::collections::{BTreeMap, BTreeSet};

use tiexin_domain::{Level, RegionCode};
use tiexin_store::{Book, Regions, StoreError};

use crate::count::{Beside, Scan, Tallies};
use crate::form::Form;
use crate::month::Month;
use crate::sheet::Standing;

/// What was counted, by the unit that submits the form.
pub(crate) struct Tallied {
    pub(crate) units: BTreeMap<RegionCode, Tallies>,
    /// Units of which the book has any record, of whatever kind and day.
    pub(crate) with_records: BTreeSet<RegionCode>,
    pub(crate) beside: Beside,
}

/// A row of the form.
pub(crate) struct Unit {
    pub(crate) tallies: Tallies,
    pub(crate) records: bool,
    /// Submitting units below, and those of them without a figure.
    pub(crate) below: u32,
    pub(crate) silent: u32,
}

impl Unit {
    pub(crate) fn new(form: &Form) -> Unit {
        Unit { tallies: Tallies::new(form), records: false, below: 0, silent: 0 }
    }

    pub(crate) fn add(&mut self, other: &Unit) {
        self.tallies.add(&other.tallies);
        self.records |= other.records;
        self.below += other.below;
        self.silent += other.silent;
    }

    pub(crate) fn standing(&self) -> Standing {
        match (self.tallies.is_empty(), self.records) {
            (false, _) => Standing::Figures,
            (true, true) => Standing::Nothing,
            (true, false) => Standing::NoRecords,
        }
    }
}

impl Tallied {
    /// The row of a region that submits by itself.
    pub(crate) fn only(mut self, form: &Form, region: &RegionCode) -> Unit {
        let tallies = self.units.remove(region).unwrap_or_else(|| Tallies::new(form));
        Unit { tallies, records: self.with_records.contains(region), ..Unit::new(form) }
    }
}

/// Counted by unit: the townships of a region, or its villages.
pub(crate) fn tally(
    book: &Book,
    form: &Form,
    month: Month,
    region: &RegionCode,
    level: Level,
) -> Result<Tallied, StoreError> {
    book.facts(|facts| {
        let mut units = BTreeMap::new();
        let beside = Scan::new(form, month, region).count(facts, level, &mut units)?;
        let with_records = facts.units(region, level)?;
        Ok(Tallied { units, with_records, beside })
    })
}

/// A township lists its villages, a county its townships; a city its counties, each the sum of its townships.
pub(crate) fn rolled_up(
    form: &Form,
    region: &RegionCode,
    level: Level,
    tallied: Tallied,
) -> BTreeMap<RegionCode, Unit> {
    let shown = match region.level() {
        Level::Province => Level::City,
        Level::City => Level::County,
        Level::County => Level::Township,
        Level::Township | Level::Village => Level::Village,
    };
    let Tallied { mut units, with_records, .. } = tallied;
    // One that the tree does not know, as after a reform, keeps its row as long as it has records.
    let mut codes: BTreeSet<RegionCode> = Regions::anhui().of_level(region, level).into_iter().collect();
    codes.extend(units.keys().cloned());
    codes.extend(with_records.iter().cloned());
    let mut rolled: BTreeMap<RegionCode, Unit> = BTreeMap::new();
    for code in codes {
        let tallies = units.remove(&code).unwrap_or_else(|| Tallies::new(form));
        let counts = shown != level && code.level() == level;
        let unit = Unit {
            records: with_records.contains(&code),
            below: u32::from(counts),
            silent: u32::from(counts && tallies.is_empty()),
            tallies,
        };
        rolled.entry(code.at(shown)).or_insert_with(|| Unit::new(form)).add(&unit);
    }
    rolled
}
