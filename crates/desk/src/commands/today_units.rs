//! Above the township: who is behind, and whom to ring up. No family stands here.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use tiexin_contract::today::{Coverage, UnitToday};
use tiexin_domain::{Level, RegionCode};
use tiexin_store::{DueFile, Regions};

use super::today_covered::by_family;
use crate::cadence::Cadence;
use crate::{masking, place};

#[derive(Default)]
struct Unit<'f> {
    overdue: u64,
    longest: i64,
    without_contact: u64,
    leaders: BTreeMap<&'f str, u64>,
}

/// All units of a region above the township, those that are furthest behind first; one with nothing is a row of zeros.
pub(super) fn units(
    region: &RegionCode,
    files: &[DueFile],
    coverage: &[Coverage],
    cadence: &Cadence,
    today: NaiveDate,
) -> Vec<UnitToday> {
    if region.level() >= Level::Township {
        return Vec::new();
    }
    let level = place::unit_level(region);
    let mut found: BTreeMap<RegionCode, Unit<'_>> = BTreeMap::new();
    // A family is as long overdue as the longer of its files.
    for files in by_family(files).into_values() {
        let Some(&file) = files.first() else { continue };
        let unit = found.entry(file.region.at(level)).or_default();
        unit.without_contact += u64::from(!file.declined() && !file.has_contacts());
        let overdue = files.iter().filter_map(|file| cadence.overdue_file(file, today)).max();
        let Some(days) = overdue.filter(|days| *days > 0) else { continue };
        unit.overdue += 1;
        unit.longest = unit.longest.max(days);
        if let Some(leader) = &file.township_leader {
            *unit.leaders.entry(leader).or_default() += 1;
        }
    }
    let told = Regions::anhui().of_level(region, level).into_iter().map(|code| {
        let unit = found.remove(&code).unwrap_or_default();
        let seen = coverage.iter().find(|one| one.region == code);
        let leader = unit.leaders.iter().max_by_key(|(_, families)| **families);
        UnitToday {
            name: place::name(&code),
            families: seen.map_or(0, |one| one.families),
            visited: seen.map_or(0, |one| one.visited),
            overdue: unit.overdue,
            longest: unit.longest,
            without_contact: unit.without_contact,
            ring: leader.map(|(name, _)| masking::without_numbers(name)),
            region: code,
        }
    });
    let mut units: Vec<UnitToday> = told.collect();
    units.sort_by(|a, b| {
        b.overdue.cmp(&a.overdue).then(b.longest.cmp(&a.longest)).then(a.region.cmp(&b.region))
    });
    units
}
