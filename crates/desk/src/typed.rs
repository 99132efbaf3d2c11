//! A number that somebody types is one search, at whatever place of it a screen asks.

use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

/// Somebody types a number on: a screen asks at each place.
const TYPING_MS: i64 = 60 * 1000;

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
    pub(crate) fn unless_it_goes_on<E>(
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

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 60 * 60 * 1000;

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
