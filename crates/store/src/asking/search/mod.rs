//! Full-text search over names, numbers and the words of visits.
//!
//! `name_search` holds who and what can be named; `text_search` holds free words of what happened.
//! Never in either: a child's name, the cause of a loss, notes of a file, a session note.

pub(crate) mod index;
mod parts;
mod query;

pub use parts::seeks_number;
pub(crate) use parts::{is_number, matching, matching_words, words_in};
pub use query::Hit;
