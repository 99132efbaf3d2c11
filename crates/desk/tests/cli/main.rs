//! The real `tiexin-desk` in a terminal, as an office's scripts use it.

mod computers;
mod demo;
mod duplicates;
mod imports;
mod leaks;
mod ledgers;
mod mistakes;
mod run;
mod work;
