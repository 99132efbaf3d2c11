//! What is void: a list of it, and what hangs on a record that is made void or brought back.

use std::collections::{BTreeMap, HashSet};

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params, params_from_iter};
use tiexin_domain::nouns::merge::merged_into;
use tiexin_domain::nouns::visit::Presence;
use tiexin_domain::{Kind, Record, RegionCode, shape};
use uuid::Uuid;

use crate::asking::history::Event;
use crate::asking::lost::not_named_by;
use crate::book::Book;
use crate::derive::{derive, household_key};
use crate::error::Result;
use crate::record::{self, Row, hidden, select};
use crate::{asking::list, link};

/// Which void records are wanted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VoidedQuery {
    /// Any of these and all below them; empty: everywhere.
    pub regions: Vec<RegionCode>,
    /// `None`: of every kind that people record.
    pub kind: Option<String>,
    /// As typed into the search field.
    pub text: Option<String>,
    pub skip: u64,
    pub limit: usize,
}

/// A page of what is void.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VoidedPage {
    pub records: Vec<Record>,
    pub total: u64,
}

/// What changes with a record that is made void or brought back: records beside it, by kind, and the
/// months (`yyyymm`) whose figures they or the record itself belong to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hanging {
    pub kinds: BTreeMap<String, u64>,
    pub months: BTreeMap<i64, u64>,
    /// It is void, or belongs to what is void: these come back. Otherwise they go.
    pub back: bool,
}

/// A record that came in when what it belongs to had been made void: its author had not heard of that, and nothing
/// shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Unseen {
    pub record: Record,
    /// The void record.
    pub above: Record,
}

impl Book {
    /// Void records, what this desk touched last first. What only belongs to a void record comes with that one,
    /// and a registration that was merged into another is taken apart elsewhere: neither is here, but for what came
    /// in later: [`Book::unseen`].
    pub fn voided(&self, query: &VoidedQuery) -> Result<VoidedPage> {
        let mut args: Vec<Sql> = Vec::new();
        // Named in full, so that the index on kinds is used.
        let kinds: Vec<&str> = match &query.kind {
            Some(kind) => vec![kind.as_str()],
            None => recorded().collect(),
        };
        args.extend(kinds.iter().map(|kind| Sql::Text((*kind).to_owned())));
        let unseen = self.unseen()?;
        let unseen: Vec<String> = unseen.iter().map(|one| format!("x'{}'", one.record.id.simple())).collect();
        let which = match unseen.as_slice() {
            // The index on kinds holds for this one alone.
            [] => format!("hidden = {}", hidden::VOID),
            some => format!("(hidden = {} OR id IN ({}))", hidden::VOID, some.join(", ")),
        };
        let mut matching = format!(
            "{which} AND kind IN ({}) AND json_extract(fields, '$.merged_into') IS NULL{}",
            vec!["?"; kinds.len()].join(", "),
            list::within(&query.regions)
        );
        if let Some(text) = &query.text {
            matching.push_str(&list::called(text, &mut args));
            matching.push_str(not_named_by(text));
        }
        self.read(|conn| {
            let total: i64 = conn
                .prepare_cached(&format!("SELECT count(*) FROM record WHERE {matching}"))?
                .query_row(params_from_iter(&args), |row| row.get(0))?;
            let sql = format!(
                "{} WHERE {matching} ORDER BY audit_head IS NULL, audit_head DESC, version DESC, n DESC
                 LIMIT {} OFFSET {}",
                select!(),
                query.limit,
                query.skip
            );
            Ok(VoidedPage {
                records: record::collect(conn, &sql, params_from_iter(&args))?,
                total: total as u64,
            })
        })
    }

    /// What came in when its family had been made void, and is seen nowhere.
    pub fn unseen(&self) -> Result<Vec<Unseen>> {
        self.read(|conn| {
            let mut unseen = Vec::new();
            for home in void_families(conn)? {
                let late = late(conn, &home)?;
                if late.is_empty() {
                    continue;
                }
                let Some(above) = record::at(conn, home.n)?.map(|row| row.record) else { continue };
                if merged_into(&above).is_some() {
                    continue;
                }
                for n in late {
                    // The column holds 64 bits of the id.
                    let row = record::at(conn, n)?.filter(|row| parents_of(row).contains(&above.id));
                    unseen.extend(row.map(|row| Unseen { record: row.record, above: above.clone() }));
                }
            }
            Ok(unseen)
        })
    }

    /// Those of them that this user recorded.
    pub fn unseen_of(&self, user: Uuid) -> Result<Vec<Unseen>> {
        let own = |one: &Unseen| one.record.reference("recorded_by_id") == Some(user);
        Ok(self.unseen()?.into_iter().filter(own).collect())
    }

    /// Who made the record void, and when, as far as this desk knows.
    pub fn made_void(&self, id: Uuid) -> Result<Option<Event>> {
        Ok(self.history(id)?.into_iter().find(|event| event.act == "void"))
    }

    /// What goes with a shown record that is made void, or comes back with a void one.
    pub fn hanging(&self, id: Uuid) -> Result<Hanging> {
        self.read(|conn| {
            let Some(row) = record::find(conn, id)? else { return Ok(Hanging::default()) };
            let mut hanging = Hanging { back: row.hidden != hidden::SHOWN, ..Hanging::default() };
            hanging.count_month(&row);
            let mut turned = HashSet::from([id]);
            let mut parents = vec![id];
            while let Some(parent) = parents.pop() {
                for child in children(conn, parent)? {
                    let turns = match hanging.back {
                        false => child.hidden == hidden::SHOWN,
                        true => child.hidden == hidden::PARENT_VOID && !held_down(conn, &child, &turned)?,
                    };
                    if turns && turned.insert(child.record.id) {
                        hanging.count_month(&child);
                        *hanging.kinds.entry(child.record.kind.clone()).or_default() += 1;
                        parents.push(child.record.id);
                    }
                }
            }
            Ok(hanging)
        })
    }

    /// A void record above this one, because of which it is not shown though it is not void itself.
    pub fn void_above(&self, id: Uuid) -> Result<Option<Record>> {
        self.read(|conn| {
            let Some(row) = record::find(conn, id)? else { return Ok(None) };
            let mut asked = HashSet::from([id]);
            let mut above = parents_of(&row);
            while let Some(parent) = above.pop() {
                let Some(row) = record::find(conn, parent)?.filter(|_| asked.insert(parent)) else {
                    continue;
                };
                if row.hidden == hidden::VOID && merged_into(&row.record).is_none() {
                    return Ok(Some(row.record));
                }
                above.extend(parents_of(&row));
            }
            Ok(None)
        })
    }
}

/// What people record; decisions are taken back where they were made.
fn recorded() -> impl Iterator<Item = &'static str> {
    Kind::ALL.iter().filter(|kind| !matches!(kind, Kind::Settlement | Kind::Merge)).map(Kind::code)
}

impl Hanging {
    /// What goes with another record besides.
    pub fn add(&mut self, other: Hanging) {
        for (kind, many) in other.kinds {
            *self.kinds.entry(kind).or_default() += many;
        }
        for (month, many) in other.months {
            *self.months.entry(month).or_default() += many;
        }
    }

    fn count_month(&mut self, row: &Row) {
        let kind = row.record.kind.as_str();
        let left_out = kind == Kind::Visit.code() && !Presence::of(&row.record.fields).is_reported();
        let counted = shape::of(kind).is_some_and(|shape| shape.is_work) && !left_out;
        let Some(day) = derive(&row.record).day.filter(|_| counted) else { return };
        if day > 0 {
            *self.months.entry(day / 100).or_default() += 1;
        }
    }
}

/// Where a void family stands, without what it says: the indicator asks, and an import that was taken back leaves
/// thousands.
struct VoidFamily {
    n: i64,
    id: Uuid,
    scope: String,
    version: i64,
}

fn void_families(conn: &Connection) -> Result<Vec<VoidFamily>> {
    let families = conn
        .prepare_cached("SELECT n, id, scope, version FROM record WHERE kind = ?1 AND hidden = ?2")?
        .query_map(params![Kind::Household.code(), hidden::VOID], |row| {
            Ok(VoidFamily { n: row.get(0)?, id: row.get(1)?, scope: row.get(2)?, version: row.get(3)? })
        })?
        .collect::<Result<_, _>>()?;
    Ok(families)
}

/// Rows of what came in later than the last change of the family, which is void, by the numbers of one log.
fn late(conn: &Connection, home: &VoidFamily) -> Result<Vec<i64>> {
    let numbers = conn
        .prepare_cached(
            "SELECT n FROM record WHERE household = ?1 AND hidden = ?3 AND scope = ?4 AND version > ?5
             UNION
             SELECT n FROM link JOIN record ON n = child
             WHERE parent = ?2 AND hidden = ?3 AND scope = ?4 AND version > ?5",
        )?
        .query_map(
            params![household_key(home.id), home.id, hidden::PARENT_VOID, home.scope, home.version],
            |row| row.get(0),
        )?
        .collect::<Result<_, _>>()?;
    Ok(numbers)
}

/// What a record goes out of sight with. What was given goes with nothing.
fn parents_of(row: &Row) -> Vec<Uuid> {
    if shape::is_fixed(&row.record.kind) {
        return Vec::new();
    }
    let derived = derive(&row.record);
    // A case of rights names its family and does not belong to it.
    let home = row.record.reference("household").filter(|_| derived.household.is_some());
    home.into_iter().chain(derived.parents).collect()
}

/// Another parent than those that come back is out of sight and keeps it there.
fn held_down(conn: &Connection, child: &Row, back: &HashSet<Uuid>) -> Result<bool> {
    for parent in parents_of(child).into_iter().filter(|parent| !back.contains(parent)) {
        let hides = conn
            .prepare_cached(
                "SELECT 1 FROM record WHERE id = ?1 AND hidden IN (?2, ?3)
                   AND NOT (hidden = ?2 AND json_extract(fields, '$.merged_into') IS NOT NULL)",
            )?
            .exists(params![parent, hidden::VOID, hidden::PARENT_VOID])?;
        if hides {
            return Ok(true);
        }
    }
    Ok(false)
}

fn children(conn: &Connection, parent: Uuid) -> Result<Vec<Row>> {
    let mut numbers: Vec<i64> = conn
        .prepare_cached("SELECT n FROM record WHERE household = ?1")?
        .query_map([household_key(parent)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    numbers.extend(link::children(conn, parent)?);
    let mut rows = Vec::with_capacity(numbers.len());
    for n in numbers {
        // The column holds 64 bits of the id.
        rows.extend(record::at(conn, n)?.filter(|row| parents_of(row).contains(&parent)));
    }
    Ok(rows)
}
