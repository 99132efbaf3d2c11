//! What a ledger changes of records that are in the book, old beside new, as a worker reads it.

use std::collections::HashMap;

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::import::ChangeRow;
use tiexin_domain::record::Record;
use tiexin_intake::{FieldChange, LedgerPlan};
use tiexin_store::Look;
use uuid::Uuid;

use crate::masking::{self, Lost};
use crate::rights::At;
use crate::{errors, labels, values};

/// The records that the plans change, as the book has them.
pub(super) fn records<'p>(
    look: &Look<'_>,
    plans: impl Iterator<Item = &'p LedgerPlan>,
) -> Result<HashMap<Uuid, Record>, ErrorReply> {
    let mut records = HashMap::new();
    for change in plans.flat_map(|plan| &plan.changes) {
        if !records.contains_key(&change.record)
            && let Some(record) = look.get(change.record).map_err(errors::store)?
        {
            records.insert(change.record, record);
        }
    }
    Ok(records)
}

/// Makes the rows of a preview, numbered over all of its files.
pub(super) struct Rows<'r> {
    records: &'r HashMap<Uuid, Record>,
    lost: Lost,
    viewer: Uuid,
    next: u32,
}

impl<'r> Rows<'r> {
    pub(super) fn new(at: &At, records: &'r HashMap<Uuid, Record>) -> Result<Self, ErrorReply> {
        let lost = masking::lost(at.book(), records.values())?;
        Ok(Self { records, lost, viewer: at.user.id, next: 0 })
    }

    pub(super) fn of(&mut self, plan: &LedgerPlan) -> Vec<ChangeRow> {
        plan.changes.iter().map(|change| self.row(change)).collect()
    }

    fn row(&mut self, change: &FieldChange) -> ChangeRow {
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
        let record = self.records.get(&change.record).cloned().unwrap_or_else(stand_in);
        let covered = |value: &Value| {
            let value = masking::cover_value(&record, &change.field, value, self.viewer, &self.lost);
            values::shown(kind, &change.field, &value)
        };
        let title = masking::title(&record, &self.lost);
        let (old, mut new) = ((!change.old.is_null()).then(|| covered(&change.old)), covered(&change.new));
        // Two numbers whose masks are the same differ where the mask hides them.
        if old.as_ref() == Some(&new) {
            new.push_str("（遮住的部分不同）");
        }
        let number = self.next;
        self.next += 1;
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
}
