//! Villages of the demo county and who looks after them.

use tiexin_domain::Sex;
use tiexin_domain::region::RegionCode;

use super::chance::Chance;
use super::people::People;
use super::place::{Township, short};

/// A village with those whose job its families are.
pub(super) struct Village {
    pub(super) code: RegionCode,
    /// As people call it.
    pub(super) name: String,
    /// 村级专干.
    pub(super) worker: String,
    /// 镇联系人 for this village.
    pub(super) leader: String,
    pub(super) doctor: String,
    pub(super) counsellor: String,
    /// 100: every visit in time; less: gaps.
    pub(super) diligence: i64,
}

/// The first villages of a township, each with its people.
pub(super) fn villages(
    township: &Township,
    people: &People<'_>,
    chance: &mut Chance,
    most: usize,
) -> Vec<Village> {
    let leaders: Vec<String> = (0..6)
        .map(|i| {
            let sex = if i % 3 == 0 { Sex::Female } else { Sex::Male };
            people.somebody(chance, &sex)
        })
        .collect();
    let counsellors: Vec<String> = (0..3).map(|_| people.somebody(chance, &Sex::Female)).collect();
    township
        .villages
        .iter()
        .take(most)
        .map(|(code, name)| Village {
            code: code.clone(),
            name: short(name),
            worker: people.somebody(chance, &Sex::Female),
            leader: chance.pick(&leaders).clone(),
            doctor: people.somebody(chance, &Sex::Male),
            counsellor: chance.pick(&counsellors).clone(),
            diligence: chance.within(78, 99),
        })
        .collect()
}
