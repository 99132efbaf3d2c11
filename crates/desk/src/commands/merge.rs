//! Merging two registrations of one, saying that they are two, taking a merge back.

use std::collections::BTreeSet;

use tiexin_contract::duplicates::{CompareDuplicates, DeclareDifferent, MergeRecords, Merged, UndoMerge};
use tiexin_contract::session::Done;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::access::Action;
use tiexin_domain::nouns::merge::{MergeDecision, merged_into, standing_for};
use tiexin_domain::nouns::{self, Merge};
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::{Kind, Noun};
use tiexin_store::merging::{self, Merging, Today, Two};
use tiexin_store::{Event, EventOrigin, Save};
use uuid::Uuid;

use super::duplicates_compare::{both, compare, naming};
use super::records::find;
use super::sign::sign;
use crate::registry::Registry;
use crate::rights::{At, Place, WRITE};
use crate::waiting::Group;
use crate::{errors, masking};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, |at, args: &MergeRecords| both(at, args.stays, args.gives_way), merge);
    registry.add(WRITE, |at, args: &DeclareDifferent| both(at, args.one, args.other), differ);
    registry.add(WRITE, of_merge, undo);
}

fn of_merge(at: &At, args: &UndoMerge) -> Result<Place, ErrorReply> {
    let merge = read(&find(at, args.id)?)?;
    both(at, merge.stays, merge.gives_way)
}

fn read(record: &Record) -> Result<Merge, ErrorReply> {
    if record.kind != Kind::Merge.code() {
        return Err(errors::not_found());
    }
    Merge::from_fields(&record.fields).map_err(|_| errors::not_found())
}

/// The record that stands for one that was merged; the same one when it was not.
pub(super) fn standing(at: &At, id: Uuid) -> Uuid {
    let into = |id| at.book().get(id).ok().flatten().as_ref().and_then(merged_into);
    standing_for(id, into).unwrap_or(id)
}

fn refuse(message: &str) -> ErrorReply {
    ErrorReply::new(ErrorCode::Invalid, message)
}

/// Both as they stand, of one kind that can be merged.
fn two(at: &At, one: Uuid, other: Uuid) -> Result<(Record, Record), ErrorReply> {
    let (one, other) = (find(at, one)?, find(at, other)?);
    if one.id == other.id || one.kind != other.kind || !merging::mergeable(&one.kind) {
        return Err(refuse("这两条不能合并，没有改动。请选择两份同类的登记。"));
    }
    if one.void.is_some() || other.void.is_some() {
        return Err(ErrorReply::new(
            ErrorCode::ChangedMeanwhile,
            "其中一份已作废或已经合并，没有改动。请刷新看看。",
        ));
    }
    Ok((one, other))
}

/// What a merge comes to.
struct Planned {
    saves: Vec<Save>,
    /// The decision's record, the last of the saves.
    id: Uuid,
    turned: usize,
    /// What names the one that gives way and is left as it is.
    left: usize,
}

fn planned(at: &At, args: MergeRecords) -> Result<Planned, ErrorReply> {
    let (stays, gives_way) = two(at, args.stays, args.gives_way)?;
    let naming = naming(at, &gives_way)?;
    let turned = |one: &&Record| {
        let money = merging::is_money(&one.kind) && !args.money.contains(&one.id);
        !money && at.may(Action::Write, &one.region())
    };
    let turning: Vec<Record> = naming.iter().filter(turned).cloned().collect();
    let take: BTreeSet<String> = args.take.into_iter().collect();
    let two = Two { stays: &stays, gives_way: &gives_way, naming: &turning };
    let Merging { mut saves, decision } = merging::merge(&two, &take);
    check(&saves)?;
    // Of whose family only few may know is turned with the rest, and counted for nobody else.
    let told = |id: &Uuid| {
        let one = naming.iter().find(|one| one.id == *id);
        one.is_none_or(|one| masking::may_stand_beside(one, gives_way.id, &at.reader))
    };
    let turned: BTreeSet<Uuid> = decision.turned.iter().map(|one| one.record).filter(told).collect();
    let left = naming.iter().filter(|one| told(&one.id) && turning.iter().all(|other| other.id != one.id));
    let left = left.count();
    let kept = keep(at, &decision, true)?;
    let id = kept.id;
    saves.push(kept);
    Ok(Planned { saves, id, turned: turned.len(), left })
}

fn merge(at: &At, args: MergeRecords) -> Result<Merged, ErrorReply> {
    let stays = args.stays;
    let Planned { saves, id, turned, left } = planned(at, args)?;
    let (_, changed) = at.book().merge_group(&saves, &at.by(), false).map_err(errors::store)?;
    at.changed(changed);
    Ok(Merged { id, stays, turned: turned as u64, left: left as u64 })
}

/// What somebody decided about two registrations, which the province did not apply, done on both as they stand now.
pub(super) fn done_anew(at: &At, group: &Group, merge: &Merge) -> Result<Vec<Save>, ErrorReply> {
    if merge.decision == MergeDecision::Undone {
        return undone(at, merge);
    }
    Ok(planned(at, anew(at, group, merge)?)?.saves)
}

/// The one that stays, as merging anew would make it.
pub(super) fn stays_anew(at: &At, group: &Group, merge: &Merge) -> Option<Fields> {
    let saves = planned(at, anew(at, group, merge).ok()?).ok()?.saves;
    saves.into_iter().find(|save| save.id == merge.stays).map(|save| save.fields)
}

/// The values that were to be taken over are, as they stand today, and what only the other one holds.
fn anew(at: &At, group: &Group, merge: &Merge) -> Result<MergeRecords, ErrorReply> {
    let both = compare(at, CompareDuplicates { one: merge.stays, other: merge.gives_way })?;
    let of_stays = merge.took.iter().filter(|took| took.record.is_none());
    let mut take: BTreeSet<String> = of_stays.map(|took| took.field.clone()).collect();
    // What only waited for a registration to come back is done as it was decided.
    if !group.awaits_record() {
        take.extend(both.taken_by_default(false));
        with_what_was_written(at, group, merge, &mut take)?;
    }
    take.retain(|field| both.fields.iter().any(|one| one.field == *field && !one.other.is_null()));
    Ok(MergeRecords {
        stays: merge.stays,
        gives_way: merge.gives_way,
        take: take.into_iter().collect(),
        money: merge.turned.iter().map(|turned| turned.record).collect(),
    })
}

/// What somebody wrote meanwhile stands, on whichever of the two: after the merge it would have come to the one that
/// stays.
fn with_what_was_written(
    at: &At,
    group: &Group,
    merge: &Merge,
    take: &mut BTreeSet<String>,
) -> Result<(), ErrorReply> {
    let written = |id| {
        let events = meanwhile(at, group, id)?;
        Ok::<BTreeSet<String>, ErrorReply>(events.into_iter().flat_map(|event| event.fields).collect())
    };
    let stood = written(merge.stays)?;
    take.retain(|field| !stood.contains(field) || merging::joins(merge.record_kind.code(), field));
    take.extend(written(merge.gives_way)?);
    Ok(())
}

/// What was written about one of the two and was not seen by who merged them.
pub(super) fn meanwhile(at: &At, group: &Group, id: Uuid) -> Result<Vec<Event>, ErrorReply> {
    let Some(one) = group.0.iter().find(|one| one.change.record == id) else { return Ok(Vec::new()) };
    let mut events = at.book().history(id).map_err(errors::store)?;
    events.retain(|event| event.origin == EventOrigin::Province && event.seq > one.change.base);
    Ok(events)
}

/// What is to stand obeys its kind's rules. That another record holds the same number is no obstacle here.
fn check(saves: &[Save]) -> Result<(), ErrorReply> {
    for save in saves.iter().filter(|save| save.void.is_none()) {
        let found = nouns::check(&save.kind, &save.fields).map(|checked| checked.problems);
        let problems = found.unwrap_or_else(|problem| vec![problem]);
        if !problems.is_empty() {
            return Err(ErrorReply::invalid(problems));
        }
    }
    Ok(())
}

/// The decision's record, signed by who decides.
fn keep(at: &At, decision: &Merge, anew: bool) -> Result<Save, ErrorReply> {
    let id = tiexin_protocol::merge_of(decision.stays, decision.gives_way);
    let before = at.book().get(id).map_err(errors::store)?;
    let mut kept = merging::decided(decision, before.as_ref());
    if anew {
        sign(at, &mut kept.fields);
    }
    Ok(kept)
}

fn differ(at: &At, args: DeclareDifferent) -> Result<Done, ErrorReply> {
    let (one, other) = two(at, args.one, args.other)?;
    let decision = Merge {
        region: one.region(),
        record_kind: Kind::from_code(&one.kind),
        stays: one.id,
        gives_way: other.id,
        decision: MergeDecision::Different,
        turned: Vec::new(),
        took: Vec::new(),
    };
    let kept = keep(at, &decision, true)?;
    let id = kept.id;
    let (_, changed) = at.book().save_group(&[kept], &at.by()).map_err(errors::store)?;
    at.changed(changed);
    Ok(Done { id: Some(id) })
}

fn undo(at: &At, args: UndoMerge) -> Result<Done, ErrorReply> {
    let merge = read(&find(at, args.id)?)?;
    if merge.decision != MergeDecision::Merged {
        return Err(undone_already());
    }
    let saves = undone(at, &merge)?;
    let (_, changed) = at.book().merge_group(&saves, &at.by(), true).map_err(errors::store)?;
    at.changed(changed);
    Ok(Done { id: Some(merge.gives_way) })
}

fn undone_already() -> ErrorReply {
    ErrorReply::new(ErrorCode::ChangedMeanwhile, "这次合并已经撤销过了，没有改动。请刷新列表。")
}

/// What taking a merge back comes to.
fn undone(at: &At, merge: &Merge) -> Result<Vec<Save>, ErrorReply> {
    if merged_into(&find(at, merge.gives_way)?).is_none() {
        return Err(undone_already());
    }
    let now = |id| at.book().get(id).ok().flatten();
    let standing = |id| standing(at, id);
    let mut saves =
        merging::undo(merge, &Today { now: &now, standing: &standing }).ok_or_else(errors::not_found)?;
    // What was moved to where the user may not write stays there.
    saves.retain(|save| now(save.id).is_some_and(|record| at.may(Action::Write, &record.region())));
    saves.push(keep(at, &Merge { decision: MergeDecision::Undone, ..merge.clone() }, false)?);
    Ok(saves)
}
