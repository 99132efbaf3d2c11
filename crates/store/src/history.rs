//! A record's history: what this desk's audit says of it, and what came from the province.

use uuid::Uuid;

use crate::book::Book;
use crate::error::Result;
use crate::{audit, record};

/// Where an event was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventOrigin {
    /// From this desk's audit.
    ThisDesk,
    /// From the province's log; this desk's own changes show there too once they have come back.
    Province,
}

/// One event in a record's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub origin: EventOrigin,
    /// Milliseconds since 1970 UTC, clock of the desk where it was noted.
    pub at: i64,
    pub author: Uuid,
    /// `create`, `change`, `void`, `restore`, `unmask`, …
    pub act: String,
    /// Names of fields.
    pub fields: Vec<String>,
    /// Number in the audit, or in the scope's log.
    pub seq: u64,
}

impl Book {
    /// A record's history, newest first.
    pub fn history(&self, id: Uuid) -> Result<Vec<Event>> {
        self.read(|conn| {
            let Some(row) = record::find(conn, id)? else { return Ok(Vec::new()) };
            let mut events = Vec::new();
            let mut next = row.audit_head;
            while let Some(seq) = next {
                let Some(entry) = audit::at(conn, seq)?.and_then(|entry| entry.of(id)) else { break };
                // Entries name only earlier ones, so this ends even on a damaged chain.
                next = entry.before.filter(|before| *before < seq);
                events.push(Event {
                    origin: EventOrigin::ThisDesk,
                    at: entry.at,
                    author: entry.actor,
                    act: entry.act,
                    fields: entry.fields,
                    seq: seq as u64,
                });
            }
            let mut select =
                conn.prepare_cached("SELECT seq, author, noted_at, fields, act FROM seen WHERE record = ?1")?;
            let mut rows = select.query([row.n])?;
            while let Some(row) = rows.next()? {
                let fields: String = row.get(3)?;
                events.push(Event {
                    origin: EventOrigin::Province,
                    at: row.get(2)?,
                    author: row.get(1)?,
                    act: row.get(4)?,
                    fields: fields.split_whitespace().map(str::to_owned).collect(),
                    seq: row.get::<_, i64>(0)? as u64,
                });
            }
            events.sort_by_key(|e| std::cmp::Reverse((e.at, e.seq)));
            Ok(events)
        })
    }
}
