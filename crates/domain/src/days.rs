//! Days as people ask for them in a filter: `10月`, `10.1~10.5`, `昨天`, `本月`, `近30天`. What is said by today stays so:
//! a filter that is kept asks anew.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::date::{PartialDate, YearHint};

/// The first and the last date of what was typed; nothing when one of them cannot be understood. An end that is left out
/// is open.
pub fn between(typed: &str, today: NaiveDate) -> (Option<PartialDate>, Option<PartialDate>) {
    if let Some((first, last)) = by_today(typed.trim(), today) {
        return (Some(PartialDate::Day(first)), Some(PartialDate::Day(last)));
    }
    let (from, to) = typed.split_once(['~', '～', '至', '到']).unwrap_or((typed, typed));
    let (first, last) = (date(from, today), date(to, today));
    let unclear = |typed: &str, date: Option<PartialDate>| date.is_none() && !typed.trim().is_empty();
    if unclear(from, first) || unclear(to, last) { (None, None) } else { (first, last) }
}

/// The last day it can be.
pub fn ends(date: PartialDate) -> Option<NaiveDate> {
    let begins = date.begins()?;
    let after = match date {
        PartialDate::Day(day) => return Some(day),
        PartialDate::Month(..) => begins.checked_add_months(Months::new(1)),
        PartialDate::Year(_) => begins.checked_add_months(Months::new(12)),
    };
    after?.pred_opt()
}

/// More days back than that are no filter.
const FARTHEST: u64 = 36_600;

/// The first and the last day of what is said by today.
fn by_today(typed: &str, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    if let Some(count) = typed.strip_prefix('近').or_else(|| typed.strip_prefix("最近")) {
        let days = count.trim().strip_suffix('天')?.trim().parse().ok()?;
        let back = (1..=FARTHEST).contains(&days).then(|| Days::new(days - 1))?;
        return Some((today.checked_sub_days(back)?, today));
    }
    let (year, month) = (today.year(), today.month());
    let of_months = |months: u32, first: NaiveDate| {
        Some((first, first.checked_add_months(Months::new(months))?.pred_opt()?))
    };
    let this_month = today.with_day(1)?;
    let this_quarter = NaiveDate::from_ymd_opt(year, (month - 1) / 3 * 3 + 1, 1)?;
    let monday = today.checked_sub_days(Days::new(today.weekday().num_days_from_monday().into()))?;
    let week = |monday: NaiveDate| Some((monday, monday.checked_add_days(Days::new(6))?));
    match typed {
        "本周" => week(monday),
        "上周" => week(monday.checked_sub_days(Days::new(7))?),
        "本月" | "这个月" => of_months(1, this_month),
        "上月" | "上个月" => of_months(1, this_month.checked_sub_months(Months::new(1))?),
        "本季度" => of_months(3, this_quarter),
        "上季度" => of_months(3, this_quarter.checked_sub_months(Months::new(3))?),
        "今年" | "本年" => of_months(12, NaiveDate::from_ymd_opt(year, 1, 1)?),
        "去年" => of_months(12, NaiveDate::from_ymd_opt(year - 1, 1, 1)?),
        _ => None,
    }
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
            ("本月", "2026-11-01", "2026-11-30"),
            ("上月", "2026-10-01", "2026-10-31"),
            ("本周", "2026-11-30", "2026-12-06"),
            ("上季度", "2026-07-01", "2026-09-30"),
            ("去年", "2025-01-01", "2025-12-31"),
            ("近30天", "2026-11-01", "2026-11-30"),
            ("近 7 天", "2026-11-24", "2026-11-30"),
            ("近0天", "", ""),
            ("什么", "", ""),
            ("10.1~什么", "", ""),
        ] {
            assert_eq!(asked(typed), (from.to_owned(), to.to_owned()), "{typed}");
        }
    }
}
