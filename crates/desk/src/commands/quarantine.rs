//! What waits for a decision: one's own refused changes, and those of others that one may settle.

use tiexin_contract::quarantine::{Answer, ListQuarantine, PutAway, Quarantine, UnmaskBoth};
use tiexin_contract::records::Unmasked;
use tiexin_contract::session::Done;
use tiexin_contract::{ErrorReply, Event};
use tiexin_domain::access::Action;
use tiexin_domain::record::Record;
use tiexin_store::Refused;
use uuid::Uuid;

use super::answers;
use super::authors::Names;
use super::overruled;
use super::waiting_shown::{Words, titled};
use crate::masking::Shown;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need};
use crate::waiting::{Group, Viewer, Waiting, open, settled_already};
use crate::{errors, masking};

pub(super) fn register(registry: &mut Registry) {
    // One's own is told, and what was decided about it, also to who has no right left.
    registry.add(Need::SignedIn, anywhere, list);
    registry.add(Need::SignedIn, anywhere, unmask);
    registry.add(Need::SignedIn, anywhere, put_away);
}

fn list(at: &At, args: ListQuarantine) -> Result<Quarantine, ErrorReply> {
    let who = Viewer::from(at);
    let inside = |group: &&Group| {
        let within = |one: &Waiting| args.region.as_ref().is_none_or(|region| region.covers(&one.region()));
        group.is_own(&who) || group.0.iter().any(within)
    };
    let groups = open(&who)?;
    let whole: Vec<Record> = groups.iter().flat_map(|group| &group.0).map(Waiting::with_change).collect();
    let words = Words { at, names: Names::of(at.book())?, lost: masking::lost(at.book(), &whole)? };
    let items = groups.iter().filter(inside).map(|group| words.item(group)).collect();
    let answers = answers_of(at, words.names)?;
    Ok(Quarantine { items, answers, unseen: answers::unseen(at)? })
}

/// What was decided about the user's own changes, each save once; and where somebody else had decided first.
fn answers_of(at: &At, names: Names) -> Result<Vec<Answer>, ErrorReply> {
    let saves = at.book().answers_of(at.user.id).map_err(errors::store)?;
    let group = |save: Vec<Refused>| (Group(save.iter().cloned().map(Waiting::from).collect()), save);
    let saves: Vec<(Group, Vec<Refused>)> = saves.into_iter().map(group).collect();
    let whole: Vec<Record> = saves.iter().flat_map(|(group, _)| &group.0).map(Waiting::with_change).collect();
    let words = Words { at, names, lost: masking::lost(at.book(), &whole)? };
    let told = saves.iter().filter_map(|(group, save)| answer(&words, group, save));
    let mut answers: Vec<Answer> = told.collect();
    answers.extend(overruled::of_user(at)?.iter().filter_map(|one| overruled::answer(at, one)));
    Ok(answers)
}

/// About changes of one save, by what was its cause: a family that moves, and not each of its people. Of a merge what was
/// to be done is told, not one of the records that it would have turned: those stand.
fn answer(words: &Words<'_>, group: &Group, save: &[Refused]) -> Option<Answer> {
    let cause = group.cause();
    let refused = save.iter().find(|one| Some(one.id) == cause.refused)?;
    let outcome = save.iter().find_map(|one| one.outcome.clone())?;
    let merge = group.merge();
    let (record, kind, title) = match &merge {
        Some(merge) => (merge.stays, merge.record_kind.code().to_owned(), words.deed_of(merge)),
        None => (cause.change.record, cause.change.kind.clone(), titled(cause, &words.lost)),
    };
    Some(Answer {
        id: refused.id,
        record,
        kind,
        title,
        noted_at: cause.change.noted_at,
        choice: outcome.choice,
        instead_of: None,
        note: outcome.note.map(|note| words.written(cause, &note)),
        by: outcome.by,
        at: outcome.at,
        wrote: if merge.is_some() { Vec::new() } else { answers::wrote(words, cause) },
        again: merge.is_none() && answers::may_again(words.at, refused),
    })
}

fn unmask(at: &At, args: UnmaskBoth) -> Result<Unmasked, ErrorReply> {
    let group = find(at, args.id)?;
    let one = group.0.iter().find(|one| one.change.record == args.record).ok_or_else(errors::not_found)?;
    let whole = one.with_change();
    let record = if args.ours { Some(&whole) } else { one.current.as_ref() };
    let lost = masking::lost(at.book(), record)?;
    let value = record
        .and_then(|record| masking::unmasked(record, &args.field, Shown::Judged, &at.reader, &lost))
        .ok_or_else(errors::not_found)?;
    // What stands is shown only to who may read it where it stands.
    let stands = one.current.as_ref().map(Record::region);
    if !args.ours && !stands.is_some_and(|region| at.may(Action::Read, &region)) {
        return Err(errors::no_right());
    }
    // Shown only when the audit has it.
    at.note("unmask", Some(args.record), &[&args.field])?;
    Ok(Unmasked { value })
}

fn put_away(at: &At, args: PutAway) -> Result<Done, ErrorReply> {
    let answers = at.book().answers_of(at.user.id).map_err(errors::store)?;
    let overruled = overruled::of_user(at)?.into_iter().map(|one| vec![one]);
    let mut all = answers.into_iter().chain(overruled);
    let told = all.find(|together| together.iter().any(|one| one.id == args.id));
    let told = told.ok_or_else(settled_already)?;
    for one in &told {
        at.book().settle_refused(one.id, at.user.id, at.now_ms).map_err(errors::store)?;
    }
    let record = told.iter().find(|one| one.id == args.id).map(|one| one.change.record);
    tell(at, told.into_iter().map(|one| one.change.kind).collect())?;
    Ok(Done { id: record })
}

impl<'a> From<&'a At> for Viewer<'a> {
    fn from(at: &'a At) -> Viewer<'a> {
        Viewer { book: at.book(), user: at.user.id, grants: &at.user.grants, today: at.today }
    }
}

pub(super) fn find(at: &At, id: Uuid) -> Result<Group, ErrorReply> {
    let named = |group: &Group| group.0.iter().any(|one| one.change.id.settlement() == id);
    open(&Viewer::from(at))?.into_iter().find(named).ok_or_else(settled_already)
}

/// One thing less that waits, in the lists and on the indicator.
pub(super) fn tell(at: &At, kinds: Vec<String>) -> Result<(), ErrorReply> {
    at.desk.tell(Event::Changed { kinds });
    let state = at.session.province.state(&at.desk, at.book(), at.now_ms)?;
    at.desk.tell(Event::Sync(Box::new(state)));
    Ok(())
}
