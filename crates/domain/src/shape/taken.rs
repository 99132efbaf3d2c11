//! What a new record takes over from one that is there: from the last of its kind, or from one that somebody chose.

use super::field::OF_THE_FAMILY;
use super::{Audience, Field, Find, Holds, Role, Shape};
use crate::record::Fields;

impl Field {
    /// The next record of its kind begins with what the last one says here.
    pub const fn again(mut self) -> Field {
        self.again = true;
        self
    }

    /// Whether another record may begin with what one says here: what the form asks for at first sight. Never a text in
    /// the writer's own words, a masked number, what only some may read, or what tells one record from another; when it
    /// was, how much, and whether it is done are said anew.
    fn is_copied(&self) -> bool {
        let held = match self.holds {
            Holds::Text
            | Holds::Code(_)
            | Holds::Codes(_)
            | Holds::Region
            | Holds::Reference(_)
            | Holds::Person
            | Holds::People => true,
            Holds::LongText
            | Holds::Texts
            | Holds::Day
            | Holds::PartialDay
            | Holds::Moment
            | Holds::Instant
            | Holds::Money
            | Holds::Count
            | Holds::Minutes
            | Holds::Flag
            | Holds::References(_)
            | Holds::Parts(_) => false,
        };
        let own =
            [Find::Name, Find::IdNumber, Find::Phone, Find::Code].iter().any(|f| self.finds.contains(f));
        held && !own
            && self.form.is_some_and(|form| !form.carried && form.fold.is_none())
            && !self.free
            && self.mask.is_none()
            && self.audience == Audience::Everyone
            && !self.has(Role::Natural)
    }
}

impl Shape {
    /// What another record takes over from one with these fields; `again`: by itself, because it is the next of its
    /// kind. A reference comes with the name beside it; one person's does not come, for the next record is another's.
    pub fn taken(&self, fields: &Fields, again: bool) -> Fields {
        let mut taken = Fields::new();
        let named = |name: &str| self.field(name).is_some_and(|field| field.finds.contains(&Find::Name));
        let is_somebody = |field: &Field| field.named_by.is_some_and(named);
        let copied = |field: &&Field| field.is_copied() && (field.again || !again) && !is_somebody(field);
        for field in self.fields.iter().filter(copied) {
            let beside = match field.has(Role::Family) {
                true => Some(OF_THE_FAMILY),
                false => field.named_by,
            };
            for name in [Some(field.name), beside].into_iter().flatten() {
                taken.extend(fields.get(name).map(|value| (name.to_owned(), value.clone())));
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::{self, Kind};
    use crate::shape::{self, samples};
    use std::collections::BTreeSet;

    /// A mark that does nothing, or a note that goes on from one record to the next.
    #[test]
    fn what_comes_again_may_be_copied() {
        let mut marked = 0;
        for kind in Kind::ALL {
            let Some(shape) = nouns::shape(kind) else { continue };
            for field in shape.fields.iter().filter(|field| field.again) {
                assert!(field.is_copied(), "{kind:?}.{}", field.name);
                marked += 1;
            }
        }
        assert!(marked > 0);
    }

    #[test]
    fn notes_numbers_and_what_only_some_read_are_never_taken_over() {
        for kind in Kind::ALL {
            let Some(shape) = nouns::shape(kind) else { continue };
            for name in shape.taken(&samples(shape.fields), false).keys() {
                let field = shape::field(kind.code(), name).unwrap();
                assert!(!field.free && field.mask.is_none(), "{kind:?}.{name}");
                assert_eq!(field.audience, Audience::Everyone, "{kind:?}.{name}");
            }
        }
        let of = |kind: &str, again| {
            let shape = shape::of(kind).unwrap();
            let taken = shape.taken(&samples(shape.fields), again);
            taken.keys().cloned().collect::<BTreeSet<String>>()
        };
        let again = ["kind", "of", "of_name", "place"].map(str::to_owned);
        assert_eq!(of("meeting", true), BTreeSet::from(again));
        assert!(of("meeting", false).contains("present"));
        assert!(of("rights_case", true).is_empty());
        // Who holds a post or a qualification, and whom an honour is for, is said anew.
        for (kind, who, stays) in [
            ("post", "person", "organisation"),
            ("qualification", "holder", "kind"),
            ("honour", "holder", "honour"),
        ] {
            let taken = of(kind, false);
            assert!(!taken.contains(who) && !taken.contains("name"), "{kind}: {taken:?}");
            assert!(taken.contains(stays), "{kind}: {taken:?}");
        }
    }
}
