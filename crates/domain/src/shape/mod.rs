//! What a noun says of itself: one [`Shape`] beside its struct. Whoever stores, merges, lists, finds, counts, hides,
//! labels or asks for a field reads it here; nobody keeps a table of fields of their own.

mod audience;
mod derives;
mod field;
mod halves;
mod list;
mod many;
mod parts;
mod past;
#[cfg(test)]
mod reading;
mod sample;
mod stamps;
mod taken;
mod words;

pub use audience::Audience;
pub use field::{Asked, Choices, Field, Find, Holds, Mask, Role, Start, code_in, label_in};
pub use list::{AGE, CONTACTS, Column, GAPS, LAST_VISIT, PLACE, Shows, TAKEN_BACK, TITLE, reckoned};
pub use many::for_many;
pub(crate) use parts::places_in;
pub use parts::{NEWER_CHOICE, Place, field_at, label_at, part_told, parts_told, places, words};
pub use past::Telling;
pub use sample::{sample, sample_of, samples, valid, worded};
pub use stamps::STAMPS;

use std::borrow::Cow;

use crate::around::Rule;
use crate::limits::Limits;
use crate::nouns::{self, Kind, Noun};
use crate::record::{Fields, MergeClass};
use crate::region::Level;

/// The work under which a noun's list stands. The first four are entries of the navigation; the lists of the others
/// stand together on one page, so that the navigation of a village's worker does not grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    Families,
    Visits,
    Members,
    Activities,
    /// 帮扶: help to families that goes on, and advice.
    Support,
    /// 组织: the association's own house.
    Association,
    /// 人才与宣传: who can do what, research, honours, what was published.
    Works,
}

/// What is told of a noun as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// By which it is counted: 户, 人, 次.
    pub unit: &'static str,
    /// What stands behind a number of them, unit and word, when it is not unit and label: `户家庭`.
    pub counted: Option<&'static str>,
    /// Where a record of it lies at the highest: a family lives in a village. Told; forms ask for it.
    pub level: Level,
    /// Read, checked by its own rules and by these limits, and named.
    pub check: fn(&Fields, Option<&Limits>) -> Result<nouns::Checked, nouns::Problem>,
    /// Its rules that look at other records.
    pub rules: &'static [Rule],
    /// What making one is called, when it is not 登记 and its label.
    pub making: Option<&'static str>,
    /// What mending one is called, when it is not 修改 and its label.
    pub mending: Option<&'static str>,
    /// Work done on its day: a report's months have it.
    pub is_work: bool,
    /// What the page of a family or of a person tells of it, each in a sentence of its own.
    pub past: &'static [Telling],
    /// Each of its records is one person. The field that names the same person under another noun; of the person's own
    /// noun there is none.
    pub who: Option<&'static str>,
    /// Lies where its family lies, and moves with it.
    pub follows_family: bool,
    /// Made void along with its family only, and listed there as void.
    pub void_with_family: bool,
    /// May give way to another record of its kind (`merged_into`).
    pub merges: bool,
    /// Insert-only, as money that was given is: nothing is changed in it and it is not made void ([`crate::fixed`]). A record
    /// of its kind that names it in this field takes it back.
    pub reversal: Option<&'static str>,
    /// What no two records of the kind may claim in the whole province unless one takes the other back: a payment by
    /// programme, period and beneficiary. In whichever townships they lie. The province keeps them: other words for the same
    /// need its records claimed anew. Only of what is insert-only.
    pub claims: fn(&Fields) -> Vec<String>,
    /// Bits of the column `flags` that follow from more than one field's code.
    pub flags: fn(&Fields) -> i64,
    /// Whether it has ended though nobody has told on which day.
    pub ended: fn(&Fields) -> bool,
    /// Under which work its list stands.
    pub home: Home,
    /// First letters of what making one is called (记一次走访: jyczf), for those who type without an input method; none:
    /// nothing of it is begun by Ctrl+K.
    pub initials: &'static str,
    /// What an empty list says: a title, then what to do.
    pub empty: (&'static str, &'static str),
    /// The columns of a list.
    pub list: &'static [Column],
    /// In the order in which a form asks for them.
    pub fields: &'static [Field],
}

impl Shape {
    /// A noun about which nothing is out of the ordinary.
    pub const fn new<N: Noun>(unit: &'static str, fields: &'static [Field]) -> Shape {
        Shape {
            unit,
            counted: None,
            level: Level::Township,
            check: nouns::check_of::<N>(),
            rules: &[],
            making: None,
            mending: None,
            is_work: false,
            past: &[],
            who: None,
            follows_family: false,
            void_with_family: false,
            merges: false,
            reversal: None,
            claims: |_| Vec::new(),
            flags: |_| 0,
            ended: |_| false,
            home: Home::Families,
            initials: "",
            empty: ("", ""),
            list: &[],
            fields,
        }
    }

    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Fields that have a role, in the order of the shape.
    pub fn with(&self, role: Role) -> impl Iterator<Item = &'static Field> + use<> {
        self.fields.iter().filter(move |field| field.has(role))
    }

    /// The first field that has a role.
    pub fn role(&self, role: Role) -> Option<&'static Field> {
        self.with(role).next()
    }

    /// What a search of records of this kind looks at, as the office calls it.
    pub fn found_by(&self) -> Vec<&'static str> {
        self.fields.iter().filter(|field| !field.finds.is_empty()).map(|field| field.label).collect()
    }

    /// Whether the field's value comes with a list that asks for no columns of its own: one of its columns shows it, or
    /// a row is opened by it.
    pub fn lists(&self, name: &str) -> bool {
        let shows = |column: &Column| match column.shows {
            Shows::Field(field) => field == name,
            Shows::Either(one, other) => one == name || other == name,
            _ => false,
        };
        self.list.iter().any(shows) || self.parents().any(|field| field == name)
    }

    /// The field from which a list tells an age.
    pub fn ages(&self) -> Option<&'static str> {
        self.list.iter().find_map(|column| match column.shows {
            Shows::Age(birth) => Some(birth),
            _ => None,
        })
    }

    /// The reference beside which this text says the name.
    pub fn reference_of(&self, text: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.named_by == Some(text))
    }

    /// Fields that name what a record belongs to, into what it was merged among them.
    pub fn parents(&self) -> impl Iterator<Item = &'static str> + use<> {
        let own = self.fields.iter().filter(|field| field.has(Role::Family) || field.has(Role::Parent));
        let into = self.merges.then_some(nouns::merge::MERGED_INTO);
        own.map(|field| field.name).chain(into)
    }
}

/// The shape of a kind; none of a kind of a newer program.
pub fn of(kind: &str) -> Option<&'static Shape> {
    nouns::shape(&Kind::from_code(kind))
}

/// A field of a kind, or one that every record has.
pub fn field(kind: &str, name: &str) -> Option<&'static Field> {
    of(kind).and_then(|shape| shape.field(name)).or_else(|| STAMPS.iter().find(|stamp| stamp.name == name))
}

/// Where a field stands among those of its kind, as people are shown them. The order of a record's own map is none: it
/// follows how the program was built.
pub fn place(kind: &str, name: &str) -> usize {
    let fields = of(kind).map(|shape| shape.fields).unwrap_or_default();
    fields.iter().position(|field| field.name == name).unwrap_or(fields.len())
}

/// The field of some kind by this name: of a kind of a newer program, and of what a form borrows from another record.
pub fn anywhere(name: &str) -> Option<&'static Field> {
    Kind::ALL.iter().filter_map(nouns::shape).find_map(|shape| shape.field(name))
}

/// The merge class of a field (`sync.md`, Merge). Unknown kinds and fields are ordinary.
pub fn merge_class(kind: &str, name: &str) -> MergeClass {
    of(kind).and_then(|shape| shape.field(name)).map_or(MergeClass::Ordinary, |field| field.merge)
}

/// How a field is masked.
pub fn mask(kind: &str, name: &str) -> Option<Mask> {
    of(kind)?.field(name)?.mask
}

/// Who reads a field. Of a kind or a field that this program does not know: as strictly as any field by that name.
pub fn audience(kind: &str, name: &str) -> Audience {
    let strictest = || {
        let all = Kind::ALL.iter().filter_map(nouns::shape).filter_map(|shape| shape.field(name));
        Audience::strictest(all.map(|field| field.audience)).unwrap_or(Audience::Everyone)
    };
    of(kind).and_then(|shape| shape.field(name)).map_or_else(strictest, |field| field.audience)
}

/// Whether a text is written freely, so that numbers in it are hidden.
pub fn is_free_text(kind: &str, name: &str) -> bool {
    of(kind).and_then(|shape| shape.field(name)).or_else(|| anywhere(name)).is_some_and(|field| field.free)
}

/// Whether people write into it what they like, a name or an address too: no code, no day, no number by which the office
/// knows the record. Of a field that nobody knows it may be.
pub fn is_prose(kind: &str, name: &str) -> bool {
    field(kind, name).or_else(|| anywhere(name)).is_none_or(|field| {
        let written = matches!(
            field.holds,
            Holds::Text | Holds::LongText | Holds::Texts | Holds::Person | Holds::People | Holds::Parts(_)
        );
        written && field.mask.is_none() && !field.has(Role::Natural)
    })
}

/// Fields of the kind that point to what it belongs to: a household, a person, a file, what it was merged into. Of a
/// kind of a newer program none is known.
pub fn parents(kind: &str) -> impl Iterator<Item = &'static str> {
    of(kind).into_iter().flat_map(|shape| shape.parents())
}

/// Fields of the kind that point to other records in any way: what a merge of those turns.
pub fn names(kind: &str) -> impl Iterator<Item = &'static str> {
    let beside = of(kind).into_iter().flat_map(|shape| shape.with(Role::Names)).map(|field| field.name);
    parents(kind).chain(beside)
}

/// Those of [`names`] for which another record may stand: what a record belongs to, and what can be merged.
pub fn names_that_turn(kind: &str) -> impl Iterator<Item = &'static str> {
    let turns = |field: &&'static Field| {
        let (Holds::Reference(kinds) | Holds::References(kinds)) = field.holds else { return false };
        kinds.is_empty() || kinds.iter().any(|kind| of(kind).is_some_and(|shape| shape.merges))
    };
    let beside = of(kind).into_iter().flat_map(|shape| shape.with(Role::Names)).filter(turns);
    parents(kind).chain(beside.map(|field| field.name))
}

/// Whether records of the kind are insert-only.
pub fn is_fixed(kind: &str) -> bool {
    reversal(kind).is_some()
}

/// The field by which a record of the kind names the one that it takes back; none of a kind that can be changed.
pub fn reversal(kind: &str) -> Option<&'static str> {
    of(kind)?.reversal
}

/// What a record of the kind claims ([`Shape::claims`]), each with the kind before it: `aid_entry|…`.
pub fn claims(kind: &str, fields: &Fields) -> Vec<String> {
    let own = of(kind).map(|shape| (shape.claims)(fields)).unwrap_or_default();
    own.into_iter().map(|claim| format!("{kind}|{claim}")).collect()
}

/// A value of the field as it is compared with others: an ID number in capitals, whichever x somebody typed.
pub fn as_compared<'t>(field: &Field, text: &'t str) -> Cow<'t, str> {
    if field.finds.contains(&Find::IdNumber) { Cow::Owned(text.to_uppercase()) } else { Cow::Borrowed(text) }
}

/// The field that has a role in a kind.
pub fn role(kind: &str, role: Role) -> Option<&'static Field> {
    of(kind)?.role(role)
}

#[cfg(test)]
mod tests;
