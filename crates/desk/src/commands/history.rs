//! 经过: what happened to a record, by whom, and what stood there before.

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::records::{FieldWas, HistoryEntry, HistoryPart, OverwrittenValue, RecordHistory};
use tiexin_domain::nouns::Settlement;
use tiexin_domain::record::Record;
use tiexin_domain::shape::{self, Holds};
use tiexin_domain::{Kind, Noun, deed};
use tiexin_store::{Event, EventOrigin, FieldChange};

use super::authors::{NAMELESS, Names, is_echo};
use super::import_batches::{files_of, is_election, is_import};
use super::merge_told;
use super::records::{find, kind_of, of_record};
use super::references;
use crate::registry::Registry;
use crate::rights::{At, READ};
use crate::rows::recorded_at;
use crate::{errors, labels, masking, values};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, |at, args: &RecordHistory| of_record(at, args.id), history);
}

fn history(at: &At, args: RecordHistory) -> Result<Vec<HistoryEntry>, ErrorReply> {
    let record = find(at, args.id)?;
    let mut names = Names::of(at.book())?;
    let mut entries = of_one(at, &record, &mut names)?;
    for part in parts(at, &record)? {
        let told = HistoryPart { record: part.id, title: titled(at, &part)? };
        let of_part = of_one(at, &part, &mut names)?;
        entries.extend(of_part.into_iter().map(|entry| HistoryEntry { part: Some(told.clone()), ..entry }));
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    Ok(entries)
}

/// What is told of a family along with its household: what was agreed with it, and who looks after it. Void ones too.
fn parts(at: &At, record: &Record) -> Result<Vec<Record>, ErrorReply> {
    if kind_of(record) != Kind::Household {
        return Ok(Vec::new());
    }
    let of = |kind: Kind| at.book().look(|look| look.children_and_void(record.id, kind.code()));
    let mut parts = of(Kind::SupportFile).map_err(errors::store)?;
    parts.extend(of(Kind::ContactPair).map_err(errors::store)?);
    Ok(parts)
}

/// A pair of contacts by its names, for there are several; a file by its kind, for its title is the family's name.
fn titled(at: &At, part: &Record) -> Result<String, ErrorReply> {
    let label = Kind::from_code(&part.kind).label().to_owned();
    if kind_of(part) != Kind::ContactPair {
        return Ok(label);
    }
    let lost = masking::lost(at.book(), [part])?;
    Ok(format!("{label} {}", masking::title(part, &lost)).trim_end().to_owned())
}

/// Of one record, in no order.
fn of_one(at: &At, record: &Record, names: &mut Names) -> Result<Vec<HistoryEntry>, ErrorReply> {
    let events = at.book().history(record.id).map_err(errors::store)?;
    let overwritten = at.book().overwritten(record.id).map_err(errors::store)?;
    let authors = events.iter().map(|event| event.author).chain(overwritten.iter().map(|gone| gone.author));
    names.learn(at.book(), authors)?;
    let lost = masking::lost(at.book(), [record])?;
    let mut entries = Vec::new();
    for event in events.iter().filter(|event| !is_echo(event, &events)) {
        let mut gone = Vec::new();
        let from_there = event.origin == EventOrigin::Province;
        for one in overwritten.iter().filter(|one| from_there && one.seq == event.seq) {
            if masking::is_secret_flag(record, &one.field, &at.reader) {
                continue;
            }
            let covered = masking::cover_value(record, &one.field, &one.value, &at.reader, &lost);
            let value = match references::ids_in(&covered) {
                Some(ids) => Value::String(references::told(at, &record.kind, &one.field, &ids)?),
                None => covered,
            };
            gone.push(HistoryEntry {
                act: "被后来的内容替换".into(),
                fields: vec![labels::field(&record.kind, &one.field)],
                overwritten: Some(OverwrittenValue { field: one.field.clone(), value, seq: one.seq }),
                ..plain(event.at, names.of_author(one.author))
            });
        }
        entries.push(HistoryEntry {
            author: names.of_author(event.author),
            ..of_event(at, record, event, &lost)?
        });
        entries.extend(gone);
    }
    if !entries.iter().any(|entry| BEGINNINGS.contains(&entry.act.as_str())) {
        entries.extend(beginning(record));
    }
    entries.extend(decisions(at, record, &lost)?);
    entries.extend(merges(at, record)?);
    Ok(entries)
}

/// An entry of which nothing is told yet but when and who.
fn plain(at: i64, author: String) -> HistoryEntry {
    HistoryEntry {
        at,
        author,
        act: String::new(),
        part: None,
        fields: Vec::new(),
        changes: Vec::new(),
        import: None,
        overwritten: None,
    }
}

fn of_event(
    at: &At,
    record: &Record,
    event: &Event,
    lost: &masking::Lost,
) -> Result<HistoryEntry, ErrorReply> {
    // The names of the fields are told once: with their values, where those are known.
    let known = |field: &String| {
        event.changes.iter().any(|change| change.field == *field) && !is_for_programs(&record.kind, field)
    };
    let told = |field: &&String| !masking::is_secret_flag(record, field, &at.reader);
    let unknown: Vec<String> =
        event.fields.iter().filter(|field| !known(field)).filter(told).cloned().collect();
    let act = match (&event.import, event.act.as_str()) {
        (Some(label), "create" | "change" | "restore") if is_import(label) => "导入",
        (Some(label), "change") if is_election(label) => deed::word("elect"),
        (Some(_), "change") => deed::word("bulk"),
        (None, "change") if is_whole(event) => came(event, record),
        _ => deed::word(&event.act),
    };
    Ok(HistoryEntry {
        act: act.to_owned(),
        fields: labels::fields(&record.kind, &unknown),
        changes: told_changes(at, record, &event.changes, lost)?,
        import: event.import.as_deref().and_then(files_of),
        ..plain(event.at, String::new())
    })
}

/// Words for the making of a record.
const BEGINNINGS: [&str; 2] = ["登记", "导入"];

/// An entry of the province's log that holds the whole record: it was made, or came from another township.
fn is_whole(event: &Event) -> bool {
    event.origin == EventOrigin::Province
        && event.changes.is_empty()
        && ["region", "recorded_at"].iter().all(|whole| event.fields.iter().any(|field| field == whole))
}

/// Which of the two: whoever makes a record signs it at that moment.
fn came(event: &Event, record: &Record) -> &'static str {
    let made = recorded_at(record).is_none_or(|at| (event.at - at).abs() < 60_000);
    if made { "登记" } else { "迁入" }
}

/// A desk that took the record over as it stood does not know what was done before. It says so, and what it knows.
fn beginning(record: &Record) -> Option<HistoryEntry> {
    Some(HistoryEntry {
        act: "登记（本机取得这份台账以前的修改，在当时的电脑和省平台上）".into(),
        ..plain(recorded_at(record)?, record.text("recorded_by").unwrap_or(NAMELESS).to_owned())
    })
}

/// Fields that tell people nothing: hashes and sizes. That they changed is said.
fn is_for_programs(kind: &str, field: &str) -> bool {
    kind == Kind::Attachment.code() && labels::field(kind, field) != "附件种类" && field != "note"
}

/// Old beside new, in the words of the office; masked where the field is.
fn told_changes(
    at: &At,
    record: &Record,
    changes: &[FieldChange],
    lost: &masking::Lost,
) -> Result<Vec<FieldWas>, ErrorReply> {
    let mut told = Vec::new();
    // A reference is told by the name beside it, where that changed as well.
    let named = |change: &&FieldChange| {
        let text = shape::field(&record.kind, &change.field).and_then(|field| field.named_by);
        text.is_some_and(|text| changes.iter().any(|other| other.field == text))
    };
    let mut changes: Vec<&FieldChange> = changes.iter().filter(|change| !named(change)).collect();
    changes.sort_by_key(|change| shape::place(&record.kind, &change.field));
    changes.retain(|change| {
        let secret = masking::is_secret_flag(record, &change.field, &at.reader);
        !secret && !is_for_programs(&record.kind, &change.field)
    });
    for change in changes {
        let (old, new) = old_and_new(&record.kind, change);
        if old.is_none() && new.is_none() {
            continue;
        }
        let word = |value: &Option<Value>| -> Result<String, ErrorReply> {
            let word =
                value.as_ref().map(|value| in_words(at, record, &change.field, value, lost)).transpose()?;
            Ok(word.filter(|word| !word.is_empty()).unwrap_or_else(|| "（空）".into()))
        };
        told.push(FieldWas {
            label: labels::field(&record.kind, &change.field),
            old: word(&old)?,
            new: if new.is_none() && change.new.is_some() { "（去掉）".into() } else { word(&new)? },
        });
    }
    Ok(told)
}

/// What stood there and what stands there; of a list only what was taken away and what was added.
fn old_and_new(kind: &str, change: &FieldChange) -> (Option<Value>, Option<Value>) {
    let holds = shape::field(kind, &change.field).map(|field| field.holds);
    let several = matches!(holds, Some(Holds::References(_) | Holds::Texts | Holds::Codes(_)));
    match (&change.old, &change.new) {
        (Some(Value::Array(old)), Some(Value::Array(new))) if several => {
            let without = |all: &[Value], others: &[Value]| {
                let rest: Vec<Value> = all.iter().filter(|one| !others.contains(one)).cloned().collect();
                (!rest.is_empty()).then_some(Value::Array(rest))
            };
            (without(old, new), without(new, old))
        }
        (old, new) => (old.clone(), new.clone()),
    }
}

fn in_words(
    at: &At,
    record: &Record,
    field: &str,
    value: &Value,
    lost: &masking::Lost,
) -> Result<String, ErrorReply> {
    let covered = masking::cover_value(record, field, value, &at.reader, lost);
    if let Some(ids) = references::ids_in(&covered) {
        return references::told(at, &record.kind, field, &ids);
    }
    Ok(values::shown(&record.kind, field, &covered))
}

/// What was decided about changes of the record that were not applied: whose they were stays visible.
fn decisions(at: &At, about: &Record, lost: &masking::Lost) -> Result<Vec<HistoryEntry>, ErrorReply> {
    let decided = at.book().settlements_of(about.id).map_err(errors::store)?;
    let told = decided.into_iter().filter_map(|record| {
        let decision = Settlement::from_fields(&record.fields).ok()?;
        let whose = decision.author_name.unwrap_or_else(|| NAMELESS.into());
        let why =
            decision.note.map(|note| format!("：{}", masking::told(about, &note, lost))).unwrap_or_default();
        let author = record.text("recorded_by").unwrap_or(NAMELESS).to_owned();
        Some(HistoryEntry {
            act: format!("处理{whose}的修改，{}{why}", decision.choice.label()),
            ..plain(recorded_at(&record).unwrap_or_default(), author)
        })
    });
    Ok(told.collect())
}

/// What was merged into the record.
fn merges(at: &At, record: &Record) -> Result<Vec<HistoryEntry>, ErrorReply> {
    let told = merge_told::of(at, record)?.into_iter();
    Ok(told
        .map(|one| {
            let author = one.author.unwrap_or_else(|| NAMELESS.into());
            HistoryEntry { act: one.act, ..plain(one.at, author) }
        })
        .collect())
}
