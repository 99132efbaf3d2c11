//! What a ledger changes of records that are in the book, old beside new, as a worker reads it.

use std::collections::HashMap;

use serde_json::Value;
use tiexin_contract::ErrorReply;
use tiexin_contract::import::ChangeRow;
use tiexin_domain::record::Record;
use tiexin_intake::{FieldChange, LedgerPlan, VOID};
use tiexin_store::Look;
use uuid::Uuid;

use crate::masking::{self, Lost, Reader};
use crate::rights::At;
use crate::{errors, labels, rows, values};

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

/// The number of each change: those of one cell share one. `next` counts over all files of a preview.
pub(super) fn numbers(plan: &LedgerPlan, next: &mut u32) -> Vec<u32> {
    let mut known: HashMap<(Option<&str>, u32, &str, bool), u32> = HashMap::new();
    plan.changes
        .iter()
        .map(|change| {
            let fresh = |next: &mut u32| {
                *next += 1;
                *next - 1
            };
            if change.letter.is_empty() {
                return fresh(next);
            }
            let cell = (change.sheet.as_deref(), change.row, change.letter.as_str(), change.old.is_null());
            match known.get(&cell) {
                Some(number) => *number,
                None => {
                    let number = fresh(next);
                    known.insert(cell, number);
                    number
                }
            }
        })
        .collect()
}

/// Makes the rows of a preview, numbered over all of its files.
pub(super) struct Rows<'r> {
    records: &'r HashMap<Uuid, Record>,
    lost: Lost,
    /// Whom pairs of contacts look after, by household.
    families: HashMap<Uuid, String>,
    reader: Reader,
    next: u32,
}

impl<'r> Rows<'r> {
    pub(super) fn new(at: &At, records: &'r HashMap<Uuid, Record>) -> Result<Self, ErrorReply> {
        let lost = masking::lost(at.book(), records.values())?;
        let families = rows::families(at, &records.values().collect::<Vec<_>>(), &lost)?;
        Ok(Self { records, lost, families, reader: at.reader.clone(), next: 0 })
    }

    /// One row for each cell: what it changes of several records is taken or left together.
    pub(super) fn of(&mut self, plan: &LedgerPlan) -> Vec<ChangeRow> {
        let numbers = numbers(plan, &mut self.next);
        let mut rows: Vec<ChangeRow> = Vec::new();
        for (number, change) in numbers.into_iter().zip(&plan.changes) {
            let row = self.row(number, change);
            match rows.iter_mut().rfind(|there| there.number == number) {
                // The last one says it best: the file's category after the household's kinds.
                Some(there) => *there = row,
                None => rows.push(row),
            }
        }
        rows
    }

    fn row(&self, number: u32, change: &FieldChange) -> ChangeRow {
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
            let value = masking::cover_value(&record, &change.field, value, &self.reader, &self.lost);
            values::shown(kind, &change.field, &value)
        };
        let title = rows::titled(&record, &self.lost, &self.families);
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
            field_label: match change.field.as_str() {
                VOID => "登记".to_owned(),
                field => labels::field(kind, field),
            },
            old,
            new,
            taken: false,
            restores: change.field == VOID,
        }
    }
}
