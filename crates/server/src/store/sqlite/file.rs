//! The file: its schema, its one writer and its readers, and a copy of it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};
use uuid::Uuid;

use super::{Room, near};
use crate::error::{Error, Result};

/// Reader connections that are kept open.
const KEPT_READERS: usize = 8;

/// See [`super`].
pub(in crate::store) struct SqliteBook {
    pub(super) path: PathBuf,
    writer: Arc<Mutex<Connection>>,
    readers: Arc<Mutex<Vec<Connection>>>,
    pub(super) room: Room,
}

pub(super) fn migrations() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("../../../migrations/sqlite/001_book.sql")),
        M::up(include_str!("../../../migrations/sqlite/002_restore.sql")),
        M::up(include_str!("../../../migrations/sqlite/003_package.sql")),
        M::up(include_str!("../../../migrations/sqlite/004_device.sql")),
        M::up(include_str!("../../../migrations/sqlite/005_blob.sql")),
        M::up(include_str!("../../../migrations/sqlite/006_quarantine.sql")),
        M::up(include_str!("../../../migrations/sqlite/007_waiting.sql")),
        M::up(include_str!("../../../migrations/sqlite/008_desk_audit.sql")),
        M::up(include_str!("../../../migrations/sqlite/009_testimony.sql")),
        M::up(include_str!("../../../migrations/sqlite/010_given.sql")),
        M::up(include_str!("../../../migrations/sqlite/011_release.sql")),
        M::up(include_str!("../../../migrations/sqlite/012_near.sql")),
        M::up(include_str!("../../../migrations/sqlite/013_claim.sql")),
    ])
}

/// SQLite's usual file layer of Windows takes names of 1040 bytes, of which a Chinese character takes three.
const LONG_PATHS: &str = "win32-longpath";

fn open(path: &Path) -> rusqlite::Result<Connection> {
    match tiexin_files::long_path(path) {
        Some(long) => Connection::open_with_flags_and_vfs(long, OpenFlags::default(), LONG_PATHS),
        None => Connection::open(path),
    }
}

fn connect(path: &Path) -> Result<Connection> {
    prepared(open(path)?)
}

/// A connection from which the book can be copied to `target`, and how SQL is to name the target: SQLite opens it as
/// it opened the book.
fn connect_to_copy(path: &Path, target: &Path) -> Result<(Connection, PathBuf)> {
    let Some(target) = tiexin_files::long_path(target) else {
        return Ok((connect(path)?, target.to_owned()));
    };
    let path = tiexin_files::long_path(path).unwrap_or_else(|| path.to_owned());
    let connection = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), LONG_PATHS)?;
    Ok((prepared(connection)?, target))
}

fn prepared(connection: Connection) -> Result<Connection> {
    connection.busy_timeout(Duration::from_secs(20))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// See [`crate::store::version`]. Makes no file where there is none.
pub(in crate::store) async fn version(path: PathBuf) -> Result<Option<u32>> {
    tokio::task::spawn_blocking(move || {
        if !path.is_file() {
            return Ok(None);
        }
        let connection = open(&path)?;
        let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        Ok((version > 0).then_some(version))
    })
    .await?
}

/// A whole copy in a new file, which has its name only when all of it is safely there.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(Error::Config(format!("{} 已经存在，备份请写到新文件", to.display())));
    }
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    // What a backup left that broke off.
    tiexin_files::gone(tiexin_files::remove(&part))?;
    let made = copy_to(from, &part).and_then(|()| Ok(tiexin_files::rename(&part, to)?));
    if let Err(error) = made {
        // The first failure is what is told; the disk may be gone.
        let _ = tiexin_files::remove(&part);
        return Err(error);
    }
    Ok(tiexin_files::sync_folder(to)?)
}

fn copy_to(from: &Path, part: &Path) -> Result<()> {
    let (book, named) = connect_to_copy(from, part)?;
    let target = named.to_str().ok_or_else(|| Error::Config("备份路径含有不能识别的字符".into()))?;
    book.execute("VACUUM INTO ?1", [target])?;
    drop(book);
    // It knows that it is one: whoever serves from it goes on from here and not from where the original is.
    let copy = open(part)?;
    copy.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('copy', '1')", [])?;
    copy.close().map_err(|(_, error)| error)?;
    Ok(tiexin_files::settle(part)?)
}

impl SqliteBook {
    /// Opens the file, or begins it. A book newer than the program is refused.
    pub(in crate::store) async fn open(path: PathBuf) -> Result<Self> {
        let at = path.clone();
        let connection = tokio::task::spawn_blocking(move || {
            if let Some(folder) = at.parent().filter(|f| !f.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder)?;
            }
            let mut connection = connect(&at)?;
            migrations().to_latest(&mut connection)?;
            near::settle(&mut connection)?;
            connection.execute(
                "INSERT OR IGNORE INTO meta (name, value) VALUES ('secret', ?1), ('server', ?2)",
                (hex::encode(crate::random::bytes::<32>()), Uuid::now_v7().to_string()),
            )?;
            Ok::<_, Error>(connection)
        })
        .await??;
        Ok(Self {
            path,
            writer: Arc::new(Mutex::new(connection)),
            readers: Arc::default(),
            room: Room::default(),
        })
    }

    /// One durable transaction.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        body: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let writer = self.writer.clone();
        let done = tokio::task::spawn_blocking(move || {
            // A panic in a body rolled its transaction back: the connection is sound.
            let mut connection = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = body(&tx)?;
            tx.commit()?;
            Ok(done)
        });
        self.room.learn(done.await?)
    }

    /// One read transaction: everything in it is of one moment.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        body: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (readers, path) = (self.readers.clone(), self.path.clone());
        tokio::task::spawn_blocking(move || {
            let kept = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = match kept {
                Some(connection) => connection,
                None => connect(&path)?,
            };
            let tx = connection.transaction()?;
            let done = body(&tx);
            drop(tx);
            let mut readers = readers.lock().unwrap_or_else(PoisonError::into_inner);
            if readers.len() < KEPT_READERS {
                readers.push(connection);
            }
            done
        })
        .await?
    }
}
