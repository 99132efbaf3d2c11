//! Rules that need surroundings (`domain::around`), asked of a group whose changes all stand: of two desks that were right
//! alone and are wrong together, the second waits for a person.
//!
//! Never more than that waits: a group that also holds something of another kind (a family, a visit, a merge, somebody's
//! decision) is taken, whatever stands beside it. But what is insert-only is asked about in any group when it is made.

use std::collections::HashSet;
use std::convert::Infallible;

use tiexin_domain::access::{Action, permits};
use tiexin_domain::around::{self, Around, Look, Reach, Subject, answers, claims_any};
use tiexin_domain::nouns::Settlement;
use tiexin_domain::{Fields, Kind, Noun, Record, RegionCode, shape};
use tiexin_protocol::wire::PushRequest;
use tiexin_protocol::{Change, ParkCode, Verdict, planted};
use uuid::Uuid;

use super::group::{Layer, Weighed};
use super::outcome::Work;
use super::{Wanted, taken_back};

/// A record whose neighbours can be found, and what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NearRow {
    pub(crate) scope: RegionCode,
    pub(crate) record: Uuid,
    /// None: it belongs to nothing that a rule goes by.
    pub(crate) parent: Option<String>,
}

impl NearRow {
    /// None of a kind of which no such rule is asked.
    pub(super) fn of(record: &Record) -> Option<NearRow> {
        let parent = record.reference(around::parks(&record.kind)?).map(|parent| parent.to_string());
        Some(NearRow { scope: record.scope.clone(), record: record.id, parent })
    }
}

/// What a record claims in the whole province ([`shape::claims`]): by it others are found in whichever townships they lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimRow {
    pub(crate) scope: RegionCode,
    pub(crate) record: Uuid,
    /// None of a record that is void.
    pub(crate) claims: Vec<String>,
}

impl ClaimRow {
    /// None of a kind that claims nothing.
    pub(super) fn of(record: &Record) -> Option<ClaimRow> {
        if !shape::is_fixed(&record.kind) {
            return None;
        }
        let mut claims = shape::claims(&record.kind, &record.fields);
        claims.retain(|_| record.void.is_none());
        claims.sort();
        claims.dedup();
        Some(ClaimRow { scope: record.scope.clone(), record: record.id, claims })
    }
}

/// Which kinds are found by which field: what `near` was made by. A program that declares other rules makes it anew.
pub(crate) fn near_print() -> String {
    around::parked_kinds().map(|(kind, field)| format!("{kind}={field}")).collect::<Vec<_>>().join(";")
}

impl Wanted {
    /// What the changes of a push stand near: records and what they belong to, as `near` names them. Empty for nearly
    /// every push: no rule is asked then.
    pub(crate) fn near(&self, request: &PushRequest) -> Vec<String> {
        let mut made = HashSet::new();
        let mut asks = false;
        for change in &request.changes {
            let Some(field) = around::parks(&change.kind) else { continue };
            let says = change.set.contains_key(field);
            asks |= says || change.base > 0;
            if change.base == 0 && says {
                made.insert(change.record);
            }
        }
        let stand = self.records.iter().filter(|id| asks && !made.contains(*id));
        stand.map(Uuid::to_string).collect()
    }
}

/// What the changes of a push claim, sorted: what is looked up among all townships, and locked. Empty for nearly every push.
pub(crate) fn claimed(request: &PushRequest) -> Vec<String> {
    let claims = request.changes.iter().flat_map(|change| shape::claims(&change.kind, &change.set));
    let mut claims: Vec<String> = claims.collect();
    claims.sort();
    claims.dedup();
    claims
}

/// The province's records as the group would leave them, as far as they were loaded.
struct Near<'a> {
    work: &'a Work,
    layer: &'a Layer,
}

impl Near<'_> {
    fn records(&self) -> impl Iterator<Item = &Record> {
        let ids: HashSet<Uuid> =
            self.work.ground().held.keys().chain(self.layer.records()).copied().collect();
        ids.into_iter().filter_map(move |id| self.layer.held(self.work, id)).map(|held| &held.record)
    }
}

impl Around for Near<'_> {
    type Error = Infallible;

    fn others(&self, look: &Look, value: &str) -> Result<Vec<Record>, Infallible> {
        Ok(self.records().filter(|record| answers(record, look, value)).cloned().collect())
    }

    fn claimants(&self, kind: &str, fields: &Fields) -> Result<Vec<Record>, Infallible> {
        let claims = shape::claims(kind, fields);
        // What it takes back, whomever that names by now.
        let first = taken_back(kind, fields);
        let meets = |other: &&Record| claims_any(other, &claims) || Some(other.id) == first;
        Ok(self.records().filter(|other| other.kind == kind).filter(meets).cloned().collect())
    }
}

/// Whether the group takes in, by the word of somebody who may settle there, what was kept apart.
fn decided(work: &Work, members: &[&Change], place: &RegionCode) -> bool {
    let ground = work.ground();
    let takes_in = |change: &Change| {
        change.kind == Kind::Settlement.code()
            && Settlement::from_fields(&change.set).is_ok_and(|decision| decision.choice.takes_effect())
    };
    members.iter().filter(|change| takes_in(change)).any(|change| {
        let user = ground.authors.get(&change.author).and_then(|id| ground.users.get(id));
        user.is_some_and(|user| !user.disabled && permits(&user.grants, Action::Settle, place, work.today()))
    })
}

/// Which change of the group breaks such a rule, and the verdict on it. What is insert-only is asked about when it is made, in
/// whatever company: a payment does not pass because something else was saved with it.
pub(super) fn broken(
    work: &Work,
    layer: &Layer,
    members: &[&Change],
    weighed: &[Weighed],
) -> Option<(usize, Verdict)> {
    let alone = members.iter().all(|change| around::waits(&change.kind));
    if planted("surroundings_not_asked") {
        return None;
    }
    let near = Near { work, layer };
    members.iter().zip(weighed).enumerate().find_map(|(at, (change, (verdict, _)))| {
        let Verdict::Applied { instead, .. } = verdict else { return None };
        let id = instead.unwrap_or(change.record);
        let after = layer.held(work, id).map(|held| &held.record).filter(|record| record.void.is_none())?;
        let before = work.held(id).map(|held| &held.record.fields);
        if !alone && (before.is_some() || !shape::is_fixed(&after.kind)) {
            return None;
        }
        let subject = Subject { kind: &after.kind, id, before, fields: &after.fields };
        let Ok(mut found) = around::problems(&near, subject, Reach::Province);
        // Whether somebody is paid once more a person may know better; what is taken back wrongly nobody makes right.
        if decided(work, members, &after.region()) {
            found.retain(|problem| shape::reversal(&after.kind) == Some(problem.field.as_str()));
        }
        let message = found.into_iter().next()?.message;
        Some((at, Verdict::Parked { code: ParkCode::RuleBroken, message }))
    })
}
