//! Records one by one: by id, by what they belong to, by what people call them.

use rusqlite::params;
use tiexin_domain::{Record, RegionCode, nouns};
use uuid::Uuid;

use crate::book::{Book, Write};
use crate::derive::{bounds, household_key};
use crate::error::Result;
use crate::record::{self, hidden, select};
use crate::spelling::sort_key;

impl Book {
    /// The record, void ones too.
    pub fn get(&self, id: Uuid) -> Result<Option<Record>> {
        self.read(|conn| {
            let row = record::find(conn, id)?.filter(|row| row.hidden != hidden::WITHHELD);
            Ok(row.map(|row| row.record))
        })
    }

    /// Everything that belongs to a household, newest first; what has no day comes first. Hidden
    /// records are left out.
    pub fn children(&self, household: Uuid) -> Result<Vec<Record>> {
        self.read(|conn| {
            let mut children = record::collect(
                conn,
                concat!(
                    select!(),
                    " WHERE household = ?1 AND hidden = 0 ORDER BY coalesce(day, 99999999) DESC, n DESC"
                ),
                [household_key(household)],
            )?;
            // The column holds 64 bits of the id.
            children.retain(|record| record.reference("household") == Some(household));
            Ok(children)
        })
    }

    /// What names `parent` (a person, a file) as what it belongs to.
    pub fn belonging_to(&self, parent: Uuid) -> Result<Vec<Record>> {
        self.read(|conn| {
            record::collect(
                conn,
                concat!(
                    select!(),
                    " WHERE n IN (SELECT child FROM link WHERE parent = ?1) AND hidden = 0 ORDER BY n DESC"
                ),
                [parent],
            )
        })
    }

    /// Support files with this code.
    pub fn by_code(&self, code: &str) -> Result<Vec<Record>> {
        self.by_natural("support_file", code)
    }

    /// Persons with this ID number.
    pub fn by_id_number(&self, number: &str) -> Result<Vec<Record>> {
        self.by_natural("person", &number.to_uppercase())
    }

    fn by_natural(&self, kind: &str, natural: &str) -> Result<Vec<Record>> {
        self.read(|conn| {
            let sql = concat!(select!(), " WHERE natural = ?1 AND kind = ?2 AND hidden = 0");
            record::collect(conn, sql, params![natural, kind])
        })
    }

    /// Households of the region whose head has exactly this name.
    pub fn by_head_name(&self, region: &RegionCode, name: &str) -> Result<Vec<Record>> {
        self.by_name("household", region, name)
    }

    /// Records of `kind` in the region with exactly this name (of the head, the person, the member).
    pub fn by_name(&self, kind: &str, region: &RegionCode, name: &str) -> Result<Vec<Record>> {
        let (first, last) = bounds(region);
        let sort = sort_key(&nouns::tidy_name(name));
        self.read(|conn| {
            let sql = concat!(
                select!(),
                " WHERE kind = ?1 AND sort = ?2 AND place BETWEEN ?3 AND ?4 AND hidden = 0"
            );
            record::collect(conn, sql, params![kind, sort, first, last])
        })
    }
}

impl Write<'_> {
    /// The record as this transaction sees it, void ones too: for reading, changing and saving in one.
    pub fn get(&self, id: Uuid) -> Result<Option<Record>> {
        let row = record::find(&self.tx, id)?.filter(|row| row.hidden != hidden::WITHHELD);
        Ok(row.map(|row| row.record))
    }
}
