//! Recording from standard input: one JSON object, an array of them, or one a line.

use serde_json::{Value, json};
use tiexin_contract::family::{RecordVisit, RegisterFamily};
use tiexin_contract::records::{GetRecord, SaveRecord, Saved};
use tiexin_contract::{Command, ErrorReply};
use tiexin_domain::nouns::{self, Noun, Visit};
use tiexin_domain::shape::{self, Field, Role};
use tiexin_domain::stored::{self, NotRead};
use tiexin_domain::{Fields, Kind, Problem};
use tiexin_terminal::say;

use super::args::{Add, FAMILY};
use super::at::{Door, Seat};
use super::exit::{Exit, Failure, Outcome, told};
use super::fields;
use super::out::plain;
use super::written::kind;
use crate::commands::family_save::PARTS;
use crate::commands::known_fields::UNKNOWN;
use crate::{errors, office_day, rules};

pub(super) async fn add(door: Door, args: Add) -> Outcome {
    let kind = if args.kind == FAMILY { args.kind } else { kind(&args.kind)? };
    let text = tiexin_terminal::stdin_text()
        .map_err(|error| Failure::new(Exit::Invalid, format!("标准输入：{error}。没有登记任何内容。")))?;
    let objects = objects(&text)?;
    let seat = door.sign_in().await?;
    let (mut saved, mut refused) = (Vec::new(), Vec::new());
    for (number, object) in objects {
        let notes = named_alone(&kind, &object);
        match save(&seat, &kind, object).await {
            Ok(done) => saved.push((number, done, notes)),
            Err(reply) => refused.push((number, reply)),
        }
    }
    tell(&seat, &saved, &refused)
}

/// The objects with the line each begins on (or its place in an array), from 1.
fn objects(text: &str) -> Outcome<Vec<(usize, Fields)>> {
    let bad =
        |line: usize| Failure::new(Exit::Invalid, format!("第 {line} 行不是 JSON 对象，没有登记任何内容。"));
    let mut found = Vec::new();
    let mut read = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    loop {
        let rest = &text[read.byte_offset()..];
        let line = |rest: &str| {
            let begins = text.len() - rest.trim_start().len();
            text[..begins].matches('\n').count() + 1
        };
        let at = line(rest);
        match read.next() {
            None => break,
            Some(Ok(Value::Object(object))) => found.push((at, object)),
            Some(Ok(Value::Array(items))) => {
                for (index, item) in items.into_iter().enumerate() {
                    let Value::Object(object) = item else { return Err(bad(index + 1)) };
                    found.push((index + 1, object));
                }
            }
            Some(_) => return Err(bad(at)),
        }
    }
    if found.is_empty() {
        return Err(Failure::new(Exit::Invalid, "标准输入里没有内容，没有登记任何内容。"));
    }
    Ok(found)
}

async fn save(seat: &Seat, kind: &str, mut object: Fields) -> Result<Saved, ErrorReply> {
    if kind == FAMILY {
        let family = as_one_family(&object);
        read_family(&family)?;
        return as_written::<RegisterFamily>(seat, Value::Object(family)).await;
    }
    if let Some(id) = object.remove("id") {
        let id = serde_json::from_value(id).map_err(|_| {
            ErrorReply::invalid(vec![Problem::new("id", "invalid", "编号（id）的写法不对，请核对")])
        })?;
        let version = seat.desk.run(GetRecord { id }).await?.version;
        let edit = SaveRecord { kind: kind.into(), id: Some(id), version: Some(version), fields: object };
        return seat.desk.run(edit).await;
    }
    complete(seat, kind, &mut object).await?;
    fields::by_name(&Kind::from_code(kind), &mut object);
    if kind == Kind::Visit.code() {
        Visit::from_fields(&object)
            .map_err(|problem| ErrorReply::invalid(vec![rules::not_read(kind, problem)]))?;
        return as_written::<RecordVisit>(seat, json!({"visit": object})).await;
    }
    seat.desk.run(SaveRecord { kind: kind.into(), id: None, version: None, fields: object }).await
}

/// What hangs on somebody who is named and not referred to: it is saved, and counts for nobody's record.
fn named_alone(kind: &str, object: &Fields) -> Vec<String> {
    // An edit that names whom the record names already leaves the reference as it is.
    if object.contains_key("id") {
        return Vec::new();
    }
    let said = |name: &str| object.get(name).is_some_and(|value| !value.is_null());
    let alone =
        |field: &&Field| field.has(Role::Parent) && field.named_by.is_some_and(&said) && !said(field.name);
    let note = |field: &Field| {
        format!(
            "只记了{0}的姓名，没有对到登记的{0}；要算在谁的名下，请在 {1} 写记录编号或姓名",
            field.label, field.name
        )
    };
    shape::of(kind).into_iter().flat_map(|shape| shape.fields).filter(alone).map(note).collect()
}

/// With all that was written: the type would pass over what it does not know, and the desk refuses that.
async fn as_written<C: Command<Reply = Saved>>(seat: &Seat, args: Value) -> Result<Saved, ErrorReply> {
    let reply = seat.desk.call(None, C::NAME, args).await?;
    serde_json::from_value(reply).map_err(|_| errors::unreadable())
}

/// What need not be written: the household's own region and head, today, the one at the desk.
async fn complete(seat: &Seat, kind: &str, object: &mut Fields) -> Result<(), ErrorReply> {
    let family = shape::role(kind, Role::Family);
    let household = family.and_then(|field| object.get(field.name)?.as_str()?.parse().ok());
    if let Some(id) = household
        && !(object.contains_key("region") && object.contains_key("head_name"))
    {
        let household = seat.desk.run(GetRecord { id }).await?;
        object.entry("region").or_insert_with(|| json!(household.region));
        if shape::field(kind, "head_name").is_some()
            && let Some(head) = household.fields.get("head_name")
        {
            object.entry("head_name").or_insert_with(|| head.clone());
        }
    }
    object.entry("region").or_insert_with(|| json!(seat.me.home));
    if kind == Kind::Visit.code() {
        if !object.contains_key("date") {
            let unknown = || Problem::new("date", "clock_wrong", office_day::NO_DATE);
            let today = seat.today.ok_or_else(|| ErrorReply::invalid(vec![unknown()]))?;
            object.insert("date".into(), json!(today));
        }
        object.entry("kind").or_insert_with(|| json!("routine"));
        object.entry("visitors").or_insert_with(|| json!([seat.me.user.display_name]));
    }
    Ok(())
}

/// Of parts that say nothing of it: a family's people, file and contacts are where the family is.
fn as_one_family(object: &Fields) -> Fields {
    let mut family = object.clone();
    let head = family.get("household").and_then(Value::as_object);
    let inherited: Vec<(&str, Value)> = ["region", "head_name"]
        .into_iter()
        .filter_map(|field| Some((field, head?.get(field)?.clone())))
        .collect();
    let fill = |kind: Kind, part: &mut Value| {
        let Some(part) = part.as_object_mut() else { return };
        let has = |field: &str| nouns::shape(&kind).is_some_and(|shape| shape.field(field).is_some());
        for (field, value) in inherited.iter().filter(|(field, _)| has(field)) {
            part.entry(*field).or_insert_with(|| value.clone());
        }
        if kind != Kind::Person {
            // Which records these are is known when they are saved.
            for field in ["household", "file"].into_iter().filter(|field| has(field)) {
                part.entry(field).or_insert_with(|| json!(uuid::Uuid::nil()));
            }
        }
    };
    if let Some(Value::Array(persons)) = family.get_mut("persons") {
        persons.iter_mut().for_each(|person| fill(Kind::Person, person));
    }
    for (name, kind) in [("file", Kind::SupportFile), ("contacts", Kind::ContactPair)] {
        if let Some(part) = family.get_mut(name) {
            fill(kind, part);
        }
    }
    family
}

/// A family as it is registered: its parts are named by what they are.
fn read_family(family: &Fields) -> Result<RegisterFamily, ErrorReply> {
    stored::read(family).map_err(|wrong: NotRead| {
        let part = wrong.field();
        let named = PARTS.iter().find(|(name, _)| *name == part);
        let kind = named.map_or(Kind::Household, |(_, kind)| kind.clone());
        let code = if wrong.missing { "missing" } else { "unreadable" };
        let problem = match wrong.path.get(1) {
            Some(field) => rules::not_read(kind.code(), Problem::new(field, code, "")),
            None if wrong.missing => Problem::new(part, code, format!("缺少{}（{part}）", kind.label())),
            None => Problem::new(part, code, format!("{}（{part}）的写法不对，请核对", kind.label())),
        };
        ErrorReply::invalid(vec![problem])
    })
}

/// What was saved, with the line that it stood on and what is to be known of it.
type Done = (usize, Saved, Vec<String>);

fn tell(seat: &Seat, saved: &[Done], refused: &[(usize, ErrorReply)]) -> Outcome {
    let value = json!({
        "saved": saved.iter().map(|(_, s, notes)| json!({
            "id": s.id, "kind": s.row.kind, "title": s.row.title, "region": s.row.region, "notes": notes,
        })).collect::<Vec<_>>(),
        "refused": refused.iter().map(|(line, reply)| json!({
            "line": line, "code": reply.code, "message": reply.message, "problems": reply.problems,
        })).collect::<Vec<_>>(),
    });
    seat.out.tell(&value, || {
        saved.iter().map(|(_, s, _)| format!("{}\t{}", s.id, plain(&json!(s.row.title)))).collect()
    })?;
    for (line, _, notes) in saved {
        notes.iter().for_each(|note| say!("第 {line} 行：{note}"));
    }
    for (line, reply) in refused {
        say!("第 {line} 行没有登记：{}", told(reply));
    }
    if refused.iter().flat_map(|(_, reply)| &reply.problems).any(|problem| problem.code == UNKNOWN) {
        say!("全部栏目见 add 类别 --help");
    }
    match refused.first() {
        None => Ok(()),
        Some((_, reply)) => Err(Failure::told(Failure::from(reply.clone()).exit)),
    }
}
