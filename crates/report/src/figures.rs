//! Figures of a form: for a township or a village counted from its records, above a township the
//! sum of its townships' figures.

use std::collections::BTreeMap;

use tiexin_domain::{Level, RegionCode};
use tiexin_store::{Book, StoreError};
use uuid::Uuid;

use crate::count::{Scan, Tallies};
use crate::form::Form;
use crate::month::Month;
use crate::sheet::{Figure, Figures, ReportCell, ReportRow, Sheet};

/// Figures could not be given.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("这张表没有“{}”这一列", path.join(" / "))]
    NoSuchColumn { path: Vec<String> },
}

/// The form for a region and a month: one row for a village or a township; above that a row for
/// each township (for a county) or each region one level down, and a total.
///
/// `name` gives a region's name as the form prints it.
pub fn report(
    book: &Book,
    form: &Form,
    month: Month,
    region: &RegionCode,
    name: impl Fn(&RegionCode) -> String,
) -> Result<Sheet, ReportError> {
    let mut units = tally(book, form, month, region)?;
    let mut rows = Vec::new();
    if region.level() >= Level::Township {
        let tallies = units.remove(region).unwrap_or_else(|| Tallies::new(form));
        rows.push(row(form, region, name(region), &tallies, false));
    } else {
        let mut total = Tallies::new(form);
        for (code, tallies) in rolled_up(form, region, units) {
            // A township stands there with zeros; the region's own row only when it has something.
            if &code == region && tallies.is_empty() {
                continue;
            }
            let label = if &code == region { format!("{}本级", name(&code)) } else { name(&code) };
            rows.push(row(form, &code, label, &tallies, false));
            total.add(&tallies);
        }
        rows.push(row(form, region, "合计".into(), &total, true));
    }
    let (unit, period) = (name(region), month.label());
    let fill = |text: &String| text.replace("{unit}", &unit).replace("{period}", &period);
    Ok(Sheet {
        form: form.code.clone(),
        title: form.title.clone(),
        unit_line: form.unit_line.iter().map(fill).collect(),
        columns: 1 + form.columns.len() as u32,
        heads: form.heads.clone(),
        head_rows: form.head_rows,
        rows,
        foot: form.foot.clone(),
        unit,
        period,
    })
}

/// The region's own figures.
pub fn figures(book: &Book, form: &Form, month: Month, region: &RegionCode) -> Result<Figures, ReportError> {
    let mut total = Tallies::new(form);
    for tallies in tally(book, form, month, region)?.values() {
        total.add(tallies);
    }
    let figures = form.columns.iter().zip(total.values(form));
    let figures = figures.map(|(column, value)| Figure { path: column.path.clone(), value }).collect();
    Ok(Figures { form: form.code.clone(), month: month.to_string(), region: region.clone(), figures })
}

/// The records that one figure was counted from.
pub fn records_behind(
    book: &Book,
    form: &Form,
    month: Month,
    region: &RegionCode,
    path: &[String],
) -> Result<Vec<Uuid>, ReportError> {
    let column = form.column(path).ok_or_else(|| ReportError::NoSuchColumn { path: path.to_vec() })?;
    Ok(book.facts(|facts| {
        let records = Scan::new(form, month, region).records(facts, &column.measure)?;
        facts.ids(&records)
    })?)
}

/// Counted by the unit that submits the form: the township, or the village that was asked for.
fn tally(
    book: &Book,
    form: &Form,
    month: Month,
    region: &RegionCode,
) -> Result<BTreeMap<RegionCode, Tallies>, StoreError> {
    let level = region.level().max(Level::Township);
    book.facts(|facts| {
        let mut units = BTreeMap::new();
        for unit in facts.units(region, level)? {
            units.insert(unit, Tallies::new(form));
        }
        Scan::new(form, month, region).count(facts, level, &mut units)?;
        Ok(units)
    })
}

/// A county lists its townships; a city its counties, each the sum of its townships.
fn rolled_up(
    form: &Form,
    region: &RegionCode,
    units: BTreeMap<RegionCode, Tallies>,
) -> BTreeMap<RegionCode, Tallies> {
    let level = match region.level() {
        Level::Province => Level::City,
        Level::City => Level::County,
        _ => Level::Township,
    };
    let mut rolled: BTreeMap<RegionCode, Tallies> = BTreeMap::new();
    for (unit, tallies) in units {
        rolled.entry(unit.at(level)).or_insert_with(|| Tallies::new(form)).add(&tallies);
    }
    rolled
}

fn row(form: &Form, region: &RegionCode, label: String, tallies: &Tallies, total: bool) -> ReportRow {
    let cells = form.columns.iter().zip(tallies.values(form));
    let cells = cells.map(|(column, value)| ReportCell { path: column.path.clone(), value }).collect();
    ReportRow { region: region.clone(), label, total, cells }
}
