//! Decisions on what was not applied: who may take them, and which changes they close.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use tiexin_domain::access::{Action, User, permits};
use tiexin_domain::nouns::Settlement;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::record::{self, Fields};
use tiexin_domain::{Kind, Noun, RegionCode};
use tiexin_protocol::wire::PushRequest;
use tiexin_protocol::{Change, ChangeId, Held, ParkCode, Verdict};
use uuid::Uuid;

use super::{Ground, Outcome, set_region};

/// A change that may be closed by now: quarantined in this push, or named by a decision in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Closing {
    pub(crate) scope: RegionCode,
    pub(crate) change: ChangeId,
    /// Without a decision: nobody decides on a decision, nor on what was to be saved with one that came second.
    pub(crate) at_once: bool,
}

fn is_decision(change: &Change) -> bool {
    change.kind == Kind::Settlement.code()
}

/// The change that a decision is about.
fn about(decision: &Settlement) -> ChangeId {
    ChangeId { device: decision.device, incarnation: decision.incarnation, seq: decision.seq }
}

fn read(fields: &Fields) -> Option<Settlement> {
    Settlement::from_fields(fields).ok()
}

/// The changes that decisions of this push are about, each with the scope of the decision.
pub(crate) fn asked(request: &PushRequest) -> Vec<(RegionCode, ChangeId)> {
    let decisions = request.changes.iter().filter(|change| is_decision(change));
    decisions.filter_map(|change| Some((change.scope.clone(), about(&read(&change.set)?)))).collect()
}

/// What has to be looked at after the push was written down.
pub(crate) fn closing(request: &PushRequest, outcome: &Outcome) -> BTreeSet<Closing> {
    let late = || outcome.conflicts.iter().filter(|kept| is_decision(&kept.change));
    // What was to be saved with a decision that came second waits for nobody: the one that stands is about it.
    let with_late: BTreeSet<Uuid> = late().map(|kept| kept.change.group).collect();
    let companion = |verdict: &Verdict| matches!(verdict, Verdict::Parked { code: ParkCode::Group, .. });
    // Who decided second had the right, and the decision that stands may lie in another township.
    let closed = late().filter_map(|kept| {
        let change = about(&read(&kept.change.set)?);
        Some(Closing { scope: kept.scope.clone(), change, at_once: true })
    });
    let kept = outcome.conflicts.iter().chain(&outcome.parked).map(|kept| Closing {
        scope: kept.scope.clone(),
        change: kept.change.id,
        at_once: is_decision(&kept.change)
            || (companion(&kept.verdict) && with_late.contains(&kept.change.group)),
    });
    let named = asked(request)
        .into_iter()
        .map(|(scope, change)| Closing { scope, change, at_once: false })
        .filter(|_| !outcome.verdicts.is_empty());
    kept.chain(named).chain(closed).collect()
}

/// Whether somebody has decided on the same change while it waited in another township: a province that was put back
/// may park it elsewhere than before. The first one's word stands; under its id no other decision can be written.
pub(super) fn second(change: &Change, held: Option<&Held>) -> bool {
    is_decision(change)
        && change.base == 0
        && held.is_some_and(|held| held.record.kind == change.kind && held.record.scope != change.scope)
        && set_region(change).is_some_and(|region| region.scope() == change.scope)
}

/// The verdict on it, as on one that comes second where the first one lies. It closes what waits.
pub(super) fn came_second() -> Verdict {
    Verdict::Conflict { code: "sensitive".into(), fields: vec!["choice".into()] }
}

/// Whether the user may take this decision there: with the right to settle, or the right to write when the
/// change is the user's own. To take one's own back needs no right where it waits, and is done nowhere else.
pub(super) fn refuse(
    ground: &Ground,
    user: &User,
    change: &Change,
    held: Option<&Held>,
    today: NaiveDate,
) -> Option<Verdict> {
    let park = |code, message: &str| Some(Verdict::Parked { code, message: message.into() });
    let mut fields = held.map(|h| h.record.fields.clone()).unwrap_or_default();
    record::apply(&mut fields, &change.set);
    // Without a readable one the rules of the kind refuse it.
    let decision = read(&fields)?;
    let about = about(&decision);
    if about.settlement() != change.record {
        return park(ParkCode::RuleBroken, "处理意见与所处理的修改不符");
    }
    let region = fields.get("region").and_then(|v| v.as_str()).and_then(|code| code.parse().ok());
    let places: Vec<RegionCode> = held.map(|h| h.record.region()).into_iter().chain(region).collect();
    let may = |action| places.iter().all(|place| permits(&user.grants, action, place, today));
    let waits = ground.quarantined.get(&(change.scope.clone(), about));
    let own = waits.and_then(|author| ground.authors.get(author)) == Some(&user.id);
    let takes_back = own && held.is_none() && decision.choice == Choice::Theirs;
    if user.disabled || !(may(Action::Settle) || own && may(Action::Write) || takes_back) {
        return park(ParkCode::NoRight, "填写人没有这个地区的审核权限，处理意见没有生效");
    }
    None
}
