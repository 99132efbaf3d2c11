//! 慰问救助: what goes with a new entry, and 冲正.

use tiexin_contract::ErrorReply;
use tiexin_contract::aid::{GetProgrammes, ReverseAid};
use tiexin_contract::records::Saved;
use tiexin_domain::around::{Reach, Subject};
use tiexin_domain::nouns::{AidEntry, aid_entry, tidy};
use tiexin_domain::record::Fields;
use tiexin_domain::{Kind, Noun, Problem, shape};
use tiexin_store::Save;

use super::records::{find, of_record};
use super::sign::sign;
use crate::errors::refuse;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, READ, WRITE};
use crate::{errors, limits, rows, rules};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, anywhere, programmes);
    registry.add(WRITE, |at, args: &ReverseAid| of_record(at, args.id), reverse);
}

/// The catalogue tells of nobody.
fn programmes(at: &At, args: GetProgrammes) -> Result<Vec<String>, ErrorReply> {
    let limits = limits::of(at.book().dir());
    Ok(limits.programmes(&args.region, at.today).into_iter().map(str::to_owned).collect())
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

/// Of a payment whose form says no number: that of whom it is for, or of the family's head, as their record has it.
pub(super) fn number_of(at: &At, kind: &str, fields: &mut Fields) -> Result<(), ErrorReply> {
    let Some(home) = aid_entry::lacks_number(kind, fields) else { return Ok(()) };
    let mut people = at.book().children_of_kind(home, Kind::Person.code()).map_err(errors::store)?;
    people.retain(|person| person.void.is_none());
    let people = people.iter().map(|person| (person.id, &person.fields));
    let number = aid_entry::number_among(fields, people);
    fields.extend(number.map(|number| (aid_entry::NUMBER.to_owned(), number.into())));
    Ok(())
}
