//! 换届: the posts of the former council end and those of the new one begin on the day of the meeting, as one batch and
//! one group. What is wrong with one holds back all.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::election::{CouncilElected, ElectCouncil};
use tiexin_domain::access::Action;
use tiexin_domain::around::{Around, Reach, Subject};
use tiexin_domain::nouns::post::{OF_ORGANISATION, PostEnd, PostTitle};
use tiexin_domain::nouns::{Meeting, Noun, Post};
use tiexin_domain::record::{Fields, Record, diff};
use tiexin_domain::{Kind, PartialDate, Problem, RegionCode, YearHint};
use tiexin_store::{Save, Source};
use uuid::Uuid;

use super::import_batches::Label;
use super::known_fields::refuse_unknown;
use super::records::{find, of_record};
use super::referred::refer;
use super::save::refuse_unfit;
use super::sign::sign;
use crate::errors::refuse;
use crate::registry::Registry;
use crate::rights::{At, WRITE};
use crate::surroundings::as_saved;
use crate::{errors, rows, rules};

pub(super) fn register(registry: &mut Registry) {
    registry.add(WRITE, |at, args: &ElectCouncil| of_record(at, args.organisation), elect);
}

fn elect(at: &At, args: ElectCouncil) -> Result<CouncilElected, ErrorReply> {
    let house = find(at, args.organisation)?;
    if house.kind != Kind::Organisation.code() {
        return Err(errors::not_found());
    }
    refuse_unfit(&house)?;
    if args.council.is_empty() {
        return refuse_one("council", "council_missing", "请填写新一届的任职，一个也没有写");
    }
    let day = decided_on(at, &args, &house)?;
    let former = former(at, &house, day)?;
    if former.iter().any(|post| !at.may(Action::Write, &post.region())) {
        return Err(errors::no_right());
    }
    let mut changed: Vec<(&Record, Save)> = former.iter().map(|post| (post, ended(post, day))).collect();
    changed.push((&house, elected(&house, day)));
    let mut saves: Vec<Save> = changed.iter().map(|(_, save)| save.clone()).collect();
    let mut problems = Vec::new();
    for (nth, sent) in args.council.iter().enumerate() {
        match begun(at, &args, (&house, day, former.as_slice()), sent, &saves) {
            Ok(save) => saves.push(save),
            Err(error) if error.problems.is_empty() => return Err(error),
            Err(error) => problems.extend(error.problems.into_iter().map(|problem| placed(nth, problem))),
        }
    }
    refuse(problems)?;
    for (before, save) in &changed {
        let subject =
            Subject { kind: &save.kind, id: save.id, before: Some(&before.fields), fields: &save.fields };
        let found = rules::problems_along(at.book(), subject, &saves, Reach::Writer, at.day);
        refuse(found.map_err(errors::store)?)?;
    }
    let made = saves.split_off(changed.len());
    let mut told = CouncilElected {
        batch: None,
        ended: titles(at, former.iter().cloned())?,
        begun: titles(at, made.iter().filter_map(as_saved))?,
    };
    if !args.dry_run {
        told.batch = Some(write(at, &house, &changed, &made)?);
    }
    Ok(told)
}

/// The batch.
fn write(at: &At, house: &Record, changed: &[(&Record, Save)], made: &[Save]) -> Result<Uuid, ErrorReply> {
    let regions: BTreeSet<RegionCode> = changed.iter().map(|(record, _)| record.region()).collect();
    let name = house.text("name").unwrap_or_default();
    let label = Label::of_election(name, house.region(), regions).written()?;
    let source = Source { batch: at.new_id(), label, signed: Fields::new(), told: None };
    let mut set = Vec::new();
    for (record, save) in changed {
        set.push((record.id, diff(&record.kind, &record.fields, &save.fields)));
    }
    let outcome = at.book().elect(&source, &set, made, &at.by()).map_err(errors::store)?;
    at.changed(outcome.touched);
    Ok(source.batch)
}

fn titles(at: &At, records: impl Iterator<Item = Record>) -> Result<Vec<String>, ErrorReply> {
    records.map(|record| rows::title(at, &record)).collect()
}

fn refuse_one<T>(field: &str, code: &str, message: &str) -> Result<T, ErrorReply> {
    Err(ErrorReply::invalid(vec![Problem::new(field, code, message)]))
}

/// Which of the new posts it is about.
fn placed(nth: usize, problem: Problem) -> Problem {
    let message = format!("第 {} 位：{}", nth + 1, problem.message);
    Problem::new(&format!("council.{nth}.{}", problem.field), &problem.code, message)
}

/// The day of the meeting.
fn decided_on(at: &At, args: &ElectCouncil, house: &Record) -> Result<NaiveDate, ErrorReply> {
    let record = at.book().get(args.meeting).map_err(errors::store)?;
    let record = record.filter(|record| {
        record.kind == Kind::Meeting.code() && record.void.is_none() && at.may(Action::Read, &record.region())
    });
    let Some(meeting) = record.and_then(|record| Meeting::from_fields(&record.fields).ok()) else {
        return refuse_one("meeting", "meeting_unknown", "没有找到这次会议，请先登记换届的会议，再选它");
    };
    if meeting.of.is_some_and(|of| of != house.id) {
        return refuse_one("meeting", "meeting_of_another", "这是别的组织的会议，请选这个组织换届的会议");
    }
    if meeting.date > at.day.latest {
        let message = "会议的日期在今天之后，会开过了再登记换届";
        return refuse_one("meeting", "date_in_future", message);
    }
    Ok(meeting.date)
}

/// The posts that end on this day.
fn former(at: &At, house: &Record, day: NaiveDate) -> Result<Vec<Record>, ErrorReply> {
    let mut posts = at.book().others(&OF_ORGANISATION, &house.id.to_string()).map_err(errors::store)?;
    posts.retain(|record| Post::from_fields(&record.fields).is_ok_and(|post| post.ends_with_election(day)));
    Ok(posts)
}

fn ended(post: &Record, day: NaiveDate) -> Save {
    let mut fields = post.fields.clone();
    fields.insert("until".into(), day.to_string().into());
    fields.entry("why_ended").or_insert_with(|| PostEnd::Term.code().into());
    Save { id: post.id, kind: post.kind.clone(), fields, void: None }
}

/// The organisation, which knows when it last elected.
fn elected(house: &Record, day: NaiveDate) -> Save {
    let mut fields = house.fields.clone();
    let last = house.text("last_election").and_then(|text| PartialDate::parse(text, YearHint::None).ok());
    if last.and_then(PartialDate::begins).is_none_or(|last| last < day) {
        fields.insert("last_election".into(), day.to_string().into());
    }
    Save { id: house.id, kind: house.kind.clone(), fields, void: None }
}

/// On whose list of staff somebody stands who is elected: as in their former post, else as whoever held this post did.
fn staffing(former: &[Record], new: &Fields) -> Option<Value> {
    let same = |field: &str| former.iter().find(|post| post.fields.get(field) == new.get(field));
    same("name").or_else(|| same("post"))?.fields.get("staffing").cloned()
}

/// A post of the new council. `along`: what is saved with it.
fn begun(
    at: &At,
    args: &ElectCouncil,
    (house, day, former): (&Record, NaiveDate, &[Record]),
    sent: &Fields,
    along: &[Save],
) -> Result<Save, ErrorReply> {
    let kind = Kind::Post.code();
    let mut fields = sent.clone();
    fields.retain(|field, _| !field.starts_with("recorded_"));
    rules::tidy_fields(kind, &mut fields, at.day);
    fields.retain(|_, value| !value.is_null());
    refuse_unknown(kind, &fields, &Fields::new())?;
    let until = args.until.map(|until| Value::from(until.to_string()));
    let own = [
        ("region", Some(Value::from(house.region().to_string()))),
        ("organisation", Some(house.id.to_string().into())),
        ("from", Some(day.to_string().into())),
        ("until", until),
        ("by", Some(args.meeting.to_string().into())),
    ];
    fields.extend(own.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?))));
    if !fields.contains_key("staffing") {
        let staffing = staffing(former, &fields).unwrap_or_else(|| "part_time".into());
        fields.insert("staffing".into(), staffing);
    }
    refer(at, kind, None, &mut fields)?;
    let title = fields.get("post").and_then(Value::as_str).map(PostTitle::from_code);
    if title.is_some_and(|title| title.is_known() && !title.is_elected()) {
        let message = "专职、专干、小组长不由换届产生，请在“任职”里登记";
        return refuse_one("post", "not_elected", message);
    }
    let id = at.new_id();
    let subject = Subject { kind, id, before: None, fields: &fields };
    let found = rules::problems_along(at.book(), subject, along, Reach::Writer, at.day);
    refuse(found.map_err(errors::store)?)?;
    sign(at, &mut fields);
    Ok(Save { id, kind: kind.to_owned(), fields, void: None })
}
