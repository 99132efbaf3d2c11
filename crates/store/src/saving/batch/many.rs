//! Many records changed alike, as one batch.

use tiexin_domain::record as shape;
use tiexin_protocol::VoidChange;
use uuid::Uuid;

use super::fill::{enter, open};
use super::{BatchOutcome, OfMany, Source};
use crate::audit::Entry;
use crate::book::{Book, Write};
use crate::error::{Result, StoreError};
use crate::record::{self, hidden};
use crate::saving::save::{By, Save, Saved};

/// Records between two looks at whether to go on.
const PIECE: usize = 64;

impl Book {
    /// Changes many records in one transaction, as one batch that [`Book::undo_batch_of`] takes back. A record that
    /// somebody has made void since, or that is not here any more, stays as it is.
    /// `progress(done, in all)` returning false cancels: nothing is written.
    pub fn change_many(
        &self,
        source: &Source,
        many: &[OfMany],
        author: Uuid,
        now_ms: i64,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<BatchOutcome> {
        let all = many.len() as u64;
        let (mut outcome, touched) = self.write(|w| {
            let mut outcome = BatchOutcome::default();
            for (at, piece) in many.chunks(PIECE).enumerate() {
                if !progress((at * PIECE) as u64, all) {
                    return Err(StoreError::Cancelled);
                }
                for one in piece {
                    change(w, source, one, (author, now_ms), &mut outcome)?;
                }
            }
            if outcome.changed > 0 {
                open(w, source, author, now_ms, outcome.changed)?;
                w.note(Entry { at: now_ms, actor: author, act: "bulk", ..Entry::default() })?;
            }
            Ok(outcome)
        })?;
        progress(all, all);
        outcome.touched = touched;
        Ok(outcome)
    }
}

pub(super) fn change(
    w: &mut Write<'_>,
    source: &Source,
    one: &OfMany,
    (author, now_ms): (Uuid, i64),
    outcome: &mut BatchOutcome,
) -> Result<()> {
    let row = record::find(&w.tx, one.id)?;
    let written_into = |row: &record::Row| {
        let fixed = tiexin_domain::shape::is_fixed(&row.record.kind);
        row.hidden != hidden::WITHHELD && row.record.void.is_none() && !fixed
    };
    let Some(row) = row.filter(written_into) else {
        outcome.unchanged += 1;
        return Ok(());
    };
    let mut fields = row.record.fields.clone();
    shape::apply(&mut fields, &one.set);
    let void = one.void.clone().map(VoidChange::Hide);
    let save = Save { id: one.id, kind: row.record.kind.clone(), fields, void };
    match w.save_as(&save, &By { author, now_ms, group: one.group }, None)? {
        (Saved::Unchanged(_), _) => outcome.unchanged += 1,
        (saved, audit) => {
            outcome.changed += 1;
            outcome.filled.insert(one.group);
            let was = (&row.record.fields, &saved.record().fields);
            enter(w, source.batch, (row.n, audit), Some(was))?;
        }
    }
    Ok(())
}
