//! A book in memory: nothing but the trait.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use tiexin_domain::nouns::tidy_name;
use tiexin_domain::{Fields, Kind, RegionCode};
use tiexin_intake::{
    FoundHousehold, FoundPerson, ImportContext, Intent, LedgerPlan, Limits, Lookup, Mapping, NamedRegion,
    Workbook, plan, read, stable_id,
};
use uuid::Uuid;

#[derive(Default)]
pub(crate) struct Book {
    pub(crate) records: BTreeMap<Uuid, (Kind, Fields)>,
}

pub(crate) fn fixture(path: &str) -> Vec<u8> {
    let full = format!("{}/tests/fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&full).unwrap_or_else(|e| panic!("{full}: {e}"))
}

pub(crate) fn regions() -> Vec<NamedRegion> {
    let text = String::from_utf8(fixture("regions-340323.csv")).unwrap();
    let region = |line: &str| {
        let (code, name) = line.split_once(',')?;
        Some(NamedRegion { code: code.parse().ok()?, name: name.to_owned() })
    };
    text.lines().skip(1).filter_map(region).collect()
}

pub(crate) fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

pub(crate) fn open(bytes: &[u8], name: &str) -> Workbook {
    read(bytes, name, &Limits::default()).unwrap()
}

pub(crate) fn plan_with(
    book: &dyn Lookup,
    scope: &str,
    mapping: &Mapping,
    workbook: &Workbook,
) -> LedgerPlan {
    let context = ImportContext {
        scope: scope.parse().unwrap(),
        today: day(2026, 11, 2),
        mapping,
        lookup: book,
        ids: &stable_id,
        watch: None,
    };
    plan(workbook, &context).unwrap()
}

pub(crate) fn planned(book: &dyn Lookup, scope: &str, bytes: &[u8], name: &str) -> LedgerPlan {
    plan_with(book, scope, &Mapping::default(), &open(bytes, name))
}

impl Book {
    /// Writes a plan as a desk would.
    pub(crate) fn write(&mut self, plan: &LedgerPlan) {
        for record in plan.groups.iter().flat_map(|g| &g.records) {
            match record.intent {
                Intent::New => {
                    let former = self.records.insert(record.id, (record.kind.clone(), record.fields.clone()));
                    assert!(former.is_none(), "a new record replaced one: {:?}", record.kind);
                }
                Intent::Fill => {
                    let (_, fields) = self.records.get_mut(&record.id).expect("filled record is there");
                    for (field, value) in &record.fields {
                        fields.entry(field.clone()).or_insert_with(|| value.clone());
                    }
                }
            }
        }
    }

    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = (&Uuid, &Fields)> {
        self.records.iter().filter(move |(_, (k, _))| *k == kind).map(|(id, (_, fields))| (id, fields))
    }

    fn household(&self, id: &Uuid) -> Option<FoundHousehold> {
        let (_, fields) = self.records.get(id)?;
        Some(FoundHousehold {
            id: *id,
            region: text(fields, "region").parse().unwrap(),
            head_name: text(fields, "head_name"),
        })
    }
}

pub(crate) fn text(fields: &Fields, field: &str) -> String {
    fields.get(field).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
}

fn person(id: &Uuid, fields: &Fields) -> FoundPerson {
    FoundPerson { id: *id, name: text(fields, "name"), household: text(fields, "household").parse().ok() }
}

impl Lookup for Book {
    fn regions(&self, within: &RegionCode) -> Vec<NamedRegion> {
        regions().into_iter().filter(|r| within.covers(&r.code)).collect()
    }
    fn household_by_code(&self, code: &str) -> Option<FoundHousehold> {
        let (_, file) = self.of(Kind::SupportFile).find(|(_, f)| text(f, "code") == code)?;
        self.household(&text(file, "household").parse().ok()?)
    }
    fn households_by_head(&self, within: &RegionCode, name: &str) -> Vec<FoundHousehold> {
        self.of(Kind::Household)
            .filter(|(_, f)| tidy_name(&text(f, "head_name")) == tidy_name(name))
            .filter_map(|(id, _)| self.household(id))
            .filter(|h| within.covers(&h.region))
            .collect()
    }
    fn households_by_person(&self, within: &RegionCode, name: &str) -> Vec<FoundHousehold> {
        self.of(Kind::Person)
            .filter(|(_, f)| tidy_name(&text(f, "name")) == tidy_name(name))
            .filter_map(|(_, f)| self.household(&text(f, "household").parse().ok()?))
            .filter(|h| within.covers(&h.region))
            .collect()
    }
    fn persons_of(&self, household: &Uuid) -> Vec<FoundPerson> {
        let id = household.to_string();
        self.of(Kind::Person)
            .filter(|(_, f)| text(f, "household") == id)
            .map(|(id, f)| person(id, f))
            .collect()
    }
    fn person_by_id_number(&self, number: &str) -> Option<FoundPerson> {
        self.of(Kind::Person).find(|(_, f)| text(f, "id_number") == number).map(|(id, f)| person(id, f))
    }
    fn knows(&self, id: &Uuid) -> bool {
        self.records.contains_key(id)
    }
}
