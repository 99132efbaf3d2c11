//! Random townships whose ledgers are kept as offices keep them, imported by a desk as a user does.

mod tally;
mod trial;

pub use tally::Tally;
pub use tiexin_habits::{Habit, Habits, Run, Township, habits_of};
pub use trial::{Verdict, smallest, trial};
