//! What is taken out of a noun's fields into columns, so that lists and figures never parse JSON.
//!
//! A pure function of the record alone: every desk derives the same, in whatever order records
//! arrive. Kept in the transaction that writes the record.
//!
//! | kind | `day` | `until` | `household` | `category` | `number` | `flags` | `sort` | `natural` |
//! |---|---|---|---|---|---|---|---|---|
//! | visit | date | follow-up due | yes | visit kind | gifts, fen | [`visit_flag`] | | |
//! | need_survey | date | | yes | | needs | | | |
//! | insurance_claim | paid on | | yes | | amount, fen | | | |
//! | counselling | date | | yes | | score | 1 file opened, 2 assessed, 4 paired | | |
//! | activity | start | end | | project column | people¹ | 1 archived | | |
//! | member | joined | left | | structure | | [`member_flag`] | name | |
//! | volunteer | approved on | | | approval | minutes | | name | |
//! | person | birth | died on | yes | relation | | [`person_flag`] | name | ID number |
//! | support_file | opened on | | yes | loss category | | [`file_flag`] | head's name | file code |
//! | contact_pair | from | to | yes | | | 1 has leader, 2 has worker | leader's name | |
//! | attachment | taken at | | yes | what it shows | bytes | | | |
//! | household | | | | | | | head's name | |
//!
//! ¹ `headcount`, or how many signed in when no headcount was given.
//! Days are `yyyymmdd`; what is unknown of a partial date is `00`, and `day` is 0 when it is wholly
//! unknown (a list by day must not lose the record). Other columns are NULL when absent.
//!
//! `persons` holds eight bytes for each different person of a visit (met), need survey (persons),
//! insurance claim (insured) and counselling (person). A person is told from another by
//! household and name: the same person counts once whether or not the record names the
//! person's own record.

mod flags;

use serde_json::Value;
use tiexin_domain::nouns::person::has_died;
use tiexin_domain::nouns::{self, tidy_name};
use tiexin_domain::record::{Fields, Record};
use tiexin_domain::{Fen, Kind, PartialDate, RegionCode};
use uuid::Uuid;

pub use flags::{file_flag, member_flag, person_flag, visit_flag};

use crate::spelling;
use flags::{file_flags, member_flags, visit_flags};

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

fn flag(fields: &Fields, field: &str, bit: i64) -> i64 {
    if fields.get(field).and_then(Value::as_bool).unwrap_or(false) { bit } else { 0 }
}

fn money(value: Option<&Value>) -> Option<i64> {
    Fen::parse(value?.as_str()?).ok().map(|fen| fen.0)
}

fn len(fields: &Fields, field: &str) -> Option<i64> {
    fields.get(field).and_then(Value::as_array).map(|items| items.len() as i64)
}

/// Derives the columns of a record.
pub(crate) fn derive(record: &Record) -> Derived {
    let f = &record.fields;
    let mut d = Derived { place: place(&record.region()), ..Derived::default() };
    let household =
        nouns::household_field(&record.kind).and_then(|field| text(f, field)?.parse::<Uuid>().ok());
    d.household = household.map(household_key);
    // A list by name, and one by day, must not lose what has none.
    d.sort =
        nouns::sort_field(&record.kind).map(|field| spelling::sort_key(text(f, field).unwrap_or_default()));
    d.day = nouns::day_field(&record.kind).map(|field| day(f, field).unwrap_or(0));
    d.until = nouns::until_field(&record.kind).and_then(|field| day(f, field));
    d.number = nouns::number_field(&record.kind).and_then(|field| f.get(field)?.as_i64());
    d.category = nouns::category_field(&record.kind).and_then(|field| text(f, field)).map(str::to_owned);
    match Kind::from_code(&record.kind) {
        Kind::Visit => {
            d.number = gifts(f);
            d.flags = visit_flags(f);
            d.persons = persons(household, f.get("met"));
        }
        Kind::NeedSurvey => {
            d.number = len(f, "needs");
            d.persons = persons(household, f.get("persons"));
        }
        Kind::InsuranceClaim => {
            d.number = money(f.get("amount"));
            d.persons = persons(household, f.get("insured"));
        }
        Kind::Counselling => {
            d.flags = flag(f, "file_opened", 1) | flag(f, "assessed", 2) | flag(f, "paired", 4);
            d.persons = persons(household, f.get("person"));
        }
        Kind::Activity => {
            d.number = d.number.or_else(|| len(f, "sign_ins"));
            d.flags = flag(f, "archived", 1);
        }
        Kind::Member => d.flags = member_flags(f),
        Kind::Person => {
            d.natural = text(f, "id_number").map(str::to_uppercase);
            // Died, nobody knows when: ended before any day that is asked for.
            d.until = d.until.or_else(|| has_died(f).then_some(0));
            d.flags = flag(f, "lunar_birthday", person_flag::LUNAR)
                | if d.natural.is_some() { person_flag::HAS_ID } else { 0 };
        }
        Kind::SupportFile => {
            d.natural = text(f, "code").map(str::to_owned);
            d.flags = file_flags(f);
        }
        Kind::ContactPair => {
            d.sort = text(f, "township_leader").or_else(|| text(f, "village_worker")).map(spelling::sort_key);
            d.flags = i64::from(text(f, "township_leader").is_some())
                | i64::from(text(f, "village_worker").is_some()) << 1;
        }
        Kind::Household | Kind::Volunteer | Kind::Attachment => {}
        // A decision, and a kind of a newer program, is listed by the day or the name it seems to have.
        Kind::Settlement | Kind::Merge | Kind::Other(_) => {
            let name = text(f, "name").or_else(|| text(f, "head_name"));
            d.sort = Some(spelling::sort_key(name.unwrap_or_default()));
        }
    }
    let others = nouns::parent_fields(&record.kind).iter().filter(|f| **f != "household");
    d.parents = others.filter_map(|field| record.reference(field)).collect();
    d
}

fn gifts(f: &Fields) -> Option<i64> {
    let items = f.get("gifts")?.as_array()?;
    Some(items.iter().filter_map(|gift| money(gift.get("amount"))).sum())
}

/// The kinds of record that name persons.
pub(crate) const WITH_PERSONS: [&str; 4] = ["visit", "need_survey", "insurance_claim", "counselling"];

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
