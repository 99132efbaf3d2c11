//! The demo county: real regions, invented people, one year of work.
//!
//! [`county`] is pure and decides everything; filling a book with it goes through the store's one door,
//! so that audit, outbox and search are as real as in an office.

mod association;
mod care;
mod chance;
mod county;
mod families;
mod files;
mod people;
mod place;
mod record;
mod village;
mod visits;
mod words;

pub use county::{Peopled, Scale, county};
pub use place::{COUNTY, TOWNSHIPS, Township};
pub use record::{Group, Made};

/// The seed of `./dev run`.
pub const SEED: u64 = 529;

#[cfg(test)]
mod tests;
