//! A batch that was taken back, brought back.

use rusqlite::{Connection, OptionalExtension, params};
use tiexin_domain::record::Fields;
use tiexin_protocol::VoidChange;
use uuid::Uuid;

use super::undo::{fields, group_of, made_by, turned};
use super::{Nature, RedoOutcome};
use crate::audit::{self, Entry};
use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::record::{self, Row};
use crate::saving::save::{By, Save, Saved};

impl Book {
    /// Brings back what [`Book::undo_batch`] took away: what it hid is shown again, what got its former values gets
    /// those of the import. What somebody has written since stays as it is. The batch can be taken back again.
    pub fn redo_batch(&self, batch: Uuid, author: Uuid, now_ms: i64) -> Result<RedoOutcome> {
        self.redo_batch_of(batch, &Nature::Import, author, now_ms)
    }

    /// The same for a batch of any nature.
    pub fn redo_batch_of(
        &self,
        batch: Uuid,
        nature: &Nature,
        author: Uuid,
        now_ms: i64,
    ) -> Result<RedoOutcome> {
        let (mut outcome, touched) = self.write(|w| {
            let undone = w.tx.execute(
                "UPDATE import_batch SET undone_at = NULL WHERE id = ?1 AND undone_at IS NOT NULL",
                [batch],
            )?;
            if undone == 0 {
                return Err(StoreError::NoSuchBatch);
            }
            let mut outcome = RedoOutcome::default();
            // A family before what belongs to it.
            for made in made_by(&w.tx, batch)?.into_iter().rev() {
                let Some(row) = record::at(&w.tx, made.record)? else { continue };
                let save = match again(&w.tx, batch, nature, &row)? {
                    Again::Comes(save) => save,
                    Again::Left => {
                        outcome.left += 1;
                        continue;
                    }
                    Again::Stayed => continue,
                };
                let one = if nature.is_whole() { batch } else { row.record.id };
                let by = By { author, now_ms, group: group_of("redo", batch, one, now_ms) };
                match w.save_as(&save, &by, Some(nature.words().redo))? {
                    // All that was taken back was written over elsewhere.
                    (Saved::Unchanged(_), _) => outcome.left += 1,
                    (_, audit) => {
                        enter(w, batch, &row, audit)?;
                        outcome.redone += 1;
                    }
                }
            }
            if nature.is_whole() && outcome.left > 0 {
                return Err(StoreError::BatchOvertaken);
            }
            let act = nature.words().redone;
            w.note(Entry { at: now_ms, actor: author, act, ..Entry::default() })?;
            Ok(outcome)
        })?;
        outcome.touched = touched;
        Ok(outcome)
    }
}

/// What becomes of a record when its batch is brought back.
enum Again {
    Comes(Save),
    /// It was taken back, and somebody has written it since.
    Left,
    /// Nothing was taken from it.
    Stayed,
}

fn again(conn: &Connection, batch: Uuid, nature: &Nature, row: &Row) -> Result<Again> {
    let mut select = conn
        .prepare_cached("SELECT undone, before, after FROM import_record WHERE batch = ?1 AND record = ?2")?;
    let found: Option<(Option<i64>, Option<String>, Option<String>)> = select
        .query_row(params![batch, row.n], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let (undone, before, after) = found.unwrap_or_default();
    let record = &row.record;
    let hidden = record.void.as_ref() == Some(&nature.gone());
    let untouched = match undone {
        Some(undone) => audit::last_wrote(conn, row.audit_head, undone)?,
        // Taken back by a program that did not write down how: what is hidden still says so.
        None => hidden,
    };
    if !untouched {
        return Ok(if undone.is_some() { Again::Left } else { Again::Stayed });
    }
    let save = |fields: Fields, void| Save { id: record.id, kind: record.kind.clone(), fields, void };
    let again = match (fields(before)?, fields(after)?) {
        (Some(before), Some(after)) => {
            let void = nature.hidden().filter(|_| record.void.is_none());
            let fields = turned(&record.kind, &record.fields, &before, &after);
            Some(save(fields, void.cloned().map(VoidChange::Hide)))
        }
        (None, Some(after)) => Some(save(after, None)),
        (_, None) => hidden.then(|| save(record.fields.clone(), Some(VoidChange::Restore))),
    };
    // Untouched here, and shown again elsewhere.
    Ok(again.map_or(Again::Left, Again::Comes))
}

/// From now on this is the entry by which the batch knows the record.
fn enter(w: &mut Write<'_>, batch: Uuid, row: &Row, audit: i64) -> Result<()> {
    w.tx.prepare_cached(
        "INSERT INTO import_record (batch, record, audit) VALUES (?1, ?2, ?3)
         ON CONFLICT (batch, record) DO UPDATE SET audit = excluded.audit, undone = NULL",
    )?
    .execute(params![batch, row.n, audit])?;
    Ok(())
}
