//! Who may do what, where. The same function answers on the desk and on the server.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::codes::codes;
use crate::region::RegionCode;

codes! {
    /// The roles of `domain.md` §1.
    Role {
        Worker = "worker", "专干";
        Supervisor = "supervisor", "审核人";
        Reviewer = "reviewer", "基金审核";
        Cashier = "cashier", "出纳";
        Auditor = "auditor", "审计";
        Admin = "admin", "管理员";
    }
}

/// What a right is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// See records, figures and lists.
    Read,
    /// See what of them is for those from the supervisor up (`Audience::Supervisor`).
    Oversee,
    /// Record and correct.
    Write,
    /// Settle conflicts, adopt parked changes.
    Settle,
    /// Read the audit chain.
    Audit,
    /// See the desks of a region, and shut one out.
    Devices,
    /// Users, devices, forms.
    Administer,
}

/// A role in a region and everything below it, from–to inclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Grant {
    pub role: Role,
    pub region: RegionCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    pub id: Uuid,
    /// Sign-in name, unique at the province.
    pub name: String,
    pub display_name: String,
    pub grants: Vec<Grant>,
    #[serde(default)]
    pub disabled: bool,
}

impl Role {
    /// Whether the role carries the action at all.
    pub fn carries(&self, action: Action) -> bool {
        use Action::*;
        match self {
            Role::Worker => matches!(action, Read | Write),
            Role::Supervisor => matches!(action, Read | Oversee | Write | Settle | Audit | Devices),
            Role::Reviewer | Role::Cashier => matches!(action, Read),
            Role::Auditor => matches!(action, Read | Oversee | Audit),
            Role::Admin => matches!(action, Read | Oversee | Settle | Audit | Devices | Administer),
            Role::Other(_) => false,
        }
    }
}

impl Grant {
    /// Whether the grant is in force on `today`.
    pub fn in_force(&self, today: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= today) && self.to.is_none_or(|to| today <= to)
    }

    /// Whether it allows `action` in `region` on `today`.
    pub fn allows(&self, action: Action, region: &RegionCode, today: NaiveDate) -> bool {
        self.in_force(today) && self.role.carries(action) && self.region.covers(region)
    }
}

/// Whether any of the grants allows `action` in `region` on `today`.
pub fn permits(grants: &[Grant], action: Action, region: &RegionCode, today: NaiveDate) -> bool {
    grants.iter().any(|grant| grant.allows(action, region, today))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_reaches_down_and_ends() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 10, d).unwrap();
        let grant = Grant {
            role: Role::Worker,
            region: "340323100".parse().unwrap(),
            from: Some(day(2)),
            to: Some(day(5)),
        };
        let village = "340323100001".parse().unwrap();
        let grants = [grant];
        assert!(permits(&grants, Action::Write, &village, day(2)));
        assert!(permits(&grants, Action::Write, &village, day(5)));
        assert!(!permits(&grants, Action::Write, &village, day(6)));
        assert!(!permits(&grants, Action::Write, &"340323".parse().unwrap(), day(3)));
        assert!(!permits(&grants, Action::Settle, &village, day(3)));
        assert!(!Role::Auditor.carries(Action::Write));
    }

    #[test]
    fn more_is_seen_from_the_supervisor_up() {
        let oversee = Role::ALL.iter().filter(|role| role.carries(Action::Oversee)).map(Role::code);
        assert_eq!(oversee.collect::<Vec<_>>(), ["supervisor", "auditor", "admin"]);
        assert!(!Role::from_code("of_the_future").carries(Action::Oversee));
    }
}
