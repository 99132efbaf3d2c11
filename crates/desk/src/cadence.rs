//! Whom to visit by when. The rules are data: `assets/cadence.json`, or `cadence.json` in the book's
//! folder for a county that has its own.

use std::path::Path;
use std::sync::OnceLock;

use chrono::{Days, NaiveDate};
use tiexin_domain::RegionCode;
use tiexin_domain::cadence::{self, CadenceRule};
use tiexin_domain::nouns::support_file::LossCategory;
use tiexin_store::DueFile;

use crate::files;

const BUILT_IN: &str = include_str!("../../../assets/cadence.json");

/// The rules of this desk.
#[derive(Debug, Clone)]
pub(crate) struct Cadence {
    rules: Vec<CadenceRule>,
}

impl Cadence {
    /// The office's own rules where there are any that can be read, else the program's.
    pub(crate) fn of(folder: &Path) -> Cadence {
        let own = files::own_rules(folder, "cadence.json");
        Cadence { rules: own.unwrap_or_else(|| built_in().to_vec()) }
    }

    /// Days overdue (negative: days left), for a family that may be visited; none where no rule reaches.
    pub(crate) fn overdue(
        &self,
        region: &RegionCode,
        category: &LossCategory,
        seen: Seen,
        today: NaiveDate,
    ) -> Option<i64> {
        let interval = cadence::interval(&self.rules, region, category, today)?;
        // Nobody knows since when a file without an opening day waits: it is due now.
        let waits_from = || today.checked_sub_days(Days::new(interval.into())).unwrap_or(today);
        let since = seen.opened_on.unwrap_or_else(waits_from);
        Some(cadence::overdue_days(seen.last_visit, since, interval, today))
    }

    /// The same for a family on the list of active files; none for one that declined contact.
    pub(crate) fn overdue_file(&self, file: &DueFile, today: NaiveDate) -> Option<i64> {
        if file.declined() {
            return None;
        }
        let seen = Seen { last_visit: file.last.met, opened_on: file.opened_on };
        self.overdue(&file.region, &file.category, seen, today)
    }
}

/// When a family was last seen, and since when its file stands. A visit that met nobody saw nobody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) last_visit: Option<NaiveDate>,
    pub(crate) opened_on: Option<NaiveDate>,
}

fn built_in() -> &'static [CadenceRule] {
    static RULES: OnceLock<Vec<CadenceRule>> = OnceLock::new();
    // Invariant: a test reads the file that is built in.
    RULES.get_or_init(|| serde_json::from_str(BUILT_IN).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_rules_reach_all_of_the_province() {
        let cadence = Cadence { rules: built_in().to_vec() };
        let day = |m, d| NaiveDate::from_ymd_opt(2026, m, d).unwrap();
        let overdue = |region: &str, last| {
            let seen = Seen { last_visit: last, opened_on: None };
            cadence.overdue(&region.parse().unwrap(), &LossCategory::Death, seen, day(10, 20))
        };
        assert_eq!(overdue("340323100001", Some(day(9, 10))), Some(10));
        assert_eq!(overdue("340102001001", Some(day(9, 10))), Some(-50));
        assert_eq!(overdue("340323100001", None), Some(0));
    }
}
