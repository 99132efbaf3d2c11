//! Visits: the list, the form, one visit.

mod draft;
mod fields;
mod form;
mod list;
mod one;

pub(crate) use form::VisitFormPage;
pub(crate) use list::{VISIT, VisitsPage};
pub(crate) use one::VisitPage;
