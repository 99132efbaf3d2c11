//! Recording a visit, and what its form begins with.

use std::collections::HashSet;

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::family::{FestivalsNear, RecordVisit, SameVisits, VisitStart, VisitStartReply};
use tiexin_contract::records::{RecordRow, Saved};
use tiexin_domain::access::Action;
use tiexin_domain::nouns::person::has_died;
use tiexin_domain::nouns::{Noun, Visit};
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::{Kind, Problem};
use tiexin_store::{ListQuery, Save, StoreError};
use uuid::Uuid;

use super::family::Family;
use super::known_fields::refuse_unknown_parts;
use super::records::{find, kind_of, of_record};
use super::sign::sign;
use crate::cadence::Cadence;
use crate::festivals::Festivals;
use crate::masking::Shown;
use crate::registry::Registry;
use crate::rights::{At, Place, READ, WRITE};
use crate::{errors, masking, rows, rules};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, start_place, start);
    registry.add(READ, |_, _: &FestivalsNear| Ok(Place::Anywhere), festivals_near);
    registry.add(READ, |at, args: &SameVisits| of_record(at, args.household), same);
    registry.add_looked(WRITE, record_place, look, record);
}

fn start_place(at: &At, args: &VisitStart) -> Result<Place, ErrorReply> {
    match args.household {
        Some(id) => Ok(Place::In(vec![find(at, id)?.region()])),
        None => Ok(Place::Anywhere),
    }
}

/// Where the family lives; for a correction also where the visit was recorded.
fn record_place(at: &At, args: &RecordVisit) -> Result<Place, ErrorReply> {
    let mut regions = vec![home_of(at, args.visit.household)?.region()];
    if let Some(id) = args.id {
        regions.push(find(at, id)?.region());
    }
    Ok(Place::In(regions))
}

fn home_of(at: &At, id: Uuid) -> Result<Record, ErrorReply> {
    let found = at.book().get(id).map_err(errors::store)?;
    found.filter(|home| kind_of(home) == Kind::Household && home.void.is_none()).ok_or_else(|| {
        let message = "没有找到这户家庭，可能已被作废，请重新选择";
        ErrorReply::invalid(vec![Problem::new("household", "household_missing", message)])
    })
}

/// Of a correction: what a newer program wrote of the visit may be sent back.
fn look(at: &At, written: &Value) -> Result<(), ErrorReply> {
    let id = written.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let before = id.map(|id| find(at, id)).transpose()?.map(|visit| visit.fields).unwrap_or_default();
    refuse_unknown_parts(written, &[("visit", Kind::Visit)], &before)
}

fn record(at: &At, args: RecordVisit) -> Result<Saved, ErrorReply> {
    let home = home_of(at, args.visit.household)?;
    let visit = Visit {
        region: home.region(),
        head_name: home.text("head_name").unwrap_or_default().to_owned(),
        visitors: tidy_names(args.visit.visitors),
        ..args.visit
    };
    let mut fields = visit.to_fields();
    rules::tidy_fields(Kind::Visit.code(), &mut fields, at.day);
    fields.retain(|_, value| !value.is_null());
    let id = args.id.unwrap_or_else(|| at.new_id());
    let before = args.id.map(|id| find(at, id)).transpose()?.map(|visit| visit.fields);
    let found = rules::problems_written(at.book(), Kind::Visit.code(), id, before.as_ref(), &fields, at.day);
    let problems = found.map_err(errors::store)?;
    if !problems.is_empty() {
        return Err(ErrorReply::invalid(problems));
    }
    let by = at.by();
    let written = at.book().write(|tx| {
        match tx.get(id)? {
            // A correction: what this program does not know of the visit stays.
            Some(now) if args.id.is_some() => fields.extend(foreign_fields(now)),
            None if args.id.is_some() => return Err(StoreError::NoSuchRecord(id)),
            _ => sign(at, &mut fields),
        }
        tx.save(&Save { id, kind: Kind::Visit.code().to_owned(), fields, void: None }, &by)
    });
    let (saved, changed) = written.map_err(errors::store)?;
    at.changed(changed);
    Ok(Saved { id, row: rows::opened(at, saved.record())? })
}

/// Who recorded it, and fields of a newer program.
fn foreign_fields(visit: Record) -> Fields {
    let own = Visit::from_fields(&visit.fields).map(|visit| visit.to_fields()).unwrap_or_default();
    visit.fields.into_iter().filter(|(field, _)| !own.contains_key(field)).collect()
}

fn tidy_names(names: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names.iter().map(|name| tiexin_domain::nouns::tidy_name(name)) {
        if !name.is_empty() && !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

/// Festivals are offered from two weeks before a visit until two weeks after it.
const FESTIVAL_DAYS: u64 = 14;

fn start(at: &At, args: VisitStart) -> Result<VisitStartReply, ErrorReply> {
    let family = args.household.map(|id| Family::load(at, id)).transpose()?;
    let mut visitors = vec![at.user.display_name.clone()];
    let mut reply = VisitStartReply {
        household: None,
        persons: Vec::new(),
        preference: None,
        visitors: Vec::new(),
        suggested: Vec::new(),
        last_visit: None,
        festivals: festivals(at, at.today),
    };
    if let Some(family) = family {
        let last = family.last_visit();
        visitors.extend(last.into_iter().flat_map(names_of_visitors));
        if let Some(pair) = family.contact_now(at.today) {
            let named = ["village_worker", "township_leader"].into_iter().filter_map(|f| pair.text(f));
            visitors.extend(named.map(str::to_owned));
        }
        let persons: Vec<&Record> = family.persons();
        let lost = masking::lost(at.book(), persons.iter().copied())?;
        let living = persons
            .into_iter()
            .filter(|person| !has_died(&person.fields) && !masking::is_lost(person, &lost));
        let living: Vec<Record> = living.cloned().collect();
        reply.household = Some(rows::listed(at, &family.household)?);
        reply.persons = rows::all(at, &living, Shown::Listed)?;
        // Whom the visitor met is written down by the name that stands here: of one family, as on its own page.
        for (row, person) in reply.persons.iter_mut().zip(&living) {
            row.title = masking::without_numbers(person.text("name").unwrap_or_default());
        }
        reply.preference = family.preference().map(|wish| wish.code().to_owned());
        reply.last_visit = last.map(|visit| rows::listed(at, visit)).transpose()?;
    } else {
        reply.suggested = suggested(at)?;
    }
    // A form is not given stars to keep: what a list would hide of a name is not offered.
    visitors.retain(|name| masking::without_numbers(name) == *name);
    reply.visitors = tidy_names(visitors);
    Ok(reply)
}

fn names_of_visitors(visit: &Record) -> Vec<String> {
    let names =
        visit.fields.get("visitors").and_then(|v| v.as_array()).map(Vec::as_slice).unwrap_or_default();
    names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

fn festivals_near(at: &At, args: FestivalsNear) -> Result<Vec<String>, ErrorReply> {
    Ok(festivals(at, args.day))
}

fn festivals(at: &At, day: chrono::NaiveDate) -> Vec<String> {
    let near = Festivals::of(at.book().dir()).near(day, FESTIVAL_DAYS);
    near.into_iter().map(|festival| festival.name).collect()
}

/// A visit that is there already may be the one that is being recorded: the form asks.
fn same(at: &At, args: SameVisits) -> Result<Vec<RecordRow>, ErrorReply> {
    let visits = at.book().children_of_kind(args.household, Kind::Visit.code()).map_err(errors::store)?;
    let day = args.date.to_string();
    let is_same =
        |visit: &Record| visit.text("date") == Some(&day) && visit.text("kind") == Some(args.kind.as_str());
    let found: Vec<Record> = visits.into_iter().filter(is_same).collect();
    // What the question tells of them.
    let columns = ["date", "visitors", "note"].map(str::to_owned);
    rows::of_list(at, &found, Some(columns.into()))
}

const MOST_DUE: usize = 8;
const MOST_SUGGESTED: usize = 12;
/// Visits read at a time for those visited lately, and how often at most.
const LATELY: usize = 40;
const PAGES_OF_VISITS: usize = 8;

/// Due families first, then those visited lately.
fn suggested(at: &At) -> Result<Vec<RecordRow>, ErrorReply> {
    let regions = at.reach(Action::Read);
    let cadence = Cadence::of(at.book().dir());
    let files = at.book().due_files(&regions, at.today).map_err(errors::store)?;
    let mut due: Vec<(i64, Uuid)> = files
        .iter()
        .filter_map(|file| Some((cadence.overdue_file(file, at.today)?, file.household)))
        .filter(|(overdue, _)| *overdue >= -7)
        .collect();
    due.sort_by_key(|(overdue, household)| (std::cmp::Reverse(*overdue), *household));
    let mut wanted: Vec<Uuid> = due.into_iter().take(MOST_DUE).map(|(_, household)| household).collect();
    let declined: HashSet<Uuid> = files
        .iter()
        .filter(|f| f.preference == Some(tiexin_domain::nouns::support_file::ContactPreference::Declined))
        .map(|f| f.household)
        .collect();
    let mut query =
        ListQuery { kind: Kind::Visit.code().to_owned(), regions, limit: LATELY, ..ListQuery::default() };
    let mut seen = declined;
    let mut homes = Vec::new();
    let mut more = true;
    // One family may have all the visits of a page, or be one that is not to be suggested.
    for _ in 0..PAGES_OF_VISITS {
        for id in wanted.drain(..) {
            if homes.len() < MOST_SUGGESTED
                && seen.insert(id)
                && let Some(home) = at.book().get(id).map_err(errors::store)?
                && home.void.is_none()
            {
                homes.push(home);
            }
        }
        if homes.len() == MOST_SUGGESTED || !more {
            break;
        }
        let page = at.book().list(&query).map_err(errors::store)?;
        wanted.extend(page.records.iter().filter_map(|visit| visit.reference("household")));
        more = page.next.is_some();
        query.after = page.next;
    }
    rows::all(at, &homes, Shown::Listed)
}
