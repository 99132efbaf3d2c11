//! What whoever imports may not read of a record that is there: not compared, not told, not written over.

use std::sync::Arc;

use serde_json::Value;
use tiexin_domain::shape;

use super::PlannedRecord;
use super::planner::Planner;
use super::reader::RowReader;
use crate::finding::FindingCode;
use crate::lookup::Lookup;

impl Planner<'_> {
    /// Takes out of a row's record what the book holds and only its author reads. Whether the row says the same is not
    /// even looked at: the answer would be what the author wrote.
    pub(super) fn keep_back(&self, reader: &mut RowReader<'_>, record: &mut PlannedRecord) {
        let Some(known) = self.staged.record(&record.id) else { return };
        let held = |field: &str| known.fields.get(field).is_some_and(|value| !is_nothing(value));
        let theirs = record.fields.keys().filter(|field| held(field) && !self.staged.may_read(&known, field));
        let theirs: Vec<String> = theirs.cloned().collect();
        for field in theirs {
            Arc::make_mut(&mut record.fields).remove(&field);
            let kind = record.kind.code();
            let label = shape::field(kind, &field).map_or("这一栏", |own| own.label);
            let hint = format!("本机的“{label}”由另一位同事填写，只有本人可以修改；没有对照，也没有改动");
            let column = reader.sheet.head.column_of(&field, None).and_then(|column| column.field);
            let told =
                |found: &crate::finding::Finding| found.code == FindingCode::AuthorOnly && found.hint == hint;
            if !reader.findings.iter().any(told) {
                reader.find(column.map_or("notes", |column| column.code), FindingCode::AuthorOnly, hint);
            }
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}
