//! Numbers that are looked for, whole or by their tail: entered into the audit, and bounded, for whoever tries one tail after
//! another learns by the answers what is hidden. How many are too many is data: `assets/number-search.json`. No folder of a
//! book may say otherwise: it would be the guesser's own.

use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::Deserialize;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::Problem;

use crate::errors;
use crate::rights::At;

const BUILT_IN: &str = include_str!("../../../assets/number-search.json");

/// As the audit enters it.
const DEED: &str = "number_search";
const HOUR_MS: i64 = 60 * 60 * 1000;

/// From a day on, so many within an hour by one user.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Limit {
    from: NaiveDate,
    per_hour: usize,
}

fn per_hour(today: NaiveDate) -> usize {
    static LIMITS: OnceLock<Vec<Limit>> = OnceLock::new();
    // Invariant: a test reads the file that is built in.
    let limits = LIMITS.get_or_init(|| serde_json::from_str(BUILT_IN).unwrap_or_default());
    let in_force = limits.iter().filter(|limit| limit.from <= today).max_by_key(|limit| limit.from);
    in_force.or(limits.first()).map_or(usize::MAX, |limit| limit.per_hour)
}

/// Enters a search that names a number.
///
/// # Errors
/// Too many within the hour: it is not searched.
pub(crate) fn asked(at: &At, text: &str) -> Result<(), ErrorReply> {
    if !tiexin_store::seeks_number(text) {
        return Ok(());
    }
    at.session.typed.unless_it_goes_on(at.user.id, text.trim(), at.now_ms, || enter(at))
}

/// Problems that answer whose a number is.
const ANSWERS: [&str; 2] = ["id_duplicate", "id_of_another"];

/// A save that is refused because somebody has the number already tells as much as a search that finds them: it is entered,
/// and bounded, as one.
pub(crate) fn refused(at: &At, refusal: ErrorReply) -> ErrorReply {
    let answers = |problem: &Problem| ANSWERS.contains(&problem.code.as_str());
    match refusal.problems.iter().any(answers).then(|| enter(at)) {
        Some(Err(instead)) => instead,
        Some(Ok(())) | None => refusal,
    }
}

/// Numbers of ledgers that differ from the book's only where they are masked: that they do, or that the next one does not,
/// tells as much as a search.
///
/// # Errors
/// Too many within the hour: nothing is told of the ledgers.
pub(crate) fn compared(at: &At, numbers: usize) -> Result<(), ErrorReply> {
    if numbers == 0 {
        return Ok(());
    }
    let most = per_hour(at.today);
    let since = at.now_ms - HOUR_MS;
    let lately = at.book().deeds_since(at.user.id, DEED, since, most).map_err(errors::store)?;
    if lately.len() + numbers > most {
        return Err(ErrorReply::new(
            ErrorCode::Invalid,
            format!(
                "有 {numbers} 个号码与本机的只在遮住的几位不一样，一小时里最多对照和查找 {most} 个，这次没有对照，也没有写入。\
                 请核对号码，分成几份隔一小时再导，或者先去掉号码那一栏。"
            ),
        ));
    }
    (0..numbers).try_for_each(|_| at.note(DEED, None, &[]))
}

fn enter(at: &At) -> Result<(), ErrorReply> {
    let most = per_hour(at.today);
    let since = at.now_ms - HOUR_MS;
    let lately = at.book().deeds_since(at.user.id, DEED, since, most).map_err(errors::store)?;
    if lately.len() >= most {
        let first = lately.last().copied().unwrap_or(at.now_ms);
        return Err(too_many(most, first - since));
    }
    at.note(DEED, None, &[])
}

fn too_many(most: usize, left_ms: i64) -> ErrorReply {
    let minutes = u64::try_from(left_ms).unwrap_or_default().div_ceil(60_000).max(1);
    ErrorReply {
        wait_seconds: Some(minutes * 60),
        ..ErrorReply::new(
            ErrorCode::Invalid,
            format!(
                "一小时里按号码查找已满 {most} 次，这一次没有查，也没有保存。请 {minutes} 分钟后再查，或者改用姓名、村名查找。"
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_limit_is_in_force() {
        let day = |year| NaiveDate::from_ymd_opt(year, 11, 30).unwrap();
        assert_eq!((per_hour(day(2026)), per_hour(day(2036))), (60, 60));
        // A clock set back does not lift it.
        assert_eq!(per_hour(day(1999)), 60);
    }
}
