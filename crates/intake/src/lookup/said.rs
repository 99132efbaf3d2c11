//! Records by what one of their fields says: what rules beside others look at, and the number by which one is known. The
//! book is read once for a field, not once for each row of a register.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::LazyLock;

use foldhash::{HashMap, HashSet};
use serde_json::Value;
use tiexin_domain::around::{self, ITSELF};
use tiexin_domain::shape::{self, Role};
use tiexin_domain::{Fields, Kind};
use uuid::Uuid;

use super::{Known, Staged};

type Values = HashMap<String, Vec<Known>>;

/// Of each field that is looked at the records by its value.
#[derive(Default)]
pub(super) struct Said {
    /// Those of the book.
    held: RefCell<HashMap<(Kind, &'static str), Rc<Values>>>,
    planned: HashMap<(Kind, &'static str, String), Vec<Uuid>>,
    /// Planned records by what they claim; the kind stands in the claim.
    claimed: HashMap<String, BTreeSet<Uuid>>,
}

/// The fields by which rules look at records of a kind, and those by which one is known.
static LOOKED_AT: LazyLock<HashMap<&'static str, HashSet<&'static str>>> = LazyLock::new(|| {
    let mut fields: HashMap<&'static str, HashSet<&'static str>> = HashMap::default();
    let rules = Kind::ALL.iter().flat_map(|kind| around::rules(kind.code()));
    for look in rules.flat_map(|rule| rule.looks).filter(|look| look.their != ITSELF) {
        fields.entry(look.kind).or_default().insert(look.their);
    }
    for kind in Kind::ALL {
        if let Some(number) = shape::role(kind.code(), Role::Natural) {
            fields.entry(kind.code()).or_default().insert(number.name);
        }
    }
    fields
});

/// A value as it is compared.
fn compared(kind: &Kind, field: &str, value: &str) -> String {
    let own = shape::field(kind.code(), field);
    own.map_or_else(|| value.to_owned(), |own| shape::as_compared(own, value).into_owned())
}

impl Said {
    /// Takes a planned record in.
    pub(super) fn take(&mut self, known: &Known) {
        for field in LOOKED_AT.get(known.kind.code()).into_iter().flatten().copied() {
            let Some(value) = known.fields.get(field).and_then(Value::as_str) else { continue };
            let value = compared(&known.kind, field, value);
            let ids = self.planned.entry((known.kind.clone(), field, value)).or_default();
            if !ids.contains(&known.id) {
                ids.push(known.id);
            }
        }
        for claim in shape::claims(known.kind.code(), &known.fields) {
            self.claimed.entry(claim).or_default().insert(known.id);
        }
    }

    /// The planned records that claim something of what these fields claim.
    pub(super) fn claimants(&self, kind: &Kind, fields: &Fields) -> BTreeSet<Uuid> {
        let claims = shape::claims(kind.code(), fields);
        claims.iter().filter_map(|claim| self.claimed.get(claim)).flatten().copied().collect()
    }
}

impl Staged<'_> {
    /// The records of a kind, hidden ones among them, that say `value` in a field by which rules look at the kind, or by
    /// which one is known. Whoever asks looks once more: a plan may have made another of what the book holds.
    pub(crate) fn saying(&self, kind: &Kind, field: &'static str, value: &str) -> Vec<Known> {
        let place = (kind.clone(), field);
        let there = self.said.held.borrow().get(&place).cloned();
        let held = there.unwrap_or_else(|| {
            let mut values = Values::default();
            for known in self.book.records(kind) {
                let value = known.fields.get(field).and_then(Value::as_str);
                if let Some(value) = value.map(|value| compared(kind, field, value)) {
                    values.entry(value).or_default().push(known);
                }
            }
            let values = Rc::new(values);
            self.said.held.borrow_mut().insert(place, values.clone());
            values
        });
        let value = compared(kind, field, value);
        let found = held.get(&value).cloned().unwrap_or_default();
        let planned = self.said.planned.get(&(kind.clone(), field, value)).into_iter().flatten().copied();
        self.overlaid(found, planned)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::super::tests::{Counting, activity};
    use super::*;
    use crate::plan::{Intent, PlannedGroup, PlannedRecord};

    #[test]
    fn a_number_is_found_whichever_x_somebody_typed_and_the_book_is_read_once() {
        let book = Counting::default();
        let mut staged = Staged::over(&book);
        let Known { region, .. } = activity(1, "");
        let fields = Arc::new(json!({"id_number": "34052419800101001x"}).as_object().cloned().unwrap());
        let record =
            PlannedRecord { kind: Kind::Person, id: Uuid::from_u128(9), region, fields, intent: Intent::New };
        staged.stage_group(&PlannedGroup { sheet: None, row: 2, key: String::new(), records: vec![record] });
        for (number, found) in
            [("34052419800101001X", 1), ("34052419800101001x", 1), ("11010519491231002X", 0)]
        {
            assert_eq!(staged.saying(&Kind::Person, "id_number", number).len(), found, "{number}");
        }
        assert_eq!(book.0.get(), 1);
    }
}
