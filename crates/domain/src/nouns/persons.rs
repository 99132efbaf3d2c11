//! Whom a record names: somebody with a name; of a family, by their own record, one of its people; alive on its day.

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use super::person::{Relation, died_before, died_on};
use super::{Noun, PersonRef, Problem, tidy_name};
use crate::around::{Beside, ITSELF, Look, Reach, Rule};
use crate::record::{Fields, Record};
use crate::shape::{Field, Holds, Role};

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

const DIED: &str = "person_died";

/// Among whom those are looked for whom a record names: its family's people.
pub(super) const IN_FAMILY: &[Look] = &[Look { kind: "person", their: "household", own: "household" }];

/// The same, and whose record the field `person` names, where there may be no family.
pub(super) const IN_FAMILY_OR_NAMED: &[Look] =
    &[IN_FAMILY[0], Look { kind: "person", their: ITSELF, own: "person.person" }];

/// Whoever was met, asked, counselled or helped on the noun's day was alive on it, in whichever field a person is named.
/// By their record, or by a name that in the family only the dead bear. Who writes is held to it, as with those who are
/// of the family.
pub(super) const fn alive_then<N: Noun>(looks: &'static [Look]) -> Rule {
    Rule { code: DIED, reach: Reach::Writer, looks, check: crate::around::check_of(dead::<N>) }
}

/// The same of what may be given after a death, as money for the funeral: it is told.
pub(super) const fn dead_told<N: Noun>(looks: &'static [Look]) -> Rule {
    Rule { code: DIED, reach: Reach::Told, looks, check: crate::around::check_of(dead::<N>) }
}

/// The same of a noun whose day is another than that by which it is ordered.
pub(super) const fn alive_on(looks: &'static [Look], check: crate::around::Check) -> Rule {
    Rule { code: DIED, reach: Reach::Writer, looks, check: crate::around::check_of(check) }
}

fn dead<N: Noun>(beside: &Beside<'_>) -> Vec<Problem> {
    let Some(on) = N::SHAPE.role(Role::Day) else { return Vec::new() };
    dead_by(beside, N::SHAPE.fields, on.label, |fields| fields.get(on.name)?.as_str()?.parse().ok())
}

/// Those named in these fields who had died by the day. What stood so before and is not touched is nobody's obstacle.
pub(super) fn dead_by(
    beside: &Beside<'_>,
    fields: &'static [Field],
    label: &str,
    day: impl Fn(&Fields) -> Option<NaiveDate>,
) -> Vec<Problem> {
    let Some(then) = day(beside.fields) else { return Vec::new() };
    let former = beside.before.filter(|before| day(before) == Some(then));
    let people: Vec<&Record> = beside.others().collect();
    let mut found = Vec::new();
    for field in fields.iter().filter(|field| matches!(field.holds, Holds::Person | Holds::People)) {
        let stood = former.map(|former| named(former, field.name)).unwrap_or_default();
        for (n, who) in named(beside.fields, field.name).iter().enumerate() {
            let Some(dead) = gone(who, &people, then).filter(|_| !stood.contains(who)) else { continue };
            let place = if field.holds == Holds::People {
                format!("{}.{n}.person", field.name)
            } else {
                field.name.to_owned()
            };
            let message = format!("“{}”{}离世，请核对{}和{label}", who.name, when(dead), field.label);
            found.push(Problem::new(&place, DIED, message));
        }
    }
    found
}

/// On which day, as it is told. Of a child the loss is told once, in the family's file.
fn when(dead: &Record) -> String {
    let child = dead.text("relation") == Some(Relation::Child.code());
    let on = died_on(&dead.fields).filter(|_| !child);
    on.map_or_else(|| "那天已经".to_owned(), |on| format!("已于{}", on.label()))
}

/// Whoever a field names, in their order.
fn named(fields: &Fields, field: &str) -> Vec<PersonRef> {
    let said: &[Value] = match fields.get(field) {
        Some(Value::Array(people)) => people.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    // One that cannot be read keeps the places of the others.
    let nobody = || PersonRef { person: None, name: String::new() };
    said.iter().map(|who| PersonRef::deserialize(who).unwrap_or_else(|_| nobody())).collect()
}

/// Who is meant, if they had died before the day; of a name alone, if all who bear it had.
fn gone<'r>(who: &PersonRef, people: &[&'r Record], then: NaiveDate) -> Option<&'r Record> {
    let is_meant = |person: &&Record| match who.person {
        Some(id) => person.id == id,
        None => !who.is_nameless() && person.text("name").map(tidy_name) == Some(tidy_name(&who.name)),
    };
    let meant: Vec<&'r Record> = people.iter().copied().filter(is_meant).collect();
    let all = meant.iter().all(|person| died_before(&person.fields, then));
    meant.first().copied().filter(|_| all)
}

/// A family of which nobody is left is not paired any more.
pub(super) const SOMEBODY_LIVES: Rule = Rule {
    code: "family_died",
    reach: Reach::Writer,
    looks: IN_FAMILY,
    check: crate::around::check_of(nobody_lives),
};

fn nobody_lives(beside: &Beside<'_>) -> Vec<Problem> {
    let from = beside.fields.get("from").and_then(Value::as_str);
    let Some(from) = from.and_then(|from| from.parse::<NaiveDate>().ok()) else { return Vec::new() };
    let mut people = beside.others().peekable();
    let gone = people.peek().is_some() && people.all(|person| died_before(&person.fields, from));
    let message = "这户登记的人那天都已离世，请核对是哪一户、从哪天起；家里还有别人的，请先登记他们";
    Vec::from_iter(gone.then(|| Problem::new("household", SOMEBODY_LIVES.code, message)))
}

/// Whether somebody is named, where a record may do without.
pub(super) fn is_named(who: Option<&PersonRef>) -> bool {
    who.is_some_and(|who| !who.is_nameless())
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, check, shape};
    use super::{DIED, NOT_OF_FAMILY};
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

    /// Whatever names one of a family on a day.
    #[test]
    fn nobody_is_met_asked_or_helped_after_their_death() {
        for kind in Kind::ALL {
            let shape = shape(kind).unwrap();
            let names = |holds| matches!(holds, Holds::Person | Holds::People);
            if shape.role(Role::Family).is_none() || !shape.fields.iter().any(|field| names(field.holds)) {
                continue;
            }
            let asked = shape.rules.iter().any(|rule| rule.code == DIED);
            // A claim is paid after a death.
            assert_eq!(asked, *kind != Kind::InsuranceClaim, "{kind:?}");
        }
    }

    #[test]
    fn a_name_that_somebody_living_bears_too_means_them_and_the_day_itself_is_none_after_it() {
        let one = example("visit", DIED).unwrap();
        let rule = shape(&Kind::Visit).unwrap().rules.iter().find(|rule| rule.code == DIED).unwrap();
        let told = |people: &[crate::Record], met: serde_json::Value| {
            let mut fields = one.record.fields.clone();
            fields.insert("met".into(), met);
            let seen = [people.to_vec()];
            let found = (rule.check)(&Beside::these(&fields, &seen));
            found.into_iter().map(|problem| (problem.field, problem.message)).collect::<Vec<_>>()
        };
        let with = |nth: u128, said: serde_json::Value| {
            let mut person = one.others[0].clone();
            person.id = uuid::Uuid::from_u128(nth);
            person.fields.remove("died_on");
            person.fields.extend(said.as_object().unwrap().clone());
            person
        };
        let by_name = || json!([{"name": "乙"}, {"name": "甲"}]);
        let dead = with(1, json!({"died_on": "2026-01-05"}));
        let found = told(std::slice::from_ref(&dead), by_name());
        assert!(found.len() == 1 && found[0].0 == "met.1.person", "{found:?}");
        assert!(found[0].1.contains("2026年1月5日"), "{found:?}");
        let living = with(2, json!({}));
        assert!(told(&[dead.clone(), living], by_name()).is_empty());
        let named = json!([{"name": "甲某", "person": dead.id}]);
        assert_eq!(told(std::slice::from_ref(&dead), named).len(), 1, "by the record, whatever the name");
        assert!(told(&[with(1, json!({"died_on": "2026-10-05"}))], by_name()).is_empty());
        // Somewhen in this year, and who knows when.
        assert!(told(&[with(1, json!({"died_on": "2026"}))], by_name()).is_empty());
        assert!(told(&[with(1, json!({"deceased": true}))], by_name()).is_empty());
        let child = told(&[with(1, json!({"died_on": "2014-05-01", "relation": "child"}))], by_name());
        assert!(child.len() == 1 && !child[0].1.contains("2014"), "{child:?}");
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
