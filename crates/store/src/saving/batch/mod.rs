//! A ledger, or one change of many records, as one batch: written in one transaction, taken back as one.

mod fill;
mod many;
mod redo;
mod run;
mod undo;
mod whole;

use std::collections::HashSet;

use rusqlite::OptionalExtension;
use tiexin_domain::record::{Fields, Void};
use uuid::Uuid;

use crate::book::Book;
use crate::error::Result;
use crate::saving::save::Changed;

/// Where a batch came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub batch: Uuid,
    /// What the worker reads in the list of imports; no personal data.
    pub label: String,
    /// What every record that the batch makes carries besides its own fields: who recorded it, and when.
    pub signed: Fields,
    /// What the worker may read of the import later, kept beside the batch. [`Book::batch_told`] gives it back.
    pub told: Option<String>,
}

/// What kind of batch it is: how the audit words its undoing, and what goes back besides fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nature {
    Import,
    /// Many records were changed alike; `hidden`: they were made void with this.
    Many {
        hidden: Option<Void>,
    },
    /// Posts end and others begin: taken back and brought back as a whole or not at all, so that no council of two
    /// terms is left.
    Election,
}

/// Codes of the audit (`tiexin_domain::deed`): of each record, and of the batch.
struct Words {
    undo: &'static str,
    undone: &'static str,
    redo: &'static str,
    redone: &'static str,
}

impl Nature {
    fn hidden(&self) -> Option<&Void> {
        match self {
            Nature::Import | Nature::Election => None,
            Nature::Many { hidden } => hidden.as_ref(),
        }
    }

    /// What a record that the batch made is hidden with when it is taken back.
    fn gone(&self) -> Void {
        match self {
            Nature::Import | Nature::Many { .. } => Void::undone_import(),
            Nature::Election => Void::by_person("撤销换届"),
        }
    }

    fn is_whole(&self) -> bool {
        *self == Nature::Election
    }

    fn words(&self) -> Words {
        match self {
            Nature::Import => {
                Words { undo: "undo", undone: "import_undone", redo: "redo", redone: "import_redone" }
            }
            Nature::Many { .. } => {
                Words { undo: "bulk_undo", undone: "bulk_undone", redo: "bulk_redo", redone: "bulk_redone" }
            }
            Nature::Election => Words {
                undo: "elect_undo",
                undone: "elect_undone",
                redo: "elect_redo",
                redone: "elect_redone",
            },
        }
    }
}

/// What one record of many becomes.
#[derive(Debug, Clone, PartialEq)]
pub struct OfMany {
    pub id: Uuid,
    /// Of its own: one that the province refuses does not hold back the others.
    pub group: Uuid,
    /// As [`tiexin_domain::record::diff`] gives it.
    pub set: Fields,
    pub void: Option<Void>,
}

/// Records of one ledger row: they stand or fall together.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchSave<'a> {
    pub group: Uuid,
    pub records: Vec<Fill<'a>>,
}

/// A record to be made; or, where it is there already, the fields to be filled if it lacks them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fill<'a> {
    pub id: Uuid,
    pub kind: &'a str,
    pub fields: &'a Fields,
    pub over: Over,
}

/// What a batch may do to a record that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Over {
    /// Set what it lacks; nothing that stands there is overwritten.
    #[default]
    Lacking,
    /// Set these fields whatever stands there: a person saw both and chose. Nothing is made anew.
    Chosen,
    /// Bring it back, with these fields, if it is void: its import was taken back, and the ledger is read again.
    Restored,
}

/// What a batch did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchOutcome {
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Rows, by their group, of which the batch made a record or brought one back.
    pub made: HashSet<Uuid>,
    /// Rows, by their group, of which the batch wrote into a record that was there.
    pub filled: HashSet<Uuid>,
    pub touched: Changed,
}

/// What taking a batch back did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UndoOutcome {
    pub undone: u64,
    /// Left as they are, and why.
    pub kept: Vec<Kept>,
    pub touched: Changed,
}

/// What bringing a batch back did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RedoOutcome {
    /// Records that are as the import had made them.
    pub redone: u64,
    /// Records that were taken back and that somebody has written since: left as they are. What stayed when the batch
    /// was taken back is none of them.
    pub left: u64,
    pub touched: Changed,
}

/// A record that stays when its batch is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub id: Uuid,
    pub why: Why,
}

/// Why a record stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Somebody edited it since.
    Edited,
    /// This record, which the batch did not make or which stays itself, needs it.
    Needed { by: Uuid },
    /// It is insert-only: a person takes it back, with a reason.
    Fixed,
}

/// What taking a batch back would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UndoPlan {
    /// Records that go.
    pub goes: Vec<Uuid>,
    /// Records that get their former values back.
    pub back: Vec<Uuid>,
    pub stays: Vec<Kept>,
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
    /// What was kept beside a batch ([`Source::told`]); none of one that an older program wrote.
    pub fn batch_told(&self, batch: Uuid) -> Result<Option<String>> {
        self.read(|conn| {
            let mut select = conn.prepare_cached("SELECT body FROM import_told WHERE batch = ?1")?;
            Ok(select.query_row([batch], |row| row.get(0)).optional()?)
        })
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
