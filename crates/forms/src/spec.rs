//! A field of a form.

pub use tiexin_domain::shape::Start;

use tiexin_domain::shape::Field;

use crate::Options;

/// What a field holds and how it is filled in.
#[derive(Clone, Copy)]
pub enum FieldKind {
    Text,
    /// Several lines.
    Long,
    /// A whole day.
    Day,
    /// A whole day on either side of today: without a year it is the nearest one.
    DayNear,
    /// A year, a month or a day.
    PartialDay,
    /// A day and a time.
    Moment,
    Money,
    /// A whole number; a unit behind it is passed over (`35人`).
    Count,
    /// Minutes, typed as `3小时`, `90分钟` or a bare number of minutes.
    Minutes,
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
    /// Another record, of one of these kinds, and its name. `free`: a name without a record will do.
    Record {
        kinds: &'static [&'static str],
        named_by: &'static str,
        free: bool,
    },
    /// A list of parts: rows, each with these fields.
    Parts(&'static [Field]),
    /// Not shown: comes with the family on whose page the record is made.
    Carried,
}

/// A field of a form: `FormField::new("name", "姓名", FieldKind::Text).required()`.
#[derive(Clone, Copy)]
pub struct FormField {
    /// As stored; in a form of several records a name of its own.
    pub name: &'static str,
    pub label: &'static str,
    pub kind: FieldKind,
    pub hint: Option<&'static str>,
    pub required: bool,
    pub start: Start,
    /// Folded away under this title.
    pub group: Option<&'static str>,
    /// Takes the whole width of the form.
    pub wide: bool,
}

impl FormField {
    pub const fn new(name: &'static str, label: &'static str, kind: FieldKind) -> Self {
        Self { name, label, kind, hint: None, required: false, start: Start::Empty, group: None, wide: false }
    }

    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    pub const fn start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    pub const fn folded(mut self, group: &'static str) -> Self {
        self.group = Some(group);
        self
    }

    pub const fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// Whether it has a place on the screen.
    pub fn shown(&self) -> bool {
        !matches!(self.kind, FieldKind::Carried)
    }
}
