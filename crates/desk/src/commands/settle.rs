//! Deciding on what waits. The decision is a record of its own; what is adopted goes with it in one group.

use tiexin_contract::event::Progress;
use tiexin_contract::quarantine::{NotSettled, Settle, SettleMany, SettledMany};
use tiexin_contract::session::Done;
use tiexin_contract::{ErrorCode, ErrorReply, Event};
use tiexin_domain::access::Action;
use tiexin_domain::around::{self, Reach, Rule, Subject};
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::nouns::{Merge, Settlement, tidy};
use tiexin_domain::{Kind, Noun, Problem, shape};
use tiexin_protocol::VoidChange;
use tiexin_store::Save;
use uuid::Uuid;

use super::authors::Names;
use super::merge::done_anew;
use super::quarantine::{find, tell};
use super::sign::sign;
use super::waiting_shown::named;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need};
use crate::waiting::{Group, Viewer, Waiting, open, settled_already};
use crate::{errors, rules};

pub(super) fn register(registry: &mut Registry) {
    // Which right is needed where depends on what waits: the body looks, and the province looks again. One's
    // own may be let go by who has no right left.
    registry.add(Need::SignedIn, anywhere, settle);
    registry.add(Need::SignedIn, anywhere, settle_many);
}

fn settle(at: &At, args: Settle) -> Result<Done, ErrorReply> {
    let group = find(at, args.id)?;
    if !group.choices(&Viewer::from(at)).contains(&args.choice) {
        return Err(errors::no_right());
    }
    let note = reason(&args.choice, args.note.as_deref())?;
    decide(at, &group, &args.choice, note)?;
    tell(at, kinds(&group))?;
    Ok(Done { id: Some(group.0[0].change.record) })
}

fn kinds(group: &Group) -> Vec<String> {
    group.0.iter().map(|one| one.change.kind.clone()).collect()
}

/// What is written beside the decision. Who sends back says why.
fn reason(choice: &Choice, note: Option<&str>) -> Result<Option<String>, ErrorReply> {
    let note = note.and_then(tidy);
    if *choice == Choice::Decline && note.is_none() {
        let problem = Problem::new("note", "reason_missing", "请写明退回的原因，登记人会看到");
        return Err(ErrorReply::invalid(vec![problem]));
    }
    Ok(note)
}

/// One after the other, oldest first: what registers a record goes before what edits it.
fn settle_many(at: &At, args: SettleMany) -> Result<SettledMany, ErrorReply> {
    if !matches!(args.choice, Choice::Adopt | Choice::Decline) {
        return Err(errors::unreadable());
    }
    let note = reason(&args.choice, args.note.as_deref())?;
    let who = Viewer::from(at);
    let job_id = args.job.unwrap_or_else(|| at.new_id());
    let job = at.desk.inner().jobs.begin(job_id);
    let total = args.ids.len() as u64;
    let mut told = SettledMany::default();
    let mut changed = Vec::new();
    let mut wanted: Vec<Uuid> = args.ids;
    for mut group in open(&who)? {
        if wanted.is_empty() {
            break;
        }
        let before = wanted.len();
        wanted.retain(|id| !group.0.iter().any(|one| one.change.id.settlement() == *id));
        if wanted.len() == before {
            continue;
        }
        if job.is_cancelled() {
            told.cancelled = true;
            break;
        }
        // One decided just now may have made what this one edits.
        group.look(&who);
        match decide_if_offered(at, &group, &args.choice, note.clone()) {
            Ok(()) => {
                told.done += 1;
                changed.extend(kinds(&group));
            }
            Err(error) => told.left.push(NotSettled {
                id: group.id(),
                title: named(at, &group).ok(),
                message: in_words(&error),
            }),
        }
        let done = told.done + told.left.len() as u64;
        at.desk.tell(Event::Progress(progress(job_id, done, total, false)));
    }
    if !told.cancelled {
        let gone = |id| NotSettled { id, title: None, message: settled_already().message };
        told.left.extend(wanted.into_iter().map(gone));
    }
    at.desk.tell(Event::Progress(progress(job_id, total, total, true)));
    changed.sort();
    changed.dedup();
    tell(at, changed)?;
    Ok(told)
}

fn progress(job: Uuid, done: u64, total: u64, finished: bool) -> Progress {
    Progress { job, label: "正在处理".into(), done, total, finished }
}

fn decide_if_offered(
    at: &At,
    group: &Group,
    choice: &Choice,
    note: Option<String>,
) -> Result<(), ErrorReply> {
    let who = Viewer::from(at);
    let offered = group.choices(&who);
    let invalid = |why: &str| ErrorReply::new(ErrorCode::Invalid, why);
    if !offered.contains(choice) {
        return Err(match group.obstacle(&who) {
            Some(why) => invalid(why),
            None if offered.contains(&Choice::Ours) => {
                invalid("两边写得不一致，请单独打开这一条，核对后选定一个。")
            }
            None => errors::no_right(),
        });
    }
    // A person looks at each of these.
    if *choice == Choice::Adopt && group.restores() {
        return Err(invalid("这条记录后来已作废，采纳会恢复它。请单独打开这一条，核对后再定。"));
    }
    if *choice == Choice::Adopt && group.moved_since().is_some() {
        return Err(invalid("这户在提议以后已有变动。请单独打开这一条，核对后再定。"));
    }
    decide(at, group, choice, note)
}

/// The words of a refusal, those about single fields with it.
fn in_words(error: &ErrorReply) -> String {
    let mut words: Vec<&str> = error.problems.iter().map(|problem| problem.message.as_str()).collect();
    words.dedup();
    if words.is_empty() { error.message.clone() } else { words.join("；") }
}

/// Puts the decision on record, and with it what was adopted.
fn decide(at: &At, group: &Group, choice: &Choice, note: Option<String>) -> Result<(), ErrorReply> {
    let who = Viewer::from(at);
    let merge = group.merge();
    let mut saves = Vec::new();
    if choice.takes_effect() {
        saves = match &merge {
            Some(merge) => done_anew(at, group, merge)?,
            None => adopted(at, group, choice)?,
        };
    } else if *choice == Choice::Theirs && group.clashes() && group.may_decide(&who) && group.may_adopt(&who)
    {
        saves = rest(at, group)?;
    }
    let taken_back = *choice == Choice::Theirs && group.may_take_back(&who);
    if group.may_decide(&who) || taken_back {
        saves.extend(decisions(at, group, choice, note)?);
    }
    if !saves.is_empty() {
        let changed = write(at, group, merge.as_ref(), &saves)?;
        at.changed(changed);
    }
    // Of a colleague at the same desk the answer stays to be read.
    for own in group.0.iter().filter_map(|one| one.refused).filter(|_| group.is_own(&who)) {
        at.book().settle_refused(own, at.user.id, at.now_ms).map_err(errors::store)?;
    }
    Ok(())
}

fn write(
    at: &At,
    group: &Group,
    merge: Option<&Merge>,
    saves: &[Save],
) -> Result<tiexin_store::Changed, ErrorReply> {
    let leaves = |one: &Waiting| {
        one.current
            .as_ref()
            .is_some_and(|record| one.to.as_ref().is_some_and(|to| to.scope() != record.scope))
    };
    let by = at.by();
    let written = match merge {
        Some(merge) => {
            let undo = merge.decision == tiexin_domain::nouns::merge::MergeDecision::Undone;
            at.book().merge_group(saves, &by, undo)
        }
        None if group.0.iter().any(leaves) => at.book().move_group(saves, &by),
        None => at.book().save_group(saves, &by),
    };
    Ok(written.map_err(errors::store)?.1)
}

/// What the changes wanted, on top of what stands today, each at the place where its record lies now.
fn adopted(at: &At, group: &Group, choice: &Choice) -> Result<Vec<Save>, ErrorReply> {
    if let Some(saves) = group.move_of_today(&Viewer::from(at))? {
        // Of the family: what goes along is nobody's edit.
        let found = saves.first().map(|family| problems(at, group.cause(), family, &[])).transpose()?;
        return match found.filter(|found| !found.is_empty()) {
            Some(found) => Err(ErrorReply::invalid(found)),
            None => Ok(saves),
        };
    }
    let join = matches!(choice, Choice::Both | Choice::Adopt);
    let saves = group.0.iter().map(|one| one.adopted(join).ok_or_else(errors::not_found));
    let saves: Vec<Save> = saves.collect::<Result<_, _>>()?;
    for (one, save) in group.0.iter().zip(&saves) {
        // Beside each other as they will be: contacts that follow on end those before.
        let found = problems(at, one, save, &saves)?;
        if !found.is_empty() && !matches!(save.void, Some(VoidChange::Hide(_))) {
            return Err(ErrorReply::invalid(found));
        }
    }
    Ok(saves)
}

/// What stands stays where two people disagree; the other columns are merged as they would have been without that. What
/// would not obey the rules by itself is left out.
fn rest(at: &At, group: &Group) -> Result<Vec<Save>, ErrorReply> {
    let mut saves = Vec::new();
    for one in &group.0 {
        let Some(save) = one.rest(&[]) else { continue };
        let wrong: Vec<String> =
            problems(at, one, &save, &[])?.into_iter().map(|problem| problem.field).collect();
        let save = if wrong.is_empty() { Some(save) } else { one.rest(&wrong) };
        if let Some(save) = save
            && problems(at, one, &save, &[])?.is_empty()
        {
            saves.push(save);
        }
    }
    Ok(saves)
}

/// `along`: what is adopted with it.
fn problems(at: &At, one: &Waiting, save: &Save, along: &[Save]) -> Result<Vec<Problem>, ErrorReply> {
    let before = one.current.as_ref().map(|record| &record.fields);
    let subject = Subject { kind: &save.kind, id: save.id, before, fields: &save.fields };
    let mut found =
        rules::problems_along(at.book(), subject, along, Reach::Desks, at.day).map_err(errors::store)?;
    // As at the province: whether somebody is paid once more, whoever may settle there may know better.
    let may = one.at.as_ref().is_some_and(|region| at.may(Action::Settle, region));
    found.retain(|problem| !(may && may_stand_all_the_same(&save.kind, problem)));
    Ok(found)
}

/// Told of what others claim in the whole province, and no fault of the record itself; what is taken back wrongly nobody
/// makes right.
fn may_stand_all_the_same(kind: &str, problem: &Problem) -> bool {
    let claimed = |rule: &Rule| rule.reach == Reach::Everywhere && rule.code == problem.code;
    around::rules(kind).any(claimed) && shape::reversal(kind) != Some(problem.field.as_str())
}

/// A record for each change of the group.
fn decisions(at: &At, group: &Group, choice: &Choice, note: Option<String>) -> Result<Vec<Save>, ErrorReply> {
    let names = Names::of(at.book())?;
    let decision = |one: &Waiting| {
        let id = one.change.id;
        let whose = one.author_name.clone().unwrap_or_else(|| names.of_author(one.change.author));
        let settlement = Settlement {
            region: one.at.clone()?,
            device: id.device,
            incarnation: id.incarnation,
            seq: id.seq,
            record: one.change.record,
            record_kind: Kind::from_code(&one.change.kind),
            author: one.change.author,
            author_name: Some(whose),
            choice: choice.clone(),
            note: note.clone(),
        };
        let mut fields = settlement.to_fields();
        sign(at, &mut fields);
        Some(Save { id: id.settlement(), kind: Kind::Settlement.code().to_owned(), fields, void: None })
    };
    Ok(group.0.iter().filter_map(decision).collect())
}
