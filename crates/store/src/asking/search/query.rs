//! From what was typed to what was meant.

use std::collections::HashSet;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};
use tiexin_domain::{Kind, Record, RegionCode, nouns};
use uuid::Uuid;

use crate::asking::lost::{not_by_unsaid, not_named_by};
use crate::asking::search::index;
use crate::asking::search::parts::{
    Part, names_matching, parts, said, sounding, text_matching, two_initials,
};
use crate::book::Book;
use crate::error::Result;
use crate::record;
use crate::spelling::{spell, spell_usual, typed};

/// A search result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub id: Uuid,
    pub kind: String,
    /// The line that names it; never the child's name or the loss.
    pub title: String,
    pub region: RegionCode,
    /// What fits: `name`, `pinyin`, `initials`, `other_reading` (a rarer reading of a character),
    /// `sound` (other characters of the same sound), `id_number`, `id_tail`, `phone`, `phone_tail`,
    /// `code`, `code_tail` or `text`.
    pub matched: String,
}

/// Candidates looked at for each hit wanted, so that the best come first.
const CANDIDATES: usize = 2;
/// One place of so many is for what only words find.
const WORDS_SHARE: usize = 4;
/// Of those that fit, so many of the newest are looked at for a kind before all are.
const NEWEST: usize = if cfg!(test) { 30 } else { 2_000 };

impl Book {
    /// Everything that the text names: people, families, files, members, activities by name,
    /// pinyin, initials, ID number or tail, phone or tail, file code; then visits and surveys by
    /// their words. Best first. `kinds` empty: of any kind; `regions` empty: everywhere. Hidden
    /// records are left out. A quarter of the places is kept for what only words find: a common
    /// name would leave it none.
    pub fn search(
        &self,
        text: &str,
        kinds: &[String],
        regions: &[RegionCode],
        limit: usize,
    ) -> Result<Vec<Hit>> {
        let parts = parts(text);
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        let within = Within { kinds, regions, but: not_named_by(text) };
        self.read(|conn| {
            let mut hits = by_name(conn, &parts, &within, limit)?;
            let words = by_words(conn, &parts, &within, limit, &hits)?;
            hits.truncate(limit - words.len().min(limit / WORDS_SHARE));
            hits.extend(words);
            hits.truncate(limit);
            if hits.is_empty()
                && let Some(sound) = sounding(&parts)
            {
                let alike = look(conn, NAMES, &sound, &[], &within, limit)?;
                hits.extend(alike.iter().map(|record| hit(record, "sound")));
                hits.sort_by_key(|hit| order(&hit.kind));
            }
            Ok(hits)
        })
    }
}

/// Those whom the text names, best first.
fn by_name(conn: &Connection, parts: &[Part], within: &Within<'_>, limit: usize) -> Result<Vec<Hit>> {
    let Some(names) = names_matching(parts) else { return Ok(Vec::new()) };
    let wanted = limit * CANDIDATES;
    let mut found = match two_initials(parts) {
        Some(initials) => look(conn, NAMES, &initials, &[], within, wanted)?,
        None => Vec::new(),
    };
    if found.len() < wanted {
        let others = look(conn, NAMES, &names, &[], within, wanted)?;
        if others.len() < wanted {
            found = others;
        } else {
            let known: HashSet<Uuid> = found.iter().map(|record| record.id).collect();
            found.extend(others.into_iter().filter(|record| !known.contains(&record.id)));
        }
    }
    let mut judged: Vec<(usize, usize, &Record, &str)> = found
        .iter()
        .map(|record| {
            let (rank, matched) = judge(record, parts);
            (rank, order(&record.kind), record, matched)
        })
        .collect();
    // Stable: among equals the newest stays first.
    judged.sort_by_key(|(rank, order, ..)| (*rank, *order));
    judged.truncate(limit);
    Ok(judged.into_iter().map(|(_, _, record, matched)| hit(record, matched)).collect())
}

/// Those that only their words find, the newest first.
fn by_words(
    conn: &Connection,
    parts: &[Part],
    within: &Within<'_>,
    limit: usize,
    named: &[Hit],
) -> Result<Vec<Hit>> {
    let Some(words) = text_matching(parts) else { return Ok(Vec::new()) };
    // Of those found by name the words may find as many again.
    let found = look(conn, WORDS, &words, &said(parts), within, limit + named.len())?;
    let named: HashSet<Uuid> = named.iter().map(|hit| hit.id).collect();
    let others = found.iter().filter(|record| !named.contains(&record.id));
    Ok(others.take(limit).map(|record| hit(record, "text")).collect())
}

/// What is looked for; an empty list leaves it open.
struct Within<'a> {
    kinds: &'a [String],
    regions: &'a [RegionCode],
    /// A condition: who is not found.
    but: &'static str,
}

/// One of the two indexes, and whether it can hold records of a kind.
struct Table {
    name: &'static str,
    holds: fn(&str) -> bool,
}

const NAMES: Table = Table { name: "name_search", holds: index::is_named };
const WORDS: Table = Table { name: "text_search", holds: index::has_words };

/// `said`: words that a family's own page alone may say; whose family's page says them is not found by them. Newest first,
/// bounded: one common word must not read the whole book. Kinds and regions are asked for
/// here, before the limit: behind it, those that are not wanted would crowd out those that are.
fn look(
    conn: &Connection,
    table: Table,
    question: &str,
    said: &[&str],
    within: &Within<'_>,
    limit: usize,
) -> Result<Vec<Record>> {
    let kinds: Vec<&str> =
        within.kinds.iter().map(String::as_str).filter(|kind| (table.holds)(kind)).collect();
    if kinds.is_empty() && !within.kinds.is_empty() {
        return Ok(Vec::new());
    }
    let mut args = vec![Sql::Text(question.to_owned()), Sql::Integer(limit as i64)];
    args.extend(kinds.iter().map(|kind| Sql::Text((*kind).to_owned())));
    let unsaid: String = said.iter().map(|word| not_by_unsaid(word, &mut args)).collect();
    let place = crate::asking::list::within(within.regions);
    let there = format!("hidden = 0{place}{}{unsaid}", within.but);
    let columns = "n, id, kind, scope, version, fields, void, audit_head, hidden";
    let table = table.name;
    if kinds.is_empty() {
        let sql = format!(
            "SELECT {columns} FROM {table} AS found CROSS JOIN record ON record.n = found.rowid
             WHERE {table} MATCH ?1 AND {there} ORDER BY found.rowid DESC LIMIT ?2"
        );
        return record::collect(conn, &sql, params_from_iter(args));
    }
    let of_kind: Vec<String> = (3..3 + kinds.len()).map(|at| format!("?{at}")).collect();
    let there = format!("kind IN ({}) AND {there}", of_kind.join(", "));
    // As a rule the wanted ones are among the newest that fit.
    let sql = format!(
        "SELECT {columns} FROM (SELECT rowid AS at FROM {table} WHERE {table} MATCH ?1
           ORDER BY rowid DESC LIMIT {NEWEST}) AS found
         CROSS JOIN record ON record.n = found.at WHERE {there} LIMIT ?2"
    );
    let found = record::collect(conn, &sql, params_from_iter(&args))?;
    let all_seen = || -> Result<bool> {
        let sql = format!("SELECT 1 FROM {table} WHERE {table} MATCH ?1 LIMIT 1 OFFSET {NEWEST}");
        Ok(!conn.prepare_cached(&sql)?.exists([question])?)
    };
    if found.len() == limit || all_seen()? {
        return Ok(found);
    }
    // Else the index on kinds is walked: a look at each record that fits would take longer.
    let sql = format!(
        "SELECT {columns} FROM record INDEXED BY record_place WHERE {there}
           AND +n IN (SELECT rowid FROM {table} WHERE {table} MATCH ?1) ORDER BY n DESC LIMIT ?2"
    );
    record::collect(conn, &sql, params_from_iter(args))
}

fn hit(record: &Record, matched: &str) -> Hit {
    Hit {
        id: record.id,
        kind: record.kind.clone(),
        title: title(record),
        region: record.region(),
        matched: matched.to_owned(),
    }
}

/// The noun's own title; a kind or a shape this program does not know is named by its name alone.
fn title(record: &Record) -> String {
    match nouns::check(&record.kind, &record.fields) {
        Ok(checked) => checked.title,
        Err(_) => record.text("name").or_else(|| record.text("head_name")).unwrap_or_default().to_owned(),
    }
}

/// Families and people before what happened to them.
fn order(kind: &str) -> usize {
    Kind::ALL.iter().position(|k| k.code() == kind).unwrap_or(usize::MAX)
}

/// How well a record fits (0 best) and by what.
fn judge(record: &Record, parts: &[Part]) -> (usize, &'static str) {
    let name = name_of(record, parts);
    let Some(first) = parts.first() else { return (9, "name") };
    match first {
        Part::Han(run) if name == run => (0, "name"),
        Part::Han(run) if name.starts_with(run.as_str()) => (1, "name"),
        Part::Han(_) => (2, "name"),
        Part::Letters(run) => {
            let usual = spell_usual(name);
            let run = typed(run);
            let begins = |words: &str| words.split(' ').any(|w| typed(w).starts_with(run.as_str()));
            let whole = |words: &str| words.split(' ').next().is_some_and(|w| typed(w) == run);
            if whole(&usual.initials) {
                (0, "initials")
            } else if whole(&usual.full) {
                (0, "pinyin")
            } else if begins(&usual.initials) {
                (1, "initials")
            } else if begins(&usual.full) {
                (2, "pinyin")
            } else {
                let every = spell(name);
                let read_otherwise = begins(&every.full) || begins(&every.initials);
                (3, if read_otherwise { "other_reading" } else { "code" })
            }
        }
        Part::Digits(run) => judge_digits(record, run),
    }
}

/// The name by which it was found; of a pair of contacts the one that fits.
fn name_of<'r>(record: &'r Record, parts: &[Part]) -> &'r str {
    let own = record.text("name").or_else(|| record.text("head_name"));
    let pair = || {
        let names = [record.text("township_leader"), record.text("village_worker")];
        let fits = |name: &&str| match parts.first() {
            Some(Part::Han(run)) => name.contains(run.as_str()),
            Some(Part::Letters(run)) => {
                let (spelled, run) = (spell(name), typed(run));
                let mut words = spelled.full.split(' ').chain(spelled.initials.split(' '));
                words.any(|word| typed(word).starts_with(&run))
            }
            _ => true,
        };
        names.into_iter().flatten().find(fits)
    };
    own.or_else(pair).unwrap_or_default()
}

fn judge_digits(record: &Record, run: &str) -> (usize, &'static str) {
    let of = |field: &str| record.text(field).unwrap_or_default().to_uppercase();
    let (id, phone, code) = (of("id_number"), of("phone"), of("code"));
    if code == run {
        (0, "code")
    } else if id == run {
        (0, "id_number")
    } else if phone == run {
        (0, "phone")
    } else if run.len() <= 6 && id.ends_with(run) {
        (1, "id_tail")
    } else if run.len() <= 6 && phone.ends_with(run) {
        (1, "phone_tail")
    } else if run.len() <= 6 && code.ends_with(run) {
        (1, "code_tail")
    } else {
        (3, "code")
    }
}
