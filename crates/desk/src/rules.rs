//! The rules of nouns, applied to what somebody wants to save.

use chrono::NaiveTime;
use serde_json::Value;
use tiexin_domain::amount::{read_count, read_minutes};
use tiexin_domain::around::{self, Reach, Subject};
use tiexin_domain::nouns::{self, Noun, Visit, tidy, tidy_name};
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::shape::{self, Field, Holds, Role};
use tiexin_domain::{Fen, IdNumber, Kind, PartialDate, Problem, YearHint, phone};
use tiexin_store::{Book, Save, StoreError};
use uuid::Uuid;

use crate::masking;
use crate::office_day::{self, OfficeDay};
use crate::surroundings::Surroundings;

/// Puts typing habits right: spaces, full-width digits, dates as people write them. Empty text is no text.
pub(crate) fn tidy_fields(kind: &str, sent: &mut Fields, day: OfficeDay) {
    for (field, value) in sent.iter_mut() {
        let holds = shape::field(kind, field).map(|field| field.holds);
        if let (Value::Array(items), Some(Holds::Codes(choices))) = (&mut *value, holds) {
            for item in items {
                let code = item.as_str().and_then(|text| shape::code_in(choices, text.trim()));
                if let Some(code) = code {
                    *item = code.into();
                }
            }
        }
        let Value::String(text) = value else { continue };
        if let Some(read) = read(holds, text) {
            *value = read;
            continue;
        }
        let kept = match field.as_str() {
            "name" if kind == Kind::Person.code() => tidy(&tidy_name(text)),
            "head_name" => tidy(&tidy_name(text)),
            "phone" => tidy(text).and_then(|text| phone::read(&text).unwrap_or(Some(text))),
            "id_number" => tidy(text).map(|text| match IdNumber::read(&text) {
                Ok(read) => read.number.as_str().to_owned(),
                Err(_) => text,
            }),
            _ => tidy(text).map(|text| match holds {
                Some(Holds::Code(choices)) => shape::code_in(choices, &text).map_or(text, str::to_owned),
                Some(Holds::Money) => Fen::parse(&text).map_or(text, |fen| fen.to_string()),
                Some(Holds::Moment) => moment(&text, day.hint()).unwrap_or(text),
                Some(Holds::Day | Holds::PartialDay) => {
                    PartialDate::parse(&text, day.hint()).map_or(text, |date| date.to_string())
                }
                _ => text,
            }),
        };
        *value = kept.map_or(Value::Null, Value::String);
    }
}

/// A number or a yes as people write it: `35人`, `3小时`, `是`. What is not understood is left to the rules.
fn read(holds: Option<Holds>, text: &str) -> Option<Value> {
    match holds? {
        Holds::Count => read_count(text).ok().map(Value::from),
        Holds::Minutes => read_minutes(text).ok().map(Value::from),
        // What nobody ticked says no.
        Holds::Flag => tiexin_intake::yes(text).map(|yes| if yes { Value::Bool(true) } else { Value::Null }),
        _ => None,
    }
}

/// A day with a time of day as it is stored; none given is midnight. What is not understood is left to the rules.
pub(crate) fn moment(text: &str, hint: YearHint) -> Option<String> {
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let date = PartialDate::parse(date, hint).ok()?.day()?;
    let time = match time.trim().replace('：', ":") {
        none if none.is_empty() => NaiveTime::MIN,
        time => ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(&time, form).ok())?,
    };
    Some(format!("{date}T{}", time.format("%H:%M:%S")))
}

fn is_date(kind: &str, field: &str) -> bool {
    let holds = shape::field(kind, field).map(|field| field.holds);
    matches!(holds, Some(Holds::Day | Holds::PartialDay | Holds::Moment))
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
fn own_problems(kind: &str, fields: &Fields, day: OfficeDay) -> Vec<Problem> {
    let mut problems = match nouns::check(kind, fields) {
        Ok(checked) => checked.problems,
        Err(problem) if !day.sure && is_date(kind, &problem.field) => {
            return vec![Problem::new(&problem.field, "clock_wrong", office_day::NO_DATE)];
        }
        Err(problem) => return vec![not_read(kind, problem)],
    };
    problems.extend(of_visit(kind, fields, day));
    problems.extend(not_yet(kind, fields, day));
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
    let mut found = own_problems(subject.kind, subject.fields, day);
    if let (Some(before), false) = (subject.before, found.is_empty()) {
        let known = own_problems(subject.kind, before, day);
        found.retain(|problem| !nouns::stood_already(problem, &known, before, subject.fields));
    }
    if reach == Reach::Writer {
        found.extend(nouns::not_chosen(subject.kind, subject.before, subject.fields));
        found.extend(died_when(subject.kind, subject.before, subject.fields));
    }
    found.extend(around::problems(&Surroundings::of(book, along), subject, reach)?);
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

/// What has happened cannot have happened on a day that has not been yet.
fn not_yet(kind: &str, fields: &Fields, day: OfficeDay) -> Vec<Problem> {
    let known = |field: &&Field| {
        let date = fields.get(field.name).and_then(Value::as_str);
        let date = date.and_then(|text| PartialDate::parse(text, YearHint::None).ok());
        date.is_some_and(|date| date.begins().is_some_and(|begins| begins > day.latest))
    };
    let told = |field: &Field| {
        Problem::new(field.name, "date_in_future", format!("{}在今天之后，请核对", field.label))
    };
    let past = shape::of(kind).into_iter().flat_map(|shape| shape.fields).filter(|field| field.past);
    past.filter(known).map(told).collect()
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

/// Numbers for which a mask sent by a form may stand: the current one, then those that gave way.
pub(crate) fn known_numbers(book: &Book, current: &Record, sent: &Fields) -> Result<Fields, StoreError> {
    let mut known = Fields::new();
    let overwritten = book.overwritten(current.id)?;
    for field in masking::maskable(&current.kind, sent) {
        let now = current.text(field).map(|text| Value::String(text.to_owned()));
        let gone = overwritten.iter().filter(|gone| gone.field == field).map(|gone| gone.value.clone());
        known.insert(field.to_owned(), Value::Array(now.into_iter().chain(gone).collect()));
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use serde_json::json;

    fn fields(value: Value) -> Fields {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn typing_habits_are_put_right() {
        let today = NaiveDate::from_ymd_opt(2026, 10, 20).unwrap();
        let mut sent = fields(json!({
            "name": " 贾　文广 ", "phone": "199 0000 2580", "id_number": "34052419800101001x", "notes": "  ",
            "birth": "1980年1月1日", "died_on": "昨天",
        }));
        tidy_fields("person", &mut sent, OfficeDay::sure(today));
        assert_eq!(
            sent,
            fields(json!({
                "name": "贾文广", "phone": "19900002580", "id_number": "34052419800101001X", "notes": null,
                "birth": "1980-01-01", "died_on": "2026-10-19",
            }))
        );
    }

    /// As an import has it: what is no number is missing, and 没有电话的 finds it.
    #[test]
    fn a_telephone_that_is_none_is_not_stored() {
        let day = OfficeDay::sure(NaiveDate::from_ymd_opt(2026, 10, 20).unwrap());
        for kind in ["household", "person", "support_file", "member"] {
            for text in ["无", "没有", "暂无", "不详", "-", " / "] {
                let mut sent = fields(json!({"phone": text}));
                tidy_fields(kind, &mut sent, day);
                assert_eq!(sent["phone"], Value::Null, "{kind} {text}");
            }
            let mut wrong = fields(json!({"phone": "123"}));
            tidy_fields(kind, &mut wrong, day);
            assert_eq!(wrong["phone"], "123", "told by the rules");
        }
    }

    #[test]
    fn a_day_of_any_kind_is_taken_as_people_write_it() {
        let today = NaiveDate::from_ymd_opt(2026, 10, 20).unwrap();
        let all = Kind::ALL.iter().flat_map(|kind| {
            let fields = shape::of(kind.code()).map(|shape| shape.fields).unwrap_or_default();
            fields.iter().map(move |field| (kind.code(), field))
        });
        let days = all.filter(|(_, field)| matches!(field.holds, Holds::Day | Holds::PartialDay));
        let mut names = Vec::new();
        for (kind, field) in days {
            let mut sent = Fields::from_iter([(field.name.to_owned(), json!("2026.10.12"))]);
            tidy_fields(kind, &mut sent, OfficeDay::sure(today));
            assert_eq!(sent[field.name], "2026-10-12", "{kind}.{}", field.name);
            names.push(field.name);
        }
        assert!(names.contains(&"moved_on") && names.contains(&"date"), "{names:?}");
    }

    #[test]
    fn numbers_amounts_and_choices_are_taken_as_people_write_them() {
        let day = OfficeDay::sure(NaiveDate::from_ymd_opt(2026, 10, 20).unwrap());
        for (kind, field, said, stored) in [
            ("volunteer", "minutes", json!("3小时"), json!(180)),
            ("volunteer", "minutes", json!("很久"), json!("很久")),
            ("activity", "headcount", json!("35人"), json!(35)),
            ("activity", "money", json!("300元"), json!("300.00")),
            ("volunteer", "approval", json!("已通过"), json!("approved")),
            ("volunteer", "approval", json!("拒"), json!("拒")),
            ("person", "tags", json!(["青少年", "five_elders"]), json!(["youth", "five_elders"])),
            ("counselling", "paired", json!("√"), json!(true)),
            ("counselling", "paired", json!("否"), json!(null)),
            ("counselling", "paired", json!("待定"), json!("待定")),
        ] {
            let mut sent = Fields::from_iter([(field.to_owned(), said.clone())]);
            tidy_fields(kind, &mut sent, day);
            assert_eq!(sent[field], stored, "{kind}.{field} {said}");
        }
    }

    #[test]
    fn the_start_of_an_activity_is_taken_as_people_write_it() {
        let today = NaiveDate::from_ymd_opt(2026, 10, 20).unwrap();
        for (text, stored) in [
            ("2026-10-12T09:30:00", "2026-10-12T09:30:00"),
            ("2026-10-12 9:30", "2026-10-12T09:30:00"),
            ("10月12日 9：30", "2026-10-12T09:30:00"),
            ("2026.10.12", "2026-10-12T00:00:00"),
            ("昨天 15:00", "2026-10-19T15:00:00"),
            ("2026-10-12 九点", "2026-10-12 九点"),
            ("2026-10", "2026-10"),
        ] {
            let mut sent = fields(json!({"start": text}));
            tidy_fields("activity", &mut sent, OfficeDay::sure(today));
            assert_eq!(sent["start"], stored, "{text}");
        }
        let mut other = fields(json!({"start": "2026-10-12 9:30"}));
        tidy_fields("visit", &mut other, OfficeDay::sure(today));
        assert_eq!(other["start"], "2026-10-12 9:30");
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
}
