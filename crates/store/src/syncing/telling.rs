//! The audit on its way to the province: what it was not told yet. Nothing is ever taken out of the audit.

use rusqlite::{OptionalExtension, params};

use crate::audit::Head;
use crate::book::Book;
use crate::error::{Result, StoreError};
use crate::meta;

/// Up to which entry the province has it.
const TOLD: &str = "audit_told";
/// Most entries of one message, as the province wants it; empty: it takes none.
const TAKEN: &str = "audit_taken";
/// Texts of one message; an entry that is longer goes alone.
const MOST_BYTES: usize = 256 * 1024;

/// Entries that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditParcel {
    /// Number of the entry before the first, and the chain there; 0 and zeros: there is none.
    pub after: u64,
    pub chain: [u8; 32],
    /// As they are stored.
    pub entries: Vec<String>,
}

impl Book {
    /// Keeps how many entries of the audit the province takes in one message; `None`: it takes none.
    pub fn set_audit_taken(&self, most: Option<usize>) -> Result<()> {
        let most = most.map(|most| most.to_string()).unwrap_or_default();
        if self.read(|conn| Ok(meta::get(conn, TAKEN)?))?.unwrap_or_default() == most {
            return Ok(());
        }
        self.put_meta(&[(TAKEN, &most)])
    }

    /// What the province is to be told of the audit next; `None`: it has all, or takes none.
    pub fn audit_untold(&self) -> Result<Option<AuditParcel>> {
        self.read(|conn| {
            let most = meta::number(conn, TAKEN)?.unwrap_or_default();
            let head = Head::read(conn)?;
            // A book that was put back from a copy may have been told of more than it has: from the beginning.
            let told = meta::number(conn, TOLD)?.filter(|told| *told <= head.audit_seq).unwrap_or_default();
            if most <= 0 || told == head.audit_seq {
                return Ok(None);
            }
            let chain = conn
                .prepare_cached("SELECT chain FROM audit WHERE seq = ?1")?
                .query_row([told], |row| row.get(0))
                .optional()?;
            let mut select =
                conn.prepare_cached("SELECT entry FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
            let mut rows = select.query(params![told, most])?;
            let (mut entries, mut bytes) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                let entry: String = row.get(0)?;
                bytes += entry.len();
                if bytes > MOST_BYTES && !entries.is_empty() {
                    break;
                }
                entries.push(entry);
            }
            let after = u64::try_from(told).map_err(|_| StoreError::Unreadable { what: "audit_told" })?;
            Ok(Some(AuditParcel { after, chain: chain.unwrap_or_default(), entries }))
        })
    }

    /// The province has the audit up to this entry.
    pub fn audit_told(&self, held: u64) -> Result<()> {
        self.put_meta(&[(TOLD, &held.to_string())])
    }
}
