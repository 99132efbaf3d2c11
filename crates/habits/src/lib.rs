//! Random townships whose ledgers are kept as offices keep them, and what a right import of them gives.
//!
//! [`Facts`] say what happened. [`Township`] writes them into office files with a set of [`Habits`] mixed, and notes of
//! every row of which facts it tells and how sure that is. [`figures`] counts F1, F3 and F4 from the facts alone.
//! [`Expectation`] holds what an import gave against them: every figure is right, or a finding on a row behind it tells
//! why not.
//!
//! Nothing here reads a file or knows how the program does: this crate must never depend on the importer, the store or
//! the desk. Everything follows from the seed and the set of habits; there is no clock.

mod edit;
mod expect;
mod facts;
mod grid;
mod habit;
mod names;
mod office;
mod pen;
mod sheets;
mod table;
mod text;
mod township;
mod truth;
mod xls;
mod xlsx;

pub use edit::{Edit, STEADY, edited};
pub use expect::{Expectation, Found, GAPS, Gave};
pub use facts::{Fact, Facts, MONTH, TOWNSHIP, VILLAGES, october};
pub use grid::{Sure, Told};
pub use habit::{Habit, Habits};
pub use office::{OfficeFile, OfficeRow};
pub use township::{Run, Step, Township};
pub use truth::{Figures, MONEY, Place, figures};

/// Dice of one choice: what is chosen, and for which row.
fn dice(seed: u64, what: &str, nth: u64) -> fastrand::Rng {
    // FNV-1a: the same on every machine and in every version.
    let bytes = seed.to_le_bytes().into_iter().chain(what.bytes()).chain(nth.to_le_bytes());
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    let mut dice = fastrand::Rng::with_seed(bytes.fold(0xcbf2_9ce4_8422_2325, mix));
    // The generator's first number is close for seeds that are close.
    dice.u64(..);
    dice
}

/// The habits of a seed: the first seeds have one each, the others two to nine.
pub fn habits_of(seed: u64) -> Habits {
    let all = Habit::ALL;
    if let Some(habit) = all.get(seed as usize) {
        return Habits::of(&[*habit]);
    }
    let mut dice = dice(seed, "habits", 0);
    let count = dice.usize(2..=9);
    (0..count).fold(Habits::NONE, |set, _| set.with(all[dice.usize(..all.len())]))
}
