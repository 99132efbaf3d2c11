//! What a screen may ask of a desk: one type a command, its reply, the events, the error codes.
//!
//! Builds for wasm. Must not know the store, Tauri or the wire protocol.
//! Money travels as text (`Fen`), ids as text (`Uuid`), so nothing is lost in JavaScript numbers.

pub mod aid;
pub mod attachment;
pub mod attendance;
pub mod backup;
pub mod book;
pub mod bulk;
pub mod devices;
mod done;
pub mod drafts;
pub mod duplicates;
pub mod election;
pub mod error;
pub mod event;
pub mod family;
mod files;
pub mod hours;
pub mod import;
pub mod mine;
pub mod package;
pub mod past;
pub mod quarantine;
pub mod records;
pub mod regions;
pub mod report;
pub mod session;
pub mod sync;
pub mod today;
pub mod update;
pub mod views;
pub mod voided;

pub use error::{ErrorCode, ErrorReply};
pub use event::Event;

use serde::{Serialize, de::DeserializeOwned};

/// A command. Its wire name is [`Command::NAME`], its arguments are the type itself.
pub trait Command: Serialize + DeserializeOwned + 'static {
    const NAME: &'static str;
    type Reply: Serialize + DeserializeOwned + 'static;
}

/// Ties argument types to names and replies, so that the list of commands can be read at a glance.
macro_rules! commands {
    ($($ty:ty => $name:literal -> $reply:ty;)+) => {
        $(impl $crate::Command for $ty {
            const NAME: &'static str = $name;
            type Reply = $reply;
        })+
        /// The commands of this file.
        pub const NAMES: &[&str] = &[$($name,)+];
    };
}
pub(crate) use commands;

/// Every command there is; a test of the desk checks that each has a body.
pub fn all_names() -> Vec<&'static str> {
    [
        session::NAMES,
        regions::NAMES,
        records::NAMES,
        bulk::NAMES,
        election::NAMES,
        views::NAMES,
        drafts::NAMES,
        voided::NAMES,
        family::NAMES,
        today::NAMES,
        import::NAMES,
        mine::NAMES,
        report::NAMES,
        sync::NAMES,
        package::NAMES,
        attachment::NAMES,
        attendance::NAMES,
        hours::NAMES,
        past::NAMES,
        aid::NAMES,
        quarantine::NAMES,
        duplicates::NAMES,
        book::NAMES,
        backup::NAMES,
        devices::NAMES,
        update::NAMES,
    ]
    .concat()
}
