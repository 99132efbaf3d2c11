//! Whom a visit met: people of the family, alive on that day; and that a list says who has died.

use serde_json::{Value, json};
use tiexin_contract::family::{ExportFamilies, GetFamily, RecordVisit};
use tiexin_contract::records::{EditRecord, SaveRecord};
use tiexin_domain::Fields;
use tiexin_domain::nouns::visit::Presence;
use tiexin_domain::nouns::{PersonRef, Visit};
use uuid::Uuid;

use crate::families::cells;
use crate::office::{Office, TOWNSHIP, VILLAGE, day, fields};

async fn first_person(office: &Office, home: Uuid) -> Uuid {
    office.ok(GetFamily { household: home }).await.persons[0].id
}

fn met(home: Uuid, on: (i32, u32, u32), person: Uuid, name: &str) -> RecordVisit {
    let mut visit = Visit::routine(VILLAGE.parse().unwrap(), home, "", day(on.0, on.1, on.2));
    visit.visitors = vec!["王丽".into()];
    visit.presence = Presence::AtHome;
    visit.met = vec![PersonRef { person: Some(person), name: name.into() }];
    RecordVisit { id: None, visit }
}

#[tokio::test]
async fn nobody_is_met_after_their_death_nor_in_another_family() {
    let office = Office::township(day(2026, 11, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let other = office.family("孙有福", |_| {}).await;
    let (person, stranger) = (first_person(&office, home).await, first_person(&office, other).await);
    let before = office.ok(met(home, (2026, 11, 1), person, "贾文广")).await.id;
    let died =
        EditRecord { id: person, fields: fields(json!({"died_on": "2026-11-10"})), seen: Fields::new() };
    office.ok(died).await;
    let late = office.refused(met(home, (2026, 11, 15), person, "贾文广")).await;
    assert!(late.about("met.0.person").is_some_and(|word| word.contains("离世")), "{late:?}");
    let wrong = office.refused(met(home, (2026, 11, 15), stranger, "孙有福")).await;
    assert!(wrong.about("met.0.person").is_some_and(|word| word.contains("不是这户的人")), "{wrong:?}");
    // What was right when it was written can still be corrected elsewhere.
    let mut again = met(home, (2026, 11, 1), person, "贾文广");
    (again.id, again.visit.note) = (Some(before), Some("补记".into()));
    office.ok(again).await;
    // Whichever command corrects it.
    let correct =
        |set| SaveRecord { kind: "visit".into(), id: Some(before), version: None, fields: fields(set) };
    let wrong = office.refused(correct(json!({"met": [{"person": stranger, "name": "孙有福"}]}))).await;
    assert!(wrong.about("met.0.person").is_some_and(|word| word.contains("不是这户的人")), "{wrong:?}");
    let late = EditRecord {
        id: before,
        fields: fields(json!({"date": "2026-11-15"})),
        seen: fields(json!({"date": "2026-11-01"})),
    };
    let late = office.refused(late).await;
    assert!(late.about("met.0.person").is_some_and(|word| word.contains("离世")), "{late:?}");
    office.ok(correct(json!({"note": "再补"}))).await;
    let path = office.folder.path().join("名册.xlsx").to_string_lossy().into_owned();
    office.ok(ExportFamilies { region: TOWNSHIP.parse().unwrap(), path: Some(path.clone()) }).await;
    let told = cells(&path);
    assert!(told.contains("贾文广（已离世）") && !told.contains("孙有福（已离世）"), "{told}");
}

#[tokio::test]
async fn nobody_is_counselled_after_their_death_and_a_claim_may_be_paid_then() {
    let office = Office::township(day(2026, 11, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let who = json!({"person": first_person(&office, home).await, "name": "贾文广"});
    let of = |kind: &str, id, set| SaveRecord { kind: kind.into(), id, version: None, fields: fields(set) };
    let session =
        |date: &str| of("counselling", None, json!({"household": home, "person": who, "date": date}));
    let before = office.ok(session("2026-11-01")).await.id;
    let person = first_person(&office, home).await;
    let died =
        EditRecord { id: person, fields: fields(json!({"died_on": "2026-11-10"})), seen: Fields::new() };
    office.ok(died).await;
    let late = office.refused(session("2026-11-15")).await;
    assert!(late.about("person").is_some_and(|word| word.contains("离世")), "{late:?}");
    let late = office.refused(of("counselling", Some(before), json!({"date": "2026-11-15"}))).await;
    assert!(late.about("person").is_some_and(|word| word.contains("离世")), "{late:?}");
    office.ok(of("counselling", Some(before), json!({"counsellor": "李老师"}))).await;
    let claim = json!({"household": home, "insured": who, "amount": "500.00", "paid_on": "2026-11-15"});
    let first = office.ok(of("insurance_claim", None, claim.clone())).await.id;
    // Once more the same it is a slip, until somebody writes what makes it another.
    let twice = office.refused(of("insurance_claim", None, claim.clone())).await;
    assert!(twice.about("amount").is_some_and(|word| word.contains("备注")), "{twice:?}");
    let mut another = claim;
    another["notes"] = "第二次住院".into();
    let another = office.ok(of("insurance_claim", None, another)).await.id;
    office.ok(of("insurance_claim", Some(another), json!({"notes": "11月第二次住院"}))).await;
    office.ok(of("insurance_claim", Some(first), json!({"days": 3}))).await;
}

/// As somebody writes it who types names: whoever is met, asked, counselled, accompanied or reviewed, and the family.
#[tokio::test]
async fn a_name_alone_means_whoever_of_the_family_bears_it() {
    let office = Office::township(day(2026, 11, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let person = first_person(&office, home).await;
    let of = |kind: &str, id, set| SaveRecord { kind: kind.into(), id, version: None, fields: fields(set) };
    office.ok(of("person", Some(person), json!({"died_on": "2026-01-05"}))).await;
    let who = || json!({"name": "贾文广"});
    let visit = |kind: &str, met: Value| {
        let said =
            json!({"household": home, "date": "2026-11-05", "kind": kind, "visitors": ["王丽"], "met": met});
        of("visit", None, said)
    };
    for (save, field) in [
        (visit("birthday", json!([who()])), "met.0.person"),
        (
            of("need_survey", None, json!({"household": home, "date": "2026-11-05", "persons": [who()]})),
            "persons.0.person",
        ),
        (
            of("counselling", None, json!({"household": home, "date": "2026-11-01", "person": who()})),
            "person",
        ),
        (
            of(
                "counselling_pair",
                None,
                json!({"household": home, "from": "2026-03-01", "person": who(), "counsellor_name": "周老师"}),
            ),
            "person",
        ),
        (
            of(
                "assistance_review",
                None,
                json!({"household": home, "year": 2027, "kind": "annual", "person": who()}),
            ),
            "person",
        ),
        (
            of("pairing", None, json!({"household": home, "from": "2026-11-01", "by_name": "某公司"})),
            "household",
        ),
    ] {
        let kind = save.kind.clone();
        let refused = office.refused(save).await;
        assert!(refused.about(field).is_some_and(|word| word.contains("离世")), "{kind}: {refused:?}");
    }
    let refused = office.refused(visit("birthday", json!([who()]))).await;
    assert!(refused.about("met.0.person").is_some_and(|word| word.contains("2026年1月5日")), "{refused:?}");
    // Why they leave is reviewed after their death, and money for the funeral is told and taken.
    let leaves = json!({"household": home, "year": 2026, "kind": "exit", "exit_why": "died", "person": who(),
        "asked_on": "2026-02-01"});
    office.ok(of("assistance_review", None, leaves)).await;
    let given = json!({"household": home, "date": "2026-11-05", "form": "cash", "amount": "500",
        "occasion": "other", "source": "association", "person": who()});
    let gaps = office.ok(of("aid_entry", None, given)).await.row.gaps;
    assert!(gaps.iter().any(|gap| gap.code == "person_died"), "{gaps:?}");
    // Somebody else of that name may be meant, and whoever is not met is not named.
    office.ok(visit("routine", json!([]))).await;
    office.ok(of("person", None, json!({"household": home, "name": "贾文广"}))).await;
    office.ok(visit("birthday", json!([who()]))).await;
}
