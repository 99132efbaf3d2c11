//! Whom a record names: somebody with a name; of a family, by their own record, one of its people.

use serde::Deserialize;
use serde_json::Value;

use super::{Noun, PersonRef, Problem};
use crate::around::{Beside, ITSELF, Look, Reach, Rule};
use crate::record::Record;
use crate::shape::Role;

const NOT_OF_FAMILY: &str = "not_of_family";

/// Whom a record of the noun names, in its fields with [`Role::Persons`]. Only who writes is held to it, as with those met
/// on a visit: whoever decides on what comes from elsewhere cannot mend it, and a family's people may have changed since.
/// A name alone may be anybody's.
pub(super) const fn of_the_family<N: Noun>() -> Rule {
    const LOOKS: &[Look] = &[
        Look { kind: "household", their: ITSELF, own: "household" },
        Look { kind: "person", their: "household", own: "household" },
    ];
    Rule {
        code: NOT_OF_FAMILY,
        reach: Reach::Writer,
        looks: LOOKS,
        check: crate::around::check_of(strangers::<N>),
    }
}

/// The first of those named in each field who is none of the family. Of a family that is not here nothing can be told.
fn strangers<N: Noun>(beside: &Beside<'_>) -> Vec<Problem> {
    let [home, persons] = beside.seen else { return Vec::new() };
    if home.is_empty() {
        return Vec::new();
    }
    N::SHAPE
        .with(Role::Persons)
        .filter_map(|field| stranger(beside.fields.get(field.name)?, field.name, persons))
        .collect()
}

fn stranger(said: &Value, field: &str, persons: &[Record]) -> Option<Problem> {
    let named: &[Value] = match said {
        Value::Array(people) => people.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut named = named.iter().filter_map(|named| PersonRef::deserialize(named).ok());
    let stranger =
        |named: &PersonRef| named.person.is_some_and(|id| persons.iter().all(|person| person.id != id));
    let told = |named: PersonRef| {
        let message = format!("“{}”不是这户的人，请从这户的人里选", named.name);
        Problem::new(field, NOT_OF_FAMILY, message)
    };
    named.find(stranger).map(told)
}

/// Whether somebody is named, where a record may do without.
pub(super) fn is_named(who: Option<&PersonRef>) -> bool {
    who.is_some_and(|who| !who.is_nameless())
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, check, shape};
    use super::NOT_OF_FAMILY;
    use crate::around::{Beside, example};
    use crate::shape::{Holds, Role, valid};
    use serde_json::json;

    #[test]
    fn whoever_a_record_of_a_family_names_is_asked_for_among_its_people() {
        let mut asked = 0;
        for kind in Kind::ALL {
            let shape = shape(kind).unwrap();
            if shape.role(Role::Family).is_some() && shape.role(Role::Persons).is_some() {
                let is_so = |code: &str| matches!(code, NOT_OF_FAMILY | "not_met");
                assert!(shape.rules.iter().any(|rule| is_so(rule.code)), "{kind:?}");
                asked += 1;
            }
        }
        assert!(asked >= 5, "{asked}");
    }

    /// Whatever it is called: what is told is of the field in which the person stands.
    #[test]
    fn a_stranger_is_told_of_the_field_that_names_persons() {
        for kind in Kind::ALL {
            let shape = shape(kind).unwrap();
            let Some(rule) = shape.rules.iter().find(|rule| rule.code == NOT_OF_FAMILY) else { continue };
            let field = shape.role(Role::Persons).unwrap();
            let one = example(kind.code(), NOT_OF_FAMILY).unwrap();
            let of = |kind: &str| {
                one.others.iter().filter(|other| other.kind == kind).cloned().collect::<Vec<_>>()
            };
            let seen = [of("household"), of("person")];
            let found = (rule.check)(&Beside::these(&one.record.fields, &seen));
            assert_eq!(
                found.iter().map(|problem| &problem.field).collect::<Vec<_>>(),
                [field.name],
                "{kind:?}"
            );
            // A name alone may be anybody's.
            let mut unknown = one.record.fields.clone();
            unknown.insert(field.name.into(), json!({"name": "甲"}));
            assert!((rule.check)(&Beside::these(&unknown, &seen)).is_empty(), "{kind:?}");
        }
    }

    /// A request, a claim, a session of nobody.
    #[test]
    fn whom_a_record_is_about_has_a_name() {
        let mut asked = 0;
        for kind in Kind::ALL {
            for field in shape(kind).unwrap().fields.iter().filter(|field| field.holds == Holds::Person) {
                let mut fields = valid(kind).unwrap();
                fields.remove("anonymous");
                fields.insert(field.name.into(), json!({"name": " "}));
                let problems = check(kind.code(), &fields).unwrap().problems;
                assert!(
                    problems.iter().any(|problem| problem.field == field.name),
                    "{kind:?}.{}",
                    field.name
                );
                asked += 1;
            }
        }
        assert!(asked >= 7, "{asked}");
        let mut survey = valid(&Kind::NeedSurvey).unwrap();
        survey.insert("persons".into(), json!([{"name": ""}]));
        assert_eq!(check("need_survey", &survey).unwrap().problems[0].field, "persons");
        survey.insert("persons".into(), json!([{"name": ""}, {"name": "甲"}]));
        assert!(check("need_survey", &survey).unwrap().problems.is_empty());
    }
}
