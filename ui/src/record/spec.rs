//! A noun as its pages need it: words, columns, fields.

use crate::components::Sign;
use crate::components::list::Column;
use tiexin_contract::records::Sort;

pub(crate) use tiexin_forms::{FieldKind, FormField};

/// A kind of record and its pages.
pub(crate) struct Noun {
    /// A `tiexin_domain::Kind` code.
    pub(crate) kind: &'static str,
    /// `会员`
    pub(crate) label: &'static str,
    /// The primary action: `登记会员`.
    pub(crate) add: &'static str,
    /// `人`, `场`, `户`
    pub(crate) unit: &'static str,
    pub(crate) sign: Sign,
    /// What an empty list says: title, then what to do.
    pub(crate) empty: (&'static str, &'static str),
    pub(crate) columns: fn() -> Vec<Column>,
    pub(crate) sort: fn() -> Option<Sort>,
    pub(crate) fields: fn() -> Vec<FormField>,
}

impl Noun {
    /// Made on a family's page only, and shown there.
    pub(crate) fn of_family(&self) -> bool {
        (self.fields)().iter().any(|field| matches!(field.kind, FieldKind::Carried))
    }
}
