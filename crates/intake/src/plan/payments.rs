//! What goes with money that a row tells of: whose number, and whether it was taken back since.

use std::sync::Arc;

use serde_json::Value;
use tiexin_domain::shape::{self, Role};
use tiexin_domain::{Fields, IdNumber, Kind};
use uuid::Uuid;

use super::PlannedRecord;
use super::planner::Planner;
use crate::lookup::{Known, Lookup};

fn family_of(record: &PlannedRecord) -> Option<Uuid> {
    let field = shape::role(record.kind.code(), Role::Family)?;
    record.fields.get(field.name)?.as_str()?.parse().ok()
}

fn says<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.get(name).and_then(Value::as_str)
}

impl Planner<'_> {
    /// Of a new payment whose row says no number: that of whom it is for, or of the family's one head, as their record has
    /// it; as a form does. By it the province knows a payment in another township.
    pub(super) fn with_number(&self, record: &mut PlannedRecord) {
        const NUMBER: &str = "recipient_number";
        let fields = &record.fields;
        let payment = record.kind == Kind::AidEntry && fields.contains_key("programme");
        let Some(home) = family_of(record).filter(|_| payment && !fields.contains_key(NUMBER)) else {
            return;
        };
        let mut people = self.staged.events(&Kind::Person, &home);
        people.retain(|known| known.void.is_none());
        let one = match fields.get("person") {
            Some(person) => {
                let id = person.get("person").and_then(Value::as_str).and_then(|id| id.parse::<Uuid>().ok());
                people.iter().find(|known| Some(known.id) == id)
            }
            None => {
                let mut heads = people.iter().filter(|known| says(&known.fields, "relation") == Some("head"));
                heads.next().filter(|_| heads.next().is_none())
            }
        };
        // What is no number would only have the payment refused.
        let number = one.and_then(|known| says(&known.fields, "id_number"));
        let number = number.and_then(|text| IdNumber::read(text).ok()).map(|read| read.number);
        if let Some(number) = number {
            Arc::make_mut(&mut record.fields).insert(NUMBER.into(), number.as_str().into());
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
