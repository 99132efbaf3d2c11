//! Records that were merged into another, and work on them by desks that had not heard of it.
//!
//! It is done on the record that stays, as [`super::moves`] does it where a record lies now: on a base that
//! supposes its author to have seen nothing of that record, so that whatever gives way can be found (I8) and
//! whatever only a person may settle is left to a person.

use std::borrow::Cow;

use tiexin_domain::nouns::merge::{MERGED_INTO, merged_into, standing_for, turn};
use tiexin_protocol::{Change, Held, ParkCode, Verdict, planted};
use uuid::Uuid;

use super::group::{Layer, Weighed};
use super::outcome::Work;
use super::{moves, parents, turned};

/// The record that stands for a merged one, where it is known and of the same kind.
fn standing<'a>(work: &'a Work, layer: &'a Layer, id: Uuid) -> Option<&'a Held> {
    let gave_way = layer.held(work, id)?;
    let into = |id| layer.held(work, id).and_then(|held| merged_into(&held.record));
    let stays = layer.held(work, standing_for(id, into)?)?;
    (stays.record.kind == gave_way.record.kind && !planted("merge_not_followed")).then_some(stays)
}

/// The change as one of the record that stays, its references turned to records that stay.
pub(super) fn followed<'a>(work: &Work, layer: &Layer, change: &'a Change) -> Cow<'a, Change> {
    let mut followed = Cow::Borrowed(change);
    // Hiding it, bringing it back, merging it: that is about the record itself.
    let itself = change.void.is_some() || change.set.contains_key(MERGED_INTO);
    if !itself && let Some(stays) = standing(work, layer, change.record) {
        let one = followed.to_mut();
        one.record = stays.record.id;
        one.scope = stays.record.scope.clone();
        one.base = if planted("merge_keeps_base") { change.base } else { 0 };
    }
    for other in turned(change) {
        if let Some(stays) = standing(work, layer, other) {
            let to = stays.record.id;
            if to != followed.record {
                turn(&change.kind, &mut followed.to_mut().set, other, to);
            }
        }
    }
    followed
}

/// What cannot be taken in at all: a record merged into itself, over others; and a new record of something that
/// stays in another township, which is parked there.
pub(super) fn stopped(work: &Work, layer: &Layer, asked: &Change, change: &Change) -> Option<Weighed> {
    let into = change.set.get(MERGED_INTO).and_then(|id| id.as_str()?.parse::<Uuid>().ok());
    let circle = |id: Uuid| {
        id == change.record || standing(work, layer, id).map(|h| h.record.id) == Some(change.record)
    };
    if into.is_some_and(circle) {
        let message = "这两份登记已经反向合并过".into();
        return Some((Verdict::Parked { code: ParkCode::RuleBroken, message }, change.scope.clone()));
    }
    let held = layer.held(work, change.record);
    if asked.set == change.set || !moves::goes_along(work, held, change) {
        return None;
    }
    let away = |held: &&Held| held.record.scope != change.scope;
    let parent = parents(asked).filter_map(|id| standing(work, layer, id)).find(away)?;
    Some((merged(), held.unwrap_or(parent).record.scope.clone()))
}

/// The record as one that the author's desk has written nothing of: even its own values do not give way unsaid.
pub(super) fn unseen(held: &Held) -> Held {
    let mut held = held.clone();
    for origin in held.field_versions.values_mut() {
        origin.incarnation = Uuid::nil();
    }
    held
}

/// Parked where the record that stays lies.
pub(super) fn merged() -> Verdict {
    Verdict::Parked {
        code: ParkCode::Merged,
        message: "这份登记已并入另一份，这次填写已转到那里留待处理".into(),
    }
}
