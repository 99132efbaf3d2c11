//! Records one by one: by id, by what they belong to, by what people call them.

use std::collections::HashSet;

use rusqlite::{Connection, params};
use tiexin_domain::shape::{self, Field, Role};
use tiexin_domain::{Level, Record, RegionCode, nouns};
use uuid::Uuid;

use crate::asking::merged;
use crate::book::{Book, Write};
use crate::derive::{bounds, derive, household_key};
use crate::error::Result;
use crate::record::{self, hidden, select};
use crate::spelling::sort_key;

/// One consistent state of the book, for many look-ups in a row: each alone would cost a reader and
/// a transaction of its own.
pub struct Look<'a> {
    pub(crate) conn: &'a Connection,
}

/// The keys of a small book, hidden records included.
pub struct Keys {
    ids: HashSet<Uuid>,
    /// ID numbers and file codes.
    naturals: HashSet<String>,
}

impl Keys {
    pub fn has_id(&self, id: Uuid) -> bool {
        self.ids.contains(&id)
    }

    pub fn has_number(&self, number: &str) -> bool {
        self.naturals.contains(&number.to_uppercase())
    }
}

impl Look<'_> {
    /// The record, void ones too.
    pub fn get(&self, id: Uuid) -> Result<Option<Record>> {
        let row = record::find(self.conn, id)?.filter(|row| row.hidden != hidden::WITHHELD);
        Ok(row.map(|row| row.record))
    }

    /// Whether [`Look::get`] gives a record.
    pub fn knows(&self, id: Uuid) -> Result<bool> {
        let mut select = self.conn.prepare_cached("SELECT 1 FROM record WHERE id = ?1 AND hidden <> ?2")?;
        Ok(select.exists(params![id, hidden::WITHHELD])?)
    }

    /// What could be known at all, when the book holds at most `most` records: most rows of a new ledger
    /// are in no book, and then need not be looked up one by one.
    pub fn keys(&self, most: usize) -> Result<Option<Keys>> {
        let mut select = self.conn.prepare_cached("SELECT id FROM record LIMIT ?1")?;
        let ids: HashSet<Uuid> =
            select.query_map([most as i64 + 1], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        if ids.len() > most {
            return Ok(None);
        }
        let mut select = self.conn.prepare_cached("SELECT natural FROM record WHERE natural IS NOT NULL")?;
        let naturals = select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(Some(Keys { ids, naturals }))
    }

    /// Everything that belongs to a household, newest first; what has no day comes first. Hidden
    /// records are left out. What still names a household that was merged into this one belongs to it too.
    pub fn children(&self, household: Uuid) -> Result<Vec<Record>> {
        self.children_where(household, "", [])
    }

    /// Those of [`Look::children`] that are of one kind.
    pub fn children_of_kind(&self, household: Uuid, kind: &str) -> Result<Vec<Record>> {
        self.children_where(household, " AND kind = ?2", [kind])
    }

    /// The same with void ones.
    pub fn children_and_void(&self, household: Uuid, kind: &str) -> Result<Vec<Record>> {
        self.children_of(household, &format!("hidden <> {} AND kind = ?2", hidden::WITHHELD), [kind])
    }

    /// Every record of a kind in a region, void ones too.
    pub fn within(&self, kind: &str, region: &RegionCode) -> Result<Vec<Record>> {
        self.all_within(kind, region, "")
    }

    /// Every person of a household in a region, void ones too: members without one are left out.
    pub fn persons_with_home(&self, region: &RegionCode) -> Result<Vec<Record>> {
        self.all_within("person", region, " AND household IS NOT NULL")
    }

    fn all_within(&self, kind: &str, region: &RegionCode, also: &str) -> Result<Vec<Record>> {
        let (first, last) = bounds(region);
        let sql = format!(
            "{} WHERE kind = ?1 AND place BETWEEN ?2 AND ?3 AND hidden <> ?4{also} ORDER BY n",
            select!()
        );
        record::collect(self.conn, &sql, params![kind, first, last, hidden::WITHHELD])
    }

    fn children_where<const N: usize>(
        &self,
        household: Uuid,
        also: &str,
        args: [&str; N],
    ) -> Result<Vec<Record>> {
        self.children_of(household, &format!("hidden = 0{also}"), args)
    }

    fn children_of<const N: usize>(
        &self,
        household: Uuid,
        which: &str,
        args: [&str; N],
    ) -> Result<Vec<Record>> {
        let mut homes = merged::into(self.conn, household)?;
        homes.push(household);
        let mut children = Vec::new();
        for home in &homes {
            let mut named: Vec<&dyn rusqlite::ToSql> = Vec::with_capacity(N + 1);
            let key = household_key(*home);
            named.push(&key);
            named.extend(args.iter().map(|arg| arg as &dyn rusqlite::ToSql));
            let sql = children_sql(which);
            let mut of_home = record::collect(self.conn, &sql, named.as_slice())?;
            // The column holds 64 bits of the id.
            of_home.retain(|record| record.reference("household") == Some(*home));
            children.extend(of_home);
        }
        if homes.len() > 1 {
            let day = |record: &Record| derive(record).day.unwrap_or(99_999_999);
            children.sort_by_cached_key(|record| std::cmp::Reverse(day(record)));
        }
        Ok(children)
    }

    /// What names `parent` (a person, a file) as what it belongs to, or otherwise, newest first. Hidden records are
    /// left out.
    pub fn belonging_to(&self, parent: Uuid) -> Result<Vec<Record>> {
        let sql = concat!(
            select!(),
            " WHERE n IN (SELECT child FROM link WHERE parent = ?1) AND hidden = 0 ORDER BY n DESC"
        );
        record::collect(self.conn, sql, [parent])
    }

    /// Persons with this ID number.
    pub fn by_id_number(&self, number: &str) -> Result<Vec<Record>> {
        self.by_natural("person", number)
    }

    /// Records of `kind` with this number, in capitals or not where it is an ID number.
    pub(super) fn by_natural(&self, kind: &str, written: &str) -> Result<Vec<Record>> {
        let natural = match shape::role(kind, Role::Natural) {
            Some(field) => shape::as_compared(field, written).into_owned(),
            None => written.to_owned(),
        };
        record::collect(self.conn, BY_NATURAL, params![natural, kind])
    }

    /// Households of the region whose head has exactly this name.
    pub fn by_head_name(&self, region: &RegionCode, name: &str) -> Result<Vec<Record>> {
        self.by_name("household", region, name)
    }

    /// Records of `kind` in the region with exactly this name (of the head, the person, the member).
    pub fn by_name(&self, kind: &str, region: &RegionCode, name: &str) -> Result<Vec<Record>> {
        let (first, last) = bounds(region);
        // Spaces in the name of what is no person are its own.
        let of_person = shape::role(kind, Role::Sort).is_none_or(Field::is_name);
        let name = if of_person { nouns::tidy_name(name) } else { nouns::tidy(name).unwrap_or_default() };
        let sort = sort_key(&name);
        let sql =
            concat!(select!(), " WHERE kind = ?1 AND sort = ?2 AND place BETWEEN ?3 AND ?4 AND hidden = 0");
        record::collect(self.conn, sql, params![kind, sort, first, last])
    }

    /// Records of these kinds with this number or, where none has it, near `place` with exactly this name. Hidden
    /// records are left out.
    pub fn called(&self, kinds: &[&str], written: &str, place: &RegionCode) -> Result<Vec<Record>> {
        let mut found = Vec::new();
        for kind in kinds {
            found.extend(self.by_natural(kind, written)?);
        }
        if found.is_empty() {
            for kind in kinds {
                found.extend(self.by_name(kind, &place.at(Level::Province), written)?);
            }
            found.retain(|record| place.is_near(&record.region()));
        }
        Ok(found)
    }
}

/// [`Look::by_natural`]. By the index of numbers, never by that of a whole kind.
pub(super) const BY_NATURAL: &str = concat!(select!(), " WHERE natural = ?1 AND +kind = ?2 AND hidden = 0");

/// What belongs to the household `?1`, as [`Look::children`] gives it.
pub(crate) fn children_sql(which: &str) -> String {
    format!("{} WHERE household = ?1 AND {which} ORDER BY coalesce(day, 99999999) DESC, n DESC", select!())
}

impl Book {
    /// Many look-ups in one consistent state of the book. It holds one of the few readers: for work
    /// that ends.
    pub fn look<T>(&self, work: impl FnOnce(&Look<'_>) -> Result<T>) -> Result<T> {
        self.read(|conn| work(&Look { conn }))
    }

    /// The record, void ones too.
    pub fn get(&self, id: Uuid) -> Result<Option<Record>> {
        self.look(|look| look.get(id))
    }

    /// [`Look::children`].
    pub fn children(&self, household: Uuid) -> Result<Vec<Record>> {
        self.look(|look| look.children(household))
    }

    /// Those of [`Book::children`] that are of one kind: a family may have visits by the hundred.
    pub fn children_of_kind(&self, household: Uuid, kind: &str) -> Result<Vec<Record>> {
        self.look(|look| look.children_of_kind(household, kind))
    }

    /// [`Look::is_taken_back`].
    pub fn is_taken_back(&self, kind: &str, id: Uuid) -> Result<bool> {
        self.look(|look| look.is_taken_back(kind, id))
    }

    /// [`Look::by_id_number`].
    pub fn by_id_number(&self, number: &str) -> Result<Vec<Record>> {
        self.look(|look| look.by_id_number(number))
    }
}

impl Write<'_> {
    /// The record as this transaction sees it, void ones too: for reading, changing and saving in one.
    pub fn get(&self, id: Uuid) -> Result<Option<Record>> {
        let row = record::find(&self.tx, id)?.filter(|row| row.hidden != hidden::WITHHELD);
        Ok(row.map(|row| row.record))
    }
}
