//! How the computer's clock stands to the province's. Told to people; decides nothing (I13).

use tiexin_store::{Book, StoreError};

use crate::package::{keep, kept};

/// Both clocks when hello was last answered: milliseconds since 1970 UTC, here and at the province.
const CLOCKS: &str = "province.clocks";
/// Below this it is the way of the message, and clocks that nobody sets.
const MOST_MS: u64 = 10 * 60 * 1000;

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    here: i64,
    province: i64,
}

impl Clocks {
    /// By how much the computer's clock was ahead of the province's, in milliseconds (behind: less than 0). None: not by much.
    pub fn apart(self) -> Option<i64> {
        let ahead = self.here.saturating_sub(self.province);
        (ahead.unsigned_abs() > MOST_MS).then_some(ahead)
    }

    /// The same now that it shows `now_ms`. None as well where it was set since, as far as it can be told.
    pub fn still_apart(self, now_ms: i64) -> Option<i64> {
        let set_since = now_ms < self.here || self.here < self.province && now_ms >= self.province;
        self.apart().filter(|_| !set_since)
    }
}

/// How they stood when hello was last answered.
///
/// # Errors
/// When the book cannot be read.
pub fn clocks(book: &Book) -> Result<Option<Clocks>, StoreError> {
    Ok(kept(book, CLOCKS)?.and_then(|text| {
        let (here, province) = text.split_once(' ')?;
        Some(Clocks { here: here.parse().ok()?, province: province.parse().ok()? })
    }))
}

/// The province's clock showed this just now.
pub(crate) fn hear(book: &Book, province: i64, here: i64) -> Result<(), StoreError> {
    keep(book, CLOCKS, &format!("{here} {province}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3600 * 1000;

    #[test]
    fn weeks_are_noticed_minutes_are_not() {
        let of = |here, province| Clocks { here, province };
        assert_eq!(of(20 * DAY, DAY).apart(), Some(19 * DAY));
        assert_eq!(of(DAY, 20 * DAY).apart(), Some(-19 * DAY));
        assert_eq!(of(DAY + 9 * 60_000, DAY).apart(), None);
        assert_eq!(of(i64::MIN, i64::MAX).apart(), Some(i64::MIN), "whatever is said");
    }

    #[test]
    fn a_clock_that_was_set_right_is_not_told_of_any_more() {
        let ahead = Clocks { here: 20 * DAY, province: DAY };
        assert_eq!(ahead.still_apart(21 * DAY), Some(19 * DAY));
        assert_eq!(ahead.still_apart(DAY + 1), None);
        let behind = Clocks { here: DAY, province: 20 * DAY };
        assert_eq!(behind.still_apart(2 * DAY), Some(-19 * DAY));
        assert_eq!(behind.still_apart(20 * DAY + 1), None);
    }
}
