//! Saving one record of any kind.

use serde_json::Value;
use tiexin_contract::records::{SaveRecord, Saved};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::around::{Reach, Subject};
use tiexin_domain::nouns::contact_pair::ONE_AT_A_TIME;
use tiexin_domain::nouns::merge::merged_into;
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::shape::{audience, merge_class};
use tiexin_domain::{Kind, MergeClass, Problem};
use tiexin_store::moving::moved_along;
use tiexin_store::{EventOrigin, Save, StoreError};
use uuid::Uuid;

use super::authors::is_echo;
use super::known_fields::refuse_unknown;
use super::person_of;
use super::records::{find, kind_of, refuse_decision, refuse_fixed};
use super::referred::refer;
use super::sign::sign;
use crate::errors::refuse;
use crate::place::region_of;
use crate::registry::Registry;
use crate::rights::{At, Place, WRITE};
use crate::{borrowed, errors, labels, masking, rows, rules};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, place, save);
}

/// Where the record is, and where it is to be.
fn place(at: &At, args: &SaveRecord) -> Result<Place, ErrorReply> {
    let mut regions = Vec::new();
    if let Some(id) = args.id {
        regions.push(find(at, id)?.region());
    }
    let mut sent = args.fields.clone();
    rules::follow_household(at.book(), &args.kind, &mut sent).map_err(errors::store)?;
    // A region that is none is told beside its field by the rules.
    regions.extend(region_of(&sent));
    Ok(if regions.is_empty() { Place::Anywhere } else { Place::In(regions) })
}

fn save(at: &At, args: SaveRecord) -> Result<Saved, ErrorReply> {
    // An attachment comes with its bytes, by a command of its own.
    let without_bytes = args.id.is_none() && args.kind == Kind::Attachment.code();
    if !Kind::from_code(&args.kind).is_known() || without_bytes {
        return Err(errors::unreadable());
    }
    refuse_decision(&args.kind)?;
    let mut sent = args.fields;
    // Who recorded it, and when, is not for a form to say.
    sent.retain(|field, _| !field.starts_with("recorded_"));
    rules::tidy_fields(&args.kind, &mut sent, at.day);
    match args.id {
        None => create(at, &args.kind, sent),
        Some(id) => edit(at, id, args.version, sent),
    }
}

fn create(at: &At, kind: &str, sent: Fields) -> Result<Saved, ErrorReply> {
    let mut sent = sent;
    refuse_unknown(kind, &sent, &Fields::new())?;
    refuse(masking::uncover(kind, &mut sent, |_| Vec::new()))?;
    let borrowed = person_of::split(kind, &mut sent);
    let mut fields: Fields = sent.clone().into_iter().filter(|(_, value)| !value.is_null()).collect();
    rules::follow_household(at.book(), kind, &mut fields).map_err(errors::store)?;
    if kind == Kind::Person.code() {
        rules::follow_id_number(&mut fields, &sent);
    }
    person_of::of_unit(kind, &mut fields);
    person_of::sex_of(at, kind, &mut fields)?;
    if region_of(&fields).is_none() {
        return Err(ErrorReply::invalid(vec![Problem::new(
            "region",
            "region_missing",
            "请选择所在的村（社区）",
        )]));
    }
    refuse_for_void_family(at, &fields)?;
    super::aid::refuse_reversal(kind, &fields)?;
    refer(at, kind, None, &mut fields)?;
    super::aid::number_of(at, kind, &mut fields)?;
    let joining = match Kind::from_code(kind) {
        Kind::Person if fields.contains_key("household") => person_of::joins(at, &fields)?,
        _ => None,
    };
    let id = joining.as_ref().map_or_else(|| at.new_id(), |person| person.id);
    if let Some(person) = &joining {
        fields = person.fields.clone().into_iter().chain(fields).collect();
        rules::follow_id_number(&mut fields, &sent);
        rules::follow_death(&mut fields, &sent);
    }
    let before = joining.as_ref().map(|person| &person.fields);
    // Whoever looks after a family from now on follows on who did until now.
    let former = super::contacts::former_ended(at, kind, &fields);
    let along = former.as_deref().unwrap_or_default();
    let subject = Subject { kind, id, before, fields: &fields };
    let found = rules::problems_along(at.book(), subject, along, Reach::Writer, at.day);
    let mut found = found.map_err(errors::store)?;
    if former.is_err() {
        // Why nobody can be followed says the same, and what to do.
        found.retain(|problem| problem.code != ONE_AT_A_TIME.code);
    }
    refuse(found)?;
    let mut saves = former?;
    let persons = person_of::saves(at, kind, &mut fields, borrowed, None)?;
    refuse_with_person(at, Subject { kind, id, before, fields: &fields })?;
    if joining.is_none() {
        sign(at, &mut fields);
    }
    saves.extend(persons);
    saves.push(Save { id, kind: kind.to_owned(), fields, void: None });
    let (_, changed) = at.book().save_group(&saves, &at.by()).map_err(errors::store)?;
    at.changed(changed);
    Ok(Saved { id, row: rows::opened(at, &find(at, id)?)? })
}

/// Whose membership it is is known only with the person: what stands beside it is looked at once more.
fn refuse_with_person(at: &At, subject: Subject<'_>) -> Result<(), ErrorReply> {
    if !borrowed::borrows(subject.kind) {
        return Ok(());
    }
    let found = rules::problems_along(at.book(), subject, &[], Reach::Writer, at.day);
    refuse(found.map_err(errors::store)?)
}

/// What comes to a void family would be seen by nobody. What came to a registration that gave way goes to the one that
/// stays.
pub(super) fn refuse_for_void_family(at: &At, fields: &Fields) -> Result<(), ErrorReply> {
    let family = fields.get("household").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let family = family.map(|id| at.book().get(id)).transpose().map_err(errors::store)?.flatten();
    if family.is_some_and(|home| home.void.is_some() && merged_into(&home).is_none()) {
        let message = "这户已作废，登记了也看不到，没有保存。请先恢复这户";
        return Err(ErrorReply::invalid(vec![Problem::new("household", "household_void", message)]));
    }
    Ok(())
}

/// What an edit makes of a record: its fields then, and what is saved of persons along with it.
///
/// # Errors
/// Whatever is wrong with it.
pub(super) fn edited(
    at: &At,
    seen: &Record,
    version: Option<u64>,
    sent: Fields,
) -> Result<(Fields, Vec<Save>), ErrorReply> {
    refuse_unfit(seen)?;
    refuse_unknown(&seen.kind, &sent, &seen.fields)?;
    if let Some(version) = version {
        refuse_if_changed(at, seen, version, &sent)?;
    }
    let known = rules::known_values(at.book(), seen, &sent).map_err(errors::store)?;
    let mut sent = sent;
    refuse(masking::uncover(&seen.kind, &mut sent, |field| known.get(field).cloned().unwrap_or_default()))?;
    keep_restricted(at, seen, &mut sent)?;
    let borrowed = person_of::split(&seen.kind, &mut sent);
    let mut merged = merged(seen, &sent);
    person_of::of_unit(&seen.kind, &mut merged);
    if merged.get("person") != seen.fields.get("person") {
        person_of::sex_of(at, &seen.kind, &mut merged)?;
    }
    if merged.get("household") != seen.fields.get("household") {
        refuse_for_void_family(at, &merged)?;
    }
    refer(at, &seen.kind, Some(&seen.fields), &mut merged)?;
    let found = rules::problems_written(at.book(), &seen.kind, seen.id, Some(&seen.fields), &merged, at.day);
    refuse(found.map_err(errors::store)?)?;
    let former = borrowed::person_of(at.book(), seen)?;
    let persons = person_of::saves(at, &seen.kind, &mut merged, borrowed, former)?;
    let subject = Subject { kind: &seen.kind, id: seen.id, before: Some(&seen.fields), fields: &merged };
    refuse_with_person(at, subject)?;
    Ok((merged, persons))
}

pub(super) fn edit(at: &At, id: Uuid, version: Option<u64>, sent: Fields) -> Result<Saved, ErrorReply> {
    let seen = find(at, id)?;
    let (merged, persons) = edited(at, &seen, version, sent)?;
    let by = at.by();
    let children = match kind_of(&seen) {
        Kind::Household => at.book().children(id).map_err(errors::store)?,
        Kind::Person => person_of::without_sex(at, id)?,
        _ => Vec::new(),
    };
    let written = at.book().write(|tx| {
        // Sync may have written in between: what it wrote to other fields stays.
        let now = tx.get(id)?.ok_or(StoreError::NoSuchRecord(id))?;
        let fields = merged_now(&now, &seen, &merged);
        for person in &persons {
            tx.save(person, &by)?;
        }
        for child in &children {
            let moved = moved_along(child, &now.fields, &fields);
            if let Some(along) = moved.or_else(|| person_of::sexed(child, &fields)) {
                tx.save(&along, &by)?;
            }
        }
        tx.save(&Save { id, kind: now.kind, fields, void: None }, &by)
    });
    let (saved, changed) = written.map_err(errors::store)?;
    at.changed(changed);
    Ok(Saved { id, row: rows::opened(at, saved.record())? })
}

/// A record that is not edited: merged, voided, or a decision that stands.
pub(super) fn refuse_unfit(record: &Record) -> Result<(), ErrorReply> {
    refuse_decision(&record.kind)?;
    refuse_fixed(&record.kind)?;
    if merged_into(record).is_some() {
        return Err(ErrorReply::new(
            ErrorCode::ChangedMeanwhile,
            "这份登记已与另一份合并，您的修改没有保存。请打开合并后的那一份再改。",
        ));
    }
    if record.void.is_some() {
        return Err(ErrorReply::new(
            ErrorCode::ChangedMeanwhile,
            "这条记录已被作废，您的修改没有保存。需要的话请先恢复它，再修改。",
        ));
    }
    Ok(())
}

/// The record with the named fields over what it was; null removes.
fn merged(seen: &Record, sent: &Fields) -> Fields {
    let mut fields = seen.fields.clone();
    for (field, value) in sent {
        if value.is_null() {
            fields.remove(field);
        } else {
            fields.insert(field.clone(), value.clone());
        }
    }
    if kind_of(seen) == Kind::Person {
        rules::follow_id_number(&mut fields, sent);
        rules::follow_death(&mut fields, sent);
    }
    fields
}

/// The fields that the save changes, over the record as it stands at the moment of writing.
fn merged_now(now: &Record, seen: &Record, merged: &Fields) -> Fields {
    let set = tiexin_domain::record::diff(&seen.kind, &seen.fields, merged);
    let mut fields = now.fields.clone();
    tiexin_domain::record::apply(&mut fields, &set);
    fields
}

/// What the writer cannot see, such as another's session note, is neither removed nor replaced by them.
fn keep_restricted(at: &At, seen: &Record, sent: &mut Fields) -> Result<(), ErrorReply> {
    let mut problems = Vec::new();
    for field in masking::withheld(seen, masking::Shown::Own, &at.reader) {
        if !matches!(sent.remove(&field), None | Some(Value::Null)) {
            let label = labels::field(&seen.kind, &field);
            let who = audience(&seen.kind, &field).label();
            let message = format!("{label}由另一位同事填写，{who}看得到，您不能修改");
            problems.push(Problem::new(&field, "author_only", message));
        }
    }
    refuse(problems)
}

/// The form was opened on an older version. Fields that nobody else touched are merged; a field that
/// both changed goes back to the worker. Sets and long notes come together by themselves.
fn refuse_if_changed(at: &At, seen: &Record, version: u64, sent: &Fields) -> Result<(), ErrorReply> {
    if version >= seen.version {
        return Ok(());
    }
    let events = at.book().history(seen.id).map_err(errors::store)?;
    let newer = events.iter().filter(|event| {
        event.origin == EventOrigin::Province && event.seq > version && !is_echo(event, &events)
    });
    let touched: Vec<&str> = newer.flat_map(|event| event.fields.iter().map(String::as_str)).collect();
    let shown = masking::cover(seen, masking::Shown::Own, &at.reader, &masking::Lost::new()).0;
    let both: Vec<String> = sent
        .iter()
        .filter(|(field, value)| {
            let same = shown.get(*field) == Some(*value) || seen.fields.get(*field) == Some(*value);
            let absent = value.is_null() && !seen.fields.contains_key(*field);
            touched.contains(&field.as_str()) && !same && !absent
        })
        .filter(|(field, _)| {
            matches!(merge_class(&seen.kind, field), MergeClass::Ordinary | MergeClass::Sensitive)
        })
        .map(|(field, _)| labels::field(&seen.kind, field))
        .collect();
    if both.is_empty() {
        return Ok(());
    }
    let names = both.join("、");
    Err(ErrorReply::new(
        ErrorCode::ChangedMeanwhile,
        format!("您填写期间，其他同事改了“{names}”。您的内容还没有保存；请刷新看看新内容，再决定要不要改。"),
    ))
}
