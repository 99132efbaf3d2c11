//! What 今日 reminds of (`association.md` §3). Rules are data (`assets/reminders.json`), this only reads them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::access::Role;
use crate::region::{Level, RegionCode};

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// Families whose visit falls due (`cadence`).
    Visits,
    /// What was agreed at a visit.
    FollowUps,
    /// Of people in families with an active file.
    Birthdays,
    /// On which families are visited, and the association's own day.
    Festivals,
    /// What active files lack.
    Gaps,
    /// One counsellor who comes to one person every so many days.
    Sessions,
    /// The yearly papers of families that draw special assistance: month and day by which they have to be begun.
    Papers {
        due: (u32, u32),
    },
    Dated(Dated),
}

/// Records of a kind by a date of theirs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Dated {
    pub kind: String,
    /// The field with the date. Of kinds with many records it is the one by which they are listed or the one of their end.
    pub by: String,
    /// Due so many days after it.
    #[serde(default)]
    pub plus: u32,
    /// What other fields hold: null nothing, `*` anything, a code, `!` and a code anything else, true.
    #[serde(default)]
    pub when: BTreeMap<String, Value>,
    /// The family asked for it, or somebody is in danger: told though it wishes no contact.
    #[serde(default)]
    pub own_wish: bool,
}

/// Which comes first (`association.md` §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Somebody may come to harm: nothing stands before it.
    Danger,
    /// Somebody waits.
    Family,
    /// Money that is owed to families.
    Money,
    Day,
    Paper,
}

/// What is done about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The record is looked at.
    #[default]
    Open,
    /// A record of this kind is made for its family.
    Make(String),
}

/// Whom a rule tells: who looks at a region of this level, in this role there.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct To {
    pub level: Option<Level>,
    pub role: Option<Role>,
    /// Only of families whose named contact they are, or that have none. Danger is told to nobody more for it.
    #[serde(default)]
    pub contact: bool,
    /// Only of records that name them in this field, and of those that they made: whoever takes a case down knows of it.
    pub named: Option<String>,
}

/// Of whose families somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    All,
    /// Of which they are the named contact, and those that have none.
    Own,
    /// Of no family: of the records that name them, or that they made.
    Named,
}

/// One rule. Of several by one code the one of the deepest region holds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ReminderRule {
    pub code: String,
    /// None: everywhere.
    pub region: Option<RegionCode>,
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub of: Of,
    /// Chinese, said behind the name.
    #[serde(default)]
    pub says: String,
    /// Shown from so many days before.
    #[serde(default)]
    pub lead: u32,
    /// And until so many days after.
    #[serde(default)]
    pub late: u32,
    #[serde(default = "day")]
    pub weight: Weight,
    #[serde(default)]
    pub act: Act,
    /// None named: everybody.
    #[serde(default)]
    pub to: Vec<To>,
    /// A place that wants none of it says so.
    #[serde(default)]
    pub quiet: bool,
}

impl ReminderRule {
    /// Of whose families it tells who looks at a region of this level in these roles; `None`: of nobody's.
    pub fn tells(&self, level: Level, roles: &[Role]) -> Option<Whose> {
        let meant = |to: &&To| {
            to.level.is_none_or(|of| of == level) && to.role.as_ref().is_none_or(|role| roles.contains(role))
        };
        if self.to.is_empty() {
            return Some(Whose::All);
        }
        let whose = |to: &To| match (to.contact, &to.named) {
            (true, _) => Whose::Own,
            (false, Some(_)) => Whose::Named,
            (false, None) => Whose::All,
        };
        let whose: Vec<Whose> = self.to.iter().filter(meant).map(whose).collect();
        [Whose::All, Whose::Own, Whose::Named].into_iter().find(|one| whose.contains(one))
    }
}

fn day() -> Weight {
    Weight::Day
}

/// The rules that hold in a region on a day, in the order of the first by each code. Of two as deep the later one: an
/// office's own stand behind the program's.
pub fn in_force<'r>(
    rules: &'r [ReminderRule],
    region: &RegionCode,
    today: NaiveDate,
) -> Vec<&'r ReminderRule> {
    let depth = |rule: &ReminderRule| rule.region.as_ref().map_or(0, |region| region.as_str().len());
    let holds = |rule: &&ReminderRule| {
        rule.region.as_ref().is_none_or(|of| of.covers(region))
            && rule.from.is_none_or(|from| from <= today)
            && rule.until.is_none_or(|until| today <= until)
    };
    let mut kept: Vec<&ReminderRule> = Vec::new();
    for rule in rules.iter().filter(holds) {
        match kept.iter().position(|other| other.code == rule.code) {
            Some(at) if depth(kept[at]) > depth(rule) => {}
            Some(at) => kept[at] = rule,
            None => kept.push(rule),
        }
    }
    kept.retain(|rule| !rule.quiet);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_rule_holds_in_its_time() {
        let rules: Vec<ReminderRule> = serde_json::from_value(serde_json::json!([
            {"code": "birthday", "of": "birthdays", "says": "生日", "lead": 14},
            {"code": "festival", "of": "festivals", "lead": 30},
            {"code": "birthday", "region": "340323", "of": "birthdays", "says": "生日", "lead": 7},
            {"code": "birthday", "region": "34", "of": "birthdays", "says": "生日", "lead": 10},
            {"code": "festival", "region": "340323100", "from": "2026-10-01", "of": "festivals", "quiet": true},
        ]))
        .unwrap();
        let told = |region: &str, day: u32| {
            let today = NaiveDate::from_ymd_opt(2026, 9, day).unwrap() + chrono::Days::new(20);
            let found = in_force(&rules, &region.parse().unwrap(), today);
            found.into_iter().map(|rule| (rule.code.clone(), rule.lead)).collect::<Vec<_>>()
        };
        let of = |birthday, festival: Option<u32>| {
            let festival = festival.map(|lead| ("festival".to_owned(), lead));
            std::iter::once(("birthday".to_owned(), birthday)).chain(festival).collect::<Vec<_>>()
        };
        assert_eq!(told("110000", 1), of(14, Some(30)));
        assert_eq!(told("340102", 1), of(10, Some(30)));
        assert_eq!(told("340323100001", 1), of(7, Some(30)), "not begun");
        assert_eq!(told("340323100001", 20), of(7, None));
    }

    #[test]
    fn a_rule_tells_whom_it_names() {
        let told = |to: serde_json::Value, level, role: &Role| {
            let rule = serde_json::json!({"code": "gaps", "of": "gaps", "to": to});
            let rule: ReminderRule = serde_json::from_value(rule).unwrap();
            rule.tells(level, std::slice::from_ref(role))
        };
        let (worker, supervisor) = (Role::Worker, Role::Supervisor);
        let villages = serde_json::json!([{"level": "village"}, {"level": "township", "contact": true}]);
        assert_eq!(told(serde_json::json!([]), Level::City, &worker), Some(Whose::All));
        assert_eq!(told(villages.clone(), Level::Village, &worker), Some(Whose::All));
        assert_eq!(told(villages.clone(), Level::Township, &worker), Some(Whose::Own));
        assert_eq!(told(villages, Level::County, &supervisor), None);
        let by_role = serde_json::json!([{"level": "county", "role": "supervisor"}]);
        assert_eq!(told(by_role.clone(), Level::County, &supervisor), Some(Whose::All));
        assert_eq!(told(by_role, Level::County, &worker), None);
        let by_name = serde_json::json!([{"role": "supervisor"}, {"named": "handler"}]);
        assert_eq!(told(by_name.clone(), Level::Township, &supervisor), Some(Whose::All));
        assert_eq!(told(by_name, Level::Village, &worker), Some(Whose::Named));
    }
}
