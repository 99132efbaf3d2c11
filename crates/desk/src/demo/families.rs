//! Families of the demo county: who lives together, in what circumstances.

use chrono::{Days, NaiveDate};
use tiexin_domain::nouns::household::{HardshipKind, HouseholdKind};
use tiexin_domain::nouns::person::{PersonTag, Relation};
use tiexin_domain::nouns::support_file::{ContactPreference, LossCategory};
use tiexin_domain::nouns::{Household, Person};
use tiexin_domain::region::RegionCode;
use tiexin_domain::{PartialDate, Sex};
use uuid::Uuid;

use super::chance::Chance;
use super::people::{People, Whom, years_old};
use super::village::Village;
use super::words::Words;

/// How a family stands to the association.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    Special(LossCategory),
    Hardship,
    Floating,
    General,
}

/// A family with all that its records are made from.
pub(super) struct Family {
    pub(super) id: Uuid,
    pub(super) region: RegionCode,
    pub(super) household: Household,
    pub(super) persons: Vec<(Uuid, Person)>,
    pub(super) standing: Standing,
    pub(super) preference: Option<ContactPreference>,
    /// Known to the association since.
    pub(super) since: NaiveDate,
    /// Whose village it is.
    pub(super) village: usize,
}

/// What all makers of a township need.
pub(super) struct Ground<'a, 'n> {
    pub(super) people: &'a mut People<'n>,
    pub(super) words: &'a Words,
    pub(super) today: NaiveDate,
    pub(super) year: &'a super::visits::Year,
    pub(super) prefix: String,
}

impl Family {
    pub(super) fn make(
        ground: &mut Ground<'_, '_>,
        chance: &mut Chance,
        village: (usize, &Village),
        standing: Standing,
    ) -> Family {
        let since = ground.today - Days::new(chance.within(400, 2500) as u64);
        let at_ms = super::record::morning_ms(since);
        let region = village.1.code.clone();
        let mut family = Family {
            id: chance.id(at_ms),
            household: household(&region, &standing),
            region,
            persons: Vec::new(),
            preference: None,
            since,
            village: village.0,
            standing,
        };
        family.people_it(ground, chance, at_ms);
        family.settle(ground, chance, village.1);
        family
    }

    fn people_it(&mut self, ground: &mut Ground<'_, '_>, chance: &mut Chance, at_ms: i64) {
        let surname = ground.people.surname(chance);
        let mut add = |chance: &mut Chance, relation: Relation, sex: Sex, age: (i64, i64)| {
            let other = ground.people.surname(chance);
            let surname = if relation == Relation::Spouse { &other } else { &surname };
            let whom = Whom { region: &self.region, surname, sex, age };
            let mut person = ground.people.person(chance, whom, ground.today);
            person.household = Some(self.id);
            person.relation = Some(relation);
            self.persons.push((chance.id(at_ms), person));
        };
        let alone = chance.percent(18);
        let grown = match self.standing {
            Standing::Special(_) => (52, 76),
            _ => *chance.pick(&[(27, 38), (34, 52), (34, 52), (30, 45), (62, 79)]),
        };
        let head = if alone && chance.percent(55) { Sex::Female } else { Sex::Male };
        add(chance, Relation::Head, head, grown);
        if !alone {
            add(chance, Relation::Spouse, Sex::Female, (grown.0 - 3, grown.1 - 2));
        }
        let child = if chance.percent(50) { Sex::Male } else { Sex::Female };
        match (&self.standing, grown.0) {
            (Standing::Special(LossCategory::Disability), _) => add(chance, Relation::Child, child, (24, 40)),
            (Standing::Special(_), _) => {
                if chance.percent(12) {
                    add(chance, Relation::Grandchild, child, (8, 17));
                }
            }
            (_, 62) => {
                if chance.percent(35) {
                    add(chance, Relation::Grandchild, child, (4, 14));
                }
            }
            (_, low) => {
                let ages = if low < 30 { (0, 9) } else { (5, 21) };
                add(chance, Relation::Child, child, ages);
                if chance.percent(45) {
                    add(chance, Relation::Child, Sex::Female, ages);
                }
                if chance.percent(30) {
                    let elder = if chance.percent(60) { Sex::Female } else { Sex::Male };
                    add(chance, Relation::Parent, elder, (66, 84));
                }
            }
        }
    }

    /// Circumstances that follow from who lives there.
    fn settle(&mut self, ground: &mut Ground<'_, '_>, chance: &mut Chance, village: &Village) {
        let aged = self.persons[0].1.birth_day().is_some_and(|b| years(b, ground.today) >= 62);
        let paired = self.persons.iter().any(|(_, p)| p.relation == Some(Relation::Spouse));
        for (_, person) in &mut self.persons {
            let age = years_old(person, ground.today);
            if age >= 18 && chance.percent(70) {
                person.phone = Some(ground.people.phone());
            }
            person.marriage = match person.relation {
                Some(Relation::Head | Relation::Spouse) if paired => Some("已婚".into()),
                Some(Relation::Head) if age >= 55 => Some("丧偶".into()),
                Some(Relation::Head) => Some("离异".into()),
                _ => None,
            };
            if age >= 18 && chance.percent(9) {
                person.politics = Some("中共党员".into());
            } else if age >= 18 && chance.percent(50) {
                person.politics = Some("群众".into());
            }
            if age >= 60 {
                person.health =
                    Some((*chance.pick(&["良好", "良好", "一般", "高血压", "糖尿病", "腰腿疼"])).into());
            }
            person.tags = tags(person, age, aged, &self.standing, chance);
        }
        let head = &self.persons[0];
        self.household.head = Some(head.0);
        self.household.head_name = head.1.name.clone();
        if chance.percent(92) {
            self.household.phone = head.1.phone.clone().or_else(|| Some(ground.people.phone()));
        }
        self.household.registered_address =
            Some(format!("{}{}{}组", ground.prefix, village.name, chance.within(1, 18)));
        if chance.percent(35) {
            let street = chance.pick(&ground.people.names.streets);
            self.household.current_address = Some(format!("{street}{}号", chance.within(1, 180)));
        }
        if self.standing == Standing::Hardship {
            self.household.hardship = chance.some(&ground.words.hardship, 1);
            self.household.hardship_kind = Some(HardshipKind::General);
            self.household.hardship_since = Some(PartialDate::Day(self.since));
        }
        if let Standing::Special(_) = self.standing {
            let asked = chance.within(0, 99);
            self.preference = match asked {
                ..75 => Some(ContactPreference::Welcome),
                75..85 => Some(ContactPreference::PhoneOnly),
                85..91 => Some(ContactPreference::Declined),
                _ => None,
            };
        }
    }

    /// Grown-up people of the house, whom a visitor meets.
    pub(super) fn grown(&self, today: NaiveDate) -> Vec<&(Uuid, Person)> {
        self.persons.iter().filter(|(_, p)| years_old(p, today) >= 18).collect()
    }
}

fn household(region: &RegionCode, standing: &Standing) -> Household {
    Household {
        kinds: vec![match standing {
            Standing::Special(LossCategory::Disability) => HouseholdKind::DisabledChild,
            Standing::Special(_) => HouseholdKind::LostChild,
            Standing::Hardship => HouseholdKind::Hardship,
            Standing::Floating => HouseholdKind::Floating,
            Standing::General => HouseholdKind::General,
        }],
        ..Household::named(region.clone(), "")
    }
}

fn years(born: NaiveDate, today: NaiveDate) -> u32 {
    today.years_since(born).unwrap_or(0)
}

fn tags(
    person: &Person,
    age: i32,
    aged_house: bool,
    standing: &Standing,
    chance: &mut Chance,
) -> Vec<PersonTag> {
    let mut tags = Vec::new();
    let parent = matches!(person.relation, Some(Relation::Head | Relation::Spouse));
    if *standing == Standing::Special(LossCategory::Death) && parent {
        tags.push(PersonTag::LostChild);
    }
    match age {
        10..=24 => tags.push(PersonTag::Youth),
        25..=49 if parent => tags.push(PersonTag::Childbearing),
        60.. if chance.percent(6) => tags.push(PersonTag::FiveElders),
        _ => {}
    }
    if aged_house && age >= 62 && chance.percent(30) {
        tags.push(PersonTag::LeftBehindElder);
    }
    if age < 15 && aged_house {
        tags.push(PersonTag::LeftBehindChild);
    }
    // A set is kept in the order of its codes.
    tags.sort_by(|a, b| a.code().cmp(b.code()));
    tags
}

/// When a child was lost or fell ill: always known to a year, mostly to the day.
pub(super) fn loss_date(chance: &mut Chance, before: NaiveDate) -> PartialDate {
    let day = before - Days::new(chance.within(200, 6000) as u64);
    match chance.within(0, 9) {
        0 => PartialDate::Month(chrono::Datelike::year(&day), chrono::Datelike::month(&day)),
        1 => PartialDate::Year(chrono::Datelike::year(&day)),
        _ => PartialDate::Day(day),
    }
}
