//! User stories, told through the real programs. One file per story, one binary for all.

mod window_opens;
mod two_townships;
