//! The demo county: real regions, invented people, one year of work.
//!
//! [`county`] is pure and decides everything; [`fill`] writes it through the store's one door, so that
//! audit, outbox and search are as real as in an office; [`set_up`] makes the demo's desk.

mod association;
mod care;
mod chance;
mod county;
mod families;
mod files;
mod fill;
mod house;
mod people;
mod photos;
mod place;
mod record;
mod set_up;
mod support;
mod twice;
mod village;
mod visits;
mod words;
mod works;

pub use county::{Peopled, Scale, county};
pub use fill::{Author, fill};
pub use place::{COUNTY, TOWNSHIPS, Township};
pub use record::{Group, Made};
pub use set_up::{DemoCode, DemoDesk, DemoProvince, Wish, set_up};

/// The seed of `./dev run`.
pub const SEED: u64 = 529;

#[cfg(test)]
mod tests;
