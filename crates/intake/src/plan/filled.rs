//! What a row fills into a record that is there, held to the rules of a save.

use serde_json::Value;
use tiexin_domain::around::Reach;
use tiexin_domain::{Fields, Problem, nouns};

use super::PlannedRecord;
use super::around;
use super::compare::Difference;
use super::planner::Planner;
use crate::lookup::Lookup;

impl Planner<'_> {
    /// What a save of the record with what the row fills would be told, and not of the record as it stands: a day that lies
    /// before one of the book alone. What is right once the ledger's values are taken, too, is for whoever compares them.
    /// `reach`: of which rules beside other records.
    pub(super) fn wrong_once_filled(
        &self,
        record: &PlannedRecord,
        lacking: &[(String, Value)],
        differs: &[Difference],
        reach: Option<Reach>,
    ) -> Vec<Problem> {
        let Some(known) = self.staged.record(&record.id).filter(|_| !lacking.is_empty()) else {
            return Vec::new();
        };
        let (kind, limits) = (record.kind.code(), self.staged.limits());
        // Of one that cannot be read nothing is known.
        let Ok(before) = nouns::check_by(kind, &known.fields, Some(limits)) else { return Vec::new() };
        let mut stood = before.problems;
        stood.extend(nouns::turned(kind, &known.fields));
        let asked = |fields: &Fields| {
            let mut found = match nouns::check_by(kind, fields, Some(limits)) {
                Ok(checked) => checked.problems,
                Err(unreadable) => vec![unreadable],
            };
            found.extend(nouns::turned(kind, fields));
            found.retain(|problem| !nouns::stood_already(problem, &stood, &known.fields, fields));
            found
        };
        let mut filled = known.fields.as_ref().clone();
        filled.extend(lacking.iter().cloned());
        let mut wrong = asked(&filled);
        if !wrong.is_empty() {
            let mut taken = filled.clone();
            taken.extend(differs.iter().map(|one| (one.field.clone(), one.new.clone())));
            if asked(&taken).is_empty() {
                wrong.clear();
            }
        }
        if let Some(reach) = reach {
            wrong.extend(around::filled(&self.staged, &known, &filled, reach));
        }
        wrong
    }
}
