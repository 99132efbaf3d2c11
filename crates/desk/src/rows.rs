//! Records as screens see them.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use tiexin_contract::ErrorReply;
use tiexin_contract::records::{Care, InVain, RecordRow, RecordState, TakenBack};
use tiexin_domain::access::Action;
use tiexin_domain::around::{self, Subject};
use tiexin_domain::limits::Limits;
use tiexin_domain::nouns;
use tiexin_domain::record::Record;
use tiexin_domain::shape::Telling;
use tiexin_domain::{Kind, PartialDate, YearHint, shape};
use uuid::Uuid;

use crate::borrowed::{BORROWED, person_of};
use crate::masking::{self, Columns, Reader, Shown};
use crate::rights::At;
use crate::{enrolment, errors, limits, place};

/// Makes rows for one call; what is the same for all of them is looked up once.
pub(crate) struct Rows {
    reader: Reader,
    today: NaiveDate,
    columns: Columns,
    limits: Limits,
    enrolled: bool,
    waiting: HashSet<Uuid>,
    refused: HashSet<Uuid>,
    /// By household.
    care: HashMap<Uuid, Care>,
    lost: masking::Lost,
    /// Of pairs of contacts: the family that they look after, by household.
    families: HashMap<Uuid, String>,
    /// Of what is insert-only: those that another one takes back.
    taken_back: HashSet<Uuid>,
}

impl Rows {
    /// For rows of these records.
    pub(crate) fn of<'r>(at: &At, records: impl IntoIterator<Item = &'r Record>) -> Result<Rows, ErrorReply> {
        let records: Vec<&Record> = records.into_iter().collect();
        let enrolled = enrolment::is_enrolled(at.book())?;
        let (mut waiting, mut refused) = (HashSet::new(), HashSet::new());
        if enrolled {
            let ids: Vec<Uuid> = records.iter().map(|record| record.id).collect();
            waiting.extend(at.book().waiting_among(&ids).map_err(errors::store)?);
            let troubles = at.book().conflicts().and_then(|mut conflicts| {
                conflicts.extend(at.book().parked()?);
                Ok(conflicts)
            });
            refused.extend(troubles.map_err(errors::store)?.into_iter().map(|t| t.change.record));
        }
        let lost = masking::lost(at.book(), records.iter().copied())?;
        Ok(Rows {
            reader: at.reader.clone(),
            today: at.today,
            columns: Columns::Usual,
            limits: limits::of(at.book().dir()),
            enrolled,
            waiting,
            refused,
            care: care(at, &records)?,
            families: families(at, &records, &lost)?,
            taken_back: taken_back(at, &records)?,
            lost,
        })
    }

    /// Of a list with these columns.
    fn with(self, columns: Columns) -> Rows {
        Rows { columns, ..self }
    }

    pub(crate) fn row(&self, record: &Record, shown: Shown) -> RecordRow {
        let (fields, masked) = match shown {
            Shown::Listed => masking::cover_listed(record, &self.columns, &self.reader, &self.lost),
            other => masking::cover(record, other, &self.reader, &self.lost),
        };
        let checked = nouns::check_by(&record.kind, &record.fields, Some(&self.limits)).ok();
        let region = record.region();
        RecordRow {
            id: record.id,
            kind: record.kind.clone(),
            region_name: place::name(&region),
            region,
            version: record.version,
            title: match (shown, &checked) {
                (Shown::Own, Some(checked)) => checked.title.clone(),
                _ => titled(record, &self.lost, &self.families),
            },
            masked,
            age: self.age(record),
            gaps: checked
                .filter(|_| self.columns.have_one_of(&[shape::GAPS]))
                .map(|checked| checked.gaps)
                .unwrap_or_default(),
            state: self.state(record),
            care: household_of_file(record)
                .filter(|_| self.columns.have_one_of(&[shape::CONTACTS, shape::LAST_VISIT]))
                .and_then(|home| self.care.get(&home).cloned()),
            taken_back: self.how_taken_back(record),
            void: record.void.as_ref().map(|void| self.reason(record, &void.reason, shown)),
            recorded_by: record.text("recorded_by").map(str::to_owned),
            recorded_at: recorded_at(record),
            fields,
        }
    }

    fn reason(&self, record: &Record, written: &str, shown: Shown) -> String {
        match shown {
            Shown::Own => masking::without_numbers(written),
            Shown::Listed | Shown::Judged => masking::told(record, written, &self.lost),
        }
    }

    fn age(&self, record: &Record) -> Option<u32> {
        let shape = shape::of(&record.kind).filter(|_| self.columns.have_one_of(&[shape::AGE]))?;
        let birth = PartialDate::parse(record.text(shape.ages()?)?, YearHint::None).ok()?;
        if (shape.ended)(&record.fields) { None } else { birth.age(self.today) }
    }

    fn how_taken_back(&self, record: &Record) -> Option<TakenBack> {
        let reversal = shape::reversal(&record.kind)?;
        let takes = record.reference(reversal).is_some().then_some(TakenBack::Takes);
        takes.or(self.taken_back.contains(&record.id).then_some(TakenBack::Was))
    }

    /// What the page of a family or of a person tells of a record.
    pub(crate) fn sentence(&self, record: &Record, telling: &Telling, shown: Shown) -> String {
        masking::sentence(record, telling, shown, &self.reader, &self.lost)
    }

    /// Where the record's newest change is.
    pub(crate) fn state(&self, record: &Record) -> RecordState {
        if self.refused.contains(&record.id) {
            RecordState::Attention
        } else if !self.enrolled {
            RecordState::Local
        } else if self.waiting.contains(&record.id) || record.version == 0 {
            RecordState::Waiting
        } else {
            RecordState::Synced
        }
    }
}

fn household_of_file(record: &Record) -> Option<Uuid> {
    if record.kind == Kind::SupportFile.code() { record.reference("household") } else { None }
}

/// The line that names a record on a list or in an answer; never the child who died.
pub(crate) fn title(at: &At, record: &Record) -> Result<String, ErrorReply> {
    let lost = masking::lost(at.book(), [record])?;
    Ok(titled(record, &lost, &families(at, &[record], &lost)?))
}

/// Two names of contacts alone do not say whose they are.
pub(crate) fn titled(record: &Record, lost: &masking::Lost, families: &HashMap<Uuid, String>) -> String {
    let title = masking::title(record, lost);
    let family = record.reference("household").and_then(|home| families.get(&home));
    match family.filter(|_| record.kind == Kind::ContactPair.code()) {
        Some(family) => format!("{family} · {title}"),
        None => title,
    }
}

/// Of pairs of contacts: the family that they look after, by household. `lost`: of these records.
pub(crate) fn families(
    at: &At,
    records: &[&Record],
    lost: &masking::Lost,
) -> Result<HashMap<Uuid, String>, ErrorReply> {
    let mut families = HashMap::new();
    for record in records.iter().filter(|record| record.kind == Kind::ContactPair.code()) {
        let Some(home) = record.reference("household").filter(|home| !families.contains_key(home)) else {
            continue;
        };
        let found = at.book().get(home).map_err(errors::store)?;
        let family = found.map(|found| masking::title(&found, lost)).filter(|title| !title.is_empty());
        families.extend(family.map(|family| (home, family)));
    }
    Ok(families)
}

/// Of what is insert-only those that another one takes back.
fn taken_back(at: &At, records: &[&Record]) -> Result<HashSet<Uuid>, ErrorReply> {
    let fixed = records.iter().filter(|record| shape::is_fixed(&record.kind));
    let mut found = HashSet::new();
    for record in fixed {
        if at.book().is_taken_back(&record.kind, record.id).map_err(errors::store)? {
            found.insert(record.id);
        }
    }
    Ok(found)
}

/// Who looks after the families whose files are among the records.
fn care(at: &At, records: &[&Record]) -> Result<HashMap<Uuid, Care>, ErrorReply> {
    let households: Vec<Uuid> = records.iter().filter_map(|record| household_of_file(record)).collect();
    if households.is_empty() {
        return Ok(HashMap::new());
    }
    let found = at.book().care_of(&households, at.today).map_err(errors::store)?;
    let care = found.into_iter().map(|care| Care {
        township_leader: care.township_leader.as_deref().map(masking::without_numbers),
        village_worker: care.village_worker.as_deref().map(masking::without_numbers),
        last_visit: care.last.met,
        ahead: care.last.ahead,
        in_vain: in_vain(care.last.in_vain),
    });
    Ok(households.into_iter().zip(care).collect())
}

/// When a record was made, as who made it wrote: milliseconds since 1970 UTC.
pub(crate) fn recorded_at(record: &Record) -> Option<i64> {
    record.fields.get("recorded_at").and_then(serde_json::Value::as_i64)
}

pub(crate) fn in_vain(told: Option<(NaiveDate, String)>) -> Option<InVain> {
    told.map(|(on, presence)| InVain { on, presence })
}

/// One row on a list.
pub(crate) fn listed(at: &At, record: &Record) -> Result<RecordRow, ErrorReply> {
    Ok(Rows::of(at, [record])?.row(record, Shown::Listed))
}

/// One record opened by itself, with what is told of it beside others.
pub(crate) fn opened(at: &At, record: &Record) -> Result<RecordRow, ErrorReply> {
    let mut row = Rows::of(at, [record])?.row(record, Shown::Own);
    if record.void.is_none() {
        let subject = Subject { kind: &record.kind, id: record.id, before: None, fields: &record.fields };
        row.gaps.extend(around::told(at.book(), subject).map_err(errors::store)?);
    }
    // A member's number and telephone are the person's.
    if let Some(person) = person_of(at.book(), record)?
        && at.may(Action::Read, &person.region())
    {
        let theirs = Rows::of(at, [&person])?.row(&person, Shown::Own);
        for field in BORROWED {
            if let Some(value) = theirs.fields.get(field) {
                row.fields.insert(field.to_owned(), value.clone());
            }
            row.masked.extend(theirs.masked.iter().filter(|masked| *masked == field).cloned());
        }
    }
    Ok(row)
}

/// Several rows of one list.
pub(crate) fn all(at: &At, records: &[Record], shown: Shown) -> Result<Vec<RecordRow>, ErrorReply> {
    let rows = Rows::of(at, records)?;
    Ok(records.iter().map(|record| rows.row(record, shown)).collect())
}

/// The rows of a list with these columns.
pub(crate) fn of_list(
    at: &At,
    records: &[Record],
    columns: Option<Vec<String>>,
) -> Result<Vec<RecordRow>, ErrorReply> {
    let rows = Rows::of(at, records)?.with(columns.into());
    Ok(records.iter().map(|record| rows.row(record, Shown::Listed)).collect())
}
