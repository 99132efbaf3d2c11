//! A family moves to another village or township.

use serde_json::Value;
use tiexin_contract::family::{FamilyMoved, MoveFamily};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::Problem;
use tiexin_domain::access::Action;
use tiexin_domain::record::Record;
use tiexin_domain::region::Level;
use tiexin_store::Save;
use tiexin_store::moving::gathered;

use super::family::Family;
use super::records::find;
use super::waiting_shown::named_with_township;
use crate::registry::Registry;
use crate::rights::{At, Place, WRITE};
use crate::waiting::{self, Viewer};
use crate::{enrolment, errors, office_day, rules};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, place, move_family);
}

/// Where it is. Where it is to be somebody else may have to decide.
fn place(at: &At, args: &MoveFamily) -> Result<Place, ErrorReply> {
    Ok(Place::In(vec![find(at, args.household)?.region()]))
}

/// One proposal at a time: of two that are adopted the later one would win unasked.
fn refuse_second(at: &At, household: &Record) -> Result<(), ErrorReply> {
    let told = |message: String| Err(ErrorReply::new(ErrorCode::ChangedMeanwhile, message));
    if at.book().is_asked(household.id).map_err(errors::store)? {
        return told("这一户已有一个迁移提议，还没有上传，没有再提一次。请先同步。".into());
    }
    for group in waiting::open(&Viewer::from(at))? {
        let Some((_, to)) = group.asked_move() else { continue };
        if group.cause().change.record == household.id {
            let to = named_with_township(&to);
            return told(format!(
                "这一户已有一个迁往{to}的提议在等审核人决定，没有再提一次。要改的，先在“待处理”里撤回那一个，再重新提议。"
            ));
        }
    }
    Ok(())
}

fn move_family(at: &At, args: MoveFamily) -> Result<FamilyMoved, ErrorReply> {
    let Family { household, children } = Family::load(at, args.household)?;
    let from = household.region();
    let refuse = |field: &str, code: &str, message: &str| {
        Err(ErrorReply::invalid(vec![Problem::new(field, code, message)]))
    };
    if household.void.is_some() {
        return refuse("household", "voided", "这一户已作废，请先恢复再迁移");
    }
    if args.region == from {
        return refuse("region", "region_same", "这一户已经在这个村（社区），请选择要迁去的村（社区）");
    }
    if args.region.level() != Level::Village {
        return refuse("region", "region_not_village", "请选择要迁去的村（社区）");
    }
    let asks = !at.may(Action::Write, &args.region);
    if asks {
        refuse_second(at, &household)?;
    }
    if asks && !enrolment::is_enrolled(at.book())? {
        let message = "这个村（社区）不在您的辖区，这台电脑也没有接入省平台，不能提议迁到那里。请选择辖区内的村（社区）。";
        return Err(ErrorReply::new(ErrorCode::NoRight, message));
    }
    if args.on.is_none() && !at.day.sure {
        return refuse("on", "clock_wrong", office_day::NO_DATE);
    }
    let mut fields = household.fields.clone();
    let mut set = |field: &str, value: Option<String>| {
        if let Some(value) = value.map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()) {
            fields.insert(field.into(), value.into());
        }
    };
    set("region", Some(args.region.to_string()));
    set("moved_from", Some(from.to_string()));
    set("moved_on", args.on.map(|on| on.to_string()).or_else(|| Some(at.today.to_string())));
    set("current_address", args.address);
    let handover = args.handover.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
    let notes = household.text("notes").into_iter().map(str::to_owned).chain(handover);
    set("notes", Some(notes.collect::<Vec<_>>().join("\n")));
    // An older move's reason is not this one's.
    match args.why.map(|why| why.trim().to_owned()).filter(|why| !why.is_empty()) {
        Some(why) => fields.insert("moved_why".into(), why.into()),
        None => fields.remove("moved_why"),
    };
    rules::tidy_fields(&household.kind, &mut fields, at.day);
    fields.retain(|_, value| *value != Value::Null);
    let before = Some(&household.fields);
    let found = rules::problems_since(at.book(), &household.kind, household.id, before, &fields, at.day);
    let problems = found.map_err(errors::store)?;
    if !problems.is_empty() {
        return Err(ErrorReply::invalid(problems));
    }
    let mut saves: Vec<Save> = children
        .iter()
        .filter(|child| child.void.is_none() && at.may(Action::Write, &child.region()))
        .filter_map(|child| gathered(child, &household.fields, &fields))
        .collect();
    saves.insert(0, Save { id: household.id, kind: household.kind, fields, void: None });
    let by = at.by();
    let changed = match asks {
        true => at.book().ask_group(&saves, &by),
        false => at.book().move_group(&saves, &by).map(|(_, changed)| changed),
    };
    at.changed(changed.map_err(errors::store)?);
    let leaves = from.scope() != args.region.scope();
    Ok(FamilyMoved { records: saves.len() as u64, leaves: leaves && !asks, asked: asks })
}
