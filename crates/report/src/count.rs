//! Counting. One pass over the records of each kind serves all columns of a form.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use foldhash::HashSet;
use tiexin_domain::{Fen, Fields, Kind, Level, RegionCode};
use tiexin_store::StoreError;
use tiexin_store::figures::{Days, Fact, FactReader, Filter, Reach, unit_of};

use crate::form::{Form, Period};
use crate::measure::{Count, Format, Measure};
use crate::month::Month;

/// What was counted for one unit: a number for each column of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tallies(Vec<i64>);

impl Tallies {
    pub(crate) fn new(form: &Form) -> Self {
        Self(vec![0; form.columns.len()])
    }

    pub(crate) fn add(&mut self, other: &Tallies) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            *sum = sum.saturating_add(*more);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|value| *value == 0)
    }

    /// As printed.
    pub(crate) fn values<'a>(&'a self, form: &'a Form) -> impl Iterator<Item = String> + 'a {
        self.0.iter().zip(&form.columns).map(|(value, column)| match column.measure.format {
            Format::Whole => value.to_string(),
            Format::Money => Fen(*value).to_string(),
        })
    }
}

/// What a reader of the figures should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Beside {
    /// Visits that the form leaves out and would count otherwise.
    pub(crate) left_out: u64,
    /// Households that one column counts in more than one unit.
    pub(crate) repeated: u64,
}

/// Which records a form looks at.
pub(crate) struct Scan<'a> {
    form: &'a Form,
    region: &'a RegionCode,
    days: Days,
}

/// A column while it is being counted.
struct Counter<'a> {
    column: usize,
    measure: &'a Measure,
    filter: Filter,
    /// Sums and records by unit; households and persons are told apart first.
    numbers: BTreeMap<i64, i64>,
    seen: HashSet<(i64, i64)>,
}

/// The counters a record is meant for. Records that all filters see alike come one after the
/// other from the index, so the filters are asked once for each run of them.
#[derive(Default)]
struct Meant {
    category: String,
    flags: i64,
    counters: Option<Vec<usize>>,
}

impl<'a> Scan<'a> {
    pub(crate) fn new(form: &'a Form, month: Month, region: &'a RegionCode) -> Self {
        let last = number(month.last());
        let days = match form.period {
            Period::Month => Days::Within(number(month.first()), last),
            Period::None => Days::StandingAt(last),
        };
        Self { form, region, days }
    }

    fn reach(&self, kind: &Kind) -> Reach {
        Reach { kind: kind.clone(), region: self.region.clone(), days: self.days }
    }

    /// Counts every column, by unit.
    pub(crate) fn count(
        &self,
        facts: &FactReader,
        level: Level,
        units: &mut BTreeMap<RegionCode, Tallies>,
    ) -> Result<Beside, StoreError> {
        let mut left_out = 0;
        let mut repeated = HashSet::default();
        let mut kinds: Vec<&Kind> = self.form.columns.iter().map(|c| &c.measure.of).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            let mut counters = self.counters(kind);
            left_out += self.count_kind(facts, kind, level, &mut counters)?;
            for counter in counters {
                counter.repeated(&mut repeated);
                counter.hand_over(self.form, level, units);
            }
        }
        Ok(Beside { left_out, repeated: repeated.len() as u64 })
    }

    /// The numbers of the visits that the form does not count.
    fn left_out(
        &self,
        facts: &FactReader,
        kind: &Kind,
    ) -> Result<std::collections::HashSet<i64>, StoreError> {
        facts.visits_of_presence(&self.reach(kind), &self.form.visits_left_out)
    }

    fn counters(&self, kind: &Kind) -> Vec<Counter<'a>> {
        let columns = self.form.columns.iter().enumerate().filter(|(_, c)| &c.measure.of == kind);
        columns.map(|(at, column)| Counter::new(at, &column.measure)).collect()
    }

    fn count_kind(
        &self,
        facts: &FactReader,
        kind: &Kind,
        level: Level,
        counters: &mut [Counter],
    ) -> Result<u64, StoreError> {
        let with_fields = counters.iter().any(|c| c.filter.needs_fields());
        let out = self.left_out(facts, kind)?;
        let (mut meant, mut left_out) = (Meant::default(), 0);
        facts.each(&self.reach(kind), with_fields, |fact, fields| {
            let unit = unit_key(fact.place, level);
            let meant = meant.counters(counters, fact, fields);
            if !out.is_empty() && out.contains(&fact.record) {
                left_out += u64::from(!meant.is_empty());
                return;
            }
            for at in meant {
                counters[*at].count(unit, fact, fields);
            }
        })?;
        Ok(left_out)
    }

    /// Numbers of the records of one measure, in the order of their days.
    pub(crate) fn records(&self, facts: &FactReader, measure: &Measure) -> Result<Vec<i64>, StoreError> {
        let filter = Counter::new(0, measure).filter;
        let out = self.left_out(facts, &measure.of)?;
        let mut records = Vec::new();
        facts.each(&self.reach(&measure.of), filter.needs_fields(), |fact, fields| {
            if filter.matches(fact, fields) && !out.contains(&fact.record) {
                records.push(fact.record);
            }
        })?;
        Ok(records)
    }
}

impl<'a> Counter<'a> {
    fn new(column: usize, measure: &'a Measure) -> Self {
        let sum = match &measure.count {
            Count::Sum(field) => Some(field.as_str()),
            _ => None,
        };
        let filter = Filter::new(&measure.of, &measure.wanted, sum);
        Self { column, measure, filter, numbers: BTreeMap::new(), seen: HashSet::default() }
    }

    fn count(&mut self, unit: i64, fact: &Fact, fields: Option<&Fields>) {
        let more = match self.measure.count {
            Count::Records => 1,
            Count::Sum(_) => self.filter.number(fact, fields).unwrap_or(0),
            Count::Households => i64::from(fact.household.is_some_and(|h| self.seen.insert((unit, h)))),
            Count::Persons => fact.persons().filter(|p| self.seen.insert((unit, *p))).count() as i64,
        };
        self.add(unit, more);
    }

    fn add(&mut self, unit: i64, more: i64) {
        if more != 0 {
            *self.numbers.entry(unit).or_default() += more;
        }
    }

    /// Adds the households that were counted in more than one unit.
    fn repeated(&self, into: &mut HashSet<i64>) {
        if self.measure.count != Count::Households {
            return;
        }
        let mut once = HashSet::default();
        into.extend(
            self.seen.iter().map(|(_, household)| *household).filter(|household| !once.insert(*household)),
        );
    }

    fn hand_over(self, form: &Form, level: Level, units: &mut BTreeMap<RegionCode, Tallies>) {
        for (unit, value) in self.numbers {
            // Invariant: a place of the book is a region code filled to 12 digits.
            let Some(region) = unit_of(unit, level) else { continue };
            let tallies = units.entry(region).or_insert_with(|| Tallies::new(form));
            tallies.0[self.column] = tallies.0[self.column].saturating_add(value);
        }
    }
}

impl Meant {
    /// Places of counters.
    fn counters(&mut self, counters: &[Counter], fact: &Fact, fields: Option<&Fields>) -> &[usize] {
        let (category, flags) = fact.class();
        if fields.is_some() || self.flags != flags || self.category != category {
            self.counters = None;
        }
        self.counters.get_or_insert_with(|| {
            self.flags = flags;
            category.clone_into(&mut self.category);
            let meant = counters.iter().enumerate().filter(|(_, c)| c.filter.matches(fact, fields));
            meant.map(|(at, _)| at).collect()
        })
    }
}

/// The place of the unit that a place belongs to.
fn unit_key(place: i64, level: Level) -> i64 {
    match level {
        Level::Village => place,
        _ => place - place % 1000,
    }
}

fn number(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}
