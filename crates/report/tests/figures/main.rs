//! Figures over a book in its encrypted database.

mod office;
mod recount;
mod rows;
mod rules;
