//! Registrations that look like one, in a terminal.

use std::path::Path;

use serde_json::{Value, json};
use tiexin_contract::duplicates::DeclareDifferent;
use tiexin_contract::records::SaveRecord;
use tiexin_contract::session::SignIn;
use tiexin_desk::DeskConfig;

use crate::run::{Desk, PASSWORD};

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

/// As on the screen: empty columns of the one that stays are filled, notes are joined, and what was taken is said.
#[test]
fn merging_takes_what_only_the_other_one_holds() {
    let desk = Desk::of("340323100");
    let family = |phone: Option<&str>, notes: &str| {
        let family = json!({
            "household": {"region": "340323100001", "head_name": "熊国学", "phone": phone, "notes": notes},
            "persons": [{"region": "340323100001", "name": "熊国学", "relation": "head", "birth": "1973-09-16"}],
        });
        let saved = desk.fed(&["add", "family", "--json"], &family.to_string()).json();
        saved["saved"][0]["id"].as_str().unwrap().to_owned()
    };
    let (stays, away) = (family(None, "门口有狗"), family(Some("19900002580"), "耳背"));
    let merged = desk.json(&["duplicates", "merge", &stays, &away]);
    let took: Vec<&Value> = merged["took"].as_array().unwrap().iter().map(|took| &took["field"]).collect();
    assert_eq!(took, [&json!("notes"), &json!("phone")]);
    let fields = desk.json(&["show", &stays])["fields"].clone();
    assert_eq!(fields["phone"], "199****2580");
    let notes = fields["notes"].as_str().unwrap();
    assert!(notes.contains("门口有狗") && notes.contains("耳背"), "{notes}");
    let id = merged["id"].as_str().unwrap();
    // The heads are one as well: taking the families apart would leave that with the one that stays.
    let pair = desk.json(&["duplicates", "list"])["pairs"][0].clone();
    assert_eq!(pair["kind"], "person");
    let of = |side: &str| pair[side]["id"].as_str().unwrap().to_owned();
    desk.json(&["duplicates", "merge", &of("one"), &of("other")]);
    desk.run(&["duplicates", "undo", id]).failed(1, "熊国学");
    desk.json(&["duplicates", "undo", id, "--yes"]);
    let pair = desk.json(&["duplicates", "list"])["pairs"][0].clone();
    assert!(pair["reason"].as_str().unwrap().ends_with("撤销过合并"), "{pair}");
    // Nothing but what is named.
    let merged = desk.json(&["duplicates", "merge", &stays, &away, "--leave", "phone,notes"]);
    assert_eq!(merged["took"], json!([]));
}

/// A list tells the newest hundred decisions. What is asked before a merge is undone is asked of older ones, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_merged_since_is_told_of_an_old_merge() {
    let desk = Desk::of("340323100");
    let (stays, away) = (register(&desk, "村东"), register(&desk, "村西 3 号"));
    let merged = desk.json(&["duplicates", "merge", &stays, &away]);
    let pair = desk.json(&["duplicates", "list"])["pairs"][0].clone();
    let of = |side: &str| pair[side]["id"].as_str().unwrap().to_owned();
    desk.json(&["duplicates", "merge", &of("one"), &of("other")]);
    set_apart(&desk.data()).await;
    let id = merged["id"].as_str().unwrap();
    desk.run(&["duplicates", "undo", id]).failed(1, "熊国学");
    desk.json(&["duplicates", "undo", id, "--yes"]);
}

/// Fifteen families, and of each two of them that they are two: 105 decisions.
async fn set_apart(book: &Path) {
    let config = DeskConfig { automatic_sync: false, idle_minutes: 0, ..DeskConfig::at(book) };
    let desk = tiexin_desk::Desk::open(config).unwrap();
    desk.run(SignIn { name: "wang".into(), password: PASSWORD.into() }).await.unwrap();
    let mut homes = Vec::new();
    for n in 0..15 {
        let fields = json!({"region": "340323100001", "head_name": format!("户主{n}"), "kinds": ["general"]});
        let fields = fields.as_object().cloned().unwrap();
        let save = SaveRecord { kind: "household".into(), id: None, version: None, fields };
        homes.push(desk.run(save).await.unwrap().id);
    }
    for (n, one) in homes.iter().enumerate() {
        for other in &homes[..n] {
            desk.run(DeclareDifferent { one: *one, other: *other }).await.unwrap();
        }
    }
}
