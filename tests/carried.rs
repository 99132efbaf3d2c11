//! A township without a line: its work goes to the province on a stick, once with a colleague who has a network,
//! once to the province's own machine; the replies come back the same way.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;
use tiexin_testkit::terminal::{self, Ended, written};

const GUYANG: &str = "340323100";
const LIUJI: &str = "340323104";
const NAME: &str = "欧阳带走";

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

    fn run(&self, words: &[&str]) -> Ended {
        terminal::run(&self.book(), words, None).unwrap()
    }

    #[track_caller]
    fn json(&self, words: &[&str]) -> Value {
        terminal::told(&self.book(), words, None).unwrap()
    }

    #[track_caller]
    fn fed(&self, words: &[&str], input: &Value) {
        terminal::told(&self.book(), words, Some(&input.to_string())).unwrap();
    }

    fn book(&self) -> PathBuf {
        self.folder.path().join("book")
    }

    #[track_caller]
    fn refused(&self, words: &[&str], code: i32, why: &str) {
        let ended = self.run(words);
        assert_eq!(ended.code, Some(code), "{words:?}: {} {}", ended.out, ended.err);
        assert!(ended.err.contains(why), "{}", ended.err);
        assert_eq!(ended.out, "");
    }

    fn household(&self, name: &str) {
        let household = json!({"region": "340323100001", "head_name": name});
        self.fed(&["add", "household"], &household);
    }

    fn waiting(&self) -> u64 {
        self.json(&["status"])["waiting"].as_u64().unwrap()
    }
}

/// Files on the stick whose names do or do not say that they are replies.
fn files(stick: &Path, replies: bool) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(stick).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.to_str().unwrap().contains("带回") == replies);
    files.sort();
    files
}

fn holds(file: &Path, text: &str) -> bool {
    std::fs::read(file).unwrap().windows(text.len()).any(|window| window == text.as_bytes())
}

async fn the_story(keep: Keep) {
    let province = Province::start(keep).unwrap();
    let network = Network::to(province.address()).await.unwrap();
    let remote_code = province.user("remote", "worker", GUYANG).unwrap();
    let courier_code = province.user("courier", "worker", LIUJI).unwrap();
    let county_code = province.user("county", "supervisor", "340323").unwrap();
    let remote = Desk::enrolled("remote", &network.url(), &remote_code);
    let courier = Desk::enrolled("courier", &province.url(), &courier_code);
    network.cut();
    let last_round = remote.json(&["status"])["last_full_round"].clone();

    // Taken out. Whoever finds the stick reads nothing.
    for name in [NAME, "甲户", "乙户"] {
        remote.household(name);
    }
    let folder = tempfile::tempdir().unwrap();
    let stick = folder.path().to_str().unwrap();
    let made = remote.json(&["package", "out", "--to", stick]);
    assert_eq!((&made["number"], &made["changes"], &made["left"]), (&json!(1), &json!(3), &json!(0)));
    assert_eq!(made["files"].as_array().unwrap().len(), 1);
    let first = files(folder.path(), false).remove(0);
    assert!(!holds(&first, NAME) && !holds(&first, "340323100001"));
    assert_eq!(remote.waiting(), 3);
    let path = first.to_str().unwrap();
    remote.refused(&["package", "in", path], 6, "带去省平台");
    courier.refused(&["package", "in", stick], 4, "没有带给本机的答复");
    let broken = tempfile::tempdir().unwrap();
    let damaged = broken.path().join("坏.txp");
    let mut bytes = std::fs::read(&first).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    courier.refused(&["package", "carry", damaged.to_str().unwrap(), "--to", stick], 6, "已损坏");
    std::fs::write(&damaged, b"not a package").unwrap();
    courier.refused(&["package", "carry", damaged.to_str().unwrap(), "--to", stick], 6, "不是贴心的同步包");

    // A colleague with a network brings it, and takes the reply along.
    let carried = courier.json(&["package", "carry", stick, "--to", stick]);
    assert_eq!(carried["packages"][0]["missing"], json!([]));
    let reply = files(folder.path(), true).remove(0);
    assert_eq!(carried["packages"][0]["files"], json!([written(&reply)]));
    assert!(!holds(&reply, NAME));
    courier.refused(&["package", "in", reply.to_str().unwrap()], 6, "另一台电脑");
    let taken = remote.json(&["package", "in", stick]);
    assert_eq!(taken["replies"][0]["settled"], 3);
    assert_eq!(taken["notes"], json!([]));
    let again = remote.json(&["package", "in", stick]);
    assert_eq!(again["replies"], json!([{"number": 1, "settled": 0, "news": 0, "attachments": 0}]));
    let status = remote.json(&["status"]);
    assert_eq!(status["waiting"], 0);
    assert_eq!(status["last_full_round"], last_round, "only the line can say that all is told");
    assert!(status["scopes"].as_array().unwrap().iter().all(|scope| scope["agreed"] == true));

    // The next one goes to the province's own machine, in the hands of the office.
    let county = Desk::enrolled("county", &province.url(), &county_code);
    let found = county.json(&["search", NAME]);
    let edited = json!({"id": found[0]["id"], "phone": "19900001111"});
    county.fed(&["add", "household"], &edited);
    county.json(&["sync"]);
    remote.household("丙户");
    // A scan goes along, and leaves the queue when the reply says that it arrived.
    let home = remote.json(&["search", "丙户"])[0]["id"].as_str().unwrap().to_owned();
    let scan = broken.path().join("scan.pdf");
    std::fs::write(&scan, b"%PDF-1.7 a scan").unwrap();
    remote.json(&["attach", &home, scan.to_str().unwrap()]);
    assert_eq!(remote.json(&["status"])["attachments_up"], 1);
    let made = remote.json(&["package", "out", "--to", stick]);
    assert_eq!((&made["attachments"], &made["attachments_left"]), (&json!(1), &json!(0)));
    let taken = province.administer(&["package", "take", stick, "--reply", stick]).unwrap();
    assert_eq!(taken["refused"], json!([]));
    assert_eq!(taken["packages"].as_array().unwrap().len(), 2, "the first one again, which changes nothing");
    let taken = remote.json(&["package", "in", stick]);
    assert_eq!(taken["replies"].as_array().unwrap().len(), 2);
    assert_eq!(taken["replies"][1]["attachments"], 1);
    assert_eq!(remote.json(&["status"])["attachments_up"], 0);
    let hit = remote.json(&["list", "household", "--filter", "phone!"]);
    assert_eq!(hit["total"], 3, "the county's edit has come: {hit}");

    // The line is mended. What is on the stick by now is old, and does nothing.
    network.restore();
    let state = remote.json(&["sync"]);
    assert_eq!((&state["complete"], &state["waiting"]), (&json!(true), &json!(0)));
    let before = remote.json(&["status"])["scopes"].clone();
    let late = remote.json(&["package", "in", stick]);
    for one in late["replies"].as_array().unwrap() {
        assert_eq!((&one["settled"], &one["news"]), (&json!(0), &json!(0)));
    }
    courier.json(&["package", "carry", stick, "--to", stick]);
    assert_eq!(remote.json(&["status"])["scopes"], before);
    county.json(&["sync"]);
    assert_eq!(county.json(&["list", "household"])["total"], 4);
    assert_eq!(remote.json(&["verify"])["sound"], true);
    assert_eq!(province.administer(&["verify"]).unwrap()["broken"], json!([]));

    // A machine that was shut out.
    let devices = province.administer(&["device", "list"]).unwrap();
    let short = first.file_name().unwrap().to_str().unwrap().split('-').nth(1).unwrap().to_owned();
    let device = devices.as_array().unwrap().iter().find(|d| d["id"].as_str().unwrap().ends_with(&short));
    let id = device.expect("the machine of the file's name")["id"].as_str().unwrap();
    province.administer(&["device", "revoke", id, "--lost", "--yes"]).unwrap();
    // What it brings late is kept at the province, and it hears that it is shut out.
    remote.household("丁户");
    remote.json(&["package", "out", "--to", stick]);
    courier.json(&["package", "carry", stick, "--to", stick]);
    remote.refused(&["package", "in", stick], 1, "已按要求销毁");
    remote.refused(&["status"], 4, "还没有台账");
    county.json(&["sync"]);
    assert_eq!(county.json(&["list", "household"])["total"], 4);
}
