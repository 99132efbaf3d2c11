//! Bytes that come down, chunk by chunk.

use rusqlite::params;
use tiexin_domain::RegionCode;
use tiexin_protocol::blob::{BlobHash, Chunks, count, span};

use super::file::Sealed;
use super::{find, put, queue};
use crate::book::Book;
use crate::error::{Result, StoreError};

/// What a chunk did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    More,
    /// All bytes are here and have their hash.
    Whole,
    /// All bytes are here and do not have their hash: they are forgotten.
    Differs,
}

impl Book {
    /// Which chunks of a blob are here.
    pub fn blob_chunks(&self, scope: &RegionCode, hash: BlobHash, bytes: u64) -> Result<Chunks> {
        let held = self.read(|conn| find(conn, scope, hash))?;
        Ok(held
            .filter(|held| held.sealed.bytes == bytes)
            .map_or(Chunks::none(count(bytes)), |held| held.have))
    }

    /// Takes one chunk of a blob that comes down.
    ///
    /// # Errors
    /// `BlobDiffers` when the chunk has not its length.
    pub fn take_chunk(
        &self,
        scope: &RegionCode,
        hash: BlobHash,
        bytes: u64,
        chunk: u32,
        plain: &[u8],
    ) -> Result<Came> {
        if span(bytes, chunk).is_none_or(|(_, len)| len != plain.len()) {
            return Err(StoreError::BlobDiffers);
        }
        let held = self.read(|conn| find(conn, scope, hash))?.filter(|held| held.sealed.bytes == bytes);
        let mut have = match &held {
            Some(held) if held.whole => return Ok(Came::Whole),
            Some(held) => held.have.clone(),
            None => Chunks::none(count(bytes)),
        };
        let fresh = held.is_none();
        let sealed = held.map_or_else(|| Sealed::fresh(hash, bytes), |held| Ok(held.sealed))?;
        sealed.put(self.dir(), [(chunk, plain)])?;
        have.put(chunk);
        if !have.is_whole() {
            self.write(|w| {
                if fresh {
                    return put(&w.tx, scope, &sealed, &have, false);
                }
                keep(&w.tx, scope, hash, &have)
            })?;
            return Ok(Came::More);
        }
        sealed.settle(self.dir())?;
        let read = sealed.whole(self.dir())?;
        let right = read.as_ref().is_ok_and(|all| BlobHash::of(all) == hash);
        let (came, _) = self.write(|w| {
            if right {
                put(&w.tx, scope, &sealed, &have, true)?;
                queue::arrived(&w.tx, scope, hash)?;
                return Ok(Came::Whole);
            }
            match &read {
                // The disk lost some of it: only those chunks are fetched again.
                Err(damaged) => {
                    let mut left = Chunks::none(count(bytes));
                    (0..count(bytes)).filter(|c| !damaged.contains(c)).for_each(|c| left.put(c));
                    put(&w.tx, scope, &sealed, &left, false)?;
                    Ok(Came::More)
                }
                Ok(_) => {
                    w.tx.prepare_cached("DELETE FROM blob WHERE scope = ?1 AND sha256 = ?2")?
                        .execute(params![scope.as_str(), hash.0])?;
                    queue::differed(&w.tx, scope, hash)?;
                    Ok(Came::Differs)
                }
            }
        })?;
        if came == Came::Differs {
            self.sweep_blobs()?;
        }
        Ok(came)
    }

    /// A blob whose file was found damaged is fetched from the province again. What never went up is
    /// given up, and told.
    pub fn mend_blob(&self, scope: &RegionCode, hash: BlobHash) -> Result<()> {
        let Some(held) = self.read(|conn| find(conn, scope, hash))? else { return Ok(()) };
        let left = match held.sealed.whole(self.dir())? {
            Ok(all) if BlobHash::of(&all) == hash => return Ok(()),
            Ok(_) => Chunks::none(count(held.sealed.bytes)),
            Err(damaged) => {
                let mut left = Chunks::none(count(held.sealed.bytes));
                let sound =
                    (0..count(held.sealed.bytes)).filter(|c| held.have.has(*c) && !damaged.contains(c));
                sound.for_each(|chunk| left.put(chunk));
                left
            }
        };
        self.write(|w| {
            w.tx.execute(
                "UPDATE blob SET have = ?3, whole = 0 WHERE scope = ?1 AND sha256 = ?2",
                params![scope.as_str(), hash.0, left.bits()],
            )?;
            w.tx.execute(
                "UPDATE blob_queue SET fault = 'file_damaged' WHERE scope = ?1 AND sha256 = ?2 AND way = 'up'",
                params![scope.as_str(), hash.0],
            )?;
            w.tx.execute(
                "INSERT OR IGNORE INTO blob_queue (way, attachment, scope, sha256, bytes, thumb)
                 SELECT 'down', record.id, u.scope, u.sha256, u.bytes, u.thumb FROM blob_use u
                 JOIN record ON record.n = u.record WHERE u.scope = ?1 AND u.sha256 = ?2",
                params![scope.as_str(), hash.0],
            )?;
            Ok(())
        })?;
        Ok(())
    }
}

fn keep(conn: &rusqlite::Connection, scope: &RegionCode, hash: BlobHash, have: &Chunks) -> Result<()> {
    conn.prepare_cached("UPDATE blob SET have = ?3 WHERE scope = ?1 AND sha256 = ?2")?.execute(params![
        scope.as_str(),
        hash.0,
        have.bits()
    ])?;
    Ok(())
}
