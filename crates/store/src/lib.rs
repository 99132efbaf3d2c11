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

mod anew;
mod asking;
mod audit;
mod blob;
mod book;
pub mod derive;
mod error;
mod link;
mod meta;
mod on_disk;
mod record;
mod regions;
mod saving;
mod spelling;
mod syncing;
#[cfg(test)]
mod tests;
mod user;
mod verify;
mod was;

pub use asking::family::{Keys, Look};
pub use asking::figures;
pub use asking::follow_up::FollowUp;
pub use asking::history::{Event, EventOrigin};
pub use asking::list::{Key, KeyValue, ListQuery, Op, Page};
pub use asking::merged::{Alike, Likeness};
pub use asking::past::Concern;
pub use asking::reminded::Reminded;
pub use asking::search::{Hit, seeks_number};
pub use asking::sums::AidSum;
pub use asking::today::{Birthday, Care, DueFile, FileGaps, LastVisit, VillageMonth};
pub use asking::voided::{Hanging, Unseen, VoidedPage, VoidedQuery};
pub use audit::{AuditEntry, MadeTogether};
pub use blob::{BlobCounts, BlobState, Came};
pub use book::{Book, Write};
pub use error::{StoreError, UnlockError};
pub use on_disk::aside::last_aside;
pub use on_disk::backup::{
    BackupLook, Copied, Restored, look as look_at_backup, opens as opens_backup, restore,
};
pub use on_disk::before::{book_version, finish_going_back, go_back, stay};
pub use on_disk::keyring::{LocalUser, NewUser};
pub use on_disk::machine::{Bound, MachineSecret};
pub use on_disk::suite::KdfCost;
pub use on_disk::wipe::wipe;
pub use regions::{Region, Regions};
pub use saving::batch::{
    Batch, BatchOutcome, BatchSave, Fill, Kept, Nature, OfMany, Over, RedoOutcome, Source, UndoOutcome,
    UndoPlan, Why,
};
pub use saving::merging;
pub use saving::moving;
pub use saving::save::{By, Changed, Save, Saved};
pub use syncing::adopting;
pub use syncing::cursor::ScopeCursor;
pub use syncing::device::Device;
pub use syncing::lease::LeaseState;
pub use syncing::overwritten::{GaveWay, OverwrittenValue};
pub use syncing::page::PageOutcome;
pub use syncing::quarantine::Unsettled;
pub use syncing::refused::Refused;
pub use syncing::snapshot::SnapshotOutcome;
pub use syncing::state::{ScopeState, SyncState};
pub use syncing::telling::AuditParcel;
pub use verify::{Fault, VerifyReport};
pub use was::{FieldChange, VOID};
