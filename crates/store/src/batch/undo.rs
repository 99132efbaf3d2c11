//! A batch taken back.

use rusqlite::params;
use tiexin_domain::record::{Fields, Void};
use tiexin_protocol::VoidChange;
use uuid::Uuid;

use super::UndoOutcome;
use crate::audit::Entry;
use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::record;
use crate::save::{By, Save};

impl Book {
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
