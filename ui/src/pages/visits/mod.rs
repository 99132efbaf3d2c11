//! Visits: the list, the form, one visit.

mod asking;
mod fields;
mod form;
mod list;
mod one;
mod sheet;

pub(crate) use form::{CorrectVisitPage, VisitFormPage};
pub(crate) use list::{VISIT, VisitsPage};
pub(crate) use one::VisitPage;
