//! Numbers that are looked for, whole or by their tail: entered into the audit, and bounded, for whoever tries one tail after
//! another learns by the answers what is hidden. How many are too many is data: `assets/number-search.json`. No folder of a
//! book may say otherwise: it would be the guesser's own.

use std::sync::{Mutex, OnceLock, PoisonError};

use chrono::NaiveDate;
use serde::Deserialize;
use tiexin_contract::{ErrorCode, ErrorReply};
use uuid::Uuid;

use crate::errors;
use crate::rights::At;

const BUILT_IN: &str = include_str!("../../../assets/number-search.json");

/// As the audit enters it.
const DEED: &str = "number_search";
const HOUR_MS: i64 = 60 * 60 * 1000;
/// Somebody types a number on: a screen asks at each place.
const TYPING_MS: i64 = 60 * 1000;

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

/// The number that was typed last, by whom and when: of a session.
#[derive(Debug, Default)]
pub(crate) struct Typed(Mutex<Option<(Uuid, String, i64)>>);

impl Typed {
    /// Does `enter` unless this is the number that was searched last, typed on or back. A screen asks for several kinds at
    /// once: they wait for each other. What is refused was not searched.
    fn unless_it_goes_on<E>(
        &self,
        user: Uuid,
        text: &str,
        now_ms: i64,
        enter: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let goes_on = last.as_ref().is_some_and(|(by, before, at)| {
            *by == user
                && (text.starts_with(before.as_str()) || before.starts_with(text))
                && (0..TYPING_MS).contains(&(now_ms - at))
        });
        if !goes_on {
            enter()?;
        }
        *last = Some((user, text.to_owned(), now_ms));
        Ok(())
    }
}

/// Enters a search that names a number.
///
/// # Errors
/// Too many within the hour: it is not searched.
pub(crate) fn asked(at: &At, text: &str) -> Result<(), ErrorReply> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if !tiexin_store::seeks_number(text) {
        return Ok(());
    }
    at.session.typed.unless_it_goes_on(at.user.id, &plain, at.now_ms, || enter(at))
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
                "一小时里按号码查找已满 {most} 次，这一次没有查。请 {minutes} 分钟后再查，或者改用姓名、村名查找。"
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

    #[test]
    fn a_number_that_is_typed_on_is_one_search() {
        let (typed, wang, li) = (Typed::default(), Uuid::from_u128(1), Uuid::from_u128(2));
        let entered = |user, text: &str, now| {
            let mut entered = false;
            let enter = || -> Result<(), ()> {
                entered = true;
                Ok(())
            };
            typed.unless_it_goes_on(user, text, now, enter).unwrap();
            entered
        };
        assert!(entered(wang, "1990", 0));
        assert!(!entered(wang, "19900", 1_000) && !entered(wang, "1990", 2_000));
        assert!(entered(wang, "1991", 3_000));
        assert!(entered(li, "1991", 3_000));
        assert!(entered(li, "1991", 3_000 + TYPING_MS));
        // What is refused is refused again.
        assert!(typed.unless_it_goes_on(li, "2580", 70_000, || Err(())).is_err());
        assert!(typed.unless_it_goes_on(li, "2580", 70_001, || Err(())).is_err());
    }
}
