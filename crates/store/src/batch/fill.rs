//! Writing a batch: made ready on a thread of its own, written by the one that holds the transaction.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rusqlite::params;
use tiexin_domain::record::Fields;
use uuid::Uuid;

use super::{BatchOutcome, BatchSave, Fill, Source};
use crate::audit::Entry;
use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::record::{self, hidden, text};
use crate::save::{By, Making, Save, Saved};

/// Rows that go from thread to thread at once, and how many such pieces wait: memory stays bounded
/// however long the ledger is.
const PIECE: usize = 128;
const WAITING: usize = 2;

/// A row whose records are ready to be made.
struct Ready<'a> {
    group: Uuid,
    records: Vec<(&'a Fill<'a>, Making)>,
}

impl Book {
    /// Writes a whole ledger in one transaction, as one batch that can be taken back. A record that is
    /// there already gets the fields it lacks; what somebody wrote stays.
    /// `progress(rows done, rows in all)` returning false cancels: nothing is written.
    pub fn save_batch(
        &self,
        source: &Source,
        rows: &[BatchSave<'_>],
        author: Uuid,
        now_ms: i64,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<BatchOutcome> {
        let all = rows.len() as u64;
        let (mut outcome, touched) = std::thread::scope(|threads| {
            let (send, receive) = sync_channel(WAITING);
            let other = threads.spawn(move || get_ready(rows, &source.signed, &send));
            let written = self.write(|w| {
                let mut writing = Writing { w, source, author, now_ms, outcome: BatchOutcome::default() };
                let done = writing.take(&receive, &mut |done| progress(done, all))?;
                // Half a ledger is never written, whatever became of the other thread.
                if done < all { Err(StoreError::Unreadable { what: "batch" }) } else { writing.end() }
            });
            // Unblocks the other thread when writing has failed.
            drop(receive);
            let _ = other.join();
            written
        })?;
        progress(all, all);
        outcome.touched = touched;
        Ok(outcome)
    }
}

/// Ends when all is sent, at the first record that cannot be, or when nobody takes it any more.
fn get_ready<'a>(rows: &'a [BatchSave<'a>], signed: &Fields, send: &SyncSender<Result<Vec<Ready<'a>>>>) {
    for piece in rows.chunks(PIECE) {
        let ready = piece.iter().map(|row| ready(row, signed)).collect::<Result<Vec<_>>>();
        let failed = ready.is_err();
        if send.send(ready).is_err() || failed {
            return;
        }
    }
}

fn ready<'a>(row: &'a BatchSave<'a>, signed: &Fields) -> Result<Ready<'a>> {
    let making = |fill: &'a Fill<'a>| Ok((fill, Making::of(fill.id, fill.kind, fill.fields, signed, None)?));
    Ok(Ready { group: row.group, records: row.records.iter().map(making).collect::<Result<_>>()? })
}

/// The fields of a record that the batch makes.
fn made(fill: &Fill<'_>, signed: &Fields) -> Fields {
    let mut fields = fill.fields.clone();
    fields.extend(signed.clone());
    fields
}

/// The batch while it is written.
struct Writing<'w, 'tx, 's> {
    w: &'w mut Write<'tx>,
    source: &'s Source,
    author: Uuid,
    now_ms: i64,
    outcome: BatchOutcome,
}

impl Writing<'_, '_, '_> {
    fn take(
        &mut self,
        pieces: &Receiver<Result<Vec<Ready<'_>>>>,
        progress: &mut dyn FnMut(u64) -> bool,
    ) -> Result<u64> {
        let mut done = 0;
        for piece in pieces {
            if !progress(done) {
                return Err(StoreError::Cancelled);
            }
            for row in piece? {
                let by = By { author: self.author, now_ms: self.now_ms, group: row.group };
                for (fill, making) in &row.records {
                    self.record(fill, making, &by)?;
                }
                done += 1;
            }
        }
        Ok(done)
    }

    fn record(&mut self, fill: &Fill<'_>, making: &Making, by: &By) -> Result<()> {
        match self.w.make(making, by, None)? {
            Some(made) => {
                self.outcome.created += 1;
                self.enter(made.n, made.audit, None)
            }
            None => self.fill(fill, by),
        }
    }

    /// The record is there: made before, or by an earlier row of this batch.
    fn fill(&mut self, fill: &Fill<'_>, by: &By) -> Result<()> {
        let row = record::find(&self.w.tx, fill.id)?.ok_or(StoreError::NoSuchRecord(fill.id))?;
        let fields = if row.hidden == hidden::WITHHELD {
            made(fill, &self.source.signed)
        } else {
            let mut fields = fill.fields.clone();
            fields.extend(row.record.fields.clone());
            fields
        };
        let save = Save { id: fill.id, kind: fill.kind.to_owned(), fields, void: None };
        match self.w.save_as(&save, by, None)? {
            (Saved::Unchanged(_), _) => {
                self.outcome.unchanged += 1;
                Ok(())
            }
            (_, audit) => {
                self.outcome.changed += 1;
                self.enter(row.n, audit, Some(text(&row.record.fields)?))
            }
        }
    }

    /// Keeps what taking back needs. A record written twice goes back to what was there before the batch.
    fn enter(&mut self, n: i64, audit: i64, before: Option<String>) -> Result<()> {
        self.w
            .tx
            .prepare_cached(
                "INSERT INTO import_record (batch, record, audit, before) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (batch, record) DO UPDATE SET audit = excluded.audit",
            )?
            .execute(params![self.source.batch, n, audit, before])?;
        Ok(())
    }

    fn end(self) -> Result<BatchOutcome> {
        let Writing { w, source, author, now_ms, outcome } = self;
        let written = outcome.created + outcome.changed;
        if written > 0 {
            w.tx.execute(
                "INSERT INTO import_batch (id, source, author, made_at, records) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![source.batch, source.label, author, now_ms, written as i64],
            )?;
        }
        w.note(Entry { at: now_ms, actor: author, act: "import", ..Entry::default() })?;
        Ok(outcome)
    }
}
