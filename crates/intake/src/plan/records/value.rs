//! What a cell of a list says, as the shape says that the field holds it.

use chrono::NaiveDate;
use serde_json::Value;
use tiexin_domain::amount::read_minutes;
use tiexin_domain::nouns::{PersonRef, tidy_name};
use tiexin_domain::shape::{self, Audience, Choices, Find, Holds, Role, Start};
use tiexin_domain::{Fields, PartialDate};

use super::super::homes::Home;
use super::super::met::{NOBODY, people, two_of_one_name};
use super::super::planner::Planner;
use super::super::reader::{KNOWN_NOTES, RowReader};
use super::super::values::{headcount, listed, narrow, things};
use crate::finding::FindingCode;
use crate::heads::{Field, plain};
use crate::kind::SheetKind;
use crate::script::{begins_with_surname, person_name};

impl Planner<'_> {
    /// Reads a column into the fields; persons wait until the family is known.
    pub(super) fn read(
        &mut self,
        reader: &mut RowReader<'_>,
        (column, own): (&'static Field, &'static shape::Field),
        fields: &mut Fields,
    ) {
        // What no field of its own holds is put together at the end.
        if column.code == "notes" || !reader.has(column.code) {
            return;
        }
        let Some(value) = said(reader, column, own, fields) else { return };
        let Some((whole, nth)) = column.part_of else {
            fields.insert(own.name.into(), value);
            return;
        };
        let parts = fields.entry(whole.name).or_insert_with(|| Value::Array(Vec::new()));
        let Some(parts) = parts.as_array_mut() else { return };
        if parts.len() <= nth {
            parts.resize(nth + 1, Value::Object(Fields::new()));
        }
        if let Some(part) = parts[nth].as_object_mut() {
            part.insert(own.name.into(), value);
        }
    }

    pub(super) fn read_persons(
        &mut self,
        reader: &mut RowReader<'_>,
        (column, own): (&'static Field, &'static shape::Field),
        home: Option<&Home>,
        fields: &mut Fields,
    ) {
        if !matches!(own.holds, Holds::Person | Holds::People) {
            return;
        }
        let Some(text) = reader.said(column.code) else { return };
        let family = home.map(|home| &home.family);
        let parts = listed(&text, &|name| family.is_some_and(|family| family.person(name).is_some()));
        let named: Vec<PersonRef> = match family {
            Some(family) => people(family, &text),
            None => parts.iter().map(|name| alone(name)).collect(),
        };
        if let Some(family) = family {
            two_of_one_name(reader, column.code, family, &parts);
            self.check_family(reader, column.code, family, &named);
        }
        left_out(reader, column.code, (&text, &parts), named.is_empty());
        match (&named[..], own.holds) {
            ([], _) => {}
            ([one], Holds::Person) => {
                fields.insert(own.name.into(), to_value(one));
            }
            (_, Holds::Person) => {
                let hint = format!("{}只能写一个人，请一人一行", own.label);
                reader.find(column.code, FindingCode::NameUnclear, hint);
            }
            (all, _) => {
                fields.insert(own.name.into(), to_value(&all));
            }
        }
    }
}

/// A part of which no cell says anything is none; the reader knows which columns' parts stay.
pub(super) fn drop_empty_parts(reader: &mut RowReader<'_>, fields: &mut Fields) {
    let said = |item: &Value| item.as_object().is_none_or(|part| !part.is_empty());
    for (name, items) in fields.iter_mut() {
        let Some(items) = items.as_array_mut() else { continue };
        let stay = items.iter().enumerate().filter(|(_, item)| said(item)).map(|(nth, _)| nth).collect();
        reader.parts.insert(name.clone(), stay);
        items.retain(said);
    }
}

/// What a cell that names persons says besides their names: a number of people, remarks in brackets.
fn left_out(reader: &mut RowReader<'_>, code: &str, (text, parts): (&str, &[String]), nobody: bool) {
    if let Some(part) = parts.iter().find(|part| headcount(part)) {
        let hint = format!("“{part}”写的是人数，不是姓名，没有算进去，请写出每个人的姓名");
        reader.find(code, FindingCode::NamesCounted, hint);
        return;
    }
    let notes = text.split(['(', '（', '[', '【']).skip(1);
    let notes = notes.filter_map(|rest| rest.split([')', '）', ']', '】']).next());
    let remarks = notes.map(str::trim).any(|note| !note.is_empty() && !KNOWN_NOTES.contains(&note));
    if (remarks || nobody) && reader.keep(code) && nobody && !NOBODY.iter().any(|word| text.contains(word)) {
        let hint = "没有认出姓名，没有录入，原内容记在备注里；请写姓名";
        reader.find(code, FindingCode::CellLeftOut, hint);
    }
}

fn alone(name: &str) -> PersonRef {
    PersonRef { person: None, name: person_name(name).name }
}

fn to_value(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn said(
    reader: &mut RowReader<'_>,
    column: &'static Field,
    own: &'static shape::Field,
    fields: &Fields,
) -> Option<Value> {
    let code = column.code;
    match own.holds {
        Holds::Text => text(reader, code, own).map(Value::String),
        Holds::LongText => reader.said(code).map(Value::String),
        Holds::Texts => reader.said(code).map(|text| to_value(&things(&text))),
        Holds::Code(choices) => {
            let text = reader.said(code)?;
            let known = code_of(choices, &text);
            if known.is_none() {
                unknown_code(reader, column, own, choices);
            }
            known.map(Value::from)
        }
        Holds::Codes(choices) => {
            let parts = things(&reader.said(code)?);
            let known: Vec<&str> = parts.iter().filter_map(|part| code_of(choices, part)).collect();
            if known.len() < parts.len() {
                unknown_code(reader, column, own, choices);
            }
            (!known.is_empty()).then(|| to_value(&known))
        }
        Holds::Day => day(reader, code, own).map(|day| to_value(&day)),
        Holds::PartialDay => {
            // Of a month or a year its first day tells whether it can have been.
            let date = if is_of_the_work(reader, own) { reader.date(code) } else { reader.full_date(code) }?;
            if let Some(day) = date.begins() {
                not_ahead(reader, code, own, day);
            }
            Some(to_value(&date))
        }
        Holds::Moment => {
            let begun =
                fields.iter().filter(|_| own.has(Role::Until)).filter_map(|(_, value)| value.as_str());
            let same_day =
                begun.filter_map(|text| text.get(..10).filter(|_| text.contains('T'))?.parse().ok()).next();
            let at = reader.moment(code, same_day)?;
            not_ahead(reader, code, own, at.date());
            Some(to_value(&at))
        }
        Holds::Money => reader.money(code).map(|fen| to_value(&fen)),
        Holds::Count => reader.count(code).map(Value::from),
        Holds::Minutes => minutes(reader, column).map(Value::from),
        Holds::Flag => reader.yes(code).map(Value::Bool),
        _ => None,
    }
}

fn text(reader: &mut RowReader<'_>, code: &'static str, own: &shape::Field) -> Option<String> {
    if own.is_phone() {
        return reader.phone(code);
    }
    if own.finds.contains(&Find::IdNumber) {
        return reader.id_number(code).map(|number| number.as_str().to_owned());
    }
    if own.finds.contains(&Find::Code) {
        return reader.code(code);
    }
    let text = reader.said(code)?;
    if !own.is_name() {
        return Some(text);
    }
    // Beside a person's name stand remarks in brackets; a unit's name has brackets of its own.
    let bare = person_name(&text).name;
    match begins_with_surname(&bare) {
        true => reader.person(code).map(|person| person.name),
        false => Some(tidy_name(&text)),
    }
}

/// The code that a text means: its label, the code itself, or a label that alone has the text in it.
fn code_of(choices: Choices, text: &str) -> Option<&'static str> {
    let said = plain(text);
    // 县级 is 县.
    let level = said.strip_suffix('级').unwrap_or(&said);
    let exact = choices.iter().find(|(code, label)| plain(label) == said || plain(code) == said);
    let exact = exact.or_else(|| choices.iter().find(|(_, label)| plain(label) == level));
    if let Some((code, _)) = exact {
        return Some(code);
    }
    // 不是 is not 是, and 未通过 not 通过.
    let denies = |text: &str| text.contains(['不', '未', '非', '无', '没']);
    let long = |text: &str| text.chars().count() >= 2;
    let fits = |label: &str| {
        let label = plain(label);
        long(&said)
            && long(&label)
            && denies(&said) == denies(&label)
            && (label.contains(&said) || said.contains(&label))
    };
    let mut fitting = choices.iter().filter(|(_, label)| fits(label));
    match (fitting.next(), fitting.next()) {
        (Some((code, _)), None) => Some(code),
        _ => None,
    }
}

/// What is none of the list is told: of what a record cannot be without the row waits, else it goes to the remarks.
fn unknown_code(reader: &mut RowReader<'_>, column: &Field, own: &shape::Field, choices: Choices) {
    let labels: Vec<&str> = choices.iter().map(|(_, label)| *label).collect();
    let labels = labels.join("、");
    if column.is_needed() || column.audience() != Some(Audience::Everyone) {
        let hint = format!("{}请填其中之一：{labels}", own.label);
        reader.find(column.code, FindingCode::KindUnknown, hint);
        return;
    }
    reader.keep(column.code);
    let hint = format!("不是可选的一项，没有录入，原内容记在备注里；可以填：{labels}");
    reader.find(column.code, FindingCode::CellLeftOut, hint);
}

/// Whether a title that names a year speaks of this day: of the day of what was done or begun, for which a form has today,
/// and of no birth and no signature.
fn is_of_the_work(reader: &RowReader<'_>, own: &shape::Field) -> bool {
    let SheetKind::Records(records) = reader.sheet.head.kind else { return false };
    let begun = own.form.is_some_and(|form| form.start == Start::Today);
    own.has(Role::Day) && (records.shape().is_work || begun)
}

/// A whole day. Of what happened then none that has not been yet.
fn day(reader: &mut RowReader<'_>, code: &'static str, own: &shape::Field) -> Option<NaiveDate> {
    reader.said(code)?;
    let before = reader.findings.len();
    let date = if is_of_the_work(reader, own) { reader.date(code) } else { reader.full_date(code) };
    let day = date.and_then(PartialDate::day);
    match day {
        Some(day) => not_ahead(reader, code, own, day),
        None if reader.findings.len() == before => {
            reader.find(code, FindingCode::DateInvalid, "请填写完整日期，写到日，如 2026-10-05");
        }
        None => {}
    }
    day
}

/// A day ahead is a slip of what has been; the day of what was done is compared with the title's month too.
fn not_ahead(reader: &mut RowReader<'_>, code: &'static str, own: &shape::Field, day: NaiveDate) {
    let done = own.has(Role::Day) && own.required;
    let ahead = day > reader.sheet.period.latest();
    if done || (own.past && ahead) {
        reader.check_day(code, day);
    }
}

/// Minutes or hours, as the cell or its head says.
fn minutes(reader: &mut RowReader<'_>, column: &Field) -> Option<u32> {
    let code = column.code;
    let text = narrow(&reader.said(code)?);
    let bare = text.trim().chars().all(|c| c.is_ascii_digit() || c == '.');
    let head = reader.sheet.head.column(code).map(|column| column.head.clone()).unwrap_or_default();
    let text = match (bare, head.contains("小时"), head.contains("分钟")) {
        (true, true, _) => format!("{}小时", text.trim()),
        (true, false, false) => {
            reader.find(code, FindingCode::UnitUnclear, "没有写是小时还是分钟，请写成如 3小时、90分钟");
            return None;
        }
        _ => text,
    };
    let read = read_minutes(&text);
    if let Err(hint) = &read {
        reader.find(code, FindingCode::NumberInvalid, hint.clone());
    }
    read.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_known_by_its_label_or_by_what_only_one_label_has() {
        const APPROVAL: Choices = &[("pending", "待审核"), ("approved", "已通过"), ("declined", "未通过")];
        const YES: Choices = &[("yes", "是"), ("no", "否")];
        const LEVEL: Choices = &[("city", "市"), ("county", "县")];
        for (choices, text, code) in [
            (APPROVAL, "已通过", Some("approved")),
            (APPROVAL, "已 通过", Some("approved")),
            (APPROVAL, "approved", Some("approved")),
            (APPROVAL, "审核", Some("pending")),
            (APPROVAL, "通过", Some("approved")),
            (APPROVAL, "没通过", None),
            (APPROVAL, "很好", None),
            (LEVEL, "县级", Some("county")),
            (LEVEL, "区级", None),
            (YES, "不是", None),
            (YES, "是", Some("yes")),
        ] {
            assert_eq!(code_of(choices, text), code, "{text}");
        }
    }
}
