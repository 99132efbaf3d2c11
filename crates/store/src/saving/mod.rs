//! How records come into the book: one by one, as a group, as a batch; what is being typed.

pub(crate) mod batch;
pub(crate) mod column_mapping;
pub(crate) mod draft;
pub mod merging;
pub mod moving;
pub(crate) mod preference;
pub(crate) mod save;
