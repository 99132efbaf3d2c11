//! The book as far as an import must look into it.

use std::cell::RefCell;

use tiexin_contract::ErrorReply;
use tiexin_domain::record::Record;
use tiexin_domain::{Kind, RegionCode};
use tiexin_intake::{FoundHousehold, FoundPerson, Lookup, NamedRegion};
use tiexin_store::{Keys, Look, Regions, StoreError};
use uuid::Uuid;

use crate::errors;

/// Looks only inside the region whose ledgers are imported. A fault of the book is kept and told at
/// the end: a plan that was made on half an answer is thrown away.
pub(crate) struct BookLookup<'a> {
    book: &'a Look<'a>,
    within: RegionCode,
    /// Of a small book.
    keys: Option<Keys>,
    fault: RefCell<Option<StoreError>>,
}

/// Keys held in memory at most: reading them costs as much as some thousand look-ups.
const KEYS: usize = 20_000;

impl<'a> BookLookup<'a> {
    pub(crate) fn new(book: &'a Look<'a>, within: &RegionCode) -> Self {
        let mut this = Self { book, within: within.clone(), keys: None, fault: RefCell::new(None) };
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

    fn record(&self, id: Uuid) -> Option<Record> {
        self.told(self.book.get(id)).filter(|record| record.void.is_none())
    }

    fn home(&self, id: Uuid) -> Option<FoundHousehold> {
        self.record(id).filter(|r| r.kind == Kind::Household.code()).map(|record| household(&record))
    }

    fn here<'r>(&self, records: &'r [Record], kind: &Kind) -> impl Iterator<Item = &'r Record> {
        let (within, kind) = (self.within.clone(), kind.code().to_owned());
        records.iter().filter(move |r| r.void.is_none() && r.kind == kind && within.covers(&r.region()))
    }
}

fn household(record: &Record) -> FoundHousehold {
    FoundHousehold {
        id: record.id,
        region: record.region(),
        head_name: record.text("head_name").unwrap_or_default().to_owned(),
    }
}

fn person(record: &Record) -> FoundPerson {
    FoundPerson {
        id: record.id,
        name: record.text("name").unwrap_or_default().to_owned(),
        household: record.reference("household"),
    }
}

impl Lookup for BookLookup<'_> {
    fn regions(&self, within: &RegionCode) -> Vec<NamedRegion> {
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

    fn household_by_code(&self, code: &str) -> Option<FoundHousehold> {
        let files = self.told(self.book.by_code(code));
        let home = self.here(&files, &Kind::SupportFile).find_map(|file| file.reference("household"));
        self.home(home?)
    }

    fn households_by_head(&self, within: &RegionCode, name: &str) -> Vec<FoundHousehold> {
        let found = self.told(self.book.by_head_name(within, name));
        self.here(&found, &Kind::Household).map(household).collect()
    }

    fn households_by_person(&self, within: &RegionCode, name: &str) -> Vec<FoundHousehold> {
        let found = self.told(self.book.by_name(Kind::Person.code(), within, name));
        let homes = self.here(&found, &Kind::Person).filter_map(|person| person.reference("household"));
        let mut households: Vec<FoundHousehold> = homes.filter_map(|id| self.home(id)).collect();
        households.sort_by_key(|home| home.id);
        households.dedup_by_key(|home| home.id);
        households
    }

    fn persons_of(&self, household: &Uuid) -> Vec<FoundPerson> {
        let persons = self.told(self.book.children_of_kind(*household, Kind::Person.code()));
        let head = self.record(*household).and_then(|home| home.reference("head"));
        let mut found: Vec<FoundPerson> = persons.iter().map(person).collect();
        found.sort_by_key(|person| (Some(person.id) != head, person.id));
        found
    }

    fn person_by_id_number(&self, number: &str) -> Option<FoundPerson> {
        if self.keys.as_ref().is_some_and(|keys| !keys.has_number(number)) {
            return None;
        }
        let found = self.told(self.book.by_id_number(number));
        self.here(&found, &Kind::Person).next().map(person)
    }

    fn is_member(&self, person: &Uuid) -> bool {
        let records = self.told(self.book.belonging_to(*person));
        self.here(&records, &Kind::Member).next().is_some()
    }

    fn knows(&self, id: &Uuid) -> bool {
        self.keys.as_ref().is_none_or(|keys| keys.has_id(*id)) && self.told(self.book.knows(*id))
    }
}
