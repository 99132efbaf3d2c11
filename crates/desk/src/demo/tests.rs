//! The county is the same for a seed, and everything in it obeys the rules.

use std::collections::HashSet;
use std::sync::LazyLock;

use chrono::NaiveDate;
use tiexin_domain::limits::Limits;
use tiexin_domain::{IdNumber, nouns, shape};

use super::*;

fn ground() -> Vec<Township> {
    TOWNSHIPS
        .iter()
        .map(|code| Township {
            code: code.parse().unwrap(),
            name: "某镇".into(),
            villages: (1..=9)
                .map(|n| (format!("{code}{n:03}").parse().unwrap(), format!("第{n}村村民委员会")))
                .collect(),
        })
        .collect()
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

fn all(seed: u64, scale: Scale) -> Vec<Made> {
    county(seed, today(), scale, &ground()).unwrap().into_iter().flat_map(|t| t.groups).flatten().collect()
}

static FULL: LazyLock<Vec<Made>> = LazyLock::new(|| all(SEED, Scale::FULL));

#[test]
fn a_seed_fixes_the_county() {
    assert_eq!(all(7, Scale::SMALL), all(7, Scale::SMALL));
    assert_ne!(all(7, Scale::SMALL), all(8, Scale::SMALL));
}

#[test]
fn everything_obeys_the_rules() {
    let mut ids = HashSet::new();
    let mut numbers = HashSet::new();
    let made = &*FULL;
    let known: HashSet<_> = made.iter().map(|m| m.id).collect();
    for record in made {
        let limits = Some(Limits::of_the_program());
        let checked = nouns::check_by(record.kind.code(), &record.fields, limits).unwrap();
        assert!(checked.problems.is_empty(), "{:?} {:?}", record.fields, checked.problems);
        assert!(ids.insert(record.id), "an id twice");
        if let Some(number) = record.fields.get("id_number").and_then(|v| v.as_str()) {
            assert!(number.starts_with("340399"));
            assert_eq!(IdNumber::read(number).unwrap().number.as_str(), number);
            assert!(numbers.insert(number.to_owned()), "an ID number twice");
        }
        for field in ["phone"] {
            if let Some(phone) = record.fields.get(field).and_then(|v| v.as_str()) {
                assert!(phone.starts_with("1990000") && phone.len() == 11);
            }
        }
        for parent in shape::parents(record.kind.code()) {
            if let Some(id) = record.fields.get(parent).and_then(|v| v.as_str()) {
                assert!(known.contains(&id.parse().unwrap()), "{parent} points nowhere");
            }
        }
    }
}

#[test]
fn it_is_as_large_as_a_county_is() {
    let made = &*FULL;
    let count = |kind: &str| made.iter().filter(|m| m.kind.code() == kind).count();
    // Four families were registered twice.
    assert_eq!(count("household"), 2004);
    assert_eq!(count("support_file"), 80);
    assert_eq!(count("member"), 3000);
    assert!((4000..8000).contains(&count("person")), "{}", count("person"));
    assert!((1800..4500).contains(&count("visit")), "{}", count("visit"));
    // Pictures are added to visits later, when the book is there; decisions are people's.
    let not_made = ["attachment", "settlement", "merge"];
    for kind in tiexin_domain::Kind::ALL.iter().filter(|kind| !not_made.contains(&kind.code())) {
        assert!(count(kind.code()) > 0, "{kind:?}");
    }
}

#[test]
fn nobody_who_declined_is_visited_and_nothing_lies_in_the_future() {
    let made = &*FULL;
    let declined: HashSet<_> = made
        .iter()
        .filter(|m| m.fields.get("preference").is_some_and(|p| p == "declined"))
        .map(|m| m.fields["household"].clone())
        .collect();
    assert!(!declined.is_empty());
    for visit in made.iter().filter(|m| m.kind.code() == "visit") {
        assert!(!declined.contains(&visit.fields["household"]));
        assert!(visit.fields["date"].as_str().unwrap() < "2026-11-23");
    }
    let told =
        |word: &str| made.iter().any(|m| m.fields.get("note").is_some_and(|n| n.to_string().contains(word)));
    assert!(told("粽子") && told("长寿面"));
}
