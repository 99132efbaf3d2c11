//! The families of a region, by everything that a ledger may call them.

use foldhash::HashMap;
use tiexin_domain::{Kind, RegionCode};
use uuid::Uuid;

use crate::lookup::{Family, FoundPerson, Known};
use crate::script::{same_name, wild};

/// Families with their codes, ID numbers and names. Read once for a plan; rows that are planned are added.
#[derive(Default)]
pub(crate) struct Roll {
    families: Vec<Family>,
    by_household: HashMap<Uuid, usize>,
    by_code: HashMap<String, usize>,
    by_number: HashMap<String, usize>,
    /// By the name of the head or of another person, as names are compared.
    by_name: HashMap<String, Vec<usize>>,
}

/// How a name was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ByName<'r> {
    None,
    One(&'r Family),
    /// Several families fit.
    Several,
    /// A sign of the name was lost; this family alone fits.
    Guessed(&'r Family),
}

impl Roll {
    pub(crate) fn of(families: Vec<Family>) -> Self {
        let mut roll = Self::default();
        for family in families {
            roll.add(family);
        }
        roll
    }

    pub(crate) fn families(&self) -> &[Family] {
        &self.families
    }

    fn add(&mut self, family: Family) {
        let at = self.families.len();
        self.by_household.insert(family.household, at);
        let names = std::iter::once(&family.head_name).chain(family.persons.iter().map(|p| &p.name));
        let names: Vec<String> = names.map(|name| same_name(name)).collect();
        for name in names {
            self.name(name, at);
        }
        if let Some(code) = &family.code {
            self.prefer(Mark::Code(code.clone()), at, family.void.is_some());
        }
        for number in family.persons.iter().filter_map(|p| p.number.clone()) {
            self.prefer(Mark::Number(number), at, family.void.is_some());
        }
        self.families.push(family);
    }

    /// A family that is shown goes before a hidden one of the same code or number.
    fn prefer(&mut self, mark: Mark, at: usize, void: bool) {
        let (map, key) = match mark {
            Mark::Code(code) => (&mut self.by_code, code),
            Mark::Number(number) => (&mut self.by_number, number),
        };
        if void {
            map.entry(key).or_insert(at);
        } else {
            map.insert(key, at);
        }
    }

    fn name(&mut self, name: String, at: usize) {
        let found = self.by_name.entry(name).or_default();
        if !found.contains(&at) {
            found.push(at);
        }
    }

    /// Takes a planned record in.
    pub(crate) fn take(&mut self, known: &Known) {
        let text = |field: &str| known.fields.get(field).and_then(|v| v.as_str());
        let reference = |field: &str| text(field).and_then(|id| id.parse::<Uuid>().ok());
        if known.kind == Kind::Household {
            let head_name = text("head_name").unwrap_or_default().to_owned();
            match self.by_household.get(&known.id).copied() {
                Some(at) => {
                    self.families[at].void = None;
                    self.name(same_name(&head_name), at);
                }
                None => self.add(Family {
                    household: known.id,
                    region: known.region.clone(),
                    head_name,
                    persons: Vec::new(),
                    phone: text("phone").map(str::to_owned),
                    file: None,
                    code: None,
                    pair: None,
                    moved_from: None,
                    moved_on: None,
                    void: None,
                }),
            }
            return;
        }
        let Some(at) = reference("household").and_then(|id| self.by_household.get(&id)).copied() else {
            return;
        };
        match known.kind {
            Kind::SupportFile => {
                self.families[at].file = Some(known.id);
                if let Some(code) = text("code") {
                    self.families[at].code = Some(code.to_owned());
                    self.by_code.insert(code.to_owned(), at);
                }
            }
            Kind::ContactPair => self.families[at].pair = Some(known.id),
            Kind::Person => {
                let name = text("name").unwrap_or_default().to_owned();
                let number = text("id_number").map(str::to_owned);
                if let Some(number) = &number {
                    self.by_number.insert(number.clone(), at);
                }
                self.name(same_name(&name), at);
                let household = Some(self.families[at].household);
                let person = FoundPerson { id: known.id, name, number, household };
                let persons = &mut self.families[at].persons;
                match persons.iter_mut().find(|p| p.id == known.id) {
                    Some(there) => *there = person,
                    None => persons.push(person),
                }
            }
            _ => {}
        }
    }

    pub(crate) fn family(&self, household: &Uuid) -> Option<&Family> {
        self.by_household.get(household).map(|at| &self.families[*at])
    }

    pub(crate) fn by_code(&self, code: &str) -> Option<&Family> {
        self.by_code.get(code).map(|at| &self.families[*at])
    }

    pub(crate) fn by_number(&self, number: &str) -> Option<&Family> {
        self.by_number.get(number).map(|at| &self.families[*at])
    }

    /// Families in a place, or that came from there, to which somebody of this name belongs.
    pub(crate) fn named(&self, within: &RegionCode, name: &str) -> Vec<&Family> {
        let found = self.by_name.get(&same_name(name)).into_iter().flatten();
        found.map(|at| &self.families[*at]).filter(|family| family.is_of(within)).collect()
    }

    /// The family in a place that a name means: its head's, else that of another person of it.
    pub(crate) fn by_name(&self, within: &RegionCode, name: &str) -> ByName<'_> {
        self.by_names(within, name, true)
    }

    /// The family to which somebody of this name belongs, head or not.
    pub(crate) fn by_person(&self, within: &RegionCode, name: &str) -> ByName<'_> {
        self.by_names(within, name, false)
    }

    fn by_names(&self, within: &RegionCode, name: &str, head: bool) -> ByName<'_> {
        let shown = |family: &&Family| family.void.is_none();
        let mut found: Vec<&Family> = self.named(within, name).into_iter().filter(shown).collect();
        let heads = found.iter().copied().filter(|f| head && same_name(&f.head_name) == same_name(name));
        let heads: Vec<&Family> = heads.collect();
        if !heads.is_empty() {
            found = heads;
        }
        match found[..] {
            [one] => return ByName::One(one),
            [] => {}
            _ => return ByName::Several,
        }
        let fits = |family: &&Family| {
            wild(name, &family.head_name) || family.persons.iter().any(|person| wild(name, &person.name))
        };
        let mut guessed = self.families.iter().filter(|f| f.is_of(within) && f.void.is_none()).filter(fits);
        match (guessed.next(), guessed.next()) {
            (Some(one), None) => ByName::Guessed(one),
            (Some(_), Some(_)) => ByName::Several,
            _ => ByName::None,
        }
    }
}

enum Mark {
    Code(String),
    Number(String),
}

impl Family {
    /// Whether it lives in a place, or lived there before it moved.
    pub(crate) fn is_of(&self, within: &RegionCode) -> bool {
        within.covers(&self.region) || self.moved_from.as_ref().is_some_and(|from| within.covers(from))
    }

    /// A person of this name.
    pub(crate) fn person(&self, name: &str) -> Option<&FoundPerson> {
        self.named(name).next()
    }

    /// Whether two persons of the family have this name.
    pub(crate) fn has_two(&self, name: &str) -> bool {
        self.named(name).nth(1).is_some()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &FoundPerson> {
        let name = same_name(name);
        self.persons.iter().filter(move |person| same_name(&person.name) == name)
    }
}
