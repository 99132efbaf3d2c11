//! Invented people: names, ID numbers under a prefix that was never issued, phones that ring nowhere.

use std::collections::HashSet;

use chrono::{Datelike, Days, NaiveDate};
use tiexin_domain::nouns::Person;
use tiexin_domain::region::RegionCode;
use tiexin_domain::{IdNumber, Sex};

use super::chance::Chance;
use super::words::Names;

/// No county has this code.
const NO_COUNTY: &str = "340399";
/// Numbers of this block are not in use.
const NO_SUBSCRIBER: &str = "1990000";
const PHONES: u64 = 10_000;
/// Shares no factor with [`PHONES`]: every number comes once before any comes twice.
const PHONE_STRIDE: u64 = 7_919;

/// Everybody of the county, so that no two have one number.
pub(super) struct People<'a> {
    pub(super) names: &'a Names,
    surnames: Vec<char>,
    taken: HashSet<String>,
    phones: u64,
}

impl<'a> People<'a> {
    pub(super) fn new(names: &'a Names) -> Self {
        Self { names, surnames: names.surnames.chars().collect(), taken: HashSet::new(), phones: 0 }
    }

    pub(super) fn surname(&self, chance: &mut Chance) -> String {
        chance.pick(&self.surnames).to_string()
    }

    /// A given name such as people of that year and sex have.
    pub(super) fn given(&self, chance: &mut Chance, sex: &Sex, born: i32) -> &'a str {
        let names = self.names;
        let pool = match (sex, born) {
            (Sex::Female, ..1975) => &names.elder_women,
            (_, ..1975) => &names.elder_men,
            (Sex::Female, 1975..2005) => &names.women,
            (_, 1975..2005) => &names.men,
            (Sex::Female, _) => &names.girls,
            _ => &names.boys,
        };
        chance.pick::<String>(pool)
    }

    /// Any grown-up's name, for workers, doctors and counsellors.
    pub(super) fn somebody(&self, chance: &mut Chance, sex: &Sex) -> String {
        let born = 1976 + chance.within(0, 18) as i32;
        format!("{}{}", self.surname(chance), self.given(chance, sex, born))
    }

    /// A valid number that nobody else here has.
    pub(super) fn id_number(&mut self, chance: &mut Chance, sex: &Sex, born: NaiveDate) -> IdNumber {
        loop {
            let mut order = chance.within(0, 499) * 2;
            if *sex == Sex::Male {
                order += 1;
            }
            let body = format!("{NO_COUNTY}{}{order:03}", born.format("%Y%m%d"));
            // The check place is whichever makes the number valid: the rule itself lives in the domain.
            let number = "0123456789X"
                .chars()
                .filter_map(|check| IdNumber::read(&format!("{body}{check}")).ok())
                .find(|read| !read.upgraded)
                .map(|read| read.number);
            if let Some(number) = number
                && self.taken.insert(number.as_str().to_owned())
            {
                return number;
            }
        }
    }

    pub(super) fn phone(&mut self) -> String {
        self.phones += 1;
        format!("{NO_SUBSCRIBER}{:04}", self.phones * PHONE_STRIDE % PHONES)
    }

    /// Somebody of about this age on `today`; one in forty has shown no ID card yet.
    pub(super) fn person(&mut self, chance: &mut Chance, whom: Whom<'_>, today: NaiveDate) -> Person {
        let born = born(chance, whom.age, today);
        let given = self.given(chance, &whom.sex, born.year());
        let mut person = Person::named(whom.region.clone(), format!("{}{given}", whom.surname));
        person.lunar_birthday = born.year() < 1970 && chance.percent(45);
        let number = self.id_number(chance, &whom.sex, born);
        let lunar = person.lunar_birthday;
        if chance.percent(97) {
            person = person.with_id(&number);
        }
        person.sex = Some(whom.sex);
        if lunar || person.id_number.is_none() {
            person.birth = Some(tiexin_domain::PartialDate::Day(born));
        }
        person
    }
}

/// Who is to be made.
pub(super) struct Whom<'a> {
    pub(super) region: &'a RegionCode,
    pub(super) surname: &'a str,
    pub(super) sex: Sex,
    /// Years, youngest and oldest.
    pub(super) age: (i64, i64),
}

fn born(chance: &mut Chance, age: (i64, i64), today: NaiveDate) -> NaiveDate {
    let days = chance.within(age.0 * 365 + age.0 / 4, age.1 * 365 + age.1 / 4 + 364);
    today.checked_sub_days(Days::new(days.max(1) as u64)).unwrap_or(today)
}

pub(super) fn years_old(person: &Person, today: NaiveDate) -> i32 {
    person.birth_day().map_or(40, |born| today.years_since(born).unwrap_or(0) as i32)
}
