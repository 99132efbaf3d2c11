//! The pattern that every noun follows: a list, a page, a form out of a few lines of data.
//!
//! `pages/<noun>/mod.rs` gives a [`Noun`]; [`RecordList`], [`RecordPage`] and its form do the rest.

mod attending;
mod begin;
mod detail;
mod election;
mod facts;
mod fields;
mod form;
mod history;
mod left;
mod list;
mod many;
mod past;
mod people;
mod programme;
mod reversing;
mod served;
mod spec;
mod template;
mod views;
mod voiding;

pub(crate) use detail::RecordPage;
pub(crate) use fields::all_fields;
pub(crate) use history::History;
pub(crate) use left::{Leaving, MayNot, Resumed};
pub(crate) use list::RecordList;
pub(crate) use past::Past;
pub(crate) use spec::Noun;
pub(crate) use template::TemplateButton;
pub(crate) use views::use_list_tab;
pub(crate) use voiding::{Restore, VoidNote, Voiding};

pub(crate) use people::Change;

use crate::pages;
use tiexin_domain::shape::Home;

/// The noun of a kind code, if it has pages.
pub(crate) fn noun(kind: &str) -> Option<&'static Noun> {
    pages::NOUNS.iter().copied().find(|noun| noun.kind == kind)
}

/// The nouns whose lists stand under an entry of the navigation.
pub(crate) fn nouns_of(home: Home) -> Vec<&'static Noun> {
    pages::NOUNS.iter().copied().filter(|noun| noun.home() == Some(home)).collect()
}
