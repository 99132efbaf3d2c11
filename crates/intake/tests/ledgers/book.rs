//! A book in memory: nothing but the trait.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use chrono::NaiveDate;
use tiexin_domain::nouns::tidy_name;
use tiexin_domain::{Fields, Kind, PartialDate, RegionCode, YearHint};
use tiexin_intake::{
    Family, FoundPerson, ImportContext, Intent, Known, LedgerPlan, Limits, Lookup, Mapping, NamedRegion,
    Records, Voided, Workbook, plan, read, stable_id,
};
use uuid::Uuid;

#[derive(Default)]
pub(crate) struct Book {
    pub(crate) records: BTreeMap<Uuid, (Kind, Fields)>,
    pub(crate) void: BTreeMap<Uuid, Voided>,
    pub(crate) limits: tiexin_domain::limits::Limits,
    /// Names as they stand → tidied: each once, not once for every row that looks for it.
    tidied: Mutex<HashMap<String, String>>,
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
    plan_as(book, (scope, None), mapping, workbook)
}

/// With the kind of record that a person chose.
pub(crate) fn plan_as(
    book: &dyn Lookup,
    (scope, kind): (&str, Option<&str>),
    mapping: &Mapping,
    workbook: &Workbook,
) -> LedgerPlan {
    let context = ImportContext {
        scope: scope.parse().unwrap(),
        today: Some(day(2026, 11, 2)),
        latest: day(2026, 11, 2),
        kind: kind.map(|kind| Records::of(kind).unwrap()),
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
                Intent::New | Intent::Restore => {
                    let former =
                        self.records.insert(record.id, (record.kind.clone(), (*record.fields).clone()));
                    let hidden = self.void.remove(&record.id).is_some();
                    assert_eq!(former.is_some(), hidden, "a new record replaced one: {:?}", record.kind);
                }
                Intent::Fill => {
                    let (_, fields) = self.records.get_mut(&record.id).expect("filled record is there");
                    for (field, value) in record.fields.iter() {
                        fields.entry(field.clone()).or_insert_with(|| value.clone());
                    }
                }
            }
        }
    }

    /// Hides every record, as undoing the import that made them does.
    pub(crate) fn undo_all(&mut self) {
        let undone = Voided { reason: "撤销导入".into(), undone: true };
        self.void.extend(self.records.keys().map(|id| (*id, undone.clone())));
    }

    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = (&Uuid, &Fields)> {
        self.records
            .iter()
            .filter(move |(id, (k, _))| *k == kind && !self.void.contains_key(id))
            .map(|(id, (_, fields))| (id, fields))
    }

    fn known(&self, id: &Uuid) -> Option<Known> {
        let (kind, fields) = self.records.get(id)?;
        let region = text(fields, "region").parse().unwrap();
        Some(Known {
            id: *id,
            kind: kind.clone(),
            region,
            fields: fields.clone().into(),
            void: self.void.get(id).cloned(),
        })
    }

    fn of_household<'b>(&'b self, kind: &'b Kind, household: &'b Uuid) -> impl Iterator<Item = Known> + 'b {
        let id = household.to_string();
        let belongs = move |(_, (k, f)): &(&Uuid, &(Kind, Fields))| k == kind && said(f, "household") == id;
        self.records.iter().filter(belongs).filter_map(|(id, _)| self.known(id))
    }
}

pub(crate) fn text(fields: &Fields, field: &str) -> String {
    said(fields, field).to_owned()
}

fn said<'f>(fields: &'f Fields, field: &str) -> &'f str {
    fields.get(field).and_then(|v| v.as_str()).unwrap_or_default()
}

fn person(id: &Uuid, fields: &Fields) -> FoundPerson {
    let number = fields.get("id_number").and_then(|v| v.as_str()).map(str::to_owned);
    FoundPerson {
        id: *id,
        name: text(fields, "name"),
        number,
        household: text(fields, "household").parse().ok(),
    }
}

impl Lookup for Book {
    fn regions(&self, within: &RegionCode) -> Vec<NamedRegion> {
        regions().into_iter().filter(|r| within.covers(&r.code)).collect()
    }
    fn families(&self) -> Vec<Family> {
        let homes = self.records.iter().filter(|(_, (kind, _))| *kind == Kind::Household);
        homes
            .map(|(id, (_, fields))| {
                let shown = |kind: Kind| {
                    self.of_household(&kind, id).filter(|k| k.void.is_none()).collect::<Vec<_>>()
                };
                let file = shown(Kind::SupportFile).into_iter().next();
                let persons = shown(Kind::Person);
                Family {
                    household: *id,
                    region: text(fields, "region").parse().unwrap(),
                    head_name: text(fields, "head_name"),
                    persons: persons.iter().map(|known| person(&known.id, &known.fields)).collect(),
                    phone: fields.get("phone").and_then(|v| v.as_str()).map(str::to_owned),
                    code: file.as_ref().map(|f| text(&f.fields, "code")).filter(|code| !code.is_empty()),
                    file: file.map(|f| f.id),
                    pair: shown(Kind::ContactPair).first().map(|pair| pair.id),
                    moved_from: text(fields, "moved_from").parse().ok(),
                    moved_on: PartialDate::parse(&text(fields, "moved_on"), YearHint::None).ok(),
                    void: self.void.get(id).cloned(),
                }
            })
            .collect()
    }
    fn person_by_id_number(&self, number: &str) -> Option<FoundPerson> {
        self.of(Kind::Person).find(|(_, f)| said(f, "id_number") == number).map(|(id, f)| person(id, f))
    }
    fn record(&self, id: &Uuid) -> Option<Known> {
        self.known(id)
    }
    fn events(&self, kind: &Kind, household: &Uuid) -> Vec<Known> {
        self.of_household(kind, household).collect()
    }
    fn records(&self, kind: &Kind) -> Vec<Known> {
        let all = self.records.iter().filter(|(_, (own, _))| own == kind);
        all.filter_map(|(id, _)| self.known(id)).collect()
    }
    fn member_of(&self, person: &Uuid) -> Option<Known> {
        let id = person.to_string();
        self.of(Kind::Member).find(|(_, f)| said(f, "person") == id).and_then(|(id, _)| self.known(id))
    }
    fn members_named(&self, within: &RegionCode, name: &str) -> Vec<Known> {
        let name = tidy_name(name);
        let mut tidied = self.tidied.lock().unwrap();
        let mut is_named = |stands: &str| match tidied.get(stands) {
            Some(tidy) => *tidy == name,
            None => *tidied.entry(stands.to_owned()).or_insert(tidy_name(stands)) == name,
        };
        let named = self.of(Kind::Member).filter(|(_, f)| is_named(said(f, "name")));
        named.filter_map(|(id, _)| self.known(id)).filter(|known| within.covers(&known.region)).collect()
    }
    fn limits(&self) -> &tiexin_domain::limits::Limits {
        &self.limits
    }
}
