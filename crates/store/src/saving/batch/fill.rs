//! Writing a batch: made ready on a thread of its own, written by the one that holds the transaction.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use rusqlite::params;
use tiexin_domain::record::Fields;
use tiexin_domain::shape;
use tiexin_protocol::VoidChange;
use uuid::Uuid;

use super::run::Run;
use super::{BatchOutcome, BatchSave, Fill, Over, Source};
use crate::audit::Entry;
use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::record::{self, hidden, text};
use crate::saving::save::{By, Maker, Making, Save, Saved};

/// Rows that go from thread to thread at once, and how many such pieces wait: memory stays bounded
/// however long the ledger is.
const PIECE: usize = 128;
const WAITING: usize = 2;

/// Rows whose records are ready to be made.
struct Piece<'a> {
    rows: u64,
    records: Vec<Ready<'a>>,
}

struct Ready<'a> {
    group: Uuid,
    fill: &'a Fill<'a>,
    making: Making,
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
            let (back, spent) = channel();
            let other = threads.spawn(move || get_ready(rows, &source.signed, send, &spent));
            let written = self.write(|w| {
                let outcome = BatchOutcome::default();
                let mut writing = Writing { w, source, author, now_ms, run: None, first: None, outcome };
                let done = writing.take(&receive, &back, &mut |done| progress(done, all))?;
                // Half a ledger is never written, whatever became of the other thread.
                if done < all { Err(StoreError::Unreadable { what: "batch" }) } else { writing.end() }
            });
            // Unblocks the other thread.
            drop((receive, back));
            let _ = other.join();
            written
        })?;
        progress(all, all);
        outcome.touched = touched;
        Ok(outcome)
    }
}

/// Ends when all is sent, at the first record that cannot be, or when nobody takes it any more. What comes back
/// is dropped here: the writer has better things to do (a profile found it in the allocator for a fifth of its time).
fn get_ready<'a>(
    rows: &'a [BatchSave<'a>],
    signed: &Fields,
    send: SyncSender<Result<Piece<'a>>>,
    spent: &Receiver<Piece<'a>>,
) {
    for some in rows.chunks(PIECE) {
        let records =
            some.iter().flat_map(|row| row.records.iter().map(|fill| ready(row.group, fill, signed)));
        let piece = records.collect::<Result<_>>().map(|records| Piece { rows: some.len() as u64, records });
        let failed = piece.is_err();
        if send.send(piece).is_err() || failed {
            break;
        }
        spent.try_iter().for_each(drop);
    }
    drop(send);
    spent.iter().for_each(drop);
}

fn ready<'a>(group: Uuid, fill: &'a Fill<'a>, signed: &Fields) -> Result<Ready<'a>> {
    Ok(Ready { group, fill, making: Making::of(fill.id, fill.kind, fill.fields, signed, None)? })
}

/// The fields of a record that the batch makes.
fn made(fill: &Fill<'_>, signed: &Fields) -> Fields {
    let mut fields = fill.fields.clone();
    fields.extend(signed.clone());
    fields
}

/// The fields of `below` with those of `above` laid over them.
fn over(below: &Fields, above: &Fields) -> Fields {
    laid(below.clone(), above)
}

/// The same of a row and a record that is there, whichever is above: no reference of one beside a name of the other.
fn brought_together(kind: &str, below: &Fields, above: &Fields) -> Fields {
    let mut below = below.clone();
    if let Some(shape) = shape::of(kind) {
        shape.drop_halves(&mut below, above);
    }
    laid(below, above)
}

fn laid(mut below: Fields, above: &Fields) -> Fields {
    below.extend(above.clone());
    below.retain(|_, value| !value.is_null());
    below
}

/// The batch while it is written.
struct Writing<'w, 'tx, 's> {
    w: &'w mut Write<'tx>,
    source: &'s Source,
    author: Uuid,
    now_ms: i64,
    /// What was made and not told in the audit yet.
    run: Option<Run>,
    /// The first row that the batch made.
    first: Option<i64>,
    outcome: BatchOutcome,
}

impl Writing<'_, '_, '_> {
    fn take<'a>(
        &mut self,
        pieces: &Receiver<Result<Piece<'a>>>,
        back: &Sender<Piece<'a>>,
        progress: &mut dyn FnMut(u64) -> bool,
    ) -> Result<u64> {
        let mut done = 0;
        for piece in pieces {
            if !progress(done) {
                return Err(StoreError::Cancelled);
            }
            let piece = piece?;
            self.records(&piece.records)?;
            self.tell()?;
            done += piece.rows;
            // The other thread waits for it to the end.
            let _ = back.send(piece);
        }
        Ok(done)
    }

    fn records(&mut self, mut records: &[Ready<'_>]) -> Result<()> {
        while !records.is_empty() {
            let new = records.iter().take_while(|ready| ready.fill.over != Over::Chosen).count();
            let made = self.make(&records[..new])?;
            records = &records[made..];
            if let Some((there, rest)) = records.split_first() {
                // What this changes may have been made a moment ago: its entry comes first.
                self.tell()?;
                let by = By { author: self.author, now_ms: self.now_ms, group: there.group };
                self.fill(there, &by)?;
                records = rest;
            }
        }
        Ok(())
    }

    /// Makes records up to the first that is there already; gives how many.
    fn make(&mut self, records: &[Ready<'_>]) -> Result<usize> {
        let Write { tx, head, changed } = &mut *self.w;
        let mut maker = Maker::new(tx)?;
        let audit = head.audit_seq + 1;
        for (made, Ready { group, making, .. }) in records.iter().enumerate() {
            let by = By { author: self.author, now_ms: self.now_ms, group: *group };
            let Some(n) = maker.put(head, changed, making, &by, audit)? else { return Ok(made) };
            self.outcome.created += 1;
            self.outcome.made.insert(*group);
            self.first.get_or_insert(n);
            match &mut self.run {
                Some(run) => run.add(n, making)?,
                None => self.run = Some(Run::begin(n, making)),
            }
        }
        Ok(records.len())
    }

    /// Enters what was made since the last entry: one for all of it.
    fn tell(&mut self) -> Result<()> {
        match self.run.take() {
            Some(run) => run.enter(self.w, self.source.batch, self.author, self.now_ms),
            None => Ok(()),
        }
    }

    /// The record is there: made before, or by an earlier row of this batch.
    fn fill(&mut self, Ready { group, fill, .. }: &Ready<'_>, by: &By) -> Result<()> {
        let Some(row) = record::find(&self.w.tx, fill.id)? else {
            // Chosen for a record that went away since the preview.
            self.outcome.unchanged += 1;
            return Ok(());
        };
        let void = row.record.void.is_some();
        let (fields, restore) = match fill.over {
            Over::Lacking | Over::Restored if row.hidden == hidden::WITHHELD => {
                (made(fill, &self.source.signed), false)
            }
            Over::Restored if void => (brought_together(fill.kind, &row.record.fields, fill.fields), true),
            Over::Lacking | Over::Restored => {
                (brought_together(fill.kind, fill.fields, &row.record.fields), false)
            }
            Over::Chosen => (over(&row.record.fields, fill.fields), false),
        };
        // Hidden by a person since the preview: nothing is written into it. Nor is anything into what is insert-only.
        let fixed = row.hidden != hidden::WITHHELD && tiexin_domain::shape::is_fixed(fill.kind);
        if (void && !restore) || fixed {
            self.outcome.unchanged += 1;
            return Ok(());
        }
        let void = restore.then_some(VoidChange::Restore);
        let save = Save { id: fill.id, kind: fill.kind.to_owned(), fields, void };
        match self.w.save_as(&save, by, None)? {
            (Saved::Unchanged(_), _) => {
                self.outcome.unchanged += 1;
                Ok(())
            }
            (saved, audit) => {
                self.outcome.changed += 1;
                if restore { &mut self.outcome.made } else { &mut self.outcome.filled }.insert(*group);
                let own = self.first.is_some_and(|first| row.n >= first);
                // What was brought back goes again when this batch is taken back.
                let before = if own || restore { None } else { Some(&row.record.fields) };
                enter(self.w, self.source.batch, (row.n, audit), before.map(|b| (b, &saved.record().fields)))
            }
        }
    }

    fn end(self) -> Result<BatchOutcome> {
        let Writing { w, source, author, now_ms, outcome, .. } = self;
        let written = outcome.created + outcome.changed;
        if written > 0 {
            open(w, source, author, now_ms, written)?;
        }
        w.note(Entry { at: now_ms, actor: author, act: "import", ..Entry::default() })?;
        Ok(outcome)
    }
}

/// Enters the batch itself, and what is told of it.
pub(super) fn open(
    w: &mut Write<'_>,
    source: &Source,
    author: Uuid,
    now_ms: i64,
    records: u64,
) -> Result<()> {
    w.tx.execute(
        "INSERT INTO import_batch (id, source, author, made_at, records) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![source.batch, source.label, author, now_ms, records as i64],
    )?;
    if let Some(told) = &source.told {
        w.tx.execute("INSERT INTO import_told (batch, body) VALUES (?1, ?2)", params![source.batch, told])?;
    }
    Ok(())
}

/// Keeps what taking back needs of a record: the row, the entry of the audit, and what stood there before and after. A
/// record written twice goes back to what was there before the batch; one that the batch made or brought back goes.
pub(super) fn enter(
    w: &mut Write<'_>,
    batch: Uuid,
    (n, audit): (i64, i64),
    was: Option<(&Fields, &Fields)>,
) -> Result<()> {
    let before = was.map(|(before, _)| text(before)).transpose()?;
    let after = was.map(|(_, after)| text(after)).transpose()?;
    w.tx.prepare_cached(
        "INSERT INTO import_record (batch, record, audit, before, after) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (batch, record) DO UPDATE SET audit = excluded.audit,
           after = iif(before IS NULL, NULL, excluded.after)",
    )?
    .execute(params![batch, n, audit, before, after])?;
    Ok(())
}
