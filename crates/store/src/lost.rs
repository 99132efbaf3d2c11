//! The children who died: a family's file names the child, and often the child stands among its people too.
//! Lists, searches and reminders ask here whom they must not name.

use std::collections::{BTreeSet, HashMap};

use rusqlite::Connection;
use tiexin_domain::nouns::tidy_name;
use uuid::Uuid;

use crate::book::Book;
use crate::derive::household_key;
use crate::error::Result;

/// Of a row of `record`, in a condition: it is no child who died. That is a child of the household of whom a
/// day of death is known, or the one whom the family's file names.
pub(crate) const NOT_LOST: &str = " AND NOT (record.kind = 'person' AND (
    (record.category = 'child' AND record.until IS NOT NULL) OR EXISTS (
      SELECT 1 FROM record AS file
      WHERE file.household = record.household AND file.kind = 'support_file' AND file.category = 'death'
        AND replace(replace(json_extract(file.fields, '$.child_name'), ' ', ''), '\u{3000}', '')
          = json_extract(record.fields, '$.name'))))";

impl Book {
    /// The names of children who died, by household; households without one are left out. Names are as
    /// [`tidy_name`] makes them.
    pub fn lost_names(
        &self,
        households: impl IntoIterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, BTreeSet<String>>> {
        let households: BTreeSet<Uuid> = households.into_iter().collect();
        if households.is_empty() {
            return Ok(HashMap::new());
        }
        self.read(|conn| {
            let mut lost = HashMap::new();
            for household in households {
                let names = names(conn, household)?;
                if !names.is_empty() {
                    lost.insert(household, names);
                }
            }
            Ok(lost)
        })
    }
}

/// What is void tells a name as well as what stands.
fn names(conn: &Connection, household: Uuid) -> Result<BTreeSet<String>> {
    let mut select = conn.prepare_cached(
        "SELECT json_extract(fields, CASE kind WHEN 'person' THEN '$.name' ELSE '$.child_name' END) FROM record
         WHERE household = ?1 AND ((kind = 'support_file' AND category = 'death')
           OR (kind = 'person' AND category = 'child' AND until IS NOT NULL))",
    )?;
    let found = select.query_map([household_key(household)], |row| row.get::<_, Option<String>>(0))?;
    let mut names = BTreeSet::new();
    for name in found {
        names.extend(name?.map(|name| tidy_name(&name)).filter(|name| !name.is_empty()));
    }
    Ok(names)
}
