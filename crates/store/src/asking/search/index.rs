//! What of a record goes into the index, and writing it there.

use rusqlite::{CachedStatement, Connection, params};
use serde_json::Value;
use tiexin_domain::shape::{self, Find, Shape};
use tiexin_domain::{Record, numbers_in_text};

use crate::error::Result;
use crate::spelling::{Spelled, spaced, spell_each};

/// What the index knows of a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Documents {
    pub(crate) names: Option<Names>,
    pub(crate) text: Option<String>,
}

/// By what a record can be named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Names {
    /// Several stand on a line each.
    pub(crate) name: String,
    pub(crate) id_number: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) code: Option<String>,
}

/// Whether records of a kind may stand in `name_search`.
pub(crate) fn is_named(kind: &str) -> bool {
    shape::of(kind).is_none_or(|shape| finds_any(shape, Find::Name))
}

/// Whether records of a kind may stand in `text_search`.
pub(crate) fn has_words(kind: &str) -> bool {
    shape::of(kind).is_none_or(|shape| finds_any(shape, Find::Words))
}

fn finds_any(shape: &'static Shape, find: Find) -> bool {
    finds(shape, find).next().is_some()
}

fn finds(shape: &'static Shape, find: Find) -> impl Iterator<Item = &'static str> {
    shape.fields.iter().filter(move |field| field.finds.contains(&find)).map(|field| field.name)
}

/// Chosen by kind, field by field, in its shape: nothing enters the index because nobody thought of it.
pub(crate) fn documents(record: &Record) -> Documents {
    let Some(shape) = shape::of(&record.kind) else {
        let name = record.text("name").map(|name| Names { name: name.to_owned(), ..Names::default() });
        return Documents { names: name, text: words(record, ["head_name", "title"]) };
    };
    by_shape(shape, record)
}

pub(crate) fn by_shape(shape: &'static Shape, record: &Record) -> Documents {
    let own = |find| finds(shape, find).find_map(|field| record.text(field)).map(str::to_owned);
    let names = finds_any(shape, Find::Name).then(|| Names {
        name: words(record, finds(shape, Find::Name)).unwrap_or_default(),
        id_number: own(Find::IdNumber).map(|number| number.to_uppercase()),
        phone: own(Find::Phone),
        code: own(Find::Code),
    });
    Documents { names, text: words(record, finds(shape, Find::Words)) }
}

fn words<'f>(record: &Record, fields: impl IntoIterator<Item = &'f str>) -> Option<String> {
    let mut all = String::new();
    for field in fields {
        match record.fields.get(field) {
            Some(Value::String(text)) => push(&mut all, text),
            Some(Value::Array(items)) => {
                items.iter().filter_map(Value::as_str).for_each(|text| push(&mut all, text));
            }
            _ => {}
        }
    }
    (!all.is_empty()).then_some(all)
}

/// A number is found whole: its groups are no words.
fn push(all: &mut String, text: &str) {
    if !all.is_empty() {
        all.push('\n');
    }
    all.push_str(numbers_in_text::joined(text).as_deref().unwrap_or(text));
}

/// The last four and last six places, as people read them out.
fn tails(number: Option<&str>) -> String {
    let Some(number) = number.filter(|n| n.is_ascii() && n.len() > 6) else { return String::new() };
    format!("{} {}", &number[number.len() - 4..], &number[number.len() - 6..])
}

/// Documents as the index takes them: spelled, spaced, cut.
#[derive(Debug)]
pub(crate) struct Entry {
    names: Option<SpelledNames>,
    text: Option<String>,
}

#[derive(Debug)]
struct SpelledNames {
    name: String,
    spelled: Spelled,
    id_number: Option<String>,
    id_tail: String,
    phone: Option<String>,
    phone_tail: String,
    code: Option<String>,
}

impl Entry {
    pub(crate) fn of(documents: Documents) -> Entry {
        let names = documents.names.map(|names| SpelledNames {
            name: spaced(&names.name),
            spelled: spell_each(&names.name),
            id_tail: tails(names.id_number.as_deref()),
            id_number: names.id_number,
            phone_tail: tails(names.phone.as_deref()),
            phone: names.phone,
            code: names.code.map(|code| {
                let tails = tails(Some(&code));
                if tails.is_empty() { code } else { format!("{code} {tails}") }
            }),
        });
        Entry { names, text: documents.text.as_deref().map(spaced) }
    }
}

macro_rules! insert_names {
    ($verb:literal) => {
        concat!(
            $verb,
            " INTO name_search
               (rowid, name, pinyin, initials, id_number, id_tail, phone, phone_tail, code)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        )
    };
}

/// What enters records into the index: its statements are looked up once, however many they are.
pub(crate) struct Adding<'c> {
    names: CachedStatement<'c>,
    text: CachedStatement<'c>,
}

impl<'c> Adding<'c> {
    /// For records that the index does not know yet: replacing would look for them first.
    pub(crate) fn new(conn: &'c Connection) -> Result<Adding<'c>> {
        Ok(Adding {
            names: conn.prepare_cached(insert_names!("INSERT"))?,
            text: conn.prepare_cached("INSERT INTO text_search (rowid, text) VALUES (?1, ?2)")?,
        })
    }

    /// What stood there before is replaced.
    fn over(conn: &'c Connection) -> Result<Adding<'c>> {
        Ok(Adding {
            names: conn.prepare_cached(insert_names!("INSERT OR REPLACE"))?,
            text: conn.prepare_cached("INSERT OR REPLACE INTO text_search (rowid, text) VALUES (?1, ?2)")?,
        })
    }

    pub(crate) fn add(&mut self, n: i64, entry: &Entry) -> Result<()> {
        if let Some(names) = &entry.names {
            self.names.execute(params![
                n,
                names.name,
                names.spelled.full,
                names.spelled.initials,
                names.id_number,
                names.id_tail,
                names.phone,
                names.phone_tail,
                names.code
            ])?;
        }
        if let Some(text) = &entry.text {
            self.text.execute(params![n, text])?;
        }
        Ok(())
    }
}

/// Enters a record that the index does not know yet.
pub(crate) fn add(conn: &Connection, n: i64, entry: &Entry) -> Result<()> {
    Adding::new(conn)?.add(n, entry)
}

/// Enters the documents of a record; what stood there before is replaced.
pub(crate) fn put(conn: &Connection, n: i64, entry: &Entry) -> Result<()> {
    Adding::over(conn)?.add(n, entry)
}

/// Writes only what differs.
pub(crate) fn change(conn: &Connection, n: i64, old: &Documents, new: &Documents) -> Result<()> {
    if old == new {
        return Ok(());
    }
    let gone = Documents {
        names: old.names.clone().filter(|_| new.names.is_none()),
        text: old.text.clone().filter(|_| new.text.is_none()),
    };
    remove(conn, n, &gone)?;
    let fresh = Documents {
        names: new.names.clone().filter(|_| new.names != old.names),
        text: new.text.clone().filter(|_| new.text != old.text),
    };
    put(conn, n, &Entry::of(fresh))
}

pub(crate) fn remove(conn: &Connection, n: i64, documents: &Documents) -> Result<()> {
    if documents.names.is_some() {
        conn.prepare_cached("DELETE FROM name_search WHERE rowid = ?1")?.execute([n])?;
    }
    if documents.text.is_some() {
        conn.prepare_cached("DELETE FROM text_search WHERE rowid = ?1")?.execute([n])?;
    }
    Ok(())
}

/// Puts a range of records on the queue: a snapshot is usable before it can be searched.
pub(crate) fn queue(conn: &Connection, lo: i64, hi: i64) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO index_queue (lo, hi) VALUES (?1, ?2) ON CONFLICT (lo) DO UPDATE SET hi = max(hi, excluded.hi)",
    )?
    .execute(params![lo, hi])?;
    Ok(())
}

/// How many records wait for the index, at most.
pub(crate) fn queued(conn: &Connection) -> Result<u64> {
    let left: i64 =
        conn.query_row("SELECT coalesce(sum(hi - lo + 1), 0) FROM index_queue", [], |row| row.get(0))?;
    Ok(left as u64)
}
