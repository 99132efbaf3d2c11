//! Records that move to another township, and work on them that was done where they were before.
//!
//! Nothing of it is lost: it is done where the record lies now if its author has the right there, and is
//! parked there for somebody who has it if not.

use std::borrow::Cow;

use tiexin_domain::nouns::follow::place_of_late;
use tiexin_protocol::{Change, Held, ParkCode, Verdict, planted};

use super::group::{Layer, Weighed};
use super::outcome::Work;
use super::{parents, set_region, taken_back};

/// A change of a record that lies elsewhere than its author saw it, as a change of it where it lies: it moved
/// since, or the province was put back to before it moved. A new record lies where its family does.
pub(super) fn followed<'a>(
    work: &Work,
    layer: &Layer,
    change: &'a Change,
    held: Option<&Held>,
) -> Cow<'a, Change> {
    let Some(held) = held else { return with_family(work, layer, change) };
    if held.record.scope == change.scope || made_elsewhere(work, held, change) {
        return Cow::Borrowed(change);
    }
    // Versions of two logs cannot be compared, but for the one moment of the move.
    let base = match &held.arrived {
        _ if planted("base_of_another_log") => change.base,
        Some(arrived) if arrived.from == change.scope && change.base >= arrived.version => arrived.at,
        _ => 0,
    };
    Cow::Owned(Change { scope: held.record.scope.clone(), base, ..change.clone() })
}

/// Whether the change makes a record that was made in another township under the same id, and did not come there from
/// here. An edit makes none, whatever is left of its base in this generation.
fn made_elsewhere(work: &Work, held: &Held, change: &Change) -> bool {
    held.record.scope != change.scope
        && held.arrived.is_none()
        && change.base == 0
        && set_region(change).is_some()
        && !work.is_edit(change)
}

/// Whether the change makes a record that goes where what it belongs to has gone. So does one that somebody has adopted
/// there, and that its author tells once more: a province that was put back may be told the adopted one, and the decision,
/// before it. What takes another one back lies with that.
pub(super) fn goes_along(work: &Work, held: Option<&Held>, change: &Change) -> bool {
    let adopted = |held: &Held| held.record.kind == change.kind && made_elsewhere(work, held, change);
    held.is_none_or(adopted) && taken_back(&change.kind, &change.set).is_none()
}

/// A new record of a family that moved to another village of the township, as one that lies there.
fn with_family<'a>(work: &Work, layer: &Layer, change: &'a Change) -> Cow<'a, Change> {
    let near = |held: &&Held| held.record.scope == change.scope;
    let mut named = parents(change).filter_map(|id| layer.held(work, id)).filter(near);
    let to = named.find_map(|held| place_of_late(&change.kind, &change.set, &held.record));
    let Some(to) = to else { return Cow::Borrowed(change) };
    let mut followed = change.clone();
    followed.set.insert("region".into(), to.to_string().into());
    Cow::Owned(followed)
}

/// A new record of something that has moved away: parked where that lies now.
pub(super) fn left_behind(work: &Work, layer: &Layer, change: &Change) -> Option<Weighed> {
    let held = layer.held(work, change.record);
    if !goes_along(work, held, change) {
        return None;
    }
    let gone = |parent: &&Held| parent.record.scope != change.scope && parent.arrived.is_some();
    let parent = parents(change).filter_map(|id| layer.held(work, id)).find(gone)?;
    Some((moved(), held.unwrap_or(parent).record.scope.clone()))
}

/// Where a change without the right is parked: with what has moved, where that lies; an intended move, at the
/// place it is meant for.
pub(super) fn refused(
    work: &Work,
    asked: &Change,
    change: &Change,
    held: Option<&Held>,
    refusal: Verdict,
) -> Weighed {
    if change.scope != asked.scope {
        return (moved(), change.scope.clone());
    }
    if set_region(change) != set_region(asked) {
        return (moved_near(), change.scope.clone());
    }
    let to = set_region(change).map(|region| region.scope()).filter(|to| work.head(to).is_some());
    (refusal, to.filter(|_| held.is_some()).unwrap_or_else(|| change.scope.clone()))
}

fn moved() -> Verdict {
    Verdict::Parked {
        code: ParkCode::Moved,
        message: "这户已迁到别的乡镇，这次填写已转到那里留待处理".into(),
    }
}

fn moved_near() -> Verdict {
    Verdict::Parked {
        code: ParkCode::Moved,
        message: "这户已迁到本乡镇的另一个村，填写人没有那里的填写权限，这次填写已留待审核人处理".into(),
    }
}
