//! 签到: whoever is meant by what was typed or scanned is signed in at an activity. Nobody is guessed.

use serde_json::{Value, json};
use tiexin_contract::ErrorReply;
use tiexin_contract::attendance::{Attend, Attendance, Attended, Attendee, GetAttendance, Unattend};
use tiexin_contract::records::EditRecord;
use tiexin_contract::session::Done;
use tiexin_domain::access::Action;
use tiexin_domain::nouns::{member, tidy_name, volunteer};
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::{Kind, PartialDate, RegionCode, YearHint};
use uuid::Uuid;

use super::edit;
use super::records::{find, of_record};
use crate::registry::Registry;
use crate::rights::{At, READ, WRITE};
use crate::{errors, guessing, masking, place};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, |at, args: &GetAttendance| of_record(at, args.activity), attendance);
    registry.add(WRITE, |at, args: &Attend| of_record(at, args.activity), attend);
    registry.add(WRITE, |at, args: &Unattend| of_record(at, args.activity), unattend);
}

const FIELD: &str = "sign_ins";
/// How many came, as somebody counted them.
const COUNTED: &str = "headcount";
/// So many of one name are told apart on a screen.
const MOST: usize = 9;
/// Looked at for them: who is no member any more is among those found.
const LOOKED_AT: usize = 40;
/// Who is younger is counted, and never named (`association.md` §2.10).
const GROWN_UP: u32 = 18;

fn activity(at: &At, id: Uuid) -> Result<Record, ErrorReply> {
    let record = find(at, id)?;
    if record.kind == Kind::Activity.code() { Ok(record) } else { Err(errors::not_found()) }
}

fn signed(activity: &Record) -> Vec<Uuid> {
    let ids = activity.fields.get(FIELD).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    ids.iter().filter_map(|id| id.as_str()?.parse().ok()).collect()
}

fn attendance(at: &At, args: GetAttendance) -> Result<Attendance, ErrorReply> {
    let ids = signed(&activity(at, args.activity)?);
    let mut here = Vec::new();
    for id in &ids {
        let record = at.book().get(*id).map_err(errors::store)?;
        here.extend(record.filter(|record| at.may(Action::Read, &record.region())));
    }
    let people = told(at, here.iter())?;
    let elsewhere = (ids.len() - people.len()) as u32;
    Ok(Attendance { people, elsewhere })
}

fn told<'r>(at: &At, records: impl Iterator<Item = &'r Record> + Clone) -> Result<Vec<Attendee>, ErrorReply> {
    let lost = masking::lost(at.book(), records.clone())?;
    let told = |record: &Record| Attendee {
        id: record.id,
        name: masking::title(record, &lost),
        place: place::name(&record.region()),
    };
    Ok(records.map(told).collect())
}

fn attend(at: &At, args: Attend) -> Result<Attended, ErrorReply> {
    let activity = activity(at, args.activity)?;
    let meant = meant(at, &activity, args.typed.trim())?;
    let mut people = told(at, meant.iter().map(|one| &one.record))?;
    let [one] = &meant[..] else {
        people.truncate(MOST);
        return Ok(if people.is_empty() { Attended::Nobody } else { Attended::Choose(people) });
    };
    let who = people.remove(0);
    let ids = signed(&activity);
    if one.is_among(at, &ids)? {
        return Ok(Attended::Already(who));
    }
    if one.is_a_child(at) {
        return Ok(Attended::TooYoung);
    }
    let count = ids.len() as u32 + 1;
    write(at, &activity, ids.iter().copied().chain([who.id]).collect())?;
    Ok(Attended::Signed { who, count })
}

fn unattend(at: &At, args: Unattend) -> Result<Done, ErrorReply> {
    let activity = activity(at, args.activity)?;
    let ids = signed(&activity);
    write(at, &activity, ids.into_iter().filter(|id| *id != args.who).collect())?;
    Ok(Done { id: Some(args.activity) })
}

/// As a form edits it: whoever another window signed in meanwhile stays. Whoever counted fewer did not count everybody.
fn write(at: &At, activity: &Record, ids: Vec<Uuid>) -> Result<(), ErrorReply> {
    let counted = activity.fields.get(COUNTED).and_then(Value::as_u64);
    let mut fields = Fields::from_iter([(FIELD.to_owned(), json!(ids))]);
    if counted.is_some_and(|counted| counted < ids.len() as u64) {
        fields.insert(COUNTED.to_owned(), json!(ids.len()));
    }
    let mut seen = activity.fields.clone();
    seen.retain(|field, _| fields.contains_key(field));
    edit::edit(at, EditRecord { id: activity.id, fields, seen }).map(drop)
}

/// By what it is known whose a registration is.
struct Known {
    id: Uuid,
    kind: String,
    person: Option<Uuid>,
    /// These two as the person's record has them.
    number: Option<String>,
    birth: Option<PartialDate>,
    name: String,
    place: RegionCode,
    /// Nobody else of the kind is called so there.
    alone: bool,
}

impl Known {
    fn of(at: &At, record: &Record) -> Result<Known, ErrorReply> {
        let id = record.reference("person");
        let person = id.map(|id| at.book().get(id)).transpose().map_err(errors::store)?.flatten();
        let text = |field: &str| person.as_ref().and_then(|person| person.text(field)).map(str::to_owned);
        let birth = text("birth").and_then(|birth| PartialDate::parse(&birth, YearHint::None).ok());
        let name = record.text("name").map(tidy_name).unwrap_or_default();
        let place = record.region();
        let called_so = at.book().look(|look| look.by_name(&record.kind, &place, &name));
        let others = called_so.map_err(errors::store)?;
        let alone = !others.iter().any(|other| other.id != record.id && comes(at, other));
        let kind = record.kind.clone();
        Ok(Known { id: record.id, kind, person: id, number: text("id_number"), birth, name, place, alone })
    }

    /// Whether both are of one person: by the person's record or number; where one of them names none, by the name and
    /// the place, as a member here and as a volunteer there. Two members of one name are two.
    fn is_same(&self, other: &Known) -> bool {
        if self.id == other.id {
            return true;
        }
        match (self.person, other.person) {
            (Some(one), Some(another)) => {
                one == another || (self.number.is_some() && self.number == other.number)
            }
            _ => {
                let called_so = self.name == other.name && self.place == other.place;
                called_so && self.kind != other.kind && self.alone && other.alone
            }
        }
    }
}

/// Somebody who may be meant.
struct Meant {
    record: Record,
    /// Their registrations, as a member and as a volunteer.
    known_as: Vec<Known>,
}

impl Meant {
    fn is_a_child(&self, at: &At) -> bool {
        let age = |known: &Known| known.birth.and_then(|birth| birth.age(at.today));
        self.known_as.iter().filter_map(age).any(|age| age < GROWN_UP)
    }

    fn is(&self, other: &Known) -> bool {
        self.known_as.iter().any(|known| known.is_same(other))
    }

    /// Whether they have signed in, as whichever of their registrations: only one may have been looked up now, and the
    /// other one have ended since.
    fn is_among(&self, at: &At, ids: &[Uuid]) -> Result<bool, ErrorReply> {
        if self.known_as.iter().any(|known| ids.contains(&known.id)) {
            return Ok(true);
        }
        for id in ids {
            let Some(record) = at.book().get(*id).map_err(errors::store)? else { continue };
            if self.is(&Known::of(at, &record)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Each person once, near the activity; where nobody is called so there, wherever the user may read.
fn meant(at: &At, activity: &Record, typed: &str) -> Result<Vec<Meant>, ErrorReply> {
    if typed.is_empty() {
        return Ok(Vec::new());
    }
    if let Ok(id) = typed.parse::<Uuid>() {
        return persons(at, at.book().get(id).map_err(errors::store)?);
    }
    guessing::asked(at, typed)?;
    let reach = at.reach(Action::Read);
    let scope = activity.region().scope();
    let near = |region: &RegionCode| match (scope.covers(region), region.covers(&scope)) {
        (true, _) => Some(region.clone()),
        (false, true) => Some(scope.clone()),
        (false, false) => None,
    };
    let here: Vec<RegionCode> = reach.iter().filter_map(near).collect();
    let found = if here.is_empty() { Vec::new() } else { called(at, typed, &here)? };
    let mut found = if found.is_empty() { called(at, typed, &reach)? } else { found };
    // The whole name means nobody whose name only begins so.
    let name = tidy_name(typed);
    let named = |one: &Meant| one.record.text("name").map(tidy_name).as_ref() == Some(&name);
    if found.iter().any(named) {
        found.retain(named);
    }
    Ok(found)
}

/// By a number, which stands with the person, or by the name.
fn called(at: &At, typed: &str, regions: &[RegionCode]) -> Result<Vec<Meant>, ErrorReply> {
    let by_number = tiexin_store::seeks_number(typed);
    let kinds = if by_number { vec![Kind::Person] } else { vec![Kind::Member, Kind::Volunteer] };
    let kinds: Vec<String> = kinds.iter().map(|kind| kind.code().to_owned()).collect();
    let hits = at.book().search(typed, &kinds, regions, LOOKED_AT).map_err(errors::store)?;
    let mut found = Vec::new();
    for hit in hits.iter().filter(|hit| hit.matched != "text") {
        match by_number {
            true => found.extend(at.book().look(|look| look.belonging_to(hit.id)).map_err(errors::store)?),
            false => found.extend(at.book().get(hit.id).map_err(errors::store)?),
        }
    }
    persons(at, found)
}

fn persons(at: &At, found: impl IntoIterator<Item = Record>) -> Result<Vec<Meant>, ErrorReply> {
    let mut all: Vec<Meant> = Vec::new();
    for record in found.into_iter().filter(|record| comes(at, record)) {
        let known = Known::of(at, &record)?;
        match all.iter().position(|one| one.is(&known)) {
            Some(nth) => {
                let one = &mut all[nth];
                one.known_as.push(known);
                if record.kind == Kind::Member.code() {
                    one.record = record;
                }
            }
            None => all.push(Meant { known_as: vec![known], record }),
        }
    }
    Ok(all)
}

/// Whether it is a person's membership or service that stands.
fn comes(at: &At, record: &Record) -> bool {
    let of_kind = match Kind::from_code(&record.kind) {
        Kind::Member => !member::is_unit(&record.fields) && !record.fields.contains_key("left"),
        Kind::Volunteer => volunteer::serves(&record.fields),
        _ => false,
    };
    of_kind && record.void.is_none() && at.may(Action::Read, &record.region())
}
