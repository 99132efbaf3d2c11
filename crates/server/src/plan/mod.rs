//! What a push comes to: pure, so that both stores decide alike and yield the same log.
//!
//! A store loads the [`Ground`], holds its locks, calls [`plan`], and writes the [`Outcome`] down.

mod around;
mod fixed;
mod group;
mod merges;
mod moves;
mod outcome;
mod settle;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use tiexin_domain::access::{User, permits};
use tiexin_domain::nouns::merge::MERGED_INTO;
use tiexin_domain::{Fields, Kind, RegionCode, access::Action, shape};
use tiexin_protocol::canonical::{print, short};
use tiexin_protocol::wire::{ChangeVerdict, PushRequest};
use tiexin_protocol::{Chain, Change, ChangeId, Digest, Held, ParkCode, Verdict, planted};
use uuid::Uuid;

use crate::access::Heard;
use crate::audit::{AuditHead, AuditRow};
use crate::error::Refused;

pub(crate) use around::{ClaimRow, NearRow, claimed, near_print};
pub(crate) use outcome::{LogRow, Outcome, Quarantine, RecordRow, VerdictRow, canonical_text, record_text};
pub(crate) use settle::{Closing, asked as decided_on, closing};

/// Where a scope's log stands before or after a push.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ScopeState {
    pub(crate) generation: Uuid,
    pub(crate) head: u64,
    pub(crate) chain: Chain,
    pub(crate) digest: Digest,
    /// Where the log stood when this generation began.
    pub(crate) began: u64,
}

/// The part of a scope's digest that comes from one region.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct RegionState {
    pub(crate) digest: Digest,
    pub(crate) records: u64,
}

/// A verdict told before, and what it was told about.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) print: [u8; 32],
    pub(crate) verdict: Verdict,
}

/// Everything a push stands on, read under the locks of its scopes.
#[derive(Debug, Default)]
pub(crate) struct Ground {
    pub(crate) heard: Heard,
    pub(crate) told: HashMap<u64, Told>,
    /// Author id as the desk writes it → user.
    pub(crate) authors: HashMap<Uuid, Uuid>,
    pub(crate) users: HashMap<Uuid, User>,
    pub(crate) scopes: BTreeMap<RegionCode, ScopeState>,
    pub(crate) regions: BTreeMap<(RegionCode, RegionCode), RegionState>,
    /// Records that the push names, and those beside which its own stand ([`Wanted::near`]).
    pub(crate) held: HashMap<Uuid, Held>,
    /// Quarantined changes that decisions of the push are about, by where they wait → their authors. Those of the
    /// push itself are added as they are told.
    pub(crate) quarantined: HashMap<(RegionCode, ChangeId), Uuid>,
    pub(crate) audit: AuditHead,
}

/// What a store has to load for a push.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Wanted {
    /// Seqs that have a verdict already.
    pub(crate) replayed: Vec<u64>,
    /// Scopes of the new changes, sorted: the order in which they are locked.
    pub(crate) scopes: Vec<RegionCode>,
    pub(crate) records: Vec<Uuid>,
}

impl Wanted {
    /// For a push of a desk whose changes are acked up to `acked`.
    pub(crate) fn of(request: &PushRequest, acked: u64) -> Wanted {
        let replayed = request.changes.iter().map(|c| c.id.seq).filter(|seq| *seq <= acked).collect();
        Wanted { replayed, ..Self::about(new_changes(request, acked).into_iter()) }
    }

    /// What all changes of a push name, whether they have a verdict or not.
    pub(crate) fn named(request: &PushRequest) -> Wanted {
        Self::about(request.changes.iter())
    }

    fn about<'a>(changes: impl Iterator<Item = &'a Change>) -> Wanted {
        let mut scopes = BTreeSet::new();
        let mut records = BTreeSet::new();
        for change in changes {
            scopes.insert(change.scope.clone());
            scopes.extend(set_region(change).map(|region| region.scope()));
            records.insert(change.record);
            records.extend(turned(change));
            records.extend(taken_back(&change.kind, &change.set));
        }
        Wanted {
            replayed: Vec::new(),
            scopes: scopes.into_iter().collect(),
            records: records.into_iter().collect(),
        }
    }

    /// The same with the scopes in which the records turned out to lie, and what they were merged into; none when
    /// that is here already.
    pub(crate) fn and_where<'a>(&self, held: impl Iterator<Item = &'a Held>) -> Option<Wanted> {
        let mut further = self.clone();
        for held in held {
            further.lies_in(held.record.scope.clone());
            if let Some(into) = held.record.reference(MERGED_INTO) {
                further.stands(into);
            }
        }
        (further != *self).then_some(further)
    }

    /// One of the records was merged into this one, which has to be loaded as well.
    pub(crate) fn stands(&mut self, into: Uuid) {
        if !self.records.contains(&into) {
            self.records.push(into);
        }
    }

    /// One of the records lies in this scope, which has to be locked as well.
    pub(crate) fn lies_in(&mut self, scope: RegionCode) {
        if let Err(at) = self.scopes.binary_search(&scope) {
            self.scopes.insert(at, scope);
        }
    }
}

/// Where a change would bring its record.
fn set_region(change: &Change) -> Option<RegionCode> {
    change.set.get("region").and_then(|v| v.as_str()).and_then(|code| code.parse().ok())
}

/// What the change says its record names and another record may stand for since. What else it names has no part in what
/// the push comes to: pushes that name one organisation or one activity do not wait for each other.
fn turned(change: &Change) -> impl Iterator<Item = Uuid> {
    shape::names_that_turn(&change.kind).filter_map(|field| change.set.get(field)?.as_str()?.parse().ok())
}

/// What a record that says this takes back ([`shape::reversal`]).
fn taken_back(kind: &str, fields: &Fields) -> Option<Uuid> {
    fields.get(shape::reversal(kind)?)?.as_str()?.parse().ok()
}

/// What the change says its record belongs to.
fn parents(change: &Change) -> impl Iterator<Item = Uuid> {
    shape::parents(&change.kind).filter_map(|field| change.set.get(field)?.as_str()?.parse().ok())
}

/// The scopes among `wanted` that any of the users could write to at all: only these may come into being.
pub(crate) fn may_begin<'a>(
    wanted: &'a [RegionCode],
    users: &[User],
    today: NaiveDate,
) -> Vec<&'a RegionCode> {
    let reaches = |scope: &RegionCode| {
        users.iter().filter(|u| !u.disabled).flat_map(|u| &u.grants).any(|grant| {
            grant.in_force(today)
                && grant.role.carries(Action::Write)
                && (grant.region.covers(scope) || scope.covers(&grant.region))
        })
    };
    wanted.iter().filter(|scope| scope.scope() == **scope && reaches(scope)).collect()
}

/// Two different changes under one number of one push: neither can be told from the other later.
fn forked(request: &PushRequest) -> bool {
    let mut changes: Vec<&Change> = request.changes.iter().collect();
    changes.sort_by_key(|c| c.id.seq);
    changes.windows(2).any(|two| two[0].id.seq == two[1].id.seq && print(two[0]) != print(two[1]))
}

/// What the desk told before its first change is not what is here under that number: one of two machines that count
/// with it said something in between.
fn follows_another(request: &PushRequest, ground: &Ground) -> bool {
    let (Some(before), Some(here)) = (&request.before, &ground.heard.print) else { return false };
    let first = request.changes.iter().map(|change| change.id.seq).min();
    first == Some(ground.heard.acked + 1) && *before != short(here) && !planted("fork_not_noticed")
}

/// The changes without a verdict, in order, up to the first gap.
fn new_changes(request: &PushRequest, acked: u64) -> Vec<&Change> {
    let mut changes: Vec<&Change> = request.changes.iter().filter(|c| c.id.seq > acked).collect();
    changes.sort_by_key(|c| c.id.seq);
    changes.dedup_by_key(|c| c.id.seq);
    let follows = |c: &Change, expected| c.id.seq == expected || planted("gap_accepted");
    let whole = changes.iter().zip(acked + 1..).take_while(|(c, expected)| follows(c, *expected)).count();
    changes.truncate(whole);
    changes
}

/// Decides on every change of a push. `today` is the server's day, `now` its clock in milliseconds;
/// the desk's clock decides nothing (I13).
pub(crate) fn plan(
    request: &PushRequest,
    ground: Ground,
    today: NaiveDate,
    now: i64,
) -> Result<Outcome, Refused> {
    let edits = request.changes.iter().filter(|change| change.base > 0).map(|change| change.id.seq).collect();
    let request = &*on_this_generation(request, &ground);
    let mut verdicts = Vec::with_capacity(request.changes.len());
    for change in request.changes.iter().filter(|c| c.id.seq <= ground.heard.acked) {
        let Some(told) = ground.told.get(&change.id.seq) else { continue };
        if told.print != print(change) && !planted("fork_not_noticed") {
            return Err(Refused::IncarnationForked);
        }
        let verdict = told.verdict.clone();
        verdicts.push(ChangeVerdict { seq: change.id.seq, duplicate: true, verdict });
    }
    if forked(request) || follows_another(request, &ground) {
        return Err(Refused::IncarnationForked);
    }
    let fresh = new_changes(request, ground.heard.acked);
    let mut work = outcome::Work::on(ground, edits, today, now);
    for members in fresh.chunk_by(|a, b| a.group == b.group) {
        group::receive(&mut work, members);
    }
    let mut outcome = work.finish(request);
    // What was told before comes first: its seqs are lower.
    verdicts.append(&mut outcome.reply.verdicts);
    outcome.reply.verdicts = verdicts;
    Ok(outcome)
}

/// A base seen in an older generation reaches no further than where that generation was cut off: what
/// was written since is news to the author, whatever its number.
fn on_this_generation<'a>(request: &'a PushRequest, ground: &Ground) -> Cow<'a, PushRequest> {
    let cut = |change: &Change| {
        let seen = request.generations.get(&change.scope)?;
        let scope = ground.scopes.get(&change.scope)?;
        (*seen != scope.generation && change.base > scope.began).then_some(scope.began)
    };
    if request.changes.iter().all(|change| cut(change).is_none()) {
        return Cow::Borrowed(request);
    }
    let mut rebased = request.clone();
    for change in &mut rebased.changes {
        change.base = cut(change).unwrap_or(change.base);
    }
    Cow::Owned(rebased)
}

/// Whether the author may write where the change lies and where it would bring the record.
fn refuse_right(ground: &Ground, change: &Change, held: Option<&Held>, today: NaiveDate) -> Option<Verdict> {
    let park = |code, message: &str| Some(Verdict::Parked { code, message: message.into() });
    let Some(user) = ground.authors.get(&change.author).and_then(|id| ground.users.get(id)) else {
        return park(ParkCode::AuthorUnknown, "填写人没有在这台设备上登记，已留待审核人处理");
    };
    if change.kind == Kind::Settlement.code() {
        return settle::refuse(ground, user, change, held, today);
    }
    let here = held.filter(|h| h.record.scope == change.scope).map(|h| h.record.region());
    let there = set_region(change).filter(|_| !planted("moves_without_right") || here.is_none());
    let mut places = [here, there].into_iter().flatten().peekable();
    let allowed = |region: &RegionCode| permits(&user.grants, Action::Write, region, today);
    let whole = if places.peek().is_none() { allowed(&change.scope) } else { places.all(|r| allowed(&r)) };
    if (user.disabled || !whole) && !planted("rights_unchecked") {
        return park(ParkCode::NoRight, "填写人没有这个地区的填写权限，已留待审核人处理");
    }
    None
}

/// The audit entry of a push: counts only, nothing about any person.
fn audit_row(head: AuditHead, request: &PushRequest, rows: &[VerdictRow], now: i64) -> Option<AuditRow> {
    let (first, last) = (rows.first()?, rows.last()?);
    let count = |want: fn(&Verdict) -> bool| rows.iter().filter(|row| want(&row.verdict)).count();
    let mut prints = blake3::Hasher::new();
    for row in rows {
        prints.update(&row.print);
    }
    let detail = serde_json::json!({
        "device": request.device,
        "incarnation": request.incarnation,
        "from": first.seq,
        "to": last.seq,
        "applied": count(|v| matches!(v, Verdict::Applied { .. })),
        "conflict": count(|v| matches!(v, Verdict::Conflict { .. })),
        "parked": count(|v| matches!(v, Verdict::Parked { .. })),
        "prints": hex::encode(prints.finalize().as_bytes()),
    });
    Some(head.next(request.device.to_string(), now, "push", detail))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_push_locks_what_may_be_merged_and_nothing_that_is_merely_named() {
        let id = Uuid::from_u128;
        let set = json!({"region": "340323100001", "name": "甲", "person": id(2), "organisation": id(3),
            "by": id(4)});
        let change = Change {
            id: ChangeId { device: id(8), incarnation: id(9), seq: 1 },
            group: id(7),
            record: id(1),
            kind: "post".into(),
            scope: "340323100".parse().unwrap(),
            base: 0,
            set: set.as_object().unwrap().clone(),
            void: None,
            author: id(6),
            noted_at: 0,
        };
        let wanted = Wanted::about(std::iter::once(&change));
        assert_eq!(wanted.records, [id(1), id(2)]);
    }
}
