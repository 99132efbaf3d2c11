//! 换届 from the command line.

use serde_json::{Value, json};

use crate::run::Desk;

const TOWNSHIP: &str = "340323100";

fn add(desk: &Desk, kind: &str, fields: Value) -> String {
    let saved = desk.fed(&["add", kind, "--json"], &fields.to_string()).json();
    saved["saved"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_council_is_elected_and_the_election_taken_back() {
    let desk = Desk::of(TOWNSHIP);
    let house = json!({"region": TOWNSHIP, "name": "谷阳镇计生协", "kind": "association"});
    let house = add(&desk, "organisation", house);
    let former = json!({"region": TOWNSHIP, "name": "张三", "organisation": house, "post": "president",
        "staffing": "part_time", "from": "2021"});
    let former = add(&desk, "post", former);
    let meeting = json!({"region": TOWNSHIP, "name": "换届大会", "kind": "election", "date": "2024-10-15", "of": house});
    let meeting = add(&desk, "meeting", meeting);
    let until = |id: &str| desk.json(&["show", id])["fields"]["until"].clone();
    let mut words = vec!["elect", house.as_str(), "--meeting", meeting.as_str(), "--until", "2027-10-15"];
    desk.run(&[&words[..], &["--post", "会长"]].concat()).failed(2, "岗位=姓名");
    desk.run(&[&words[..], &["--post", "专职=赵六"]].concat()).failed(6, "第 1 位");
    words.extend(["--post", "会长=赵六", "--post", "理事=孙七、周八"]);
    let would = desk.json(&[&words[..], &["--dry-run"]].concat());
    assert_eq!(
        would,
        json!({"batch": null, "ended": ["张三 会长"], "begun": ["赵六 会长", "孙七 理事", "周八 理事"],
        "dry_run": true})
    );
    assert_eq!(until(&former), Value::Null);
    let done = desk.json(&words);
    let batch = done["batch"].as_str().unwrap();
    assert_eq!(
        (until(&former), desk.json(&["list", "post"])["total"].clone()),
        (json!("2024-10-15"), json!(4))
    );
    assert!(desk.run(&["imports"]).out.contains("换届：谷阳镇计生协"));
    desk.json(&["undo", batch, "--yes"]);
    assert_eq!((until(&former), desk.json(&["list", "post"])["total"].clone()), (Value::Null, json!(1)));
    assert_eq!(desk.json(&["redo", batch])["redone"], 5);
    assert_eq!(desk.json(&["verify"])["sound"], true);
}
