//! Ledgers as offices keep them: Excel and CSV files read into domain nouns, row by row, with findings.
//!
//! Three steps, each pure: [`read`] turns bytes into a [`Workbook`]; [`plan`] recognises the heads by
//! meaning and decides what every row becomes; the caller writes the [`PlannedGroup`]s. [`marked_copy`]
//! gives the ledger back with every finding beside its row.
//!
//! This crate does no I/O, knows no clock and no randomness, and must never know the store, HTTP or
//! Tauri: what it must look up is handed in as [`Lookup`], ids come from a function of the row's key.

mod finding;
mod heads;
mod kind;
mod lookup;
mod mapping;
mod mark;
mod place;
mod plan;
mod read;
mod refusal;
mod roll;
mod script;
mod template;
mod workbook;

pub use finding::{Finding, FindingCode, Severity};
pub use heads::{FieldInfo, fields_of, is_hidden, is_of_the_child, mask_of};
pub use kind::{LedgerKind, Records, SheetKind};
pub use lookup::{Family, FoundPerson, Known, Lookup, NamedRegion, Staged, Voided};
pub use mapping::{Choice, Mapping};
pub use mark::marked_copy;
pub use plan::{
    ColumnReport, FieldChange, Guess, ImportContext, Intent, LedgerPlan, Notice, NoticeCode, PlannedGroup,
    PlannedRecord, RowCounts, SheetReport, Taken, VOID, plan, stable_id, yes,
};
pub use read::{Limits, read, read_watched};
pub use refusal::{FileRefused, Progress, RefusalCode, Stage, Watch};
pub use template::template;
pub use workbook::{Cell, Format, Marks, Merge, Number, Row, Sheet, Workbook, column_letters};
