//! The desk's side of the protocol: plan, send, receive, apply.
//!
//! No lock and no transaction is held across the network: outbox → short read → network →
//! verdicts and pages → one transaction in the store. Must not know the contract or Tauri.

mod blob;
mod body;
mod clocks;
mod engine;
mod enrol;
mod error;
mod gone;
mod http;
mod package;
mod plan;
mod province;
mod push;
mod round;
mod snapshot;
mod standing;

pub use blob::{CarryReport, Carrying, carry_blobs};
pub use body::{BodyError, unpack as read_reply};
pub use clocks::{Clocks, clocks};
pub use engine::{Engine, Pace, Status};
pub use enrol::{EnrolWish, enrol, has_joined, joined};
pub use error::SyncError;
pub use http::{HttpProvince, ProvinceAddress, device_key};
pub use package::{Carried, Made, PackageError, TakenIn, carry, make, take_in};
pub use plan::{Facts, Step, next_step};
pub use province::{Parcel, Province, SnapshotPart};
pub use round::{RoundReport, Why, run_round, run_round_for};
/// Update packages: a desk reads them, whoever brings them.
pub use tiexin_seal::release;

pub use standing::{due, last_word, notices, open_rescue};
