//! Records that a batch makes one after the other: one audit entry and one row tell of all of them.

use rusqlite::params;
use uuid::Uuid;

use crate::audit::{Entry, MadeTogether};
use crate::book::Write;
use crate::error::{Result, StoreError};
use crate::saving::save::Making;

/// Records from row `lo` to row `hi`, whose entry is the next one of the audit.
pub(super) struct Run {
    lo: i64,
    hi: i64,
    made: Vec<MadeTogether>,
}

impl Run {
    pub(super) fn begin(n: i64, making: &Making) -> Run {
        let mut run = Run { lo: n, hi: n, made: Vec::new() };
        run.name(making);
        run
    }

    /// Nothing else makes rows in this transaction, so they have no gaps.
    pub(super) fn add(&mut self, n: i64, making: &Making) -> Result<()> {
        if n != self.hi + 1 {
            return Err(StoreError::Unreadable { what: "batch" });
        }
        self.hi = n;
        self.name(making);
        Ok(())
    }

    fn name(&mut self, making: &Making) {
        let record = &making.prepared.record;
        match self.made.iter_mut().find(|made| made.kind == record.kind && made.fields == making.names) {
            Some(made) => made.ids.push(record.id),
            None => self.made.push(MadeTogether {
                fields: making.names.clone(),
                ids: vec![record.id],
                kind: record.kind.clone(),
            }),
        }
    }

    pub(super) fn enter(self, w: &mut Write<'_>, batch: Uuid, author: Uuid, now_ms: i64) -> Result<()> {
        let entry = Entry { at: now_ms, actor: author, act: "create", made: &self.made, ..Entry::default() };
        let audit = w.enter(entry)?;
        w.tx.prepare_cached("INSERT INTO import_run (batch, lo, hi, audit) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![batch, self.lo, self.hi, audit])?;
        Ok(())
    }
}
