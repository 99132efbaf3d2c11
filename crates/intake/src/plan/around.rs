//! Rules that need surroundings, asked of a row that would make a record: what would be refused, or kept apart, later is
//! told in the preview.

use std::convert::Infallible;

use tiexin_domain::around::{self, Around, ITSELF, Look, Reach, Subject, claims_any};
use tiexin_domain::limits::Limits;
use tiexin_domain::shape::{self, Role};
use tiexin_domain::{Fields, Kind, Problem, Record, RegionCode};
use uuid::Uuid;

use super::PlannedRecord;
use crate::kind::SheetKind;
use crate::lookup::{Known, Lookup, Staged};

/// The book with the plans laid over it, as far as it lies around one record.
struct Near<'a> {
    staged: &'a Staged<'a>,
    home: Option<Uuid>,
}

/// The rules that a sheet's rows are held to: a list of one kind those of a save at a desk. A ledger tells of many kinds
/// at once, as offices have kept them for years: it is held to what the province would keep apart.
pub(super) fn reach(kind: SheetKind) -> Reach {
    match kind {
        SheetKind::Records(_) => Reach::Desks,
        SheetKind::SpecialFamilies
        | SheetKind::Members
        | SheetKind::Visits
        | SheetKind::NeedSurveys
        | SheetKind::InsuranceClaims
        | SheetKind::Counselling
        | SheetKind::Activities => Reach::Province,
    }
}

/// What is wrong with a new record beside those that are there, by the rules that reach so far.
pub(super) fn problems(staged: &Staged<'_>, record: &PlannedRecord, reach: Reach) -> Vec<Problem> {
    let subject = Subject { kind: record.kind.code(), id: record.id, before: None, fields: &record.fields };
    asked(staged, subject, reach)
}

/// The same of a record that is there, once it is filled; what was wrong with it before is nobody's obstacle.
pub(super) fn filled(staged: &Staged<'_>, known: &Known, fields: &Fields, reach: Reach) -> Vec<Problem> {
    let before = Some(known.fields.as_ref());
    asked(staged, Subject { kind: known.kind.code(), id: known.id, before, fields }, reach)
}

fn asked(staged: &Staged<'_>, subject: Subject<'_>, reach: Reach) -> Vec<Problem> {
    let family = shape::role(subject.kind, Role::Family);
    let family = family.and_then(|field| subject.fields.get(field.name)?.as_str());
    let near = Near { staged, home: family.and_then(|id| id.parse().ok()) };
    // What reaches less far is told by the planner's own findings, which say more.
    let Ok(found) = around::problems(&near, subject, reach);
    found
}

impl Near<'_> {
    /// The records among which those of a look are, by the way on which the fewest are read.
    fn among(&self, look: &Look, value: &str) -> Vec<Known> {
        let (kind, id) = (Kind::from_code(look.kind), value.parse::<Uuid>().ok());
        let has = |role: Role| shape::field(look.kind, look.their).is_some_and(|field| field.has(role));
        if look.their == ITSELF {
            return id.and_then(|id| self.staged.record(&id)).into_iter().collect();
        }
        if (&kind, look.their) == (&Kind::Member, "person") {
            return id.and_then(|person| self.staged.member_of(&person)).into_iter().collect();
        }
        if (&kind, look.their) == (&Kind::Person, "id_number") {
            let found = self.staged.person_by_id_number(value);
            return found.and_then(|person| self.staged.record(&person.id)).into_iter().collect();
        }
        if has(Role::Family) {
            return id.map(|home| self.staged.events(&kind, &home)).unwrap_or_default();
        }
        // What belongs to something of the family is of the family; what else it names is anybody's.
        let of_family = has(Role::Parent) && shape::role(look.kind, Role::Family).is_some();
        match self.home.filter(|_| of_family) {
            Some(home) => self.staged.events(&kind, &home),
            None => self.staged.saying(&kind, look.their, value),
        }
    }
}

impl Around for Near<'_> {
    type Error = Infallible;

    fn others(&self, look: &Look, value: &str) -> Result<Vec<Record>, Infallible> {
        let among = self.among(look, value);
        let found = |known: &&Known| {
            known.void.is_none() && look.finds((known.kind.code(), known.id, &known.fields), value)
        };
        Ok(among.iter().filter(found).map(Known::as_record).collect())
    }

    fn claimants(&self, kind: &str, fields: &Fields) -> Result<Vec<Record>, Infallible> {
        let claims = shape::claims(kind, fields);
        let known = self.staged.claimants(&Kind::from_code(kind), fields);
        let shown = known.iter().filter(|known| known.void.is_none()).map(Known::as_record);
        Ok(shown.filter(|other| claims_any(other, &claims)).collect())
    }

    fn place(&self, region: &RegionCode) -> String {
        let named = self.staged.regions(region).into_iter().find(|named| named.code == *region);
        named.map_or_else(|| region.to_string(), |named| named.name)
    }

    fn limits(&self) -> &Limits {
        self.staged.limits()
    }
}
