//! `quarantine`: what this desk's people may settle, kept so that they can do it without a line. Goes with
//! the right (I11).

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use tiexin_domain::{Record, RegionCode};
use tiexin_protocol::wire::{QuarantineMarks, Quarantined};
use uuid::Uuid;

use crate::book::Book;
use crate::error::{Result, StoreError};
use crate::record::{self, hidden, text};
use crate::{meta, syncing::device, syncing::refused};

/// A change of somebody else that waits for a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsettled {
    /// Where it waits: for a record that has moved, another one than the change names.
    pub scope: RegionCode,
    pub told: Quarantined,
    /// The record as it stands here; `None` when nothing stands.
    pub current: Option<Record>,
    /// This desk has adopted it already, and what it saved for that waits elsewhere now: its family was merged into
    /// one, or moved to, where this desk does not read.
    pub adopted_in_vain: bool,
}

/// The word under which the mark of the whole is kept.
const MARK: &str = "quarantine";
/// No decision about it is here, neither one that came nor one of this desk's own.
const OPEN: &str = "NOT EXISTS (SELECT 1 FROM record AS decided
  WHERE decided.id = quarantine.settlement AND decided.hidden <> 3)";

/// The scope is given up.
pub(crate) fn forget(conn: &Connection, scope: &RegionCode) -> Result<()> {
    for table in ["quarantine", "quarantine_mark"] {
        conn.execute(&format!("DELETE FROM {table} WHERE scope = ?1"), [scope.as_str()])?;
    }
    Ok(())
}

fn marks(conn: &Connection) -> Result<BTreeMap<RegionCode, u64>> {
    let mut select = conn.prepare_cached("SELECT scope, mark FROM quarantine_mark")?;
    let mut rows = select.query([])?;
    let mut marks = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let scope: String = row.get(0)?;
        let scope = scope.parse().map_err(|_| StoreError::Unreadable { what: "quarantine" })?;
        marks.insert(scope, row.get::<_, i64>(1)? as u64);
    }
    Ok(marks)
}

impl Book {
    /// [`QuarantineMarks::mark`] as last told; empty for none.
    pub fn quarantine_mark(&self) -> Result<String> {
        self.read(|conn| Ok(meta::get(conn, MARK)?.unwrap_or_default()))
    }

    /// Compares what the province told with what is kept: forgets scopes where nothing may be settled any
    /// more, and gives those that are to be fetched.
    pub fn quarantine_told(&self, told: &QuarantineMarks) -> Result<Vec<RegionCode>> {
        let (wanted, _) = self.write(|w| {
            let held = marks(&w.tx)?;
            for gone in held.keys().filter(|scope| !told.scopes.contains_key(*scope)) {
                forget(&w.tx, gone)?;
            }
            let news = told.scopes.iter().filter(|(scope, mark)| held.get(scope) != Some(mark));
            let wanted: Vec<RegionCode> = news.map(|(scope, _)| scope.clone()).collect();
            if wanted.is_empty() {
                meta::put(&w.tx, MARK, &told.mark)?;
            }
            Ok(wanted)
        })?;
        Ok(wanted)
    }

    /// Keeps a scope's quarantine as it was fetched. `told` is what made it be fetched: with the last scope
    /// of it the whole is up to date.
    pub fn keep_quarantine(
        &self,
        scope: &RegionCode,
        items: &[Quarantined],
        told: &QuarantineMarks,
    ) -> Result<()> {
        self.write(|w| {
            forget(&w.tx, scope)?;
            let mut insert = w.tx.prepare_cached(
                "INSERT OR REPLACE INTO quarantine (scope, settlement, body) VALUES (?1, ?2, ?3)",
            )?;
            for item in items {
                insert.execute(params![scope.as_str(), item.change.id.settlement(), text(item)?])?;
            }
            drop(insert);
            if let Some(mark) = told.scopes.get(scope) {
                w.tx.prepare_cached("INSERT INTO quarantine_mark (scope, mark) VALUES (?1, ?2)")?
                    .execute(params![scope.as_str(), *mark as i64])?;
            }
            if marks(&w.tx)? == told.scopes {
                meta::put(&w.tx, MARK, &told.mark)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// What waits for a decision of this desk's people, oldest first. This desk's own refused changes are
    /// elsewhere: [`Book::conflicts`] and [`Book::parked`].
    pub fn unsettled(&self) -> Result<Vec<Unsettled>> {
        self.read(|conn| {
            let own = device::id(conn)?.unwrap_or(Uuid::nil());
            let mut select =
                conn.prepare_cached(&format!("SELECT scope, body FROM quarantine WHERE {OPEN}"))?;
            let mut rows = select.query([])?;
            let mut unsettled = Vec::new();
            while let Some(row) = rows.next()? {
                let unreadable = || StoreError::Unreadable { what: "quarantine" };
                let (scope, body): (String, String) = (row.get(0)?, row.get(1)?);
                let told: Quarantined = serde_json::from_str(&body).map_err(|_| unreadable())?;
                if told.change.id.device == own {
                    continue;
                }
                let (stands, adopted_in_vain) = match record::find(conn, told.change.record)? {
                    Some(found) if found.hidden == hidden::WITHHELD => {
                        (None, refused::asked_about(conn, found.n)?)
                    }
                    found => (found, false),
                };
                unsettled.push(Unsettled {
                    scope: scope.parse().map_err(|_| unreadable())?,
                    told,
                    current: stands.map(|row| row.record),
                    adopted_in_vain,
                });
            }
            unsettled.sort_by_key(|one| (one.told.received_at, one.told.change.id));
            Ok(unsettled)
        })
    }

    /// Decisions about changes of one record.
    pub fn settlements_of(&self, id: Uuid) -> Result<Vec<Record>> {
        self.read(|conn| {
            record::collect(
                conn,
                concat!(
                    record::select!(),
                    " WHERE kind = 'settlement' AND hidden = 0 AND json_extract(fields, '$.record') = ?1"
                ),
                [id.to_string()],
            )
        })
    }
}
