//! The whole demo county as data. Pure: seed, day and ground in, records out.

use tiexin_contract::ErrorReply;
use tiexin_domain::nouns::support_file::LossCategory;
use tiexin_domain::region::RegionCode;

use super::association;
use super::care::{care, of_pairs};
use super::chance::Chance;
use super::families::{Family, Ground, Standing};
use super::files::family_group;
use super::house::house;
use super::people::People;
use super::place::Township;
use super::record::{Group, morning_ms};
use super::support::support;
use super::twice::twice;
use super::village::{Village, villages};
use super::visits::{Year, visits};
use super::words;
use super::works::{cases, works};

/// How much of everything a township has.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    pub households: usize,
    /// Of them special families.
    pub special: usize,
    pub members: usize,
    pub volunteers: usize,
    pub activities: i64,
    /// Villages that have people; the others stay empty.
    pub villages: usize,
    /// Families registered a second time by mistake.
    pub twice: usize,
}

impl Scale {
    /// The demo county of `./dev run`.
    pub const FULL: Scale = Scale {
        households: 1000,
        special: 40,
        members: 1500,
        volunteers: 60,
        activities: 48,
        villages: 20,
        twice: 2,
    };
    /// Enough to see that everything is there.
    pub const SMALL: Scale = Scale {
        households: 60,
        special: 8,
        members: 60,
        volunteers: 6,
        activities: 12,
        villages: 5,
        twice: 1,
    };
}

/// The records of one township, parents before what refers to them.
pub struct Peopled {
    pub code: RegionCode,
    pub groups: Vec<Group>,
}

/// The same seed, day, scale and ground give the same county to the last letter.
pub fn county(
    seed: u64,
    today: chrono::NaiveDate,
    scale: Scale,
    ground: &[Township],
) -> Result<Vec<Peopled>, ErrorReply> {
    let (names, words) = (words::names()?, words::words()?);
    let mut people = People::new(&names);
    let year = Year::until(today);
    let mut peopled = Vec::new();
    for township in ground {
        let mut chance = Chance::new(seed, township.code.as_str());
        let mut ground = Ground {
            people: &mut people,
            words: &words,
            today,
            year: &year,
            prefix: format!("安徽省蚌埠市固镇县{}", township.name),
        };
        let mut more = Chance::new(seed, &format!("{} association", township.code));
        let groups = township_groups(township, &mut ground, (&mut chance, &mut more), scale);
        peopled.push(Peopled { code: township.code.clone(), groups });
    }
    Ok(peopled)
}

fn township_groups(
    township: &Township,
    ground: &mut Ground<'_, '_>,
    (chance, more): (&mut Chance, &mut Chance),
    scale: Scale,
) -> Vec<Group> {
    let villages = villages(township, ground.people, chance, scale.villages);
    if villages.is_empty() {
        return Vec::new();
    }
    let mut families = Vec::with_capacity(scale.households);
    let mut groups: Vec<Group> = Vec::new();
    for n in 0..scale.households {
        let village = chance.within(0, villages.len() as i64 - 1) as usize;
        let standing = standing(n, scale, chance);
        let family = Family::make(ground, chance, (village, &villages[village]), standing);
        groups.push(family_group(&family, ground, chance, &villages[village], n as u32 + 1));
        families.push(family);
    }
    let twice = twice(&groups, chance, morning_ms(ground.today), scale.twice);
    groups.extend(twice);
    let at = (&township.code, township.name.as_str());
    let mut members = association::members(&families, ground, chance, scale.members, at);
    let activities = association::activities(ground, &villages, &members, chance, scale.activities, at);
    let mut volunteers = association::volunteers(&families, ground, chance, scale.volunteers);
    let mut later: Vec<_> = work(&families, ground, chance, &villages);
    later.extend(activities);
    let house = house(ground, &villages, at, &volunteers, more);
    association::in_teams(&mut volunteers, &house, &township.name);
    later.extend(house);
    association::in_groups(&mut members, &later);
    later.extend(members);
    later.extend(works(ground, at, more));
    later.extend(volunteers);
    later.extend(support(&families, ground, &villages, &township.code, more));
    later.extend(cases(&families, &township.code, ground, more));
    of_pairs(&mut later);
    later.sort_by_key(|made| (made.at_ms, made.id));
    groups.extend(later.into_iter().map(|made| vec![made]));
    groups
}

/// What was done for the families in the year.
fn work(
    families: &[Family],
    ground: &Ground<'_, '_>,
    chance: &mut Chance,
    villages: &[Village],
) -> Vec<super::record::Made> {
    let mut made = Vec::new();
    for family in families {
        let village = &villages[family.village];
        made.extend(visits(family, ground, chance, village));
        made.extend(care(family, ground, chance, village, None));
    }
    made
}

/// Special families first, then by what a township is like.
fn standing(n: usize, scale: Scale, chance: &mut Chance) -> Standing {
    if n < scale.special {
        let category = if chance.percent(62) { LossCategory::Death } else { LossCategory::Disability };
        return Standing::Special(category);
    }
    match chance.within(0, 99) {
        0..6 => Standing::Hardship,
        6..12 => Standing::Floating,
        _ => Standing::General,
    }
}
