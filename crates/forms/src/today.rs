//! The day that a form's dates are read by.

use chrono::NaiveDate;
use tiexin_domain::YearHint;

/// Today, as far as the computer's clock can be believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Today {
    pub day: NaiveDate,
    pub sure: bool,
}

impl Today {
    /// By what a date without a year is read.
    pub fn hint(self) -> YearHint {
        if self.sure { YearHint::Today(self.day) } else { YearHint::None }
    }

    /// The day, when it is known.
    pub fn known(self) -> Option<NaiveDate> {
        self.sure.then_some(self.day)
    }

    /// What a form's date begins with: nothing, when nobody knows which day it is.
    pub fn begins(self) -> String {
        if self.sure { self.day.to_string() } else { String::new() }
    }
}
