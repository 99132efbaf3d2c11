//! Sealing of carried packages: who signed a part, and who alone can read the whole.
//!
//! FROZEN FORMAT. A sealed body is `length (u64, big endian) ‖ JSON in zstd ‖ attachments`, encrypted with age to one
//! receiver. Apart from `tiexin-protocol`, which is pure, because age draws its own randomness. Must not know
//! stores, files or the network. [`release`] signs and reads update packages.

mod body;
mod escrow;
mod keys;
pub mod release;
mod statement;

pub use body::{open, seal};
pub use escrow::{escrow_keygen, is_recipient, leave, plain_code, take_out, under_code, with_code};
pub use keys::{Keys, verify};
pub use statement::{check, check_mark, mark, state};
