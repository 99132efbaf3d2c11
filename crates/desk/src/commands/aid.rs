//! 慰问救助: what goes with a new entry, and 冲正.

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::aid::ReverseAid;
use tiexin_contract::records::Saved;
use tiexin_domain::around::{Reach, Subject};
use tiexin_domain::nouns::{AidEntry, tidy};
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::{Kind, Noun, Problem, shape};
use tiexin_store::Save;
use uuid::Uuid;

use super::records::{find, of_record};
use super::sign::sign;
use crate::errors::refuse;
use crate::registry::Registry;
use crate::rights::{At, WRITE};
use crate::{errors, rows, rules};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, |at, args: &ReverseAid| of_record(at, args.id), reverse);
}

/// A person may have left the family since, and the family may be void: what was given is taken back all the same.
fn reverse(at: &At, args: ReverseAid) -> Result<Saved, ErrorReply> {
    let Some(reason) = tidy(&args.reason) else {
        let problem = Problem::new("reason", "reason_missing", "请写明冲正的原因");
        return Err(ErrorReply::invalid(vec![problem]));
    };
    let first = find(at, args.id)?;
    if first.kind != Kind::AidEntry.code() || first.void.is_some() {
        return Err(errors::not_found());
    }
    let entry = AidEntry::from_fields(&first.fields).map_err(|_| errors::unreadable())?;
    let named = rows::title(at, &first)?;
    let back = entry.reversal(first.id, &named, at.today, &reason).ok_or_else(errors::unreadable)?;
    let mut fields = back.to_fields();
    let (id, kind) = (at.new_id(), first.kind.as_str());
    let subject = Subject { kind, id, before: None, fields: &fields };
    refuse(rules::problems_along(at.book(), subject, &[], Reach::Desks, at.day).map_err(errors::store)?)?;
    sign(at, &mut fields);
    let save = Save { id, kind: kind.to_owned(), fields, void: None };
    let (_, changed) = at.book().save_group(&[save], &at.by()).map_err(errors::store)?;
    at.changed(changed);
    Ok(Saved { id, row: rows::opened(at, &find(at, id)?)? })
}

/// Nobody writes by hand what takes another entry back: whom, for what and how much is that one's to say.
pub(super) fn refuse_reversal(kind: &str, fields: &Fields) -> Result<(), ErrorReply> {
    let field = shape::reversal(kind).filter(|field| fields.contains_key(*field));
    let message = "要冲掉一笔，请打开那一笔，点“冲正”";
    refuse(field.into_iter().map(|field| Problem::new(field, "reversal_wrong", message)).collect())
}

/// Of a payment whose form says no number: that of whom it is for, or of the family's head, as their record has it. By it
/// the province knows a payment in another township.
pub(super) fn number_of(at: &At, kind: &str, fields: &mut Fields) -> Result<(), ErrorReply> {
    const NUMBER: &str = "recipient_number";
    let is_payment = kind == Kind::AidEntry.code() && fields.contains_key("programme");
    if !is_payment || fields.contains_key(NUMBER) {
        return Ok(());
    }
    let id = |value: Option<&Value>| value.and_then(Value::as_str).and_then(|id| id.parse::<Uuid>().ok());
    let whose = match fields.get("person") {
        Some(person) => {
            let person = id(person.get("person")).map(|id| at.book().get(id));
            person.transpose().map_err(errors::store)?.flatten()
        }
        None => match id(fields.get("household")) {
            Some(home) => head_of(at, home)?,
            None => None,
        },
    };
    let number = whose.and_then(|person| person.fields.get("id_number").cloned());
    fields.extend(number.map(|number| (NUMBER.to_owned(), number)));
    Ok(())
}

/// The one head of a family.
fn head_of(at: &At, home: Uuid) -> Result<Option<Record>, ErrorReply> {
    let persons = at.book().look(|look| look.children_of_kind(home, Kind::Person.code()));
    let mut heads = persons.map_err(errors::store)?;
    heads.retain(|person| person.void.is_none() && person.text("relation") == Some("head"));
    Ok(heads.pop().filter(|_| heads.is_empty()))
}
