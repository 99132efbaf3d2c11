//! A programme that the catalogue does not have on the day of a payment.

use chrono::NaiveDate;

use super::payment::text;
use crate::date::PartialDate;
use crate::limits::Limits;
use crate::nouns::{Kind, Problem};
use crate::programmes::{Elsewhen, Every};
use crate::record::Fields;
use crate::region::RegionCode;

/// The field that says of which year or month a payment is.
pub const PERIOD: &str = "period";

/// The period of a new payment that says none, by a year, and a month, that stand above it in a list: as much of them as
/// its programme wants.
pub fn period_by(
    kind: &str,
    fields: &Fields,
    limits: &Limits,
    (year, month): (i32, Option<u32>),
) -> Option<PartialDate> {
    if kind != Kind::AidEntry.code() || fields.contains_key(PERIOD) {
        return None;
    }
    let place: RegionCode = text(fields, "region")?.parse().ok()?;
    let day: NaiveDate = text(fields, "date")?.parse().ok()?;
    match limits.programme(&text(fields, "programme")?, &place, day)?.every {
        Every::Year => Some(PartialDate::Year(year)),
        Every::Month => month.map(|month| PartialDate::Month(year, month)),
    }
}

/// That it has ended, or not begun, and when; of a name without a row, that there is none.
pub(super) fn not_in_force(limits: &Limits, name: &str, place: &RegionCode, day: NaiveDate) -> Problem {
    let (code, why) = match limits.programme_elsewhen(name, place, day) {
        Some(Elsewhen::Ended(last, None)) => {
            ("programme_elsewhen", format!("“{name}”到 {last} 已经结束，请核对发放日期"))
        }
        Some(Elsewhen::Ended(last, Some(next))) => {
            ("programme_elsewhen", format!("“{name}”到 {last} 已经结束，{next} 才又开始，请核对发放日期"))
        }
        Some(Elsewhen::Begins(first)) => {
            ("programme_elsewhen", format!("“{name}”从 {first} 才开始，请核对发放日期"))
        }
        None => ("programme_unknown", "项目目录里没有这个项目，请写目录里的名称".to_owned()),
    };
    let message = match &limits.programmes(place, day)[..] {
        [] => why,
        known => format!("{why}；这一天有的项目：{}", known.join("、")),
    };
    Problem::new("programme", code, message)
}
