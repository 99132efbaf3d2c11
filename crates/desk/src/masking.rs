//! What of a record may be shown where: numbers masked, restricted fields left out, what only a family's page says hidden.

use std::collections::HashMap;

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_domain::nouns;
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::shape::{self, Audience, Find, Holds, Mask, audience, is_free_text, is_prose};
use tiexin_domain::unsaid::{NOT_HERE, Unsaid};
use tiexin_domain::{Kind, id_number, numbers_in_text, phone};
use tiexin_store::{Book, Look, StoreError};
use uuid::Uuid;

mod asked;
mod columns;
mod own_part;
mod parts;
mod past;
mod reader;
mod sent;

pub(crate) use asked::{may_ask_if_there, may_be_asked_for, may_be_bounded, may_order};
pub(crate) use columns::Columns;
pub(crate) use past::{day_of, may_concern, may_stand_beside, on_page_of, sentence};
pub(crate) use reader::Reader;
pub(crate) use sent::{is_maskable, uncover, withheld};

use crate::errors;

/// Who recorded it, by id; [`Record`]s from ledgers and older programs may lack it.
pub(crate) const RECORDED_BY_ID: &str = "recorded_by_id";

/// What only a family's page says, by household; by the person of a record that names no family.
pub(crate) type Lost = HashMap<Uuid, Unsaid>;

/// Of the families of these records: looked up once for all of them.
pub(crate) fn lost<'r>(
    book: &Book,
    records: impl IntoIterator<Item = &'r Record>,
) -> Result<Lost, ErrorReply> {
    let (homes, persons) = families(records);
    book.unsaid(homes, persons).map_err(errors::store)
}

/// The families of these records; the persons of those that name none.
fn families<'r>(records: impl IntoIterator<Item = &'r Record>) -> (Vec<Uuid>, Vec<Uuid>) {
    let (mut homes, mut persons) = (Vec::new(), Vec::new());
    for record in records {
        match home(record) {
            Some(home) => homes.push(home),
            None => persons.extend(record.reference("person")),
        }
    }
    (homes, persons)
}

fn home(record: &Record) -> Option<Uuid> {
    if record.kind == Kind::Household.code() { Some(record.id) } else { record.reference("household") }
}

fn lost_to<'l>(record: &Record, lost: &'l Lost) -> Option<&'l Unsaid> {
    lost.get(&home(record).or_else(|| record.reference("person"))?)
}

/// Where a record is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// A list, a search, a figure's records, an export.
    Listed,
    /// A history, a conflict, two records side by side: about the one record, and read by others than its family's worker.
    Judged,
    /// The family's own page, or the one record opened by itself.
    Own,
}

/// What a list shows of it: of the columns that it has.
pub(crate) fn cover_listed(
    record: &Record,
    columns: &Columns,
    reader: &Reader,
    lost: &Lost,
) -> (Fields, Vec<String>) {
    covered(record, Shown::Listed, reader, lost, |field| columns.have(&record.kind, field))
}

/// What remains to be shown, and the names of masked fields.
pub(crate) fn cover(record: &Record, shown: Shown, reader: &Reader, lost: &Lost) -> (Fields, Vec<String>) {
    covered(record, shown, reader, lost, |_| true)
}

fn covered(
    record: &Record,
    shown: Shown,
    reader: &Reader,
    lost: &Lost,
    wanted: impl Fn(&str) -> bool,
) -> (Fields, Vec<String>) {
    let shows = |field: &str| wanted(field) && may_see(record, field, shown, reader);
    let there = record.fields.iter().filter(|(field, _)| shows(field));
    let mut fields: Fields = there.map(|(field, value)| (field.clone(), value.clone())).collect();
    let mut masked = Vec::new();
    for (field, value) in &mut fields {
        if let Value::String(text) = value
            && let Some(hidden) = masked_text(&record.kind, field, text)
        {
            *text = hidden;
            masked.push(field.clone());
        }
        masked.extend(parts::cover(&record.kind, field, value));
    }
    if shown != Shown::Own {
        hide(record, &mut fields, lost);
    }
    (fields, masked)
}

/// The line that names a record on a list; never the child who died, nor the one whom the family's file names.
pub(crate) fn title(record: &Record, lost: &Lost) -> String {
    let unsaid = lost_to(record, lost);
    let covered = unsaid.map(|_| {
        let mut fields = record.fields.clone();
        hide(record, &mut fields, lost);
        fields
    });
    let checked = nouns::check(&record.kind, covered.as_ref().unwrap_or(&record.fields));
    let title = checked.map(|checked| checked.title).unwrap_or_default();
    prose(&title, unsaid.filter(|unsaid| !stays_named(record, unsaid)), false).unwrap_or(title)
}

/// Whether it is what a child who lives is in their own right, a member, a volunteer, the holder of a post: they are named
/// there as everybody else is, for nothing there says whose child they are.
fn stays_named(record: &Record, unsaid: &Unsaid) -> bool {
    let person = shape::field(&record.kind, "person");
    let own = person.is_some_and(|field| matches!(field.holds, Holds::Reference(_)));
    let name = record.text("name").unwrap_or_default();
    own && unsaid.is_child(name) && !unsaid.is_lost(name)
}

/// What somebody wrote about a record, as others than its family's page tell it: a reason, a note.
pub(crate) fn told(record: &Record, text: &str, lost: &Lost) -> String {
    prose(text, lost_to(record, lost), true).unwrap_or_else(|| text.to_owned())
}

/// What only their pages say of these families.
pub(crate) fn lost_in(book: &Book, homes: impl IntoIterator<Item = Uuid>) -> Result<Lost, ErrorReply> {
    book.unsaid(homes, []).map_err(errors::store)
}

/// Whether of this name in the family only the family's page tells.
pub(crate) fn is_unnamed(home: Uuid, name: &str, lost: &Lost) -> bool {
    lost.get(&home).is_some_and(|unsaid| unsaid.is_child(name))
}

/// A name beside a family on a card or in a hint, as a list would show it.
pub(crate) fn beside(home: Uuid, name: &str, lost: &Lost) -> String {
    prose(name, lost.get(&home), false).unwrap_or_else(|| name.to_owned())
}

/// The same on the own page of what it is about: numbers alone are hidden.
pub(crate) fn without_numbers(text: &str) -> String {
    prose(text, None, false).unwrap_or_else(|| text.to_owned())
}

/// Whether a person is a child who died.
pub(crate) fn is_lost(person: &Record, lost: &Lost) -> bool {
    let name = person.text("name").unwrap_or_default();
    lost_to(person, lost).is_some_and(|unsaid| unsaid.is_lost(name))
}

/// Whether it is about a child who died, under whatever noun it was entered.
pub(crate) fn is_of_lost(record: &Record, look: &Look<'_>) -> Result<bool, StoreError> {
    let (homes, persons) = families([record]);
    Ok(names_lost(record, &look.unsaid(homes, persons)?))
}

fn names_lost(record: &Record, lost: &Lost) -> bool {
    let Some(unsaid) = lost_to(record, lost) else { return false };
    record.fields.iter().any(|(field, value)| {
        let name = match shape::field(&record.kind, field) {
            Some(own) if own.holds == Holds::Person => value.get("name").and_then(Value::as_str),
            Some(own) if own.finds.contains(&Find::Name) => value.as_str(),
            _ => None,
        };
        name.is_some_and(|name| unsaid.is_lost(name))
    })
}

/// Takes out of what people wrote the numbers, and what only the family's page says.
fn hide(record: &Record, fields: &mut Fields, lost: &Lost) {
    let unsaid = lost_to(record, lost);
    let stays = unsaid.is_some_and(|unsaid| stays_named(record, unsaid));
    for (field, value) in fields.iter_mut().filter(|(field, _)| is_prose(&record.kind, field)) {
        let own = shape::field(&record.kind, field);
        let named = own.is_some_and(|field| field.finds.contains(&Find::Name));
        let name = named || own.is_some_and(|field| matches!(field.holds, Holds::Person | Holds::People));
        let unsaid = unsaid.filter(|_| !(named && stays));
        hide_in(value, unsaid, name, is_free_text(&record.kind, field));
    }
}

/// `name`: a person is named there, by a name and nothing else. `free`: see [`Unsaid::hide`].
fn hide_in(value: &mut Value, unsaid: Option<&Unsaid>, name: bool, free: bool) {
    match value {
        Value::String(text) if name => {
            if unsaid.is_some_and(|unsaid| unsaid.is_child(text)) {
                *text = NOT_HERE.to_owned();
            } else if let Some(shown) = prose(text, unsaid, false) {
                // As the title has it: 贾小宝（已故）.
                *text = shown;
            }
        }
        Value::String(text) => {
            if let Some(shown) = prose(text, unsaid, free) {
                *text = shown;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide_in(item, unsaid, name, free)),
        Value::Object(parts) => {
            for (part, value) in parts.iter_mut().filter(|(part, _)| *part != "person") {
                hide_in(value, unsaid, name || part == "name", free);
            }
        }
        _ => {}
    }
}

/// `None`: nothing of it is hidden.
fn prose(text: &str, unsaid: Option<&Unsaid>, free: bool) -> Option<String> {
    let said = unsaid.and_then(|unsaid| unsaid.hide(text, free));
    // An id of a record is no number of a person's.
    let plain = said.as_deref().unwrap_or(text);
    let numbers = if plain.parse::<Uuid>().is_ok() { None } else { numbers_in_text::mask(plain) };
    numbers.or(said)
}

/// What stands behind the field's mask, for whoever reads the field there; `None`: nothing is masked, or it is not theirs
/// to read. What only the family's page says stays there.
pub(crate) fn unmasked(
    record: &Record,
    field: &str,
    shown: Shown,
    reader: &Reader,
    lost: &Lost,
) -> Option<String> {
    let own = record.text(field).filter(|text| masked_text(&record.kind, field, text).is_some());
    let whole = own.map(str::to_owned).or_else(|| parts::masked_at(record, field))?;
    // Who reads a list reads its parts.
    let of = field.split('.').next().unwrap_or(field);
    if !may_see(record, of, shown, reader) {
        return None;
    }
    let unsaid = lost_to(record, lost).filter(|_| shown != Shown::Own);
    let own = shape::field_at(&record.kind, field).or_else(|| shape::anywhere(field));
    let free = own.is_some_and(|own| own.free);
    Some(unsaid.and_then(|unsaid| unsaid.hide(&whole, free)).unwrap_or(whole))
}

/// Whether the field's value is shown masked, to be unmasked on purpose.
pub(crate) fn is_masked(kind: &str, field: &str, value: &Value) -> bool {
    value.as_str().is_some_and(|text| masked_text(kind, field, text).is_some())
}

/// The masked form of a field that has one: a number's own field, or free text with numbers in it.
fn masked_text(kind: &str, field: &str, text: &str) -> Option<String> {
    if let Some(own) = shape::mask(kind, field) {
        Some(mask(own, text))
    } else if is_free_text(kind, field) {
        numbers_in_text::mask(text)
    } else {
        None
    }
}

fn may_see(record: &Record, field: &str, shown: Shown, reader: &Reader) -> bool {
    reads(audience(&record.kind, field), record, shown, reader)
}

/// Who reads what: the one rule.
fn reads(audience: Audience, record: &Record, shown: Shown, reader: &Reader) -> bool {
    match audience {
        Audience::Everyone => true,
        Audience::OwnPage => shown != Shown::Listed,
        Audience::FamilyPage => shown == Shown::Own,
        Audience::Supervisor => shown != Shown::Listed && (reader.oversees(record) || reader.wrote(record)),
        Audience::Author => reader.wrote(record),
        Audience::Nobody => false,
    }
}

/// Whether it is a flag that the reader may not read: that it was written says already what it says.
pub(crate) fn is_secret_flag(record: &Record, field: &str, reader: &Reader) -> bool {
    let flag = shape::field(&record.kind, field).is_some_and(|own| own.holds == Holds::Flag);
    flag && !may_see(record, field, Shown::Judged, reader)
}

/// The masked form of a field's text.
pub(crate) fn mask(how: Mask, text: &str) -> String {
    match how {
        Mask::Phone => phone::mask(text),
        Mask::Number => id_number::mask(text),
    }
}

/// A value that cannot be shown whole outside its field: histories and troubles use this.
pub(crate) fn cover_value(
    record: &Record,
    field: &str,
    value: &Value,
    reader: &Reader,
    lost: &Lost,
) -> Value {
    if !may_see(record, field, Shown::Judged, reader) {
        return if value.is_null() { Value::Null } else { Value::String(NOT_HERE.into()) };
    }
    if let Value::String(text) = value
        && let Some(own) = shape::mask(&record.kind, field)
    {
        return Value::String(mask(own, text));
    }
    let mut covered = value.clone();
    parts::cover(&record.kind, field, &mut covered);
    let mut alone = Fields::from_iter([(field.to_owned(), covered)]);
    hide(record, &mut alone, lost);
    alone.remove(field).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests;
