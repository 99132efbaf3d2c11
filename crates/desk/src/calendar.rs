//! The calendar by which people live: lunar dates, solar terms, birthdays.
//!
//! Reckoned by tyme4rs; a day it cannot reckon (outside its years) has no lunar date.

use chrono::{Datelike, Days, NaiveDate};
use tyme4rs::tyme::Culture;
use tyme4rs::tyme::lunar::LunarDay;
use tyme4rs::tyme::solar::SolarDay;

/// A lunar date without its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LunarDate {
    month: usize,
    day: usize,
    leap: bool,
    /// The month has no day after this one.
    last: bool,
}

/// The lunar date of a day.
pub(crate) fn lunar(day: NaiveDate) -> Option<LunarDate> {
    let lunar = lunar_day(day)?;
    let month = lunar.get_lunar_month();
    Some(LunarDate {
        month: month.get_month(),
        day: lunar.get_day(),
        leap: month.is_leap(),
        last: lunar.get_day() == month.get_day_count(),
    })
}

/// `十月初五`; empty for a day beyond reckoning.
pub(crate) fn lunar_label(day: NaiveDate) -> String {
    lunar_day(day)
        .map(|lunar| format!("{}{}", lunar.get_lunar_month().get_name(), lunar.get_name()))
        .unwrap_or_default()
}

fn lunar_day(day: NaiveDate) -> Option<LunarDay> {
    let year = isize::try_from(day.year()).ok().filter(|year| (1800..=2200).contains(year))?;
    SolarDay::new(year, day.month() as usize, day.day() as usize).ok().map(|solar| solar.get_lunar_day())
}

/// The days ahead within which birthdays are looked for, reckoned once for all persons.
pub(crate) struct Window {
    days: Vec<(NaiveDate, Option<LunarDate>)>,
}

/// A birthday within the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Birthday {
    pub(crate) date: NaiveDate,
    /// `八月十五` when it is kept by the lunar calendar.
    pub(crate) lunar: Option<String>,
}

impl Window {
    /// Today and `ahead` days after it.
    pub(crate) fn from(today: NaiveDate, ahead: u64) -> Window {
        let day = |n| today.checked_add_days(Days::new(n));
        Window { days: (0..=ahead).filter_map(day).map(|d| (d, lunar(d))).collect() }
    }

    /// The birthday of somebody born on this day of the solar calendar, if it lies in the window. One born
    /// on a 29 February, on a 三十 or in a leap month has it on the nearest day that this year has.
    pub(crate) fn birthday(&self, born: NaiveDate, by_lunar: bool) -> Option<Birthday> {
        if by_lunar {
            let birth = lunar(born)?;
            let keeps = |on: &LunarDate| {
                !on.leap
                    && on.month == birth.month
                    && (on.day == birth.day || (birth.day > on.day && on.last))
            };
            let (date, _) = self.days.iter().find(|(_, l)| l.as_ref().is_some_and(keeps))?;
            return Some(Birthday { date: *date, lunar: Some(lunar_label(born).replace('闰', "")) });
        }
        let leap_day = (born.month(), born.day()) == (2, 29);
        let keeps = |on: NaiveDate| {
            (on.month(), on.day()) == (born.month(), born.day())
                || (leap_day && !on.leap_year() && (on.month(), on.day()) == (2, 28))
        };
        self.days.iter().find(|(d, _)| keeps(*d)).map(|(date, _)| Birthday { date: *date, lunar: None })
    }
}

/// The day of a lunar date in a lunar year.
pub(crate) fn of_lunar(year: i32, month: isize, day: usize) -> Option<NaiveDate> {
    solar_date(&LunarDay::new(year as isize, month, day).ok()?.get_solar_day())
}

/// The day within `from..=to` of a month on which a solar term (清明, 冬至) begins.
pub(crate) fn of_term(year: i32, month: u32, from: u32, to: u32) -> Option<NaiveDate> {
    (from..=to).filter_map(|day| NaiveDate::from_ymd_opt(year, month, day)).find(|date| {
        SolarDay::new(year as isize, month as usize, date.day() as usize)
            .is_ok_and(|day| day.get_term_day().get_day_index() == 0)
    })
}

fn solar_date(day: &SolarDay) -> Option<NaiveDate> {
    let month = day.get_solar_month();
    let year = i32::try_from(month.get_solar_year().get_year()).ok()?;
    NaiveDate::from_ymd_opt(year, month.get_month() as u32, day.get_day() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn a_lunar_birthday_falls_on_its_own_day_each_year() {
        // Born on 农历八月十五 1950.
        assert_eq!(lunar_label(day(1950, 9, 26)), "八月十五");
        let found = Window::from(day(2026, 9, 12), 14).birthday(day(1950, 9, 26), true).unwrap();
        assert_eq!((found.date, found.lunar.as_deref()), (day(2026, 9, 25), Some("八月十五")));
        assert_eq!(Window::from(day(2026, 9, 26), 14).birthday(day(1950, 9, 26), true), None);
        let solar = Window::from(day(2026, 9, 12), 14).birthday(day(1950, 9, 26), false).unwrap();
        assert_eq!((solar.date, solar.lunar), (day(2026, 9, 26), None));
    }

    #[test]
    fn a_day_that_the_year_lacks_gives_way_to_the_one_before() {
        let born = day(1960, 2, 29);
        assert_eq!(Window::from(day(2027, 2, 20), 14).birthday(born, false).unwrap().date, day(2027, 2, 28));
        assert_eq!(Window::from(day(2028, 2, 20), 14).birthday(born, false).unwrap().date, day(2028, 2, 29));
    }
}
