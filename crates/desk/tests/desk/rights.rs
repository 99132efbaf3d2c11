//! Who may do what, where: a table.

use serde_json::{Value, json};
use tiexin_contract::ErrorCode;
use tiexin_contract::session::{AddLocalUser, SignIn, SignOut};
use tiexin_domain::access::{Grant, Role};
use tiexin_store::Book;
use uuid::Uuid;

use crate::office::{Office, PASSWORD, TOWNSHIP, VILLAGE, day, fields};

const OTHER: &str = "340323104";
const OTHER_VILLAGE: &str = "340323104001";
const COUNTY: &str = "340323";

/// A county's desk with a person in each of two townships, and users of every role.
struct County {
    office: Office,
    here: Uuid,
    there: Uuid,
}

fn grant(role: Role, region: &str, to: Option<chrono::NaiveDate>) -> Grant {
    Grant { role, region: region.parse().unwrap(), from: None, to }
}

async fn county() -> County {
    let office = Office::of(COUNTY, day(2026, 10, 20)).await;
    let mut people = Vec::new();
    for (region, name) in [(VILLAGE, "贾文广"), (OTHER_VILLAGE, "孙有福")] {
        let person = json!({"region": region, "name": name, "phone": "19900002580"});
        let save = json!({"kind": "person", "fields": person});
        let saved = office.desk.call(None, "record.save", save).await.unwrap();
        people.push(saved["id"].as_str().unwrap().parse().unwrap());
    }
    let grants = [
        ("worker", grant(Role::Worker, TOWNSHIP, None)),
        ("village", grant(Role::Worker, VILLAGE, None)),
        ("auditor", grant(Role::Auditor, COUNTY, None)),
        ("reviewer", grant(Role::Reviewer, COUNTY, None)),
        ("admin", grant(Role::Admin, "34", None)),
        ("former", grant(Role::Worker, TOWNSHIP, Some(day(2026, 10, 19)))),
        ("newer", grant(Role::Other("dreamer".into()), COUNTY, None)),
    ];
    for (name, _) in &grants {
        let user = AddLocalUser {
            name: (*name).into(),
            display_name: format!("{name}同志"),
            password: PASSWORD.into(),
            region: Some(COUNTY.parse().unwrap()),
            code: None,
        };
        office.ok(user).await;
    }
    office.ok(SignOut {}).await;
    let (book, _) = Book::unlock(office.folder.path(), "wangli", &PASSWORD.into(), 0).unwrap();
    for (name, grant) in grants {
        let mut user = book.users().unwrap().into_iter().find(|user| user.name == name).unwrap();
        user.grants = vec![grant];
        book.put_user(&user).unwrap();
    }
    drop(book);
    County { office, here: people[0], there: people[1] }
}

fn list(region: &str) -> (&'static str, Value) {
    ("record.list", json!({"kind": "person", "region": region, "limit": 10}))
}

fn save(region: &str) -> (&'static str, Value) {
    ("record.save", json!({"kind": "person", "fields": {"region": region, "name": "新人"}}))
}

fn of(name: &'static str, region: &str) -> (&'static str, Value) {
    let mut args = json!({
        "region": region, "files": [], "form": "F1", "month": "2026-10", "limit": 5,
        "list": {"kind": "person", "region": region, "limit": 5}, "columns": [["name", "姓名"]],
    });
    if name == "report.figure" {
        args["path"] = json!(["需求调查", "户"]);
    }
    (name, args)
}

fn about(name: &'static str, id: Uuid) -> (&'static str, Value) {
    (
        name,
        json!({"id": id, "field": "phone", "reason": "试试", "kind": "person", "fields": {"health": "好"}}),
    )
}

#[tokio::test]
async fn the_table_of_rights() {
    let county = county().await;
    let (here, there) = (county.here, county.there);
    let asks = [
        list(TOWNSHIP),
        list(VILLAGE),
        list(OTHER),
        list(COUNTY),
        about("record.get", here),
        about("record.get", there),
        about("record.history", there),
        about("record.unmask", there),
        save(VILLAGE),
        save(OTHER_VILLAGE),
        about("record.save", here),
        about("record.save", there),
        about("record.void", there),
        of("today.get", TOWNSHIP),
        of("today.get", OTHER),
        of("report.get", OTHER),
        of("report.figure", OTHER),
        of("report.export", COUNTY),
        of("record.export", OTHER),
        of("import.preview", TOWNSHIP),
        of("import.preview", OTHER),
        ("book.audit", json!({"limit": 5})),
    ];
    // One letter for each of the asks above: y may, n may not.
    let table = [
        ("worker", "yynnynnnynynnynnnnnynn"),
        ("village", "nynnynnnynynnnnnnnnnnn"),
        ("auditor", "yyyyyyyynnnnnyyyyyynny"),
        ("reviewer", "yyyyyyyynnnnnyyyyyynnn"),
        ("admin", "yyyyyyyynnnnnyyyyyynny"),
        ("former", "nnnnnnnnnnnnnnnnnnnnnn"),
        ("newer", "nnnnnnnnnnnnnnnnnnnnnn"),
        ("wangli", "yyyyyyyyyyyyyyyyyyyyyy"),
    ];
    for (user, letters) in table {
        county.office.clock.pass(chrono::TimeDelta::seconds(5));
        county.office.ok(SignIn { name: user.into(), password: PASSWORD.into() }).await;
        let mut told = String::new();
        for (name, args) in &asks {
            told.push(match county.office.desk.call(None, name, args.clone()).await {
                Ok(_) => 'y',
                Err(error) if error.code == ErrorCode::NoRight => 'n',
                Err(error) => panic!("{user} {name}: {error:?}"),
            });
        }
        assert_eq!(told, letters, "{user}");
        county.office.ok(SignOut {}).await;
    }
}

/// Many at once is no way around: each record is looked at, and what lies elsewhere is as if it were not there.
#[tokio::test]
async fn a_change_of_many_asks_for_the_right_to_each() {
    let county = county().await;
    let ask = |chosen: Value| {
        let set = json!({"set": {"field": "health", "value": "好"}});
        json!({"job": Uuid::from_u128(1), "kind": "person", "chosen": chosen, "change": set})
    };
    let all = |region: &str| ask(json!({"all": {"kind": "person", "region": region, "limit": 1}}));
    let both = ask(json!({"ids": [county.here, county.there]}));
    for (user, here, elsewhere) in [
        ("worker", true, false),
        ("village", true, false),
        ("auditor", false, false),
        ("reviewer", false, false),
    ] {
        county.office.clock.pass(chrono::TimeDelta::seconds(5));
        county.office.ok(SignIn { name: user.into(), password: PASSWORD.into() }).await;
        let called = async |args: Value| county.office.desk.call(None, "record.change_many", args).await;
        assert_eq!(called(all(VILLAGE)).await.is_ok(), here, "{user}");
        assert_eq!(called(all(OTHER)).await.is_ok(), elsewhere, "{user}");
        match called(both.clone()).await {
            Ok(done) => {
                assert!(here, "{user}");
                let refused: Vec<&str> = done["refused"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| one["id"].as_str().unwrap())
                    .collect();
                assert_eq!(refused, [county.there.to_string()], "{user}");
                assert_eq!(done["refused"][0]["title"], "", "{user}");
            }
            Err(error) => assert!(!here && error.code == ErrorCode::NoRight, "{user}: {error:?}"),
        }
        county.office.ok(SignOut {}).await;
    }
}

#[tokio::test]
async fn a_record_is_not_carried_out_of_ones_region() {
    let county = county().await;
    county.office.ok(SignIn { name: "village".into(), password: PASSWORD.into() }).await;
    let moved = tiexin_contract::records::SaveRecord {
        kind: "person".into(),
        id: Some(county.here),
        version: None,
        fields: fields(json!({"region": "340323100002"})),
    };
    assert_eq!(county.office.refused(moved).await.code, ErrorCode::NoRight);
    let search = tiexin_contract::records::Search { text: "孙有福".into(), limit: 5, kinds: vec![] };
    assert!(county.office.ok(search).await.is_empty());
    let tops = tiexin_contract::regions::RegionChildren { of: None };
    let seen = county.office.ok(tops.clone()).await;
    assert_eq!(seen.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["东关社区"]);
    // Nobody signed in, as at first use: the cities of the province.
    county.office.ok(SignOut {}).await;
    let cities = county.office.ok(tops).await;
    assert_eq!(cities.len(), 16);
    assert!(cities.iter().any(|city| city.name == "蚌埠市"));
}
