//! Files as an office's computer treats them: other programs hold them open, scanners refuse a rename for a moment,
//! sticks are pulled out, names and paths have limits, folders are synced by somebody else's program.
//!
//! Whatever differs between systems is decided here, by plain functions that are tested on all of them. Knows no
//! noun, no book and no command; the words it gives are Chinese clauses that any program may show.

mod holder;
mod name;
mod path;
mod retry;
mod site;
mod trouble;
#[cfg(windows)]
#[expect(unsafe_code, reason = "the Restart Manager and drive types have no safe interface")]
mod windows;
mod write;

pub use holder::{Holder, holder};
pub use name::{refused_name, refused_path, safe_name};
pub use path::long_path;
pub use retry::{gone, insist, remove, remove_folder, rename};
pub use site::{Site, of_network, site, unescaped};
pub use trouble::Trouble;
pub use write::{begun_as, clear_begun, replace, settle, sync_folder, write_all, write_whole};
