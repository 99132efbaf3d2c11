//! What the sync indicator tells. Never more than is known.

use rusqlite::params;
use tiexin_domain::RegionCode;
use tiexin_protocol::Digest;
use uuid::Uuid;

use crate::asking::search::index;
use crate::book::Book;
use crate::error::Result;
use crate::{meta, syncing::cursor, syncing::held_back, syncing::refused};

/// How far a scope is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeState {
    pub scope: RegionCode,
    pub generation: Uuid,
    pub seq: u64,
    pub digest: Digest,
    /// When the digest was last found equal to the server's.
    pub checked_at: Option<i64>,
}

/// What waits, what was refused, how far the scopes are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncState {
    /// Changes without a verdict.
    pub waiting: u64,
    /// The same by kind code.
    pub waiting_by_kind: Vec<(String, u64)>,
    /// Of those that wait, how many are held back until the province knows their kind or their author.
    pub held_back: u64,
    /// Who of this desk's users wrote any of them, and has not joined the province.
    pub held_authors: Vec<Uuid>,
    pub parked: u64,
    pub conflicts: u64,
    /// Refused changes on which somebody has decided, not yet put away.
    pub answered: u64,
    /// Applied by the province but not yet read back from it.
    pub unread: u64,
    /// Milliseconds since 1970 UTC of the last round that pushed all that can be told and pulled everything. What is
    /// held back waits beside it: desk and province have compared all the same.
    pub last_round: Option<i64>,
    /// Records that the search index does not know yet.
    pub to_index: u64,
    /// How many records are here while a scope is to be read anew: the book was put back from a copy.
    pub reading_anew: Option<u64>,
    pub scopes: Vec<ScopeState>,
}

impl Book {
    /// What waits, what was refused, how far the scopes are.
    pub fn sync_state(&self) -> Result<SyncState> {
        self.read(|conn| {
            let count = |sql: &str| -> Result<u64> {
                let count: i64 = conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
                Ok(count as u64)
            };
            let cursors = cursor::all(conn)?;
            let anew = cursors.iter().any(|cursor| cursor.generation.is_nil());
            let records = || count("SELECT count(*) FROM record WHERE hidden = 0");
            let reading_anew = anew.then(records).transpose()?;
            let scopes = cursors
                .into_iter()
                .map(|c| ScopeState {
                    scope: c.scope,
                    generation: c.generation,
                    seq: c.since,
                    digest: c.digest,
                    checked_at: c.checked_at,
                })
                .collect();
            let mut by_kind = conn.prepare_cached(
                "SELECT record.kind, count(*) FROM outbox JOIN record ON record.n = outbox.record GROUP BY 1",
            )?;
            let waiting_by_kind = by_kind
                .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?
                .collect::<Result<_, _>>()?;
            let line = held_back::Line::read(conn)?;
            let held: i64 = conn
                .prepare_cached("SELECT count(*) FROM outbox WHERE seq >= ?1 AND seq < ?2")?
                .query_row([line.from, line.end], |row| row.get(0))?;
            let mut held_authors = Vec::new();
            for author in held_back::not_joined(conn)? {
                let mut written =
                    conn.prepare_cached("SELECT 1 FROM outbox WHERE author = ?1 AND seq >= ?2 AND seq < ?3")?;
                if written.exists(params![author, line.from, line.end])? {
                    held_authors.push(author);
                }
            }
            Ok(SyncState {
                held_authors,
                waiting_by_kind,
                held_back: held as u64,
                waiting: count("SELECT count(*) FROM outbox")?,
                parked: refused::open_count(conn, "parked")?,
                conflicts: refused::open_count(conn, "conflict")?,
                answered: refused::answered_count(conn)?,
                unread: count("SELECT count(*) FROM sent WHERE pulled = 0 AND verdict = 'applied'")?,
                last_round: meta::number(conn, "last_round")?,
                to_index: index::queued(conn)?,
                reading_anew,
                scopes,
            })
        })
    }

    /// A round has pushed all that can be told, and pulled everything.
    pub fn set_last_round(&self, now_ms: i64) -> Result<()> {
        self.put_meta(&[("last_round", &now_ms.to_string())])
    }
}
