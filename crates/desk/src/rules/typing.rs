//! What people type, as it is stored.

use chrono::NaiveTime;
use serde_json::Value;
use tiexin_domain::amount::{read_count, read_minutes};
use tiexin_domain::nouns::{tidy, tidy_name};
use tiexin_domain::record::Fields;
use tiexin_domain::shape::{self, Field, Find, Holds};
use tiexin_domain::{Fen, IdNumber, PartialDate, YearHint, phone};

use crate::office_day::OfficeDay;

/// Puts typing habits right: spaces, full-width digits, dates as people write them. Empty text is no text.
pub(crate) fn tidy_fields(kind: &str, sent: &mut Fields, day: OfficeDay) {
    for (field, value) in sent.iter_mut() {
        // A number that a form borrows from another record is read as it is there.
        let borrowed = || shape::anywhere(field).filter(|own| own.mask.is_some());
        tidy_value(shape::field(kind, field).or_else(borrowed), value, day);
    }
}

fn tidy_value(own: Option<&Field>, value: &mut Value, day: OfficeDay) {
    let holds = own.map(|own| own.holds);
    match (&mut *value, holds) {
        (Value::Array(items), Some(Holds::Codes(choices))) => {
            for item in items {
                let code = item.as_str().and_then(|text| shape::code_in(choices, text.trim()));
                if let Some(code) = code {
                    *item = code.into();
                }
            }
        }
        (Value::Array(items), Some(Holds::Parts(parts))) => {
            items.iter_mut().filter_map(Value::as_object_mut).for_each(|part| tidy_part(parts, part, day));
            items.retain(|item| item.as_object().is_none_or(|part| !part.is_empty()));
            if items.is_empty() {
                *value = Value::Null;
            }
            return;
        }
        (Value::Object(person), Some(Holds::Person)) => tidy_person(person),
        (Value::Array(items), Some(Holds::People)) => {
            items.iter_mut().filter_map(Value::as_object_mut).for_each(tidy_person);
        }
        _ => {}
    }
    let Value::String(text) = value else { return };
    if let Some(read) = read(holds, text) {
        *value = read;
        return;
    }
    let kept = match own {
        Some(own) if own.is_name() => tidy(&tidy_name(text)),
        Some(own) if own.is_phone() => tidy(text).and_then(|text| phone::read(&text).unwrap_or(Some(text))),
        Some(own) if own.finds.contains(&Find::IdNumber) => {
            tidy(text).map(|text| match IdNumber::read(&text) {
                Ok(read) => read.number.as_str().to_owned(),
                Err(_) => text,
            })
        }
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

/// Of a person who is named in a record.
fn tidy_person(person: &mut Fields) {
    if let Some(Value::String(name)) = person.get_mut("name") {
        *name = tidy_name(name);
    }
}

/// The same in a part of a list, where an absent field is absent.
fn tidy_part(parts: &[Field], part: &mut Fields, day: OfficeDay) {
    for (name, value) in part.iter_mut() {
        tidy_value(parts.iter().find(|own| own.name == name.as_str()), value, day);
    }
    part.retain(|_, value| !value.is_null());
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

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use serde_json::json;
    use tiexin_domain::Kind;

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

    #[test]
    fn spaces_in_the_name_of_a_person_go_and_those_of_a_unit_stay() {
        let day = OfficeDay::sure(NaiveDate::from_ymd_opt(2026, 10, 20).unwrap());
        for (kind, field, said, stored) in [
            ("member", "name", json!("王　小梅"), json!("王小梅")),
            ("volunteer", "name", json!(" 王 小梅"), json!("王小梅")),
            ("service_hours", "volunteer_name", json!("王 小梅"), json!("王小梅")),
            ("visit", "head_name", json!("贾 文广"), json!("贾文广")),
            ("organisation", "name", json!(" 东关 计生协 "), json!("东关 计生协")),
            ("visit", "met", json!([{"name": "贾 文广"}]), json!([{"name": "贾文广"}])),
            ("wish", "person", json!({"name": "贾 文广"}), json!({"name": "贾文广"})),
            // A number that the form of a member borrows.
            ("member", "id_number", json!("34052419800101001x"), json!("34052419800101001X")),
            ("of_the_future", "phone", json!("199 0000 2580"), json!("19900002580")),
        ] {
            let mut sent = Fields::from_iter([(field.to_owned(), said.clone())]);
            tidy_fields(kind, &mut sent, day);
            assert_eq!(sent[field], stored, "{kind}.{field} {said}");
        }
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
    fn parts_of_a_list_are_put_right_and_empty_ones_go() {
        let day = OfficeDay::sure(NaiveDate::from_ymd_opt(2026, 10, 20).unwrap());
        let tidied = |gifts: Value| {
            let mut sent = fields(json!({"gifts": gifts}));
            tidy_fields("visit", &mut sent, day);
            sent["gifts"].clone()
        };
        let written = json!({"item": " 米 ", "amount": "300元", "signed_by": " "});
        let typed = json!([written, {"item": "", "later": 1}, {"item": ""}]);
        assert_eq!(tidied(typed), json!([{"item": "米", "amount": "300.00"}, {"later": 1}]));
        assert_eq!(tidied(json!([{"item": " "}])), Value::Null);
        // What is no part is left to the rules.
        assert_eq!(tidied(json!(["米"])), json!(["米"]));
    }
}
