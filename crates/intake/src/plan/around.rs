//! Rules that need surroundings, asked of a row that would make a record: what the province would keep apart later is told
//! in the preview.

use std::convert::Infallible;

use tiexin_domain::around::{self, Around, Look, Reach, Subject, answers};
use tiexin_domain::shape::{self, Role};
use tiexin_domain::{Kind, Problem, Record};
use uuid::Uuid;

use super::PlannedRecord;
use crate::lookup::{Lookup, Staged};

/// The book with the plans laid over it, as far as it lies around one record.
struct Near<'a> {
    staged: &'a Staged<'a>,
    home: Option<Uuid>,
}

/// What is wrong with a new record beside those that are there.
pub(super) fn problems(staged: &Staged<'_>, record: &PlannedRecord) -> Vec<Problem> {
    let kind = record.kind.code();
    let family = shape::role(kind, Role::Family).and_then(|field| record.fields.get(field.name)?.as_str());
    let near = Near { staged, home: family.and_then(|id| id.parse().ok()) };
    let subject = Subject { kind, id: record.id, before: None, fields: &record.fields };
    // What reaches less far is told by the planner's own findings, which say more.
    let Ok(found) = around::problems(&near, subject, Reach::Province);
    found
}

impl Around for Near<'_> {
    type Error = Infallible;

    fn others(&self, look: &Look, value: &str) -> Result<Vec<Record>, Infallible> {
        let kind = Kind::from_code(look.kind);
        let found = match (&kind, self.home) {
            (Kind::Member, _) => {
                value.parse().ok().and_then(|person| self.staged.member_of(&person)).into_iter().collect()
            }
            (_, Some(home)) => self.staged.events(&kind, &home),
            (_, None) => self.staged.records(&kind),
        };
        let shown = found.into_iter().filter(|known| known.void.is_none()).map(|known| known.as_record());
        Ok(shown.filter(|record| answers(record, look, value)).collect())
    }
}
