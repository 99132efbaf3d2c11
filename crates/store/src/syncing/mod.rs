//! What the book keeps of its talk with the province: told, heard, refused, waiting.

pub mod adopting;
pub(crate) mod base;
pub(crate) mod cursor;
pub(crate) mod device;
pub(crate) mod echo;
pub(crate) mod elsewhere;
pub(crate) mod former;
pub(crate) mod given_up;
pub(crate) mod held_back;
pub(crate) mod lease;
pub(crate) mod outbox;
pub(crate) mod overwritten;
pub(crate) mod page;
pub(crate) mod quarantine;
pub(crate) mod refused;
pub(crate) mod seen;
pub(crate) mod sent;
pub(crate) mod snapshot;
pub(crate) mod state;
pub(crate) mod telling;
pub(crate) mod verdicts;
