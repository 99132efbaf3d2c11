//! The provincial server: orders each township's changes, decides on them, and hands them on.
//!
//! It knows the nouns (`tiexin-domain`) and the wire (`tiexin-protocol`), nothing of a desk's store or screens.
//! What is decided is decided purely (`plan`, `page`, `access`); the two stores only load and write. Transport
//! is a shell (`http`) over [`Province`], which tests and simulation may call without it.

mod access;
mod audit;
pub(crate) mod blob;
pub mod cli;
mod code;
pub mod config;
pub mod demo;
mod desk_audit;
mod devices;
mod error;
mod escrow;
mod hello;
mod http;
mod log;
mod office;
mod origins;
mod package;
mod page;
mod plan;
mod province;
mod quarantine;
mod random;
mod redo;
mod regions;
mod release;
mod replica;
mod roster;
mod running;
mod snapshot;
mod store;
mod testimony;
mod token;
mod turns;
mod verify;
mod witness;

pub use access::Device;
pub use blob::Asked;
pub use config::{BeforeCommit, Clock, Config, Rate, StoreUrl, Tls};
pub use desk_audit::AuditWanted;
pub use devices::Policy;
pub use error::{Error, Refused, Result};
pub use http::{openapi, read_body};
pub use province::{CODE_DAYS, Province};
pub use redo::Lacking;
pub use release::ReleaseShown;
pub use replica::{Behind, Replica, Standing};
pub use running::{Running, spawn};
pub use verify::{Finding, Report};
pub use witness::{Head, Root};
