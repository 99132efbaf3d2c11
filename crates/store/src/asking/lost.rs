//! What only a family's own page says: the children who died and what its file tells on that page alone
//! ([`Audience::FamilyPage`]). Lists, searches and reminders ask here what they must not say, nor answer to.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension};
use tiexin_domain::shape::{Audience, Field};
use tiexin_domain::unsaid::Unsaid;
use tiexin_domain::{Kind, nouns};
use uuid::Uuid;

use crate::asking::family::Look;
use crate::asking::search;
use crate::book::Book;
use crate::derive::household_key;
use crate::error::Result;
use crate::on_disk::connection::HOME_KEY;

/// A condition on a row of `record`: it is no child of the household of whom a day of death is known, nor one whom a file
/// of the family names. `$files`: which of its files are asked.
macro_rules! none_of {
    ($files:literal) => {
        concat!(
            " AND NOT (record.kind = 'person' AND (
    (record.category = 'child' AND record.until IS NOT NULL) OR EXISTS (
      SELECT 1 FROM record AS file
      WHERE file.household = record.household AND file.kind = 'support_file'",
            $files,
            "
        AND instr('、' || replace(replace(replace(replace(replace(replace(replace(
              json_extract(file.fields, '$.child_name'), ' ', ''), '\u{3000}', ''),
              '，', '、'), ',', '、'), '；', '、'), ';', '、'), '/', '、') || '、',
            '、' || json_extract(record.fields, '$.name') || '、') > 0)))"
        )
    };
}

/// Of a row of `record`, in a condition: it is no child who died. That is a child of the household of whom a
/// day of death is known, or one whom the family's file names.
pub(crate) const NOT_LOST: &str = none_of!(" AND file.category = 'death'");

/// The same, nor a child who lives and whom the family's file names, as one with a disability: by a name nobody finds
/// either. Whoever counts or greets the living asks [`NOT_LOST`].
pub(crate) const NOT_NAMED: &str = none_of!("");

/// Which of the two holds for what is found by this text. A number answers by whom it is: of a child who lives without the
/// name. With a name beside it, the answer would confirm that name.
pub(crate) fn not_named_by(text: &str) -> &'static str {
    if search::is_number(text) { NOT_LOST } else { NOT_NAMED }
}

/// A condition: people of this family are known, and all of them have died. A child who died is none of them, nor
/// is a family extinct of which nobody is registered. `household`: SQL of the family's key.
pub(crate) fn died_out(household: &str) -> String {
    // Whoever has died and of whom nobody wrote which relative it was counts among the people.
    let not_lost =
        NOT_LOST.replace("category = 'child'", "category IS 'child'").replace("record.", "member.");
    let people = format!(
        "SELECT 1 FROM record AS member WHERE member.household = {household} AND member.hidden = 0
           AND member.kind = 'person'{not_lost}"
    );
    format!("(EXISTS ({people}) AND NOT EXISTS ({people} AND member.until IS NULL))")
}

/// Fields that only a family's page shows, with their kinds.
fn own() -> impl Iterator<Item = (&'static Kind, &'static Field)> {
    let of = |kind: &'static Kind| nouns::shape(kind).map(|shape| (kind, shape.fields));
    Kind::ALL
        .iter()
        .filter_map(of)
        .flat_map(|(kind, fields)| fields.iter().map(move |field| (kind, field)))
        .filter(|(_, field)| field.audience == Audience::FamilyPage)
}

/// What a row `told` of a family says on its page alone, as (condition, SQL of the text).
static SAID_THERE: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let of_field = |(kind, field): (&Kind, &Field)| {
        let (kind, name) = (kind.code(), field.name);
        (format!("told.kind = '{kind}'"), format!("json_extract(told.fields, '$.{name}')"))
    };
    let lost = "told.kind = 'person' AND told.category = 'child' AND told.until IS NOT NULL";
    let mut all: Vec<(String, String)> = own().map(of_field).collect();
    all.push((lost.to_owned(), "json_extract(told.fields, '$.name')".to_owned()));
    all
});

/// ` AND …`, of a row of `record` that was found by words in it: what was typed is nothing that its family's page alone
/// says, whole or a part of it. Else an answer would tell what no list says. The head of the family is found by name all
/// the same. `typed`: without spaces; a single character says too little.
pub(crate) fn not_by_unsaid(typed: &str, args: &mut Vec<Sql>) -> String {
    if typed.chars().count() < 2 {
        return String::new();
    }
    args.push(Sql::Text(typed.to_owned()));
    let typed = format!("?{}", args.len());
    let overlaps = |(told, text): &(String, String)| {
        let text = format!("replace(replace({text}, ' ', ''), '\u{3000}', '')");
        format!(
            "({told} AND length({text}) > 1 AND (instr({text}, {typed}) > 0 OR instr({typed}, {text}) > 0))"
        )
    };
    let any: Vec<String> = SAID_THERE.iter().map(overlaps).collect();
    format!(
        " AND NOT (coalesce(instr(json_extract(record.fields, '$.head_name'), {typed}), 0) = 0 AND EXISTS (
           SELECT 1 FROM record AS told
           WHERE told.household = coalesce(record.household, {HOME_KEY}(record.id)) AND ({})))",
        any.join(" OR ")
    )
}

impl Book {
    /// What is not said of these families, and of those of these persons, by the id that was asked for; whoever has nothing
    /// of the kind is left out.
    pub fn unsaid(
        &self,
        households: impl IntoIterator<Item = Uuid>,
        persons: impl IntoIterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, Unsaid>> {
        let households: BTreeSet<Uuid> = households.into_iter().collect();
        let persons: BTreeSet<Uuid> = persons.into_iter().collect();
        if households.is_empty() && persons.is_empty() {
            return Ok(HashMap::new());
        }
        self.look(|look| look.unsaid(households, persons))
    }
}

impl Look<'_> {
    /// [`Book::unsaid`].
    pub fn unsaid(
        &self,
        households: impl IntoIterator<Item = Uuid>,
        persons: impl IntoIterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, Unsaid>> {
        let mut all = HashMap::new();
        let homes = persons.into_iter().map(|person| Ok((person, home_of(self.conn, person)?)));
        let homes: Vec<(Uuid, Option<Uuid>)> = homes.collect::<Result<_>>()?;
        let asked = households.into_iter().map(|home| (home, Some(home))).chain(homes);
        for (id, home) in asked {
            let Some(home) = home else { continue };
            let unsaid = of_family(self.conn, home)?;
            if !unsaid.is_empty() {
                all.insert(id, unsaid);
            }
        }
        Ok(all)
    }
}

fn home_of(conn: &Connection, person: Uuid) -> Result<Option<Uuid>> {
    let mut select =
        conn.prepare_cached("SELECT json_extract(fields, '$.household') FROM record WHERE id = ?1")?;
    let home: Option<Option<String>> = select.query_row([person], |row| row.get(0)).optional()?;
    Ok(home.flatten().and_then(|home| home.parse().ok()))
}

/// What is void tells a name as well as what stands.
fn of_family(conn: &Connection, household: Uuid) -> Result<Unsaid> {
    let mut unsaid = Unsaid::default();
    let mut select = conn.prepare_cached(&OF_FAMILY)?;
    let mut rows = select.query([household_key(household)])?;
    while let Some(row) = rows.next()? {
        let lost: bool = row.get(0)?;
        let name: Option<String> = row.get(1)?;
        if let Some(name) = name {
            if lost { unsaid.add_lost(&name) } else { unsaid.add_living(&name) }
        }
        for nth in 0..own().count() {
            row.get::<_, Option<String>>(2 + nth)?.iter().for_each(|text| unsaid.add(text));
        }
    }
    Ok(unsaid)
}

/// Of each record of a family that tells such things: whether the child that it names died, the child's name, then each field
/// that only the family's page shows.
static OF_FAMILY: LazyLock<String> = LazyLock::new(|| {
    let of_field = |(kind, field): (&Kind, &Field)| {
        format!("CASE kind WHEN '{}' THEN json_extract(fields, '$.{}') END", kind.code(), field.name)
    };
    let texts: Vec<String> = own().map(of_field).collect();
    let kinds: BTreeSet<String> = own().map(|(kind, _)| format!("'{}'", kind.code())).collect();
    format!(
        "SELECT kind = 'person' OR (kind = 'support_file' AND coalesce(category, '') = 'death'),
           json_extract(fields, CASE kind WHEN 'person' THEN '$.name' ELSE '$.child_name' END), {}
         FROM record WHERE household = ?1
           AND (kind IN ({}) OR (kind = 'person' AND category = 'child' AND until IS NOT NULL))",
        texts.join(", "),
        kinds.into_iter().collect::<Vec<_>>().join(", ")
    )
});

/// SQL can read no list of characters.
#[cfg(test)]
#[test]
fn what_stands_between_names_is_what_stands_there_in_sql() {
    for sign in tiexin_domain::unsaid::BETWEEN_NAMES {
        assert!(
            NOT_LOST.contains(&format!("'{sign}'")) && NOT_NAMED.contains(&format!("'{sign}'")),
            "{sign}"
        );
    }
}
