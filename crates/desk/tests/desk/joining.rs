//! Who becomes one of a family by an ID number: the same person, never somebody else.

use serde_json::{Value, json};
use tiexin_contract::family::{GetFamily, RegisterFamily};
use tiexin_contract::records::{GetRecord, SaveRecord};
use tiexin_domain::nouns::Person;
use tiexin_domain::nouns::person::Relation;
use tiexin_store::{By, Save};
use uuid::Uuid;

use crate::meanwhile::behind;
use crate::office::{Office, VILLAGE, day, family, fields};

const NUMBER: &str = "34052419800101001X";
const OTHERS: &str = "340524198001010028";
const ELSEWHERE: &str = "340323100002";

fn new(kind: &str, value: Value) -> SaveRecord {
    SaveRecord { kind: kind.into(), id: None, version: None, fields: fields(value) }
}

/// Registers a member of another village and gives the person.
async fn member(office: &Office, name: &str, number: &str) -> Uuid {
    let member = json!({"name": name, "region": ELSEWHERE, "structure": "individual", "id_number": number});
    let row = office.ok(new("member", member)).await.row;
    row.fields["person"].as_str().unwrap().parse().unwrap()
}

fn with(people: &[(&str, Relation, &str)]) -> RegisterFamily {
    let mut family = family("贾文广");
    family.persons = people
        .iter()
        .map(|(name, relation, number)| {
            let mut person = Person::named(VILLAGE.parse().unwrap(), *name);
            person.relation = Some(relation.clone());
            person.id_number = Some((*number).to_owned());
            person
        })
        .collect();
    family
}

#[tokio::test]
async fn a_family_never_takes_over_somebody_else() {
    let office = Office::township(day(2026, 10, 20)).await;
    let (one, other) = (member(&office, "于桂", NUMBER).await, member(&office, "孙梅", OTHERS).await);
    for at in 0..3 {
        let people =
            [("贾文广", Relation::Head, ""), ("周", Relation::Spouse, ""), ("吴", Relation::Parent, "")];
        let mut family = with(&people);
        family.persons[at].name = "王大锤".into();
        family.persons[at].id_number = Some(NUMBER.into());
        let refused = office.refused(family).await;
        let told = refused.about(&format!("persons.{at}.id_number"));
        assert!(told.is_some_and(|word| word.contains("另一个姓名")), "{at}: {refused:?}");
    }
    // Everything wrong is told at once, and nobody was changed.
    let refused =
        office.refused(with(&[("王大锤", Relation::Head, NUMBER), ("周", Relation::Spouse, OTHERS)])).await;
    assert!(refused.about("persons.0.id_number").is_some() && refused.about("persons.1.id_number").is_some());
    for (person, name) in [(one, "于桂"), (other, "孙梅")] {
        let row = office.ok(GetRecord { id: person }).await;
        assert_eq!((row.title.as_str(), row.region.as_str()), (name, ELSEWHERE));
        assert!(!row.fields.contains_key("household"));
    }
    // By their own names they join.
    let joined = with(&[("于 桂", Relation::Head, NUMBER), ("孙梅", Relation::Spouse, OTHERS)]);
    let home = office.ok(joined).await.id;
    let page = office.ok(GetFamily { household: home }).await;
    assert_eq!(page.persons.iter().map(|row| row.id).collect::<Vec<_>>(), [one, other]);
}

/// What was wrong with a person before, and is not touched, is nobody's obstacle.
#[tokio::test]
async fn an_older_fault_of_a_person_holds_back_no_family() {
    let office = Office::township(day(2026, 10, 20)).await;
    let person = member(&office, "于桂", NUMBER).await;
    behind(&office, |book| {
        let mut now = book.get(person).unwrap().unwrap();
        now.fields.insert("phone".into(), json!("1990000"));
        let by = By { author: book.users().unwrap()[0].id, now_ms: 1, group: Uuid::from_u128(3) };
        let save = Save { id: person, kind: now.kind, fields: now.fields, void: None };
        book.save_group(&[save], &by).unwrap();
    })
    .await;
    let home = office.ok(with(&[("于桂", Relation::Head, NUMBER)])).await.id;
    assert_eq!(office.ok(GetFamily { household: home }).await.persons[0].id, person);
}

#[tokio::test]
async fn two_of_one_family_do_not_share_a_number() {
    let office = Office::township(day(2026, 10, 20)).await;
    let twice = with(&[("贾文广", Relation::Head, NUMBER), ("周", Relation::Spouse, NUMBER)]);
    assert!(office.refused(twice).await.about("persons.1.id_number").is_some());
}

#[tokio::test]
async fn a_member_joins_a_family_as_one_who_is_added() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let person = member(&office, "于桂", NUMBER).await;
    let added = |name: &str| {
        let relation = json!(Relation::Spouse);
        new(
            "person",
            json!({
                "household": home, "name": name, "relation": relation, "region": VILLAGE, "id_number": NUMBER,
                "phone": "19900002581",
            }),
        )
    };
    let refused = office.refused(added("王大锤")).await;
    assert!(refused.about("id_number").is_some_and(|word| word.contains("另一个姓名")), "{refused:?}");
    let row = office.ok(added("于桂")).await.row;
    assert_eq!((row.id, row.region.as_str()), (person, VILLAGE));
    assert!(row.fields.contains_key("phone"));
    let page = office.ok(GetFamily { household: home }).await;
    assert!(page.persons.iter().any(|row| row.id == person));
    // Who has a family is refused as before, there and in a new family.
    let again = office.refused(added("于桂")).await;
    assert!(again.about("id_number").is_some_and(|word| word.contains("已经登记过")), "{again:?}");
    let twice = office.refused(with(&[("于桂", Relation::Head, NUMBER)])).await;
    assert!(twice.about("persons.0.id_number").is_some_and(|word| word.contains("已经登记过")));
}
