//! The month so far: visits a day against the plan, coverage, figures beside last month's.

use std::collections::{BTreeMap, HashSet};

use chrono::{Datelike, NaiveDate};
use tiexin_contract::ErrorReply;
use tiexin_contract::today::{Coverage, DayCount, MonthFigure, MonthSoFar};
use tiexin_domain::{Kind, PartialDate, RegionCode};
use tiexin_report::Month;
use tiexin_store::derive::day_of;
use tiexin_store::figures::{Days, Reach};
use tiexin_store::{DueFile, StoreError};
use uuid::Uuid;

use crate::cadence::Cadence;
use crate::rights::At;
use crate::{errors, place};

pub(super) fn so_far(
    at: &At,
    region: &RegionCode,
    files: &[DueFile],
    cadence: &Cadence,
) -> Result<MonthSoFar, ErrorReply> {
    let month = Month::of(at.today).map_err(|_| errors::fault("the clock stands outside all months"))?;
    let regions = [region.clone()];
    let first = month.first();
    let counted = at.book().visits_per_day(&regions, first, at.today).map_err(errors::store)?;
    let (coverage, visited) = coverage(at, region, first)?;
    Ok(MonthSoFar {
        month: month.to_string(),
        visits_by_day: every_day(first, at.today, &counted),
        planned: planned(files, cadence, month),
        visited,
        coverage,
        figures: figures(at, region, month)?,
    })
}

/// Days without a visit too, so that a chart has no holes.
fn every_day(first: NaiveDate, today: NaiveDate, counted: &[(NaiveDate, u64)]) -> Vec<DayCount> {
    let counts: BTreeMap<NaiveDate, u64> = counted.iter().copied().collect();
    let days = first.iter_days().take_while(|day| *day <= today);
    days.map(|date| DayCount { date, count: counts.get(&date).copied().unwrap_or(0) }).collect()
}

/// Families seen this month, and those whose visit falls due by the month's end. Nobody plans to visit who wishes none.
fn planned(files: &[DueFile], cadence: &Cadence, month: Month) -> u64 {
    let seen = |file: &DueFile| file.last.met.is_some_and(|day| day >= month.first());
    let falls_due = |file: &DueFile| cadence.overdue_file(file, month.last()).is_some_and(|days| days >= 0);
    let homes: HashSet<Uuid> = files
        .iter()
        .filter(|file| !file.declined() && (seen(file) || falls_due(file)))
        .map(|file| file.household)
        .collect();
    homes.len() as u64
}

/// By unit, the lowest share first; and how many of the families that the plan is about were visited.
fn coverage(at: &At, region: &RegionCode, first: NaiveDate) -> Result<(Vec<Coverage>, u64), ErrorReply> {
    let villages = at.book().village_months(std::slice::from_ref(region), first, at.today);
    let villages = villages.map_err(errors::store)?;
    let level = place::unit_level(region);
    let mut units: BTreeMap<RegionCode, (u64, u64)> = BTreeMap::new();
    for village in villages.iter().filter(|village| village.families > 0) {
        let unit = units.entry(village.region.at(level)).or_default();
        unit.0 += village.families_visited;
        unit.1 += village.families;
    }
    let visited = villages.iter().map(|village| village.families_visited).sum();
    let mut coverage: Vec<Coverage> = units
        .into_iter()
        .map(|(region, (visited, families))| Coverage {
            name: place::name(&region),
            region,
            visited,
            families,
        })
        .collect();
    // a/b < c/d without fractions.
    coverage.sort_by(|a, b| {
        (a.visited * b.families).cmp(&(b.visited * a.families)).then(a.region.cmp(&b.region))
    });
    Ok((coverage, visited))
}

/// What is counted, and whether by family.
const COUNTED: [(&str, Kind, bool); 6] = [
    ("走访（次）", Kind::Visit, false),
    ("走访家庭（户）", Kind::Visit, true),
    ("需求调查（户）", Kind::NeedSurvey, true),
    ("心理健康服务（次）", Kind::Counselling, false),
    ("保险理赔（例）", Kind::InsuranceClaim, false),
    ("活动（场）", Kind::Activity, false),
];

fn figures(at: &At, region: &RegionCode, month: Month) -> Result<Vec<MonthFigure>, ErrorReply> {
    let before = month.first().pred_opt().and_then(|day| Month::of(day).ok()).unwrap_or(month);
    // Last month up to the same day would flatter; last month whole is what the report shows.
    let spans = [(month.first(), at.today), (before.first(), before.last())];
    let counted = at.book().facts(|facts| {
        COUNTED
            .iter()
            .map(|(label, kind, by_family)| {
                let mut counts = [0; 2];
                for (count, (from, to)) in counts.iter_mut().zip(spans) {
                    let days = Days::Within(number(from), number(to));
                    let reach = Reach { kind: kind.clone(), region: region.clone(), days };
                    let (mut homes, mut records) = (HashSet::new(), 0u64);
                    facts.each(&reach, false, |fact, _| {
                        if *kind == Kind::Visit && !fact.met() {
                            return;
                        }
                        records += 1;
                        homes.extend(fact.household);
                    })?;
                    *count = if *by_family { homes.len() as u64 } else { records };
                }
                let [this_month, last_month] = counts;
                Ok(MonthFigure { label: (*label).to_owned(), this_month, last_month })
            })
            .collect::<Result<Vec<MonthFigure>, StoreError>>()
    });
    counted.map_err(errors::store)
}

/// As the store keeps days.
fn number(day: NaiveDate) -> i64 {
    debug_assert!(day.year() > 0);
    day_of(PartialDate::Day(day))
}
