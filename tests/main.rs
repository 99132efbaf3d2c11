//! User stories, told through the real programs. One file per story, one binary for all.

mod at_the_screen;
mod attachments;
mod carried;
mod devices;
mod duplicates;
mod moved;
mod quarantine;
mod two_townships;
mod window_opens;
