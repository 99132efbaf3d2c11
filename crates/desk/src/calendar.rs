//! The calendar by which people live: lunar dates, birthdays, festivals.
//!
//! Reckoned by tyme4rs; a day it cannot reckon (outside its years) has no lunar date and no festival.

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

/// A festival on which families are visited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Festival {
    pub(crate) date: NaiveDate,
    pub(crate) name: &'static str,
}

/// The name of the association's own day.
pub(crate) const ASSOCIATION_DAY: &str = "5.29 会员活动日";

/// Festivals from today until `ahead` days after it, the nearest first.
pub(crate) fn festivals(today: NaiveDate, ahead: u64) -> Vec<Festival> {
    let Some(until) = today.checked_add_days(Days::new(ahead)) else { return Vec::new() };
    let mut found: Vec<Festival> = [today.year() - 1, today.year(), today.year() + 1]
        .into_iter()
        .flat_map(festivals_of)
        .filter(|f| (today..=until).contains(&f.date))
        .collect();
    found.sort_by_key(|f| f.date);
    found
}

/// Those of one (solar and lunar) year.
fn festivals_of(year: i32) -> Vec<Festival> {
    let solar = |name, month, day| Some(Festival { date: NaiveDate::from_ymd_opt(year, month, day)?, name });
    let by_lunar = |name, month, day| {
        let day = LunarDay::new(year as isize, month, day).ok()?.get_solar_day();
        Some(Festival { date: solar_date(&day)?, name })
    };
    [
        by_lunar("春节", 1, 1),
        clear_and_bright(year).map(|date| Festival { date, name: "清明" }),
        solar(ASSOCIATION_DAY, 5, 29),
        by_lunar("端午", 5, 5),
        by_lunar("中秋", 8, 15),
        solar("国庆", 10, 1),
        by_lunar("重阳", 9, 9),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// 清明 is a solar term and falls on 4, 5 or 6 April.
fn clear_and_bright(year: i32) -> Option<NaiveDate> {
    (4..=6).filter_map(|day| NaiveDate::from_ymd_opt(year, 4, day)).find(|date| {
        SolarDay::new(year as isize, 4, date.day() as usize)
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

    #[test]
    fn festivals_of_2026() {
        let of = |name| festivals(day(2026, 1, 1), 364).into_iter().find(|f| f.name == name).unwrap().date;
        assert_eq!(of("春节"), day(2026, 2, 17));
        assert_eq!(of("清明"), day(2026, 4, 5));
        assert_eq!(of("端午"), day(2026, 6, 19));
        assert_eq!(of("中秋"), day(2026, 9, 25));
        assert_eq!(of("重阳"), day(2026, 10, 18));
        assert_eq!(of(ASSOCIATION_DAY), day(2026, 5, 29));
        let near: Vec<_> = festivals(day(2026, 9, 12), 30).into_iter().map(|f| f.name).collect();
        assert_eq!(near, ["中秋", "国庆"]);
    }
}
