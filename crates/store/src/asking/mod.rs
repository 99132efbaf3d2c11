//! What screens ask of the book: lists, search, figures, the day, one family, histories.

pub(crate) mod around;
pub(crate) mod family;
pub mod figures;
pub(crate) mod file_care;
pub(crate) mod follow_up;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod lost;
pub(crate) mod merged;
pub(crate) mod past;
pub(crate) mod reminded;
pub(crate) mod search;
pub(crate) mod sums;
pub(crate) mod today;
pub(crate) mod voided;
