//! The fields of each kind's own form, by its shape: most used first, the rest folded.

use tiexin_domain::nouns::Person;
use tiexin_domain::shape::{self, Asked, Field, Holds, Start};
use tiexin_domain::{Kind, Noun};

use crate::{FieldKind, FormField};

/// Every kind with a form of this sort. A visit's is in [`crate::visit`].
pub fn with_form() -> impl Iterator<Item = &'static str> {
    Kind::ALL.iter().map(Kind::code).filter(|kind| !of(kind).is_empty())
}

/// The fields of a kind's form; none of a kind that has none.
pub fn of(kind: &str) -> Vec<FormField> {
    let fields = shape::of(kind).map(|shape| shape.fields).unwrap_or_default();
    let mut form: Vec<FormField> = fields.iter().filter_map(form_field).collect();
    if kind == Kind::Member.code() {
        let at = form.iter().position(|field| field.name == "in_group").unwrap_or(form.len());
        form.splice(at..at, borrowed());
    }
    form
}

/// A member's number and telephone are the person's.
fn borrowed() -> impl Iterator<Item = FormField> {
    let own = ["id_number", "phone"].into_iter().filter_map(|name| form_field(Person::SHAPE.field(name)?));
    own.map(|field| match field.name {
        "id_number" => field.hint("团体会员不用填，一时没有可以先空着"),
        _ => field,
    })
}

/// The fields of a kind that may be set for many records at once, each for a form of its own.
pub fn for_many(kind: &str) -> Vec<FormField> {
    let fields = shape::of(kind).into_iter().flat_map(shape::for_many);
    let own = Asked { must: false, start: Start::Empty, hint: None, fold: None, carried: false };
    // Whether it may be empty is for each record to say.
    let alone = |asked: Asked| Asked { must: false, start: Start::Empty, fold: None, ..asked };
    fields.filter_map(|field| drawn(field, field.form.map_or(own, alone))).collect()
}

/// The fields of a row in a list of parts.
pub fn of_part(parts: &'static [Field]) -> Vec<FormField> {
    parts.iter().filter_map(form_field).collect()
}

fn form_field(field: &Field) -> Option<FormField> {
    drawn(field, field.form?)
}

fn drawn(field: &Field, asked: Asked) -> Option<FormField> {
    let kind = match field.holds {
        _ if asked.carried => FieldKind::Carried,
        Holds::Text => FieldKind::Text,
        Holds::LongText => FieldKind::Long,
        Holds::Texts => FieldKind::Tags,
        Holds::Code(choices) => FieldKind::Code(choices),
        Holds::Codes(choices) => FieldKind::Codes(choices),
        Holds::Day if field.past => FieldKind::Day,
        Holds::Day => FieldKind::DayNear,
        Holds::PartialDay => FieldKind::PartialDay,
        Holds::Moment => FieldKind::Moment,
        Holds::Money => FieldKind::Money,
        Holds::Count => FieldKind::Count,
        Holds::Minutes => FieldKind::Minutes,
        Holds::Flag => FieldKind::Flag,
        Holds::Region => FieldKind::Region,
        Holds::Reference(["household"]) if field.named_by.is_none() => FieldKind::Family,
        // No form of this sort can ask for one without a name.
        Holds::Reference(kinds) => {
            FieldKind::Record { kinds, named_by: field.named_by?, free: !field.required }
        }
        Holds::Person => FieldKind::Person,
        Holds::People => FieldKind::People,
        Holds::Parts(parts) => FieldKind::Parts(parts),
        // No form of this sort can ask for these.
        Holds::Instant | Holds::References(_) => return None,
    };
    Some(FormField {
        name: field.name,
        label: field.label,
        kind,
        hint: asked.hint,
        required: asked.must,
        start: asked.start,
        group: asked.fold,
        wide: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only what is made on a family's page comes with the family.
    #[test]
    fn a_visit_is_begun_anywhere_and_contacts_on_the_family_s_page() {
        let carried = |kind: &str| of(kind).iter().any(|field| matches!(field.kind, FieldKind::Carried));
        let made_there: Vec<&str> = Kind::ALL.iter().map(Kind::code).filter(|kind| carried(kind)).collect();
        assert_eq!(made_there, ["person", "contact_pair"]);
        assert!(of("visit").is_empty() && !of("member").is_empty());
    }

    /// Whatever the shape lets be set for many can be drawn, also of a visit, which has a form of its own.
    #[test]
    fn a_field_for_many_can_be_filled_in() {
        for kind in Kind::ALL.iter().map(Kind::code) {
            let told: Vec<&str> =
                shape::of(kind).into_iter().flat_map(shape::for_many).map(|field| field.name).collect();
            let drawn = for_many(kind);
            assert_eq!(drawn.iter().map(|field| field.name).collect::<Vec<_>>(), told, "{kind}");
            assert!(
                drawn.iter().all(|field| field.group.is_none() && !field.required && field.shown()),
                "{kind}"
            );
        }
        assert!(for_many("visit").iter().any(|field| field.name == "kind"));
    }
}
