//! Insert-only records (`domain::fixed`): whoever asks for a change of one, an old or a changed program too, has it parked.

use tiexin_domain::fixed::{FIXED, is_altered, is_stamp};
use tiexin_domain::nouns::merge::{merged_into, standing_for};
use tiexin_domain::{Record, shape};
use tiexin_protocol::{Change, Effect, Held, ParkCode, Verdict, planted};
use uuid::Uuid;

use super::group::{Layer, Weighed};
use super::outcome::Work;

/// Who recorded it first stays: the same ledger read in at another desk changes nothing.
pub(super) fn without_stamps(held: Option<&Held>, mut effect: Effect) -> Effect {
    if held.is_some_and(|held| shape::is_fixed(&held.record.kind)) {
        effect.set.retain(|field, _| !is_stamp(field));
        effect.overwrote.retain(|old| !is_stamp(&old.field));
    }
    effect
}

/// Which change of the group, all of whose changes stand, alters such a record or takes back what is not there, and the
/// verdict on it.
pub(super) fn refused(
    work: &Work,
    layer: &Layer,
    members: &[&Change],
    weighed: &[Weighed],
) -> Option<(usize, Verdict)> {
    if planted("fixed_is_altered") {
        return None;
    }
    let park = |message: &str| Verdict::Parked { code: ParkCode::RuleBroken, message: message.into() };
    members.iter().zip(weighed).enumerate().find_map(|(at, (change, (verdict, _)))| {
        let Verdict::Applied { instead, .. } = verdict else { return None };
        let reversal = shape::reversal(&change.kind)?;
        let id = instead.unwrap_or(change.record);
        let after = &layer.held(work, id)?.record;
        match work.held(id) {
            Some(before) if is_altered(&before.record, after, |was, is| turns(work, layer, was, is)) => {
                Some((at, park(FIXED)))
            }
            Some(_) => None,
            None if after.void.is_some() => Some((at, park(FIXED))),
            None => takes_back_nothing(work, layer, after, reversal)
                .then(|| (at, park("省平台没有要冲正的那一笔，或不在同一个乡镇，这次冲正已留待处理"))),
        }
    })
}

/// Whether two ids are of one record, before the group or after it: the one was merged into the other, or is so no longer.
fn turns(work: &Work, layer: &Layer, was: Uuid, is: Uuid) -> bool {
    let before = |id: Uuid| work.held(id).and_then(|held| merged_into(&held.record));
    let after = |id: Uuid| layer.held(work, id).and_then(|held| merged_into(&held.record));
    let one = |into: &dyn Fn(Uuid) -> Option<Uuid>| {
        let stands = |id: Uuid| standing_for(id, into).unwrap_or(id);
        stands(was) == stands(is)
    };
    one(&before) || one(&after)
}

fn takes_back_nothing(work: &Work, layer: &Layer, record: &Record, reversal: &str) -> bool {
    if !record.fields.contains_key(reversal) {
        return false;
    }
    let there = record.reference(reversal).and_then(|id| layer.held(work, id)).map(|held| &held.record);
    there.is_none_or(|first| first.kind != record.kind || first.scope != record.scope)
}
