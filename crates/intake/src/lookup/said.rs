//! Records by what one of their fields says: what rules beside others look at. The book is read once for a field, not once
//! for each row of a register.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;

use foldhash::{HashMap, HashSet};
use serde_json::Value;
use tiexin_domain::Kind;
use tiexin_domain::around::{self, ITSELF};
use uuid::Uuid;

use super::{Known, Staged};

type Values = HashMap<String, Vec<Known>>;

/// Of each field that is looked at the records by its value.
#[derive(Default)]
pub(super) struct Said {
    /// Those of the book.
    held: RefCell<HashMap<(Kind, &'static str), Rc<Values>>>,
    planned: HashMap<(Kind, &'static str, String), Vec<Uuid>>,
}

/// The fields by which rules look at records of a kind.
static LOOKED_AT: LazyLock<HashMap<&'static str, HashSet<&'static str>>> = LazyLock::new(|| {
    let mut fields: HashMap<&'static str, HashSet<&'static str>> = HashMap::default();
    let rules = Kind::ALL.iter().flat_map(|kind| around::rules(kind.code()));
    for look in rules.flat_map(|rule| rule.looks).filter(|look| look.their != ITSELF) {
        fields.entry(look.kind).or_default().insert(look.their);
    }
    fields
});

impl Said {
    /// Takes a planned record in.
    pub(super) fn take(&mut self, known: &Known) {
        for field in LOOKED_AT.get(known.kind.code()).into_iter().flatten().copied() {
            let Some(value) = known.fields.get(field).and_then(Value::as_str) else { continue };
            let ids = self.planned.entry((known.kind.clone(), field, value.to_owned())).or_default();
            if !ids.contains(&known.id) {
                ids.push(known.id);
            }
        }
    }
}

impl Staged<'_> {
    /// The records of a kind, hidden ones among them, that say `value` in a field by which rules look at the kind. Whoever
    /// asks looks once more: a plan may have made another of what the book holds.
    pub(crate) fn saying(&self, kind: &Kind, field: &'static str, value: &str) -> Vec<Known> {
        let place = (kind.clone(), field);
        let there = self.said.held.borrow().get(&place).cloned();
        let held = there.unwrap_or_else(|| {
            let mut values = Values::default();
            for known in self.book.records(kind) {
                let value = known.fields.get(field).and_then(Value::as_str).map(str::to_owned);
                if let Some(value) = value {
                    values.entry(value).or_default().push(known);
                }
            }
            let values = Rc::new(values);
            self.said.held.borrow_mut().insert(place, values.clone());
            values
        });
        let planned = self.said.planned.get(&(kind.clone(), field, value.to_owned()));
        let planned = planned.into_iter().flatten().copied();
        self.overlaid(held.get(value).cloned().unwrap_or_default(), planned)
    }
}
