//! The book as far as an import must look into it.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use tiexin_contract::ErrorReply;
use tiexin_domain::around::Around;
use tiexin_domain::limits::Limits;
use tiexin_domain::nouns::merge::merged_into;
use tiexin_domain::nouns::support_file::is_active;
use tiexin_domain::nouns::tidy_name;
use tiexin_domain::record::{Record, Void};
use tiexin_domain::{Fields, Kind, PartialDate, RegionCode, YearHint};
use tiexin_intake::{Family, FoundPerson, Known, Lookup, NamedRegion, Voided};
use tiexin_store::{Keys, Look, Regions, StoreError};
use uuid::Uuid;

use crate::errors;
use crate::masking::{self, Reader, Shown};

/// Looks only inside the region whose ledgers are imported. A fault of the book is kept and told at
/// the end: a plan that was made on half an answer is thrown away.
pub(crate) struct BookLookup<'a> {
    book: &'a Look<'a>,
    within: RegionCode,
    today: NaiveDate,
    /// Who imports.
    reader: &'a Reader,
    limits: Limits,
    /// Of a small book.
    keys: Option<Keys>,
    /// A register asks for every member, and a new book has none.
    members: OnceCell<Members>,
    persons: Persons,
    fault: RefCell<Option<StoreError>>,
}

/// Keys held in memory at most: reading them costs as much as some thousand look-ups.
const KEYS: usize = 20_000;

impl<'a> BookLookup<'a> {
    pub(crate) fn new(
        book: &'a Look<'a>,
        within: &RegionCode,
        today: NaiveDate,
        reader: &'a Reader,
        limits: Limits,
    ) -> Self {
        let mut this = Self {
            book,
            within: within.clone(),
            today,
            reader,
            limits,
            keys: None,
            members: OnceCell::new(),
            persons: Persons::default(),
            fault: RefCell::new(None),
        };
        this.keys = this.told(book.keys(KEYS));
        this
    }

    /// The first fault, if there was one.
    pub(crate) fn fault(&self) -> Result<(), ErrorReply> {
        self.fault.borrow_mut().take().map_or(Ok(()), |error| Err(errors::store(error)))
    }

    fn told<T: Default>(&self, found: Result<T, StoreError>) -> T {
        found.unwrap_or_else(|error| {
            self.fault.borrow_mut().get_or_insert(error);
            T::default()
        })
    }

    fn members(&self) -> &Members {
        self.members
            .get_or_init(|| Members::of(self.told(self.book.within(Kind::Member.code(), &self.within))))
    }

    /// All persons of the region, once so many were asked for that reading them all costs less.
    fn persons(&self) -> Option<&AllPersons> {
        let asked = self.persons.asked.get();
        self.persons.asked.set(asked + 1);
        // Of a book whose keys are not held there may be too many.
        if self.keys.is_none() || asked < ONE_BY_ONE {
            return None;
        }
        let of = |kind: Kind| self.told(self.book.within(kind.code(), &self.within));
        Some(self.persons.all.get_or_init(|| {
            let hidden = of(Kind::Household).into_iter().filter(|home| home.void.is_some());
            AllPersons::of(of(Kind::Person), &hidden.map(|home| home.id).collect())
        }))
    }

    fn here(&self, record: &Record) -> bool {
        record.void.is_none() && self.within.covers(&record.region())
    }

    /// The region's records of a kind by the household they belong to.
    fn by_home(&self, records: Vec<Record>) -> HashMap<Uuid, Vec<Record>> {
        let mut homes: HashMap<Uuid, Vec<Record>> = HashMap::new();
        for record in records {
            if let Some(home) = record.reference("household") {
                homes.entry(home).or_default().push(record);
            }
        }
        homes
    }
}

/// Persons looked for one by one before all of the region are read.
const ONE_BY_ONE: usize = 64;

#[derive(Default)]
struct Persons {
    asked: Cell<usize>,
    all: OnceCell<AllPersons>,
}

/// The persons of a region, void ones too; numbers lead to those that are shown.
#[derive(Default)]
struct AllPersons {
    by_id: HashMap<Uuid, Known>,
    by_number: HashMap<String, FoundPerson>,
}

impl AllPersons {
    /// `hidden`: households with which their people are hidden.
    fn of(records: Vec<Record>, hidden: &HashSet<Uuid>) -> AllPersons {
        let mut all = AllPersons::default();
        for record in records {
            let home = record.reference("household");
            let shown = record.void.is_none() && !home.is_some_and(|home| hidden.contains(&home));
            if let (true, Some(number)) = (shown, record.text("id_number")) {
                all.by_number.entry(number.to_owned()).or_insert_with(|| person(&record));
            }
            all.by_id.insert(record.id, known(record));
        }
        all
    }
}

/// The members of a region, void ones too; names and persons lead to those that are shown.
#[derive(Default)]
struct Members {
    all: Vec<Known>,
    by_id: HashMap<Uuid, usize>,
    by_name: HashMap<String, Vec<usize>>,
    by_person: HashMap<Uuid, usize>,
}

impl Members {
    fn of(records: Vec<Record>) -> Members {
        let mut members = Members::default();
        for record in records {
            let at = members.all.len();
            members.by_id.insert(record.id, at);
            if record.void.is_none() {
                let name = tidy_name(record.text("name").unwrap_or_default());
                members.by_name.entry(name).or_default().push(at);
                if let Some(person) = record.reference("person") {
                    members.by_person.insert(person, at);
                }
            }
            members.all.push(known(record));
        }
        members
    }
}

fn known(record: Record) -> Known {
    Known {
        id: record.id,
        kind: Kind::from_code(&record.kind),
        region: record.region(),
        void: record.void.as_ref().map(voided),
        fields: Arc::new(record.fields),
    }
}

fn voided(void: &Void) -> Voided {
    Voided { reason: void.reason.clone(), undone: void.is_undone_import() }
}

fn person(record: &Record) -> FoundPerson {
    FoundPerson {
        id: record.id,
        name: record.text("name").unwrap_or_default().to_owned(),
        number: record.text("id_number").map(str::to_owned),
        household: record.reference("household"),
    }
}

/// A household with what belongs to it; of one that is shown only what is shown too.
fn family(
    home: &Record,
    persons: Option<Vec<Record>>,
    files: Option<Vec<Record>>,
    pairs: Option<Vec<Record>>,
    today: NaiveDate,
) -> Family {
    let own = |records: Option<Vec<Record>>| {
        let mut records = records.unwrap_or_default();
        records.retain(|record| home.void.is_some() || record.void.is_none());
        records
    };
    let (mut persons, files, pairs) = (own(persons), own(files), own(pairs));
    let head = home.reference("head");
    persons.sort_by_key(|person| (Some(person.id) != head, person.id));
    // The active file before closed ones, the pair of today before one that begins later; a former one is none.
    let file = files.iter().min_by_key(|file| !is_active(&file.fields));
    let today = today.to_string();
    let begun = |pair: &Record| pair.text("from").is_none_or(|from| from <= today.as_str());
    let pair = pairs
        .iter()
        .filter(|pair| match pair.text("to") {
            Some(to) => begun(pair) && today.as_str() <= to,
            None => true,
        })
        .max_by_key(|pair| (begun(pair), pair.text("from").map(str::to_owned)));
    Family {
        household: home.id,
        region: home.region(),
        head_name: home.text("head_name").unwrap_or_default().to_owned(),
        persons: persons.iter().map(person).collect(),
        phone: home.text("phone").map(str::to_owned),
        file: file.map(|file| file.id),
        code: file.and_then(|file| file.text("code")).map(str::to_owned),
        pair: pair.map(|pair| pair.id),
        moved_from: home.text("moved_from").and_then(|code| code.parse().ok()),
        moved_on: home.text("moved_on").and_then(|day| PartialDate::parse(day, YearHint::None).ok()),
        void: home.void.as_ref().map(voided),
    }
}

/// A region and all below it, by code.
pub(crate) fn regions_in(within: &RegionCode) -> Vec<NamedRegion> {
    let mut named = Vec::new();
    let mut waiting = vec![within.clone()];
    while let Some(code) = waiting.pop() {
        if let Some(name) = Regions::anhui().name(&code) {
            named.push(NamedRegion { code: code.clone(), name: name.to_owned() });
        }
        waiting.extend(Regions::anhui().children(&code).into_iter().map(|region| region.code));
    }
    named.sort_by(|a, b| a.code.cmp(&b.code));
    named
}

impl Lookup for BookLookup<'_> {
    fn regions(&self, within: &RegionCode) -> Vec<NamedRegion> {
        regions_in(within)
    }

    fn families(&self) -> Vec<Family> {
        let of = |kind: Kind| self.told(self.book.within(kind.code(), &self.within));
        let mut persons = self.by_home(self.told(self.book.persons_with_home(&self.within)));
        let mut files = self.by_home(of(Kind::SupportFile));
        let mut pairs = self.by_home(of(Kind::ContactPair));
        let homes = of(Kind::Household);
        homes
            .iter()
            .filter(|home| merged_into(home).is_none())
            .map(|home| {
                let (persons, files) = (persons.remove(&home.id), files.remove(&home.id));
                family(home, persons, files, pairs.remove(&home.id), self.today)
            })
            .collect()
    }

    fn person_by_id_number(&self, number: &str) -> Option<FoundPerson> {
        if self.keys.as_ref().is_some_and(|keys| !keys.has_number(number)) {
            return None;
        }
        if let Some(all) = self.persons() {
            return all.by_number.get(number).cloned();
        }
        let found = self.told(self.book.by_id_number(number));
        found.iter().find(|record| self.here(record)).map(person)
    }

    fn record(&self, id: &Uuid) -> Option<Known> {
        if self.keys.as_ref().is_some_and(|keys| !keys.has_id(*id)) {
            return None;
        }
        let member = self.members.get().and_then(|members| Some(&members.all[*members.by_id.get(id)?]));
        let person = || self.persons.all.get().and_then(|all| all.by_id.get(id)).cloned();
        member.cloned().or_else(person).or_else(|| self.told(self.book.get(*id)).map(known))
    }

    fn events(&self, kind: &Kind, household: &Uuid) -> Vec<Known> {
        self.told(self.book.children_and_void(*household, kind.code())).into_iter().map(known).collect()
    }

    fn records(&self, kind: &Kind) -> Vec<Known> {
        self.told(self.book.within(kind.code(), &self.within)).into_iter().map(known).collect()
    }

    fn claimants(&self, kind: &Kind, fields: &Fields) -> Vec<Known> {
        // Not only in the region: nobody is paid twice because they moved.
        self.told(self.book.claimants(kind.code(), fields)).into_iter().map(known).collect()
    }

    fn member_of(&self, person: &Uuid) -> Option<Known> {
        let members = self.members();
        members.by_person.get(person).map(|at| members.all[*at].clone())
    }

    fn members_named(&self, within: &RegionCode, name: &str) -> Vec<Known> {
        let members = self.members();
        let found = members.by_name.get(&tidy_name(name)).into_iter().flatten().map(|at| &members.all[*at]);
        found.filter(|known| within.covers(&known.region)).cloned().collect()
    }

    fn may_read(&self, known: &Known, field: &str) -> bool {
        !masking::withheld(&known.as_record(), Shown::Own, self.reader).iter().any(|theirs| theirs == field)
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn record(id: u128, kind: Kind, said: Value) -> Record {
        Record {
            id: Uuid::from_u128(id),
            kind: kind.code().to_owned(),
            scope: "340323100".parse().unwrap(),
            version: 0,
            fields: said.as_object().cloned().unwrap(),
            void: None,
        }
    }

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 10, 20).unwrap()
    }

    #[test]
    fn the_pair_in_force_is_found_before_one_that_begins_later() {
        let home = record(1, Kind::Household, json!({"region": "340323100001"}));
        let found = |pairs: &[Value]| {
            let pairs = pairs.iter().zip(2..).map(|(pair, id)| record(id, Kind::ContactPair, pair.clone()));
            family(&home, None, None, Some(pairs.collect()), today()).pair.map(|id| id.as_u128())
        };
        let former = json!({"to": "2026-10-19"});
        let ends = json!({"from": "2026-01-01", "to": "2026-11-30"});
        let (later, open) = (json!({"from": "2026-12-01"}), json!({}));
        assert_eq!(found(&[former.clone(), ends.clone(), later.clone()]), Some(3));
        assert_eq!(found(&[later.clone(), open]), Some(3));
        // Nobody looks after the family yet.
        assert_eq!(found(&[former.clone(), later]), Some(3));
        assert_eq!(found(&[former]), None);
        assert_eq!(found(&[json!({"from": "2026-10-20", "to": "2026-10-20"})]), Some(2));
    }

    #[test]
    fn an_active_file_is_found_before_a_closed_one() {
        let home = record(1, Kind::Household, json!({"region": "340323100001"}));
        // One that says nothing of its state is active.
        let files = vec![
            record(2, Kind::SupportFile, json!({"status": "closed"})),
            record(3, Kind::SupportFile, json!({})),
        ];
        assert_eq!(family(&home, None, Some(files), None, today()).file, Some(Uuid::from_u128(3)));
    }
}
