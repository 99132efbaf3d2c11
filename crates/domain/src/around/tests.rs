use std::convert::Infallible;

use super::*;
use crate::shape::Role;

/// Records that are simply there.
struct Plain(Vec<Record>);

impl Around for Plain {
    type Error = Infallible;
    fn others(&self, look: &Look, value: &str) -> Result<Vec<Record>, Infallible> {
        Ok(self.0.iter().filter(|record| answers(record, look, value)).cloned().collect())
    }
}

fn codes(around: &Plain, subject: Subject<'_>, reach: Reach) -> Vec<String> {
    let Ok(found) = problems(around, subject, reach);
    found.into_iter().map(|problem| problem.code).collect()
}

fn declared() -> impl Iterator<Item = (&'static str, &'static Rule)> {
    nouns::Kind::ALL.iter().flat_map(|kind| rules(kind.code()).map(|rule| (kind.code(), rule)))
}

#[test]
fn every_rule_finds_what_breaks_it_and_nothing_without() {
    for (kind, rule) in declared() {
        let of = format!("{kind} {}", rule.code);
        let one =
            example(kind, rule.code).unwrap_or_else(|| panic!("{of}: give an example of what breaks it"));
        let alone = codes(&Plain(Vec::new()), one.subject(), Reach::Told);
        assert!(!alone.contains(&rule.code.to_owned()), "{of}: it is broken by the record alone");
        for (reach, asked) in [
            (Reach::Told, true),
            (Reach::Writer, rule.reach >= Reach::Writer),
            (Reach::Desks, rule.reach >= Reach::Desks),
            (Reach::Province, rule.reach >= Reach::Province),
            (Reach::Everywhere, rule.reach >= Reach::Everywhere),
        ] {
            let found = codes(&Plain(one.others.clone()), one.subject(), reach);
            assert_eq!(found.contains(&rule.code.to_owned()), asked, "{of} {reach:?}");
        }
        // What stood so before is no obstacle.
        let stands = Subject { before: Some(&one.record.fields), ..one.subject() };
        assert!(codes(&Plain(one.others.clone()), stands, Reach::Told).is_empty(), "{of}");
        // A void record is nobody's neighbour, nor is the record its own.
        let mut void = one.others.clone();
        void.iter_mut().for_each(|other| other.void = Some(crate::Void::by_person("重复")));
        assert!(!codes(&Plain(void), one.subject(), Reach::Told).contains(&rule.code.to_owned()), "{of}");
    }
}

/// Families looked after, or people accompanied, one after the other.
#[test]
fn a_cap_counts_what_is_held_on_one_day() {
    for (kind, code) in [("counselling_pair", "pairs_many"), ("pairing", "families_many")] {
        let told = |others: Vec<Record>, subject: Subject<'_>| {
            codes(&Plain(others), subject, Reach::Writer).contains(&code.to_owned())
        };
        let one = example(kind, code).unwrap();
        assert!(told(one.others.clone(), one.subject()), "{code}: at once");
        let mut others = one.others.clone();
        for (month, other) in (1..).zip(&mut others) {
            other.fields.insert("from".into(), format!("2027-{month:02}-01").into());
            other.fields.insert("to".into(), format!("2027-{month:02}-20").into());
        }
        assert!(!told(others, one.subject()), "{code}: one after the other");
    }
}

#[test]
fn every_look_goes_by_what_a_book_finds() {
    for (kind, rule) in declared() {
        let of = format!("{kind} {}", rule.code);
        for look in rule.looks {
            let indexed = [Role::Natural, Role::Family, Role::Parent, Role::Names];
            let found = shape::field(look.kind, look.their)
                .is_some_and(|field| indexed.iter().any(|role| field.has(*role)));
            assert!(found || look.their == ITSELF, "{of}: a book would read every {}", look.kind);
            let own = look.own.split('.').next().unwrap_or_default();
            assert!(shape::field(kind, own).is_some(), "{of}: no field {own}");
        }
        if rule.reach == Reach::Province {
            let [look] = rule.looks else { panic!("{of}: the province goes by one look") };
            let parent = shape::parents(kind).any(|field| field == look.their);
            assert!(look.kind == kind && look.own == look.their && parent, "{of}: {look:?}");
            assert_eq!(parks(kind), Some(look.their));
        }
        if rule.reach == Reach::Everywhere {
            // What it goes by never changes: no edit has to be looked up.
            assert!(shape::is_fixed(kind) && rule.looks.iter().all(|look| look.kind == kind), "{of}");
            let one = example(kind, rule.code).unwrap();
            assert!(!shape::claims(kind, &one.record.fields).is_empty(), "{of}");
        }
    }
}

#[test]
fn a_number_is_the_same_whichever_x_somebody_typed() {
    let of = |kind: &str, field: &str, value: &str| {
        let fields = Fields::from_iter([(field.to_owned(), Value::from(value))]);
        let scope = "340323100".parse().unwrap();
        Record { id: Uuid::nil(), kind: kind.into(), scope, version: 1, fields, void: None }
    };
    let person = Look { kind: "person", their: "id_number", own: "id_number" };
    for (stored, looked) in
        [("11010519491231002x", "11010519491231002X"), ("11010519491231002X", "11010519491231002x")]
    {
        assert!(answers(&of("person", "id_number", stored), &person, looked), "{looked}");
        assert!(!answers(&of("person", "id_number", stored), &person, "110105194912310021"));
    }
    // What is no ID number is compared as it stands.
    let file = Look { kind: "support_file", their: "code", own: "code" };
    assert!(!answers(&of("support_file", "code", "a-1"), &file, "A-1"));
}

#[test]
fn what_is_saved_along_is_seen_as_it_will_be() {
    let one = example("contact_pair", "period_overlaps").unwrap();
    let around = Plain(one.others.clone());
    let mut ended = one.others[0].clone();
    ended.fields.insert("to".into(), "2026-10-31".into());
    let mut next = one.record.clone();
    next.fields.insert("from".into(), "2026-11-01".into());
    let subject = Subject { fields: &next.fields, ..one.subject() };
    let with = |saved: &Record| {
        let Ok(found) = problems(&With::new(&around, [saved]), subject, Reach::Desks);
        found.len()
    };
    assert_eq!((with(&next), with(&ended)), (1, 0));
}
