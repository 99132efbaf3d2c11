//! The real `tiexin-desk` in a terminal, as an office's scripts use it.

mod bulk;
mod computers;
mod demo;
mod duplicates;
mod election;
mod imports;
mod leaks;
mod ledgers;
#[cfg(unix)]
mod machine;
mod mistakes;
#[cfg(unix)]
mod open;
#[path = "../program/mod.rs"]
mod program;
mod run;
mod work;
