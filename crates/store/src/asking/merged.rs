//! Records that look like one, and records that were merged into another.
//!
//! Nothing is kept for it: what was merged into what stands in the record that gave way and in `link`; what
//! looks alike is found by the indexes on names and numbers, which are read without reading records.

use rusqlite::{Connection, params};
use tiexin_domain::nouns::merge::merged_into;
use tiexin_domain::{Record, RegionCode};
use uuid::Uuid;

use crate::asking::list::within;
use crate::book::Book;
use crate::derive::{derive, household_key};
use crate::error::Result;
use crate::record::{self, select};

/// Most groups of look-alikes that one question gives: more are shown once these are settled.
const MOST: usize = 500;

/// The records that were merged into this one, over several merges too.
pub(crate) fn into(conn: &Connection, id: Uuid) -> Result<Vec<Uuid>> {
    let mut gone: Vec<Uuid> = Vec::new();
    let mut look = vec![id];
    while let Some(parent) = look.pop() {
        let sql =
            concat!(select!(), " WHERE n IN (SELECT child FROM link WHERE parent = ?1) AND void IS NOT NULL");
        for record in record::collect(conn, sql, [parent])? {
            if merged_into(&record) == Some(parent) && record.id != id && !gone.contains(&record.id) {
                gone.push(record.id);
                look.push(record.id);
            }
        }
    }
    Ok(gone)
}

/// Records of one kind that look like one.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    pub by: Likeness,
    /// Two or more.
    pub records: Vec<Record>,
}

/// By what they look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// One ID number of a person, one code of a file.
    Number,
    /// One name, one birth date, one village.
    NameBirthVillage,
    /// Two families of one village whose heads have one name.
    HeadVillage,
}

impl Book {
    /// Decisions by which other records were merged into this one, those that were taken back since too.
    pub fn merges_into(&self, id: Uuid) -> Result<Vec<Record>> {
        self.read(|conn| {
            record::collect(
                conn,
                concat!(
                    select!(),
                    " WHERE kind = 'merge' AND hidden = 0 AND json_extract(fields, '$.stays') = ?1"
                ),
                [id.to_string()],
            )
        })
    }

    /// Shown persons that look like one: the same ID number, or name, birth date and village. Both records lie
    /// in the regions (empty: everywhere).
    pub fn alike_persons(&self, regions: &[RegionCode]) -> Result<Vec<Alike>> {
        self.read(|conn| {
            let mut alike = by_number(conn, "person", regions)?;
            alike.extend(by_name(conn, regions)?);
            Ok(alike)
        })
    }

    /// Support files with one code.
    pub fn alike_files(&self, regions: &[RegionCode]) -> Result<Vec<Alike>> {
        self.read(|conn| by_number(conn, "support_file", regions))
    }

    /// Households of one village whose heads have one name: a ledger may have doubled what was typed by hand.
    pub fn alike_heads(&self, regions: &[RegionCode]) -> Result<Vec<Alike>> {
        self.read(|conn| {
            let sql = concat!(
                select!(),
                " WHERE kind = 'household' AND sort = ?1 AND place = ?2 AND hidden = 0 ORDER BY n"
            );
            let mut alike = Vec::new();
            for (sort, place) in named_twice(conn, "household", regions)? {
                let records = record::collect(conn, sql, params![sort, place])?;
                alike.push(Alike { by: Likeness::HeadVillage, records });
                if alike.len() == MOST {
                    break;
                }
            }
            Ok(alike)
        })
    }

    /// Everything, hidden records too, that names the record as what it belongs to or, with the household's
    /// own people and visits, as the person it is about.
    pub fn naming(&self, id: Uuid, household: Option<Uuid>) -> Result<Vec<Record>> {
        self.read(|conn| {
            let home = concat!(select!(), " WHERE household = ?1 AND hidden <> 3 ORDER BY n");
            let mut found = record::collect(conn, home, [household_key(household.unwrap_or(id))])?;
            if let Some(household) = household {
                let own = concat!(select!(), " WHERE id = ?1");
                found.extend(record::collect(conn, own, [household])?);
            }
            let linked = concat!(
                select!(),
                " WHERE n IN (SELECT child FROM link WHERE parent = ?1) AND hidden <> 3 ORDER BY n"
            );
            for record in record::collect(conn, linked, [id])? {
                if found.iter().all(|known| known.id != record.id) {
                    found.push(record);
                }
            }
            Ok(found)
        })
    }
}

/// One number, several records. The index alone is read until some are found.
fn by_number(conn: &Connection, kind: &str, regions: &[RegionCode]) -> Result<Vec<Alike>> {
    let numbers: Vec<String> = conn
        .prepare_cached(
            "SELECT natural FROM record INDEXED BY record_natural WHERE natural IS NOT NULL
             GROUP BY natural HAVING count(*) > 1",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let sql = format!(
        "{} WHERE natural = ?1 AND kind = ?2 AND hidden = 0{} ORDER BY n",
        select!(),
        within(regions)
    );
    let mut alike = Vec::new();
    for number in numbers {
        let records = record::collect(conn, &sql, params![number, kind])?;
        if records.len() > 1 {
            alike.push(Alike { by: Likeness::Number, records });
        }
        if alike.len() == MOST {
            break;
        }
    }
    Ok(alike)
}

/// Names that more than one shown record of a kind has in one village, with the village.
fn named_twice(conn: &Connection, kind: &str, regions: &[RegionCode]) -> Result<Vec<(String, i64)>> {
    let named = conn
        .prepare_cached(&format!(
            "SELECT sort, place FROM record INDEXED BY record_sort
             WHERE kind = ?1 AND hidden = 0 AND sort IS NOT NULL{}
             GROUP BY sort, place HAVING count(*) > 1",
            within(regions)
        ))?
        .query_map([kind], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(named)
}

/// One name and one birth date in one village.
fn by_name(conn: &Connection, regions: &[RegionCode]) -> Result<Vec<Alike>> {
    let named = named_twice(conn, "person", regions)?;
    let sql =
        concat!(select!(), " WHERE kind = 'person' AND sort = ?1 AND place = ?2 AND hidden = 0 ORDER BY n");
    let mut alike = Vec::new();
    for (sort, place) in named {
        let mut days: Vec<(i64, Record)> = record::collect(conn, sql, params![sort, place])?
            .into_iter()
            .map(|record| (derive(&record).day.unwrap_or_default(), record))
            // Of whom no birth date is known, nothing says that they are one.
            .filter(|(day, _)| *day != 0)
            .collect();
        days.sort_by_key(|(day, _)| *day);
        for same in days.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            let records = same.iter().map(|(_, record)| record.clone()).collect();
            alike.push(Alike { by: Likeness::NameBirthVillage, records });
        }
        if alike.len() >= MOST {
            break;
        }
    }
    Ok(alike)
}
