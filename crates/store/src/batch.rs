//! A ledger as one batch: written in one transaction, taken back as one.

use rusqlite::{OptionalExtension, params};
use tiexin_domain::record::{Fields, Void};
use tiexin_protocol::VoidChange;
use uuid::Uuid;

use crate::audit::Entry;
use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::record::{self, text};
use crate::save::{By, Changed, Save, Saved};

/// Where a batch came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub batch: Uuid,
    /// What the worker reads in the list of imports; no personal data.
    pub label: String,
}

/// Records of one ledger row: they stand or fall together.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchSave {
    pub group: Uuid,
    pub saves: Vec<Save>,
}

/// What a batch did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchOutcome {
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub touched: Changed,
}

/// What taking a batch back did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UndoOutcome {
    pub undone: u64,
    /// Edited since: left as they are.
    pub kept: Vec<Uuid>,
    pub touched: Changed,
}

/// A batch in the list of imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub id: Uuid,
    pub label: String,
    pub author: Uuid,
    pub made_at: i64,
    pub records: u64,
    pub undone_at: Option<i64>,
}

impl Book {
    /// Saves a whole ledger in one transaction, as one batch that can be taken back.
    /// `progress(rows done, rows in all)` returning false cancels: nothing is written.
    pub fn save_batch(
        &self,
        source: &Source,
        rows: &[BatchSave],
        author: Uuid,
        now_ms: i64,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<BatchOutcome> {
        let (mut outcome, touched) = self.write(|w| {
            let mut outcome = BatchOutcome::default();
            for (i, row) in rows.iter().enumerate() {
                if i % 64 == 0 && !progress(i as u64, rows.len() as u64) {
                    return Err(StoreError::Cancelled);
                }
                let by = By { author, now_ms, group: row.group };
                for save in &row.saves {
                    save_one(w, source, save, &by, &mut outcome)?;
                }
            }
            let written = outcome.created + outcome.changed;
            if written > 0 {
                w.tx.execute(
                    "INSERT INTO import_batch (id, source, author, made_at, records) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![source.batch, source.label, author, now_ms, written as i64],
                )?;
            }
            w.note(Entry { at: now_ms, actor: author, act: "import", ..Entry::default() })?;
            Ok(outcome)
        })?;
        progress(rows.len() as u64, rows.len() as u64);
        outcome.touched = touched;
        Ok(outcome)
    }

    /// Takes a batch back: what it made is voided with `reason`, what it changed gets its former
    /// values. What was edited since stays. Numbers in the outbox stay gapless: undoing is a change
    /// like any other.
    pub fn undo_batch(&self, batch: Uuid, reason: &str, author: Uuid, now_ms: i64) -> Result<UndoOutcome> {
        let (mut outcome, touched) = self.write(|w| {
            let open = w.tx.execute(
                "UPDATE import_batch SET undone_at = ?2 WHERE id = ?1 AND undone_at IS NULL",
                params![batch, now_ms],
            )?;
            if open == 0 {
                return Err(StoreError::NoSuchBatch);
            }
            let mut outcome = UndoOutcome::default();
            for made in made_by(w, batch)? {
                undo_one(w, &made, batch, reason, (author, now_ms), &mut outcome)?;
            }
            w.note(Entry { at: now_ms, actor: author, act: "import_undone", ..Entry::default() })?;
            Ok(outcome)
        })?;
        outcome.touched = touched;
        Ok(outcome)
    }

    /// Batches, newest first.
    pub fn batches(&self) -> Result<Vec<Batch>> {
        self.read(|conn| {
            let batches = conn
                .prepare_cached(
                    "SELECT id, source, author, made_at, records, undone_at FROM import_batch ORDER BY made_at DESC",
                )?
                .query_map([], |row| {
                    Ok(Batch {
                        id: row.get(0)?,
                        label: row.get(1)?,
                        author: row.get(2)?,
                        made_at: row.get(3)?,
                        records: row.get::<_, i64>(4)? as u64,
                        undone_at: row.get(5)?,
                    })
                })?
                .collect::<Result<_, _>>()?;
            Ok(batches)
        })
    }
}

fn save_one(
    w: &mut Write<'_>,
    source: &Source,
    save: &Save,
    by: &By,
    outcome: &mut BatchOutcome,
) -> Result<()> {
    let before = record::find(&w.tx, save.id)?.map(|row| row.record.fields);
    let (saved, audit) = w.save_as(save, by, None)?;
    match saved {
        Saved::Created(_) => outcome.created += 1,
        Saved::Changed(_) => outcome.changed += 1,
        Saved::Unchanged(_) => {
            outcome.unchanged += 1;
            return Ok(());
        }
    }
    let n: Option<i64> =
        w.tx.prepare_cached("SELECT n FROM record WHERE id = ?1")?
            .query_row([save.id], |row| row.get(0))
            .optional()?;
    // A record saved twice in one batch goes back to what was there before the batch.
    w.tx.prepare_cached(
        "INSERT INTO import_record (batch, record, audit, before) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (batch, record) DO UPDATE SET audit = excluded.audit",
    )?
    .execute(params![source.batch, n, audit, before.as_ref().map(text).transpose()?])?;
    Ok(())
}

struct Made {
    record: i64,
    audit: i64,
    before: Option<Fields>,
}

fn made_by(w: &Write<'_>, batch: Uuid) -> Result<Vec<Made>> {
    let mut select = w
        .tx
        .prepare("SELECT record, audit, before FROM import_record WHERE batch = ?1 ORDER BY record DESC")?;
    let mut rows = select.query([batch])?;
    let mut made = Vec::new();
    while let Some(row) = rows.next()? {
        let before: Option<String> = row.get(2)?;
        made.push(Made {
            record: row.get(0)?,
            audit: row.get(1)?,
            before: before
                .as_deref()
                .map(serde_json::from_str)
                .transpose()
                .map_err(|_| StoreError::Unreadable { what: "import_record" })?,
        });
    }
    Ok(made)
}

fn undo_one(
    w: &mut Write<'_>,
    made: &Made,
    batch: Uuid,
    reason: &str,
    (author, now_ms): (Uuid, i64),
    outcome: &mut UndoOutcome,
) -> Result<()> {
    let Some(row) = record::at(&w.tx, made.record)? else { return Ok(()) };
    if row.audit_head != Some(made.audit) {
        outcome.kept.push(row.record.id);
        return Ok(());
    }
    let (fields, void) = match &made.before {
        Some(before) => (before.clone(), None),
        None => (row.record.fields.clone(), Some(VoidChange::Hide(Void { reason: reason.to_owned() }))),
    };
    let save = Save { id: row.record.id, kind: row.record.kind.clone(), fields, void };
    let by = By { author, now_ms, group: undo_group(batch, row.record.id) };
    w.save_as(&save, &by, Some("undo"))?;
    outcome.undone += 1;
    Ok(())
}

/// Each record by itself: one that the province refuses must not hold back the others.
fn undo_group(batch: Uuid, record: Uuid) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"undo");
    hasher.update(batch.as_bytes());
    hasher.update(record.as_bytes());
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
