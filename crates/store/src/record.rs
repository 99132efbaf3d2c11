//! `record`: the row of every noun. What hangs on it (derived columns, links, search index) is
//! written here and nowhere else.

use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row as SqlRow, params};
use tiexin_domain::record::{Fields, Void};
use tiexin_domain::{Record, RegionCode};
use uuid::Uuid;

use crate::asking::search::index;
use crate::blob;
use crate::derive::{Derived, derive, household_key, links};
use crate::error::{Result, StoreError};
use crate::link;

/// `record.hidden`.
pub(crate) mod hidden {
    pub(crate) const SHOWN: i64 = 0;
    pub(crate) const VOID: i64 = 1;
    pub(crate) const PARENT_VOID: i64 = 2;
    /// The province refused to make it and nothing is left of it: kept for the refused change.
    pub(crate) const WITHHELD: i64 = 3;
}

/// A row as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) n: i64,
    pub(crate) record: Record,
    pub(crate) audit_head: Option<i64>,
    pub(crate) hidden: i64,
}

/// Begins a query whose rows [`read`] understands.
macro_rules! select {
    () => {
        "SELECT n, id, kind, scope, version, fields, void, audit_head, hidden FROM record"
    };
}
pub(crate) use select;

pub(crate) fn read(row: &SqlRow<'_>) -> Result<Row> {
    let unreadable = StoreError::Unreadable { what: "record" };
    let scope: String = row.get(3)?;
    let fields: Fields = json(row.get_ref(5)?)?;
    let void: Option<Void> = match row.get_ref(6)? {
        ValueRef::Null => None,
        text => Some(json(text)?),
    };
    Ok(Row {
        n: row.get(0)?,
        record: Record {
            id: row.get(1)?,
            kind: row.get(2)?,
            scope: scope.parse().map_err(|_| unreadable)?,
            version: row.get::<_, i64>(4)? as u64,
            fields,
            void,
        },
        audit_head: row.get(7)?,
        hidden: row.get(8)?,
    })
}

fn json<T: serde::de::DeserializeOwned>(value: ValueRef<'_>) -> Result<T> {
    let text = value.as_str().map_err(|_| StoreError::Unreadable { what: "record" })?;
    serde_json::from_str(text).map_err(|_| StoreError::Unreadable { what: "record" })
}

pub(crate) fn text<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|_| StoreError::Unreadable { what: "record" })
}

/// A log may tell this of the record that is here: it lies in that log's scope, and stays of one kind.
///
/// # Errors
/// `Differs`: it may not.
pub(crate) fn fits(told: &Record, here: Option<&Row>, scope: &RegionCode) -> Result<()> {
    if told.scope == *scope && here.is_none_or(|row| row.record.kind == told.kind) {
        return Ok(());
    }
    Err(StoreError::Differs { scope: scope.clone(), what: "record" })
}

pub(crate) fn find(conn: &Connection, id: Uuid) -> Result<Option<Row>> {
    let mut select = conn.prepare_cached(concat!(select!(), " WHERE id = ?1"))?;
    let mut rows = select.query([id])?;
    rows.next()?.map(read).transpose()
}

pub(crate) fn at(conn: &Connection, n: i64) -> Result<Option<Row>> {
    let mut select = conn.prepare_cached(concat!(select!(), " WHERE n = ?1"))?;
    let mut rows = select.query([n])?;
    rows.next()?.map(read).transpose()
}

/// All rows that `sql` (begun with [`select`]) gives.
pub(crate) fn collect(conn: &Connection, sql: &str, args: impl rusqlite::Params) -> Result<Vec<Record>> {
    let mut select = conn.prepare_cached(sql)?;
    let mut rows = select.query(args)?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(read(row)?.record);
    }
    Ok(records)
}

pub(crate) fn set_audit_head(conn: &Connection, n: i64, seq: i64) -> Result<()> {
    conn.prepare_cached("UPDATE record SET audit_head = ?2 WHERE n = ?1")?.execute(params![n, seq])?;
    Ok(())
}

/// A record ready to be inserted: everything but the database's own work, so that it can be
/// prepared on another thread.
pub(crate) struct Prepared {
    pub(crate) record: Record,
    fields: String,
    void: Option<String>,
    derived: Derived,
    links: Vec<Uuid>,
}

impl Prepared {
    pub(crate) fn new(record: Record) -> Result<Prepared> {
        let derived = derive(&record);
        Ok(Prepared {
            fields: text(&record.fields)?,
            void: record.void.as_ref().map(text).transpose()?,
            links: links(&record, &derived),
            derived,
            record,
        })
    }
}

/// A new record, search index and all.
pub(crate) fn insert(conn: &Connection, record: &Record, audit: Option<i64>) -> Result<i64> {
    let prepared = Prepared::new(record.clone())?;
    let n =
        Inserting::new(conn)?.insert(&prepared, audit)?.ok_or(StoreError::Unreadable { what: "record" })?;
    index::add(conn, n, &index::Entry::of(index::documents(record)))?;
    Ok(n)
}

/// What makes records: its statements are looked up once, however many they are.
pub(crate) struct Inserting<'c> {
    conn: &'c Connection,
    row: CachedStatement<'c>,
    link: link::Putting<'c>,
    above: Above<'c>,
    /// The newest record made here, if it is shown: as a rule the next one belongs to it.
    shown: Option<Uuid>,
}

impl<'c> Inserting<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Result<Inserting<'c>> {
        let row = conn.prepare_cached(
            "INSERT INTO record (id, kind, scope, version, fields, void, audit_head, hidden,
               place, sort, natural, day, until, household, category, number, flags, persons)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
             ON CONFLICT (id) DO NOTHING",
        )?;
        Ok(Inserting { conn, row, link: link::Putting::new(conn)?, above: Above::new(conn)?, shown: None })
    }

    /// `None`: a record with this id is there already, nothing was written. The search index is the
    /// caller's.
    pub(crate) fn insert(&mut self, prepared: &Prepared, audit: Option<i64>) -> Result<Option<i64>> {
        let Prepared { record, fields, void, derived: d, links } = prepared;
        let hidden = self.above.hidden(record, d, self.shown)?;
        let inserted = self.row.execute(params![
            record.id,
            record.kind,
            record.scope.as_str(),
            record.version as i64,
            fields,
            void,
            audit,
            hidden,
            d.place,
            d.sort,
            d.natural,
            d.day,
            d.until,
            d.household,
            d.category,
            d.number,
            d.flags,
            d.persons
        ])?;
        if inserted == 0 {
            // Whatever the caller does with the one that is there may hide others.
            self.shown = None;
            return Ok(None);
        }
        let n = self.conn.last_insert_rowid();
        self.link.put(n, links)?;
        blob::follow(self.conn, n, record)?;
        self.shown = Some(record.id).filter(|_| hidden == hidden::SHOWN);
        if hidden != hidden::SHOWN {
            spread_hidden(self.conn, record.id)?;
        }
        Ok(Some(n))
    }
}

/// Brings the row from `old` to `new`. `audit`: the entry that tells of it, if there is a new one.
pub(crate) fn update(conn: &Connection, old: &Row, new: &Record, audit: Option<i64>) -> Result<()> {
    let before = derive(&old.record);
    let after = derive(new);
    let hidden = Above::new(conn)?.hidden(new, &after, None)?;
    let audit = audit.or(old.audit_head);
    let fields = text(&new.fields)?;
    let void = new.void.as_ref().map(text).transpose()?;
    if old.record.scope != new.scope {
        crate::syncing::outbox::keep_scope(conn, old.n, &old.record.scope)?;
        conn.prepare_cached("UPDATE record SET scope = ?2 WHERE n = ?1")?
            .execute(params![old.n, new.scope.as_str()])?;
    }
    if before == after && hidden == old.hidden {
        // The usual edit: no index of the table is touched.
        if new.void == old.record.void {
            conn.prepare_cached("UPDATE record SET version = ?2, fields = ?3, audit_head = ?4 WHERE n = ?1")?
                .execute(params![old.n, new.version as i64, fields, audit])?;
        } else {
            conn.prepare_cached(
                "UPDATE record SET version = ?2, fields = ?3, audit_head = ?4, void = ?5 WHERE n = ?1",
            )?
            .execute(params![old.n, new.version as i64, fields, audit, void])?;
        }
    } else {
        conn.prepare_cached(
            "UPDATE record SET version = ?2, fields = ?3, audit_head = ?4, void = ?5, hidden = ?6, place = ?7,
               sort = ?8, natural = ?9, day = ?10, until = ?11, household = ?12, category = ?13,
               number = ?14, flags = ?15, persons = ?16 WHERE n = ?1",
        )?
        .execute(params![
            old.n,
            new.version as i64,
            fields,
            audit,
            void,
            hidden,
            after.place,
            after.sort,
            after.natural,
            after.day,
            after.until,
            after.household,
            after.category,
            after.number,
            after.flags,
            after.persons
        ])?;
    }
    let (were, are) = (links(&old.record, &before), links(new, &after));
    if were != are {
        link::remove(conn, old.n, &were)?;
        link::put(conn, old.n, &are)?;
    }
    if hidden != old.hidden {
        spread_hidden(conn, new.id)?;
    }
    blob::follow(conn, old.n, new)?;
    index::change(conn, old.n, &index::documents(&old.record), &index::documents(new))
}

/// Derives everything that hangs on a row as if it came now: an older program may have known less of it.
pub(crate) fn derive_anew(conn: &Connection, row: &Row) -> Result<()> {
    let d = derive(&row.record);
    conn.prepare_cached(
        "UPDATE record SET place = ?2, sort = ?3, natural = ?4, day = ?5, until = ?6, household = ?7,
           category = ?8, number = ?9, flags = ?10, persons = ?11
         WHERE n = ?1 AND NOT (place = ?2 AND sort IS ?3 AND natural IS ?4 AND day IS ?5 AND until IS ?6
           AND household IS ?7 AND category IS ?8 AND number IS ?9 AND flags = ?10 AND persons IS ?11)",
    )?
    .execute(params![
        row.n,
        d.place,
        d.sort,
        d.natural,
        d.day,
        d.until,
        d.household,
        d.category,
        d.number,
        d.flags,
        d.persons
    ])?;
    // A link too many is in nobody's way, and none is known by its child.
    link::put(conn, row.n, &links(&row.record, &d))?;
    blob::follow(conn, row.n, &row.record)?;
    if row.hidden != hidden::WITHHELD {
        let hidden = Above::new(conn)?.hidden(&row.record, &d, None)?;
        if hidden != row.hidden {
            set_hidden(conn, row, hidden)?;
            spread_hidden(conn, row.record.id)?;
        }
    }
    for table in ["name_search", "text_search"] {
        conn.prepare_cached(&format!("DELETE FROM {table} WHERE rowid = ?1"))?.execute([row.n])?;
    }
    index::add(conn, row.n, &index::Entry::of(index::documents(&row.record)))
}

/// The making was refused and nothing is left to show; the row stays for the refused change.
pub(crate) fn withhold(conn: &Connection, row: &Row) -> Result<()> {
    set_hidden(conn, row, hidden::WITHHELD)?;
    spread_hidden(conn, row.record.id)
}

/// Takes the row away altogether: the province no longer has it, or the scope is withdrawn.
pub(crate) fn remove(conn: &Connection, row: &Row) -> Result<()> {
    blob::unfollow(conn, row.n, &row.record)?;
    link::remove(conn, row.n, &links(&row.record, &derive(&row.record)))?;
    index::remove(conn, row.n, &index::documents(&row.record))?;
    crate::was::remove(conn, row.n)?;
    conn.prepare_cached("DELETE FROM record WHERE n = ?1")?.execute([row.n])?;
    Ok(())
}

fn set_hidden(conn: &Connection, row: &Row, hidden: i64) -> Result<()> {
    conn.prepare_cached("UPDATE record SET hidden = ?2 WHERE n = ?1")?.execute(params![row.n, hidden])?;
    Ok(())
}

/// Looks whether what a record belongs to is hidden.
struct Above<'c> {
    household: CachedStatement<'c>,
    parent: CachedStatement<'c>,
}

impl<'c> Above<'c> {
    fn new(conn: &'c Connection) -> Result<Above<'c>> {
        Ok(Above {
            // A household has no parent: it is hidden only by its own void. The index holds void records only.
            // What still names one that was merged into another is not hidden with it: nobody turned it yet.
            household: conn.prepare_cached(
                "SELECT 1 FROM record WHERE id = ?1 AND void IS NOT NULL
                   AND json_extract(fields, '$.merged_into') IS NULL",
            )?,
            parent: conn.prepare_cached(
                "SELECT CASE WHEN hidden = 1 AND json_extract(fields, '$.merged_into') IS NOT NULL THEN 0
                   ELSE hidden END FROM record WHERE id = ?1",
            )?,
        })
    }

    /// Void itself, or belonging to what is hidden (`docs/sync.md`: void hides, in views, the children).
    /// `shown`: a record that is known not to be hidden.
    fn hidden(&mut self, record: &Record, d: &Derived, shown: Option<Uuid>) -> Result<i64> {
        if record.void.is_some() {
            return Ok(hidden::VOID);
        }
        // Money that was given was given, whatever becomes of the family's record.
        if tiexin_domain::shape::is_fixed(&record.kind) {
            return Ok(hidden::SHOWN);
        }
        if d.household.is_some()
            && let Some(home) = record.reference("household").filter(|home| Some(*home) != shown)
            && self.household.exists([home])?
        {
            return Ok(hidden::PARENT_VOID);
        }
        for parent in d.parents.iter().filter(|parent| Some(**parent) != shown) {
            let state: Option<i64> = self.parent.query_row([parent], |row| row.get(0)).optional()?;
            if matches!(state, Some(hidden::VOID | hidden::PARENT_VOID)) {
                return Ok(hidden::PARENT_VOID);
            }
        }
        Ok(hidden::SHOWN)
    }
}

/// Children follow their parent in and out of sight.
fn spread_hidden(conn: &Connection, parent: Uuid) -> Result<()> {
    let mut children: Vec<i64> = conn
        .prepare_cached("SELECT n FROM record WHERE household = ?1")?
        .query_map([household_key(parent)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    children.extend(link::children(conn, parent)?);
    for n in children {
        let Some(row) = at(conn, n)? else { continue };
        if row.hidden == hidden::WITHHELD {
            continue;
        }
        let hidden = Above::new(conn)?.hidden(&row.record, &derive(&row.record), None)?;
        if hidden != row.hidden {
            set_hidden(conn, &row, hidden)?;
            spread_hidden(conn, row.record.id)?;
        }
    }
    Ok(())
}
