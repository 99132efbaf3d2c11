//! Figures of a form: for a township or a village counted from its records, above a township the
//! sum of its townships' figures.

use tiexin_domain::{Level, RegionCode};
use tiexin_store::{Book, StoreError};
use uuid::Uuid;

use crate::count::{Beside, Scan, Tallies};
use crate::form::Form;
use crate::month::Month;
use crate::sheet::{Figure, Figures, ReportCell, ReportRow, Sheet};
use crate::units::{self, Unit};

/// Figures could not be given.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("这张表没有“{}”这一列", path.join(" / "))]
    NoSuchColumn { path: Vec<String> },
}

/// Which rows a form has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rows {
    /// One for a village or a township; above that one for each township (for a county) or each region one
    /// level down, and a total.
    #[default]
    Units,
    /// Of a township one for each village, and the township's own figures. Other regions as above.
    Villages,
}

/// The form for a region and a month. Every unit below the region has a row, also one without any record: a
/// township that is missing is the first thing that a supervisor looks for.
///
/// `name` gives a region's name as the form prints it.
pub fn report(
    book: &Book,
    form: &Form,
    month: Month,
    region: &RegionCode,
    wish: Rows,
    name: impl Fn(&RegionCode) -> String,
) -> Result<Sheet, ReportError> {
    let villages = wish == Rows::Villages && region.level() == Level::Township;
    let level = if villages { Level::Village } else { region.level().max(Level::Township) };
    let tallied = units::tally(book, form, month, region, level)?;
    let beside = tallied.beside;
    let mut rows = Vec::new();
    if region.level() == level {
        let unit = tallied.only(form, region);
        rows.push(row(form, region, name(region), &unit, false));
    } else {
        let rolled = units::rolled_up(form, region, level, tallied);
        let mut total = Unit::new(form);
        for (code, unit) in rolled {
            total.add(&unit);
            // A unit stands there with zeros; the region's own row only when it has something.
            if &code == region && unit.tallies.is_empty() {
                continue;
            }
            let label = if &code == region { format!("{}本级", name(&code)) } else { name(&code) };
            rows.push(row(form, &code, label, &unit, false));
        }
        if villages {
            // A household that was met in two villages is one in its township.
            total = units::tally(book, form, month, region, Level::Township)?.only(form, region);
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
        signed: Vec::new(),
        rules: rules(form, beside, !villages),
        unit,
        period,
    })
}

/// Which visits are counted; and, where the total is the `sum` of its units, that it holds a family twice.
fn rules(form: &Form, beside: Beside, sum: bool) -> Vec<String> {
    let mut rules = visits_counted(form, beside.left_out);
    if sum && beside.repeated > 0 {
        rules.push(format!(
            "有 {} 户本期在不止一个乡镇有走访或服务（如本期迁移的），各乡镇都计入，合计按各乡镇相加",
            beside.repeated
        ));
    }
    rules
}

fn visits_counted(form: &Form, left_out: u64) -> Vec<String> {
    if !form.counts_visits() {
        return Vec::new();
    }
    let names: Vec<&str> = form.visits_left_out.iter().map(|presence| presence.label()).collect();
    vec![match (names.as_slice(), left_out) {
        ([], _) => "外出未遇的走访也计入".to_owned(),
        (_, 0) => format!("{}的走访不计入", names.join("、")),
        (_, times) => format!("{}的走访不计入（本期 {times} 次）", names.join("、")),
    }]
}

/// The region's own figures.
pub fn figures(book: &Book, form: &Form, month: Month, region: &RegionCode) -> Result<Figures, ReportError> {
    let mut total = Tallies::new(form);
    let level = region.level().max(Level::Township);
    for tallies in units::tally(book, form, month, region, level)?.units.values() {
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

fn row(form: &Form, region: &RegionCode, label: String, unit: &Unit, total: bool) -> ReportRow {
    let cells = form.columns.iter().zip(unit.tallies.values(form));
    let cells = cells.map(|(column, value)| ReportCell { path: column.path.clone(), value }).collect();
    let below = (unit.below > 0).then_some((unit.below, unit.silent));
    ReportRow { region: region.clone(), label, total, standing: unit.standing(), below, cells }
}
