//! A batch taken back.

use std::collections::BTreeMap;

use rusqlite::params;
use tiexin_domain::record::{Fields, Void};
use tiexin_protocol::VoidChange;
use uuid::Uuid;

use super::UndoOutcome;
use crate::audit::{self, Entry};
use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::record::{self, hidden};
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

/// The newest first: what hangs on another record goes before it.
fn made_by(w: &Write<'_>, batch: Uuid) -> Result<Vec<Made>> {
    let mut made = BTreeMap::new();
    let mut select = w.tx.prepare("SELECT lo, hi, audit FROM import_run WHERE batch = ?1")?;
    let mut rows = select.query([batch])?;
    while let Some(row) = rows.next()? {
        let (lo, hi): (i64, i64) = (row.get(0)?, row.get(1)?);
        let audit = row.get(2)?;
        made.extend((lo..=hi).map(|record| (record, Made { record, audit, before: None })));
    }
    // What a later row of the same ledger changed of them.
    let mut select = w.tx.prepare("SELECT record, audit, before FROM import_record WHERE batch = ?1")?;
    let mut rows = select.query([batch])?;
    while let Some(row) = rows.next()? {
        let before: Option<String> = row.get(2)?;
        let before = before.as_deref().map(serde_json::from_str).transpose();
        let before = before.map_err(|_| StoreError::Unreadable { what: "import_record" })?;
        let record = row.get(0)?;
        made.insert(record, Made { record, audit: row.get(1)?, before });
    }
    Ok(made.into_values().rev().collect())
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
    // Given up with its township: nothing of it is here any more.
    if row.hidden == hidden::WITHHELD && row.record.fields.is_empty() {
        return Ok(());
    }
    if row.audit_head != Some(made.audit) {
        // A row that went left its number to another record.
        if !audit::at(&w.tx, made.audit)?.is_some_and(|entry| entry.tells_of(row.record.id)) {
            return Ok(());
        }
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
