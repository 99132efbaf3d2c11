//! What concerns a family or a person, wherever it was entered: found by indexes, and never more than a page can use.

use std::collections::HashSet;

use rusqlite::params;
use serde_json::Value;
use tiexin_domain::nouns::tidy_name;
use tiexin_domain::record::Record;
use tiexin_domain::shape::{self, Holds, Home, Role};
use uuid::Uuid;

use crate::asking::family::{Look, children_sql};
use crate::asking::merged;
use crate::derive::household_key;
use crate::error::Result;
use crate::record::{self, select};

/// Of what leads to one record so many are looked at, those that came last.
const LED_TO: &str = concat!(
    select!(),
    " WHERE n IN (SELECT child FROM link WHERE parent = ?1 ORDER BY child DESC LIMIT 2000) AND hidden = 0"
);

/// One person stands in a book under a few nouns, and a family has some people.
const MOST_RECORDS: usize = 60;

/// What belongs to the household `?1`, the newest.
fn of_home() -> String {
    format!("{} LIMIT 2000", children_sql("hidden = 0"))
}

/// All that concerns somebody.
#[derive(Debug, Default)]
pub struct Concern {
    /// Of kinds that tell something of the past, each once.
    pub records: Vec<Record>,
    /// The records under which the book has them.
    known: Vec<Record>,
    /// Their ids, and those of what was merged into them.
    ids: HashSet<Uuid>,
}

impl Concern {
    /// Whether it is one of the records under which the book has them.
    pub fn is(&self, record: &Record) -> bool {
        self.ids.contains(&record.id)
    }

    /// Whether a field of a record names them.
    pub fn is_named_by(&self, record: &Record, field: &str) -> bool {
        let Some(own) = shape::field(&record.kind, field) else { return false };
        let Some(value) = record.fields.get(field) else { return false };
        match own.holds {
            Holds::Reference(_) => self.has_id(Some(value)),
            Holds::References(_) => items(value).iter().any(|one| self.has_id(Some(one))),
            Holds::Person => self.is_person(record, value),
            Holds::People => items(value).iter().any(|one| self.is_person(record, one)),
            Holds::Text
            | Holds::LongText
            | Holds::Texts
            | Holds::Code(_)
            | Holds::Codes(_)
            | Holds::Day
            | Holds::PartialDay
            | Holds::Moment
            | Holds::Instant
            | Holds::Money
            | Holds::Count
            | Holds::Minutes
            | Holds::Flag
            | Holds::Region
            | Holds::Parts(_) => false,
        }
    }

    /// Whether it is about them: it is one of their records, or names them as the person it is about.
    pub fn is_about(&self, record: &Record) -> bool {
        let of_persons = |name: &String| {
            let own = shape::field(&record.kind, name);
            own.is_some_and(|own| matches!(own.holds, Holds::Person | Holds::People))
        };
        self.is(record) || record.fields.keys().any(|name| of_persons(name) && self.is_named_by(record, name))
    }

    fn has_id(&self, value: Option<&Value>) -> bool {
        let id = value.and_then(Value::as_str).and_then(|id| id.parse().ok());
        id.is_some_and(|id: Uuid| self.ids.contains(&id))
    }

    /// A person is told from another by the record or, of one family, by the name.
    fn is_person(&self, record: &Record, value: &Value) -> bool {
        if value.get("person").is_some_and(|id| !id.is_null()) {
            return self.has_id(value.get("person"));
        }
        let name = tidy_name(value.get("name").and_then(Value::as_str).unwrap_or_default());
        let home = record.reference("household");
        let same = |known: &Record| {
            known.reference("household") == home && tidy_name(known.text("name").unwrap_or_default()) == name
        };
        !name.is_empty() && home.is_some() && self.known.iter().any(same)
    }

    /// Each once, of those that tell something.
    fn take(&mut self, found: impl IntoIterator<Item = Record>) {
        let mut taken: HashSet<Uuid> = self.records.iter().map(|record| record.id).collect();
        let tells = |record: &Record| shape::of(&record.kind).is_some_and(|shape| !shape.past.is_empty());
        self.records.extend(found.into_iter().filter(|one| tells(one) && taken.insert(one.id)));
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The record under another noun that it names as the same person.
fn who(record: &Record) -> Option<Uuid> {
    record.reference(shape::of(&record.kind)?.who?)
}

fn is_person(record: &Record) -> bool {
    shape::of(&record.kind).is_some_and(|shape| shape.who.is_some())
}

/// Whether a family's page tells it of one of its people: what a person does in the association stands on their own.
fn is_of_families(record: &Record) -> bool {
    shape::of(&record.kind).is_some_and(|shape| match shape.home {
        Home::Families | Home::Visits | Home::Support => shape.role(Role::Persons).is_some(),
        Home::Members | Home::Activities | Home::Association | Home::Works => false,
    })
}

impl Look<'_> {
    fn led_to(&self, id: Uuid) -> Result<Vec<Record>> {
        record::collect(self.conn, LED_TO, [id])
    }

    fn newest_of(&self, home: Uuid) -> Result<Vec<Record>> {
        let mut found = record::collect(self.conn, &of_home(), params![household_key(home)])?;
        // The column holds 64 bits of the id.
        found.retain(|record| record.reference("household") == Some(home));
        Ok(found)
    }

    /// What concerns a family: what belongs to it, names it, or is about one of its people.
    pub fn past_of_family(&self, household: &Record) -> Result<Concern> {
        let mut homes = merged::into(self.conn, household.id)?;
        homes.push(household.id);
        let mut past = Concern { ids: homes.iter().copied().collect(), ..Concern::default() };
        past.take([household.clone()]);
        let mut people: Vec<Record> = Vec::new();
        for home in homes {
            let of_home = self.newest_of(home)?;
            people.extend(of_home.iter().filter(|one| one.kind == "person").cloned());
            past.take(of_home);
            past.take(self.led_to(home)?);
        }
        people.truncate(MOST_RECORDS);
        for person in &people {
            past.ids.insert(person.id);
            past.take(self.led_to(person.id)?.into_iter().filter(is_of_families));
        }
        past.known = people;
        Ok(past)
    }

    /// What concerns a person, under whatever noun the book has them: this record, those that name one person with it,
    /// and persons of the same name and ID number. `may`: whether a record may be read; over one that may not, none is
    /// found.
    pub fn past_of_person(&self, of: &Record, may: impl Fn(&Record) -> bool) -> Result<Concern> {
        let mut known = vec![of.clone()];
        let mut at = 0;
        while let Some(one) = known.get(at).cloned() {
            at += 1;
            for found in self.same_as(&one)? {
                let new = known.iter().all(|record| record.id != found.id);
                if new
                    && known.len() < MOST_RECORDS
                    && is_person(&found)
                    && found.void.is_none()
                    && may(&found)
                {
                    known.push(found);
                }
            }
        }
        let mut past = Concern { known, ..Concern::default() };
        for record in past.known.clone() {
            past.ids.insert(record.id);
            past.ids.extend(merged::into(self.conn, record.id)?);
        }
        past.take(past.known.clone());
        let homes: HashSet<Uuid> =
            past.known.iter().filter_map(|record| record.reference("household")).collect();
        for home in homes {
            // A case of rights names the family beside the person.
            let of_home = self.newest_of(home)?.into_iter().chain(self.led_to(home)?);
            let about: Vec<Record> = of_home.filter(|record| past.is_about(record)).collect();
            past.take(about);
        }
        for id in past.ids.clone() {
            past.take(self.led_to(id)?);
        }
        Ok(past)
    }

    /// Records that may be the same person as this one.
    fn same_as(&self, one: &Record) -> Result<Vec<Record>> {
        let mut found: Vec<Record> = Vec::new();
        found.extend(who(one).map(|id| self.get(id)).transpose()?.flatten());
        found.extend(self.led_to(one.id)?.into_iter().filter(|record| who(record) == Some(one.id)));
        if let Some(number) = one.text("id_number").filter(|_| one.kind == "person") {
            // A number typed wrong makes nobody somebody else.
            let name = |record: &Record| tidy_name(record.text("name").unwrap_or_default());
            found.extend(self.by_id_number(number)?.into_iter().filter(|record| name(record) == name(one)));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::book;

    #[test]
    fn what_concerns_somebody_is_found_by_an_index() {
        let (_dir, book, _) = book();
        for sql in [LED_TO.to_owned(), of_home()] {
            let plan: Vec<String> = book
                .read(|conn| {
                    let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                    Ok(explain.query_map(params![0], |row| row.get(3))?.collect::<rusqlite::Result<_>>()?)
                })
                .unwrap();
            // A scan of what the bounded look-up gave is none of a table.
            let table = |step: &String| step.contains("SCAN record") || step.contains("SCAN link");
            assert!(!plan.iter().any(table), "{plan:?}");
        }
    }
}
