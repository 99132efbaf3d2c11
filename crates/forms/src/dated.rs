//! The dates of a form stay the days that were meant, also when the day turns before it is saved.

use crate::visit::VisitDraft;
use crate::{
    FieldKind, FormField, Today, Typed, read_date, read_day, read_day_ahead, read_day_near, read_moment,
};
use chrono::NaiveDate;

/// How the text of a date's field is read: as it is stored then.
type Read = fn(&str, Today) -> Result<Option<String>, String>;

const DAY: Read = |text, today| Ok(read_day(text, today)?.map(|day| day.to_string()));

/// A field that holds a date, and how it is read.
pub type Dated = (&'static str, Read);

/// How a field's date is read, if it holds one: when it is saved, and when a draft is resumed on another day.
pub fn dated(field: &FormField) -> Option<Dated> {
    let read: Read = match field.kind {
        FieldKind::Day => DAY,
        FieldKind::DayNear => |text, today| Ok(read_day_near(text, today)?.map(|day| day.to_string())),
        FieldKind::PartialDay => |text, today| Ok(read_date(text, today)?.map(|date| date.to_string())),
        FieldKind::Moment => read_moment,
        _ => return None,
    };
    Some((field.name, read))
}

/// The dates that mean another day today than they meant on `then`, written out: `今天`, `昨天`, `12.30` without a year.
pub fn settle<'a>(
    dates: &[Dated],
    then: NaiveDate,
    today: Today,
    text: impl Fn(&str) -> Option<&'a str>,
) -> Vec<(&'static str, String)> {
    let then = Today { day: then, sure: true };
    let moved = |(name, read): &Dated| {
        let typed = text(name)?;
        let meant = read(typed, then).ok()??;
        (read(typed, today).ok().flatten().as_ref() != Some(&meant)).then_some((*name, meant))
    };
    dates.iter().filter_map(moved).collect()
}

/// The fields of a form that hold dates.
pub fn dates(fields: &[FormField]) -> Vec<Dated> {
    fields.iter().filter_map(dated).collect()
}

/// The same in a form that stood open while the day turned.
pub fn settle_typed(dates: &[Dated], typed: &mut Typed, then: NaiveDate, today: Today) {
    let settled = settle(dates, then, today, |name| typed.get(name)?.as_str());
    typed.extend(settled.into_iter().map(|(name, text)| (name.to_owned(), text.into())));
}

/// The dates of a visit's form.
pub const OF_VISIT: &[Dated] = &[
    ("date", DAY),
    ("follow_up", |text, today| Ok(read_day_ahead(text, today)?.map(|day| day.to_string()))),
];

impl VisitDraft {
    /// The day has turned while the form stood open: its dates stay those that were meant.
    pub fn settle(&mut self, then: NaiveDate, today: Today) {
        let texts = [("date", self.date.clone()), ("follow_up", self.follow_up.clone())];
        let text = |name: &str| texts.iter().find(|(own, _)| *own == name).map(|(_, text)| text.as_str());
        for (name, text) in settle(OF_VISIT, then, today, text) {
            match name {
                "date" => self.date = text,
                _ => self.follow_up = text,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drafts::Kept;
    use serde_json::{Map, Value, json};

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
        let dates: Vec<Dated> = OF_VISIT.iter().copied().chain([("start", read_moment as Read)]).collect();
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
                assert_eq!(dated(&field).is_some(), dates, "{kind}.{}", field.name);
            }
        }
    }
}
