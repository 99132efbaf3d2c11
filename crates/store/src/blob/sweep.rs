//! Taking bytes away that no record on this desk names any more (I11).

use std::collections::HashSet;
use std::time::Duration;

use rusqlite::{Connection, params};
use tiexin_domain::RegionCode;

use super::file;
use crate::book::Book;
use crate::error::Result;
use crate::record::hidden;

/// A file without a row may be about to get one from another program at the same book.
const STAGED_AT_MOST: Duration = Duration::from_secs(60 * 60);

/// All of a scope; the files follow by [`Book::sweep_blobs`].
pub(crate) fn drop_scope(conn: &Connection, scope: &RegionCode) -> Result<()> {
    for sql in [
        "DELETE FROM blob_queue WHERE scope = ?1",
        "DELETE FROM blob_use WHERE scope = ?1",
        "DELETE FROM blob WHERE scope = ?1",
        "DELETE FROM blob_scope WHERE scope = ?1",
    ] {
        conn.prepare_cached(sql)?.execute([scope.as_str()])?;
    }
    Ok(())
}

/// Blobs that no shown, hidden or refused record names and that are not on their way up.
fn unneeded(conn: &Connection) -> Result<usize> {
    Ok(conn
        .prepare_cached(
            "DELETE FROM blob WHERE NOT EXISTS (
               SELECT 1 FROM blob_use u JOIN record ON record.n = u.record
               WHERE u.scope = blob.scope AND u.sha256 = blob.sha256 AND record.hidden <> ?1)
             AND NOT EXISTS (
               SELECT 1 FROM blob_queue q
               WHERE q.scope = blob.scope AND q.sha256 = blob.sha256 AND q.way = 'up')",
        )?
        .execute(params![hidden::WITHHELD])?)
}

impl Book {
    /// Removes the bytes that no record names, and files that no row names. Cheap when there are none.
    pub fn sweep_blobs(&self) -> Result<()> {
        let (gone, _) = self.write(|w| {
            unneeded(&w.tx)?;
            let mut select = w.tx.prepare_cached("SELECT file FROM blob_gone")?;
            Ok(select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?)
        })?;
        if gone.is_empty() {
            return Ok(());
        }
        for name in &gone {
            file::remove(self.dir(), name)?;
        }
        self.write(|w| {
            let mut forget = w.tx.prepare_cached("DELETE FROM blob_gone WHERE file = ?1")?;
            gone.iter().try_for_each(|name| forget.execute([name]).map(drop).map_err(Into::into))
        })?;
        Ok(())
    }

    /// At the opening: what a crash left behind.
    pub(crate) fn sweep_strays(&self) -> Result<()> {
        self.sweep_blobs()?;
        let files = file::all(self.dir())?;
        if files.is_empty() {
            return Ok(());
        }
        let known: HashSet<String> = self.read(|conn| Ok(file::named(conn)?.into_iter().collect()))?;
        for name in files.into_iter().filter(|name| !known.contains(name)) {
            let path = self.dir().join(file::FOLDER).join(&name);
            let age = path.metadata().and_then(|meta| meta.modified()).ok().and_then(|at| at.elapsed().ok());
            if age.is_some_and(|age| age > STAGED_AT_MOST) {
                file::remove(self.dir(), &name)?;
            }
        }
        Ok(())
    }
}
