//! The nouns of the association's work and the rules they obey.
//!
//! Pure: no I/O, no clock, no randomness, no SQL, no HTTP. The same input gives
//! the same output on a desk and on the server. The screens (wasm) have the shapes
//! without the rules and without the heads of ledgers: they ask the desk.
//! Times and ids always come in as arguments.

pub mod access;
pub mod amount;
pub mod apart;
pub mod around;
pub mod cadence;
mod codes;
pub mod date;
pub mod days;
pub mod deed;
pub mod fixed;
pub mod id_number;
pub mod labels;
pub mod limits;
pub mod lunar;
pub mod money;
pub mod nothing;
pub mod nouns;
pub mod numbers_in_text;
#[cfg(feature = "openapi")]
mod openapi;
pub mod phone;
pub mod programmes;
mod recognised;
pub mod record;
pub mod region;
pub mod reminder;
mod rows;
pub mod shape;
pub mod stored;
pub mod term;
pub mod unsaid;

pub use access::{Action, Grant, Role, User};
pub use date::{PartialDate, YearHint};
pub use id_number::{IdNumber, IdNumberError, Sex};
pub use money::Fen;
pub use nouns::{Gap, Kind, Noun, Problem};
pub use record::{Fields, MergeClass, Record, Void};
pub use region::{Level, RegionCode};
