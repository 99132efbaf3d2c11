//! Of which months a report can be given: a month that has not come, or one before any record, would be a table of
//! zeros that looks like a report.

use chrono::NaiveDate;
use tiexin_domain::{Kind, nouns};
use tiexin_store::figures::FactReader;
use tiexin_store::{Book, StoreError};

use crate::form::{Form, Period};
use crate::month::Month;

/// Today, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub struct Day {
    pub today: NaiveDate,
    /// No day after this one was yet; later than today only when the clock is in doubt.
    pub latest: NaiveDate,
}

/// Why there is no report of a month. Chinese; says what to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchMonth {
    #[error("{}还没有到，请选{}或以前的月份", month.label(), last.label())]
    Ahead { month: Month, last: Month },
    #[error("{}还没有记录，最早的记录在{}，请选那个月或以后的月份", month.label(), first.label())]
    Before { month: Month, first: Month },
    #[error("{}没有记录：本机还没有这张表要统计的记录，请先登记或导入台账", month.label())]
    Nothing { month: Month },
}

/// Whether a form can be given for a month.
///
/// # Errors
/// When the book cannot be read; inside, why there is none.
pub fn askable(
    book: &Book,
    form: &Form,
    month: Month,
    day: Day,
) -> Result<Result<(), NoSuchMonth>, StoreError> {
    if let Ok(last) = Month::of(day.latest)
        && month > last
    {
        return Ok(Err(NoSuchMonth::Ahead { month, last }));
    }
    Ok(match book.facts(|facts| first_month(facts, form))? {
        Some(None) => Ok(()),
        Some(Some(first)) if month >= first => Ok(()),
        Some(Some(first)) => Err(NoSuchMonth::Before { month, first }),
        // An office that has just begun hands in this month, and the last one in its first days.
        None if month.next_first() >= first_day(day.today) => Ok(()),
        None => Err(NoSuchMonth::Nothing { month }),
    })
}

fn first_day(day: NaiveDate) -> NaiveDate {
    Month::of(day).map_or(day, Month::first)
}

/// The month of the first record; inside none when there are some that stand at any time, outside when there is
/// no record.
fn first_month(facts: &FactReader, form: &Form) -> Result<Option<Option<Month>>, StoreError> {
    let mut kinds: Vec<Kind> = form.columns.iter().map(|column| column.measure.of.clone()).collect();
    if form.period == Period::Month {
        // What an office does every day: a month before any of it lies before the book.
        let is_work = |kind: &&Kind| nouns::shape(kind).is_some_and(|shape| shape.is_work);
        kinds.extend(Kind::ALL.iter().filter(is_work).cloned());
    }
    let mut first: Option<i64> = None;
    for kind in kinds {
        let day = match form.period {
            Period::Month => facts.earliest_dated(&kind)?,
            Period::None => facts.earliest(&kind)?,
        };
        first = first.into_iter().chain(day).min();
    }
    Ok(first.map(|day| Month::new((day / 10_000) as i32, (day / 100 % 100).max(1) as u32).ok()))
}
