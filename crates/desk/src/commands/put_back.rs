//! Values that gave way to later ones, and putting them back.

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::quarantine::{GaveWay, ListGaveWay, PutBack};
use tiexin_contract::session::Done;
use tiexin_domain::access::Action;
use tiexin_store::{Save, StoreError};

use super::authors::Names;
use super::records::{find, of_record};
use super::waiting_shown::in_words;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, READ, WRITE};
use crate::waiting::settled_already;
use crate::{errors, labels, masking, place, rules};

/// Most values in one list.
const MOST: u32 = 500;

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, anywhere, list);
    registry.add(WRITE, |at, args: &PutBack| of_record(at, args.record), put_back);
}

fn list(at: &At, args: ListGaveWay) -> Result<Vec<GaveWay>, ErrorReply> {
    let names = Names::of(at.book())?;
    let regions = args.region.map_or_else(|| at.reach(Action::Read), |region| vec![region]);
    let mut found = Vec::new();
    for region in regions {
        found.extend(at.book().gave_way(&region, MOST).map_err(errors::store)?);
    }
    found.retain(|one| {
        at.may(Action::Read, &one.record.region()) && args.record.is_none_or(|id| id == one.record.id)
    });
    let lost = masking::lost(at.book(), found.iter().map(|one| &one.record))?;
    let shown = found.into_iter().map(|one| {
        let record = &one.record;
        let field = &one.gone.field;
        let cover = |value: &Value| {
            let covered = masking::cover_value(record, field, value, &at.reader, &lost);
            Value::String(in_words(at, &record.kind, field, &covered))
        };
        GaveWay {
            record: record.id,
            kind: record.kind.clone(),
            title: masking::title(record, &lost),
            region_name: place::name(&record.region()),
            label: labels::field(&record.kind, field),
            seq: one.gone.seq,
            gone: cover(&one.gone.value),
            gone_by: names.of_author(one.gone.author),
            now: cover(record.fields.get(field).unwrap_or(&Value::Null)),
            now_by: one.by.map(|by| names.of_author(by)),
            now_at: one.at,
            may: at.may(Action::Write, &record.region()),
            field: field.clone(),
        }
    });
    Ok(shown.collect())
}

fn put_back(at: &At, args: PutBack) -> Result<Done, ErrorReply> {
    let seen = find(at, args.record)?;
    let gone = at.book().overwritten(args.record).map_err(errors::store)?;
    let value = gone.into_iter().find(|gone| gone.field == args.field && gone.seq == args.seq);
    let value = value.ok_or_else(settled_already)?.value;
    let with = |mut fields: tiexin_domain::Fields| {
        if value.is_null() {
            fields.remove(&args.field);
        } else {
            fields.insert(args.field.clone(), value.clone());
        }
        fields
    };
    let before = &seen.fields;
    let fields = with(before.clone());
    let found = rules::problems_since(at.book(), &seen.kind, seen.id, Some(before), &fields, at.day);
    let found = found.map_err(errors::store)?;
    if !found.is_empty() {
        return Err(ErrorReply::invalid(found));
    }
    let by = at.by();
    let written = at.book().write(|tx| {
        // Sync may have written in between: what it wrote to other fields stays.
        let now = tx.get(args.record)?.ok_or(StoreError::NoSuchRecord(args.record))?;
        tx.save(&Save { id: now.id, kind: now.kind, fields: with(now.fields), void: None }, &by)
    });
    at.changed(written.map_err(errors::store)?.1);
    Ok(Done { id: Some(args.record) })
}
