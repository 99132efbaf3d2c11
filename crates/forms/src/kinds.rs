//! The fields of each kind's own form, by its shape: most used first, the rest folded.

use tiexin_domain::shape::{self, Asked, Field, Holds};
use tiexin_domain::{Kind, nouns};

use crate::{FieldKind, FormField};

/// Every kind with a form of its own. A visit's is in [`crate::visit`].
pub fn with_form() -> impl Iterator<Item = &'static str> {
    let known = Kind::ALL.iter().filter(|kind| **kind != Kind::Visit);
    let asked = known.filter(|kind| {
        nouns::shape(kind).is_some_and(|shape| shape.fields.iter().any(|field| field.form.is_some()))
    });
    asked.map(Kind::code)
}

/// The fields of a kind's form; none of a kind that has none, and of a visit, whose form is its own.
pub fn of(kind: &str) -> Vec<FormField> {
    if kind == Kind::Visit.code() {
        return Vec::new();
    }
    let fields = shape::of(kind).map(|shape| shape.fields).unwrap_or_default();
    let mut form: Vec<FormField> =
        fields.iter().filter_map(|field| Some(form_field(field, field.form?))).collect();
    if kind == Kind::Member.code() {
        // A member's number and telephone are the person's.
        let at = form.iter().position(|field| field.name == "group").unwrap_or(form.len());
        form.splice(at..at, borrowed());
    }
    form
}

fn borrowed() -> [FormField; 2] {
    [
        FormField::new("id_number", "身份证号", FieldKind::Text).hint("团体会员不用填，一时没有可以先空着"),
        FormField::new("phone", "联系电话", FieldKind::Text).hint("没有就写“无”"),
    ]
}

fn form_field(field: &Field, asked: Asked) -> FormField {
    let kind = match field.holds {
        _ if asked.carried => FieldKind::Carried,
        Holds::Text | Holds::Instant => FieldKind::Text,
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
        Holds::Reference(["household"]) => FieldKind::Family,
        Holds::Person => FieldKind::Person,
        Holds::People => FieldKind::People,
        // No form asks for these.
        Holds::Reference(_) | Holds::References(_) | Holds::Parts(_) => FieldKind::Carried,
    };
    FormField {
        name: field.name,
        label: field.label,
        kind,
        hint: asked.hint,
        required: asked.must,
        start: asked.start,
        group: asked.fold,
        wide: false,
    }
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
}
