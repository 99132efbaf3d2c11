//! What goes with money that a row tells of: whose number, and whether it was taken back since.

use std::sync::Arc;

use serde_json::Value;
use tiexin_domain::nouns::aid_entry;
use tiexin_domain::shape::{self, Role};
use tiexin_domain::{Fields, Kind};
use uuid::Uuid;

use super::PlannedRecord;
use super::planner::Planner;
use super::reader::RowReader;
use crate::finding::FindingCode;
use crate::heads::records::columns_of;
use crate::kind::Records;
use crate::lookup::{Known, Lookup};

fn family_of(record: &PlannedRecord) -> Option<Uuid> {
    let field = shape::role(record.kind.code(), Role::Family)?;
    record.fields.get(field.name)?.as_str()?.parse().ok()
}

fn says<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.get(name).and_then(Value::as_str)
}

impl Planner<'_> {
    /// Of a payment whose row says no period: the year, or the month, that the sheet's title names.
    pub(super) fn with_period(&self, reader: &mut RowReader<'_>, records: Records, fields: &mut Fields) {
        let period = reader.sheet.period;
        let said = |year: &i32| reader.sheet.titles.contains(&year.to_string());
        let Some(year) = period.year.filter(said).filter(|_| !reader.is_refused()) else { return };
        let kind = records.kind().code();
        let own = aid_entry::period_by(kind, fields, self.staged.limits(), (year, period.month));
        let Some(own) = own else { return };
        fields.insert(aid_entry::PERIOD.into(), serde_json::to_value(own).unwrap_or_default());
        let column = columns_of(records).iter().find(|column| column.fills(aid_entry::PERIOD));
        let hint = format!("没有写所属年度（期），录入时按标题里的 {}，请核对", own.label());
        reader.find(column.map_or("date", |column| column.code), FindingCode::PeriodOfTitle, hint);
    }

    /// Of a new payment whose row says no number: that of whom it is for, or of the family's one head, as their record has
    /// it; as a form does.
    pub(super) fn with_number(&self, record: &mut PlannedRecord) {
        let Some(home) = aid_entry::lacks_number(record.kind.code(), &record.fields) else { return };
        let mut people = self.staged.events(&Kind::Person, &home);
        people.retain(|known| known.void.is_none());
        let people = people.iter().map(|known| (known.id, known.fields.as_ref()));
        if let Some(number) = aid_entry::number_among(&record.fields, people) {
            Arc::make_mut(&mut record.fields).insert(aid_entry::NUMBER.into(), number.into());
        }
    }

    /// Whether a record of the book takes back what the row tells.
    pub(super) fn is_taken_back(&self, record: &PlannedRecord) -> bool {
        let Some(reversal) = shape::reversal(record.kind.code()) else { return false };
        let id = record.id.to_string();
        let names =
            |other: &Known| other.void.is_none() && says(&other.fields, reversal) == Some(id.as_str());
        family_of(record).is_some_and(|home| self.staged.events(&record.kind, &home).iter().any(names))
    }
}
