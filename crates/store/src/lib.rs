//! The desk's encrypted book: one SQLCipher database, and all the SQL of the desk.
//!
//! Knows nouns ([`tiexin_domain`]) and changes ([`tiexin_protocol`]). Must never know HTTP, the
//! contract with the screens, Tauri or tokio: everything here is synchronous, callers put it on a
//! blocking thread. Clock and ids come in as arguments.
//!
//! - One door for writing: [`Book::write`] and what is built on it. A row, its change in the outbox
//!   and its audit entry are one transaction (I1).
//! - Readers come from a pool and never wait for the writer (WAL).
//! - What is listed or counted stands in columns of `record`, kept by `derive.rs`; see there
//!   for what `day`, `category`, `number` and `flags` mean for each kind.
//! - Nothing personal enters an error message, a log line or the audit: only field names do.

pub mod adopting;
mod anew;
mod around;
mod aside;
mod audit;
mod backup;
mod base;
mod batch;
mod before;
mod blob;
mod book;
mod checkpoint;
mod column_mapping;
mod connection;
mod cursor;
pub mod derive;
mod device;
mod draft;
mod echo;
mod elsewhere;
mod error;
mod family;
pub mod figures;
mod file_care;
mod follow_up;
mod former;
mod given_up;
mod held_back;
mod history;
mod hold;
mod incarnation;
mod keyring;
mod lease;
mod link;
mod list;
mod lost;
mod machine;
mod merged;
pub mod merging;
mod meta;
mod migrate;
pub mod moving;
mod outbox;
mod overwritten;
mod page;
mod preference;
mod quarantine;
mod record;
mod refused;
mod regions;
mod rescue;
mod save;
mod search;
mod seen;
mod sent;
mod snapshot;
mod spelling;
mod state;
mod suite;
mod telling;
#[cfg(test)]
mod tests;
mod today;
mod unlock;
mod user;
mod verdicts;
mod verify;
mod voided;
mod was;
mod wipe;

pub use aside::last_aside;
pub use audit::{AuditEntry, MadeTogether};
pub use backup::{BackupLook, Copied, Restored, look as look_at_backup, opens as opens_backup, restore};
pub use batch::{
    Batch, BatchOutcome, BatchSave, Fill, Kept, Nature, OfMany, Over, RedoOutcome, Source, UndoOutcome,
    UndoPlan, Why,
};
pub use before::{book_version, finish_going_back, go_back, stay};
pub use blob::{BlobCounts, BlobState, Came};
pub use book::{Book, Write};
pub use cursor::ScopeCursor;
pub use device::Device;
pub use error::{StoreError, UnlockError};
pub use family::{Keys, Look};
pub use follow_up::FollowUp;
pub use history::{Event, EventOrigin};
pub use keyring::{LocalUser, NewUser};
pub use lease::LeaseState;
pub use list::{Key, KeyValue, ListQuery, Op, Page};
pub use machine::{Bound, MachineSecret};
pub use merged::{Alike, Likeness};
pub use overwritten::{GaveWay, OverwrittenValue};
pub use page::PageOutcome;
pub use quarantine::Unsettled;
pub use refused::Refused;
pub use regions::{Region, Regions};
pub use save::{By, Changed, Save, Saved};
pub use search::{Hit, seeks_number};
pub use snapshot::SnapshotOutcome;
pub use state::{ScopeState, SyncState};
pub use suite::KdfCost;
pub use telling::AuditParcel;
pub use today::{Birthday, Care, DueFile, FileGaps, LastVisit, VillageMonth};
pub use verify::{Fault, VerifyReport};
pub use voided::{Hanging, Unseen, VoidedPage, VoidedQuery};
pub use was::{FieldChange, VOID};
pub use wipe::wipe;
