//! Real books and a real server, and every line between them. One program, so that the server is linked once.

mod blobs;
mod colleagues;
mod contradictions;
mod kept_open;
mod kinds;
mod packages;
mod recorded;
mod rounds;
mod standing;
mod town;
