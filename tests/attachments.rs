//! A photo taken where there is no line: added at one desk, cut off in the middle of going up, whole at the other
//! desk, its small picture first; and gone with the right to it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;
use tiexin_testkit::terminal;

const GUYANG: &str = "340323100";

on_both_stores!(the_story);

/// A book that is worked on from the terminal.
struct Desk(tempfile::TempDir);

impl Desk {
    fn enrolled(name: &str, url: &str, code: &str) -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        desk.json(&["enrol", "--server", url, "--code", code, "--user", name]);
        desk.json(&["sync"]);
        desk
    }

    fn book(&self) -> PathBuf {
        self.0.path().join("book")
    }

    #[track_caller]
    fn json(&self, words: &[&str]) -> Value {
        terminal::told(&self.book(), words, None).unwrap()
    }

    /// The only attachment of a record.
    #[track_caller]
    fn photo_of(&self, record: &str) -> Value {
        let mut told = self.json(&["attachments", record]);
        let all = told["attachments"].as_array_mut().unwrap();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    fn exported(&self, attachment: &str) -> Vec<u8> {
        let file = self.0.path().join("photo.jpg");
        self.json(&["export-attachment", attachment, file.to_str().unwrap(), "--force"]);
        std::fs::read(file).unwrap()
    }

    fn files(&self) -> usize {
        std::fs::read_dir(self.book().join("blobs")).map_or(0, Iterator::count)
    }
}

/// A photo that hardly compresses, so that it goes up in several chunks.
fn photo(file: &Path) {
    let (width, height) = (1600u32, 1200u32);
    let size = width * height * 3;
    let mut bytes = b"BM".to_vec();
    for word in [54 + size, 0, 54, 40, width, height, 1 | 24 << 16, 0, size, 2835, 2835, 0, 0] {
        bytes.extend(word.to_le_bytes());
    }
    let mut n = 7u32;
    bytes.extend((0..size).map(|_| {
        n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (n >> 24) as u8
    }));
    std::fs::write(file, bytes).unwrap();
}

async fn the_story(keep: Keep) {
    let province = Province::start(keep).unwrap();
    let network = Network::to(province.address()).await.unwrap();
    let (a_code, b_code) = (province.user("a", "worker", GUYANG), province.user("b", "worker", GUYANG));
    let a = Desk::enrolled("a", &network.url(), &a_code.unwrap());
    let b = Desk::enrolled("b", &province.url(), &b_code.unwrap());

    // At the family's home, without a line.
    network.cut();
    let household = json!({"region": "340323100001", "head_name": "欧阳照片"}).to_string();
    let saved = terminal::told(&a.book(), &["add", "household"], Some(&household)).unwrap();
    let home = saved["saved"][0]["id"].as_str().unwrap().to_owned();
    let taken = a.0.path().join("IMG_1.bmp");
    photo(&taken);
    a.json(&["attach", &home, taken.to_str().unwrap(), "--taken", "2026-10-05", "--note", "新修的屋顶"]);
    let there = a.photo_of(&home);
    assert_eq!((&there["state"], &there["what"]), (&json!("to_go_up"), &json!("home_visit")));
    let long = there["bytes"].as_u64().unwrap();
    assert!(long > 600 * 1024, "several chunks: {long}");
    assert_eq!(a.json(&["status"])["attachments_up"], 1);

    // Back in the office the line breaks in the middle of it.
    network.restore();
    network.cut_after(400 * 1024);
    let ended = terminal::run(&a.book(), &["sync", "--json"], None).unwrap();
    assert_eq!(ended.code, Some(5), "{} {}", ended.out, ended.err);
    let state = a.json(&["status"]);
    assert_eq!((&state["waiting"], &state["attachments_up"]), (&json!(0), &json!(1)), "the records are told");
    b.json(&["sync"]);
    let half = b.photo_of(&home);
    assert_eq!(
        (&half["thumb_here"], &half["state"]),
        (&json!(true), &json!("to_come_down")),
        "its face came first"
    );

    // What went up before is not sent again.
    network.restore();
    let before = network.bytes();
    assert_eq!(a.json(&["sync"])["complete"], true);
    assert!(network.bytes() - before < long, "{} of {long}", network.bytes() - before);
    assert_eq!(a.photo_of(&home)["state"], "safe");
    b.json(&["sync"]);
    let whole = b.photo_of(&home);
    assert_eq!((&whole["state"], &whole["note"]), (&json!("safe"), &json!("新修的屋顶")));
    let id = whole["id"].as_str().unwrap();
    assert_eq!(b.exported(id), a.exported(id));
    for desk in [&a, &b] {
        assert_eq!(desk.json(&["verify"])["sound"], true);
    }
    assert_eq!(province.administer(&["verify"]).unwrap()["broken"], json!([]));

    // The right is withdrawn: not a byte remains.
    assert!(b.files() > 0);
    province.administer(&["grant", "end", "--user", "b", "--role", "worker", "--region", GUYANG]).unwrap();
    b.json(&["sync"]);
    assert_eq!(b.files(), 0);
    assert_eq!(b.json(&["verify"])["sound"], true);
    assert_eq!(a.exported(id).len() as u64, long);
}
