//! What somebody who means harm may send: one function for each decoder that takes bytes from outside. `fuzz/` gives them to libFuzzer; the
//! tests here give them the kept corpus and every input that once broke something.
//!
//! A function returns for every input, within the memory and time that `fuzz/` allows, and panics only where the
//! product would be wrong. The first byte of most inputs chooses how the rest travels (framed, sealed, put right), so
//! that a mutation of the rest is not stopped by a checksum, a signature or a compression frame.

mod blob;
mod desk;
mod form;
mod framed;
mod ledger;
mod meaning;
pub mod mutate;
mod package;
mod picture;
mod province;
pub mod seeds;
mod update;

/// A decoder: its name, which is that of its corpus, and what takes an input.
pub type Target = (&'static str, fn(&[u8]));

/// All of them, in the order in which `./dev fuzz` runs them.
pub const TARGETS: [Target; 15] = [
    ("push", province::push),
    ("asked", province::asked),
    ("blob", blob::blob),
    ("carried_in", package::carried_in),
    ("part", package::part),
    ("carried_back", package::carried_back),
    ("pull", desk::pull),
    ("replies", desk::replies),
    ("snapshot", desk::snapshot),
    ("keyring", desk::keyring),
    ("ledger", ledger::ledger),
    ("meaning", meaning::meaning),
    ("picture", picture::picture),
    ("form", form::form),
    ("update", update::update),
];

/// The function of that name.
pub fn target(name: &str) -> Option<fn(&[u8])> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, run)| *run)
}
