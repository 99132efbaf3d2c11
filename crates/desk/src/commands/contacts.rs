//! 换联系人: the next pair begins, the former one ends the day before and stays in the history. When the next one is
//! made void, the former goes on.

use chrono::NaiveDate;
use tiexin_contract::ErrorReply;
use tiexin_domain::nouns::{ContactPair, Noun, contact_pair};
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::{Kind, Problem};
use tiexin_store::Save;
use uuid::Uuid;

use crate::errors;
use crate::rights::At;

/// What has to be saved of the pairs so far, together with a new record of this kind and these fields.
pub(super) fn former_ended(at: &At, kind: &str, fields: &Fields) -> Result<Vec<Save>, ErrorReply> {
    if kind != Kind::ContactPair.code() {
        return Ok(Vec::new());
    }
    let Ok(new) = ContactPair::from_fields(fields) else { return Ok(Vec::new()) };
    let (records, former) = pairs(at, &new)?;
    let ended = contact_pair::ended_by(&new, &former)
        .map_err(|problem: Problem| ErrorReply::invalid(vec![problem]))?;
    let save = |record: Record| {
        let (_, to) = ended.iter().find(|(id, _)| *id == record.id)?;
        let mut fields = record.fields;
        fields.insert("to".into(), to.to_string().into());
        Some(Save { id: record.id, kind: record.kind, fields, void: None })
    };
    Ok(records.into_iter().filter_map(save).collect())
}

/// Records of pairs, and what those of them say that can be read.
type Pairs = (Vec<Record>, Vec<(Uuid, ContactPair)>);

/// The pairs of the family.
fn pairs(at: &At, of: &ContactPair) -> Result<Pairs, ErrorReply> {
    let kind = Kind::ContactPair.code();
    let mut records = at.book().children_of_kind(of.household, kind).map_err(errors::store)?;
    records.retain(|record| record.void.is_none());
    let read = |record: &Record| Some((record.id, ContactPair::from_fields(&record.fields).ok()?));
    let read = records.iter().filter_map(read).collect();
    Ok((records, read))
}

/// Whose time changes when this record is made void (`hide`) or comes back: the pair, and until when it looks after the
/// family then.
pub(super) fn along(
    at: &At,
    record: &Record,
    hide: bool,
) -> Result<Option<(Record, Option<NaiveDate>)>, ErrorReply> {
    if record.kind != Kind::ContactPair.code() {
        return Ok(None);
    }
    let Ok(own) = ContactPair::from_fields(&record.fields) else { return Ok(None) };
    let (records, mut others) = pairs(at, &own)?;
    others.retain(|(id, _)| *id != record.id);
    let changed = match hide {
        true => contact_pair::freed_by(&own, &others),
        // Two that overlap are two as before: it comes back all the same.
        false => contact_pair::ended_by(&own, &others)
            .ok()
            .and_then(|ended| ended.first().map(|(id, to)| (*id, Some(*to)))),
    };
    Ok(changed.and_then(|(id, to)| Some((records.into_iter().find(|record| record.id == id)?, to))))
}
