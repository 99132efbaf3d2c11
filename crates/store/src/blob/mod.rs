//! `blob`, `blob_use`: the bytes of attachments on this desk.
//!
//! A file is durable before the row that names it; a row goes before its file does. So a crash leaves at most
//! files that no row names, which nobody can read: their keys lie in the rows. [`Book::sweep_blobs`] removes them.

mod come;
pub(crate) mod file;
mod queue;
mod sweep;
pub(crate) mod verify;

use rusqlite::{Connection, OptionalExtension, Row, params};
use tiexin_domain::nouns::attachment::Attachment;
use tiexin_domain::{Kind, Noun, Record, RegionCode};
use tiexin_protocol::blob::{BlobHash, CHUNK_BYTES, Chunks, Way, count};
use zeroize::Zeroizing;

pub use come::Came;
pub(crate) use queue::waits_up;
pub use queue::{BlobCounts, BlobState};
pub(crate) use sweep::drop_scope;

use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::saving::save::{By, Changed, Save, Saved};
use file::Sealed;

/// A blob as the book knows it.
pub(crate) struct Held {
    pub(crate) sealed: Sealed,
    pub(crate) have: Chunks,
    pub(crate) whole: bool,
}

const SELECT: &str = "SELECT sha256, bytes, file, suite, key, have, whole FROM blob";

fn read(row: &Row<'_>) -> rusqlite::Result<Held> {
    let bytes = row.get::<_, i64>(1)? as u64;
    let key: Zeroizing<[u8; 32]> = Zeroizing::new(row.get(4)?);
    let have: Vec<u8> = row.get(5)?;
    Ok(Held {
        sealed: Sealed { hash: BlobHash(row.get(0)?), bytes, file: row.get(2)?, suite: row.get(3)?, key },
        have: Chunks::from_bits(count(bytes), &have),
        whole: row.get(6)?,
    })
}

fn find(conn: &Connection, scope: &RegionCode, hash: BlobHash) -> Result<Option<Held>> {
    Ok(conn
        .prepare_cached(&format!("{SELECT} WHERE scope = ?1 AND sha256 = ?2"))?
        .query_row(params![scope.as_str(), hash.0], read)
        .optional()?)
}

/// Every blob that a book's rows know of.
pub(crate) fn all(conn: &Connection) -> Result<Vec<Held>> {
    Ok(conn.prepare(SELECT)?.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
}

/// Puts a blob in the place of what may be known of it already; the sweep takes another file it had.
fn put(conn: &Connection, scope: &RegionCode, sealed: &Sealed, have: &Chunks, whole: bool) -> Result<()> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO blob_gone SELECT file FROM blob WHERE scope = ?1 AND sha256 = ?2 AND file <> ?3",
    )?
    .execute(params![scope.as_str(), sealed.hash.0, sealed.file])?;
    conn.prepare_cached(
        "INSERT INTO blob VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (scope, sha256) DO UPDATE SET bytes = excluded.bytes, file = excluded.file,
           suite = excluded.suite, key = excluded.key, have = excluded.have, whole = excluded.whole",
    )?
    .execute(params![
        scope.as_str(),
        sealed.hash.0,
        sealed.bytes as i64,
        sealed.file,
        sealed.suite,
        *sealed.key,
        have.bits(),
        whole
    ])?;
    Ok(())
}

/// A blob that an attachment names.
struct Named {
    hash: BlobHash,
    bytes: u64,
    thumb: bool,
}

/// What an attachment's record names; what it names wrongly is not there.
fn named(record: &Record) -> Vec<Named> {
    if record.kind != Kind::Attachment.code() {
        return Vec::new();
    }
    let one = |hash: &str, bytes: &str, thumb| {
        let bytes = record.fields.get(bytes)?.as_u64()?;
        let fits = (1..=tiexin_protocol::blob::BLOB_BYTES).contains(&bytes);
        Some(Named { hash: record.text(hash)?.parse().ok().filter(|_| fits)?, bytes, thumb })
    };
    let whole = one("sha256", "bytes", false);
    let thumb = one("thumb_sha256", "thumb_bytes", true);
    let same = whole.as_ref().zip(thumb.as_ref()).is_some_and(|(a, b)| a.hash == b.hash);
    whole.into_iter().chain(thumb.filter(|_| !same)).collect()
}

/// The row of an attachment stands anew: notes what it names, and that what is not here is to come.
pub(crate) fn follow(conn: &Connection, n: i64, record: &Record) -> Result<()> {
    if record.kind != Kind::Attachment.code() {
        return Ok(());
    }
    take_along(conn, n, record)?;
    forget(conn, n)?;
    let scope = record.scope.as_str();
    for Named { hash, bytes, thumb } in named(record) {
        conn.prepare_cached("INSERT INTO blob_use VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            n,
            hash.0,
            scope,
            bytes as i64,
            thumb
        ])?;
        let here = find(conn, &record.scope, hash)?.is_some_and(|held| held.whole);
        if !here {
            queue::put(conn, Way::Down, record.id, &record.scope, hash, bytes, thumb)?;
        }
    }
    // What came down for other bytes of this attachment is not waited for any more.
    conn.prepare_cached(
        "DELETE FROM blob_queue WHERE way = 'down' AND attachment = ?1
           AND sha256 NOT IN (SELECT sha256 FROM blob_use WHERE record = ?2)",
    )?
    .execute(params![record.id, n])?;
    Ok(())
}

/// The record came from another scope: its bytes come along, unless others there name them too.
fn take_along(conn: &Connection, n: i64, record: &Record) -> Result<()> {
    let scope = record.scope.as_str();
    conn.prepare_cached(
        "UPDATE OR IGNORE blob SET scope = ?2
         WHERE (scope, sha256) IN (SELECT scope, sha256 FROM blob_use WHERE record = ?1 AND scope <> ?2)
           AND NOT EXISTS (SELECT 1 FROM blob_use o
                           WHERE o.scope = blob.scope AND o.sha256 = blob.sha256 AND o.record <> ?1)",
    )?
    .execute(params![n, scope])?;
    conn.prepare_cached("UPDATE blob_queue SET scope = ?2 WHERE attachment = ?1 AND scope <> ?2")?
        .execute(params![record.id, scope])?;
    Ok(())
}

/// The row is going: it names nothing any more.
pub(crate) fn unfollow(conn: &Connection, n: i64, record: &Record) -> Result<()> {
    if record.kind != Kind::Attachment.code() {
        return Ok(());
    }
    forget(conn, n)?;
    conn.prepare_cached("DELETE FROM blob_queue WHERE way = 'down' AND attachment = ?1")?
        .execute([record.id])?;
    Ok(())
}

fn forget(conn: &Connection, n: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM blob_use WHERE record = ?1")?.execute([n])?;
    Ok(())
}

impl Book {
    /// The attachments of a record that is no household, newest first. Hidden ones are left out.
    pub fn attachments_of(&self, owner: uuid::Uuid) -> Result<Vec<Record>> {
        self.read(|conn| {
            let sql = concat!(
                crate::record::select!(),
                " WHERE n IN (SELECT child FROM link WHERE parent = ?1) AND kind = 'attachment' AND hidden = 0
                 ORDER BY n DESC"
            );
            crate::record::collect(conn, sql, [owner])
        })
    }

    /// Saves an attachment with its bytes, and sees to it that they go up. All of it, or nothing.
    ///
    /// # Errors
    /// `BlobDiffers` when the noun does not name exactly these bytes.
    pub fn attach(
        &self,
        id: uuid::Uuid,
        attachment: &Attachment,
        fields: tiexin_domain::Fields,
        original: &[u8],
        thumb: Option<&[u8]>,
        by: &By,
    ) -> Result<(Saved, Changed)> {
        let parts = [(Some(original), false), (thumb, true)];
        let blobs: Vec<(Staged<'_>, bool)> = parts
            .into_iter()
            .filter_map(|(bytes, thumb)| bytes.map(|bytes| Ok((Staged::new(self, bytes)?, thumb))))
            .collect::<Result<_>>()?;
        let names: Vec<String> = blobs.iter().map(|(blob, _)| blob.sealed.hash.to_string()).collect();
        let said: Vec<String> =
            std::iter::once(attachment.sha256.clone()).chain(attachment.thumb_sha256.clone()).collect();
        if names != said {
            return Err(StoreError::BlobDiffers);
        }
        let scope = attachment.region().scope();
        let save = Save { id, kind: Kind::Attachment.code().into(), fields, void: None };
        let mut kept = Vec::new();
        let done = self.write(|w| {
            for (blob, thumb) in &blobs {
                kept.push(w.keep_blob(&scope, blob)?);
                let Sealed { hash, bytes, .. } = blob.sealed;
                queue::put(&w.tx, Way::Up, id, &scope, hash, bytes, *thumb)?;
            }
            w.save(&save, by)
        })?;
        // Only now: a failed transaction leaves no file behind.
        for ((blob, _), kept) in blobs.into_iter().zip(kept) {
            if kept {
                blob.keep();
            }
        }
        Ok(done)
    }

    /// The whole bytes of a blob, checked by their hash. `None`: not here, or not whole.
    ///
    /// # Errors
    /// `BlobDamaged`: the file is not what was written; [`Book::mend_blob`] has it fetched anew.
    pub fn blob(&self, scope: &RegionCode, hash: BlobHash) -> Result<Option<Vec<u8>>> {
        let Some(held) = self.read(|conn| find(conn, scope, hash))?.filter(|held| held.whole) else {
            return Ok(None);
        };
        match held.sealed.whole(self.dir())? {
            Ok(bytes) if BlobHash::of(&bytes) == hash => Ok(Some(bytes)),
            _ => Err(StoreError::BlobDamaged),
        }
    }

    /// One chunk of a whole blob, to be sent.
    pub fn blob_chunk(&self, scope: &RegionCode, hash: BlobHash, chunk: u32) -> Result<Option<Vec<u8>>> {
        let Some(held) = self.read(|conn| find(conn, scope, hash))?.filter(|held| held.whole) else {
            return Ok(None);
        };
        held.sealed.chunk(self.dir(), chunk)?.ok_or(StoreError::BlobDamaged).map(Some)
    }
}

impl Write<'_> {
    /// Whether the staged file is now the blob's; otherwise the blob was here whole.
    fn keep_blob(&mut self, scope: &RegionCode, staged: &Staged<'_>) -> Result<bool> {
        if find(&self.tx, scope, staged.sealed.hash)?.is_some_and(|held| held.whole) {
            return Ok(false);
        }
        let all = Chunks::all(count(staged.sealed.bytes));
        put(&self.tx, scope, &staged.sealed, &all, true)?;
        queue::arrived(&self.tx, scope, staged.sealed.hash)?;
        Ok(true)
    }
}

/// A file that is written and durable, but not yet named by a row. Removed unless it is kept.
struct Staged<'b> {
    book: &'b Book,
    sealed: Sealed,
    kept: bool,
}

impl<'b> Staged<'b> {
    fn new(book: &'b Book, bytes: &[u8]) -> Result<Staged<'b>> {
        let sealed = Sealed::fresh(BlobHash::of(bytes), bytes.len() as u64)?;
        let staged = Staged { book, sealed, kept: false };
        let chunks = bytes.chunks(CHUNK_BYTES).enumerate().map(|(i, chunk)| (i as u32, chunk));
        staged.sealed.put(book.dir(), chunks)?;
        staged.sealed.settle(book.dir())?;
        Ok(staged)
    }

    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = file::remove(self.book.dir(), &self.sealed.file)
        {
            tracing::warn!(%error, "an unneeded file stays until the next sweep");
        }
    }
}
