//! New versions of the program without a network: a package is taken or fetched, put in place, and given up again if it
//! does not open the book (`docs/decisions/0019-updates.md`).
//!
//! What was installed is never written over. Versions that came later lie beside it, each whole in a folder of its own,
//! and the installed program starts the one that is in use:
//!
//! ```text
//! tiexin-desk            as it was installed
//! versions/current.json  which version is in use, and which one was before
//! versions/1.2.0/        the files of a version, and the release that was signed
//! ```
//!
//! Whether a version has opened a book stands beside that book (`program.json`): a computer may have several.

mod apply;
mod install;
mod launch;
mod opening;
mod ready;
mod stick;
// Programs of these tests are scripts.
#[cfg(all(test, unix))]
mod tests;
mod trial;
mod trouble;

pub use apply::unpacks;
pub(crate) use apply::{Place, Source, apply, back, may_install};
pub use install::Install;
pub use launch::launch;
pub(crate) use launch::{book_in, is_way_back};
pub(crate) use opening::opening;
pub use ready::is_taken;
pub(crate) use ready::{Fetching, is_newer, ready, take};
pub(crate) use stick::newer_on;
pub(crate) use trial::Trials;
pub(crate) use trouble::Trouble;
