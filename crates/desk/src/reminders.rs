//! What 今日 reminds of. The rules are data: `assets/reminders.json`, and `reminders.json` in the book's folder for a county
//! that changes some.

use std::path::Path;
use std::sync::OnceLock;

use chrono::NaiveDate;
use tiexin_domain::reminder::{self, Of, ReminderRule, Whose};
use tiexin_domain::{RegionCode, Role};

use crate::files;

const BUILT_IN: &str = include_str!("../../../assets/reminders.json");

/// The rules of this desk.
#[derive(Debug, Clone)]
pub(crate) struct Reminders {
    rules: Vec<ReminderRule>,
}

impl Reminders {
    /// The program's, then the office's own where there are any that can be read: those by the same code come first.
    pub(crate) fn of(folder: &Path) -> Reminders {
        let own: Option<Vec<ReminderRule>> = files::own_rules(folder, "reminders.json");
        Reminders { rules: built_in().iter().cloned().chain(own.unwrap_or_default()).collect() }
    }

    /// Those that hold in a region on a day and tell who looks at it in these roles.
    pub(crate) fn in_force(&self, region: &RegionCode, today: NaiveDate, roles: &[Role]) -> InForce<'_> {
        let all = reminder::in_force(&self.rules, region, today).into_iter();
        InForce(all.filter_map(|rule| Some((rule, rule.tells(region.level(), roles)?))).collect())
    }
}

/// The rules by which one page is made.
pub(crate) struct InForce<'r>(pub(crate) Vec<(&'r ReminderRule, Whose)>);

impl InForce<'_> {
    /// The rule about these, and of whose families it tells; none: nobody is reminded of them.
    pub(crate) fn about(&self, of: &Of) -> Option<(&ReminderRule, Whose)> {
        self.0.iter().copied().find(|(rule, _)| rule.of == *of)
    }
}

fn built_in() -> &'static [ReminderRule] {
    static RULES: OnceLock<Vec<ReminderRule>> = OnceLock::new();
    RULES.get_or_init(|| {
        serde_json::from_str(BUILT_IN).unwrap_or_else(|e| unreachable!("assets/reminders.json: {e}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_domain::reminder::Act;
    use tiexin_domain::shape;

    /// Kinds of which a county has few: their records may be read one by one for a date.
    const FEW: [&str; 5] = ["site", "branch", "support_file", "rights_case", "case"];

    #[test]
    fn every_rule_reads_what_its_noun_has_and_by_an_index() {
        for rule in built_in() {
            if let Act::Make(kind) = &rule.act {
                assert!(shape::of(kind).is_some(), "{}", rule.code);
            }
            let Of::Dated(of) = &rule.of else { continue };
            let shape = shape::of(&of.kind).unwrap_or_else(|| panic!("{}: {}", rule.code, of.kind));
            for field in of.when.keys() {
                assert!(shape.field(field).is_some(), "{}: {field}", rule.code);
            }
            for field in rule.to.iter().filter_map(|to| to.named.as_deref()) {
                assert!(shape.field(field).is_some(), "{}: {field}", rule.code);
            }
            let by = shape.field(&of.by).unwrap_or_else(|| panic!("{}: {}", rule.code, of.by));
            let found =
                by.has(shape::Role::Day) || by.has(shape::Role::Until) || FEW.contains(&of.kind.as_str());
            assert!(found && !rule.says.is_empty(), "{}", rule.code);
        }
    }

    #[test]
    fn danger_stands_before_whoever_waits() {
        let weight = |code: &str| built_in().iter().find(|rule| rule.code == code).unwrap().weight;
        let order = ["risk_urgent", "rights_due", "activity_ahead", "policy_ends"].map(weight);
        assert!(order.windows(2).all(|two| two[0] < two[1]), "{order:?}");
    }

    #[test]
    fn a_county_changes_one_rule_and_keeps_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let lead = |region: &str| {
            let all = Reminders::of(folder.path());
            let today = NaiveDate::from_ymd_opt(2026, 10, 20).unwrap();
            let rules = all.in_force(&region.parse().unwrap(), today, &[]);
            [Of::Birthdays, Of::Festivals].map(|of| rules.about(&of).map(|(rule, _)| rule.lead))
        };
        assert_eq!(lead("340323100001"), [Some(14), Some(30)]);
        let own =
            r#"[{"code": "birthday", "region": "340323", "of": "birthdays", "says": "生日", "lead": 3}]"#;
        std::fs::write(folder.path().join("reminders.json"), own).unwrap();
        assert_eq!(lead("340323100001"), [Some(3), Some(30)]);
        assert_eq!(lead("340102001001"), [Some(14), Some(30)]);
    }
}
