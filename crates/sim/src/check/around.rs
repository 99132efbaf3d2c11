//! Rules that need surroundings, asked once more of what the province holds in the end.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;

use tiexin_domain::around::{self, Around, Look, Reach, Subject, answers};
use tiexin_domain::{Kind, Record};
use tiexin_protocol::LogEntry;
use uuid::Uuid;

use super::Province;
use super::truth::Truth;
use crate::world::Broken;

struct Held<'a>(Vec<&'a Record>);

impl Around for Held<'_> {
    type Error = Infallible;
    fn others(&self, look: &Look, value: &str) -> Result<Vec<Record>, Infallible> {
        Ok(self
            .0
            .iter()
            .filter(|record| answers(record, look, value))
            .map(|record| (*record).clone())
            .collect())
    }
}

/// Of what desks saved apart nothing stands that such a rule forbids. What a person decided stands, and so does what a
/// merge, a move or bringing back brought together: that is not looked at here.
pub(super) fn nothing_stands_beside_what_forbids_it(truth: &Province) -> Result<(), Broken> {
    let decided: HashSet<Uuid> = truth
        .scopes
        .values()
        .flat_map(|one| one.records.values())
        .filter(|record| record.kind == Kind::Settlement.code())
        .filter_map(|decision| decision.reference("record"))
        .collect();
    for (scope, one) in &truth.scopes {
        let plain = saved_apart(one);
        let looked = |record: &&Record| plain.contains(&record.id) && !decided.contains(&record.id);
        let held = Held(one.records.values().filter(looked).collect());
        for record in &held.0 {
            let Record { kind, id, fields, .. } = record;
            let subject = Subject { kind, id: *id, before: None, fields };
            let Ok(found) = around::problems(&held, subject, Reach::Province);
            if let Some(problem) = found.first() {
                return Err(format!("{} of {scope}: {} of {kind}", record.id, problem.code));
            }
        }
    }
    Ok(())
}

/// Records of which such rules are asked and that were never hidden, moved, or turned to another parent.
fn saved_apart(one: &Truth) -> HashSet<Uuid> {
    let mut turned: HashMap<Uuid, usize> = HashMap::new();
    let mut other: HashSet<Uuid> = HashSet::new();
    for LogEntry { record, kind, set, void, moved, meant, .. } in &one.entries {
        let Some(field) = around::parks(kind) else { continue };
        *turned.entry(*record).or_default() += usize::from(set.contains_key(field));
        if void.is_some() || moved.is_some() || meant.is_some() {
            other.insert(*record);
        }
    }
    turned.into_iter().filter(|(id, times)| *times == 1 && !other.contains(id)).map(|(id, _)| id).collect()
}
