//! Records of which 今日 reminds by a date of theirs (`domain::reminder`). Left out is what nobody is reminded of: whose family
//! wishes no contact or has no file any more that is active, whose people have all died, and whom it is about has died.

use chrono::{Datelike, NaiveDate};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params, params_from_iter};
use serde_json::Value;
use tiexin_domain::nouns::PersonRef;
use tiexin_domain::nouns::assistance_review::ReviewKind;
use tiexin_domain::reminder::Dated;
use tiexin_domain::shape::{self, Field, Holds, Role, Shape};
use tiexin_domain::{Level, PartialDate, Record, RegionCode, YearHint};
use uuid::Uuid;

use crate::asking::family::Look;
use crate::asking::list::within;
use crate::asking::lost::died_out;
use crate::asking::today::day;
use crate::book::Book;
use crate::derive::{bounds, file_flag, household_key};
use crate::error::Result;
use crate::record::{self, select};

/// More by one rule nobody reads. Counted once all that nobody is told of is left out.
pub(crate) const MOST: usize = 60;

/// A record, and the day by which it is due.
pub type Reminded = (Record, NaiveDate);

impl Book {
    /// Records whose date lies in `from..=to`, the earliest first, with that date; of one known in part it is the last day. None of
    /// a kind or a field that this program does not know. `place`: what lies in a village or a township, all of it; above, what
    /// is the office's own. `meant`: whether who asks is told of it.
    pub fn falling(
        &self,
        place: &RegionCode,
        of: &Dated,
        (from, to): (NaiveDate, NaiveDate),
        meant: impl Fn(&Look<'_>, &Record) -> Result<bool>,
    ) -> Result<Vec<Reminded>> {
        let mut args = vec![Sql::Text(of.kind.clone())];
        let Some(sql) = statement(of, place, from, to, &mut args) else { return Ok(Vec::new()) };
        self.look(|look| {
            let mut select = look.conn.prepare_cached(&sql)?;
            let mut rows = select.query(params_from_iter(&args))?;
            let mut found = Vec::new();
            // Read on until there are enough: what nobody is told of takes no other record's place.
            while found.len() < MOST
                && let Some(row) = rows.next()?
            {
                let record = record::read(row)?.record;
                let date = date_in(&record, &of.by).filter(|date| (from..=to).contains(date));
                let Some(date) = date else { continue };
                if !rests(look.conn, &record, of.own_wish)? && meant(look, &record)? {
                    found.push((record, date));
                }
            }
            Ok(found)
        })
    }

    /// Pairs of counsellor and person that go on, each with the day of the newest session with that person, else of the beginning.
    pub fn counselled(&self, regions: &[RegionCode], today: NaiveDate) -> Result<Vec<Reminded>> {
        let sql = format!(
            "{} INDEXED BY record_day WHERE kind = 'counselling_pair' AND hidden = 0 AND day IS NOT NULL AND day <= ?1
               AND (until IS NULL OR until >= ?1){}",
            select!(),
            within(regions)
        );
        self.read(|conn| {
            let mut found = Vec::new();
            for pair in record::collect(conn, &sql, [day(today)])? {
                let (Some(household), Some(person), Some(from)) =
                    (pair.reference("household"), person_in(&pair), date_in(&pair, "from"))
                else {
                    continue;
                };
                if rests(conn, &pair, false)? {
                    continue;
                }
                let last = newest_session(conn, household, &person, today)?;
                found.push((pair, last.map_or(from, |last| last.max(from))));
            }
            Ok(found)
        })
    }

    /// Active files of families that draw special assistance and have handed in no papers of that year yet. What changed
    /// in between (an account, an address) is told on a review of its own, which is none of them.
    pub fn without_review(&self, regions: &[RegionCode], year: i32) -> Result<Vec<Record>> {
        let sql = format!(
            "{} WHERE kind = 'support_file' AND hidden = 0 AND flags & {} <> 0
               AND json_extract(fields, '$.assistance') = 'yes' AND NOT EXISTS (
                 SELECT 1 FROM record AS review WHERE review.household = record.household AND review.hidden = 0
                   AND review.kind = 'assistance_review' AND json_extract(review.fields, '$.year') = ?1
                   AND review.category IS NOT '{}'){}",
            select!(),
            file_flag::ACTIVE,
            ReviewKind::Change.code(),
            within(regions)
        );
        self.read(|conn| {
            let mut found = Vec::new();
            for file in record::collect(conn, &sql, [year])? {
                if !rests(conn, &file, false)? {
                    found.push(file);
                }
            }
            Ok(found)
        })
    }
}

/// By an index where the date is one of the kind's columns.
fn statement(
    of: &Dated,
    place: &RegionCode,
    from: NaiveDate,
    to: NaiveDate,
    args: &mut Vec<Sql>,
) -> Option<String> {
    let shape = shape::of(&of.kind)?;
    let by = shape.field(&of.by)?;
    let (indexed, column) = match index(by) {
        Some((index, column)) => (format!(" INDEXED BY {index}"), column.to_owned()),
        None => (String::new(), format!("json_extract(fields, '$.{}')", by.name)),
    };
    let in_column = !indexed.is_empty();
    let at = |date: NaiveDate| if in_column { day(date).to_string() } else { format!("'{date}'") };
    let mut begins = format!("{column} >= {}", at(from));
    if by.holds == Holds::PartialDay {
        // What is known in part stands before its first day.
        let (year, in_part) = if in_column {
            (format!("{}", from.year() * 10_000), format!("{column} % 100 = 0"))
        } else {
            (format!("'{}'", from.year()), format!("length({column}) < 10"))
        };
        begins = format!("{column} >= {year} AND ({begins} OR {in_part})");
    }
    let mut holds = String::new();
    for (field, held) in &of.when {
        match shape.field(field) {
            Some(field) => holds.push_str(&held_by(field, held, args)?),
            None if held.is_null() => {}
            None => return None,
        }
    }
    let there = if place.level() >= Level::Township {
        within(std::slice::from_ref(place))
    } else {
        format!(" AND place = {}", bounds(place).0)
    };
    Some(format!(
        "{}{indexed} WHERE kind = ?1 AND hidden = 0 AND {column} IS NOT NULL AND {begins} AND {column} <= {}{holds}{}
           ORDER BY {column}",
        select!(),
        at(to),
        there
    ))
}

/// The index that finds a date, and its column.
fn index(by: &Field) -> Option<(&'static str, &'static str)> {
    if by.has(Role::Day) {
        Some(("record_day", "day"))
    } else if by.has(Role::Until) {
        Some(("record_until", "until"))
    } else {
        None
    }
}

/// ` AND …`: what the field holds.
fn held_by(field: &Field, held: &Value, args: &mut Vec<Sql>) -> Option<String> {
    let column = format!("json_extract(fields, '$.{}')", field.name);
    Some(match held {
        Value::Null if field.holds == Holds::Flag => format!(" AND coalesce({column}, 0) = 0"),
        Value::Null => format!(" AND {column} IS NULL"),
        Value::Bool(true) => format!(" AND {column} = 1"),
        Value::String(any) if any == "*" => format!(" AND {column} IS NOT NULL"),
        Value::String(code) => {
            let (compares, code) = match code.strip_prefix('!') {
                Some(other) => ("IS NOT", other),
                None => ("IS", code.as_str()),
            };
            args.push(Sql::Text(code.to_owned()));
            format!(" AND {column} {compares} ?{}", args.len())
        }
        _ => return None,
    })
}

/// The last day that a date can be.
fn date_in(record: &Record, field: &str) -> Option<NaiveDate> {
    let date = record.text(field)?.split(['T', ' ']).next()?;
    PartialDate::parse(date, YearHint::None).ok()?.ends()
}

fn person_in(record: &Record) -> Option<PersonRef> {
    serde_json::from_value(record.fields.get("person")?.clone()).ok()
}

fn newest_session(
    conn: &Connection,
    household: Uuid,
    person: &PersonRef,
    today: NaiveDate,
) -> Result<Option<NaiveDate>> {
    let sql = concat!(
        select!(),
        " WHERE household = ?1 AND hidden = 0 AND kind = 'counselling' AND day <= ?2 ORDER BY day DESC"
    );
    let sessions = record::collect(conn, sql, params![household_key(household), day(today)])?;
    let theirs = sessions.iter().find(|one| person_in(one).is_some_and(|who| who.same_as(person)));
    Ok(theirs.and_then(|session| date_in(session, "date")))
}

/// Whether nobody is reminded of it. `own_wish`: the family asked for it, whatever else it wishes.
fn rests(conn: &Connection, record: &Record, own_wish: bool) -> Result<bool> {
    let shape = shape::of(&record.kind);
    let home = shape.and_then(|shape| record.reference(shape.role(Role::Family)?.name));
    if let (Some(home), false) = (home, own_wish)
        && family_rests(conn, home)?
    {
        return Ok(true);
    }
    for person in shape.into_iter().flat_map(|shape| persons(shape, record)) {
        let died = conn
            .prepare_cached("SELECT 1 FROM record WHERE id = ?1 AND kind = 'person' AND until IS NOT NULL")?
            .exists([person])?;
        if died {
            return Ok(true);
        }
    }
    Ok(false)
}

fn family_rests(conn: &Connection, home: Uuid) -> Result<bool> {
    let sql = format!(
        "SELECT count(*), coalesce(sum(flags & {active} <> 0), 0),
           coalesce(sum(flags & {active} <> 0 AND flags & {} <> 0), 0)
         FROM record WHERE household = ?1 AND hidden = 0 AND kind = 'support_file'",
        file_flag::DECLINED,
        active = file_flag::ACTIVE
    );
    let (files, active, declined): (i64, i64, i64) = conn
        .prepare_cached(&sql)?
        .query_row([household_key(home)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if files > 0 && (active == 0 || declined > 0) {
        return Ok(true);
    }
    let nobody_lives = format!("SELECT {}", died_out("?1"));
    Ok(conn.prepare_cached(&nobody_lives)?.query_row([household_key(home)], |row| row.get(0))?)
}

/// Whom it is about, by their records.
fn persons(shape: &'static Shape, record: &Record) -> impl Iterator<Item = Uuid> {
    let person = move |field: &Field| match field.holds {
        Holds::Person => record.fields.get(field.name)?.get("person")?.as_str()?.parse::<Uuid>().ok(),
        Holds::Reference(["person"]) => record.reference(field.name),
        _ => None,
    };
    shape.fields.iter().filter_map(person)
}
