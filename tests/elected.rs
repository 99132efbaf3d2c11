//! An election is cut off half way: the desk is killed, the line is cut, one record is not taken. At no desk does a
//! council of two terms stand.

use std::path::PathBuf;
use std::time::Instant;

use serde_json::{Value, json};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;
use tiexin_testkit::terminal::{self, Ended};

const TOWN: &str = "340323100";
const FORMER: [&str; 4] = ["甲会长", "甲理事", "丙理事", "丁理事"];
const NEXT: [&str; 4] = ["乙会长", "戊理事", "己理事", "庚理事"];
const KILLS: u32 = 12;

on_both_stores!(the_story);

/// A book that is worked on from the terminal.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn enrolled(name: &str, url: &str, code: &str) -> Desk {
        let desk = Desk { folder: tempfile::tempdir().unwrap() };
        desk.json(&["enrol", "--server", url, "--code", code, "--user", name]);
        desk.json(&["sync"]);
        desk
    }

    fn book(&self) -> PathBuf {
        self.folder.path().join("book")
    }

    fn run(&self, words: &[&str]) -> Ended {
        terminal::run(&self.book(), words, None).unwrap()
    }

    #[track_caller]
    fn json(&self, words: &[&str]) -> Value {
        terminal::told(&self.book(), words, None).unwrap()
    }

    #[track_caller]
    fn add(&self, kind: &str, fields: Value) -> String {
        let saved = terminal::told(&self.book(), &["add", kind], Some(&fields.to_string())).unwrap();
        saved["saved"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Id and name of those who hold a post that no election has ended.
    fn posts(&self) -> Vec<(String, String)> {
        let page = self.json(&["list", "post", "--columns", "name,why_ended", "--limit", "500"]);
        let standing =
            page["rows"].as_array().unwrap().iter().filter(|row| row["fields"]["why_ended"].is_null());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        standing.map(|row| (text(&row["id"]), text(&row["fields"]["name"]))).collect()
    }

    fn council(&self) -> Vec<String> {
        let mut names: Vec<String> = self.posts().into_iter().map(|(_, name)| name).collect();
        names.sort();
        names
    }

    fn elect(&self, words: &[&str]) -> String {
        self.json(words)["batch"].as_str().unwrap().to_owned()
    }

    fn undo_last(&self) {
        let batch = self.json(&["imports"])[0]["id"].as_str().unwrap().to_owned();
        self.json(&["undo", &batch, "--yes"]);
    }
}

fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    names.sort();
    names
}

async fn the_story(keep: Keep) {
    let province = Province::start(keep).unwrap();
    let network = Network::to(province.address()).await.unwrap();
    let town_code = province.user("town", "worker", TOWN).unwrap();
    let county_code = province.user("county", "supervisor", "340323").unwrap();
    let town = Desk::enrolled("town", &network.url(), &town_code);
    let county = Desk::enrolled("county", &province.url(), &county_code);
    let (former, next) = (sorted(&FORMER), sorted(&NEXT));
    let one_term = |desk: &Desk| {
        let council = desk.council();
        assert!(council == former || council == next, "{council:?}");
        council == next
    };

    let house =
        town.add("organisation", json!({"region": TOWN, "name": "谷阳镇计生协", "kind": "association"}));
    for (n, name) in FORMER.iter().enumerate() {
        let post = if n == 0 { "president" } else { "council" };
        let said = json!({"region": TOWN, "name": name, "organisation": house, "post": post,
            "staffing": "part_time", "from": "2021-05"});
        town.add("post", said);
    }
    let said =
        json!({"region": TOWN, "name": "换届大会", "kind": "election", "date": "2024-10-15", "of": house});
    let meeting = town.add("meeting", said);
    let (president, others) = (format!("会长={}", NEXT[0]), format!("理事={}", NEXT[1..].join("、")));
    let words = [
        "elect",
        house.as_str(),
        "--meeting",
        meeting.as_str(),
        "--post",
        president.as_str(),
        "--post",
        others.as_str(),
    ];

    // The desk is killed at moments all over an election.
    let begun = Instant::now();
    town.elect(&words);
    let whole = begun.elapsed();
    town.undo_last();
    assert_eq!(town.council(), former);
    for kill in 0..KILLS {
        let mut process = terminal::desk(&town.book(), &words).spawn().unwrap();
        // Not waiting for something: the moment of the kill. It signs in first, which takes the most of the time.
        std::thread::sleep(whole.mul_f64(0.5 + 0.6 * f64::from(kill) / f64::from(KILLS)));
        let _ = process.kill();
        process.wait().unwrap();
        if one_term(&town) {
            town.undo_last();
        }
    }
    assert_eq!(town.json(&["verify"])["sound"], true);
    town.json(&["sync"]);
    county.json(&["sync"]);
    assert_eq!(county.council(), former);

    // The line is cut while it is told.
    town.elect(&words);
    for more in [200, 1_000, 3_000, 6_000, 12_000] {
        network.cut_after(more);
        town.run(&["sync"]);
        county.json(&["sync"]);
        one_term(&county);
        network.restore();
    }
    town.json(&["sync"]);
    county.json(&["sync"]);
    assert_eq!((town.council(), county.council()), (next.clone(), next.clone()));

    // It is taken back as one, here and there.
    town.undo_last();
    town.json(&["sync"]);
    county.json(&["sync"]);
    assert_eq!((town.council(), county.council()), (former.clone(), former.clone()));

    // One of the former posts was made void elsewhere: nothing of the election is taken.
    let (left, _) = county.posts().into_iter().find(|(_, name)| name == "丙理事").unwrap();
    county.json(&["void", &left, "--reason", "重复登记"]);
    county.json(&["sync"]);
    town.elect(&words);
    town.run(&["sync"]);
    county.json(&["sync"]);
    let without = sorted(&["甲会长", "甲理事", "丁理事"]);
    assert_eq!((town.council(), county.council()), (without.clone(), without));
    // Once that is known, it is repeated, whole.
    town.elect(&words);
    town.run(&["sync"]);
    county.json(&["sync"]);
    assert_eq!((town.council(), county.council()), (next.clone(), next.clone()));
    for desk in [&town, &county] {
        assert_eq!(desk.json(&["verify"])["sound"], true);
    }
    let verified = province.administer(&["verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}
