//! Deciding on what waits. The decision is a record of its own; what is adopted goes with it in one group.

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::quarantine::Settle;
use tiexin_contract::session::Done;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::nouns::{self, Settlement, tidy};
use tiexin_domain::record::{self as shape, Fields};
use tiexin_domain::{Kind, MergeClass, Noun, Problem};
use tiexin_protocol::{Change, VoidChange, join_notes};
use tiexin_store::Save;

use super::quarantine::{Group, Waiting, author, find, tell};
use super::records::Names;
use super::save::sign;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, READ};
use crate::{errors, rules};

pub(super) fn register(registry: &mut Registry) {
    // Which right is needed where depends on what waits: the body looks, and the province looks again.
    registry.add(READ, anywhere, settle);
}

fn settle(at: &At, args: Settle) -> Result<Done, ErrorReply> {
    let group = find(at, args.id)?;
    if !group.choices(at).contains(&args.choice) {
        return Err(errors::no_right());
    }
    let note = args.note.as_deref().and_then(tidy);
    if args.choice == Choice::Decline && note.is_none() {
        let problem = Problem::new("note", "reason_missing", "请写明退回的原因，登记人会看到");
        return Err(ErrorReply::invalid(vec![problem]));
    }
    let mut saves = Vec::new();
    if args.choice.takes_effect() {
        for one in &group.0 {
            saves.push(adopted(at, one, &args.choice)?);
        }
    }
    if group.may_decide(at) {
        saves.extend(decisions(at, &group, &args.choice, note)?);
    }
    let kinds = group.0.iter().map(|one| one.change.kind.clone()).collect();
    if !saves.is_empty() {
        let (_, changed) = at.book().save_group(&saves, &at.by()).map_err(errors::store)?;
        at.changed(changed);
    }
    // Of a colleague at the same desk the answer stays to be read.
    for own in group.0.iter().filter_map(|one| one.refused).filter(|_| group.is_own(at)) {
        at.book().settle_refused(own, at.user.id, at.now_ms).map_err(errors::store)?;
    }
    tell(at, kinds)?;
    Ok(Done { id: Some(group.0[0].change.record) })
}

/// What the change wanted, on top of what stands today.
fn adopted(at: &At, one: &Waiting, choice: &Choice) -> Result<Save, ErrorReply> {
    let Change { record, kind, void, .. } = &one.change;
    let mut fields = one.current.as_ref().map(|record| record.fields.clone()).unwrap_or_default();
    let mut set = one.change.set.clone();
    if matches!(choice, Choice::Both | Choice::Adopt) {
        keep_both_notes(kind, &fields, &mut set);
    }
    shape::apply(&mut fields, &set);
    let found = rules::problems(at.book(), kind, *record, &fields, at.day).map_err(errors::store)?;
    if !found.is_empty() && !matches!(void, Some(VoidChange::Hide(_))) {
        return Err(ErrorReply::invalid(found));
    }
    let hidden = one.current.as_ref().is_some_and(|record| record.void.is_some());
    // To stand by an edit of a hidden record is to bring it back.
    let void = void.clone().or_else(|| hidden.then_some(VoidChange::Restore));
    Ok(Save { id: *record, kind: kind.clone(), fields, void })
}

/// What was noted meanwhile does not give way to an older text.
fn keep_both_notes(kind: &str, standing: &Fields, set: &mut Fields) {
    for (field, value) in set.iter_mut() {
        if nouns::merge_class(kind, field) == MergeClass::LongNote
            && let Value::String(text) = value
        {
            *value = join_notes(standing.get(field), text);
        }
    }
}

/// A record for each change of the group.
fn decisions(at: &At, group: &Group, choice: &Choice, note: Option<String>) -> Result<Vec<Save>, ErrorReply> {
    let names = Names::of(at.book())?;
    let decision = |one: &Waiting| {
        let id = one.change.id;
        let settlement = Settlement {
            region: one.region.clone(),
            device: id.device,
            incarnation: id.incarnation,
            seq: id.seq,
            record: one.change.record,
            record_kind: Kind::from_code(&one.change.kind),
            author: one.change.author,
            author_name: Some(author(&names, one)),
            choice: choice.clone(),
            note: note.clone(),
        };
        let mut fields = settlement.to_fields();
        sign(at, &mut fields);
        Save { id: id.settlement(), kind: Kind::Settlement.code().to_owned(), fields, void: None }
    };
    Ok(group.0.iter().map(decision).collect())
}
