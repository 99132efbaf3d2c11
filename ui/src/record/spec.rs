//! A noun as its pages need it: what its shape says, and a sign.

use crate::components::Sign;
use crate::components::list::Column;
use tiexin_contract::records::Sort;
use tiexin_domain::Kind;
use tiexin_domain::shape::{self, Home, Role, Shape};

pub(crate) use tiexin_forms::{FieldKind, FormField};

/// A kind of record and its pages.
pub(crate) struct Noun {
    /// A `tiexin_domain::Kind` code.
    pub(crate) kind: &'static str,
    pub(crate) sign: Sign,
}

impl Noun {
    fn shape(&self) -> Option<&'static Shape> {
        shape::of(self.kind)
    }

    /// Under which entry of the navigation its list stands.
    pub(crate) fn home(&self) -> Option<Home> {
        self.shape().map(|shape| shape.home)
    }

    /// `会员`
    pub(crate) fn label(&self) -> String {
        Kind::from_code(self.kind).label().to_owned()
    }

    /// The primary action: `登记会员`.
    pub(crate) fn add(&self) -> String {
        Kind::from_code(self.kind).making()
    }

    /// `修改会员`
    pub(crate) fn mend(&self) -> String {
        Kind::from_code(self.kind).mending()
    }

    /// `人`, `场`, `户`
    pub(crate) fn unit(&self) -> &'static str {
        self.shape().map(|shape| shape.unit).unwrap_or_default()
    }

    /// What an empty list says: title, then what to do.
    pub(crate) fn empty(&self) -> (&'static str, &'static str) {
        self.shape().map(|shape| shape.empty).unwrap_or_default()
    }

    /// First letters of [`Noun::add`]; none: nothing of it is begun by Ctrl+K.
    pub(crate) fn initials(&self) -> &'static str {
        self.shape().map(|shape| shape.initials).unwrap_or_default()
    }

    /// Insert-only: its records are taken back, not mended.
    pub(crate) fn is_fixed(&self) -> bool {
        shape::is_fixed(self.kind)
    }

    pub(crate) fn columns(&self) -> Vec<Column> {
        self.shape().map(Column::of).unwrap_or_default()
    }

    /// By name, or the newest first.
    pub(crate) fn sort(&self) -> Option<Sort> {
        let shape = self.shape()?;
        let by_name = shape.role(Role::Sort);
        let field = by_name.or_else(|| shape.role(Role::Day))?.name.to_owned();
        Some(Sort { field, descending: by_name.is_none() })
    }

    pub(crate) fn fields(&self) -> Vec<FormField> {
        tiexin_forms::kinds::of(self.kind)
    }

    /// Each of its records is one person: their page tells what they lived through.
    pub(crate) fn is_person(&self) -> bool {
        self.shape().is_some_and(|shape| shape.who.is_some())
    }

    /// Made on a family's page only, and shown there.
    pub(crate) fn of_family(&self) -> bool {
        self.fields().iter().any(|field| matches!(field.kind, FieldKind::Carried))
    }
}
