//! Rules that need surroundings: what a record may be only beside other records. One pair of contacts at a time, no two
//! terms at once, no ID number twice.
//!
//! A rule is declared in its noun's shape ([`crate::shape::Shape::rules`]): which other records it looks at, and what it
//! finds beside them. Who can answer where those lie implements [`Around`]: a desk over its book, the province over its
//! own. Pure: nothing here reads anything by itself.

mod example;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uuid::Uuid;

use crate::limits::Limits;
use crate::nouns::{self, Gap, Noun, Problem};
use crate::record::{Fields, Record};
use crate::region::RegionCode;
use crate::shape;

pub use example::{Example, example};

/// The field by which a record is looked at as itself.
pub const ITSELF: &str = "id";

/// Which other records a rule looks at: those of `kind` whose field `their` says what `own` says here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Look {
    pub kind: &'static str,
    /// A field by which a book finds records without reading all of them: [`ITSELF`], the number or code by which the
    /// kind is known, or what it belongs to.
    pub their: &'static str,
    /// A field of the record that is checked, or one within it: `person.person`. Of a list each is looked for. Where it
    /// names records the path goes on in those that an earlier look found: `sign_ins.person`.
    pub own: &'static str,
}

impl Look {
    /// Whether it finds, by this value, a record of `kind` that says so.
    pub fn finds(&self, (kind, id, fields): (&str, Uuid, &Fields), value: &str) -> bool {
        let says = match self.their {
            ITSELF => id.to_string() == value,
            field => fields.get(field).and_then(Value::as_str).is_some_and(|own| {
                match shape::field(self.kind, field) {
                    Some(field) => shape::as_compared(field, own) == shape::as_compared(field, value),
                    None => own == value,
                }
            }),
        };
        says && kind == self.kind
    }
}

/// Who is held to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Nobody: what it finds is told with the record ([`told`]), as what is missing in it.
    Told,
    /// Who writes at a desk, and can mend it there.
    Writer,
    /// Whoever saves at a desk, adopting what others wrote among them. The province takes what comes together from desks
    /// that could not see each other: it is proposed to a person then, as duplicates are.
    Desks,
    /// The province too: of two that are right alone and wrong together the second is kept apart, for a person to decide.
    /// Only for kinds without which everything else can stand ([`waits`]).
    Province,
    /// The same among all townships: of what claims the same ([`shape::claims`]), wherever it lies. A desk is held to it as far
    /// as its book reaches.
    Everywhere,
}

/// A rule that needs surroundings.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub code: &'static str,
    pub reach: Reach,
    /// What it looks at. The province finds others by what they belong to: one look, at the rule's own kind; what reaches
    /// everywhere it finds by what they claim as well.
    pub looks: &'static [Look],
    pub check: Check,
}

/// What a rule finds beside the others.
pub type Check = fn(&Beside<'_>) -> Vec<Problem>;

/// How a rule is checked. The screens ask the desk: their program carries no rule.
pub(crate) const fn check_of(check: Check) -> Check {
    const fn unasked(_: &Beside<'_>) -> Vec<Problem> {
        Vec::new()
    }
    if cfg!(target_arch = "wasm32") { unasked } else { check }
}

/// What a record claims in the whole province.
pub type Claims = fn(&Fields) -> Vec<String>;

/// How a claim is read. The screens claim nothing.
pub(crate) const fn claims_of(claims: Claims) -> Claims {
    const fn nothing(_: &Fields) -> Vec<String> {
        Vec::new()
    }
    if cfg!(target_arch = "wasm32") { nothing } else { claims }
}

/// A record and what lies around it, as a rule is given them.
pub struct Beside<'a> {
    pub fields: &'a Fields,
    /// Of a record that stands already.
    pub before: Option<&'a Fields>,
    /// For each look of the rule the live records that it found; never the record itself.
    pub seen: &'a [Vec<Record>],
    /// How a place is called where the rule is asked.
    pub place: &'a dyn Fn(&RegionCode) -> String,
    /// Where the rule is asked.
    pub limits: &'a Limits,
}

impl Beside<'_> {
    /// What the rule's only look found.
    pub fn others(&self) -> impl Iterator<Item = &Record> {
        self.seen.iter().flatten()
    }

    /// The record, and of what the rule's only look found those that can be read. None of a record that cannot be: its
    /// own rules tell.
    pub fn read<N: Noun, O: Noun>(&self) -> Option<(N, impl Iterator<Item = O>)> {
        let own = N::from_fields(self.fields).ok()?;
        Some((own, self.others().filter_map(|other| O::from_fields(&other.fields).ok())))
    }
}

#[cfg(test)]
impl<'a> Beside<'a> {
    /// A new record beside these, by the program's limits.
    pub(crate) fn these(fields: &'a Fields, seen: &'a [Vec<Record>]) -> Beside<'a> {
        fn place(region: &RegionCode) -> String {
            region.to_string()
        }
        Beside { fields, before: None, seen, place: &place, limits: Limits::of_the_program() }
    }
}

/// What answers which other records there are. Void ones are left out.
pub trait Around {
    type Error;
    /// Live records of the look's kind whose field `their` is `value`.
    ///
    /// # Errors
    /// They cannot be read.
    fn others(&self, look: &Look, value: &str) -> Result<Vec<Record>, Self::Error>;
    /// Live records of the kind that claim something of what these fields claim; asked of rules that reach everywhere. Who
    /// sees some townships only finds what lies there.
    ///
    /// # Errors
    /// They cannot be read.
    fn claimants(&self, _kind: &str, _fields: &Fields) -> Result<Vec<Record>, Self::Error> {
        Ok(Vec::new())
    }
    /// How people call a region.
    fn place(&self, region: &RegionCode) -> String {
        region.to_string()
    }
    /// An office may have limits of its own.
    fn limits(&self) -> &Limits {
        Limits::of_the_program()
    }
}

/// A record as it is to be, and as it stands.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub kind: &'a str,
    pub id: Uuid,
    pub before: Option<&'a Fields>,
    pub fields: &'a Fields,
}

/// What the rules that reach so far find wrong with a record beside the others. What was wrong before and was not
/// touched since is nobody's obstacle.
///
/// # Errors
/// The others cannot be read.
pub fn problems<A: Around>(around: &A, subject: Subject<'_>, reach: Reach) -> Result<Vec<Problem>, A::Error> {
    let mut found = Vec::new();
    for rule in rules(subject.kind).filter(|rule| rule.reach >= reach) {
        found.extend(broken(around, rule, subject, subject.fields)?);
    }
    if let Some(before) = subject.before.filter(|_| !found.is_empty()) {
        let mut known = Vec::new();
        for rule in rules(subject.kind).filter(|rule| rule.reach >= reach) {
            known.extend(broken(around, rule, subject, before)?);
        }
        found.retain(|problem| !nouns::stood_already(problem, &known, before, subject.fields));
    }
    Ok(found)
}

/// What is told of a record beside the others and holds back no save.
///
/// # Errors
/// The others cannot be read.
pub fn told<A: Around>(around: &A, subject: Subject<'_>) -> Result<Vec<Gap>, A::Error> {
    let mut found = Vec::new();
    for rule in rules(subject.kind).filter(|rule| rule.reach == Reach::Told) {
        found.extend(broken(around, rule, subject, subject.fields)?);
    }
    let gap = |Problem { field, code, message }| Gap { field, code, message };
    Ok(found.into_iter().map(gap).collect())
}

fn broken<A: Around>(
    around: &A,
    rule: &Rule,
    subject: Subject<'_>,
    fields: &Fields,
) -> Result<Vec<Problem>, A::Error> {
    let mut seen: Vec<Vec<Record>> = Vec::with_capacity(rule.looks.len());
    for look in rule.looks {
        let mut others = Vec::new();
        for value in values(fields, look.own, &seen) {
            others.extend(around.others(look, &value)?);
        }
        if rule.reach == Reach::Everywhere {
            let known: BTreeSet<Uuid> = others.iter().map(|other| other.id).collect();
            let claimants = around.claimants(subject.kind, fields)?.into_iter();
            others.extend(claimants.filter(|other| !known.contains(&other.id)));
        }
        others.retain(|other| other.id != subject.id && other.void.is_none());
        seen.push(others);
    }
    let place = |region: &RegionCode| around.place(region);
    let beside =
        Beside { fields, before: subject.before, seen: &seen, place: &place, limits: around.limits() };
    Ok((rule.check)(&beside))
}

/// What a field says that names others, each of a list: `person`, `person.person`, `sign_ins`; through the records that
/// were found so far `sign_ins.person`.
fn values(fields: &Fields, path: &str, seen: &[Vec<Record>]) -> Vec<String> {
    let (first, within) = path.split_once('.').unwrap_or((path, ""));
    let said: &[Value] = match fields.get(first) {
        Some(Value::Array(each)) => each.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let of_record = |id: &str| {
        let id: Uuid = id.parse().ok()?;
        seen.iter().flatten().find(|record| record.id == id)?.text(within)
    };
    let named = said.iter().filter_map(|one| match (one.as_str(), within) {
        (said, "") => said,
        (Some(id), _) => of_record(id),
        (None, within) => one.get(within).and_then(Value::as_str),
    });
    named.map(str::to_owned).collect()
}

/// The rules of a kind; none of a kind of a newer program.
pub fn rules(kind: &str) -> impl Iterator<Item = &'static Rule> {
    shape::of(kind).into_iter().flat_map(|shape| shape.rules)
}

/// The field by which the province finds what lies around a record of the kind; none: it asks no such rule.
pub fn parks(kind: &str) -> Option<&'static str> {
    let rule = rules(kind).find(|rule| rule.reach == Reach::Province)?;
    rule.looks.first().map(|look| look.their)
}

/// Whether the second of two records of the kind that are wrong together waits at the province: what everything else can do
/// without.
pub fn waits(kind: &str) -> bool {
    rules(kind).any(|rule| rule.reach >= Reach::Province)
}

/// Whether a live record claims one of these.
pub fn claims_any(record: &Record, claims: &[String]) -> bool {
    let own = || shape::claims(&record.kind, &record.fields);
    record.void.is_none() && !claims.is_empty() && own().iter().any(|claim| claims.contains(claim))
}

/// Every kind of which the province asks such a rule, with the field by which it finds the others.
pub fn parked_kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    nouns::Kind::ALL.iter().filter_map(|kind| Some((kind.code(), parks(kind.code())?)))
}

/// Surroundings as they will be once these records are saved with it.
pub struct With<'a, A> {
    around: &'a A,
    saved: BTreeMap<Uuid, &'a Record>,
}

impl<'a, A: Around> With<'a, A> {
    pub fn new(around: &'a A, saved: impl IntoIterator<Item = &'a Record>) -> Self {
        Self { around, saved: saved.into_iter().map(|record| (record.id, record)).collect() }
    }
}

impl<A: Around> Around for With<'_, A> {
    type Error = A::Error;

    fn others(&self, look: &Look, value: &str) -> Result<Vec<Record>, A::Error> {
        let mut others = self.around.others(look, value)?;
        others.retain(|other| !self.saved.contains_key(&other.id));
        let saved = self.saved.values().filter(|record| answers(record, look, value));
        others.extend(saved.map(|record| (*record).clone()));
        Ok(others)
    }

    fn claimants(&self, kind: &str, fields: &Fields) -> Result<Vec<Record>, A::Error> {
        let claims = shape::claims(kind, fields);
        let mut others = self.around.claimants(kind, fields)?;
        others.retain(|other| !self.saved.contains_key(&other.id));
        let saved = self.saved.values().filter(|record| record.kind == kind && claims_any(record, &claims));
        others.extend(saved.map(|record| (*record).clone()));
        Ok(others)
    }

    fn place(&self, region: &RegionCode) -> String {
        self.around.place(region)
    }

    fn limits(&self) -> &Limits {
        self.around.limits()
    }
}

/// Whether a look with this value finds the record.
pub fn answers(record: &Record, look: &Look, value: &str) -> bool {
    record.void.is_none() && look.finds((&record.kind, record.id, &record.fields), value)
}

#[cfg(test)]
mod tests;
