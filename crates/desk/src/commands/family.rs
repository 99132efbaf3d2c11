//! A family's page.

use chrono::NaiveDate;
use tiexin_contract::ErrorReply;
use tiexin_contract::family::{FamilyPage, GetFamily};
use tiexin_contract::records::RecordRow;
use tiexin_domain::nouns;
use tiexin_domain::nouns::person::{Relation, has_died};
use tiexin_domain::nouns::support_file::{
    ContactPreference, Lack, LossCategory, is_active, preference_of, uncovered,
};
use tiexin_domain::record::Record;
use tiexin_domain::shape::{self, Role};
use tiexin_domain::{Kind, PartialDate};
use uuid::Uuid;

use super::records::{find, kind_of, of_record};
use crate::cadence::{Cadence, Seen};
use crate::masking::Shown;
use crate::registry::Registry;
use crate::rights::{At, READ};
use crate::{errors, rows};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, |at, args: &GetFamily| of_record(at, args.household), get);
}

/// A household and all that belongs to it.
pub(super) struct Family {
    pub(super) household: Record,
    pub(super) children: Vec<Record>,
}

impl Family {
    pub(super) fn load(at: &At, household: Uuid) -> Result<Family, ErrorReply> {
        let household = find(at, household)?;
        if kind_of(&household) != Kind::Household {
            return Err(errors::not_found());
        }
        let children = at.book().children(household.id).map_err(errors::store)?;
        Ok(Family { household, children })
    }

    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Record> {
        self.children.iter().filter(move |record| kind_of(record) == kind)
    }

    /// The head first, then the spouse, then by age of the record.
    pub(super) fn persons(&self) -> Vec<&Record> {
        let mut persons: Vec<&Record> = self.of_kind(Kind::Person).collect();
        persons.sort_by_key(|person| {
            let relation = person.text("relation").map(Relation::from_code);
            let order = relation.and_then(|r| Relation::ALL.iter().position(|known| *known == r));
            (order.unwrap_or(usize::MAX), person.id)
        });
        persons
    }

    fn active_file(&self) -> Option<&Record> {
        self.of_kind(Kind::SupportFile).find(|file| is_active(&file.fields))
    }

    /// The pair in force on a day first, then the newest.
    fn contacts(&self, today: NaiveDate) -> Vec<&Record> {
        let mut pairs: Vec<&Record> = self.of_kind(Kind::ContactPair).collect();
        pairs.sort_by_key(|pair| {
            let from = pair.text("from").map(str::to_owned).unwrap_or_default();
            (!in_force(pair, today), std::cmp::Reverse(from))
        });
        pairs
    }

    /// The pair that looks after the family now.
    pub(super) fn contact_now(&self, today: NaiveDate) -> Option<&Record> {
        self.contacts(today).into_iter().find(|pair| in_force(pair, today))
    }

    /// Visits and services, newest first; what goes where the family goes is told beside them.
    fn timeline(&self) -> Vec<&Record> {
        let is_told = |r: &&Record| {
            shape::of(&r.kind).is_some_and(|shape| !shape.past.is_empty() && !shape.follows_family)
        };
        let mut told: Vec<&Record> = self.children.iter().filter(is_told).collect();
        told.sort_by_key(|record| std::cmp::Reverse((day(record).map(str::to_owned), record.id)));
        told
    }

    pub(super) fn last_visit(&self) -> Option<&Record> {
        self.timeline().into_iter().find(|record| kind_of(record) == Kind::Visit)
    }

    pub(super) fn preference(&self) -> Option<ContactPreference> {
        preference_of(&self.children)
    }
}

fn in_force(pair: &Record, today: NaiveDate) -> bool {
    date(pair, "from").is_none_or(|from| from <= today) && date(pair, "to").is_none_or(|to| today <= to)
}

/// The day a record of the timeline happened, as text that sorts by time.
fn day(record: &Record) -> Option<&str> {
    record.text(shape::role(&record.kind, Role::Day)?.name)
}

pub(super) fn date(record: &Record, field: &str) -> Option<NaiveDate> {
    record.text(field).and_then(|text| text.parse().ok())
}

fn get(at: &At, args: GetFamily) -> Result<FamilyPage, ErrorReply> {
    let family = Family::load(at, args.household)?;
    let rows = rows::Rows::of(at, family.children.iter().chain([&family.household]))?;
    let own = |record: &Record| rows.row(record, Shown::Own);
    let all = |records: Vec<&Record>| -> Vec<RecordRow> { records.into_iter().map(own).collect() };
    let mut files: Vec<&Record> = family.of_kind(Kind::SupportFile).collect();
    files.sort_by_key(|file| (!is_active(&file.fields), std::cmp::Reverse(file.id)));
    let seen = at.book().care_of(&[family.household.id], at.today).map_err(errors::store)?.pop();
    let seen = seen.map(|care| care.last).unwrap_or_default();
    let last_visit = seen.met;
    Ok(FamilyPage {
        household: own(&family.household),
        persons: all(family.persons()),
        files: all(files),
        contacts: all(family.contacts(at.today)),
        timeline: all(family.timeline()),
        days_since_visit: last_visit.map(|day| (at.today - day).num_days()),
        ahead: seen.ahead,
        in_vain: rows::in_vain(seen.in_vain),
        overdue_days: overdue(at, &family, last_visit),
        follow_up: at.book().agreed(family.household.id, at.today).map_err(errors::store)?,
        gaps: gaps(&family, at.today),
    })
}

/// By the cadence rule of the active file; none for a family that wishes no contact.
fn overdue(at: &At, family: &Family, last_visit: Option<NaiveDate>) -> Option<i64> {
    let file = family.active_file()?;
    if family.preference() == Some(ContactPreference::Declined) {
        return None;
    }
    let category = LossCategory::from_code(file.text("category").unwrap_or_default());
    let opened_on = file.text("opened_on").and_then(|t| PartialDate::try_from(t.to_owned()).ok()?.day());
    let cadence = Cadence::of(at.book().dir());
    cadence.overdue(&file.region(), &category, Seen { last_visit, opened_on }, at.today)
}

/// What is missing over all of the family's records, once each.
fn gaps(family: &Family, today: NaiveDate) -> Vec<String> {
    let mut gaps: Vec<String> = Vec::new();
    let mut tell = |gap: String| {
        if !gaps.contains(&gap) {
            gaps.push(gap);
        }
    };
    for record in [&family.household].into_iter().chain(family.active_file()) {
        for gap in nouns::check(&record.kind, &record.fields).map(|c| c.gaps).unwrap_or_default() {
            tell(gap.message);
        }
    }
    for person in family.persons().into_iter().filter(|p| !has_died(&p.fields)) {
        for gap in nouns::check(&person.kind, &person.fields).map(|c| c.gaps).unwrap_or_default() {
            tell(format!("{}：{}", person.text("name").unwrap_or_default(), gap.message));
        }
    }
    let living = family.persons().into_iter().filter(|p| !has_died(&p.fields));
    let heads = living.filter(|p| p.text("relation").map(Relation::from_code) == Some(Relation::Head));
    if heads.count() > 1 {
        tell("写了不止一位户主，请核对与户主关系".into());
    }
    if family.of_kind(Kind::SupportFile).filter(|file| is_active(&file.fields)).count() > 1 {
        tell("有不止一份在册的台账，请核对，多出来的请结档或合并".into());
    }
    if let Some(file) = family.active_file() {
        uncovered(&file.fields, today).into_iter().for_each(|gap| tell(gap.into()));
        let pair = family.contact_now(today);
        // Who wishes no contact lacks none.
        let wished = family.preference() != Some(ContactPreference::Declined);
        for lack in [Lack::TownshipLeader, Lack::VillageWorker] {
            if wished && pair.is_none_or(|pair| pair.text(lack.code()).is_none()) {
                tell(lack.label().to_owned());
            }
        }
    }
    gaps
}
