//! Mutations that keep the outside of an input whole, so that the inside is reached: JSON that stays JSON, containers
//! that are put together anew around a changed part. Everything follows from the seed.

mod blind;
mod container;
mod json;

pub use blind::blind;
pub use container::container;
pub use json::json;
