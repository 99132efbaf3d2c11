//! What tests share: screens to look at. Stores, servers and nouns join as they are built.

pub mod window;
