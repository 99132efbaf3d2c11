//! The month a report is about.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

/// A calendar month. Travels as `2026-10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: NaiveDate,
}

/// Not a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("月份应写成如 2026-10")]
pub struct BadMonth;

impl Month {
    /// Year and month (1–12), 1850–2100.
    pub fn new(year: i32, month: u32) -> Result<Self, BadMonth> {
        if !(1850..=2100).contains(&year) {
            return Err(BadMonth);
        }
        NaiveDate::from_ymd_opt(year, month, 1).map(|first| Self { first }).ok_or(BadMonth)
    }

    /// The month a day lies in.
    pub fn of(day: NaiveDate) -> Result<Self, BadMonth> {
        Self::new(day.year(), day.month())
    }

    /// The first day.
    pub fn first(self) -> NaiveDate {
        self.first
    }

    /// The last day.
    pub fn last(self) -> NaiveDate {
        self.next_first().pred_opt().unwrap_or(self.first)
    }

    /// The first day of the month after.
    pub(crate) fn next_first(self) -> NaiveDate {
        // Invariant: a first day up to the year 2100 has a next month.
        self.first.checked_add_months(chrono::Months::new(1)).unwrap_or(NaiveDate::MAX)
    }

    /// How a form prints it: `2026年10月`.
    pub fn label(self) -> String {
        format!("{}年{}月", self.first.year(), self.first.month())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first.format("%Y-%m"))
    }
}

impl FromStr for Month {
    type Err = BadMonth;
    fn from_str(text: &str) -> Result<Self, BadMonth> {
        let (year, month) = text.trim().split_once('-').ok_or(BadMonth)?;
        let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        if year.len() != 4 || month.len() > 2 || !digits(year) || !digits(month) {
            return Err(BadMonth);
        }
        Self::new(year.parse().map_err(|_| BadMonth)?, month.parse().map_err(|_| BadMonth)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_and_last_days() {
        for (text, last) in [("2026-10", "2026-10-31"), ("2026-02", "2026-02-28"), ("2024-2", "2024-02-29")] {
            let month: Month = text.parse().unwrap();
            assert_eq!(month.last().to_string(), last);
        }
        let december: Month = "2026-12".parse().unwrap();
        assert_eq!(december.last().to_string(), "2026-12-31");
        assert_eq!((december.to_string().as_str(), december.label().as_str()), ("2026-12", "2026年12月"));
        for bad in ["", "2026", "2026-13", "2026-00", "26-10", "2026-10-01", "+026-10", "2026-+1"] {
            assert_eq!(bad.parse::<Month>(), Err(BadMonth), "{bad}");
        }
    }
}
