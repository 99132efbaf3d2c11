//! Stories of the ledgers: the sample townships, hostile files, and the ways in which offices differ.

mod again;
mod belonging;
mod book;
mod by_row;
mod cells;
mod csv_files;
mod days;
mod habits;
mod hostile;
mod layouts;
mod limits;
mod lists;
mod marked;
mod marks;
mod masked;
mod open_document;
mod other_formats;
mod paid;
mod parts;
mod registers;
mod rules;
mod speed;
mod townships;
mod two_alike;
mod unlocked;
mod variations;
