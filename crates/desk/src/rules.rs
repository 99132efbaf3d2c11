//! The rules of nouns, applied to what somebody wants to save.

use std::collections::HashMap;

use serde_json::Value;
use tiexin_domain::around::{self, Around, Reach, Subject};
use tiexin_domain::limits::Limits;
use tiexin_domain::lunar;
use tiexin_domain::nouns::{self, Noun, Visit};
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::shape::{self, Holds, Role};
use tiexin_domain::{IdNumber, Kind, PartialDate, Problem};
use tiexin_store::{Book, Save, StoreError};
use uuid::Uuid;

use crate::masking;
use crate::office_day::{self, OfficeDay};
use crate::surroundings::Surroundings;

mod typing;

pub(crate) use typing::{moment, tidy_fields};

fn is_date(kind: &str, path: &str) -> bool {
    shape::field_at(kind, path)
        .is_some_and(|own| matches!(own.holds, Holds::Day | Holds::PartialDay | Holds::Moment))
}

/// Whether what was typed for a day may tell one of the lunar calendar: nothing is read then.
fn is_lunar(kind: &str, fields: &Fields, path: &str) -> bool {
    let place = shape::places(kind, fields).into_iter().find(|place| place.path() == path);
    let text = place.and_then(|place| place.fields.get(place.field.name)?.as_str());
    is_date(kind, path) && text.is_some_and(lunar::may_be_lunar)
}

/// An ID number is believed: sex and birth date follow it. What was stated beside it in this very save
/// stays as stated and is checked against it.
pub(crate) fn follow_id_number(fields: &mut Fields, sent: &Fields) {
    let number = fields.get("id_number").and_then(Value::as_str).and_then(|t| IdNumber::read(t).ok());
    let Some(number) = number.map(|read| read.number) else { return };
    let stated = |field: &str| sent.get(field).is_some_and(|value| !value.is_null());
    if !stated("sex") {
        fields.insert("sex".into(), number.sex().code().into());
    }
    let lunar = fields.get("lunar_birthday").and_then(Value::as_bool).unwrap_or(false);
    if !fields.contains_key("birth") || (!lunar && !stated("birth")) {
        fields.insert("birth".into(), PartialDate::Day(number.birth()).to_string().into());
    }
}

/// A day of death that is told now ends that nobody knows it.
pub(crate) fn follow_death(fields: &mut Fields, sent: &Fields) {
    let told = sent.get("died_on").is_some_and(|day| !day.is_null());
    if told && !sent.contains_key("deceased") {
        fields.remove("deceased");
    }
}

/// Who writes says one or the other. An import writes both, and that stands until it is touched.
fn died_when(kind: &str, before: Option<&Fields>, fields: &Fields) -> Option<Problem> {
    let both = |fields: &Fields| {
        fields.contains_key("died_on") && fields.get("deceased") == Some(&Value::Bool(true))
    };
    let anew = kind == Kind::Person.code() && both(fields) && !before.is_some_and(both);
    let message = "写了离世时间，就不要再勾“已离世（时间不详）”";
    anew.then(|| Problem::new("deceased", "died_twice", message))
}

/// What is wrong with a record by itself, as it is to be.
fn own_problems(kind: &str, fields: &Fields, day: OfficeDay, limits: Option<&Limits>) -> Vec<Problem> {
    let mut problems = match nouns::check_by(kind, fields, limits) {
        Ok(checked) => checked.problems,
        Err(problem) if is_lunar(kind, fields, &problem.field) => {
            let message = format!("{}{}", crate::labels::field(kind, &problem.field), lunar::TOLD);
            return vec![Problem::new(&problem.field, "invalid", message)];
        }
        Err(problem) if !day.sure && is_date(kind, &problem.field) => {
            return vec![Problem::new(&problem.field, "clock_wrong", office_day::NO_DATE)];
        }
        Err(problem) => return vec![not_read(kind, problem)],
    };
    problems.extend(of_visit(kind, fields, day));
    problems.extend(nouns::not_yet(kind, fields, day.latest));
    problems.extend(nouns::turned(kind, fields));
    problems
}

/// What is wrong with a record as it is to be. Of one that stands already, what was wrong before and was not touched is
/// nobody's obstacle: two people under one ID number do not block each other's telephone.
/// `before`: `None` for a new record.
pub(crate) fn problems_since(
    book: &Book,
    kind: &str,
    id: Uuid,
    before: Option<&Fields>,
    fields: &Fields,
    day: OfficeDay,
) -> Result<Vec<Problem>, StoreError> {
    problems_along(book, Subject { kind, id, before, fields }, &[], Reach::Desks, day)
}

/// The same for what a person writes at this desk, by whichever command. What comes from elsewhere is not held to all
/// of it: who decides on that cannot mend it, and a family's people may have changed since.
pub(crate) fn problems_written(
    book: &Book,
    kind: &str,
    id: Uuid,
    before: Option<&Fields>,
    fields: &Fields,
    day: OfficeDay,
) -> Result<Vec<Problem>, StoreError> {
    problems_along(book, Subject { kind, id, before, fields }, &[], Reach::Writer, day)
}

/// The same as far as somebody is held to it, where other records are saved with it: they are looked at as they will be.
pub(crate) fn problems_along(
    book: &Book,
    subject: Subject<'_>,
    along: &[Save],
    reach: Reach,
    day: OfficeDay,
) -> Result<Vec<Problem>, StoreError> {
    let surroundings = Surroundings::of(book, along);
    // Another office may have other limits.
    let limits = (reach == Reach::Writer).then(|| surroundings.limits());
    let mut found = own_problems(subject.kind, subject.fields, day, limits);
    if let (Some(before), false) = (subject.before, found.is_empty()) {
        let known = own_problems(subject.kind, before, day, limits);
        found.retain(|problem| !nouns::stood_already(problem, &known, before, subject.fields));
    }
    if reach == Reach::Writer {
        found.extend(nouns::not_chosen(subject.kind, subject.before, subject.fields));
        found.extend(died_when(subject.kind, subject.before, subject.fields));
    }
    found.extend(around::problems(&surroundings, subject, reach)?);
    found.dedup_by(|a, b| a.field == b.field && a.code == b.code);
    Ok(found)
}

/// A field that is missing or cannot be read, by the name it has on the screen.
pub(crate) fn not_read(kind: &str, problem: Problem) -> Problem {
    let label = crate::labels::field(kind, &problem.field);
    match (problem.field.as_str(), problem.code.as_str()) {
        ("", _) => problem,
        (field, "missing") => Problem::new(field, "missing", format!("请填写{label}")),
        (field, _) => Problem::new(field, "invalid", format!("{label}的写法不对，请核对后重新填写")),
    }
}

/// A visit's day.
fn of_visit(kind: &str, fields: &Fields, day: OfficeDay) -> Vec<Problem> {
    if kind != Kind::Visit.code() {
        return Vec::new();
    }
    let Ok(visit) = Visit::from_fields(fields) else { return Vec::new() };
    let own = visit.problems();
    let at = visit.problems_at(day.latest, None);
    at.into_iter().filter(|problem| !own.contains(problem)).collect()
}

/// Writes the region of a file without changing what the office knows: absent fields of a child are
/// taken from its household.
pub(crate) fn follow_household(book: &Book, kind: &str, fields: &mut Fields) -> Result<(), StoreError> {
    let Some(shape) = shape::of(kind) else { return Ok(()) };
    let household = shape.role(Role::Family).and_then(|field| fields.get(field.name)?.as_str()?.parse().ok());
    let Some(home) = household.map(|id| book.get(id)).transpose()?.flatten() else { return Ok(()) };
    if !fields.contains_key("region") {
        fields.insert("region".into(), home.region().to_string().into());
    }
    if shape.field("head_name").is_some() && !fields.contains_key("head_name") {
        fields.insert("head_name".into(), home.text("head_name").unwrap_or_default().into());
    }
    Ok(())
}

/// Values for which the masks that a form sends may stand, by field: the current one, then those that gave way.
pub(crate) fn known_values(
    book: &Book,
    current: &Record,
    sent: &Fields,
) -> Result<HashMap<String, Vec<Value>>, StoreError> {
    let overwritten = book.overwritten(current.id)?;
    let known = |field: &String| {
        let gone = overwritten.iter().filter(|gone| gone.field == *field).map(|gone| &gone.value);
        let values: Vec<Value> = current.fields.get(field).into_iter().chain(gone).cloned().collect();
        (field.clone(), values)
    };
    let fields = sent.keys().filter(|field| masking::is_maskable(&current.kind, field));
    Ok(fields.map(known).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(value: Value) -> Fields {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn sex_and_birth_follow_the_number() {
        let mut person = fields(json!({"id_number": "34052419800101001X", "sex": "female"}));
        follow_id_number(&mut person, &Fields::new());
        assert_eq!((&person["sex"], &person["birth"]), (&json!("male"), &json!("1980-01-01")));
        let mut stated = fields(json!({"id_number": "34052419800101001X", "sex": "female"}));
        let sent = stated.clone();
        follow_id_number(&mut stated, &sent);
        assert_eq!(stated["sex"], "female");
    }

    #[test]
    fn a_reader_that_fails_names_the_field_and_no_value() {
        let of = |value| {
            let fields = fields(value);
            not_read("visit", nouns::check("visit", &fields).err().unwrap())
        };
        let home = Uuid::nil();
        let missing =
            of(json!({"region": "340323100001", "household": home, "head_name": "某", "kind": "routine"}));
        assert_eq!((missing.field.as_str(), missing.message.as_str()), ("date", "请填写走访日期"));
        let wrong =
            of(json!({"region": "340323100001", "household": home, "head_name": "某", "kind": "routine",
            "date": "秘密"}));
        assert_eq!(wrong.field, "date");
        assert!(!wrong.message.contains("秘密"));
    }

    #[test]
    fn a_lunar_day_that_is_typed_is_asked_for_by_the_solar_calendar() {
        let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 2).unwrap();
        let day = OfficeDay { day: today, latest: today, sure: true };
        let told = |date: &str| {
            let mut visit = fields(json!({"region": "340323100001", "household": Uuid::nil(),
                "head_name": "某", "kind": "routine", "date": date}));
            tidy_fields("visit", &mut visit, day);
            own_problems("visit", &visit, day, None).into_iter().map(|problem| problem.message).next()
        };
        assert_eq!(
            told("八月十五").as_deref(),
            Some("走访日期看起来是农历，请查出是公历哪一天，写成如 2026-10-05")
        );
        assert_eq!(told("什么").as_deref(), Some("走访日期的写法不对，请核对后重新填写"));
    }
}
