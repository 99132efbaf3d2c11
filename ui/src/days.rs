//! Days as people ask for them in a filter: `10月`, `10.1~10.5`, `昨天`.

use chrono::{Datelike, Months, NaiveDate};
use tiexin_domain::{PartialDate, YearHint};

/// The first and the last date of what was typed; nothing when one of them cannot be understood. An end that is left out
/// is open.
pub(crate) fn between(typed: &str, today: NaiveDate) -> (Option<PartialDate>, Option<PartialDate>) {
    let (from, to) = typed.split_once(['~', '～', '至', '到']).unwrap_or((typed, typed));
    let (first, last) = (date(from, today), date(to, today));
    let unclear = |typed: &str, date: Option<PartialDate>| date.is_none() && !typed.trim().is_empty();
    if unclear(from, first) || unclear(to, last) { (None, None) } else { (first, last) }
}

/// The last day it can be.
pub(crate) fn ends(date: PartialDate) -> Option<NaiveDate> {
    let begins = date.begins()?;
    let after = match date {
        PartialDate::Day(day) => return Some(day),
        PartialDate::Month(..) => begins.checked_add_months(Months::new(1)),
        PartialDate::Year(_) => begins.checked_add_months(Months::new(12)),
    };
    after?.pred_opt()
}

fn date(typed: &str, today: NaiveDate) -> Option<PartialDate> {
    let typed = typed.trim();
    let month = typed.strip_suffix('月').and_then(|month| month.parse().ok());
    if let Some(month) = month.filter(|month| (1..=12).contains(month)) {
        let year = if month > today.month() { today.year() - 1 } else { today.year() };
        return Some(PartialDate::Month(year, month));
    }
    PartialDate::parse(typed, YearHint::Today(today)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(typed: &str) -> (String, String) {
        let today = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        let (from, to) = between(typed, today);
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        (day(from.and_then(PartialDate::begins)), day(to.and_then(ends)))
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for (typed, from, to) in [
            ("10月", "2026-10-01", "2026-10-31"),
            ("12月", "2025-12-01", "2025-12-31"),
            ("10.1~10.5", "2026-10-01", "2026-10-05"),
            ("9月到10月", "2026-09-01", "2026-10-31"),
            ("2024年", "2024-01-01", "2024-12-31"),
            ("昨天", "2026-11-29", "2026-11-29"),
            ("10.1~", "2026-10-01", ""),
            ("什么", "", ""),
            ("10.1~什么", "", ""),
        ] {
            assert_eq!(asked(typed), (from.to_owned(), to.to_owned()), "{typed}");
        }
    }
}
