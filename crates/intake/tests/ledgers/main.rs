//! Stories of the ledgers: the sample townships, hostile files, and the ways in which offices differ.

mod book;
mod cells;
mod csv_files;
mod hostile;
mod marked;
mod other_formats;
mod registers;
mod townships;
mod unlocked;
mod variations;
