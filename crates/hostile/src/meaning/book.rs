//! A book in memory: what plans wrote, and the figures that it gives.

use std::collections::{BTreeMap, BTreeSet};

use tiexin_domain::nouns::tidy_name;
use tiexin_domain::{Fen, Fields, Kind, PartialDate, RegionCode, YearHint};
use tiexin_habits::{Figures, MONEY, MONTH, Place, TOWNSHIP, VILLAGES};
use tiexin_intake::{Family, FoundPerson, Intent, Known, LedgerPlan, Lookup, NamedRegion};
use uuid::Uuid;

pub(crate) struct Book {
    records: BTreeMap<Uuid, (Kind, Fields)>,
    regions: Vec<NamedRegion>,
}

fn text<'f>(fields: &'f Fields, field: &str) -> &'f str {
    fields.get(field).and_then(|value| value.as_str()).unwrap_or_default()
}

fn person(id: &Uuid, fields: &Fields) -> FoundPerson {
    let number = Some(text(fields, "id_number").to_owned()).filter(|number| !number.is_empty());
    let household = text(fields, "household").parse().ok();
    FoundPerson { id: *id, name: text(fields, "name").to_owned(), number, household }
}

impl Book {
    /// Nothing in it yet, where there are these regions: code and official name.
    pub(crate) fn empty<'r>(regions: impl IntoIterator<Item = (&'r str, &'r str)>) -> Book {
        let named = |(code, name): (&str, &str)| {
            Some(NamedRegion { code: code.parse().ok()?, name: name.to_owned() })
        };
        Book { records: BTreeMap::new(), regions: regions.into_iter().filter_map(named).collect() }
    }

    /// Writes a plan as a desk does.
    pub(super) fn write(&mut self, plan: &LedgerPlan) {
        for record in plan.groups.iter().flat_map(|group| &group.records) {
            if record.intent == Intent::Fill
                && let Some((_, fields)) = self.records.get_mut(&record.id)
            {
                for (field, value) in record.fields.iter() {
                    fields.entry(field.clone()).or_insert_with(|| value.clone());
                }
                continue;
            }
            self.records.insert(record.id, (record.kind.clone(), (*record.fields).clone()));
        }
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = (&Uuid, &Fields)> {
        self.records.iter().filter(move |(_, (k, _))| *k == kind).map(|(id, (_, fields))| (id, fields))
    }

    fn known(&self, id: &Uuid) -> Option<Known> {
        let (kind, fields) = self.records.get(id)?;
        let region: RegionCode = text(fields, "region").parse().ok()?;
        Some(Known { id: *id, kind: kind.clone(), region, fields: fields.clone().into(), void: None })
    }

    fn belonging(&self, kind: &Kind, household: &Uuid) -> Vec<Known> {
        let id = household.to_string();
        let here = self.of(kind.clone()).filter(|(_, fields)| text(fields, "household") == id);
        here.filter_map(|(id, _)| self.known(id)).collect()
    }

    /// F1, F3 and F4 of the month, counted apart from the program.
    pub(super) fn figures(&self) -> Figures {
        let mut figures = Figures::new();
        let mut seen = BTreeSet::new();
        for (kind, fields) in self.records.values() {
            let day = match kind {
                Kind::InsuranceClaim => text(fields, "paid_on"),
                Kind::Activity => text(fields, "start"),
                _ => text(fields, "date"),
            };
            if *kind != Kind::Member && !day.starts_with(MONTH) {
                continue;
            }
            let region = text(fields, "region");
            let units =
                VILLAGES.iter().map(|village| village.0).chain([TOWNSHIP]).filter(|u| region.starts_with(u));
            for region in units {
                let mut add = |form, path: String, count| {
                    *figures.entry(Place { form, region, path }).or_default() += count;
                };
                for (form, path, count) in parts(kind, fields) {
                    match count {
                        Count::Sum(count) => add(form, path, count),
                        Count::Once(who) => {
                            if seen.insert((region, path.clone(), who)) {
                                add(form, path, 1);
                            }
                        }
                    }
                }
            }
        }
        figures
    }
}

enum Count {
    Sum(i64),
    /// Each once in a unit.
    Once(String),
}

type Part = (&'static str, String, Count);

/// What a record adds to which figure.
fn parts(kind: &Kind, fields: &Fields) -> Vec<Part> {
    let household = text(fields, "household");
    let persons = |field: &str| -> Vec<String> {
        let of = |value: &serde_json::Value| value["name"].as_str().unwrap_or_default().to_owned();
        let names = match fields.get(field) {
            Some(serde_json::Value::Array(items)) => items.iter().map(of).collect(),
            Some(one) => vec![of(one)],
            None => Vec::new(),
        };
        names.iter().map(|name| format!("{household} {}", tidy_name(name))).collect()
    };
    let counted = |path: &str, field: &str| -> Vec<Part> {
        let people = persons(field).into_iter().map(|who| ("F1", format!("{path}/人"), Count::Once(who)));
        [("F1", format!("{path}/户"), Count::Once(household.to_owned()))].into_iter().chain(people).collect()
    };
    let yes = |field: &str| fields.get(field).is_some_and(|value| *value == true);
    match kind {
        Kind::Visit => counted(&format!("走访慰问落实/{}", text(fields, "kind")), "met"),
        Kind::NeedSurvey => counted("需求调查", "persons"),
        Kind::InsuranceClaim => {
            let fen = Fen::parse(text(fields, "amount")).map_or(0, |fen| fen.0);
            let claim = ("F1", "保险理赔/例".to_owned(), Count::Sum(1));
            vec![claim, ("F1", MONEY.to_owned(), Count::Sum(fen))]
        }
        Kind::Counselling => {
            let mut parts = counted("心理健康服务", "person");
            parts.push(("F1", "心理健康服务/建档".to_owned(), Count::Sum(i64::from(yes("file_opened")))));
            if yes("assessed") {
                let who = persons("person").into_iter();
                parts.extend(who.map(|who| ("F1", "心理健康服务/测评".to_owned(), Count::Once(who))));
            }
            parts
        }
        Kind::Activity => {
            let people = fields.get("headcount").and_then(|count| count.as_i64()).unwrap_or_default();
            let project = text(fields, "project");
            let held = ("F4", format!("{project}/活动次数"), Count::Sum(1));
            vec![held, ("F4", format!("{project}/服务人数"), Count::Sum(people))]
        }
        Kind::Member if *text(fields, "joined") <= *"2026-10-31" => {
            let tags = fields.get("tags").and_then(|tags| tags.as_array()).into_iter().flatten();
            let words = ["sex", "structure", "residence"].map(|field| text(fields, field).to_owned());
            let words = words.into_iter().chain(tags.filter_map(|tag| tag.as_str().map(str::to_owned)));
            let each = words.filter(|word| !word.is_empty()).map(|word| ("F3", word, Count::Sum(1)));
            each.chain([("F3", "会员数量".to_owned(), Count::Sum(1))]).collect()
        }
        _ => Vec::new(),
    }
}

impl Lookup for Book {
    fn regions(&self, within: &RegionCode) -> Vec<NamedRegion> {
        self.regions.iter().filter(|region| within.covers(&region.code)).cloned().collect()
    }

    fn families(&self) -> Vec<Family> {
        let family = |(id, fields): (&Uuid, &Fields)| {
            let file = self.belonging(&Kind::SupportFile, id).into_iter().next();
            Some(Family {
                household: *id,
                region: text(fields, "region").parse().ok()?,
                head_name: text(fields, "head_name").to_owned(),
                phone: Some(text(fields, "phone").to_owned()).filter(|phone| !phone.is_empty()),
                persons: self.belonging(&Kind::Person, id).iter().map(|k| person(&k.id, &k.fields)).collect(),
                code: file
                    .as_ref()
                    .map(|f| text(&f.fields, "code").to_owned())
                    .filter(|code| !code.is_empty()),
                file: file.map(|file| file.id),
                pair: self.belonging(&Kind::ContactPair, id).first().map(|pair| pair.id),
                moved_from: text(fields, "moved_from").parse().ok(),
                moved_on: PartialDate::parse(text(fields, "moved_on"), YearHint::None).ok(),
                void: None,
            })
        };
        self.of(Kind::Household).filter_map(family).collect()
    }

    fn person_by_id_number(&self, number: &str) -> Option<FoundPerson> {
        let found = self.of(Kind::Person).find(|(_, fields)| text(fields, "id_number") == number);
        found.map(|(id, fields)| person(id, fields))
    }

    fn record(&self, id: &Uuid) -> Option<Known> {
        self.known(id)
    }

    fn events(&self, kind: &Kind, household: &Uuid) -> Vec<Known> {
        self.belonging(kind, household)
    }

    fn records(&self, kind: &Kind) -> Vec<Known> {
        self.of(kind.clone()).filter_map(|(id, _)| self.known(id)).collect()
    }

    fn member_of(&self, person: &Uuid) -> Option<Known> {
        let id = person.to_string();
        self.of(Kind::Member)
            .find(|(_, fields)| text(fields, "person") == id)
            .and_then(|(id, _)| self.known(id))
    }

    fn members_named(&self, within: &RegionCode, name: &str) -> Vec<Known> {
        let same = |fields: &Fields| tidy_name(text(fields, "name")) == tidy_name(name);
        let named = self.of(Kind::Member).filter(|(_, fields)| same(fields));
        named.filter_map(|(id, _)| self.known(id)).filter(|known| within.covers(&known.region)).collect()
    }
}
