//! One field of a noun: what it is called, what it holds, who reads it, and what is made of it.

use super::audience::Audience;
use crate::record::MergeClass;

/// A closed list: code and Chinese label, in the office's usual order.
pub type Choices = &'static [(&'static str, &'static str)];

/// The label of a code; none of a newer program's code.
pub fn label_in(choices: Choices, code: &str) -> Option<&'static str> {
    choices.iter().find(|(one, _)| *one == code).map(|(_, label)| *label)
}

/// The code that a text is: the code itself, or its label.
pub fn code_in(choices: Choices, text: &str) -> Option<&'static str> {
    choices.iter().find(|(code, label)| *code == text || *label == text).map(|(code, _)| *code)
}

/// What a field holds, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// One line.
    Text,
    /// Several lines, in the writer's own words.
    LongText,
    /// A list of short texts.
    Texts,
    Code(Choices),
    /// A list of codes.
    Codes(Choices),
    /// `2026-10-05`
    Day,
    /// A year, a month or a day: `2014`, `2014-01`, `2014-01-05`.
    PartialDay,
    /// A day and a time at the office: `2026-10-05T09:00:00`.
    Moment,
    /// Milliseconds since 1970 UTC.
    Instant,
    /// Yuan: `300.00`.
    Money,
    /// A whole number.
    Count,
    /// A whole number of minutes.
    Minutes,
    Flag,
    Region,
    /// The id of a record of one of these kinds; none named: of any.
    Reference(&'static [&'static str]),
    /// A list of such ids.
    References(&'static [&'static str]),
    /// A person met, surveyed or insured: `{"name": …, "person": id}`.
    Person,
    /// A list of them.
    People,
    /// A list of parts with fields of their own, in the order in which a part is told: `慰问金 300.00元`. It is edited,
    /// hidden and merged as one; its parts hold nothing that names another record.
    Parts(&'static [Field]),
}

impl Holds {
    /// Whether it says something by itself, which one box of a form can ask for: no other record, person or place, and
    /// nothing with parts.
    pub const fn is_plain(self) -> bool {
        match self {
            Holds::Text
            | Holds::LongText
            | Holds::Texts
            | Holds::Code(_)
            | Holds::Codes(_)
            | Holds::Day
            | Holds::PartialDay
            | Holds::Moment
            | Holds::Money
            | Holds::Count
            | Holds::Minutes
            | Holds::Flag => true,
            Holds::Instant
            | Holds::Region
            | Holds::Reference(_)
            | Holds::References(_)
            | Holds::Person
            | Holds::People
            | Holds::Parts(_) => false,
        }
    }
}

/// What a field is to the columns that lists and figures read (`store::derive`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The day on which it happened or began.
    Day,
    /// The day on which it ended, or what was agreed is due.
    Until,
    /// Beside `Until`: on that day it still stands.
    LastDay,
    /// Beside `Until`: that day ends nothing.
    EndsNothing,
    /// By which a list is ordered; of several the first that is there.
    Sort,
    /// By which the office knows the record: an ID number, a file's code.
    Natural,
    /// By whose code records of the kind are told apart.
    Category,
    /// What is added up; of several the first that is there. Of a list its length, of gifts their worth in fen.
    Number,
    /// It names what the record belongs to.
    Parent,
    /// It names another record, to which this one does not belong: neither hides this one nor takes it along.
    Names,
    /// It names the record's family, which it belongs to.
    Family,
    /// The persons whom a figure counts.
    Persons,
    /// A telephone that is not hidden: an office's, which is put up for everybody.
    Phone,
}

/// Where a search finds the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Find {
    /// By name, also by pinyin and initials.
    Name,
    /// Whole or by its tail.
    IdNumber,
    Phone,
    Code,
    /// By words in it.
    Words,
}

/// How a number is hidden until somebody unmasks it on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mask {
    Phone,
    /// ID numbers and cards.
    Number,
}

/// What stands in a new form's field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    Empty,
    Today,
    /// The picked region, when it is deep enough; else where the worker is at home.
    Here,
    /// The same, only when it is a village: a family lives in one.
    Village,
    /// The worker's own name.
    Me,
    Code(&'static str),
}

/// Its place in the noun's form. Fields stand there in the order of the shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The form is not saved without it.
    pub must: bool,
    pub start: Start,
    pub hint: Option<&'static str>,
    /// Folded away under this title.
    pub fold: Option<&'static str>,
    /// Not shown: comes with the family on whose page the record is made.
    pub carried: bool,
}

/// A field of a noun: `Field::new("days", "住院天数", Holds::Count).asked()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// As stored.
    pub name: &'static str,
    /// What the office calls it, everywhere.
    pub label: &'static str,
    pub holds: Holds,
    /// A record without it cannot be read.
    pub required: bool,
    /// What an absent field means.
    pub absent: Option<&'static str>,
    pub merge: MergeClass,
    pub mask: Option<Mask>,
    pub audience: Audience,
    /// The noun's other fields that its rules read when they find something wrong with this one.
    pub with: &'static [&'static str],
    /// Of a reference: the text that keeps the name of what it refers to, for lists and searches. Of what has no record
    /// the name stands there alone.
    pub named_by: Option<&'static str>,
    /// The noun's other date before which this one cannot lie: nobody dies before they were born.
    pub not_before: Option<&'static str>,
    /// Written freely: numbers in it are hidden.
    pub free: bool,
    /// It tells on which day something happened: not a day that has not been yet.
    pub past: bool,
    /// Of a number: it is a year, written in four places.
    pub year: bool,
    pub roles: &'static [Role],
    /// Bits of the column `flags`, by code; of a flag by `true`; `*`: whenever it is there.
    pub bits: &'static [(&'static str, i64)],
    pub finds: &'static [Find],
    /// What else a head of an office's own sheet may call it.
    pub also: &'static [&'static str],
    /// Two records of one day that say otherwise of it are two.
    pub tells: bool,
    /// The next record of its kind begins with it.
    pub again: bool,
    /// None: the noun's form does not ask for it.
    pub form: Option<Asked>,
}

impl Field {
    pub const fn new(name: &'static str, label: &'static str, holds: Holds) -> Field {
        Field {
            name,
            label,
            holds,
            required: false,
            absent: None,
            merge: match holds {
                Holds::Codes(_) | Holds::Texts | Holds::References(_) => MergeClass::Set,
                _ => MergeClass::Ordinary,
            },
            mask: None,
            audience: Audience::Everyone,
            with: &[],
            named_by: None,
            not_before: None,
            free: matches!(holds, Holds::LongText),
            past: false,
            year: false,
            roles: &[],
            bits: &[],
            finds: &[],
            also: &[],
            tells: false,
            again: false,
            form: None,
        }
    }

    pub const fn required(mut self) -> Field {
        self.required = true;
        self
    }

    pub const fn absent(mut self, means: &'static str) -> Field {
        self.absent = Some(means);
        self
    }

    pub const fn merge(mut self, class: MergeClass) -> Field {
        self.merge = class;
        self
    }

    /// Of two people who say differently the first one's word stands.
    pub const fn sensitive(self) -> Field {
        self.merge(MergeClass::Sensitive)
    }

    /// A long text of which both versions are kept.
    pub const fn note(self) -> Field {
        self.merge(MergeClass::LongNote)
    }

    pub const fn mask(mut self, mask: Mask) -> Field {
        self.mask = Some(mask);
        self
    }

    pub const fn audience(mut self, audience: Audience) -> Field {
        self.audience = audience;
        self
    }

    pub const fn with(mut self, others: &'static [&'static str]) -> Field {
        self.with = others;
        self
    }

    pub const fn named_by(mut self, text: &'static str) -> Field {
        self.named_by = Some(text);
        self
    }

    pub const fn not_before(mut self, other: &'static str) -> Field {
        self.not_before = Some(other);
        self
    }

    pub const fn free(mut self) -> Field {
        self.free = true;
        self
    }

    pub const fn past(mut self) -> Field {
        self.past = true;
        self
    }

    pub const fn year(mut self) -> Field {
        self.year = true;
        self
    }

    pub const fn roles(mut self, roles: &'static [Role]) -> Field {
        self.roles = roles;
        self
    }

    pub const fn bits(mut self, bits: &'static [(&'static str, i64)]) -> Field {
        self.bits = bits;
        self
    }

    pub const fn finds(mut self, finds: &'static [Find]) -> Field {
        self.finds = finds;
        self
    }

    /// Other heads under which ledgers have it. The screens read no ledger: their program carries none.
    pub const fn also(mut self, heads: &'static [&'static str]) -> Field {
        if !cfg!(target_arch = "wasm32") {
            self.also = heads;
        }
        self
    }

    /// Two records of one day that say otherwise of it are two.
    pub const fn tells(mut self) -> Field {
        self.tells = true;
        self
    }

    /// The form asks for it.
    pub const fn asked(mut self) -> Field {
        self.form = Some(self.form());
        self
    }

    /// The form is not saved without it.
    pub const fn must(mut self) -> Field {
        self.form = Some(Asked { must: true, ..self.form() });
        self
    }

    pub const fn start(mut self, start: Start) -> Field {
        self.form = Some(Asked { start, ..self.form() });
        self
    }

    pub const fn hint(mut self, hint: &'static str) -> Field {
        self.form = Some(Asked { hint: Some(hint), ..self.form() });
        self
    }

    pub const fn fold(mut self, title: &'static str) -> Field {
        self.form = Some(Asked { fold: Some(title), ..self.form() });
        self
    }

    /// Comes with the family on whose page the record is made.
    pub const fn carried(mut self) -> Field {
        self.form = Some(Asked { carried: true, ..self.form() });
        self
    }

    const fn form(&self) -> Asked {
        match self.form {
            Some(form) => form,
            None => Asked { must: false, start: Start::Empty, hint: None, fold: None, carried: false },
        }
    }

    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether a person's name stands there and nothing else: it is stored and compared without the spaces that people
    /// write in it. The name of what is no person is found by words in it too, and keeps its own.
    pub fn is_name(&self) -> bool {
        let found = self.finds.contains(&Find::Name) && !self.finds.contains(&Find::Words);
        found || self.name == OF_THE_FAMILY
    }

    /// Whether a telephone stands there: it is stored without what people write between its digits.
    pub fn is_phone(&self) -> bool {
        self.mask == Some(Mask::Phone) || self.has(Role::Phone)
    }

    /// The closed list whose codes it holds.
    pub fn choices(&self) -> Option<Choices> {
        match self.holds {
            Holds::Code(choices) | Holds::Codes(choices) => Some(choices),
            _ => None,
        }
    }
}

/// A family's name, beside the reference to it.
pub(super) const OF_THE_FAMILY: &str = "head_name";
