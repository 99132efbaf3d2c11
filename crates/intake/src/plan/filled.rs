//! What a row fills into a record that is there, held to the rules of a save.

use tiexin_domain::around::Reach;
use tiexin_domain::{Fields, Problem, nouns};

use super::around;
use super::compare::Compared;
use super::planner::Planner;
use crate::lookup::{Known, Lookup};

impl Planner<'_> {
    /// What a save of the record with what the row fills would be told, and not of the record as it stands: a day that lies
    /// before one of the book alone. What is right once the ledger's values are taken, too, is for whoever compares them.
    /// `reach`: of which rules beside other records.
    pub(super) fn wrong_once_filled(
        &self,
        known: &Known,
        Compared { lacking, differs }: &Compared,
        reach: Option<Reach>,
    ) -> Vec<Problem> {
        if lacking.is_empty() {
            return Vec::new();
        }
        let (kind, limits) = (known.kind.code(), self.staged.limits());
        let own = |fields: &Fields| -> Result<Vec<Problem>, Problem> {
            let mut found = nouns::check_by(kind, fields, Some(limits))?.problems;
            found.extend(nouns::turned(kind, fields));
            Ok(found)
        };
        // Of one that cannot be read nothing is known.
        let Ok(stood) = own(&known.fields) else { return Vec::new() };
        let asked = |fields: &Fields| {
            let mut found = own(fields).unwrap_or_else(|unreadable| vec![unreadable]);
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
            wrong.extend(around::filled(&self.staged, known, &filled, reach));
        }
        wrong
    }
}
