//! What is taken out of a noun's fields into columns, so that lists and figures never parse JSON.
//!
//! A pure function of the record alone: every desk derives the same, in whatever order records
//! arrive. Kept in the transaction that writes the record.
//!
//! Which field becomes which column stands in the noun's shape (`domain::shape::Role`, `Field::bits`).
//!
//! Days are `yyyymmdd`; what is unknown of a partial date is `00`, and `day` is 0 when it is wholly
//! unknown (a list by day must not lose the record). Other columns are NULL when absent.
//!
//! `persons` holds eight bytes for each different person of a record. A person is told from another by
//! household and name: the same person counts once whether or not the record names the
//! person's own record.

use serde_json::Value;
use tiexin_domain::nouns::tidy_name;
pub use tiexin_domain::nouns::{
    member::flag as member_flag, person::flag as person_flag, support_file::flag as file_flag,
    visit::flag as visit_flag,
};
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::shape::{self, Field, Holds, Role, Shape};
use tiexin_domain::{Fen, PartialDate, RegionCode};
use uuid::Uuid;

use crate::spelling;

/// The columns of `record` that come out of the fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Derived {
    pub(crate) place: i64,
    pub(crate) sort: Option<String>,
    pub(crate) natural: Option<String>,
    pub(crate) day: Option<i64>,
    pub(crate) until: Option<i64>,
    pub(crate) household: Option<i64>,
    pub(crate) category: Option<String>,
    pub(crate) number: Option<i64>,
    pub(crate) flags: i64,
    /// Keys of different persons, eight bytes each; read by [`persons_in`].
    pub(crate) persons: Option<Vec<u8>>,
    /// What the record belongs to, the household apart.
    pub(crate) parents: Vec<Uuid>,
}

/// A region code filled to 12 digits.
pub fn place(region: &RegionCode) -> i64 {
    bounds(region).0
}

/// The first and last place in a region: `place BETWEEN first AND last`.
pub fn bounds(region: &RegionCode) -> (i64, i64) {
    let digits = region.as_str();
    let span = 10i64.pow(12u32.saturating_sub(digits.len() as u32));
    // Invariant: a region code is 2–12 ASCII digits.
    let first = digits.parse::<i64>().unwrap_or_default() * span;
    (first, first + span - 1)
}

/// 64 bits of a household's id, as in `record.household`.
pub fn household_key(id: Uuid) -> i64 {
    let (high, low) = id.as_u64_pair();
    (high ^ low) as i64
}

/// `yyyymmdd` of a date; `00` for what is unknown.
pub fn day_of(date: PartialDate) -> i64 {
    use chrono::Datelike;
    match date {
        PartialDate::Year(y) => i64::from(y) * 10_000,
        PartialDate::Month(y, m) => i64::from(y) * 10_000 + i64::from(m) * 100,
        PartialDate::Day(d) => i64::from(d.year()) * 10_000 + i64::from(d.month()) * 100 + i64::from(d.day()),
    }
}

/// The date of a whole `yyyymmdd`; `None` when parts are unknown.
pub fn date_of(day: i64) -> Option<chrono::NaiveDate> {
    let year = i32::try_from(day / 10_000).ok()?;
    chrono::NaiveDate::from_ymd_opt(year, (day / 100 % 100) as u32, (day % 100) as u32)
}

/// The fast way for stored dates (`2026-10-05`, `2026-10-05T09:00:00`, `2026-10`, `2026`).
fn day(fields: &Fields, field: &str) -> Option<i64> {
    let text = fields.get(field)?.as_str()?;
    let text = text.split(['T', ' ']).next()?;
    let mut parts = text.split('-').map(|p| p.parse::<i64>().ok());
    let year = parts.next()??;
    let month = parts.next().unwrap_or(Some(0))?;
    let day = parts.next().unwrap_or(Some(0))?;
    let sane = (1000..=9999).contains(&year) && (0..=12).contains(&month) && (0..=31).contains(&day);
    sane.then_some(year * 10_000 + month * 100 + day)
}

fn text<'a>(fields: &'a Fields, field: &str) -> Option<&'a str> {
    fields.get(field).and_then(Value::as_str)
}

/// Derives the columns of a record.
pub(crate) fn derive(record: &Record) -> Derived {
    match shape::of(&record.kind) {
        Some(shape) => by_shape(shape, record),
        None => by_guess(record),
    }
}

fn begun(record: &Record) -> Derived {
    Derived { place: place(&record.region()), ..Derived::default() }
}

pub(crate) fn by_shape(shape: &Shape, record: &Record) -> Derived {
    let (f, mut d) = (&record.fields, begun(record));
    let text_of = |role| shape.role(role).and_then(|field| text(f, field.name));
    let household = text_of(Role::Family).and_then(|id| id.parse::<Uuid>().ok());
    d.household = household.map(household_key);
    // A list by name, and one by day, must not lose what has none.
    let mut names = shape.with(Role::Sort).peekable();
    let (named, dated) = (names.peek().is_some(), shape.role(Role::Day));
    let name = names.find_map(|field| text(f, field.name));
    d.sort = (named || dated.is_none()).then(|| spelling::sort_key(name.unwrap_or_default()));
    d.day = match dated {
        Some(field) => Some(day(f, field.name).unwrap_or(0)),
        None => (!named).then_some(0),
    };
    // Ended, nobody knows when: before any day that is asked for.
    let ended = || (shape.ended)(f).then_some(0);
    d.until = shape.role(Role::Until).and_then(|field| day(f, field.name)).or_else(ended);
    d.natural = shape
        .role(Role::Natural)
        .and_then(|field| Some(shape::as_compared(field, text(f, field.name)?).into_owned()));
    d.number = shape.with(Role::Number).find_map(|field| number(field.holds, f.get(field.name)?));
    d.category = text_of(Role::Category).map(str::to_owned);
    d.flags = shape.fields.iter().fold((shape.flags)(f), |bits, field| bits | flags(field, f));
    d.persons = shape.role(Role::Persons).and_then(|field| persons(household, f.get(field.name)));
    let family = shape.role(Role::Family).map(|field| field.name);
    let others = shape.parents().filter(|parent| Some(*parent) != family);
    d.parents = others.filter_map(|parent| record.reference(parent)).collect();
    d
}

/// What leads to the record in `link`: what it belongs to, the household apart, and what it only names: another record,
/// those who signed in, and, of a record that is no family's, the persons. Of a family's record the family leads there. And
/// what it claims.
pub(crate) fn links(record: &Record, derived: &Derived) -> Vec<Uuid> {
    let fields = shape::of(&record.kind).map(|shape| shape.fields).unwrap_or_default();
    let mut links = derived.parents.clone();
    for field in fields {
        match field.holds {
            Holds::Reference(_) if field.has(Role::Names) => links.extend(record.reference(field.name)),
            Holds::References(_) => {
                let listed = record.fields.get(field.name).and_then(Value::as_array);
                links.extend(listed.into_iter().flatten().filter_map(id));
            }
            Holds::Person if derived.household.is_none() => {
                links.extend(record.fields.get(field.name).and_then(person));
            }
            Holds::People if derived.household.is_none() => {
                let listed = record.fields.get(field.name).and_then(Value::as_array);
                links.extend(listed.into_iter().flatten().filter_map(person));
            }
            Holds::Text
            | Holds::LongText
            | Holds::Texts
            | Holds::Code(_)
            | Holds::Codes(_)
            | Holds::Day
            | Holds::PartialDay
            | Holds::Moment
            | Holds::Instant
            | Holds::Money
            | Holds::Count
            | Holds::Minutes
            | Holds::Flag
            | Holds::Region
            | Holds::Reference(_)
            | Holds::Person
            | Holds::People
            | Holds::Parts(_) => {}
        }
    }
    links.extend(claimed(&record.kind, &record.fields));
    links
}

/// What leads to a record by what it claims ([`shape::claims`]): a payment is found by whose number it was, whichever
/// family it stands with.
pub(crate) fn claimed(kind: &str, fields: &Fields) -> Vec<Uuid> {
    let key = |claim: String| {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&blake3::hash(claim.as_bytes()).as_bytes()[..16]);
        Uuid::from_bytes(bytes)
    };
    shape::claims(kind, fields).into_iter().map(key).collect()
}

fn id(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}

/// The record of a person met, surveyed or insured.
fn person(value: &Value) -> Option<Uuid> {
    id(value.get("person")?)
}

/// A kind of a newer program is listed by the day or the name it seems to have.
fn by_guess(record: &Record) -> Derived {
    let (f, mut d) = (&record.fields, begun(record));
    let name = text(f, "name").or_else(|| text(f, "head_name"));
    d.household = text(f, "household").and_then(|id| id.parse::<Uuid>().ok()).map(household_key);
    d.sort = Some(spelling::sort_key(name.unwrap_or_default()));
    d.day = Some(day(f, "date").unwrap_or(0));
    d
}

/// What is added up of a field.
fn number(holds: Holds, value: &Value) -> Option<i64> {
    match holds {
        Holds::Money => Fen::parse(value.as_str()?).ok().map(|fen| fen.0),
        // What the parts are worth.
        Holds::Parts(parts) => {
            let amount = parts.iter().find(|part| part.holds == Holds::Money)?;
            let worth = |part: &Value| number(amount.holds, part.get(amount.name)?);
            Some(value.as_array()?.iter().filter_map(worth).sum())
        }
        Holds::Texts | Holds::References(_) => Some(value.as_array()?.len() as i64),
        _ => value.as_i64(),
    }
}

/// The bits of a field in the column `flags`.
fn flags(field: &Field, f: &Fields) -> i64 {
    if field.bits.is_empty() {
        return 0;
    }
    let has = |code: &str| match f.get(field.name) {
        Some(Value::Bool(yes)) => *yes && code == "true",
        Some(Value::String(text)) => code == "*" || text == code,
        Some(Value::Array(items)) => items.iter().any(|item| item == code),
        _ => field.absent == Some(code),
    };
    field.bits.iter().filter(|(code, _)| has(code)).fold(0, |bits, (_, bit)| bits | bit)
}

/// Different persons of one reference or a list of them.
fn persons(household: Option<Uuid>, value: Option<&Value>) -> Option<Vec<u8>> {
    let mut keys: Vec<i64> = match value {
        Some(Value::Array(items)) => items.iter().filter_map(|p| person_key(household, p)).collect(),
        Some(one) => person_key(household, one).into_iter().collect(),
        None => Vec::new(),
    };
    keys.sort_unstable();
    keys.dedup();
    let bytes: Vec<u8> = keys.into_iter().flat_map(i64::to_le_bytes).collect();
    (!bytes.is_empty()).then_some(bytes)
}

/// The persons of the column `persons`: the same number for the same person.
pub(crate) fn persons_in(column: &[u8]) -> impl Iterator<Item = i64> {
    let (keys, _) = column.as_chunks();
    keys.iter().copied().map(i64::from_le_bytes)
}

fn person_key(household: Option<Uuid>, person: &Value) -> Option<i64> {
    let name = tidy_name(person.get("name").and_then(Value::as_str).unwrap_or_default());
    let mut hasher = blake3::Hasher::new();
    match (household, person.get("person").and_then(Value::as_str)) {
        (Some(home), _) if !name.is_empty() => {
            hasher.update(home.as_bytes());
            hasher.update(name.as_bytes());
        }
        (_, Some(id)) => {
            hasher.update(id.as_bytes());
        }
        _ if !name.is_empty() => {
            hasher.update(name.as_bytes());
        }
        _ => return None,
    }
    let mut bytes = [0u8; 8];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    Some(i64::from_le_bytes(bytes))
}

/// The region of a place.
pub fn region_of(place: i64) -> Option<RegionCode> {
    let digits = [(1_000, 12), (1_000_000, 9), (100_000_000, 6), (10_000_000_000, 4)]
        .into_iter()
        .find(|(unit, _)| place % unit != 0)
        .map_or(2, |(_, digits)| digits);
    let code = format!("{place:012}");
    RegionCode::new(&code[..digits]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_region_code_filled_up() {
        for code in ["34", "3403", "340323", "340323100", "340323100001"] {
            let region: RegionCode = code.parse().unwrap();
            assert_eq!(region_of(place(&region)), Some(region));
        }
        let (first, last) = bounds(&"340323".parse().unwrap());
        assert_eq!((first, last), (340_323_000_000, 340_323_999_999));
    }

    #[test]
    fn stored_dates_become_days() {
        let fields = serde_json::json!({"a": "2026-10-05", "b": "2026-10-05T09:00:00", "c": "2014-01", "d": "2014", "e": "x"});
        let fields = fields.as_object().unwrap();
        let of = |field| day(fields, field);
        assert_eq!(of("a"), Some(20_261_005));
        assert_eq!(of("b"), Some(20_261_005));
        assert_eq!(of("c"), Some(20_140_100));
        assert_eq!(of("d"), Some(20_140_000));
        assert_eq!(of("e"), None);
        assert_eq!(date_of(20_261_005), chrono::NaiveDate::from_ymd_opt(2026, 10, 5));
        assert_eq!(date_of(20_140_100), None);
    }

    #[test]
    fn one_person_counts_once_however_named() {
        let home = Uuid::from_u128(7);
        let met = serde_json::json!([{"name": "张 三"}, {"name": "张三", "person": Uuid::from_u128(9).to_string()}, {"name": "李四"}]);
        assert_eq!(persons_in(&persons(Some(home), Some(&met)).unwrap()).count(), 2);
        assert_eq!(persons(Some(home), None), None);
    }
}
