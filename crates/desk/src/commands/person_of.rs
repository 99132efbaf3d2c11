//! A member's or volunteer's ID number and telephone: they are told of the person, once, and the form of the
//! membership shows and changes them there.

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_domain::access::Action;
use tiexin_domain::nouns::{member, tidy_name};
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::{IdNumber, Kind, Problem};
use tiexin_store::Save;
use uuid::Uuid;

use super::sign::sign;
use crate::borrowed::{BORROWED, borrows, person_of};
use crate::rights::At;
use crate::{errors, rules};

/// Takes what is the person's out of what a form sent. Empty for every other kind.
pub(super) fn split(kind: &str, sent: &mut Fields) -> Fields {
    let mut borrowed = Fields::new();
    if borrows(kind) {
        for field in BORROWED {
            borrowed.extend(sent.remove(field).map(|value| (field.to_owned(), value)));
        }
    }
    borrowed
}

/// What has to be saved of the person along with the membership, whose `fields` get the reference. `former`
/// is the person so far.
///
/// # Errors
/// The person's problems, beside the fields of the same names.
pub(super) fn saves(
    at: &At,
    kind: &str,
    fields: &mut Fields,
    borrowed: Fields,
    former: Option<Record>,
) -> Result<Vec<Save>, ErrorReply> {
    if borrowed.is_empty() || (former.is_none() && borrowed.values().all(Value::is_null)) {
        return Ok(Vec::new());
    }
    if kind == Kind::Member.code() && member::is_unit(fields) {
        let told = |field: &String| {
            Problem::new(field, "unit_has_none", "团体会员没有身份证号；单位的电话请写在备注里")
        };
        let given = borrowed.iter().filter(|(_, value)| !value.is_null());
        let problems: Vec<Problem> = given.map(|(field, _)| told(field)).collect();
        return if problems.is_empty() { Ok(Vec::new()) } else { Err(ErrorReply::invalid(problems)) };
    }
    let name = fields.get("name").and_then(Value::as_str).map(tidy_name).unwrap_or_default();
    let known = match former {
        Some(person) => Some(person),
        None => holder(at, &borrowed, &name, |_| true)?,
    };
    let (id, before) = match known {
        Some(person) => (person.id, Some(person.fields)),
        None => (at.new_id(), None),
    };
    let mut person = before.clone().unwrap_or_default();
    if before.is_none() {
        let copied = ["region", "sex"].into_iter();
        person.extend(copied.filter_map(|field| Some((field.to_owned(), fields.get(field)?.clone()))));
        person.insert("name".into(), name.into());
        sign(at, &mut person);
    }
    for (field, value) in &borrowed {
        if value.is_null() {
            person.remove(field);
        } else {
            person.insert(field.clone(), value.clone());
        }
    }
    rules::follow_id_number(&mut person, &borrowed);
    let problems =
        rules::problems_since(at.book(), Kind::Person.code(), id, before.as_ref(), &person, at.day);
    let problems = problems.map_err(errors::store)?;
    if !problems.is_empty() {
        return Err(ErrorReply::invalid(problems));
    }
    // A member's sex is by the ID number where there is one.
    if kind == Kind::Member.code()
        && let (None, Some(sex)) = (fields.get("sex"), person.get("sex"))
    {
        fields.insert("sex".into(), sex.clone());
    }
    fields.insert("person".into(), id.to_string().into());
    let save = Save { id, kind: Kind::Person.code().to_owned(), fields: person, void: None };
    Ok(if before.as_ref() == Some(&save.fields) { Vec::new() } else { vec![save] })
}

/// Of a unit nothing is kept that only persons have, such as the residence with which its form began.
pub(super) fn of_unit(kind: &str, fields: &mut Fields) {
    if kind == Kind::Member.code() && member::is_unit(fields) {
        fields.retain(|field, _| !member::OF_A_PERSON.contains(&field.as_str()));
    }
}

/// A member's sex, where nobody stated it, is the person's: by the ID number, as a person's own is. It is counted (F3).
pub(super) fn sex_of(at: &At, kind: &str, fields: &mut Fields) -> Result<(), ErrorReply> {
    if kind != Kind::Member.code() || fields.contains_key("sex") {
        return Ok(());
    }
    let id = fields.get("person").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let person = id.map(|id| at.book().get(id)).transpose().map_err(errors::store)?.flatten();
    let Some(person) = person.filter(|person| at.may(Action::Read, &person.region())) else { return Ok(()) };
    let number = person.text("id_number").and_then(|text| IdNumber::read(text).ok());
    let by_number = number.map(|read| Value::from(read.number.sex().code()));
    let sex = by_number.or_else(|| person.fields.get("sex").cloned());
    fields.extend(sex.map(|sex| ("sex".to_owned(), sex)));
    Ok(())
}

/// The person's memberships that the user may write, of which nobody has told the sex.
pub(super) fn without_sex(at: &At, person: Uuid) -> Result<Vec<Record>, ErrorReply> {
    let mut found = at.book().look(|look| look.belonging_to(person)).map_err(errors::store)?;
    found.retain(|record| {
        let told = record.fields.contains_key("sex") || member::is_unit(&record.fields);
        record.kind == Kind::Member.code() && !told && at.may(Action::Write, &record.region())
    });
    Ok(found)
}

/// One of these, once the person's sex is known.
pub(super) fn sexed(membership: &Record, person: &Fields) -> Option<Save> {
    let sex = person.get("sex").filter(|_| membership.kind == Kind::Member.code())?;
    let mut fields = membership.fields.clone();
    fields.insert("sex".into(), sex.clone());
    Some(Save { id: membership.id, kind: membership.kind.clone(), fields, void: None })
}

/// A person without a family, a member say, who becomes one of a family with this save: same number, same name.
/// One who has a family already is refused by the rules of persons.
///
/// # Errors
/// The number is somebody else's.
pub(super) fn joins(at: &At, person: &Fields) -> Result<Option<Record>, ErrorReply> {
    let name = person.get("name").and_then(Value::as_str).map(tidy_name).unwrap_or_default();
    holder(at, person, &name, |known| {
        known.kind == Kind::Person.code() && known.reference("household").is_none()
    })
}

/// Who is in the book under this number already, is wanted, and may be written of here. One rule for all that write of
/// a person by a number: a number never takes over a person of another name.
fn holder(
    at: &At,
    fields: &Fields,
    name: &str,
    wanted: impl Fn(&Record) -> bool,
) -> Result<Option<Record>, ErrorReply> {
    let Some(number) = fields.get("id_number").and_then(Value::as_str) else { return Ok(None) };
    let found = at.book().by_id_number(number).map_err(errors::store)?;
    let mine =
        |person: &Record| person.void.is_none() && wanted(person) && at.may(Action::Write, &person.region());
    let (same, others): (Vec<Record>, Vec<Record>) = found
        .into_iter()
        .filter(mine)
        .partition(|person| tidy_name(person.text("name").unwrap_or_default()) == name);
    if same.is_empty() && !others.is_empty() {
        let message = "这个身份证号已经登记在另一个姓名下，请核对姓名和号码";
        return Err(ErrorReply::invalid(vec![Problem::new("id_number", "id_of_another", message)]));
    }
    Ok(same.into_iter().next())
}

/// Which record a field of a membership's form is stored in.
pub(crate) fn stored_in(at: &At, record: Record, field: &str) -> Result<Record, ErrorReply> {
    if !BORROWED.contains(&field) {
        return Ok(record);
    }
    let mine = |person: &Record| at.may(Action::Read, &person.region());
    Ok(person_of(at.book(), &record)?.filter(mine).unwrap_or(record))
}
