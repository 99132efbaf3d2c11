//! 今日: whom should I see, what is missing, how far is the month.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tiexin_domain::region::RegionCode;
use tiexin_domain::reminder::{Act, Weight};
use uuid::Uuid;

use crate::commands;
use crate::records::InVain;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetToday {
    pub region: RegionCode,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Today {
    pub date: NaiveDate,
    /// 农历, e.g. `十月初五`.
    pub lunar: String,
    /// Most overdue first; families that declined contact are not here.
    pub due: Vec<DueFamily>,
    pub due_total: u64,
    /// What else has to be done by a date, the most urgent first.
    #[serde(default)]
    pub todo: Vec<Todo>,
    #[serde(default)]
    pub todo_total: u64,
    #[serde(default)]
    pub open: Open,
    /// Of a region above the township, where no single family is told: its units, who is furthest behind first.
    #[serde(default)]
    pub units: Vec<UnitToday>,
    #[serde(default)]
    pub covered: Covered,
    pub gaps: Vec<FileGap>,
    pub gaps_total: u64,
    /// The same by what is missing, the most important first.
    #[serde(default)]
    pub missing: Vec<GapGroup>,
    pub reminders: Vec<Reminder>,
    pub month: MonthSoFar,
}

/// So many of `due` and of `todo` stand open, seven in all at most; the rest is folded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    pub due: usize,
    pub todo: usize,
}

/// 三个全覆盖 (`association.md` §2.15) of the families with an active file. Whom a family wished not to have is in no share.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// A leader and a worker look after it.
    pub contacts: Share,
    /// A doctor is signed and the contract is not over.
    pub doctor: Share,
    /// A hospital's green channel is named.
    pub channel: Share,
}

/// So many of so many families.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub covered: u64,
    pub of: u64,
}

/// How a township (or what is above it) stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitToday {
    pub region: RegionCode,
    pub name: String,
    /// With an active file and no wish to be left in peace, and how many of them were visited this month.
    pub families: u64,
    pub visited: u64,
    /// Files whose visit is overdue, and by how many days at most.
    pub overdue: u64,
    pub longest: i64,
    /// Files without both contacts; whoever wishes no contact lacks none.
    pub without_contact: u64,
    /// Whom to ring up: who of the township looks after most of the overdue.
    pub ring: Option<String>,
}

/// Something to be done by a date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Todo {
    /// Code of the rule.
    pub rule: String,
    pub weight: Weight,
    pub kind: String,
    pub record: Uuid,
    /// As a list names the record.
    pub title: String,
    pub place: String,
    /// Chinese: 该答复了 …
    pub says: String,
    pub date: NaiveDate,
    pub days_ahead: i64,
    pub act: Act,
    /// For whose family a record is to be made.
    pub household: Option<Uuid>,
}

impl Todo {
    /// Somebody waits for it, and it is due by now: it stands before whom to visit. What only comes later does not, nor
    /// what has waited for so long that one day more is no matter of this morning.
    pub fn is_pressing(&self) -> bool {
        self.weight < Weight::Day && self.days_ahead <= 0 && !is_long_overdue(self.weight, self.days_ahead)
    }
}

/// More days than these after its date a thing has long been overdue.
const LONG: i64 = 30;

/// Whether what should have been done by a date has waited for more than a month since. Of danger it never is.
pub fn is_long_overdue(weight: Weight, days_ahead: i64) -> bool {
    weight != Weight::Danger && days_ahead < -LONG
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DueFamily {
    pub household: Uuid,
    pub name: String,
    pub village: String,
    /// The newest visit that met somebody.
    pub last_visit: Option<NaiveDate>,
    /// Who was there on that day.
    #[serde(default)]
    pub visitors: Vec<String>,
    /// Somebody went there since and met nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_vain: Option<InVain>,
    /// A visit is dated after today; `last_visit` passes it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<NaiveDate>,
    /// Positive: overdue; 0 or negative: due in so many days.
    pub overdue_days: i64,
    /// Whose job it is.
    pub contact: Option<String>,
    pub phone_only: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileGap {
    pub household: Uuid,
    pub name: String,
    pub village: String,
    /// Chinese: 缺村联系人 …
    pub missing: Vec<String>,
}

/// All families whose files lack one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapGroup {
    /// A `support_file::Lack`: what the list of special families is filtered by in its field `gaps`.
    pub code: String,
    /// Chinese: 缺村联系人 …
    pub missing: String,
    pub families: Vec<GapFamily>,
    /// `families` holds some hundreds at most.
    pub total: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapFamily {
    pub household: Uuid,
    pub name: String,
    pub village: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderKind {
    Birthday,
    Festival,
    AssociationDay,
    FollowUp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reminder {
    pub kind: ReminderKind,
    pub date: NaiveDate,
    pub days_ahead: i64,
    /// Chinese, e.g. `余英爱 生日（农历八月十五）`, `重阳节`.
    pub text: String,
    pub household: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonthSoFar {
    /// `YYYY-MM`.
    pub month: String,
    /// Visits that met somebody, on each day of the month so far.
    pub visits_by_day: Vec<DayCount>,
    /// Families to be visited this month by the cadence rules. Those that wish no contact are in no figure here.
    pub planned: u64,
    /// Different families of these seen this month: somebody was met.
    pub visited: u64,
    /// Coverage by village (or township, above it), lowest first.
    pub coverage: Vec<Coverage>,
    /// This month's figures beside last month's.
    pub figures: Vec<MonthFigure>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DayCount {
    pub date: NaiveDate,
    pub count: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    pub region: RegionCode,
    pub name: String,
    pub visited: u64,
    pub families: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonthFigure {
    pub label: String,
    pub this_month: u64,
    pub last_month: u64,
}

commands! {
    GetToday => "today.get" -> Today;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_later_does_not_press_however_much_it_weighs() {
        let presses = |weight, days_ahead| {
            let todo = Todo {
                rule: "session_due".into(),
                weight,
                kind: "counselling_pair".into(),
                record: Uuid::nil(),
                title: String::new(),
                place: String::new(),
                says: String::new(),
                date: NaiveDate::MIN,
                days_ahead,
                act: Act::Open,
                household: None,
            };
            todo.is_pressing()
        };
        assert_eq!([1, 0, -1].map(|days| presses(Weight::Family, days)), [false, true, true]);
        assert_eq!([Weight::Danger, Weight::Money].map(|weight| presses(weight, 0)), [true; 2]);
        // Nor what has long been overdue, but for danger.
        assert_eq!([-30, -31].map(|days| presses(Weight::Family, days)), [true, false]);
        assert!(presses(Weight::Danger, -31));
        assert_eq!([Weight::Day, Weight::Paper].map(|weight| presses(weight, -9)), [false; 2]);
    }
}
