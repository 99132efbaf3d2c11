//! Registrations that look like one, in a terminal.

use serde_json::{Value, json};

use crate::run::Desk;

fn register(desk: &Desk, address: &str) -> String {
    let family = json!({
        "household": {"region": "340323100001", "head_name": "熊国学", "current_address": address},
        "persons": [{"region": "340323100001", "name": "熊国学", "relation": "head", "birth": "1973-09-16"}],
    });
    let saved = desk.fed(&["add", "family", "--json"], &family.to_string()).json();
    saved["saved"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn two_registrations_are_merged_and_set_apart() {
    let desk = Desk::of("340323100");
    let (stays, away) = (register(&desk, "村东"), register(&desk, "村西 3 号"));
    let told = desk.json(&["duplicates", "list"]);
    let pair = &told["pairs"][0];
    assert_eq!((&pair["one"]["id"], &pair["other"]["id"]), (&json!(stays), &json!(away)));
    assert_eq!((&pair["kind"], &pair["may"]), (&json!("household"), &json!(true)));
    let both = desk.json(&["duplicates", "show", &stays, &away]);
    let address = |field: &&Value| field["field"] == "current_address";
    let address = both["fields"].as_array().unwrap().iter().find(address).unwrap();
    assert_eq!((&address["one"], &address["other"]), (&json!("村东"), &json!("村西 3 号")));

    let merged = desk.json(&["duplicates", "merge", &stays, &away, "--take", "current_address"]);
    assert_eq!((&merged["turned"], &merged["left"]), (&json!(1), &json!(0)));
    assert_eq!(desk.json(&["show", &stays])["fields"]["current_address"], "村西 3 号");
    let id = merged["id"].as_str().unwrap();
    desk.json(&["duplicates", "undo", id]);
    assert_eq!(desk.json(&["show", &stays])["fields"]["current_address"], "村东");
    assert_eq!(desk.json(&["list", "household"])["total"], 2);
    desk.run(&["duplicates", "undo", id]).failed(1, "已经撤销");
    desk.json(&["duplicates", "differ", &stays, &away]);
    let told = desk.json(&["duplicates", "list"]);
    assert_eq!((&told["pairs"], &told["decided"][0]["decision"]), (&json!([]), &json!("different")));
    assert_eq!(desk.json(&["verify"])["sound"], true);
}
