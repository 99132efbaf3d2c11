//! What a ledger changes of records that are in the book, old beside new, as a worker reads it.

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::import::ChangeRow;
use tiexin_domain::nouns;
use tiexin_domain::record::Record;
use tiexin_intake::{FieldChange, LedgerPlan};
use tiexin_store::Look;

use crate::rights::At;
use crate::{errors, labels, masking, values};

/// The changes of a plan. `number` counts them over all files of a preview.
pub(super) fn shown(
    at: &At,
    look: &Look<'_>,
    plan: &LedgerPlan,
    number: &mut u32,
) -> Result<Vec<ChangeRow>, ErrorReply> {
    let mut rows = Vec::with_capacity(plan.changes.len());
    for change in &plan.changes {
        let record = look.get(change.record).map_err(errors::store)?;
        rows.push(row(at, record.as_ref(), change, *number));
        *number += 1;
    }
    Ok(rows)
}

fn row(at: &At, record: Option<&Record>, change: &FieldChange, number: u32) -> ChangeRow {
    let kind = change.kind.code();
    // A record that an earlier file of this preview makes is in no book yet.
    let stand_in = || Record {
        id: change.record,
        kind: kind.to_owned(),
        scope: change.region.scope(),
        version: 0,
        fields: Default::default(),
        void: None,
    };
    let record = record.cloned().unwrap_or_else(stand_in);
    let covered = |value: &Value| {
        let value = masking::cover_value(&record, &change.field, value, at.user.id);
        values::shown(kind, &change.field, &value)
    };
    let title = nouns::check(kind, &record.fields).map(|checked| checked.title).unwrap_or_default();
    let (old, mut new) = ((!change.old.is_null()).then(|| covered(&change.old)), covered(&change.new));
    // Two numbers whose masks are the same differ where the mask hides them.
    if old.as_ref() == Some(&new) {
        new.push_str("（遮住的部分不同）");
    }
    ChangeRow {
        number,
        sheet: change.sheet.clone(),
        row: change.row,
        title,
        field_label: labels::field(kind, &change.field),
        old,
        new,
        taken: false,
    }
}
