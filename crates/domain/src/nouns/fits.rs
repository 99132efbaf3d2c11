//! What a shape alone tells to be wrong with a record: a choice that its list does not have, two days in the wrong order,
//! a day that has not been yet.
//! Asked at a desk; the province takes what comes, as a newer desk may know more choices (I15).

use chrono::{Datelike, NaiveDate};
use serde_json::Value;

use super::Problem;
use crate::date::{PartialDate, YearHint};
use crate::record::Fields;
use crate::shape::{self, Field, Place, label_in, places_in};

/// Choices that this save writes and that their lists do not have, in parts of lists too. What stood there before stays,
/// whoever wrote it.
pub fn not_chosen(kind: &str, before: Option<&Fields>, after: &Fields) -> Vec<Problem> {
    strays(fields_of(kind), before, after)
}

fn fields_of(kind: &str) -> &'static [Field] {
    shape::of(kind).map(|shape| shape.fields).unwrap_or_default()
}

fn strays(own: &'static [Field], before: Option<&Fields>, after: &Fields) -> Vec<Problem> {
    let known = before.map(|before| places_in(own, before)).unwrap_or_default();
    let wrong = |place: &Place<'_>| {
        let choices = place.field.choices()?;
        // A part may have moved within its list.
        let stood: Vec<&str> = known.iter().filter(|one| one.is_like(place)).flat_map(texts).collect();
        let stray = |said: &&str| !stood.contains(said) && label_in(choices, said).is_none();
        texts(place).iter().any(stray).then(|| {
            let labels: Vec<&str> = choices.iter().map(|(_, label)| *label).collect();
            let message = format!("{}请填其中之一：{}", place.label(), labels.join("、"));
            Problem::new(&place.path(), "not_a_choice", message)
        })
    };
    places_in(own, after).iter().filter_map(wrong).collect()
}

fn texts<'f>(place: &Place<'f>) -> Vec<&'f str> {
    match place.fields.get(place.field.name) {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        one => one.and_then(Value::as_str).into_iter().collect(),
    }
}

/// No year of the work lies before this one.
const FIRST_YEAR: i64 = 1990;

/// What has happened cannot have happened on a day that has not been yet, and no year of the work lies beyond the next
/// one. `latest`: no day after it was yet.
pub fn not_yet(kind: &str, fields: &Fields, latest: NaiveDate) -> Vec<Problem> {
    not_yet_in(fields_of(kind), fields, latest)
}

fn not_yet_in(own: &'static [Field], fields: &Fields, latest: NaiveDate) -> Vec<Problem> {
    let wrong = |place: &Place<'_>| {
        let said = place.fields.get(place.field.name)?;
        if place.field.past {
            let begins = PartialDate::parse(said.as_str()?, YearHint::None).ok()?.begins()?;
            let message = || format!("{}在今天之后，请核对", place.label());
            return (begins > latest).then(|| Problem::new(&place.path(), "date_in_future", message()));
        }
        let next = i64::from(latest.year()) + 1;
        let stray = place.field.year && !(FIRST_YEAR..=next).contains(&said.as_i64()?);
        let message = || format!("{}请写四位，{FIRST_YEAR} 到 {next}，如 {}", place.label(), latest.year());
        stray.then(|| Problem::new(&place.path(), "year_invalid", message()))
    };
    places_in(own, fields).iter().filter_map(wrong).collect()
}

/// Days that lie before those they cannot lie before, as far as both are known: an answer before it was asked for, or
/// before it was taken up.
pub fn turned(kind: &str, fields: &Fields) -> Vec<Problem> {
    turned_in(fields_of(kind), fields)
}

fn turned_in(own: &'static [Field], fields: &Fields) -> Vec<Problem> {
    let wrong = |place: &Place<'_>| {
        let date = |name: &str| PartialDate::parse(place.fields.get(name)?.as_str()?, YearHint::None).ok();
        let named = |name: &str| place.among.iter().find(|field| field.name == name);
        // Where nobody wrote down the one before it, that before which that one cannot lie.
        let mut earlier = named(place.field.not_before?)?;
        while date(earlier.name).is_none() {
            earlier = named(earlier.not_before?)?;
        }
        let (last, first) = (date(place.field.name)?.ends()?, date(earlier.name)?.begins()?);
        let message = || format!("{}早于{}，请核对", place.label(), earlier.label);
        (last < first).then(|| Problem::new(&place.path(), "period_invalid", message()))
    };
    places_in(own, fields).iter().filter_map(wrong).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::{self, Kind};
    use crate::shape::Holds;
    use serde_json::json;

    fn of(value: Value) -> Fields {
        value.as_object().unwrap().clone()
    }

    /// Of every field of every kind that holds a choice.
    #[test]
    fn a_choice_is_one_of_its_list_unless_it_stood_there() {
        let mut tried = 0;
        for kind in Kind::ALL {
            for field in nouns::shape(kind).unwrap().fields {
                let Some((code, _)) = field.choices().and_then(|choices| choices.first()) else { continue };
                let said = |text: &str| match field.holds {
                    Holds::Codes(_) => of(json!({field.name: [code, text]})),
                    _ => of(json!({field.name: text})),
                };
                let told = |before: Option<&Fields>, after: &Fields| -> Vec<String> {
                    let found = not_chosen(kind.code(), before, after);
                    found.into_iter().map(|problem| problem.field).collect()
                };
                let (right, wrong) = (said(code), said("随手写的"));
                assert!(told(None, &right).is_empty(), "{kind:?}.{}", field.name);
                assert_eq!(told(None, &wrong), [field.name], "{kind:?}");
                assert_eq!(told(Some(&right), &wrong), [field.name], "{kind:?}");
                assert!(told(Some(&wrong), &wrong).is_empty(), "{kind:?}.{}", field.name);
                assert!(told(Some(&wrong), &right).is_empty(), "{kind:?}.{}", field.name);
                tried += 1;
            }
        }
        assert!(tried >= 15, "{tried}");
        let told = not_chosen("volunteer", None, &of(json!({"approval": "拒"})));
        assert_eq!(told[0].message, "审核请填其中之一：待审核、已通过、未通过");
    }

    #[test]
    fn what_happened_lies_not_ahead_and_a_year_has_four_places() {
        let latest = NaiveDate::from_ymd_opt(2026, 11, 2).unwrap();
        let told = |kind: &str, value: Value| {
            let found = not_yet(kind, &of(value), latest).into_iter();
            found.map(|problem| (problem.field, problem.code)).collect::<Vec<_>>()
        };
        for (kind, field) in [
            ("member", "joined"),
            ("member", "left"),
            ("volunteer", "joined"),
            ("household", "moved_on"),
            ("attachment", "taken_at"),
            ("organisation", "founded"),
            ("rights_case", "closed_on"),
            ("honour", "conferred"),
        ] {
            let own = shape::field(kind, field).unwrap();
            let ahead = [(field.to_owned(), "date_in_future".to_owned())];
            assert!(own.past, "{kind}.{field}");
            assert_eq!(told(kind, json!({field: "2026-12"})), ahead, "{kind}.{field}");
            assert_eq!(told(kind, json!({field: "2026-11-03"})), ahead, "{kind}.{field}");
            // What is known only as this month or year may have been.
            for been in ["2026-11-02", "2026-11", "2026", "2016-05-03"] {
                assert!(told(kind, json!({field: been})).is_empty(), "{kind}.{field} {been}");
            }
        }
        for (year, wrong) in
            [(26, true), (2062, true), (1962, true), (2028, true), (2027, false), (2020, false)]
        {
            let found = told("assistance_review", json!({"year": year}));
            let stray = vec![("year".to_owned(), "year_invalid".to_owned())];
            assert_eq!(found, if wrong { stray } else { Vec::new() }, "{year}");
        }
    }

    #[test]
    fn nobody_dies_before_birth_and_no_term_ends_before_it_begins() {
        let told = |kind: &str, value: Value| {
            turned(kind, &of(value)).pop().map(|problem| (problem.field, problem.message))
        };
        let words = |field: &str, message: &str| Some((field.to_owned(), message.to_owned()));
        let lived = |birth: &str, died: &str| told("person", json!({"birth": birth, "died_on": died}));
        assert_eq!(lived("1980-01-02", "1980-01-01"), words("died_on", "离世时间早于出生日期，请核对"));
        // What may be is no fault: only as much is compared as is known.
        let may_be = [("1980-01-02", "1980"), ("1980-02", "1980-02-01"), ("1980", "1980"), ("", "1980")];
        for (birth, died) in may_be {
            assert_eq!(lived(birth, died), None, "{birth} {died}");
        }
        assert_eq!(
            told("member", json!({"joined": "2020-05", "left": "2019"})),
            words("left", "退会时间早于入会时间，请核对")
        );
        assert_eq!(
            told("support_file", json!({"assistance_from": "2020", "assistance_to": "2019-12-31"})),
            words("assistance_to", "扶助结束早于扶助开始，请核对")
        );
    }

    #[test]
    fn a_fault_in_a_part_names_the_part() {
        const PART: &[Field] = &[
            Field::new("kind", "类别", Holds::Code(&[("a", "甲")])),
            Field::new("on", "转办日期", Holds::Day),
            Field::new("due", "要求答复", Holds::Day).not_before("on"),
        ];
        const OWN: &[Field] = &[Field::new("referrals", "转办", Holds::Parts(PART))];
        let list = |items: Value| of(json!({"referrals": items}));
        let right = json!({"on": "2026-10-05", "due": "2026-10-05"});
        let told = turned_in(OWN, &list(json!([right, {"on": "2026-10-05", "due": "2026-10-04"}])));
        let told: Vec<_> = told.iter().map(|one| (one.field.as_str(), one.message.as_str())).collect();
        assert_eq!(told, [("referrals.1.due", "转办第2项的要求答复早于转办日期，请核对")]);
        let stray = |before: Option<&Fields>, after: &Fields| -> Vec<String> {
            strays(OWN, before, after).into_iter().map(|one| one.field).collect()
        };
        let wrong = list(json!([{"kind": "a"}, {"kind": "乙"}]));
        assert_eq!(stray(None, &wrong), ["referrals.1.kind"]);
        // It stood there, in another place of the list.
        assert!(stray(Some(&wrong), &list(json!([{"kind": "乙"}]))).is_empty());
        assert_eq!(stray(Some(&wrong), &list(json!([{"kind": "丙"}]))), ["referrals.0.kind"]);
    }

    /// The fault is of both days: whoever touches one of them is told.
    #[test]
    fn a_fault_of_two_days_stands_while_neither_is_touched() {
        let before = of(json!({"birth": "1980", "died_on": "1970", "health": "好"}));
        let known = turned("person", &before);
        let stood = |field: &str| {
            let mut after = before.clone();
            after.insert(field.into(), json!("1975"));
            nouns::stood_already(&known[0], &known, &before, &after)
        };
        assert!(stood("health") && !stood("birth") && !stood("died_on"));
    }
}
