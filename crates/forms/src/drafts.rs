//! What is kept while a form is being filled, and how it is taken up again.
//!
//! A draft remembers the record as it was when the form was opened: what the draft did not touch follows the
//! record as it stands now, what it touched is compared by the desk with what was seen.

use crate::Today;
use crate::dated::{Dated, settle};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tiexin_domain::Fields;

/// A draft as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The form's texts as typed: an object.
    pub typed: Map<String, Value>,
    /// The stored record that the form was opened on; none for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Fields>,
    /// The day on which it was kept, by which its dates are read: “今天” is that day. None: the clock was wrong, or a
    /// former program kept it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
}

impl Kept {
    /// Reads a draft, of a former program too: that kept the texts alone.
    pub fn read(value: &Value) -> Option<Kept> {
        let object = value.as_object()?;
        if object.get("typed").is_some_and(Value::is_object) {
            return serde_json::from_value(value.clone()).ok();
        }
        Some(Kept { typed: object.clone(), seen: None, day: None })
    }

    /// The draft with its dates as they were meant on the day it was kept.
    pub fn settled(mut self, dates: &[Dated], today: Today) -> Kept {
        if let Some(day) = self.day {
            settle(dates, day, today, &mut self.typed);
        }
        self
    }

    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// The texts to go on with: those that the draft touched (`typed` beside `begun`), else those of the record
/// as it stands (`now`).
pub fn resume(
    typed: &Map<String, Value>,
    begun: &Map<String, Value>,
    now: &Map<String, Value>,
) -> Map<String, Value> {
    let mut out = now.clone();
    for name in typed.keys().chain(begun.keys()) {
        if typed.get(name) == begun.get(name) {
            continue;
        }
        match typed.get(name) {
            Some(value) => drop(out.insert(name.clone(), value.clone())),
            None => drop(out.remove(name)),
        }
    }
    out
}

/// The record as the form has seen it: for what the draft touched as it was then, else as it stands now.
pub fn seen_of(then: &Fields, now: &Fields, touched: impl Fn(&str) -> bool) -> Fields {
    let mut seen: Fields = now.iter().filter(|(name, _)| !touched(name)).map(owned).collect();
    seen.extend(then.iter().filter(|(name, _)| touched(name)).map(owned));
    seen
}

fn owned((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn what_a_draft_did_not_touch_follows_the_record() {
        let begun = map(json!({"phone": "1", "address": "旧", "notes": "写"}));
        let typed = map(json!({"phone": "2", "address": "旧", "health": "好"}));
        let now = map(json!({"phone": "1", "address": "新", "notes": "写"}));
        assert_eq!(resume(&typed, &begun, &now), map(json!({"phone": "2", "address": "新", "health": "好"})));
        let seen = seen_of(&begun, &now, |name| name == "phone");
        assert_eq!(seen, map(json!({"phone": "1", "address": "新", "notes": "写"})));
    }

    #[test]
    fn a_draft_of_the_former_program_is_read() {
        let old = Kept::read(&json!({"note": "写到一半"})).unwrap();
        assert_eq!((old.typed["note"].as_str(), &old.seen), (Some("写到一半"), &None));
        let seen = Some(map(json!({"a": 0})));
        let new = Kept { typed: map(json!({"a": 1})), seen, day: NaiveDate::from_ymd_opt(2026, 11, 30) };
        assert_eq!(Kept::read(&new.to_value()), Some(new));
    }
}
