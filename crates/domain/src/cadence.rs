//! How often a family is to be visited. Rules are data (`assets/cadence.json`), this only reads them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::nouns::support_file::LossCategory;
use crate::region::RegionCode;

/// One rule: in this region, for this category (or all), at least every `days` days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CadenceRule {
    pub region: RegionCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<LossCategory>,
    /// Longest time between two visits, in days.
    pub days: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

/// The interval in days that applies: the deepest region wins, then a named category.
pub fn interval(
    rules: &[CadenceRule],
    region: &RegionCode,
    category: &LossCategory,
    today: NaiveDate,
) -> Option<u32> {
    rules
        .iter()
        .filter(|r| r.region.covers(region))
        .filter(|r| r.category.as_ref().is_none_or(|c| c == category))
        .filter(|r| r.from.is_none_or(|d| d <= today) && r.to.is_none_or(|d| today <= d))
        .max_by_key(|r| (r.region.as_str().len(), r.category.is_some()))
        .map(|r| r.days)
}

/// Days overdue on `today` (negative: days still left). A family never visited counts from `since`.
pub fn overdue_days(
    last_visit: Option<NaiveDate>,
    since: NaiveDate,
    interval_days: u32,
    today: NaiveDate,
) -> i64 {
    let last = last_visit.unwrap_or(since);
    (today - last).num_days() - i64::from(interval_days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_rule_wins() {
        let day = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap();
        let rule = |region: &str, category, days| CadenceRule {
            region: region.parse().unwrap(),
            category,
            days,
            from: None,
            to: None,
        };
        let rules =
            [rule("34", None, 90), rule("340323", None, 30), rule("340323", Some(LossCategory::Death), 15)];
        let village = "340323100001".parse().unwrap();
        assert_eq!(interval(&rules, &village, &LossCategory::Death, day), Some(15));
        assert_eq!(interval(&rules, &village, &LossCategory::Disability, day), Some(30));
        assert_eq!(interval(&rules, &"340100".parse().unwrap(), &LossCategory::Death, day), Some(90));
        assert_eq!(interval(&rules, &"110000".parse().unwrap(), &LossCategory::Death, day), None);
        assert_eq!(overdue_days(Some(day - chrono::Days::new(40)), day, 30, day), 10);
    }
}
