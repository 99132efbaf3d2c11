//! What of a shape decides which columns, links and search words a record has. When it changes, the records that are
//! there already are derived anew.

use std::fmt::Write;

use serde_json::Value;

use super::sample::{each, samples};
use super::{Field, Holds, Shape};
use crate::record::Fields;

impl Shape {
    /// All that columns, links and search words of this kind follow from, as a text that differs whenever it does:
    /// roles, bits and finds as they stand in the shape; of the two functions, which nobody can look into, what they
    /// give for a record of each sort. Labels, forms and lists have no part in it.
    pub fn derives(&self) -> String {
        let mut all = format!("merges {}\n", self.merges);
        if self.reversal.is_some() {
            all.push_str("claims lead to it\n");
        }
        for field in self.fields {
            if field.roles.is_empty() && field.bits.is_empty() && field.finds.is_empty() {
                continue;
            }
            let Field { name, roles, bits, finds, absent, .. } = field;
            // Writing to a text cannot fail.
            let _ = writeln!(all, "{name} {} {roles:?} {bits:?} {finds:?} {absent:?}", held(field.holds));
        }
        let required: Vec<Field> = self.fields.iter().filter(|field| field.required).copied().collect();
        self.told_apart("all", samples(self.fields), &mut all);
        self.told_apart("few", samples(&required), &mut all);
        all
    }

    /// What flags and end of a record are, and of those that differ from it in one field where that changes them.
    fn told_apart(&self, which: &str, mut record: Fields, all: &mut String) {
        let given = |record: &Fields| ((self.flags)(record), (self.ended)(record));
        let usual = given(&record);
        let _ = writeln!(all, "{which} {usual:?}");
        for field in self.fields {
            let kept = record.remove(field.name);
            let mut tell = |value: Option<&Value>, given: (i64, bool)| {
                if given != usual {
                    let _ = writeln!(all, "{} {value:?} {given:?}", field.name);
                }
            };
            tell(None, given(&record));
            for value in each(field.holds) {
                record.insert(field.name.to_owned(), value.clone());
                tell(Some(&value), given(&record));
            }
            match kept {
                Some(kept) => record.insert(field.name.to_owned(), kept),
                None => record.remove(field.name),
            };
        }
    }
}

/// What a field holds, as far as what is derived of it depends on that.
fn held(holds: Holds) -> String {
    match holds {
        Holds::Code(_) => "Code".to_owned(),
        Holds::Codes(_) => "Codes".to_owned(),
        Holds::Reference(_) => "Reference".to_owned(),
        Holds::References(_) => "References".to_owned(),
        // What the parts are worth.
        Holds::Parts(parts) => {
            let money = parts.iter().find(|part| part.holds == Holds::Money);
            format!("Parts {:?}", money.map(|part| part.name))
        }
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::visit::Presence;
    use crate::nouns::{Noun, Person, Visit};
    use crate::shape::{Find, Role};

    fn with(shape: Shape, change: impl FnOnce(&mut [Field])) -> String {
        let mut fields = shape.fields.to_vec();
        change(&mut fields);
        Shape { fields: fields.leak(), ..shape }.derives()
    }

    fn of<'f>(fields: &'f mut [Field], name: &str) -> &'f mut Field {
        fields.iter_mut().find(|field| field.name == name).unwrap()
    }

    #[test]
    fn whatever_changes_what_is_derived_changes_the_text() {
        let (visit, person) = (Visit::SHAPE.derives(), Person::SHAPE.derives());
        let mended = |change: fn(&mut Field), name| with(Visit::SHAPE, |all| change(of(all, name)));
        assert_eq!(mended(|_| {}, "needs"), visit);
        for other in [
            mended(|field| field.finds = &[], "needs"),
            mended(|field| field.finds = &[Find::Name], "needs"),
            mended(|field| field.roles = &[Role::Sort], "head_name"),
            mended(|field| field.roles = &[], "follow_up"),
            mended(|field| field.bits = &[("away", 64)], "presence"),
            mended(|field| field.absent = Some("away"), "presence"),
            mended(|field| field.holds = Holds::Texts, "gifts"),
            Shape { flags: |_| 0, ..Visit::SHAPE }.derives(),
            Shape { flags: |f| i64::from(f.contains_key("presence")), ..Visit::SHAPE }.derives(),
            Shape { ended: |f| f.get("kind") == Some(&Value::from("hospital")), ..Visit::SHAPE }.derives(),
            Shape { merges: !Visit::SHAPE.merges, ..Visit::SHAPE }.derives(),
        ] {
            assert_ne!(other, visit);
        }
        let deceased: fn(&Fields) -> bool = |f| f.get("deceased") == Some(&Value::Bool(true));
        assert_ne!(Shape { ended: deceased, ..Person::SHAPE }.derives(), person);
    }

    #[test]
    fn what_people_see_of_a_field_changes_nothing() {
        let mended = |change: fn(&mut Field)| with(Visit::SHAPE, |all| change(of(all, "presence")));
        let shown = mended(|field| (field.label, field.form, field.past) = ("见着没有", None, true));
        assert_eq!(shown, Visit::SHAPE.derives());
        // One code more, of which the usual follows.
        let more = mended(|field| {
            let codes = Presence::CHOICES.iter().copied().chain([("of_the_future", "新")]);
            field.holds = Holds::Code(codes.collect::<Vec<_>>().leak());
        });
        assert_eq!(more, Visit::SHAPE.derives());
    }
}
