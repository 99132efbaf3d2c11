//! A noun as its pages need it: words, columns, fields.

use crate::components::list::Column;
use crate::components::{Options, Sign};
use tiexin_contract::records::Sort;

/// What a field holds and how it is filled in.
#[derive(Clone, Copy)]
pub(crate) enum FieldKind {
    Text,
    /// Several lines.
    Long,
    /// A whole day.
    Day,
    /// A year, a month or a day.
    PartialDay,
    /// A day and a time.
    Moment,
    Money,
    Count,
    Flag,
    Code(Options),
    Codes(Options),
    /// Short texts.
    Tags,
    Region,
    /// A person met, insured, counselled: the record when there is one, and the name.
    Person,
    /// Several of them.
    People,
    /// The family it is about; its head's name and its region are taken over.
    Family,
    /// Not shown: comes with the family on whose page the record is made.
    Carried,
}

/// What stands in a new form's field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    Empty,
    Today,
    /// The picked region, when it is deep enough; else where the worker is at home.
    Here,
    /// The worker's own name.
    Me,
    Code(&'static str),
}

/// A field of a form: `FormField::new("name", "姓名", FieldKind::Text).required()`.
#[derive(Clone, Copy)]
pub(crate) struct FormField {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: FieldKind,
    pub(crate) hint: Option<&'static str>,
    pub(crate) required: bool,
    pub(crate) start: Start,
    /// Folded away under this title.
    pub(crate) group: Option<&'static str>,
}

impl FormField {
    pub(crate) const fn new(name: &'static str, label: &'static str, kind: FieldKind) -> Self {
        Self { name, label, kind, hint: None, required: false, start: Start::Empty, group: None }
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    pub(crate) const fn start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    pub(crate) const fn folded(mut self, group: &'static str) -> Self {
        self.group = Some(group);
        self
    }
}

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
