//! An open book: one writer, a pool of readers, one thread that keeps the WAL short.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use scheduled_thread_pool::ScheduledThreadPool;

use crate::error::{Result, UnlockError};
use crate::on_disk::checkpoint::Checkpointer;
use crate::on_disk::connection::{self, Purpose};
use crate::on_disk::hold::Hold;
use crate::on_disk::suite::DataKey;
use crate::saving::save::Changed;

/// Readers at once. A desk has one person; charts and lists load side by side. The simulator opens books all
/// the time.
const READERS: u32 = if tiexin_protocol::SMALL { 2 } else { 4 };

/// An open book. Cheap to clone; the database closes when the last clone goes.
#[derive(Clone)]
pub struct Book {
    inner: Arc<Inner>,
}

struct Inner {
    dir: PathBuf,
    key: DataKey,
    readers: r2d2::Pool<SqliteConnectionManager>,
    writer: Mutex<Connection>,
    checkpointer: Checkpointer,
    /// The last to go: until then nobody else may take the book away.
    _hold: Hold,
}

/// The one open writing transaction. Everything done with it commits together or not at all.
pub struct Write<'a> {
    pub(crate) tx: Transaction<'a>,
    pub(crate) changed: Changed,
    pub(crate) head: crate::audit::Head,
}

/// All readers, opened here and kept. A pool that grows or renews itself opens connections on its own threads, and one
/// that does so while the process ends crashes in SQLCipher's clean-up (measured: 1 process of 100).
fn all_at_once(source: SqliteConnectionManager) -> Result<r2d2::Pool<SqliteConnectionManager>, UnlockError> {
    let opener = Arc::new(ScheduledThreadPool::builder().num_threads(1).build());
    let pool = r2d2::Pool::builder().max_size(READERS).idle_timeout(None).max_lifetime(None);
    let readers = pool.thread_pool(opener.clone()).build(source)?;
    // Whoever opened the last one holds the pool for a moment longer. Were the book let go in that moment, its readers
    // would be closed there and later, and SQLite would take away, by its name, the log of whatever lies in the book's
    // place by then.
    let (done, finished) = std::sync::mpsc::channel();
    opener.execute(move || done.send(()).unwrap_or_default());
    // Without an answer there is no such thread any more.
    finished.recv().unwrap_or_default();
    Ok(readers)
}

impl Book {
    pub(crate) fn open(
        dir: &Path,
        key: DataKey,
        writer: Connection,
        hold: Hold,
    ) -> Result<Book, UnlockError> {
        let path = connection::database(dir);
        let reader_key = key.clone();
        let source = SqliteConnectionManager::file(connection::name_for_pool(&path))
            .with_init(move |conn| connection::prepare(conn, &reader_key, Purpose::Read));
        let readers = all_at_once(source)?;
        let checkpointer = Checkpointer::start(&path, key.clone())?;
        let writer = Mutex::new(writer);
        let inner = Inner { dir: dir.to_owned(), key, readers, writer, checkpointer, _hold: hold };
        let book = Book { inner: Arc::new(inner) };
        book.derive_at_opening().map_err(crate::on_disk::unlock::unlock_error)?;
        if let Err(error) = book.sweep_strays() {
            tracing::warn!(%error, "files of attachments that nobody needs stay");
        }
        Ok(book)
    }

    /// The folder the book lies in.
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    pub(crate) fn key(&self) -> &DataKey {
        &self.inner.key
    }

    /// The one door for writing: `work` commits whole, or leaves no trace when it fails.
    pub fn write<T>(&self, work: impl FnOnce(&mut Write<'_>) -> Result<T>) -> Result<(T, Changed)> {
        let done = {
            let mut conn = self.writer();
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let head = crate::audit::Head::read(&tx)?;
            let before = head.clone();
            let mut write = Write { tx, changed: Changed::default(), head };
            let value = work(&mut write)?;
            let Write { tx, changed, head } = write;
            if head != before {
                head.store(&tx)?;
            }
            tx.commit()?;
            (value, changed)
        };
        self.inner.checkpointer.committed();
        Ok(done)
    }

    /// Runs `look` on a reading connection, in one consistent state of the book.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let mut conn = self.inner.readers.get()?;
        let tx = conn.transaction()?;
        look(&tx)
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolled it back when it was dropped: the connection is sound.
        self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As if the disk were full: a write that needs more pages fails. For tests.
    #[doc(hidden)]
    pub fn pretend_full(&self, full: bool) -> Result<()> {
        // SQLite never goes below the pages that are in use.
        let most = if full { 1 } else { i64::from(u32::MAX) - 1 };
        self.writer().query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(()))?;
        Ok(())
    }

    /// Moves what the write-ahead log holds up to the oldest reader, who waits for nothing.
    pub(crate) fn move_pages(&self) -> Result<()> {
        let conn = self.writer();
        conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Moves everything from the write-ahead log into the database file. For tests and before a backup.
    pub fn checkpoint(&self) -> Result<()> {
        let conn = self.writer();
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Book").field("dir", &self.inner.dir).finish_non_exhaustive()
    }
}
