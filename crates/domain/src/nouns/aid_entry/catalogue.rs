//! A programme that the catalogue does not have on the day of a payment.

use chrono::NaiveDate;

use crate::limits::Limits;
use crate::nouns::Problem;
use crate::programmes::Elsewhen;
use crate::region::RegionCode;

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
