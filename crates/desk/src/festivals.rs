//! On which days families are visited for a festival. The list is data: `assets/festivals.json`, or
//! `festivals.json` in the book's folder for a county that keeps others.

use std::path::Path;
use std::sync::OnceLock;

use chrono::{Datelike, Days, NaiveDate};
use serde::Deserialize;

use crate::{calendar, files};

const BUILT_IN: &str = include_str!("../../../assets/festivals.json");

/// A festival and how its day is found. One of `solar`, `lunar` and `term` is given.
#[derive(Debug, Clone, Deserialize)]
struct Rule {
    name: String,
    /// What a reminder calls it; the name, when it is left out.
    said: Option<String>,
    /// Month and day.
    solar: Option<(u32, u32)>,
    /// Month and day of the lunar calendar.
    lunar: Option<(isize, usize)>,
    term: Option<Term>,
    /// The association's own day: an activity, no visit.
    #[serde(default)]
    own: bool,
    /// Kept from this day on.
    from: Option<NaiveDate>,
    /// Kept until this day.
    until: Option<NaiveDate>,
}

/// The solar term that begins between two days of a month.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Term {
    month: u32,
    from: u32,
    to: u32,
}

impl Rule {
    fn in_year(&self, year: i32) -> Option<Festival> {
        let solar = || self.solar.and_then(|(month, day)| NaiveDate::from_ymd_opt(year, month, day));
        let lunar = || self.lunar.and_then(|(month, day)| calendar::of_lunar(year, month, day));
        let term = || self.term.and_then(|t| calendar::of_term(year, t.month, t.from, t.to));
        let date = solar().or_else(lunar).or_else(term)?;
        let kept = self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date <= until);
        kept.then(|| Festival {
            date,
            name: self.name.clone(),
            said: self.said.clone().unwrap_or_else(|| self.name.clone()),
            own: self.own,
        })
    }
}

/// A festival of one year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Festival {
    pub(crate) date: NaiveDate,
    pub(crate) name: String,
    pub(crate) said: String,
    pub(crate) own: bool,
}

/// The festivals of this desk.
#[derive(Debug, Clone)]
pub(crate) struct Festivals {
    rules: Vec<Rule>,
}

impl Festivals {
    /// The office's own list where there is one that can be read, else the program's.
    pub(crate) fn of(folder: &Path) -> Festivals {
        let own = files::own_rules(folder, "festivals.json");
        Festivals { rules: own.unwrap_or_else(|| built_in().to_vec()) }
    }

    /// Those that come with the program.
    pub(crate) fn of_the_program() -> Festivals {
        Festivals { rules: built_in().to_vec() }
    }

    /// From a day until `ahead` days after it, the earliest first.
    pub(crate) fn ahead(&self, from: NaiveDate, ahead: u64) -> Vec<Festival> {
        let Some(until) = from.checked_add_days(Days::new(ahead)) else { return Vec::new() };
        // A lunar year reaches into the next solar one.
        let years = [from.year() - 1, from.year(), from.year() + 1];
        let all =
            years.into_iter().flat_map(|year| self.rules.iter().filter_map(move |rule| rule.in_year(year)));
        let mut found: Vec<Festival> = all.filter(|f| (from..=until).contains(&f.date)).collect();
        found.sort_by_key(|f| f.date);
        found
    }

    /// Those that a visit on `day` may have been for, the nearest first: a family is often visited some days
    /// before or after.
    pub(crate) fn near(&self, day: NaiveDate, days: u64) -> Vec<Festival> {
        let from = day.checked_sub_days(Days::new(days)).unwrap_or(day);
        let mut near: Vec<Festival> =
            self.ahead(from, 2 * days).into_iter().filter(|festival| !festival.own).collect();
        near.sort_by_key(|festival| (festival.date - day).num_days().abs());
        near
    }
}

fn built_in() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        serde_json::from_str(BUILT_IN).unwrap_or_else(|e| unreachable!("assets/festivals.json: {e}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    fn festivals() -> Festivals {
        Festivals::of_the_program()
    }

    #[test]
    fn festivals_of_2026() {
        let all = festivals().ahead(day(2026, 1, 1), 364);
        let found: Vec<(&str, NaiveDate)> = all.iter().map(|f| (f.name.as_str(), f.date)).collect();
        let want = [
            ("元旦", day(2026, 1, 1)),
            ("春节", day(2026, 2, 17)),
            ("元宵", day(2026, 3, 3)),
            ("清明", day(2026, 4, 5)),
            ("5.29 会员活动日", day(2026, 5, 29)),
            ("端午", day(2026, 6, 19)),
            ("中秋", day(2026, 9, 25)),
            ("国庆", day(2026, 10, 1)),
            ("重阳", day(2026, 10, 18)),
            ("冬至", day(2026, 12, 22)),
        ];
        assert_eq!(found, want);
    }

    #[test]
    fn a_visit_is_offered_the_festivals_around_its_own_day() {
        let near = |on| festivals().near(on, 14).into_iter().map(|f| f.name).collect::<Vec<_>>();
        assert_eq!(near(day(2026, 9, 25)), ["中秋", "国庆"]);
        assert_eq!(near(day(2026, 12, 28)), ["元旦", "冬至"]);
        assert_eq!(near(day(2026, 5, 29)), [""; 0]);
        assert_eq!(near(day(2026, 7, 20)), [""; 0]);
    }

    #[test]
    fn a_county_keeps_its_own_list() {
        let folder = tempfile::tempdir().unwrap();
        let own = r#"[{"name": "庙会", "lunar": [3, 3], "from": "2026-01-01"}]"#;
        std::fs::write(folder.path().join("festivals.json"), own).unwrap();
        let kept = Festivals::of(folder.path());
        assert!(kept.ahead(day(2025, 1, 1), 364).is_empty());
        assert_eq!(kept.ahead(day(2026, 1, 1), 364)[0].date, day(2026, 4, 19));
    }
}
