//! Records that change and records that are made, as one batch that stands or falls as a whole: an election.

use tiexin_domain::record::Fields;
use tiexin_protocol::PUSH_CHANGES;
use uuid::Uuid;

use super::fill::{enter, open};
use super::many::change;
use super::{BatchOutcome, OfMany, Source};
use crate::audit::Entry;
use crate::book::Book;
use crate::error::{Result, StoreError};
use crate::record;
use crate::saving::save::{By, Save};

impl Book {
    /// Writes an election in one transaction and one group, as one batch of [`super::Nature::Election`]: `changed` gives
    /// what is set in records that stand, as [`tiexin_domain::record::diff`] does. One that somebody has made void since
    /// stays as it is.
    ///
    /// # Errors
    /// `GroupTooLarge`: more than one push holds could never be told as a whole.
    pub fn elect(
        &self,
        source: &Source,
        changed: &[(Uuid, Fields)],
        made: &[Save],
        by: &By,
    ) -> Result<BatchOutcome> {
        if changed.len() + made.len() > PUSH_CHANGES {
            return Err(StoreError::GroupTooLarge { most: PUSH_CHANGES });
        }
        let (mut outcome, touched) = self.write(|w| {
            let mut outcome = BatchOutcome::default();
            for (id, set) in changed {
                let one = OfMany { id: *id, group: by.group, set: set.clone(), void: None };
                change(w, source, &one, (by.author, by.now_ms), &mut outcome)?;
            }
            for save in made {
                let (_, audit) = w.save_as(save, by, None)?;
                let row = record::find(&w.tx, save.id)?.ok_or(StoreError::NoSuchRecord(save.id))?;
                enter(w, source.batch, (row.n, audit), None)?;
                outcome.created += 1;
                outcome.made.insert(by.group);
            }
            open(w, source, by.author, by.now_ms, outcome.created + outcome.changed)?;
            w.note(Entry { at: by.now_ms, actor: by.author, act: "elect", ..Entry::default() })?;
            Ok(outcome)
        })?;
        outcome.touched = touched;
        Ok(outcome)
    }
}
