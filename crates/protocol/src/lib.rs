//! What a desk and the province say to each other, and how changes are brought together.
//!
//! Pure: no axum, no reqwest, no SQL, no clock. The numbered invariants I1–I17 that comments
//! cite are listed in `docs/sync.md`.

pub mod audit;
pub mod blob;
pub mod canonical;
pub mod chain;
pub mod change;
pub mod merge;
pub mod package;
pub mod planted;
pub mod release;
pub mod rescue;
pub mod statement;
pub mod wire;

pub use canonical::canonical;
pub use chain::{Chain, Digest, EntryHash, audit_link};
pub use change::{
    Arrived, Change, ChangeId, FieldOrigin, Held, LogEntry, Moved, Overwritten, ParkCode, Verdict,
    VoidChange, Wrote, merge_of,
};
pub use merge::{Decision, Effect, decide, join_notes};
pub use planted::planted;

/// Version of the wire protocol spoken by this program.
pub const PROTOCOL: u32 = 1;
/// The oldest desk whose pushes the server still takes.
pub const OLDEST_PROTOCOL: u32 = 1;
/// The simulator's build: few changes fill a push, a page or a batch, so that their edges are met often.
pub const SMALL: bool = cfg!(feature = "sim");
/// Most changes in one push.
pub const PUSH_CHANGES: usize = if SMALL { 6 } else { 500 };
/// Most bytes of JSON in one push, before compression.
pub const PUSH_BYTES: usize = 1024 * 1024;
/// Most log entries in one page of a pull.
pub const PULL_ENTRIES: usize = if SMALL { 5 } else { 2_000 };
