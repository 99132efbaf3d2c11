//! What a plan must know of the book. The caller hands it in.

use std::collections::{HashMap, HashSet};

use tiexin_domain::nouns::tidy_name;
use tiexin_domain::{Kind, RegionCode};
use uuid::Uuid;

use crate::plan::{Intent, LedgerPlan, PlannedGroup};

/// A region with its official name (`东关社区居民委员会`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRegion {
    pub code: RegionCode,
    pub name: String,
}

/// A household that is in the book or planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundHousehold {
    pub id: Uuid,
    pub region: RegionCode,
    pub head_name: String,
}

/// A person who is in the book or planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPerson {
    pub id: Uuid,
    pub name: String,
    pub household: Option<Uuid>,
}

/// The caller's book, as far as a plan needs it. Void records are not found.
/// Names are compared by [`tidy_name`].
pub trait Lookup {
    /// `within` itself and all regions below it.
    fn regions(&self, within: &RegionCode) -> Vec<NamedRegion>;
    /// The household whose support file has this code (信息编码).
    fn household_by_code(&self, code: &str) -> Option<FoundHousehold>;
    /// Households in `within` whose head has this name.
    fn households_by_head(&self, within: &RegionCode, name: &str) -> Vec<FoundHousehold>;
    /// Households in `within` to which a person of this name belongs.
    fn households_by_person(&self, within: &RegionCode, name: &str) -> Vec<FoundHousehold>;
    /// The persons of a household, the head first.
    fn persons_of(&self, household: &Uuid) -> Vec<FoundPerson>;
    /// The person with this 18-place ID number.
    fn person_by_id_number(&self, number: &str) -> Option<FoundPerson>;
    /// Whether the person is a member already, perhaps typed by hand: a register's row adds nothing then.
    fn is_member(&self, person: &Uuid) -> bool {
        let _ = person;
        false
    }
    /// Whether a record with this id is in the book, void ones included.
    fn knows(&self, id: &Uuid) -> bool;
}

/// The book with plans laid over it, so that a later file can be previewed before an earlier one is written.
pub struct Staged<'a> {
    book: &'a dyn Lookup,
    known: HashSet<Uuid>,
    by_code: HashMap<String, FoundHousehold>,
    by_head: HashMap<String, Vec<FoundHousehold>>,
    by_person: HashMap<String, Vec<FoundHousehold>>,
    households: HashMap<Uuid, FoundHousehold>,
    persons_of: HashMap<Uuid, Vec<FoundPerson>>,
    by_number: HashMap<String, FoundPerson>,
}

impl<'a> Staged<'a> {
    /// Nothing laid over the book yet.
    pub fn over(book: &'a dyn Lookup) -> Self {
        Self {
            book,
            known: HashSet::new(),
            by_code: HashMap::new(),
            by_head: HashMap::new(),
            by_person: HashMap::new(),
            households: HashMap::new(),
            persons_of: HashMap::new(),
            by_number: HashMap::new(),
        }
    }

    /// Lays a plan over what is there, as if it were written.
    pub fn stage(&mut self, plan: &LedgerPlan) {
        for group in &plan.groups {
            self.stage_group(group);
        }
    }

    pub(crate) fn stage_group(&mut self, group: &PlannedGroup) {
        for record in &group.records {
            self.known.insert(record.id);
            let text = |field: &str| record.fields.get(field).and_then(|v| v.as_str());
            let reference = |field: &str| text(field).and_then(|id| id.parse::<Uuid>().ok());
            match record.kind {
                Kind::Household => {
                    let head_name = text("head_name").unwrap_or_default().to_owned();
                    let found = FoundHousehold { id: record.id, region: record.region.clone(), head_name };
                    self.by_head.entry(tidy_name(&found.head_name)).or_default().push(found.clone());
                    self.households.insert(record.id, found);
                }
                Kind::SupportFile => {
                    let household = reference("household").and_then(|id| self.households.get(&id)).cloned();
                    if let (Some(code), Some(household)) = (text("code"), household) {
                        self.by_code.insert(code.to_owned(), household);
                    }
                }
                Kind::Person => self.stage_person(record.id, record.intent, &text, reference("household")),
                _ => {}
            }
        }
    }

    fn stage_person<'t>(
        &mut self,
        id: Uuid,
        intent: Intent,
        text: &dyn Fn(&str) -> Option<&'t str>,
        household: Option<Uuid>,
    ) {
        let name = text("name").unwrap_or_default().to_owned();
        let person = FoundPerson { id, name, household };
        if let Some(home) = household {
            let persons = self.persons_of.entry(home).or_default();
            if persons.iter().all(|p| p.id != id) {
                persons.push(person.clone());
            }
            if let Some(found) = self.households.get(&home) {
                self.by_person.entry(tidy_name(&person.name)).or_default().push(found.clone());
            }
        }
        if let (Some(number), Intent::New) = (text("id_number"), intent) {
            self.by_number.insert(number.to_owned(), person);
        }
    }
}

impl Lookup for Staged<'_> {
    fn regions(&self, within: &RegionCode) -> Vec<NamedRegion> {
        self.book.regions(within)
    }

    fn household_by_code(&self, code: &str) -> Option<FoundHousehold> {
        self.by_code.get(code).cloned().or_else(|| self.book.household_by_code(code))
    }

    fn households_by_head(&self, within: &RegionCode, name: &str) -> Vec<FoundHousehold> {
        let planned = self.by_head.get(&tidy_name(name));
        joined(planned, self.book.households_by_head(within, name), within)
    }

    fn households_by_person(&self, within: &RegionCode, name: &str) -> Vec<FoundHousehold> {
        let planned = self.by_person.get(&tidy_name(name));
        joined(planned, self.book.households_by_person(within, name), within)
    }

    fn persons_of(&self, household: &Uuid) -> Vec<FoundPerson> {
        let mut persons = self.book.persons_of(household);
        for person in self.persons_of.get(household).into_iter().flatten() {
            if persons.iter().all(|p| p.id != person.id) {
                persons.push(person.clone());
            }
        }
        persons
    }

    fn person_by_id_number(&self, number: &str) -> Option<FoundPerson> {
        self.by_number.get(number).cloned().or_else(|| self.book.person_by_id_number(number))
    }

    fn is_member(&self, person: &Uuid) -> bool {
        self.book.is_member(person)
    }

    fn knows(&self, id: &Uuid) -> bool {
        self.known.contains(id) || self.book.knows(id)
    }
}

fn joined(
    planned: Option<&Vec<FoundHousehold>>,
    mut found: Vec<FoundHousehold>,
    within: &RegionCode,
) -> Vec<FoundHousehold> {
    for household in planned.into_iter().flatten().filter(|h| within.covers(&h.region)) {
        if found.iter().all(|f| f.id != household.id) {
            found.push(household.clone());
        }
    }
    found
}
