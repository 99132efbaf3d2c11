//! What a plan must know of the book. The caller hands it in.

mod said;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use tiexin_domain::around::claims_any;
use tiexin_domain::limits::Limits;
use tiexin_domain::nouns::tidy_name;
use tiexin_domain::shape;
use tiexin_domain::{Fields, Kind, PartialDate, Record, RegionCode};
use uuid::Uuid;

use crate::heads::records::naming;
use crate::plan::{Intent, LedgerPlan, PlannedGroup, PlannedRecord};
use crate::roll::Roll;
use crate::script::same_title;
use said::Said;

/// A region with its official name (`东关社区居民委员会`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRegion {
    pub code: RegionCode,
    pub name: String,
}

/// Why a record is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voided {
    /// As the person wrote it.
    pub reason: String,
    /// It went with an import that was taken back: reading the ledger again brings it back.
    pub undone: bool,
}

/// A record of the book, hidden ones included.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub id: Uuid,
    pub kind: Kind,
    pub region: RegionCode,
    pub fields: Arc<Fields>,
    pub void: Option<Voided>,
}

impl Known {
    /// The record as rules and masks read it, shown.
    pub fn as_record(&self) -> Record {
        Record {
            id: self.id,
            kind: self.kind.code().to_owned(),
            scope: self.region.scope(),
            version: 0,
            fields: self.fields.as_ref().clone(),
            void: None,
        }
    }
}

/// A person of a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPerson {
    pub id: Uuid,
    pub name: String,
    /// The 18 places, where they are known.
    pub number: Option<String>,
    pub household: Option<Uuid>,
}

/// A household with what tells it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    pub household: Uuid,
    pub region: RegionCode,
    pub head_name: String,
    /// The head first.
    pub persons: Vec<FoundPerson>,
    /// Of the household.
    pub phone: Option<String>,
    /// Its support file, and the file's code (信息编码).
    pub file: Option<Uuid>,
    pub code: Option<String>,
    /// Its contact pair of today.
    pub pair: Option<Uuid>,
    /// The village it came from, and when.
    pub moved_from: Option<RegionCode>,
    pub moved_on: Option<PartialDate>,
    /// Hidden: found so that a ledger which names it again is told so.
    pub void: Option<Voided>,
}

/// The caller's book, as far as a plan needs it.
pub trait Lookup {
    /// `within` itself and all regions below it.
    fn regions(&self, within: &RegionCode) -> Vec<NamedRegion>;
    /// The families of the region whose ledgers are imported, hidden ones included.
    fn families(&self) -> Vec<Family>;
    /// The person with this 18-place ID number; no hidden one.
    fn person_by_id_number(&self, number: &str) -> Option<FoundPerson>;
    /// The record with this id, hidden ones included.
    fn record(&self, id: &Uuid) -> Option<Known>;
    /// Records of a kind that belong to a household, hidden ones included.
    fn events(&self, kind: &Kind, household: &Uuid) -> Vec<Known>;
    /// The records of a kind of the region whose ledgers are imported, hidden ones included.
    fn records(&self, kind: &Kind) -> Vec<Known>;
    /// Shown records of a kind that claim something of what these fields claim ([`shape::claims`]), wherever in the book they
    /// lie.
    fn claimants(&self, kind: &Kind, fields: &Fields) -> Vec<Known> {
        let claims = shape::claims(kind.code(), fields);
        if claims.is_empty() {
            return Vec::new();
        }
        let mut known = self.records(kind);
        known.retain(|known| known.void.is_none() && claims_any(&known.as_record(), &claims));
        known
    }
    /// The membership of a person, perhaps typed by hand.
    fn member_of(&self, person: &Uuid) -> Option<Known>;
    /// Members of this name in a village or township; names are compared by `tidy_name`.
    fn members_named(&self, within: &RegionCode, name: &str) -> Vec<Known>;
    /// Whether whoever imports reads what a record of the book holds in the field.
    fn may_read(&self, known: &Known, field: &str) -> bool {
        !shape::audience(known.kind.code(), field).asks_who()
    }
    /// What the office limits.
    fn limits(&self) -> &Limits {
        Limits::of_the_program()
    }
}

/// The book with plans laid over it, so that a later row and a later file see what earlier ones will write.
pub struct Staged<'a> {
    book: &'a dyn Lookup,
    planned: HashMap<Uuid, Known>,
    by_number: HashMap<String, FoundPerson>,
    /// Planned records by the household they belong to.
    of_household: HashMap<(Kind, Uuid), Vec<Uuid>>,
    of_kind: HashMap<Kind, Vec<Uuid>>,
    /// Planned records by kind and name, as names are compared.
    by_name: HashMap<(Kind, String), Vec<Uuid>>,
    members: HashMap<String, Vec<Uuid>>,
    member_of: HashMap<Uuid, Uuid>,
    roll: OnceCell<Roll>,
    /// The records of the book by kind and name, as names are compared.
    held: RefCell<HashMap<Kind, Rc<ByName>>>,
    /// What rules beside others look at.
    said: Said,
}

type ByName = HashMap<String, Vec<Known>>;

impl<'a> Staged<'a> {
    /// Nothing laid over the book yet.
    pub fn over(book: &'a dyn Lookup) -> Self {
        Self {
            book,
            planned: HashMap::default(),
            by_number: HashMap::default(),
            of_household: HashMap::default(),
            of_kind: HashMap::default(),
            by_name: HashMap::default(),
            members: HashMap::default(),
            member_of: HashMap::default(),
            roll: OnceCell::new(),
            held: RefCell::default(),
            said: Said::default(),
        }
    }

    /// Lays a plan over what is there, as if it were written.
    pub fn stage(&mut self, plan: &LedgerPlan) {
        for group in &plan.groups {
            self.stage_group(group);
        }
    }

    /// The families of the book and of the plans, read once.
    pub(crate) fn roll(&self) -> &Roll {
        self.roll.get_or_init(|| Roll::of(self.book.families()))
    }

    /// The records of a kind of this name, as names are compared: no other can be the one that a row tells of. The
    /// book is read once, and each of its names made comparable once, also for a register of many hundred rows. Of a kind
    /// that has no name there is none, and nothing is read.
    pub(crate) fn named(&self, kind: &Kind, name: &str) -> Vec<Known> {
        let has_name = shape::of(kind.code()).and_then(naming).is_some();
        if has_name { self.called(kind, same_title(name)) } else { Vec::new() }
    }

    /// All records of a kind that has no name.
    pub(crate) fn nameless(&self, kind: &Kind) -> Vec<Known> {
        self.called(kind, String::new())
    }

    fn called(&self, kind: &Kind, name: String) -> Vec<Known> {
        let known = self.held.borrow().get(kind).cloned();
        let held = known.unwrap_or_else(|| {
            let mut by_name = ByName::default();
            for known in self.book.records(kind) {
                by_name.entry(comparable(&known)).or_default().push(known);
            }
            let by_name = Rc::new(by_name);
            self.held.borrow_mut().insert(kind.clone(), by_name.clone());
            by_name
        });
        let found = held.get(&name).cloned().unwrap_or_default();
        let planned = self.by_name.get(&(kind.clone(), name)).into_iter().flatten().copied();
        self.overlaid(found, planned)
    }

    pub(crate) fn stage_group(&mut self, group: &PlannedGroup) {
        for record in &group.records {
            let known = self.merged(record);
            self.index(&known);
            if matches!(known.kind, Kind::Household | Kind::SupportFile | Kind::Person | Kind::ContactPair) {
                self.roll();
                if let Some(roll) = self.roll.get_mut() {
                    roll.take(&known);
                }
            }
            self.planned.insert(known.id, known);
        }
    }

    /// What the record will be once the plan is written.
    fn merged(&self, record: &PlannedRecord) -> Known {
        let mut fields = record.fields.clone();
        if record.intent == Intent::Fill
            && let Some(known) = self.record(&record.id)
        {
            let there = known.fields.iter().filter(|(_, value)| !value.is_null());
            Arc::make_mut(&mut fields).extend(there.map(|(field, value)| (field.clone(), value.clone())));
        }
        Known { id: record.id, kind: record.kind.clone(), region: record.region.clone(), fields, void: None }
    }

    fn index(&mut self, known: &Known) {
        let text = |field: &str| known.fields.get(field).and_then(|v| v.as_str());
        let reference = |field: &str| text(field).and_then(|id| id.parse::<Uuid>().ok());
        let new = !self.planned.contains_key(&known.id);
        match known.kind {
            Kind::Person => {
                let name = text("name").unwrap_or_default().to_owned();
                let number = text("id_number").map(str::to_owned);
                let person = FoundPerson { id: known.id, name, number, household: reference("household") };
                if let Some(number) = &person.number {
                    self.by_number.insert(number.clone(), person);
                }
            }
            Kind::Member if new => {
                let name = tidy_name(text("name").unwrap_or_default());
                self.members.entry(name).or_default().push(known.id);
                if let Some(person) = reference("person") {
                    self.member_of.insert(person, known.id);
                }
            }
            _ => {}
        }
        self.said.take(known);
        if new {
            self.of_kind.entry(known.kind.clone()).or_default().push(known.id);
            self.by_name.entry((known.kind.clone(), comparable(known))).or_default().push(known.id);
            if let Some(household) = reference("household") {
                self.of_household.entry((known.kind.clone(), household)).or_default().push(known.id);
            }
        }
    }

    /// Records of the book with what the plans make of them, then those that only the plans have.
    fn overlaid(&self, found: Vec<Known>, planned: impl Iterator<Item = Uuid>) -> Vec<Known> {
        let mut all: Vec<Known> =
            found.into_iter().map(|known| self.planned.get(&known.id).cloned().unwrap_or(known)).collect();
        let there: HashSet<Uuid> = all.iter().map(|known| known.id).collect();
        all.extend(planned.filter(|id| !there.contains(id)).filter_map(|id| self.planned.get(&id).cloned()));
        all
    }
}

/// The name of a record as names are compared; empty of what has none.
fn comparable(known: &Known) -> String {
    let naming = shape::of(known.kind.code()).and_then(naming);
    let name = naming.and_then(|field| known.fields.get(field.name)?.as_str());
    same_title(name.unwrap_or_default())
}

impl Lookup for Staged<'_> {
    fn regions(&self, within: &RegionCode) -> Vec<NamedRegion> {
        self.book.regions(within)
    }

    fn families(&self) -> Vec<Family> {
        self.roll().families().to_vec()
    }

    fn person_by_id_number(&self, number: &str) -> Option<FoundPerson> {
        self.by_number.get(number).cloned().or_else(|| self.book.person_by_id_number(number))
    }

    fn record(&self, id: &Uuid) -> Option<Known> {
        self.planned.get(id).cloned().or_else(|| self.book.record(id))
    }

    fn events(&self, kind: &Kind, household: &Uuid) -> Vec<Known> {
        let planned = self.of_household.get(&(kind.clone(), *household)).into_iter().flatten().copied();
        self.overlaid(self.book.events(kind, household), planned)
    }

    fn records(&self, kind: &Kind) -> Vec<Known> {
        let planned = self.of_kind.get(kind).into_iter().flatten().copied();
        self.overlaid(self.book.records(kind), planned)
    }

    fn claimants(&self, kind: &Kind, fields: &Fields) -> Vec<Known> {
        let planned = self.said.claimants(kind, fields);
        self.overlaid(self.book.claimants(kind, fields), planned.into_iter())
    }

    fn member_of(&self, person: &Uuid) -> Option<Known> {
        let planned = self.member_of.get(person).and_then(|id| self.planned.get(id)).cloned();
        planned.or_else(|| self.book.member_of(person))
    }

    fn members_named(&self, within: &RegionCode, name: &str) -> Vec<Known> {
        let planned = self.members.get(&tidy_name(name)).into_iter().flatten().copied();
        let mut all = self.overlaid(self.book.members_named(within, name), planned);
        all.retain(|known| within.covers(&known.region));
        all
    }

    fn may_read(&self, known: &Known, field: &str) -> bool {
        if !shape::audience(known.kind.code(), field).asks_who() {
            return true;
        }
        // What no book holds yet is of this file: whoever imports wrote it.
        self.book.record(&known.id).is_none_or(|held| self.book.may_read(&held, field))
    }

    fn limits(&self) -> &Limits {
        self.book.limits()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::json;

    use super::*;

    /// A book of two activities that counts how often it is asked for them.
    #[derive(Default)]
    pub(super) struct Counting(pub(super) Cell<usize>);

    pub(super) fn activity(id: u128, name: &str) -> Known {
        let fields = json!({"name": name}).as_object().cloned().unwrap();
        let region = "340323100".parse().unwrap();
        Known { id: Uuid::from_u128(id), kind: Kind::Activity, region, fields: Arc::new(fields), void: None }
    }

    impl Lookup for Counting {
        fn regions(&self, _: &RegionCode) -> Vec<NamedRegion> {
            Vec::new()
        }
        fn families(&self) -> Vec<Family> {
            Vec::new()
        }
        fn person_by_id_number(&self, _: &str) -> Option<FoundPerson> {
            None
        }
        fn record(&self, _: &Uuid) -> Option<Known> {
            None
        }
        fn events(&self, _: &Kind, _: &Uuid) -> Vec<Known> {
            Vec::new()
        }
        fn records(&self, _: &Kind) -> Vec<Known> {
            self.0.set(self.0.get() + 1);
            vec![activity(1, "义 诊"), activity(2, "讲座")]
        }
        fn member_of(&self, _: &Uuid) -> Option<Known> {
            None
        }
        fn members_named(&self, _: &RegionCode, _: &str) -> Vec<Known> {
            Vec::new()
        }
    }

    #[test]
    fn records_are_found_by_name_and_the_book_is_read_once() {
        let book = Counting::default();
        let mut staged = Staged::over(&book);
        let named = |staged: &Staged<'_>, name: &str| -> Vec<u128> {
            staged.named(&Kind::Activity, name).iter().map(|known| known.id.as_u128()).collect()
        };
        assert_eq!(named(&staged, "义诊"), [1]);
        for (id, name) in [(3, "义诊"), (4, "宣传"), (1, "义诊")] {
            let Known { id, kind, region, fields, .. } = activity(id, name);
            let record = PlannedRecord { kind, id, region, fields, intent: Intent::New };
            let group = PlannedGroup { sheet: None, row: 2, key: String::new(), records: vec![record] };
            staged.stage_group(&group);
        }
        assert_eq!((named(&staged, "义诊"), named(&staged, "讲座")), (vec![1, 3], vec![2]));
        assert_eq!((named(&staged, "宣 传"), named(&staged, "义")), (vec![4], vec![]));
        // A visit has no name: none is looked for by one.
        assert!(staged.named(&Kind::Visit, "义诊").is_empty());
        assert_eq!(book.0.get(), 1);
    }
}
