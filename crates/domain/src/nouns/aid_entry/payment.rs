//! What of an entry is a payment, and when two are the same.

use serde_json::Value;
use uuid::Uuid;

use crate::date::{PartialDate, YearHint};
use crate::id_number::IdNumber;
use crate::nouns::{tidy, tidy_name};
use crate::record::Fields;

pub(super) fn text(fields: &Fields, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_str).and_then(tidy)
}

/// Which record a value names: an id can be written in more than one way.
pub(super) fn named(value: &Value) -> Option<String> {
    let text = value.as_str().and_then(tidy)?;
    Some(text.parse::<Uuid>().map_or(text, |id| id.to_string()))
}

/// A payment of a programme: of when, and by which words its beneficiary is known.
pub(super) struct Payment {
    pub(super) programme: String,
    pub(super) period: PartialDate,
    pub(super) whose: Vec<String>,
}

impl Payment {
    /// By ID number, by the record that stands here for them, and of a person by the name within the family.
    pub(super) fn read(fields: &Fields) -> Option<Payment> {
        let programme = text(fields, "programme")?;
        let period = PartialDate::parse(&text(fields, "period")?, YearHint::None).ok()?;
        let household = fields.get("household").and_then(named);
        let (unit, own): (&str, Vec<String>) = match fields.get("person").filter(|person| !person.is_null()) {
            Some(person) => {
                let name = person.get("name").and_then(Value::as_str).map(tidy_name);
                let name = name.filter(|name| !name.is_empty()).zip(household);
                let by_name = name.map(|(name, home)| format!("name|{home}|{name}"));
                ("person", person.get("person").and_then(named).into_iter().chain(by_name).collect())
            }
            None => ("household", Vec::from_iter(household)),
        };
        let number = text(fields, "recipient_number").map(|number| match IdNumber::read(&number) {
            Ok(read) => format!("number|{}", read.number.as_str()),
            Err(_) => format!("number|{}", number.to_uppercase()),
        });
        let whose = number.into_iter().chain(own).map(|whose| format!("{unit}|{whose}")).collect();
        Some(Payment { programme, period, whose })
    }

    /// Whether both are of one programme, one beneficiary and a common time: a year and a month of it are.
    pub(super) fn is_again(&self, other: &Payment) -> bool {
        let days = |period: PartialDate| period.begins().zip(period.ends());
        let meet = days(self.period).zip(days(other.period));
        let meet = meet
            .map_or(self.period == other.period, |((from, to), (since, until))| from <= until && since <= to);
        meet && self.programme == other.programme
            && self.whose.iter().any(|whose| other.whose.contains(whose))
    }
}
