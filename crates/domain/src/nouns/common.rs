//! Fields that many nouns have alike.

use crate::shape::{Audience, Field, Find, Holds, Role, Start};

/// The family that a record is about; of nouns that cannot be without one.
pub(super) const FAMILY: Field =
    Field::new("household", "家庭", Holds::Reference(&["household"])).required().roles(&[Role::Family]);

/// The head of that family, so that a list can be read.
pub(super) const HEAD_NAME: Field =
    Field::new("head_name", "户主", Holds::Text).required().finds(&[Find::Words]);

/// The same of nouns that may be about nobody's family. Whose it is stands on the record's own page only.
pub(super) const MAYBE_FAMILY: Field = Field::new("household", "家庭", Holds::Reference(&["household"]))
    .roles(&[Role::Family])
    .audience(Audience::OwnPage)
    .asked();

pub(super) const MAYBE_HEAD: Field = Field::new("head_name", "户主", Holds::Text).audience(Audience::OwnPage);

/// Where it lies; a form begins with where the worker is.
pub(super) const REGION: Field = Field::new("region", "所在村（社区）", Holds::Region).required();

/// The same, where the form asks for it.
pub(super) const ASKED_REGION: Field = REGION.must().start(Start::Here);

/// The same of what may lie at a township or above it.
pub(super) const SEAT: Field =
    Field::new("region", "所在地", Holds::Region).required().must().start(Start::Here);

/// A year has no more, wherever and whenever: no limit that an office could set otherwise.
pub(super) const DAYS_OF_A_YEAR: u32 = 366;

/// The name of a person or a unit.
pub(super) const NAME: Field =
    Field::new("name", "姓名", Holds::Text).required().roles(&[Role::Sort]).finds(&[Find::Name]).must();

/// The name of what is no person: found by its sound and by words in it.
pub(super) const fn named(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Holds::Text).required().finds(&[Find::Name, Find::Words]).must()
}

/// The name beside a reference, of what cannot be without a name: the form asks for both by the reference.
pub(super) const fn named_beside(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Holds::Text).required().finds(&[Find::Name, Find::Words])
}

/// Since when it holds; a form begins with today.
pub(super) const FROM: Field =
    Field::new("from", "从哪天起", Holds::Day).required().roles(&[Role::Day]).must().start(Start::Today);

/// Its last day.
pub(super) const TO: Field =
    Field::new("to", "到哪天止", Holds::Day).not_before("from").roles(&[Role::Until, Role::LastDay]).asked();

/// The organisation that it is of, where it has a record, and what it is called.
pub(super) const ORGANISATION: Field =
    Field::new("organisation", "所属组织", Holds::Reference(&["organisation"]))
        .named_by("organisation_name")
        .roles(&[Role::Names])
        .asked();

pub(super) const ORGANISATION_NAME: Field =
    Field::new("organisation_name", "所属组织", Holds::Text).finds(&[Find::Words]);

pub(super) const PHONE: Field =
    Field::new("phone", "联系电话", Holds::Text).mask(crate::shape::Mask::Phone).finds(&[Find::Phone]);

pub(super) const NOTES: Field = Field::new("notes", "备注", Holds::LongText).note();

/// The day on which it happened; a form begins with today.
pub(super) const fn on_day(name: &'static str, label: &'static str) -> Field {
    let day = Field::new(name, label, Holds::Day).required().past().roles(&[Role::Day]);
    day.must().start(Start::Today)
}
