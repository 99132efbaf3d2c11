//! The demo county, made by the program itself.

use serde_json::Value;
use tiexin_domain::IdNumber;

use crate::run::{Desk, ended};

fn demo() -> (Desk, String) {
    let desk = Desk::empty();
    let made = ended(&mut desk.command(&["demo", "--small", "--json"]), "").json();
    let password = made["accounts"][0]["password"].as_str().unwrap().to_owned();
    assert!(made["records"].as_u64().unwrap() > 300);
    (desk, password)
}

fn ask(desk: &Desk, user: &str, password: &str, args: &[&str]) -> Value {
    let mut args = args.to_vec();
    args.extend(["--user", user, "--json"]);
    ended(desk.command(&args).env("TIEXIN_PASSWORD", password), "").json()
}

#[test]
fn a_demo_county_is_sound_and_full_of_work() {
    let (desk, password) = demo();
    let verified = ask(&desk, "county", &password, &["verify"]);
    assert_eq!(verified["sound"], true, "{verified}");
    for kind in ["household", "person", "support_file", "visit", "member", "volunteer", "activity"] {
        let all = ask(&desk, "county", &password, &["list", kind, "--limit", "5"]);
        assert!(all["total"].as_u64().unwrap() > 0, "{kind}");
    }
    // A township's worker sees the township.
    let own = ask(&desk, "guyang", &password, &["list", "household", "--limit", "1000"]);
    // One of them was registered twice.
    assert_eq!(own["total"], 61);
    let alike = ask(&desk, "guyang", &password, &["duplicates", "list"]);
    assert!(!alike["pairs"].as_array().unwrap().is_empty(), "{alike}");
    assert!(
        own["rows"]
            .as_array()
            .unwrap()
            .iter()
            .all(|r| r["region"].as_str().unwrap().starts_with("340323100"))
    );
    let persons = ask(&desk, "liuji", &password, &["list", "person", "--limit", "1"]);
    let id = persons["rows"][0]["id"].as_str().unwrap();
    let person = ask(&desk, "liuji", &password, &["show", id, "--unmask", "id_number"]);
    let number = person["fields"]["id_number"].as_str().unwrap();
    assert!(number.starts_with("340399") && IdNumber::read(number).is_ok());
    let hits = ask(&desk, "liuji", &password, &["search", &number[14..]]);
    assert!(hits.as_array().unwrap().iter().any(|h| h["id"] == id));
}

#[test]
fn the_same_seed_makes_the_same_county() {
    let ids = || {
        let (desk, password) = demo();
        let list = ask(&desk, "guyang", &password, &["list", "visit", "--limit", "50", "--columns", "note"]);
        let rows = list["rows"].as_array().unwrap().clone();
        rows.iter().map(|r| (r["id"].clone(), r["fields"]["note"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(ids(), ids());
}

#[test]
fn a_demo_is_not_poured_over_a_book() {
    let desk = Desk::of("340323100");
    ended(&mut desk.command(&["demo", "--small"]), "").failed(6, "已经有台账");
    assert!(!desk.data().join("demo-accounts.json").exists());
}
