//! Lists: any kind, filtered, sorted, paged by key.
//!
//! Paging by key, never by offset: the hundredth page costs what the first one does, and rows do
//! not shift when somebody saves. Name, day and region are sorted by an index; another field is
//! sorted by reading every record of the kind in the region.

mod conditions;

use chrono::NaiveDate;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiexin_domain::shape::{self, Role};
use tiexin_domain::{Kind, Record, RegionCode};
use uuid::Uuid;

pub(crate) use conditions::{called, within};

use crate::asking::file_care;
use crate::book::Book;
use crate::error::Result;
use crate::record::{self, select};
use conditions::{column, conditions, is_last_visit, is_number};

/// How a field is compared: numbers as numbers, money (in yuan, as text) by its worth, all else as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Equal, or one of an array.
    Is,
    IsNot,
    AtLeast,
    AtMost,
    Contains,
    StartsWith,
    /// A list field has the element, or one of an array.
    Has,
    Present,
    Missing,
}

/// Where a page ended. It holds a value that may be hidden on the list: it is not handed out (see [`Book::key_at`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub value: KeyValue,
    pub n: i64,
}

/// The sorted value of the last record on a page.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyValue {
    Number(i64),
    Real(f64),
    Text(String),
}

/// What a list shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListQuery {
    pub kind: String,
    /// Any of these and all below them; empty: everywhere.
    pub regions: Vec<RegionCode>,
    pub filter: Vec<(String, Op, Value)>,
    /// As typed into the search field.
    pub text: Option<String>,
    /// Field and whether descending; `None`: by name, or newest first for what happens on a day.
    pub sort: Option<(String, bool)>,
    pub after: Option<Key>,
    /// Rows passed over behind `after`: a jump in a long list. Walks the index, reads no record.
    pub skip: u64,
    pub limit: usize,
    /// On this day contacts have to be in force, where that is asked for.
    pub today: Option<NaiveDate>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    pub records: Vec<Record>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Key>,
    /// How many in all; counted for the first page only.
    pub total: Option<u64>,
    /// Of how many families they are, where one may have several; counted with `total`.
    pub families: Option<u64>,
}

/// By what a list is ordered.
struct Order {
    /// Never NULL.
    by: String,
    descending: bool,
    index: Option<&'static str>,
}

impl Book {
    /// A page of shown records.
    pub fn list(&self, query: &ListQuery) -> Result<Page> {
        let order = order(query)?;
        let mut args: Vec<Sql> = vec![query.kind.clone().into()];
        let matching = conditions(query, &mut args)?;
        self.read(|conn| {
            let first = query.after.is_none();
            let total = first.then(|| count(conn, &matching, &args)).transpose()?;
            let several = first && query.kind == Kind::SupportFile.code();
            let families = several.then(|| families(conn, &matching, &args)).transpose()?;
            let after = if query.skip == 0 {
                query.after.clone()
            } else {
                match jump(conn, query, &order, &matching, args.clone())? {
                    Some(key) => Some(key),
                    // Beyond the end.
                    None => return Ok(Page { total, families, ..Page::default() }),
                }
            };
            let page = page(conn, query, &order, &matching, args, after.as_ref())?;
            Ok(Page { total, families, ..page })
        })
    }

    /// Where a page begins that follows this record in the order of the list; `None`: it is none of the kind in the
    /// regions. Also of a record that has left the list since.
    pub fn key_at(&self, query: &ListQuery, id: Uuid) -> Result<Option<Key>> {
        let by = order(query)?.by;
        let within = within(&query.regions);
        let sql =
            format!("SELECT {by}, n FROM record WHERE id = ?1 AND kind = ?2 AND {by} IS NOT NULL{within}");
        self.read(|conn| {
            let mut select = conn.prepare_cached(&sql)?;
            let key = select.query_row(params![id, query.kind], |row| {
                Ok(Key { value: key_value(row.get(0)?), n: row.get(1)? })
            });
            Ok(key.optional()?)
        })
    }

    /// How many shown records of a kind lie in the regions (empty: everywhere).
    pub fn count(&self, kind: &str, regions: &[RegionCode]) -> Result<u64> {
        let matching = format!("kind = ?1 AND hidden = 0{}", within(regions));
        self.read(|conn| count(conn, &matching, &[kind.to_owned().into()]))
    }

    /// All shown records of a kind in the regions, in no particular order.
    pub fn all(&self, kind: &str, regions: &[RegionCode]) -> Result<Vec<Record>> {
        let sql = format!("{} WHERE kind = ?1 AND hidden = 0{}", select!(), within(regions));
        self.read(|conn| record::collect(conn, &sql, [kind]))
    }
}

fn count(conn: &Connection, matching: &str, args: &[Sql]) -> Result<u64> {
    let total: i64 = conn
        .prepare_cached(&format!("SELECT count(*) FROM record WHERE {matching}"))?
        .query_row(params_from_iter(args), |row| row.get(0))?;
    Ok(total as u64)
}

fn families(conn: &Connection, matching: &str, args: &[Sql]) -> Result<u64> {
    let families: i64 = conn
        .prepare_cached(&format!("SELECT count(DISTINCT household) FROM record WHERE {matching}"))?
        .query_row(params_from_iter(args), |row| row.get(0))?;
    Ok(families as u64)
}

/// The statement behind a page: `what` of the rows behind `after`, in order.
fn statement(what: &str, order: &Order, matching: &str, after: Option<&Key>, args: &mut Vec<Sql>) -> String {
    let by = &order.by;
    let (worse, way) = if order.descending { ("<", "DESC") } else { (">", "ASC") };
    let index = order.index.map(|i| format!(" INDEXED BY {i}")).unwrap_or_default();
    // Said in full so that the partial index applies; true of every record of the kind.
    let there = if order.index.is_some() { format!(" AND {by} IS NOT NULL") } else { String::new() };
    let mut behind = String::new();
    if let Some(key) = after {
        args.push(match &key.value {
            KeyValue::Number(n) => Sql::Integer(*n),
            KeyValue::Real(r) => Sql::Real(*r),
            KeyValue::Text(t) => Sql::Text(t.clone()),
        });
        let value = args.len();
        args.push(Sql::Integer(key.n));
        let n = args.len();
        // Spelled out rather than as a row value: so the index is entered at the value.
        behind = format!(" AND {by} {worse}= ?{value} AND ({by} {worse} ?{value} OR n {worse} ?{n})");
    }
    format!("SELECT {what} FROM record{index} WHERE {matching}{there}{behind} ORDER BY {by} {way}, n {way}")
}

/// The key of the last row passed over; the index alone is read.
fn jump(
    conn: &Connection,
    query: &ListQuery,
    order: &Order,
    matching: &str,
    mut args: Vec<Sql>,
) -> Result<Option<Key>> {
    let what = format!("{}, n", order.by);
    let sql = statement(&what, order, matching, query.after.as_ref(), &mut args);
    args.push(Sql::Integer(i64::try_from(query.skip - 1).unwrap_or(i64::MAX)));
    let mut select = conn.prepare_cached(&format!("{sql} LIMIT 1 OFFSET ?{}", args.len()))?;
    let mut rows = select.query(params_from_iter(&args))?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Key { value: key_value(row.get(0)?), n: row.get(1)? }))
}

fn key_value(value: Sql) -> KeyValue {
    match value {
        Sql::Integer(n) => KeyValue::Number(n),
        Sql::Real(r) => KeyValue::Real(r),
        Sql::Text(t) => KeyValue::Text(t),
        Sql::Null | Sql::Blob(_) => KeyValue::Text(String::new()),
    }
}

fn page(
    conn: &Connection,
    query: &ListQuery,
    order: &Order,
    matching: &str,
    mut args: Vec<Sql>,
    after: Option<&Key>,
) -> Result<Page> {
    let what = format!("n, id, kind, scope, version, fields, void, audit_head, hidden, {}", order.by);
    let sql = statement(&what, order, matching, after, &mut args);
    args.push(Sql::Integer(query.limit as i64 + 1));
    let mut select = conn.prepare_cached(&format!("{sql} LIMIT ?{}", args.len()))?;
    let mut rows = select.query(params_from_iter(&args))?;
    let mut page = Page::default();
    let mut last = None;
    while let Some(row) = rows.next()? {
        if page.records.len() == query.limit {
            page.next = last;
            break;
        }
        let found = record::read(row)?;
        last = Some(Key { value: key_value(row.get(9)?), n: found.n });
        page.records.push(found.record);
    }
    Ok(page)
}

/// By which a list of the kind is ordered; none: by the day, the newest first.
fn sort_field(kind: &str) -> Option<&'static str> {
    match shape::of(kind) {
        Some(shape) => shape.role(Role::Sort).map(|field| field.name),
        // Of a newer program's records, as far as anybody can tell.
        None => Some("name"),
    }
}

/// The field that says on which day a record of the kind happened or began.
fn day_field(kind: &str) -> Option<&'static str> {
    match shape::of(kind) {
        Some(shape) => shape.role(Role::Day).map(|field| field.name),
        None => Some("date"),
    }
}

/// No office counts so far down.
const NO_NUMBER: &str = "-1000000000000000";

fn order(query: &ListQuery) -> Result<Order> {
    let kind = query.kind.as_str();
    let by_day = day_field(kind);
    let by_name = sort_field(kind);
    let (field, descending) = match &query.sort {
        Some((field, descending)) => (field.as_str(), *descending),
        None if by_name.is_none() => (by_day.unwrap_or("date"), true),
        None => (by_name.unwrap_or("name"), false),
    };
    // The order comes from the index and the region is looked at in it: even one village of a
    // hundred fills a page after a hundred pages' worth of index entries.
    Ok(if by_name == Some(field) {
        Order { by: "sort".into(), descending, index: Some("record_sort") }
    } else if by_day == Some(field) {
        Order { by: "day".into(), descending, index: Some("record_day") }
    } else if field == "region" {
        Order { by: "place".into(), descending, index: Some("record_place") }
    } else if is_last_visit(kind, field) {
        Order { by: format!("coalesce({}, 0)", file_care::last_met(query.today)), descending, index: None }
    } else {
        // What is not told comes before the least of what is.
        let nothing = if is_number(kind, field) { NO_NUMBER } else { "''" };
        Order { by: format!("coalesce({}, {nothing})", column(query, field)?), descending, index: None }
    })
}
