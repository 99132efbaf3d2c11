//! `blob_queue`: what is to go up or come down, and what became of it.

use rusqlite::{Connection, params};
use tiexin_domain::RegionCode;
use tiexin_protocol::blob::{BlobHash, MOST_TRIES, Wanted, Way};
use uuid::Uuid;

use crate::book::Book;
use crate::derive::region_of;
use crate::error::{Result, StoreError};
use crate::meta;

/// What waits, for the indicator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BlobCounts {
    /// Attachments of which something is to go up.
    pub up: u64,
    /// Attachments of which something is to come down.
    pub down: u64,
    /// Attachments that a person must look at.
    pub faulty: u64,
}

/// Where the bytes of one blob of an attachment are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobState {
    /// Here and, as far as this desk knows, at the province.
    Here,
    /// Here, to go up.
    ToGoUp,
    /// To come down; `asked`: somebody waits for it.
    ToComeDown { asked: bool },
    /// Nobody tries any more.
    Faulty,
}

fn word(way: Way) -> &'static str {
    match way {
        Way::Up => "up",
        Way::Down => "down",
    }
}

pub(super) fn put(
    conn: &Connection,
    way: Way,
    attachment: Uuid,
    scope: &RegionCode,
    hash: BlobHash,
    bytes: u64,
    thumb: bool,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO blob_queue (way, attachment, scope, sha256, bytes, thumb)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![word(way), attachment, scope.as_str(), hash.0, bytes as i64, thumb])?;
    Ok(())
}

/// The blob is here whole: nobody waits for it to come down.
pub(super) fn arrived(conn: &Connection, scope: &RegionCode, hash: BlobHash) -> Result<()> {
    conn.prepare_cached("DELETE FROM blob_queue WHERE scope = ?1 AND sha256 = ?2 AND way = 'down'")?
        .execute(params![scope.as_str(), hash.0])?;
    Ok(())
}

/// The bytes that came did not have the hash: once more, or no more.
pub(super) fn differed(conn: &Connection, scope: &RegionCode, hash: BlobHash) -> Result<()> {
    conn.prepare_cached(
        "UPDATE blob_queue SET tries = tries + 1,
           fault = CASE WHEN tries + 1 >= ?3 THEN 'hash_differs' ELSE fault END
         WHERE scope = ?1 AND sha256 = ?2 AND way = 'down'",
    )?
    .execute(params![scope.as_str(), hash.0, MOST_TRIES])?;
    Ok(())
}

/// Whether work of the scope is still to be handed over.
pub(crate) fn waits_up(conn: &Connection, scope: &RegionCode) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM blob_queue WHERE scope = ?1 AND way = 'up' AND fault IS NULL")?
        .exists([scope.as_str()])?)
}

impl Book {
    /// Whether the province takes attachments, as it said last.
    pub fn blobs_taken(&self) -> Result<bool> {
        self.read(|conn| Ok(meta::get(conn, "blobs_taken")?.as_deref() == Some("yes")))
    }

    pub fn set_blobs_taken(&self, taken: bool) -> Result<()> {
        self.put_meta(&[("blobs_taken", if taken { "yes" } else { "no" })])
    }

    /// Everything that is to be carried; what a person must look at is left out, and what nobody sees does
    /// not come down.
    pub fn blobs_wanted(&self) -> Result<Vec<Wanted>> {
        self.read(|conn| {
            let mut select = conn.prepare_cached(
                "SELECT way, attachment, q.scope, sha256, bytes, thumb, asked, coalesce(n, q.id), place
                 FROM blob_queue q LEFT JOIN record ON record.id = attachment
                 WHERE fault IS NULL AND (way = 'up' OR hidden = 0)",
            )?;
            let mut rows = select.query([])?;
            let mut wanted = Vec::new();
            while let Some(row) = rows.next()? {
                let unreadable = StoreError::Unreadable { what: "blob_queue" };
                let scope: RegionCode = row.get::<_, String>(2)?.parse().map_err(|_| unreadable)?;
                let place: Option<i64> = row.get(8)?;
                wanted.push(Wanted {
                    way: if row.get_ref(0)?.as_str() == Ok("up") { Way::Up } else { Way::Down },
                    record: row.get(1)?,
                    region: place.and_then(region_of).unwrap_or_else(|| scope.clone()),
                    scope,
                    hash: BlobHash(row.get(3)?),
                    bytes: row.get::<_, i64>(4)? as u64,
                    thumb: row.get(5)?,
                    asked: row.get(6)?,
                    age: row.get(7)?,
                });
            }
            Ok(wanted)
        })
    }

    /// The province has it.
    pub fn blob_gone_up(&self, one: &Wanted) -> Result<()> {
        self.write(|w| {
            w.tx.prepare_cached(
                "DELETE FROM blob_queue WHERE way = 'up' AND attachment = ?1 AND sha256 = ?2",
            )?
            .execute(params![one.record, one.hash.0])?;
            Ok(())
        })?;
        Ok(())
    }

    /// Nobody tries any more until [`Book::ask_blob`]. `code` is for people to look up; no personal data.
    pub fn blob_faulty(&self, one: &Wanted, code: &str) -> Result<()> {
        self.write(|w| {
            w.tx.prepare_cached(
                "UPDATE blob_queue SET fault = ?4 WHERE way = ?1 AND attachment = ?2 AND sha256 = ?3",
            )?
            .execute(params![word(one.way), one.record, one.hash.0, code])?;
            Ok(())
        })?;
        Ok(())
    }

    /// Somebody opened the attachment and waits for what is not here. Gives whether anything is to come.
    /// What had been given up is tried again.
    pub fn ask_blob(&self, attachment: Uuid) -> Result<bool> {
        let (asked, _) = self.write(|w| {
            Ok(w.tx
                .prepare_cached(
                    "UPDATE blob_queue SET asked = way = 'down', tries = 0, fault = NULL WHERE attachment = ?1",
                )?
                .execute([attachment])?)
        })?;
        Ok(asked > 0)
    }

    /// The bytes of an attachment: where the named blob is.
    pub fn blob_state(&self, attachment: Uuid, hash: BlobHash) -> Result<BlobState> {
        self.read(|conn| {
            let mut select = conn.prepare_cached(
                "SELECT way, asked, fault IS NOT NULL FROM blob_queue WHERE attachment = ?1 AND sha256 = ?2",
            )?;
            let mut rows = select.query(params![attachment, hash.0])?;
            let mut state = BlobState::Here;
            while let Some(row) = rows.next()? {
                state = match (row.get_ref(0)?.as_str(), row.get(2)?) {
                    (_, true) => return Ok(BlobState::Faulty),
                    (Ok("up"), _) => BlobState::ToGoUp,
                    _ => BlobState::ToComeDown { asked: row.get(1)? },
                };
            }
            Ok(state)
        })
    }

    /// What waits, for the indicator.
    pub fn blob_counts(&self) -> Result<BlobCounts> {
        self.read(|conn| {
            let count = |what: &str| -> Result<u64> {
                let sql = format!(
                    "SELECT count(DISTINCT attachment) FROM blob_queue q LEFT JOIN record ON record.id = attachment
                     WHERE (way = 'up' OR hidden = 0) AND {what}"
                );
                let count: i64 = conn.prepare_cached(&sql)?.query_row([], |row| row.get(0))?;
                Ok(count as u64)
            };
            Ok(BlobCounts {
                up: count("way = 'up' AND fault IS NULL")?,
                down: count("way = 'down' AND fault IS NULL")?,
                faulty: count("fault IS NOT NULL")?,
            })
        })
    }

    /// Where the province's book was put back from a backup, it may have lost bytes: all that are here
    /// whole are offered to it again.
    pub fn offer_blobs(&self) -> Result<()> {
        let changed = self.read(|conn| {
            Ok(conn
                .prepare_cached(
                    "SELECT 1 FROM cursor LEFT JOIN blob_scope USING (scope)
                     WHERE blob_scope.generation IS NOT cursor.generation",
                )?
                .exists([])?)
        })?;
        if !changed {
            return Ok(());
        }
        self.write(|w| {
            w.tx.execute(
                "INSERT OR IGNORE INTO blob_queue (way, attachment, scope, sha256, bytes, thumb)
                 SELECT 'up', record.id, u.scope, u.sha256, u.bytes, u.thumb
                 FROM blob_use u JOIN record ON record.n = u.record
                   JOIN blob ON blob.scope = u.scope AND blob.sha256 = u.sha256 AND blob.whole
                   JOIN cursor ON cursor.scope = u.scope
                   JOIN blob_scope s ON s.scope = u.scope AND s.generation IS NOT cursor.generation",
                [],
            )?;
            w.tx.execute("INSERT OR REPLACE INTO blob_scope SELECT scope, generation FROM cursor", [])?;
            Ok(())
        })?;
        Ok(())
    }
}
