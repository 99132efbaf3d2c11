//! A number that somebody types is one search, at whatever place of it a screen asks.

use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

/// Somebody types a number on: a screen asks at each place.
const TYPING_MS: i64 = 60 * 1000;

/// The number that was typed last, by whom and when: of a session.
#[derive(Debug, Default)]
pub(crate) struct Typed(Mutex<Option<(Uuid, String, i64)>>);

impl Typed {
    /// Does `enter` unless this is the number that was searched last, typed on or back. A screen asks for several kinds at
    /// once: they wait for each other. What is refused was not searched.
    pub(crate) fn unless_it_goes_on<E>(
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

#[cfg(test)]
mod tests {
    use super::*;

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
