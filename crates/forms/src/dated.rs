//! The dates of a form stay the days that were meant, also when the day turns before it is saved.

use crate::visit::VisitDraft;
use crate::{
    FieldKind, FormField, Today, Typed, kinds, read_date, read_day, read_day_ahead, read_day_near,
    read_moment, text,
};
use chrono::NaiveDate;
use serde_json::Value;

/// How the text of a date's field is read: as it is stored then.
type Read = fn(&str, Today) -> Result<Option<String>, String>;

const DAY: Read = |text, today| Ok(read_day(text, today)?.map(|day| day.to_string()));

/// A field that holds a date, and how it is read.
#[derive(Clone, Copy)]
pub struct Dated {
    name: &'static str,
    /// Of a list of parts: the field in each row.
    part: Option<&'static str>,
    read: Read,
}

impl Dated {
    const fn new(name: &'static str, read: Read) -> Dated {
        Dated { name, part: None, read }
    }

    /// Writes the date out where it means another day today than it meant then.
    fn settle(&self, value: &mut Value, then: Today, today: Today) {
        let Some(typed) = value.as_str() else { return };
        let Ok(Some(meant)) = (self.read)(typed, then) else { return };
        if (self.read)(typed, today).ok().flatten().as_ref() != Some(&meant) {
            *value = meant.into();
        }
    }
}

/// How a field's date is read, if it holds one: when it is saved, and when a draft is resumed on another day.
pub(crate) fn reading(field: &FormField) -> Option<Read> {
    let read: Read = match field.kind {
        FieldKind::Day => DAY,
        FieldKind::DayNear => |text, today| Ok(read_day_near(text, today)?.map(|day| day.to_string())),
        FieldKind::PartialDay => |text, today| Ok(read_date(text, today)?.map(|date| date.to_string())),
        FieldKind::Moment => read_moment,
        _ => return None,
    };
    Some(read)
}

/// The dates that mean another day today than they meant on `then`, written out: `今天`, `昨天`, `12.30` without a year.
pub fn settle<'v>(
    dates: &[Dated],
    then: NaiveDate,
    today: Today,
    held: impl IntoIterator<Item = (&'v String, &'v mut Value)>,
) {
    let then = Today { day: then, sure: true };
    for (name, value) in held {
        for dated in dates.iter().filter(|dated| dated.name == name.as_str()) {
            let Some(part) = dated.part else {
                dated.settle(value, then, today);
                continue;
            };
            let rows = value.as_array_mut().into_iter().flatten();
            rows.filter_map(|row| row.get_mut(part)).for_each(|value| dated.settle(value, then, today));
        }
    }
}

/// The fields of a form that hold dates, those in the rows of its lists among them.
pub fn dates(fields: &[FormField]) -> Vec<Dated> {
    fields.iter().flat_map(dated).collect()
}

fn dated(field: &FormField) -> Vec<Dated> {
    let name = field.name;
    match field.kind {
        FieldKind::Parts(parts) => {
            let own = kinds::of_part(parts).into_iter();
            own.filter_map(|own| Some(Dated { part: Some(own.name), ..Dated::new(name, reading(&own)?) }))
                .collect()
        }
        _ => reading(field).map(|read| Dated::new(name, read)).into_iter().collect(),
    }
}

/// The same in a form that stood open while the day turned.
pub fn settle_typed(dates: &[Dated], typed: &mut Typed, then: NaiveDate, today: Today) {
    settle(dates, then, today, typed);
}

/// The dates of a visit's form.
pub const OF_VISIT: &[Dated] = &[
    Dated::new("date", DAY),
    Dated::new("follow_up", |text, today| Ok(read_day_ahead(text, today)?.map(|day| day.to_string()))),
];

impl VisitDraft {
    /// The day has turned while the form stood open: its dates stay those that were meant.
    pub fn settle(&mut self, then: NaiveDate, today: Today) {
        let held = [("date", &self.date), ("follow_up", &self.follow_up)];
        let mut held: Typed = held.map(|(name, text)| (name.to_owned(), Value::from(text.as_str()))).into();
        settle_typed(OF_VISIT, &mut held, then, today);
        (self.date, self.follow_up) = (text(&held, "date"), text(&held, "follow_up"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drafts::Kept;
    use serde_json::{Map, json};

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_date_in_a_draft_stays_the_day_it_was_meant_for() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        let today = |day| Today { day, sure: true };
        let typed = |date: &str| {
            let date = Value::from(date);
            map(json!({"date": date, "follow_up": date, "start": format!("{}T9点", date.as_str().unwrap())}))
        };
        let dates: Vec<Dated> = OF_VISIT.iter().copied().chain([Dated::new("start", read_moment)]).collect();
        let resumed = |typed: Map<String, Value>, kept_on, now| {
            Kept { typed, seen: None, day: kept_on }.settled(&dates, now).typed
        };
        let (evening, morning) = (day(2026, 11, 30), today(day(2026, 12, 1)));
        for (word, meant) in [("今天", "2026-11-30"), ("昨天", "2026-11-29"), ("明天", "2026-12-01")] {
            let settled = resumed(typed(word), Some(evening), morning);
            assert_eq!((&settled["date"], &settled["follow_up"]), (&json!(meant), &json!(meant)), "{word}");
            assert_eq!(settled["start"], json!(format!("{meant}T09:00:00")));
            // On the same day it stays as it was typed.
            assert_eq!(resumed(typed(word), Some(evening), today(evening)), typed(word));
            // Nor is it lost while nobody knows which day it is.
            let unsure = Today { sure: false, ..morning };
            assert_eq!(resumed(typed(word), Some(evening), unsure)["date"], json!(meant));
        }
        // Without a year: of the year in which it was typed.
        let new_year = today(day(2027, 1, 2));
        let settled = resumed(typed("1.1"), Some(day(2026, 12, 31)), new_year);
        assert_eq!((&settled["date"], &settled["follow_up"]), (&json!("2026-01-01"), &json!("2027-01-01")));
        // What names its day, what is no date, and a former program's draft stay as they are.
        for text in ["2026-11-30", "去年冬天", ""] {
            assert_eq!(resumed(typed(text), Some(evening), morning)["date"], json!(text));
        }
        assert_eq!(resumed(typed("今天"), None, morning), typed("今天"));
    }

    #[test]
    fn every_date_of_every_form_can_be_settled() {
        for kind in crate::kinds::with_form() {
            for field in crate::kinds::of(kind) {
                use FieldKind::{Day, DayNear, Moment, PartialDay};
                let dates = matches!(field.kind, Day | DayNear | Moment | PartialDay);
                assert_eq!(reading(&field).is_some(), dates, "{kind}.{}", field.name);
            }
        }
    }
}
