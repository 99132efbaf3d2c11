//! The pattern that every noun follows: a list, a page, a form out of a few lines of data.
//!
//! `pages/<noun>/mod.rs` gives a [`Noun`]; [`RecordList`], [`RecordPage`] and its form do the rest.

mod detail;
mod form;
mod list;
mod people;
mod spec;
mod value;

pub(crate) use detail::RecordPage;
pub(crate) use list::RecordList;
pub(crate) use spec::{FieldKind, FormField, Noun, Start};

use crate::pages;

/// The noun of a kind code, if it has pages.
pub(crate) fn noun(kind: &str) -> Option<&'static Noun> {
    pages::NOUNS.iter().copied().find(|noun| noun.kind == kind)
}
