//! A record of the demo county before it is in any book.

use chrono::{NaiveDate, TimeDelta};
use serde_json::Value;
use tiexin_domain::nouns::Noun;
use tiexin_domain::{Fields, Kind};
use uuid::Uuid;

use super::chance::Chance;

/// One record, to be saved as if somebody had noted it at `at_ms`.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    pub id: Uuid,
    pub kind: Kind,
    pub fields: Fields,
    /// Milliseconds since 1970 UTC.
    pub at_ms: i64,
}

impl Made {
    pub(super) fn new<N: Noun>(id: Uuid, noun: &N, at_ms: i64) -> Made {
        Made { id, kind: N::KIND, fields: noun.to_fields(), at_ms }
    }

    /// Of a noun of which most is left empty, noted on the evening of a day. The demo's test finds what is no record.
    pub(super) fn of(kind: Kind, fields: &Value, day: NaiveDate, chance: &mut Chance) -> Made {
        let at_ms = evening_ms(day, chance.within(0, 50));
        let mut fields = fields.as_object().cloned().unwrap_or_default();
        fields.retain(|_, value| !value.is_null());
        Made { id: chance.id(at_ms), kind, fields, at_ms }
    }
}

/// Records that are saved together or not at all.
pub type Group = Vec<Made>;

/// Nine in the morning by China's clock.
pub(super) fn morning_ms(day: NaiveDate) -> i64 {
    (day.and_time(chrono::NaiveTime::MIN) + TimeDelta::hours(9 - 8)).and_utc().timestamp_millis()
}

/// An evening hour, when the day's work is written up.
pub(super) fn evening_ms(day: NaiveDate, minute: i64) -> i64 {
    morning_ms(day) + (8 * 60 + minute) * 60_000
}
