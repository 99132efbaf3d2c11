//! Which day it is at the office, and whether the computer's clock can be believed.

use chrono::{Days, NaiveDate};
use tiexin_contract::session::{ClockNotice, ClockTrouble};
use tiexin_domain::YearHint;
use tiexin_store::{Book, StoreError};

use crate::clock::{Clock, OFFICE_MINUTES, day_of};

/// A book is used for so long at most after its program was built; later times come from a clock that was wrong.
const YEARS_OF_USE: u64 = 10;
/// A clock that is set right goes back by less.
const DAYS_BACK: i64 = 2;

/// Today, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfficeDay {
    pub(crate) day: NaiveDate,
    /// Otherwise the clock is wrong and `day` is only the latest one that it cannot be before.
    pub(crate) sure: bool,
    /// No day after this one was yet: what is dated later lies in the future.
    pub(crate) latest: NaiveDate,
}

impl OfficeDay {
    /// A clock that is not doubted.
    #[cfg(test)]
    pub(crate) fn sure(day: NaiveDate) -> OfficeDay {
        OfficeDay { day, sure: true, latest: day }
    }

    /// # Errors
    /// When the book cannot be read.
    pub(crate) fn of(clock: &dyn Clock, book: &Book) -> Result<OfficeDay, StoreError> {
        let (shown, today) = (clock.local().date(), clock.today());
        let known = newest(clock, book)?;
        if shown < today {
            let day = today.max(known);
            return Ok(OfficeDay { day, sure: false, latest: years_after(day) });
        }
        Ok(OfficeDay { day: today, sure: true, latest: today.max(known) })
    }

    /// What a date without a year, or `昨天`, is read by: nothing, when it is not known which day it is.
    pub(crate) fn hint(self) -> YearHint {
        if self.sure { YearHint::Today(self.day) } else { YearHint::None }
    }
}

fn years_after(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(366 * YEARS_OF_USE)).unwrap_or(NaiveDate::MAX)
}

/// The latest day on which the book was used; one that cannot be is passed over.
fn newest(clock: &dyn Clock, book: &Book) -> Result<NaiveDate, StoreError> {
    let day = day_of(book.lease_clock(clock.now_ms())?);
    let can_be = clock.built_on().is_none_or(|built| day <= years_after(built));
    Ok(if can_be { day } else { NaiveDate::MIN })
}

/// What is wrong with the clock, for people. Work goes on.
pub(crate) fn notice(clock: &dyn Clock, book: Option<&Book>) -> Result<Option<ClockNotice>, StoreError> {
    let told = |code, message| Ok(Some(ClockNotice { code, message }));
    let (shown, now) = (clock.local().date(), clock.local());
    if shown < clock.today() {
        let message = format!(
            "电脑的日期和时间不对：现在显示 {}，比程序的发布日期还早。台账照常可用，但日期不会自动填写，登记时请写全年月日；请尽快在系统设置里校准电脑的日期和时间。",
            label(shown)
        );
        return told(ClockTrouble::BeforeProgram, message);
    }
    if let Some(book) = book
        && let Some(ahead) = tiexin_sync::clocks(book)?.and_then(|clocks| clocks.still_apart(clock.now_ms()))
    {
        let message = format!(
            "电脑的日期和时间不对：现在显示 {} {}，比省平台{}了 {}。请在系统设置里校准电脑的日期和时间；校准之前照常可用，登记时请看清日期。",
            label(shown),
            now.format("%H:%M"),
            if ahead > 0 { "快" } else { "慢" },
            span(ahead.unsigned_abs())
        );
        return told(ClockTrouble::OffProvince, message);
    }
    if clock.built_on().is_some_and(|built| shown > years_after(built)) {
        let message = format!(
            "电脑的日期和时间显示 {}，看来不对。请在系统设置里校准电脑的日期和时间；校准之前登记时请看清日期。",
            label(shown)
        );
        return told(ClockTrouble::FarAhead, message);
    }
    if let Some(book) = book {
        let newest = newest(clock, book)?;
        if (newest - shown).num_days() >= DAYS_BACK {
            let message = format!(
                "电脑的日期和时间显示 {}，比上次使用这份台账的 {} 还早。请核对电脑的日期和时间；登记时请看清日期。",
                label(shown),
                label(newest)
            );
            return told(ClockTrouble::BeforeBook, message);
        }
    }
    if clock.zone_minutes().is_some_and(|minutes| minutes != OFFICE_MINUTES) {
        let message = format!(
            "电脑的时区不是北京时间。程序按北京时间记日期，现在是 {} {}；如果与墙上的钟不一样，请把时区改为北京，再校准电脑的日期和时间。",
            label(shown),
            now.format("%H:%M")
        );
        return told(ClockTrouble::OtherZone, message);
    }
    Ok(None)
}

/// So long in words, from milliseconds.
fn span(ms: u64) -> String {
    match ms / 60_000 {
        minutes if minutes >= 24 * 60 => format!("{} 天", minutes / (24 * 60)),
        minutes if minutes >= 60 => format!("{} 小时", minutes / 60),
        minutes => format!("{minutes} 分钟"),
    }
}

/// Why the computer's date is to be doubted; its zone changes no date.
pub(crate) fn doubt(clock: &dyn Clock, book: &Book) -> Result<Option<ClockTrouble>, StoreError> {
    let code = notice(clock, Some(book))?.map(|told| told.code);
    Ok(code.filter(|code| *code != ClockTrouble::OtherZone))
}

/// Said where a date would be taken from a clock that is wrong.
pub(crate) const NO_DATE: &str =
    "电脑的日期和时间不对，不能自动填写日期：请写全年月日，并校准电脑的日期和时间";

pub(crate) fn label(day: NaiveDate) -> String {
    day.format("%Y年%-m月%-d日").to_string()
}
