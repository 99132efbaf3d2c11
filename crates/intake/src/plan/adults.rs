//! The people whom a row of a ledger of families names.

use tiexin_domain::nouns::Person;
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::{IdNumber, RegionCode, Sex};
use uuid::Uuid;

use super::reader::RowReader;
use super::values;
use crate::finding::FindingCode;
use crate::script::{Died, PersonName, person_name, same_name};

/// One of the adults of a row.
pub(super) struct Adult {
    pub(super) name: String,
    pub(super) number: Option<IdNumber>,
    pub(super) sex: Option<Sex>,
    pub(super) phone: Option<String>,
    pub(super) died: Option<Died>,
    /// The word before the names of the columns that tell of them.
    pub(super) whose: &'static str,
}

/// The adults named, the head first: the man, or whoever the ledger calls 户主; else the woman.
pub(super) fn adults(reader: &mut RowReader<'_>) -> Vec<Adult> {
    let male = reader.has("husband.name");
    let female = reader.has("wife.name");
    let pairs = [
        if male {
            ("husband.name", "husband.id", "husband.phone", Some(Sex::Male))
        } else {
            ("head.name", "head.id", "", None)
        },
        if female {
            ("wife.name", "wife.id", "wife.phone", Some(Sex::Female))
        } else {
            ("spouse.name", "spouse.id", "", None)
        },
    ];
    let mut adults = Vec::new();
    for (name_field, id_field, phone_field, sex) in pairs {
        let (name, second) = names_of(reader, name_field);
        let mut numbers = numbers_of(reader, id_field, second.is_some());
        let number = if numbers.is_empty() { None } else { numbers.remove(0) };
        let Some(name) = name else {
            if number.is_some() {
                reader.find(name_field, FindingCode::NameMissing, "有身份证号而没有姓名，请填写姓名");
            }
            continue;
        };
        let masked = reader.is_masked(id_field);
        if reader.said(id_field).is_none()
            && !masked
            && !reader.findings.iter().any(|f| is_about(reader, f, id_field))
        {
            reader.find(id_field, FindingCode::IdMissing, format!("缺{}的身份证号，请补填", name.name));
        }
        reader.check_sex(id_field, sex.as_ref(), number.as_ref());
        let phone = reader.phone(phone_field);
        died_when(reader, name_field, &name);
        let whose = name_field.split('.').next().unwrap_or_default();
        adults.push(Adult { name: name.name, number, sex, phone, died: name.died, whose });
        if let Some(second) = second {
            died_when(reader, name_field, &second);
            let hint = format!("一格里有两个人，录入时把{}作为同一家庭的另一人，请核对", second.name);
            reader.find(name_field, FindingCode::SecondPerson, hint);
            let number = numbers.into_iter().next().flatten();
            let died = second.died;
            adults.push(Adult { name: second.name, number, sex: None, phone: None, died, whose });
        }
    }
    if adults.is_empty() {
        let field = if male { "husband.name" } else { "head.name" };
        reader.find(field, FindingCode::NameMissing, "请填写家庭成员姓名");
    }
    if adults.len() > 2 {
        let field = if male { "husband.name" } else { "head.name" };
        reader.find(field, FindingCode::NameUnclear, "一行里有三个以上的人，请一人一格填写");
    }
    adults
}

fn is_about(reader: &RowReader<'_>, finding: &crate::finding::Finding, field: &str) -> bool {
    reader
        .sheet
        .head
        .column(field)
        .is_some_and(|c| crate::workbook::column_letters(c.index) == finding.letter)
}

/// The name of a cell for one person, and a second one that stands there too.
fn names_of(reader: &mut RowReader<'_>, field: &str) -> (Option<PersonName>, Option<PersonName>) {
    let Some(text) = reader.said(field) else { return (None, None) };
    let names = values::listed(&without_brackets(&text), &|_| false);
    match names.len() {
        2 if names.iter().all(|name| name.chars().count() >= 2) => {
            let mut read = names.iter().map(|name| person_name(name));
            (read.next(), read.next())
        }
        0..=2 => (reader.person(field), None),
        _ => {
            reader.find(field, FindingCode::NameUnclear, "一格里有三个以上的姓名，请一人一格填写");
            (None, None)
        }
    }
}

/// Separators inside brackets set no names apart.
fn without_brackets(text: &str) -> String {
    let mut depth = 0usize;
    let keep = |c: &char| {
        match c {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    text.chars().filter(keep).collect()
}

/// The ID number of a cell; of two persons in one cell each their own.
fn numbers_of(reader: &mut RowReader<'_>, field: &str, two: bool) -> Vec<Option<IdNumber>> {
    if !two {
        return vec![reader.id_number(field)];
    }
    let text = reader.said(field).unwrap_or_default();
    let parts = text.split(|c: char| "、，,；;/／\n\r ".contains(c)).filter(|part| !part.trim().is_empty());
    let read: Vec<_> = parts.map(|part| IdNumber::read(&crate::script::number_signs(part)).ok()).collect();
    if read.len() == 2 && read.iter().all(Option::is_some) {
        return read.into_iter().map(|number| number.map(|read| read.number)).collect();
    }
    vec![reader.id_number(field)]
}

fn died_when(reader: &mut RowReader<'_>, field: &str, name: &PersonName) {
    if name.died == Some(Died::Sometime) {
        let hint = format!("{}注明已去世，没有写时间，请补填离世时间", name.name);
        reader.find(field, FindingCode::DiedWhen, hint);
    }
}

pub(super) fn person(region: &RegionCode, household: Uuid, adult: &Adult, relation: Relation) -> Person {
    let mut person = Person::named(region.clone(), &adult.name);
    person.household = Some(household);
    person.relation = Some(relation);
    person.sex = adult.sex.clone();
    person.phone = adult.phone.clone();
    person.deceased = adult.died.is_some();
    person.died_on = adult.died.and_then(Died::on);
    match &adult.number {
        Some(number) => person.with_id(number),
        None => person,
    }
}

/// Whether two people of a row and of a family are one by name.
pub(super) fn named_alike(one: &str, other: &str) -> bool {
    same_name(one) == same_name(other)
}
