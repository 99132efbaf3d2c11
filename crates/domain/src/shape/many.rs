//! Into which fields one value may be put for many records at once.

use super::field::OF_THE_FAMILY;
use super::{Audience, Field, Find, Role, Shape};

impl Field {
    /// Whether one value may be put there for many records at once: not where it tells one from another, names another
    /// record, a person or a place, is masked, or is shown to some only.
    fn for_many(&self) -> bool {
        let names = self.has(Role::Natural) || self.has(Role::Sort) || self.finds.contains(&Find::Name);
        self.holds.is_plain()
            && !names
            && self.name != OF_THE_FAMILY
            && self.mask.is_none()
            && self.audience == Audience::Everyone
    }
}

/// The fields of a kind into which one value may be put for many records at once; none of a kind without a list, or that is
/// insert-only.
pub fn for_many(shape: &Shape) -> impl Iterator<Item = &'static Field> + use<> {
    // A noun whose form is made by hand tells of no field that it asks for it.
    let by_hand = shape.fields.iter().all(|field| field.form.is_none());
    let fields = if shape.list.is_empty() || shape.reversal.is_some() { &[] } else { shape.fields };
    // A form asks for a name along with the reference beside which it stands.
    let asked = move |field: &Field| {
        let reference = fields.iter().find(|other| other.named_by == Some(field.name));
        let form = reference.map_or(field.form, |reference| reference.form.filter(|_| !reference.required));
        form.is_some_and(|form| !form.carried)
    };
    fields.iter().filter(move |field| field.for_many() && (by_hand || asked(field)))
}
