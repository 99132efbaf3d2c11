//! The rows of a list of parts: each is a small form of its own. A row's field is called by its place, as the desk calls it
//! in a problem: `tasks.0.due`.

use serde_json::Value;

pub use crate::typed::rows;
use crate::typed::says_nothing;
use crate::{FieldKind, FormField, Typed, kinds};

fn held(rows: impl IntoIterator<Item = Typed>) -> Value {
    Value::Array(rows.into_iter().map(|row| Value::Object(row.into_iter().collect())).collect())
}

/// The list with this change in one of its rows.
pub fn changed(mut rows: Vec<Typed>, nth: usize, changes: Vec<(String, Value)>) -> Value {
    if let Some(row) = rows.get_mut(nth) {
        row.extend(changes);
    }
    held(rows)
}

/// The list with an empty row at its end.
pub fn with_another(mut rows: Vec<Typed>) -> Value {
    rows.push(Typed::new());
    held(rows)
}

/// The list without one of its rows.
pub fn without(rows: Vec<Typed>, nth: usize) -> Value {
    held(rows.into_iter().enumerate().filter(|(at, _)| *at != nth).map(|(_, row)| row))
}

/// Takes away the rows in which nothing stands: they are not stored, and a problem counts what is.
pub fn drop_empty(fields: &[FormField], typed: &mut Typed) {
    for field in fields.iter().filter(|field| matches!(field.kind, FieldKind::Parts(_))) {
        let all = rows(typed, field.name);
        if all.iter().any(says_nothing) {
            typed.insert(field.name.to_owned(), held(all.into_iter().filter(|row| !says_nothing(row))));
        }
    }
}

/// Every field on the screen by its place, those of rows behind their list.
pub fn places(fields: &[FormField], typed: &Typed) -> Vec<String> {
    let mut places = Vec::new();
    for field in fields.iter().filter(|field| field.shown()) {
        places.push(field.name.to_owned());
        let FieldKind::Parts(parts) = field.kind else { continue };
        for nth in 0..rows(typed, field.name).len() {
            let own = kinds::of_part(parts);
            places.extend(own.iter().map(|own| format!("{}.{nth}.{}", field.name, own.name)));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dated::{dates, settle_typed};
    use crate::{Changes, Today, changes, opened, read};
    use serde_json::json;
    use tiexin_domain::Fields;
    use tiexin_domain::shape::{Field, Holds};

    const PART: &[Field] = &[
        Field::new("what", "事项", Holds::Text).required().must(),
        Field::new("count", "数量", Holds::Count).asked(),
        Field::new("due", "日期", Holds::Day).asked(),
    ];
    const FORM: &[FormField] = &[FormField::new("tasks", "任务", FieldKind::Parts(PART))];

    fn today() -> Today {
        Today { day: chrono::NaiveDate::from_ymd_opt(2026, 11, 29).unwrap(), sure: true }
    }

    fn stored(tasks: Value) -> Fields {
        Fields::from_iter([("tasks".to_owned(), tasks)])
    }

    fn typed(tasks: Value) -> Typed {
        Typed::from([("tasks".to_owned(), tasks)])
    }

    #[test]
    fn rows_are_read_and_shown_as_fields_are() {
        let first = json!({"what": " 讲座 ", "count": "12人", "due": "10.5"});
        let mut written = typed(json!([first, {"what": " "}, {"what": "义诊"}]));
        let read_back = read(FORM, &written, today()).unwrap();
        let want = json!([{"what": "讲座", "count": 12, "due": "2026-10-05"}, {"what": "义诊"}]);
        assert_eq!(read_back, stored(want));
        let again = opened(FORM, &read_back);
        assert_eq!(rows(&again, "tasks")[0]["count"], json!("12"));
        assert_eq!(changes(FORM, &read_back, &again, today()), Ok(Changes::default()));
        assert_eq!(read(FORM, &typed(json!([{"what": ""}, {}])), today()).unwrap(), stored(Value::Null));
        drop_empty(FORM, &mut written);
        assert_eq!(places(FORM, &written).len(), 7);
        assert_eq!(places(FORM, &written)[4], "tasks.1.what");
    }

    #[test]
    fn every_wrong_field_of_a_row_is_told_at_its_place() {
        let written = typed(json!([{"what": "讲座"}, {"count": "很多", "due": "2月30日"}]));
        let wrong = read(FORM, &written, today()).unwrap_err();
        let places: Vec<&str> = wrong.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["tasks.1.what", "tasks.1.count", "tasks.1.due"]);
    }

    #[test]
    fn what_a_newer_program_keeps_in_a_part_stays() {
        let seen = stored(json!([{"what": "讲座", "colour": "红", "count": 3}, {"what": "义诊"}]));
        let begun = rows(&opened(FORM, &seen), "tasks");
        let next = typed(changed(begun.clone(), 0, vec![("what".into(), json!("宣讲"))]));
        let sent = changes(FORM, &seen, &next, today()).unwrap();
        let want = json!([{"what": "宣讲", "colour": "红", "count": 3}, {"what": "义诊"}]);
        assert_eq!((sent.fields, sent.seen), (stored(want), seen.clone()));
        let fewer = changes(FORM, &seen, &typed(without(begun.clone(), 0)), today()).unwrap();
        assert_eq!(fewer.fields, stored(json!([{"what": "义诊"}])));
        // An empty row more is no change.
        let more = typed(with_another(begun));
        assert_eq!(changes(FORM, &seen, &more, today()), Ok(Changes::default()));
    }

    #[test]
    fn a_date_in_a_row_stays_the_day_it_was_meant_for() {
        let mut written = typed(json!([{"what": "今天"}, {"what": "讲座", "due": "今天"}]));
        let next = Today { day: today().day + chrono::Days::new(1), sure: true };
        settle_typed(&dates(FORM), &mut written, today().day, next);
        assert_eq!(written["tasks"], json!([{"what": "今天"}, {"what": "讲座", "due": "2026-11-29"}]));
    }
}
