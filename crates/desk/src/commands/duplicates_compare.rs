//! Two records that look like one, side by side.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::duplicates::{CompareDuplicates, ComparedField, Comparison, MoneyRecord, Side};
use tiexin_domain::Kind;
use tiexin_domain::record::Record;
use tiexin_domain::shape::{self, Role};
use tiexin_store::merging;
use uuid::Uuid;

use super::duplicates::may;
use super::records::{find, kind_of};
use crate::registry::Registry;
use crate::rights::{At, Place, READ};
use crate::{errors, labels, masking, rows, values};

pub(super) fn register(registry: &mut Registry) {
    registry.add(READ, |at, args: &CompareDuplicates| both(at, args.one, args.other), compare);
}

/// Where two records are.
pub(super) fn both(at: &At, one: Uuid, other: Uuid) -> Result<Place, ErrorReply> {
    Ok(Place::In(vec![find(at, one)?.region(), find(at, other)?.region()]))
}

pub(super) fn compare(at: &At, args: CompareDuplicates) -> Result<Comparison, ErrorReply> {
    let (one, other) = (find(at, args.one)?, find(at, args.other)?);
    if one.kind != other.kind || !merging::mergeable(&one.kind) || one.id == other.id {
        return Err(errors::not_found());
    }
    let lost = masking::lost(at.book(), [&one, &other])?;
    let names: BTreeSet<&String> = one.fields.keys().chain(other.fields.keys()).collect();
    let fields = names
        .into_iter()
        .filter(|field| merging::choosable(&one.kind, field))
        .map(|field| {
            let value = |record: &Record| {
                let value = record.fields.get(field).unwrap_or(&Value::Null);
                let covered = masking::cover_value(record, field, value, &at.reader, &lost);
                match values::shown(&record.kind, field, &covered) {
                    empty if empty.is_empty() => Value::Null,
                    shown => Value::String(shown),
                }
            };
            ComparedField {
                field: field.clone(),
                label: labels::field(&one.kind, field),
                one: value(&one),
                other: value(&other),
                differs: one.fields.get(field) != other.fields.get(field),
                masked: [&one, &other].iter().any(|record| {
                    record
                        .fields
                        .get(field)
                        .is_some_and(|value| masking::is_masked(&record.kind, field, value))
                }),
                joins: merging::joins(&one.kind, field),
            }
        })
        .collect();
    Ok(Comparison {
        kind: one.kind.clone(),
        may: may(at, &one, &other) && one.void.is_none() && other.void.is_none(),
        fields,
        one: side(at, &one)?,
        other: side(at, &other)?,
    })
}

/// What names the record and is shown; of a person also the family's visits and services.
pub(super) fn naming(at: &At, record: &Record) -> Result<Vec<Record>, ErrorReply> {
    let home = (record.kind == Kind::Person.code()).then(|| record.reference("household")).flatten();
    let mut naming = at.book().naming(record.id, home).map_err(errors::store)?;
    naming.retain(|one| merging::names(one, record.id));
    Ok(naming)
}

fn side(at: &At, record: &Record) -> Result<Side, ErrorReply> {
    let mut hanging = naming(at, record)?;
    hanging.retain(|one| masking::may_stand_beside(one, record.id, &at.reader));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for one in hanging.iter().filter(|one| kind_of(one) != Kind::Household) {
        *counts.entry(kind_of(one).label().to_owned()).or_default() += 1;
    }
    let day = |one: &Record| {
        let field = shape::role(&one.kind, Role::Day)?;
        one.text(field.name).map(str::to_owned)
    };
    let money = hanging.iter().filter(|one| merging::is_money(&one.kind)).map(|one| MoneyRecord {
        id: one.id,
        title: format!(
            "{} {} {}元",
            kind_of(one).label(),
            day(one).unwrap_or_default(),
            one.text("amount").unwrap_or_default()
        ),
    });
    Ok(Side {
        money: money.collect(),
        hanging: counts.into_iter().map(|(label, count)| format!("{label} {count}")).collect(),
        row: rows::listed(at, record)?,
    })
}
