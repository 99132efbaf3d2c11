//! Numbers that are looked for, whole or by their tail: entered into the audit, and bounded, for whoever tries one tail after
//! another learns by the answers what is hidden. How many are too many is data: `assets/number-search.json`. No folder of a
//! book may say otherwise: it would be the guesser's own.

use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::Deserialize;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::Problem;
use uuid::Uuid;

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

/// The search for a number that was entered last: of a session.
#[derive(Debug, Default)]
pub(crate) struct Typed(Mutex<Option<Last>>);

#[derive(Debug)]
struct Last {
    user: Uuid,
    /// As far as it was typed; what was typed back stays in it.
    text: String,
    at: i64,
}

impl Last {
    /// Whether this is the same search: the number typed on, or back and on again the same way. Typed on another way it is
    /// another number. The same question again, as further pages ask it, tells nothing new at any time.
    fn is_of(&self, user: Uuid, text: &str, now_ms: i64) -> bool {
        let lately = (0..TYPING_MS).contains(&(now_ms - self.at));
        let typed = text.starts_with(&self.text) || self.text.starts_with(text);
        self.user == user && (self.text == text || (lately && typed))
    }
}

impl Typed {
    /// Does `enter` unless it is the search that was entered last. A screen asks for several kinds at once: they wait for
    /// each other. What is refused was not searched.
    fn unless_it_goes_on<E>(
        &self,
        user: Uuid,
        text: &str,
        now_ms: i64,
        enter: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut whole = text;
        match last.as_ref().filter(|last| last.is_of(user, text, now_ms)) {
            Some(last) if last.text.len() > text.len() => whole = &last.text,
            Some(_) => {}
            None => enter()?,
        }
        *last = Some(Last { user, text: whole.to_owned(), at: now_ms });
        Ok(())
    }
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

    #[test]
    fn a_number_typed_back_and_on_another_way_is_another() {
        let typed = Typed::default();
        let mut entered = 0;
        // One tail known, the other one tried: back to what is known tells nothing, each way on does.
        let tries = ["2580", "2580 0001", "2580", "2580 0002", "2580", "2580 0003", "2580 000", "2580 0003"];
        for (nth, text) in tries.into_iter().enumerate() {
            let enter = || -> Result<(), ()> {
                entered += 1;
                Ok(())
            };
            typed.unless_it_goes_on(Uuid::nil(), text, nth as i64, enter).unwrap();
        }
        assert_eq!(entered, 3);
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
        assert!(entered(li, "19910", 3_000 + TYPING_MS));
        // The same question is answered the same, a page later or an hour.
        assert!(!entered(li, "19910", 9_000 + TYPING_MS) && !entered(li, "19910", HOUR_MS));
        // What is refused is refused again.
        assert!(typed.unless_it_goes_on(li, "2580", HOUR_MS, || Err(())).is_err());
        assert!(typed.unless_it_goes_on(li, "2580", HOUR_MS + 1, || Err(())).is_err());
    }
}
