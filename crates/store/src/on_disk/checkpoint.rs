//! Keeps the write-ahead log short without ever falling on the worker's save.
//!
//! SQLite's own automatic checkpoint runs inside the commit that crosses a threshold (measured:
//! p99 of a save 36 ms). Here it is off, and one thread moves pages when nobody has written for a
//! moment, or when the log has grown past a bound.

use std::cell::Cell;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use crate::error::UnlockError;
use crate::on_disk::connection::{self, Purpose};
use crate::on_disk::suite::DataKey;

/// Quiet time after the last commit before pages are moved.
const QUIET: Duration = Duration::from_millis(400);
/// A log of more pages than this (128 MiB) is moved even while commits go on.
const LONGEST_WAL: i32 = 32 * 1024;
/// A log of fewer pages may stay.
const SHORT_WAL: i32 = 64;

thread_local! {
    /// Pages in the log after this thread's newest commit.
    static LOG_PAGES: Cell<i32> = const { Cell::new(0) };
}

/// Learns from every commit how long the log is. Also turns SQLite's own checkpoints off.
pub(crate) fn watch(conn: &Connection) {
    conn.wal_hook(Some(|_, pages| {
        LOG_PAGES.set(pages);
        Ok(())
    }));
}

pub(crate) struct Checkpointer {
    commits: Option<Sender<i32>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(crate) fn start(path: &Path, key: DataKey) -> Result<Checkpointer, UnlockError> {
        let (commits, told) = mpsc::channel::<i32>();
        let conn = connection::open(path, &key, Purpose::Checkpoint)?;
        let thread = std::thread::Builder::new().name("checkpoint".into()).spawn(move || {
            while let Ok(mut pages) = told.recv() {
                // Wait until it is quiet; every further commit starts the wait anew.
                while pages < LONGEST_WAL {
                    match told.recv_timeout(QUIET) {
                        Ok(now) => pages = now,
                        Err(RecvTimeoutError::Timeout) => break,
                        Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
                if pages > SHORT_WAL {
                    move_pages(&conn);
                }
            }
        })?;
        Ok(Checkpointer { commits: Some(commits), thread: Some(thread) })
    }

    /// A commit was made on this thread.
    pub(crate) fn committed(&self) {
        if let Some(commits) = &self.commits {
            // The thread is gone only while the book closes.
            let _ = commits.send(LOG_PAGES.get());
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.commits = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// PASSIVE waits for nobody and blocks nobody: neither readers nor the writer.
fn move_pages(conn: &Connection) {
    if let Err(error) = conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
        tracing::warn!(%error, "checkpoint put off");
    }
}
