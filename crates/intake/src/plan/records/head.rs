//! The head of a household that a list brings in is one of its people, as in the form of a family.

use std::sync::Arc;

use serde_json::Value;
use tiexin_domain::nouns::Person;
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::{Kind, shape};
use uuid::Uuid;

use super::super::planner::Planner;
use super::super::reader::RowReader;
use super::super::settle::Drafts;
use super::by_name;
use crate::lookup::Lookup;
use crate::script::{Died, person_name};

impl Planner<'_> {
    /// Adds the head to a household that comes in, or back after an import was taken back. Of one that stands the book
    /// knows the people better than a list does.
    pub(super) fn with_head(&self, reader: &mut RowReader<'_>, drafts: &mut Drafts) {
        let Some(home) = drafts.records.first().filter(|record| record.kind == Kind::Household) else {
            return;
        };
        let Some(name) = home.fields.get("head_name").and_then(Value::as_str) else { return };
        let there = self.staged.record(&home.id);
        let comes = there.is_none();
        let known = there.and_then(|there| there.fields.get("head")?.as_str()?.parse::<Uuid>().ok());
        let id = known.unwrap_or_else(|| self.head_id(drafts, &home.id));
        let was = self.staged.record(&id).and_then(|head| head.void);
        if !comes && !was.is_some_and(|void| void.undone) {
            return;
        }
        let said = shape::of(home.kind.code()).and_then(|shape| reader.said(by_name(reader, shape)));
        let died = said.and_then(|text| person_name(&text).died);
        let head = Person {
            household: Some(home.id),
            relation: Some(Relation::Head),
            deceased: died.is_some(),
            died_on: died.and_then(Died::on),
            ..Person::named(home.region.clone(), name)
        };
        drafts.add(reader, id, &head);
        if let Some(home) = drafts.records.first_mut().filter(|_| comes) {
            Arc::make_mut(&mut home.fields).insert("head".into(), id.to_string().into());
        }
    }

    /// By the row; of a second household of a name, whose row has the key of the first one's, by the household.
    fn head_id(&self, drafts: &Drafts, home: &Uuid) -> Uuid {
        match *home == self.id(drafts, Kind::Household.code()) {
            true => self.id(drafts, "head"),
            false => (self.context.ids)(&format!("{home}/head")),
        }
    }
}
